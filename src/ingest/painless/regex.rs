//! Patterns and matchers of scripts, on the shared engine for Java's regular expressions.

use super::api::ClassId;
use super::thrown::Thrown;
use crate::ingest::java_regex::{Flags, Groups, JavaRegex, MatchError};
use std::cell::Cell;

/// A `java.util.regex.Matcher`.
pub struct Matcher<'a> {
    /// Which of the script's patterns.
    pub pattern: u32,
    pub text: &'a str,
    /// In bytes.
    pub region: (usize, usize),
    /// The groups of the last match, group 0 first; none when it failed or there was none.
    pub groups: Option<&'a [Option<(usize, usize)>]>,
    /// Where the next `find()` begins, in bytes; behind the text when there is nothing more to find.
    pub next: Cell<usize>,
}

/// What a match must cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    Nowhere,
    Start,
    Both,
}

/// Compiles a literal with its flag letters.
pub fn compile(pattern: &str, letters: &str) -> Result<JavaRegex, String> {
    let flags = letters.chars().fold(Flags::default(), |flags, letter| match letter {
        'i' => flags.with(Flags::CASE_INSENSITIVE),
        'l' => flags.with(Flags::LITERAL),
        'm' => flags.with(Flags::MULTILINE),
        's' => flags.with(Flags::DOTALL),
        'U' => flags.with(Flags::UNICODE_CHARACTER_CLASS),
        'u' => flags.with(Flags::UNICODE_CASE),
        'x' => flags.with(Flags::COMMENTS),
        _ => flags,
    });
    JavaRegex::new(pattern, flags).map_err(|e| e.to_string())
}

pub fn is_found(regex: &JavaRegex, text: &str) -> Result<bool, Thrown> {
    regex.find_at(text, 0).map(|found| found.is_some()).map_err(too_hard)
}

pub fn matches(regex: &JavaRegex, text: &str) -> Result<bool, Thrown> {
    regex.matches(text).map(|found| found.is_some()).map_err(too_hard)
}

/// Matches from byte `from` on.
pub fn search(regex: &JavaRegex, text: &str, from: usize, anchor: Anchor) -> Result<Option<Groups>, Thrown> {
    match anchor {
        Anchor::Nowhere => regex.groups_at(text, from),
        Anchor::Start => regex.looking_at(text),
        Anchor::Both => regex.matches(text),
    }
    .map_err(too_hard)
}

#[cold]
pub fn too_hard(error: MatchError) -> Thrown {
    Thrown::new(
        ClassId::CircuitBreakingException,
        format!("[scripting] Regular expression considered too many characters, pattern: [{}]", error.pattern),
    )
}
