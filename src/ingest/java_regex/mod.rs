//! Regular expressions with the syntax and semantics of `java.util.regex`, which `gsub`, `split`, `kv` and Painless use.
//!
//! A pattern is parsed into a tree ([`parse`]) and written out again for one of two engines: the `regex` crate, whose automata take
//! linear time, when nothing in the pattern looks around or refers back; PCRE2 with its compiler and a match limit otherwise. A `$`
//! looks around for line ends; on texts of one line, which most are, such a pattern runs as an automaton nevertheless. Where Java releases differ (`\b` counts only ASCII letters since Java 19) this is the newer one, which Elasticsearch ships.
//!
//! Positions are byte offsets into UTF-8; Java's are UTF-16 units.

mod ast;
mod class;
mod emit;
mod parse;
mod replace;

use emit::{Emitter, Texts, is_regular};
use std::collections::BTreeMap;
use std::sync::OnceLock;
use thiserror::Error;

pub use replace::Replacement;

/// Steps PCRE2 may take for one search before the pattern is given up: a pattern that blows up ends in an error, not in a hang.
const MATCH_STEPS_MAX: u32 = 1_000_000;

/// Stack of PCRE2's compiled patterns.
const JIT_STACK_BYTES_MAX: usize = 4 * 1024 * 1024;

/// `Pattern`'s flags, with Java's numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags(pub u32);

impl Flags {
    pub const UNIX_LINES: Self = Self(0x01);
    pub const CASE_INSENSITIVE: Self = Self(0x02);
    pub const COMMENTS: Self = Self(0x04);
    pub const MULTILINE: Self = Self(0x08);
    pub const LITERAL: Self = Self(0x10);
    pub const DOTALL: Self = Self(0x20);
    pub const UNICODE_CASE: Self = Self(0x40);
    pub const UNICODE_CHARACTER_CLASS: Self = Self(0x100);

    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

/// Why a text is no pattern, in the words of Java's `PatternSyntaxException`.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{description} near index {index}\n{pattern}")]
pub struct PatternError {
    pub description: String,
    pub index: usize,
    pub pattern: String,
}

/// A search was given up.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("the regular expression [{pattern}] takes too many steps on this text: {reason}")]
pub struct MatchError {
    pub pattern: String,
    pub reason: String,
}

/// A compiled pattern.
#[derive(Debug)]
pub struct JavaRegex {
    pattern: Box<str>,
    flags: Flags,
    engine: Engine,
    /// The pattern between `\A` and `\z`, and after `\A`: made when first asked for.
    whole: OnceLock<Result<Engine, PatternError>>,
    prefix: OnceLock<Result<Engine, PatternError>>,
    groups: u32,
    names: BTreeMap<Box<str>, u32>,
}

#[derive(Debug)]
struct Engine {
    any: Runner,
    /// Where `any` backtracks only because of line ends: for texts without them.
    one_line: Option<Runner>,
}

#[derive(Debug)]
enum Runner {
    Automaton(regex::Regex),
    Backtracker(Box<pcre2::bytes::Regex>),
}

/// The groups of a match: byte ranges, the whole match first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups {
    spans: Vec<Option<(usize, usize)>>,
}

impl Groups {
    /// Groups that were found before and kept elsewhere.
    pub fn from_spans(spans: &[Option<(usize, usize)>]) -> Self {
        Self { spans: spans.to_vec() }
    }

    /// The range of a group; None where it took no part in the match or there is no such group.
    pub fn span(&self, group: usize) -> Option<(usize, usize)> {
        self.spans.get(group).copied().flatten()
    }

    /// The range of the whole match.
    pub fn whole(&self) -> (usize, usize) {
        self.span(0).unwrap_or_default()
    }

    /// The text of a group in the text that was searched.
    pub fn text<'t>(&self, group: usize, text: &'t str) -> Option<&'t str> {
        self.span(group).and_then(|(from, to)| text.get(from..to))
    }
}

