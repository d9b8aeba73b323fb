//! Pattern banks: names and their definitions, built in or a user's.

mod edits;
mod faster;
mod files;

use super::GrokError;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Which of Elasticsearch's two banks: the one with its own field names, or the one with ECS'.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EcsCompatibility {
    #[default]
    Disabled,
    V1,
}

type Definitions = HashMap<Cow<'static, str>, Cow<'static, str>>;

static LEGACY: LazyLock<Definitions> = LazyLock::new(|| load(files::LEGACY, edits::LEGACY, edits::LEGACY_ADDED));
static ECS_V1: LazyLock<Definitions> = LazyLock::new(|| load(files::ECS_V1, edits::ECS_V1, edits::ECS_V1_ADDED));

/// A built-in bank, with a user's definitions over it.
pub struct PatternBank {
    built_in: &'static Definitions,
    custom: Vec<(String, String)>,
}

impl PatternBank {
    pub fn built_in(ecs: EcsCompatibility) -> Self {
        let built_in = match ecs {
            EcsCompatibility::Disabled => &LEGACY,
            EcsCompatibility::V1 => &ECS_V1,
        };
        Self { built_in, custom: Vec::new() }
    }

    /// Puts `custom` over the bank. Every pattern that a definition names must be there, and none may lead back to itself.
    pub fn extend(mut self, custom: Vec<(String, String)>) -> Result<Self, GrokError> {
        self.custom = custom;
        let mut sound = Vec::new();
        for (name, _) in &self.custom {
            self.follow(name, &mut Vec::new(), &mut sound)?;
        }
        Ok(self)
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        match self.custom.iter().rev().find(|(n, _)| n == name) {
            Some((_, definition)) => Some(definition),
            None => self.built_in.get(name).map(AsRef::as_ref),
        }
    }

    /// The definition by which a match is made: the same texts match in the same way as by [`PatternBank::get`]'s, only faster.
    pub fn get_for_matching(&self, name: &str) -> Option<&str> {
        let definition = self.get(name)?;
        Some(faster::definition(name, definition).unwrap_or(definition))
    }

    /// Names and definitions of the whole bank, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let built_in = self.built_in.iter().filter(|(name, _)| !self.custom.iter().any(|(n, _)| n == *name));
        let custom = self.custom.iter().map(|(name, definition)| (name.as_str(), definition.as_str()));
        built_in.map(|(name, definition)| (name.as_ref(), definition.as_ref())).chain(custom)
    }

    /// Follows every reference from `name` on. `path` is the way to here, `sound` what is known to lead nowhere bad.
    fn follow<'b>(&'b self, name: &'b str, path: &mut Vec<&'b str>, sound: &mut Vec<&'b str>) -> Result<(), GrokError> {
        if let Some(start) = path.iter().position(|n| *n == name) {
            let cycle = path.get(start..).unwrap_or_default().join("->");
            return Err(GrokError::Circular(format!("{cycle}->{name}")));
        }
        if sound.contains(&name) {
            return Ok(());
        }
        let Some(definition) = self.get(name) else {
            let from = path.last().copied().unwrap_or_default().to_owned();
            return Err(GrokError::UnknownReference { from, name: name.to_owned() });
        };
        path.push(name);
        for reference in references(definition) {
            self.follow(reference?, path, sound)?;
        }
        path.pop();
        sound.push(name);
        Ok(())
    }
}

/// The names that a definition refers to, as Elasticsearch finds them when it looks for cycles.
fn references(definition: &str) -> impl Iterator<Item = Result<&str, GrokError>> {
    definition.match_indices("%{").map(move |(at, opening)| {
        let rest = definition.get(at + opening.len()..).unwrap_or_default();
        let end = rest.find(['}', ':']).ok_or_else(|| GrokError::InvalidSyntax(definition.to_owned()))?;
        Ok(rest.get(..end).unwrap_or_default())
    })
}

fn load(files: &'static [&'static str], edits: &[edits::Edit], added: &[(&'static str, &'static str)]) -> Definitions {
    let mut bank: Definitions = added.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect();
    for (name, definition) in files.iter().flat_map(|file| read(file)) {
        bank.insert(name.into(), with_dotted_names(definition));
    }
    for edit in edits {
        edit.apply(&mut bank);
    }
    bank
}

/// The lines `NAME definition` of a pattern file. Spaces at the end of a line belong to the definition.
fn read(file: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    file.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(char::is_whitespace))
}

