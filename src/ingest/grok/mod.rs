//! Grok: named patterns that take a text apart into fields, as Elasticsearch's `grok` and `redact` processors have them.
//!
//! An expression is [expanded](expand) with the definitions of a [`PatternBank`], parsed as [Ruby's regular expressions](ruby) and run
//! by PCRE2's machine code ([`program`]). Several patterns mean what their alternation means on the node: the match that begins
//! first wins, and of those that begin at the same place the first pattern's. They still run one by one, because a pattern whose
//! longest literal is not in the text costs next to nothing that way.
//!
//! Nothing is allocated for a match but the values themselves, in the batch's arena; strings borrow from the text.

mod bank;
mod expand;
mod field;
mod program;
mod ruby;

pub use bank::{EcsCompatibility, PatternBank};
pub use field::CaptureType;

use crate::document::{Arena, Value};
use crate::ingest::{ErrorKind, Failure};
use field::{Source, parse_group_name, value_of};
use program::{Locations, Program, Subject};
use ruby::{Pattern, SyntaxError};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use thiserror::Error;

/// Why an expression does not compile. The texts are Elasticsearch's where it has the same error.
#[derive(Debug, Error)]
pub enum GrokError {
    #[error("Unable to find pattern [{0}] in Grok's pattern dictionary")]
    UnknownPattern(String),
    #[error("pattern [{from}] is referencing a non-existent pattern [{name}]")]
    UnknownReference { from: String, name: String },
    #[error("pattern [{0}] has an invalid syntax")]
    InvalidSyntax(String),
    #[error("circular reference detected: {0}")]
    Circular(String),
    #[error("Can not convert grok patterns to regular expression")]
    TooLarge,
    #[error("{0}")]
    Syntax(#[from] SyntaxError),
    /// Sound as far as Elasticsearch goes, but beyond what PCRE2 does.
    #[error("the pattern is beyond the regular expression engine: {0}")]
    Engine(String),
}

/// A match was given up: it took too many steps. Elasticsearch gives up by the clock, `after [1000] ms`.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("grok pattern matching was interrupted after [{}] steps", program::PATIENT_STEPS_MAX)]
pub struct MatchError;

impl From<MatchError> for Failure {
    fn from(error: MatchError) -> Self {
        Failure::new(ErrorKind::Other("runtime_exception"), error.to_string())
    }
}

/// Compiled patterns.
pub struct Grok {
    alternatives: Vec<Alternative>,
    fields: Vec<Box<str>>,
    /// The patterns joined as the node joins them: made when one of them takes too many steps. Joined it need not, if another
    /// matches further in front.
    whole: OnceLock<Option<Box<Grok>>>,
    /// That has happened.
    whole_first: AtomicBool,
}

/// One pattern.
struct Alternative {
    program: Program,
    /// Field index → the groups that feed it.
    sources: Vec<(usize, Vec<Source>)>,
    /// Where several patterns had to be joined to one: the group of each, so that it is known which of them matched.
    joined: Vec<usize>,
}

/// What a match captured.
pub struct Captures<'a> {
    /// Which pattern matched.
    pub pattern: usize,
    /// Field indexes and their values, in the order in which the node sets them: that of the names in the expression.
    pub values: bumpalo::collections::Vec<'a, (usize, Value<'a>)>,
}

impl Grok {
    /// Compiles patterns of which the first match counts. `trace`: it must be known which of them it was.
    pub fn compile(patterns: &[impl AsRef<str>], bank: &PatternBank, trace: bool) -> Result<Self, GrokError> {
        let expanded: Vec<String> =
            patterns.iter().map(|p| expand::expand(p.as_ref(), bank)).collect::<Result<_, _>>()?;
        let parsed: Result<Vec<Pattern>, SyntaxError> = expanded.iter().map(|text| Pattern::parse(text)).collect();
        match parsed {
            Ok(parsed) if parsed.len() == 1 || parsed.iter().all(|p| !p.refers_by_number) => {
                Self::build(expanded.into_iter().zip(parsed).collect())
            }
            // Only as a whole do they mean what they mean on the node, or are the fault that the node reports.
            _ => Self::joined(&expanded, trace),
        }
    }

    fn joined(patterns: &[String], trace: bool) -> Result<Self, GrokError> {
        let text = alternation(patterns, trace);
        let pattern = Pattern::parse(&text)?;
        Self::build(vec![(text, pattern)])
    }

    fn build(patterns: Vec<(String, Pattern)>) -> Result<Self, GrokError> {
        // The node has the groups of all patterns in one table, in the order in which their names first come up.
        let mut names: Vec<&str> = Vec::new();
        for (name, _) in patterns.iter().flat_map(|(_, pattern)| pattern.names()) {
            if !names.contains(&name) && !name.starts_with(JOINED_PREFIX) {
                names.push(name);
            }
        }
        let mut fields: Vec<&str> = Vec::new();
        for name in &names {
            let (field, _) = parse_group_name(name);
            if !fields.contains(&field) {
                fields.push(field);
            }
        }
        let alternative = |(text, pattern): &(String, Pattern)| Alternative::build(text, pattern, &names, &fields);
        Ok(Self {
            alternatives: patterns.iter().map(alternative).collect::<Result<_, _>>()?,
            fields: fields.iter().map(|f| (*f).into()).collect(),
            whole: OnceLock::new(),
            whole_first: AtomicBool::new(false),
        })
    }

