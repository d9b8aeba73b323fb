//! A tree to the syntax of the two engines. Everything is spelt out (character ranges, line ends, group numbers), so that no default
//! of an engine shows through.

use super::ast::{Ast, Case, Greed};
use super::class::CharSet;
use std::fmt::Write;

/// For which texts a pattern is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Texts {
    Any,
    /// Not empty, and without a line terminator: `$` then is the end and `(?m)^` the start.
    OneLine,
}

/// Whether the `regex` crate's automata can run the pattern on such texts: nothing in it looks around or back.
pub(super) fn is_regular(ast: &Ast, texts: Texts) -> bool {
    match ast {
        Ast::Empty | Ast::Literal { .. } | Ast::Class(_) | Ast::TextStart | Ast::TextEnd => true,
        Ast::LineStart { multi_line, .. } => !multi_line || texts == Texts::OneLine,
        Ast::LineEnd { .. } => texts == Texts::OneLine,
        // Inside of characters that are not ASCII `\B` would split them.
        Ast::WordBoundary { negated, .. } => !negated,
        Ast::LastMatchEnd | Ast::LineBreak | Ast::Grapheme => false,
        Ast::BackReference { .. } | Ast::Look { .. } | Ast::Atomic(_) => false,
        Ast::Capture(inside) => is_regular(inside, texts),
        Ast::Repeat { inside, greed, .. } => *greed != Greed::Possessive && is_regular(inside, texts),
        Ast::Concat(items) | Ast::Alternate(items) => items.iter().all(|item| is_regular(item, texts)),
    }
}

pub(super) struct Emitter {
    pub out: String,
    /// For PCRE2; else for the `regex` crate.
    pub pcre: bool,
    pub texts: Texts,
    /// How many groups there are.
    pub groups: u32,
}

const ENDS_OF_LINE: &str = r"[\r\x{85}\x{2028}\x{2029}]";

impl Emitter {
    pub fn ast(&mut self, ast: &Ast) {
        match ast {
            Ast::Empty => {}
            Ast::Literal { c, case } => self.literal(*c, *case),
            Ast::Class(class) => self.class(class),
            Ast::TextStart | Ast::LineStart { multi_line: false, .. } => self.out.push_str(r"\A"),
            Ast::TextEnd => self.out.push_str(r"\z"),
            Ast::LineStart { .. } if self.texts == Texts::OneLine => self.out.push_str(r"\A"),
            Ast::LineEnd { .. } if self.texts == Texts::OneLine => self.out.push_str(r"\z"),
            Ast::LastMatchEnd => self.out.push_str(r"\G"),
            // Java finds no line start at the very end, not even of an empty text.
            Ast::LineStart { unix_lines: true, .. } => self.out.push_str(r"(?:\A|(?<=\n))(?!\z)"),
            Ast::LineStart { .. } => {
                self.out.push_str(r"(?:\A|(?<=[\n\x{85}\x{2028}\x{2029}])|(?<=\r)(?!\n))(?!\z)");
            }
            Ast::LineEnd { multi_line: true, unix_lines: true } => self.out.push_str(r"(?=\n|\z)"),
            Ast::LineEnd { multi_line: false, unix_lines: true } => self.out.push_str(r"(?=\n?\z)"),
            Ast::LineEnd { multi_line: true, .. } => {
                let _ = write!(self.out, r"(?:(?={ENDS_OF_LINE}|\z)|(?<!\r)(?=\n))");
            }
            Ast::LineEnd { .. } => {
                let _ = write!(self.out, r"(?:\z|(?={ENDS_OF_LINE}\z)|(?=\r\n\z)|(?<!\r)(?=\n\z))");
            }
            Ast::WordBoundary { negated, unicode } => self.word_boundary(*negated, *unicode),
            Ast::LineBreak => self.out.push_str(r"(?>\r\n|[\n-\r\x{85}\x{2028}\x{2029}])"),
            Ast::Grapheme => self.out.push_str(r"\X"),
            // A group that does not exist matches nothing.
            Ast::BackReference { group, .. } if *group > self.groups => self.out.push_str("(?!)"),
            Ast::BackReference { group, case: Case::Sensitive } => drop(write!(self.out, r"(?:\g{{{group}}})")),
            Ast::BackReference { group, .. } => drop(write!(self.out, r"(?i:\g{{{group}}})")),
            Ast::Capture(inside) => self.wrapped("(", inside),
            Ast::Look { ahead, negated, inside } => {
                let open = match (ahead, negated) {
                    (true, false) => "(?=",
                    (true, true) => "(?!",
                    (false, false) => "(?<=",
                    (false, true) => "(?<!",
                };
                self.wrapped(open, inside);
            }
            Ast::Atomic(inside) => self.wrapped("(?>", inside),
            Ast::Concat(items) => {
                for item in items {
                    if matches!(item, Ast::Alternate(_)) { self.wrapped("(?:", item) } else { self.ast(item) }
                }
            }
            Ast::Alternate(branches) => {
                for (i, branch) in branches.iter().enumerate() {
                    if i > 0 {
                        self.out.push('|');
                    }
                    self.ast(branch);
                }
            }
            Ast::Repeat { inside, min, max, greed } => self.repeat(inside, *min, *max, *greed),
        }
    }

