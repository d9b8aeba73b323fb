//! A Java pattern as a tree.

use super::class::CharSet;

/// How letters are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    Sensitive,
    /// `(?i)`: only ASCII letters match in either case.
    Ascii,
    /// `(?iu)`.
    Unicode,
}

#[derive(Clone, Debug)]
pub(super) enum Ast {
    Empty,
    Literal {
        c: char,
        case: Case,
    },
    Class(CharSet),
    /// `^` and `$` in a mode with or without several lines; `unix_lines`: only `\n` ends a line.
    LineStart {
        multi_line: bool,
        unix_lines: bool,
    },
    LineEnd {
        multi_line: bool,
        unix_lines: bool,
    },
    /// `\A`.
    TextStart,
    /// `\z`.
    TextEnd,
    /// `\G`.
    LastMatchEnd,
    WordBoundary {
        negated: bool,
        unicode: bool,
    },
    /// `\R`.
    LineBreak,
    /// `\X`.
    Grapheme,
    BackReference {
        group: u32,
        case: Case,
    },
    Capture(Box<Ast>),
    Look {
        ahead: bool,
        negated: bool,
        inside: Box<Ast>,
    },
    Atomic(Box<Ast>),
    Concat(Vec<Ast>),
    Alternate(Vec<Ast>),
    Repeat {
        inside: Box<Ast>,
        min: u32,
        max: Option<u32>,
        greed: Greed,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Greed {
    Greedy,
    Lazy,
    Possessive,
}