/// Logstash's field names `[a][b]` in captures, written `a.b` as Elasticsearch has them.
fn with_dotted_names(definition: &'static str) -> Cow<'static, str> {
    if !definition.contains("][") && !definition.contains(":[") && !definition.contains("(?<[") {
        return definition.into();
    }
    let mut out = String::with_capacity(definition.len());
    let mut rest = definition;
    while let Some(at) = name_start(rest) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let end = from.find([':', '}', '>']).unwrap_or(from.len());
        let (name, after) = from.split_at(end);
        match name.strip_prefix('[').and_then(|n| n.strip_suffix(']')) {
            Some(inner) => out.push_str(&inner.replace("][", ".")),
            None => out.push_str(name),
        }
        rest = after;
    }
    out.push_str(rest);
    out.into()
}

/// Where the next field name begins: after `%{PATTERN:` or `(?<`.
fn name_start(text: &str) -> Option<usize> {
    let reference = text.match_indices("%{").find_map(|(at, _)| {
        let inside = text.get(at + 2..)?;
        let end = inside.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
        inside.get(end..)?.starts_with(':').then_some(at + 2 + end + 1)
    });
    let group = text.find("(?<[").map(|at| at + 3);
    match (reference, group) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn the_banks_are_elasticsearchs() {
        let legacy = PatternBank::built_in(EcsCompatibility::Disabled);
        let ecs = PatternBank::built_in(EcsCompatibility::V1);
        assert_eq!((legacy.iter().count(), ecs.iter().count()), (320, 363));
        assert_eq!(legacy.get("TIMESTAMP_YMD"), Some("%{DATE_YMD}[ ]%{TIME}"));
        assert_eq!(
            legacy.get("SYSLOGBASE"),
            Some("%{SYSLOGTIMESTAMP:timestamp} (?:%{SYSLOGFACILITY} )?%{SYSLOGHOST:logsource} %{SYSLOGPROG}:")
        );
        assert_eq!(ecs.get("SYSLOGPROG"), Some("%{PROG:process.name}(?:\\[%{POSINT:process.pid:int}\\])?"));
        assert_eq!(
            ecs.get("BACULA_LOG_READYAPPEND").map(|d| d.ends_with("size=%{INT:bacula.volume.size:long}")),
            Some(true)
        );
        assert_eq!(legacy.get("REDISLOG").map(|d| d.ends_with("\\* ")), Some(true));
        assert_eq!(ecs.get("CLOUDFRONT_EDGE_LOCATION"), None);
    }

    #[test]
    fn no_edit_is_without_effect() {
        for (files, edits) in [(files::LEGACY, edits::LEGACY), (files::ECS_V1, edits::ECS_V1)] {
            let mut bank = load(files, &[], &[]);
            for edit in edits {
                let before = bank.clone();
                edit.apply(&mut bank);
                assert_ne!(before, bank, "{edit:?}");
            }
        }
    }

    #[test]
    fn definitions_that_lead_nowhere_or_back_are_refused() {
        let check = |custom: &[(&str, &str)], expected: &str| {
            let custom = custom.iter().map(|(n, d)| ((*n).to_owned(), (*d).to_owned())).collect();
            let result = PatternBank::built_in(EcsCompatibility::Disabled).extend(custom);
            assert_eq!(result.err().map(|e| e.to_string()).unwrap_or_default(), expected);
        };
        check(&[("A", "%{WORD:x} %{B}"), ("B", "b")], "");
        check(&[("A", "%{A}")], "circular reference detected: A->A");
        check(&[("A", "%{A:x:int}")], "circular reference detected: A->A");
        check(&[("A", "%{B}"), ("B", "%{C}"), ("C", "%{A}")], "circular reference detected: A->B->C->A");
        check(
            &[("A", "%{B}"), ("B", "%{C}"), ("C", "%{D:q}"), ("D", "%{B:q}")],
            "circular reference detected: B->C->D->B",
        );
        check(&[("IP", "%{IPORHOST}")], "circular reference detected: IP->IPORHOST->IP");
        check(&[("A", "%{NOPE}")], "pattern [A] is referencing a non-existent pattern [NOPE]");
        check(&[("A", "x%{NOPE")], "pattern [x%{NOPE] has an invalid syntax");
        check(&[("WORD", "[xy]+")], "");
    }
}
