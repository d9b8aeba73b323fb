//! `%{PATTERN:field:type}` → the pattern's definition in a group, until none is left.

use super::{GrokError, PatternBank};

/// Replacements in one expression; Elasticsearch stops there too.
const REPLACEMENTS_MAX: usize = 100_000;
/// An expression's size when all is expanded. Each definition may name others several times, so it can explode.
const EXPANDED_BYTES_MAX: usize = 1024 * 1024;

/// The expression as one regular expression. A field's group is named as the reference is written: `PATTERN:field:type`.
pub fn expand(expression: &str, bank: &PatternBank) -> Result<String, GrokError> {
    let mut out = String::with_capacity(expression.len() * 4);
    // What is still to be read, the innermost last.
    let mut pending: Vec<&str> = vec![expression];
    let mut replacements = 0;
    while let Some(text) = pending.pop() {
        let Some((at, reference)) = next_reference(text) else {
            out.push_str(text);
            continue;
        };
        replacements += 1;
        if replacements > REPLACEMENTS_MAX || out.len() > EXPANDED_BYTES_MAX {
            return Err(GrokError::TooLarge);
        }
        out.push_str(text.get(..at).unwrap_or_default());
        let definition = bank
            .get_for_matching(reference.pattern)
            .ok_or_else(|| GrokError::UnknownPattern(reference.pattern.to_owned()))?;
        if reference.name == reference.pattern {
            out.push_str("(?:");
        } else {
            out.push_str("(?<");
            out.push_str(reference.name);
            out.push('>');
        }
        pending.push(text.get(at + reference.length..).unwrap_or_default());
        pending.push(")");
        pending.push(definition);
    }
    Ok(out)
}

/// A `%{…}`.
struct Reference<'t> {
    pattern: &'t str,
    /// `PATTERN` or `PATTERN:field:type`.
    name: &'t str,
    /// Of the whole.
    length: usize,
}

/// The first thing in `text` that reads as a reference; anything else behind a `%{` is left as it is, as on the node.
fn next_reference(text: &str) -> Option<(usize, Reference<'_>)> {
    text.match_indices("%{").find_map(|(at, opening)| {
        let inside = text.get(at + opening.len()..)?;
        let pattern_length = run(inside, |c| matches!(c, 'A'..='z' | '0'..='9'));
        let pattern = inside.get(..pattern_length).filter(|p| !p.is_empty())?;
        let mut length = pattern_length;
        if let Some(field) = inside.get(length..)?.strip_prefix(':') {
            length += match run(field, |c| c.is_alphanumeric() || "@[]_:.-".contains(c)) {
                0 => 0,
                field_length => 1 + field_length,
            };
        }
        let name = inside.get(..length)?;
        // `=definition` is read and ignored.
        if let Some(definition) = inside.get(length..)?.strip_prefix('=') {
            length += match run(definition, |c| !matches!(c, '{' | '}')) {
                0 => 0,
                definition_length => 1 + definition_length,
            };
        }
        let closed = inside.get(length..)?.starts_with('}');
        closed.then_some((at, Reference { pattern, name, length: opening.len() + length + 1 }))
    })
}

/// The length of the longest beginning of `text` that consists of such characters.
fn run(text: &str, is_member: impl Fn(char) -> bool) -> usize {
    text.find(|c| !is_member(c)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::EcsCompatibility;
    use super::*;

    #[test]
    fn references_become_groups() {
        let custom = [("X", "x"), ("Y", "<%{X:inner}>"), ("A_B", "[a%{X}]"), ("E", "")];
        let custom = custom.map(|(n, d)| (n.to_owned(), d.to_owned())).to_vec();
        let bank = PatternBank::built_in(EcsCompatibility::Disabled).extend(custom).unwrap();
        for (expression, expected) in [
            ("a%{X}b", "a(?:x)b"),
            ("%{X:a.b:int}", "(?<X:a.b:int>x)"),
            ("%{Y:y} %{X}", "(?<Y:y><(?<X:inner>x)>) (?:x)"),
            ("%{A_B:[a][b]}", "(?<A_B:[a][b]>[a(?:x)])"),
            ("%{E:@t-s}", "(?<E:@t-s>)"),
            ("%{X:日本}", "(?<X:日本>x)"),
            ("%{X=abc}%{X:a=[b]}", "(?:x)(?<X:a>x)"),
            (r"\%{X}", r"\(?:x)"),
            ("%{X:a b} %{X:} %{X=} %{} %{X %{X", "%{X:a b} %{X:} %{X=} %{} %{X %{X"),
            ("%{%{X}:y}", "%{(?:x):y}"),
            ("%{X::a}", "(?<X::a>x)"),
        ] {
            assert_eq!(expand(expression, &bank).unwrap(), expected, "{expression}");
        }
    }

    #[test]
    fn expressions_that_explode_are_refused() {
        let mut custom = vec![("P0".to_owned(), "x".repeat(100))];
        for i in 1..40 {
            custom.push((format!("P{i}"), format!("%{{P{0}}}%{{P{0}}}", i - 1)));
        }
        let bank = PatternBank::built_in(EcsCompatibility::Disabled).extend(custom).unwrap();
        assert!(matches!(expand("%{P39}", &bank), Err(GrokError::TooLarge)));
        assert!(matches!(expand("%{NOPE:x}", &bank), Err(GrokError::UnknownPattern(name)) if name == "NOPE"));
    }
}