    /// The names of the fields, by index.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(AsRef::as_ref)
    }

    /// The fields of the first match in `text`; None: no match.
    pub fn captures<'a>(&self, text: &'a str, arena: &'a Arena) -> Result<Option<Captures<'a>>, Failure> {
        let Some(Found { pattern, alternative, locations }) = self.first_match(&Subject::new(text), 0)? else {
            return Ok(None);
        };
        let mut values = bumpalo::collections::Vec::with_capacity_in(alternative.sources.len(), arena);
        let group_text = |group| locations.span(group).and_then(|(from, to)| text.get(from..to));
        for (field, sources) in &alternative.sources {
            if let Some(value) = value_of(sources, group_text, arena)? {
                values.push((*field, value));
            }
        }
        let joined = alternative.joined.iter().position(|group| locations.span(*group).is_some());
        Ok(Some(Captures { pattern: joined.unwrap_or(pattern), values }))
    }

    /// Where the first match at or after byte `start` lies.
    pub fn find_at(&self, text: &str, start: usize) -> Result<Option<(usize, usize)>, MatchError> {
        let found = self.first_match(&Subject::new(text), start)?;
        Ok(found.and_then(|found| found.locations.span(0)))
    }

    fn first_match(&self, subject: &Subject<'_>, start: usize) -> Result<Option<Found<'_>>, MatchError> {
        if self.whole_first.load(Ordering::Relaxed) {
            return self.match_whole(subject, start);
        }
        match self.match_one_by_one(subject, start) {
            Err(MatchError) if self.alternatives.len() > 1 => {
                self.whole_first.store(true, Ordering::Relaxed);
                self.match_whole(subject, start)
            }
            result => result,
        }
    }

    fn match_one_by_one(&self, subject: &Subject<'_>, start: usize) -> Result<Option<Found<'_>>, MatchError> {
        let mut best: Option<Found<'_>> = None;
        let mut best_start = usize::MAX;
        for (pattern, alternative) in self.alternatives.iter().enumerate() {
            let Some(locations) = alternative.program.find(subject, start)? else { continue };
            let begin = locations.span(0).map_or(start, |(from, _)| from);
            if begin < best_start {
                best_start = begin;
                best = Some(Found { pattern, alternative, locations });
            }
            if begin <= start {
                break;
            }
        }
        Ok(best)
    }

    fn match_whole(&self, subject: &Subject<'_>, start: usize) -> Result<Option<Found<'_>>, MatchError> {
        let build = || {
            let patterns: Vec<String> = self.alternatives.iter().map(|a| a.program.text().to_owned()).collect();
            Self::joined(&patterns, true).ok().map(Box::new)
        };
        self.whole.get_or_init(build).as_ref().ok_or(MatchError)?.match_one_by_one(subject, start)
    }
}

/// A match.
struct Found<'g> {
    pattern: usize,
    alternative: &'g Alternative,
    locations: Locations<'g>,
}

impl Alternative {
    /// `names` and `fields` are those of all patterns.
    fn build(text: &str, pattern: &Pattern, names: &[&str], fields: &[&str]) -> Result<Self, GrokError> {
        let own = pattern.names();
        let mut sources: Vec<(usize, Vec<Source>)> = Vec::new();
        for name in names {
            let Some((_, groups)) = own.iter().find(|(n, _)| n == name) else { continue };
            let (field, capture_type) = parse_group_name(name);
            let Some(field) = fields.iter().position(|f| *f == field) else { continue };
            let new = groups.iter().map(|group| Source { group: *group, capture_type });
            match sources.iter_mut().find(|(f, _)| *f == field) {
                Some((_, sources)) => sources.extend(new),
                None => sources.push((field, new.collect())),
            }
        }
        let joined = own.iter().filter(|(n, _)| n.starts_with(JOINED_PREFIX)).flat_map(|(_, groups)| groups).copied();
        Ok(Self { program: Program::new(text.to_owned(), pattern)?, sources, joined: joined.collect() })
    }
}

/// The node's name of a group around one of several patterns; its number follows.
const JOINED_PREFIX: &str = "_ingest._grok_match_index.";

/// Patterns as the node joins them.
fn alternation(patterns: &[String], trace: bool) -> String {
    let wrap = |(i, pattern): (usize, &String)| match trace {
        true => format!("(?<{JOINED_PREFIX}{i}>{pattern})"),
        false => format!("(?:{pattern})"),
    };
    match patterns {
        [only] => only.clone(),
        several => several.iter().enumerate().map(wrap).collect::<Vec<_>>().join("|"),
    }
}