    fn wrapped(&mut self, open: &str, inside: &Ast) {
        self.out.push_str(open);
        self.ast(inside);
        self.out.push(')');
    }

    fn repeat(&mut self, inside: &Ast, min: u32, max: Option<u32>, greed: Greed) {
        if matches!(inside, Ast::Literal { case: Case::Sensitive, .. } | Ast::Class(_) | Ast::Capture(_)) {
            self.ast(inside);
        } else {
            self.wrapped("(?:", inside);
        }
        let _ = match (min, max) {
            (0, None) => write!(self.out, "*"),
            (1, None) => write!(self.out, "+"),
            (0, Some(1)) => write!(self.out, "?"),
            (min, None) => write!(self.out, "{{{min},}}"),
            (min, Some(max)) if min == max => write!(self.out, "{{{min}}}"),
            (min, Some(max)) => write!(self.out, "{{{min},{max}}}"),
        };
        match greed {
            Greed::Greedy => {}
            Greed::Lazy => self.out.push('?'),
            Greed::Possessive => self.out.push('+'),
        }
    }

    fn literal(&mut self, c: char, case: Case) {
        match case {
            Case::Ascii if c.is_ascii_alphabetic() => {
                let _ = write!(self.out, "[{}{}]", c.to_ascii_lowercase(), c.to_ascii_uppercase());
            }
            Case::Unicode if c.is_alphabetic() => {
                let _ = write!(self.out, "(?i:{c})");
            }
            _ if c.is_ascii_alphanumeric() || !c.is_ascii() => self.out.push(c),
            _ => drop(write!(self.out, r"\x{{{:x}}}", u32::from(c))),
        }
    }

    fn class(&mut self, class: &CharSet) {
        if let Some(symbol) = &class.symbol {
            return self.out.push_str(symbol);
        }
        let ranges = class.set.ranges();
        match ranges {
            [] => return self.out.push_str(r"[^\x{0}-\x{10ffff}]"),
            [all] if all.start() == '\0' && all.end() == char::MAX => return self.out.push_str("(?s:.)"),
            _ => {}
        }
        // The complement is shorter where a class was negated.
        let mut complement = class.set.clone();
        complement.negate();
        let (open, ranges) =
            if complement.ranges().len() < ranges.len() { ("[^", complement.ranges()) } else { ("[", ranges) };
        self.out.push_str(open);
        for range in ranges {
            let (from, to) = (u32::from(range.start()), u32::from(range.end()));
            let _ = if from == to {
                write!(self.out, r"\x{{{from:x}}}")
            } else {
                write!(self.out, r"\x{{{from:x}}}-\x{{{to:x}}}")
            };
        }
        self.out.push(']');
    }

    fn word_boundary(&mut self, negated: bool, unicode: bool) {
        let text = match (self.pcre, negated, unicode) {
            (true, false, false) => r"\b",
            (true, true, false) => r"\B",
            (true, false, true) => {
                r"(?:(?<=[\p{L}\p{M}\p{N}\p{Pc}])(?![\p{L}\p{M}\p{N}\p{Pc}])|(?<![\p{L}\p{M}\p{N}\p{Pc}])(?=[\p{L}\p{M}\p{N}\p{Pc}]))"
            }
            (true, true, true) => {
                r"(?:(?<=[\p{L}\p{M}\p{N}\p{Pc}])(?=[\p{L}\p{M}\p{N}\p{Pc}])|(?<![\p{L}\p{M}\p{N}\p{Pc}])(?![\p{L}\p{M}\p{N}\p{Pc}]))"
            }
            (false, _, false) => r"(?-u:\b)",
            (false, _, true) => r"\b",
        };
        self.out.push_str(text);
    }
}