impl JavaRegex {
    pub fn new(pattern: &str, flags: Flags) -> Result<Self, PatternError> {
        let parsed = parse::parse(pattern, flags)?;
        let engine = Engine::compile(pattern, &parsed, "", "")?;
        Ok(Self {
            pattern: pattern.into(),
            flags,
            engine,
            whole: OnceLock::new(),
            prefix: OnceLock::new(),
            groups: parsed.groups,
            names: parsed.names,
        })
    }

    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    pub fn flags(&self) -> Flags {
        self.flags
    }

    /// How many groups there are, the whole match not counted.
    pub fn group_count(&self) -> usize {
        self.groups as usize
    }

    pub fn group_by_name(&self, name: &str) -> Option<usize> {
        self.names.get(name).map(|group| *group as usize)
    }

    pub fn group_names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(|name| &**name)
    }

    /// `Matcher.find`: the first match at or after byte `from`.
    pub fn find_at(&self, text: &str, from: usize) -> Result<Option<(usize, usize)>, MatchError> {
        match self.engine.runner(text) {
            Runner::Automaton(regex) => Ok(regex.find_at(text, from).map(|m| (m.start(), m.end()))),
            Runner::Backtracker(regex) => match regex.find_at(text.as_bytes(), from) {
                Ok(found) => Ok(found.map(|m| (m.start(), m.end()))),
                Err(error) => Err(self.given_up(&error)),
            },
        }
    }

    /// As [`JavaRegex::find_at`], with groups.
    pub fn groups_at(&self, text: &str, from: usize) -> Result<Option<Groups>, MatchError> {
        self.engine.groups_at(text, from).map_err(|error| self.given_up(&error))
    }

    /// `Matcher.matches`: a match of the whole text.
    pub fn matches(&self, text: &str) -> Result<Option<Groups>, MatchError> {
        self.anchored(&self.whole, r"\z", text)
    }

    /// `Matcher.lookingAt`: a match at the start of the text.
    pub fn looking_at(&self, text: &str) -> Result<Option<Groups>, MatchError> {
        self.anchored(&self.prefix, "", text)
    }

    fn anchored(
        &self,
        cell: &OnceLock<Result<Engine, PatternError>>,
        end: &str,
        text: &str,
    ) -> Result<Option<Groups>, MatchError> {
        let engine = cell.get_or_init(|| {
            let parsed = parse::parse(&self.pattern, self.flags)?;
            Engine::compile(&self.pattern, &parsed, r"\A", end)
        });
        match engine {
            Ok(engine) => engine.groups_at(text, 0).map_err(|error| self.given_up(&error)),
            Err(error) => Err(MatchError { pattern: self.pattern.to_string(), reason: error.to_string() }),
        }
    }

    fn given_up(&self, error: &pcre2::Error) -> MatchError {
        MatchError { pattern: self.pattern.to_string(), reason: error.to_string() }
    }

    /// The matches one after the other, as repeated `Matcher.find` gives them: after an empty match the next search begins one
    /// character further; an empty match may follow directly on another match.
    pub fn find_all<'r, 't>(&'r self, text: &'t str) -> Matches<'r, 't> {
        Matches { regex: self, text, from: Some(0) }
    }

    /// `Pattern.split(text, limit)`; `String.split` is the same.
    pub fn split<'t>(&self, text: &'t str, limit: i32) -> Result<Vec<&'t str>, MatchError> {
        let mut parts = Vec::new();
        let mut start = 0;
        let limit_reached = |len: usize| limit > 0 && len + 1 >= limit as usize;
        for found in self.find_all(text) {
            let (from, to) = found?;
            if limit_reached(parts.len()) {
                break;
            }
            // An empty match at the very start splits nothing off.
            if to == 0 {
                continue;
            }
            parts.push(text.get(start..from).unwrap_or_default());
            start = to;
        }
        // Without a match the text stays whole, even if it is empty.
        if parts.is_empty() {
            return Ok(vec![text]);
        }
        parts.push(text.get(start..).unwrap_or_default());
        if limit == 0 {
            while parts.last().is_some_and(|part| part.is_empty()) {
                parts.pop();
            }
        }
        Ok(parts)
    }
}

