//! Built-in definitions in a form that matches the same and costs less.

use std::sync::LazyLock;

/// No IPv6 address begins without a colon behind at most four digits: what is none fails here and not in ten alternatives.
const IPV6_GUARD: &str = "(?=[0-9A-Fa-f]{0,4}:)";
const IPV6_START: &str = "((([0-9A-Fa-f]{1,4}:){7}([0-9A-Fa-f]{1,4}|:))|";
static IPV6: LazyLock<Vec<(&str, String)>> = LazyLock::new(|| {
    super::files::LEGACY
        .iter()
        .flat_map(|file| super::read(file))
        .filter(|(name, definition)| *name == "IPV6" && definition.starts_with(IPV6_START))
        .map(|(_, definition)| (definition, format!("{IPV6_GUARD}{definition}")))
        .collect()
});

/// A repetition in a repetition of the same takes exponential time where nothing matches.
const UNIXPATH: (&str, &str) = (r"(/([\w_%!$@:.,+~-]+|\\.)*)+", r"(/([\w_%!$@:.,+~-]|\\.)*)+");

/// The faster form of `definition`, if it is one of those that have one. A user's own definition of the name has none.
pub fn definition(name: &str, definition: &str) -> Option<&'static str> {
    match name {
        "IPV6" => IPV6.iter().find(|(slow, _)| *slow == definition).map(|(_, fast)| fast.as_str()),
        "UNIXPATH" if definition == UNIXPATH.0 => Some(UNIXPATH.1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{EcsCompatibility, PatternBank};

    #[test]
    fn built_in_definitions_have_their_faster_form() {
        for ecs in [EcsCompatibility::Disabled, EcsCompatibility::V1] {
            let bank = PatternBank::built_in(ecs);
            assert_ne!(bank.get("IPV6"), bank.get_for_matching("IPV6"));
        }
        let legacy = PatternBank::built_in(EcsCompatibility::Disabled);
        assert_ne!(legacy.get("UNIXPATH"), legacy.get_for_matching("UNIXPATH"));
    }
}
