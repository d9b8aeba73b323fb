//! What is wrong with a script before it runs.

use crate::ingest::{ErrorKind, Failure};
use std::fmt;

/// How much of the script around an error its `script_stack` shows on either side, in characters: Elasticsearch's measure.
const STACK_MARGIN_CHARS: usize = 25;

/// A script that does not compile: what is wrong and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileError {
    /// Byte offset into the source.
    pub offset: usize,
    /// What Elasticsearch would raise: `illegal_argument_exception` mostly, `class_cast_exception` for types that do not fit.
    pub kind: ErrorKind,
    pub reason: String,
    place: Option<Box<Place>>,
}

/// Where in the source an error stands, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    /// From 1.
    line: usize,
    /// From 1, in characters.
    column: usize,
    text: String,
    script_stack: [String; 2],
}

impl CompileError {
    pub fn new(offset: usize, reason: impl Into<String>) -> Self {
        Self { offset, kind: ErrorKind::IllegalArgument, reason: reason.into(), place: None }
    }

    pub fn class_cast(offset: usize, reason: impl Into<String>) -> Self {
        Self::new(offset, reason).of_kind(ErrorKind::ClassCast)
    }

    pub fn of_kind(mut self, kind: ErrorKind) -> Self {
        self.kind = kind;
        self
    }

    /// The error with its line and column in `source`.
    pub fn located(mut self, source: &str) -> Self {
        let offset = floor_boundary(source, self.offset);
        let line_start = source[..offset].rfind('\n').map_or(0, |at| at + 1);
        let line_end = source[offset..].find('\n').map_or(source.len(), |len| offset + len);
        let start = floor_boundary(source, offset.saturating_sub(STACK_MARGIN_CHARS));
        let end = floor_boundary(source, (offset + STACK_MARGIN_CHARS).min(source.len()));
        let stack_text = format!(
            "{}{}{}",
            if start > 0 { "... " } else { "" },
            &source[start..end],
            if end < source.len() { " ..." } else { "" }
        );
        let pad = source[start..offset].chars().count() + if start > 0 { 4 } else { 0 };
        self.place = Some(Box::new(Place {
            line: source[..offset].matches('\n').count() + 1,
            column: source[line_start..offset].chars().count() + 1,
            text: source[line_start..line_end].trim_end().to_owned(),
            script_stack: [stack_text, format!("{}^---- HERE", " ".repeat(pad))],
        }));
        self
    }

    /// Line and column in the script, from 1, once [`CompileError::located`].
    pub fn line_column(&self) -> Option<(usize, usize)> {
        self.place.as_ref().map(|p| (p.line, p.column))
    }

    /// The source line with a caret under the place.
    pub fn snippet(&self) -> Option<String> {
        self.place.as_ref().map(|p| format!("{}\n{}^", p.text, " ".repeat(p.column - 1)))
    }

    /// The two lines that Elasticsearch's `script_stack` has for it.
    pub fn script_stack(&self) -> &[String] {
        self.place.as_ref().map_or(&[], |p| &p.script_stack)
    }

    /// The error as Elasticsearch reports it: `script_exception` "compile error" with its cause.
    pub fn to_failure(&self) -> Failure {
        Failure::new(ErrorKind::Script, "compile error").caused_by(Failure::new(self.kind.clone(), self.reason.clone()))
    }
}

fn floor_boundary(source: &str, mut at: usize) -> usize {
    at = at.min(source.len());
    while !source.is_char_boundary(at) {
        at -= 1;
    }
    at
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            None => f.write_str(&self.reason),
            Some(p) => {
                let pad = " ".repeat(p.column - 1);
                write!(
                    f,
                    "{} (line {}, column {} of the script)\n  {}\n  {pad}^",
                    self.reason, p.line, p.column, p.text
                )
            }
        }
    }
}

impl std::error::Error for CompileError {}