impl Engine {
    fn compile(pattern: &str, parsed: &parse::Parsed, start: &str, end: &str) -> Result<Self, PatternError> {
        let written = |pcre: bool, texts: Texts| {
            let mut emitter = Emitter { out: String::new(), pcre, texts, groups: parsed.groups };
            emitter.ast(&parsed.ast);
            match (start, end) {
                ("", "") => emitter.out,
                _ => format!("{start}(?:{}){end}", emitter.out),
            }
        };
        // A pattern too large for an automaton goes to the other engine.
        let automaton = |texts: Texts| {
            let regex = is_regular(&parsed.ast, texts).then(|| regex::Regex::new(&written(false, texts)).ok());
            regex.flatten().map(Runner::Automaton)
        };
        if let Some(any) = automaton(Texts::Any) {
            return Ok(Self { any, one_line: None });
        }
        let limited = format!("(*LIMIT_MATCH={MATCH_STEPS_MAX}){}", written(true, Texts::Any));
        pcre2::bytes::RegexBuilder::new()
            .utf(true)
            .jit_if_available(true)
            .max_jit_stack_size(Some(JIT_STACK_BYTES_MAX))
            .build(&limited)
            .map(|regex| Self { any: Runner::Backtracker(Box::new(regex)), one_line: automaton(Texts::OneLine) })
            .map_err(|error| PatternError { description: error.to_string(), index: 0, pattern: pattern.into() })
    }

    fn runner(&self, text: &str) -> &Runner {
        match &self.one_line {
            Some(runner) if is_one_line(text) => runner,
            _ => &self.any,
        }
    }

    fn groups_at(&self, text: &str, from: usize) -> Result<Option<Groups>, pcre2::Error> {
        match self.runner(text) {
            Runner::Automaton(regex) => {
                let mut locations = regex.capture_locations();
                let found = regex.captures_read_at(&mut locations, text, from).is_some();
                let spans = (0..locations.len()).map(|group| locations.get(group));
                Ok(found.then(|| Groups { spans: spans.collect() }))
            }
            Runner::Backtracker(regex) => {
                let mut locations = regex.capture_locations();
                let found = regex.captures_read_at(&mut locations, text.as_bytes(), from)?.is_some();
                let spans = (0..locations.len()).map(|group| locations.get(group));
                Ok(found.then(|| Groups { spans: spans.collect() }))
            }
        }
    }
}

fn is_one_line(text: &str) -> bool {
    let bytes = text.as_bytes();
    !bytes.is_empty()
        && memchr::memchr2(b'\n', b'\r', bytes).is_none()
        && (text.is_ascii() || !text.contains(['\u{85}', '\u{2028}', '\u{2029}']))
}

/// See [`JavaRegex::find_all`].
pub struct Matches<'r, 't> {
    regex: &'r JavaRegex,
    text: &'t str,
    from: Option<usize>,
}

impl Iterator for Matches<'_, '_> {
    type Item = Result<(usize, usize), MatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        let found = self.regex.find_at(self.text, self.from?);
        self.from = match found {
            Ok(Some(span)) => next_search(self.text, span),
            _ => None,
        };
        found.transpose()
    }
}

/// Where the search after the match `span` begins; None behind the end of the text.
pub fn next_search(text: &str, span: (usize, usize)) -> Option<usize> {
    let (from, to) = span;
    if from < to {
        return Some(to);
    }
    text.get(to..).and_then(|rest| rest.chars().next()).map(|c| to + c.len_utf8())
}

/// `Pattern.quote`.
pub fn quote(text: &str) -> String {
    if !text.contains("\\E") {
        return format!("\\Q{text}\\E");
    }
    format!("\\Q{}\\E", text.replace("\\E", "\\E\\\\E\\Q"))
}

#[cfg(test)]
mod tests;
