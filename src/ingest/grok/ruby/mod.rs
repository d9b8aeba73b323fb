//! Regular expressions in Ruby's syntax, as Elasticsearch's grok reads them (its engine is Joni, a port of Oniguruma), rewritten
//! for PCRE2.
//!
//! A pattern is parsed into a [`Node`] tree by Oniguruma's rules (`doc/RE` of its distribution describes them), with its error
//! texts, and written out again as PCRE2 reads it ([`pcre2`]). Where the two differ:
//!
//! | | Ruby | PCRE2 as we run it |
//! |---|---|---|
//! | `^` `$` | at every line | `multi_line` |
//! | `(?m)` | `.` matches newline | `(?s:.)` |
//! | `a(?i)b\|c` | `a(?i:b\|c)` | the alternation gets a group of its own |
//! | `\w \d \s \h` | ASCII; `\h` is a hex digit | classes written out |
//! | `\b`, `[[:alpha:]]`, `\p{…}` | Unicode | properties |
//! | `{n,m}+` | greedy, then repeated | a group of its own |
//! | `{n}?` | optional, greedy | the same |
//! | `[a[bc]&&[^d]]` | sets | look-ahead, or computed for ASCII |
//! | `(…)` beside `(?<n>…)` | does not capture | `(?:…)` |
//! | `(?<n>…)` twice | allowed | numbered groups |
//!
//! Each pattern has two forms, one for texts of nothing but ASCII (the most, and the fastest) and one for all others.

mod class;
mod escape;
mod group;
mod literal;
mod look_behind;
mod parser;
mod pcre2;
mod property;
mod quantifier;
mod size;

pub use literal::required_literal;
pub use pcre2::{Alphabet, write, write_regular, write_shared};
pub use size::must_be_tried;

use class::Class;
use thiserror::Error;

/// A fault in a pattern, in Joni's words.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0}")]
pub struct SyntaxError(pub String);

impl From<&str> for SyntaxError {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// A parsed pattern.
#[derive(Debug)]
pub struct Pattern {
    pub root: Node,
    /// The groups in the order of their parentheses; None: without a name. Group 1 is the first.
    pub groups: Vec<Option<Box<str>>>,
    /// Whether it refers to groups by number, so that it cannot be taken apart.
    pub refers_by_number: bool,
}

impl Node {
    /// Whether `is` holds of this node or one within.
    fn any(&self, is: &impl Fn(&Self) -> bool) -> bool {
        let within = match self {
            Self::Group(_, inner) | Self::Capture(_, inner) | Self::Repeat { node: inner, .. } => inner.any(is),
            Self::Concat(nodes) | Self::Alternate(nodes) => nodes.iter().any(|node| node.any(is)),
            Self::Condition { yes, no, .. } => yes.any(is) || no.any(is),
            _ => false,
        };
        within || is(self)
    }
}

impl Pattern {
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        parser::parse(text)
    }

    /// Whether group `number` captures: once there is a named group, the nameless ones do not.
    fn captures(&self, number: usize) -> bool {
        let named = self.groups.iter().any(Option::is_some);
        let this = number.checked_sub(1).and_then(|i| self.groups.get(i));
        this.is_some_and(|name| name.is_some() == named)
    }

    /// The names in the order of their first group, with the numbers their groups have once written for PCRE2.
    pub fn names(&self) -> Vec<(&str, Vec<usize>)> {
        let mut names: Vec<(&str, Vec<usize>)> = Vec::new();
        for (i, name) in self.groups.iter().flatten().enumerate() {
            match names.iter_mut().find(|(n, _)| **n == **name) {
                Some((_, numbers)) => numbers.push(i + 1),
                None => names.push((name, vec![i + 1])),
            }
        }
        names
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    Empty,
    Literal(char),
    /// `.`
    Any {
        newline: bool,
    },
    Class(Class),
    Assertion(Assertion),
    Group(GroupKind, Box<Node>),
    Capture(usize, Box<Node>),
    Repeat {
        node: Box<Node>,
        min: u32,
        max: Option<u32>,
        greed: Greed,
    },
    Concat(Vec<Node>),
    Alternate(Vec<Node>),
    /// Any of these groups' texts, the last one's first.
    Reference(Vec<usize>),
    /// `\g<name>`: the group's pattern once more. 0 is the whole.
    Call(usize),
    Condition {
        group: usize,
        yes: Box<Node>,
        no: Box<Node>,
    },
    /// `\K`
    Keep,
    /// `\R`
    LineBreak,
    /// `\X`
    Grapheme,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assertion {
    LineStart,
    LineEnd,
    TextStart,
    TextEnd,
    TextEndOrNewline,
    SearchStart,
    WordBoundary { ascii: bool },
    NoWordBoundary { ascii: bool },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupKind {
    Plain,
    Atomic,
    Ahead,
    NotAhead,
    Behind,
    NotBehind,
    /// `(?i:…)` or `(?-i:…)`.
    Caseless(bool),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Greed {
    Greedy,
    Lazy,
    Possessive,
}

/// What `(?imx)` switches.
#[derive(Clone, Copy, Debug, Default)]
struct Options {
    caseless: bool,
    dot_matches_newline: bool,
    extended: bool,
    range: Range,
}

/// What `\w`, `[[:alpha:]]` and `\b` take in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Range {
    /// `(?d)`, as without an option: escapes are ASCII, brackets and boundaries Unicode.
    #[default]
    Default,
    /// `(?a)`
    Ascii,
    /// `(?u)`
    Unicode,
}

/// An ASCII-only set, one bit a character.
type AsciiSet = u128;

const fn ascii_bit(byte: u8) -> AsciiSet {
    if byte < 128 { 1 << byte } else { 0 }
}

const fn ascii_range(from: u8, to: u8) -> AsciiSet {
    let mut set = 0;
    let mut byte = from;
    while byte <= to {
        set |= ascii_bit(byte);
        byte += 1;
    }
    set
}
