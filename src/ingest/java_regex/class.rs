//! Sets of characters: Java's classes (`\h`, `\p{Alpha}`, `\p{IsHan}`, `\p{InGreek}`, `[a-z&&[^x]]`) as ranges of code points, with the
//! Unicode tables of `regex-syntax`.

use super::ast::Case;
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, HirKind};

/// A set of characters and, where one exists, a shorter way to write it that both engines read.
#[derive(Clone, Debug)]
pub(super) struct CharSet {
    pub set: ClassUnicode,
    pub symbol: Option<String>,
}

impl CharSet {
    pub fn empty() -> Self {
        ClassUnicode::empty().into()
    }

    pub fn range(from: char, to: char) -> Self {
        ClassUnicode::new([ClassUnicodeRange::new(from, to)]).into()
    }

    pub fn of(ranges: &[(char, char)]) -> Self {
        ClassUnicode::new(ranges.iter().map(|(a, b)| ClassUnicodeRange::new(*a, *b))).into()
    }

    pub fn union(&mut self, other: &Self) {
        self.symbol = if self.set.ranges().is_empty() { other.symbol.clone() } else { None };
        self.set.union(&other.set);
    }

    pub fn intersect(&mut self, other: &Self) {
        self.symbol = None;
        self.set.intersect(&other.set);
    }

    pub fn negated(mut self) -> Self {
        self.symbol = None;
        self.set.negate();
        self
    }

    /// The set under `(?i)`: with the other case of its letters.
    pub fn folded(mut self, case: Case) -> Self {
        match case {
            Case::Sensitive => return self,
            Case::Unicode => drop(self.set.try_case_fold_simple()),
            Case::Ascii => {
                let other = ('a'..='z').chain('A'..='Z').filter(|c| self.holds(*c)).map(|c| {
                    let c = if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
                    ClassUnicodeRange::new(c, c)
                });
                let other = ClassUnicode::new(other.collect::<Vec<_>>());
                self.set.union(&other);
            }
        }
        self.symbol = None;
        self
    }

    pub fn holds(&self, c: char) -> bool {
        self.set.iter().any(|r| (r.start()..=r.end()).contains(&c))
    }
}

impl From<ClassUnicode> for CharSet {
    fn from(set: ClassUnicode) -> Self {
        Self { set, symbol: None }
    }
}

pub(super) const LINE_TERMINATORS: [(char, char); 4] =
    [('\n', '\n'), ('\r', '\r'), ('\u{85}', '\u{85}'), ('\u{2028}', '\u{2029}')];

/// `\d \h \s \v \w` and their complements.
pub(super) fn escape_class(letter: char, unicode: bool) -> Option<CharSet> {
    let set = match (letter.to_ascii_lowercase(), unicode) {
        ('d', false) => CharSet::range('0', '9'),
        ('d', true) => property("Nd")?,
        ('w', false) => CharSet::of(&[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')]),
        ('w', true) => unicode_syntax(r"\w")?,
        ('s', false) => CharSet::of(&[('\t', '\r'), (' ', ' ')]),
        ('s', true) => unicode_syntax(r"\s")?,
        ('v', _) => CharSet::of(&[('\n', '\r'), ('\u{85}', '\u{85}'), ('\u{2028}', '\u{2029}')]),
        ('h', _) => CharSet::of(&[
            ('\t', '\t'),
            (' ', ' '),
            ('\u{a0}', '\u{a0}'),
            ('\u{1680}', '\u{1680}'),
            ('\u{180e}', '\u{180e}'),
            ('\u{2000}', '\u{200a}'),
            ('\u{202f}', '\u{202f}'),
            ('\u{205f}', '\u{205f}'),
            ('\u{3000}', '\u{3000}'),
        ]),
        _ => return None,
    };
    Some(if letter.is_ascii_uppercase() { set.negated() } else { set })
}

/// `\p{name}`; `unicode` is the flag `U`, under which the POSIX names mean all of Unicode.
pub(super) fn named_class(name: &str, unicode: bool, case: Case) -> Option<CharSet> {
    if let Some((key, value)) = name.split_once('=') {
        return match key.to_ascii_lowercase().as_str() {
            "sc" | "script" | "gc" | "general_category" => property(value),
            "blk" | "block" => block(value),
            _ => None,
        };
    }
    if let Some(block_name) = name.strip_prefix("In") {
        return block(block_name);
    }
    if let Some(rest) = name.strip_prefix("Is") {
        return property(binary_property(rest).unwrap_or(rest));
    }
    if let Some(rest) = name.strip_prefix("java") {
        return java_method(rest);
    }
    let posix = if unicode { unicode_posix(name) } else { ascii_posix(name, case) };
    posix.or_else(|| general_category(name, case))
}

/// Two-letter categories, one-letter groups and Java's own `L1`, `LC`, `LD`, `all`.
fn general_category(name: &str, case: Case) -> Option<CharSet> {
    match name {
        "LC" => unicode_syntax(r"[\p{Lu}\p{Ll}\p{Lt}]"),
        "LD" => unicode_syntax(r"[\p{L}\p{Nd}]"),
        "L1" => Some(CharSet::range('\0', '\u{ff}')),
        "all" | "ALL" => Some(CharSet::range('\0', char::MAX)),
        "Lu" | "Ll" | "Lt" if case != Case::Sensitive => unicode_syntax(r"[\p{Lu}\p{Ll}\p{Lt}]"),
        _ if name.len() <= 2 => property(name),
        _ => None,
    }
}

fn ascii_posix(name: &str, case: Case) -> Option<CharSet> {
    Some(match name {
        "Lower" | "Upper" if case != Case::Sensitive => CharSet::of(&[('a', 'z'), ('A', 'Z')]),
        "Lower" => CharSet::range('a', 'z'),
        "Upper" => CharSet::range('A', 'Z'),
        "ASCII" => CharSet::range('\0', '\x7f'),
        "Alpha" => CharSet::of(&[('a', 'z'), ('A', 'Z')]),
        "Digit" => CharSet::range('0', '9'),
        "Alnum" => CharSet::of(&[('0', '9'), ('a', 'z'), ('A', 'Z')]),
        "Punct" => CharSet::of(&[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')]),
        "Graph" => CharSet::range('!', '~'),
        "Print" => CharSet::range(' ', '~'),
        "Blank" => CharSet::of(&[(' ', ' '), ('\t', '\t')]),
        "Cntrl" => CharSet::of(&[('\0', '\x1f'), ('\x7f', '\x7f')]),
        "XDigit" => CharSet::of(&[('0', '9'), ('a', 'f'), ('A', 'F')]),
        "Space" => CharSet::of(&[('\t', '\r'), (' ', ' ')]),
        _ => return None,
    })
}

fn unicode_posix(name: &str) -> Option<CharSet> {
    unicode_syntax(match name {
        "Lower" => r"\p{Lowercase}",
        "Upper" => r"\p{Uppercase}",
        "ASCII" => r"[\x00-\x7F]",
        "Alpha" => r"\p{Alphabetic}",
        "Digit" => r"\p{Nd}",
        "Alnum" => r"[\p{Alphabetic}\p{Nd}]",
        "Punct" => r"\p{P}",
        "Graph" => r"[^\p{White_Space}\p{Cc}\p{Cs}\p{Cn}]",
        "Print" => r"[[^\p{White_Space}\p{Cc}\p{Cs}\p{Cn}]\p{Zs}]",
        "Blank" => r"[\p{Zs}\t]",
        "Cntrl" => r"\p{Cc}",
        "XDigit" => r"[\p{Nd}\p{Hex_Digit}]",
        "Space" => r"\p{White_Space}",
        _ => return None,
    })
}

/// Java's names of binary properties after `Is`, where `regex-syntax` has another.
fn binary_property(name: &str) -> Option<&'static str> {
    Some(match name.to_ascii_uppercase().as_str() {
        "ALPHABETIC" => "Alphabetic",
        "LETTER" => "L",
        "IDEOGRAPHIC" => "Ideographic",
        "LOWERCASE" => "Lowercase",
        "UPPERCASE" => "Uppercase",
        "TITLECASE" => "Lt",
        "WHITE_SPACE" | "WHITESPACE" => "White_Space",
        "CONTROL" => "Cc",
        "PUNCTUATION" => "P",
        "HEX_DIGIT" | "HEXDIGIT" => "Hex_Digit",
        "DIGIT" => "Nd",
        "JOIN_CONTROL" | "JOINCONTROL" => "Join_Control",
        "NONCHARACTER_CODE_POINT" | "NONCHARACTERCODEPOINT" => "Noncharacter_Code_Point",
        _ => return None,
    })
}

/// `\p{javaLowerCase}`: the characters for which `Character.isLowerCase` holds.
fn java_method(name: &str) -> Option<CharSet> {
    unicode_syntax(match name {
        "LowerCase" => r"\p{Lowercase}",
        "UpperCase" => r"\p{Uppercase}",
        "Alphabetic" => r"\p{Alphabetic}",
        "Ideographic" => r"\p{Ideographic}",
        "TitleCase" => r"\p{Lt}",
        "Digit" => r"\p{Nd}",
        "Defined" => r"\P{Cn}",
        "Letter" => r"\p{L}",
        "LetterOrDigit" => r"[\p{L}\p{Nd}]",
        "SpaceChar" => r"\p{Z}",
        "Whitespace" => r"[\t-\r\x1C-\x1F\p{Z}--[\u{A0}\u{2007}\u{202F}]]",
        "ISOControl" => r"\p{Cc}",
        "JavaIdentifierStart" => r"[\p{L}\p{Nl}\p{Sc}\p{Pc}]",
        "JavaIdentifierPart" => r"[\p{L}\p{Nl}\p{Sc}\p{Pc}\p{Nd}\p{Mc}\p{Mn}]",
        "UnicodeIdentifierStart" => r"\p{ID_Start}",
        "UnicodeIdentifierPart" => r"\p{ID_Continue}",
        _ => return None,
    })
}

/// A category, script or binary property by its Unicode name.
fn property(name: &str) -> Option<CharSet> {
    if !name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b' ' | b'-')) {
        return None;
    }
    let mut class = unicode_syntax(&format!(r"\p{{{name}}}"))?;
    let is_category = name.len() <= 2;
    class.symbol = is_category.then(|| format!(r"\p{{{name}}}"));
    Some(class)
}

fn unicode_syntax(pattern: &str) -> Option<CharSet> {
    match regex_syntax::parse(pattern).ok()?.into_kind() {
        HirKind::Class(Class::Unicode(set)) => Some(set.into()),
        HirKind::Class(Class::Bytes(set)) => set.to_unicode_class().map(Into::into),
        // A class of one character.
        HirKind::Literal(literal) => {
            let c = std::str::from_utf8(&literal.0).ok()?.chars().next()?;
            Some(CharSet::range(c, c))
        }
        _ => None,
    }
}

/// Blocks that log patterns name. `regex-syntax` has no table of blocks.
const BLOCKS: [(&str, char, char); 34] = [
    ("basiclatin", '\0', '\u{7f}'),
    ("latin1supplement", '\u{80}', '\u{ff}'),
    ("latinextendeda", '\u{100}', '\u{17f}'),
    ("latinextendedb", '\u{180}', '\u{24f}'),
    ("ipaextensions", '\u{250}', '\u{2af}'),
    ("spacingmodifierletters", '\u{2b0}', '\u{2ff}'),
    ("combiningdiacriticalmarks", '\u{300}', '\u{36f}'),
    ("greek", '\u{370}', '\u{3ff}'),
    ("greekandcoptic", '\u{370}', '\u{3ff}'),
    ("cyrillic", '\u{400}', '\u{4ff}'),
    ("armenian", '\u{530}', '\u{58f}'),
    ("hebrew", '\u{590}', '\u{5ff}'),
    ("arabic", '\u{600}', '\u{6ff}'),
    ("devanagari", '\u{900}', '\u{97f}'),
    ("thai", '\u{e00}', '\u{e7f}'),
    ("georgian", '\u{10a0}', '\u{10ff}'),
    ("hanguljamo", '\u{1100}', '\u{11ff}'),
    ("latinextendedadditional", '\u{1e00}', '\u{1eff}'),
    ("greekextended", '\u{1f00}', '\u{1fff}'),
    ("generalpunctuation", '\u{2000}', '\u{206f}'),
    ("currencysymbols", '\u{20a0}', '\u{20cf}'),
    ("letterlikesymbols", '\u{2100}', '\u{214f}'),
    ("arrows", '\u{2190}', '\u{21ff}'),
    ("mathematicaloperators", '\u{2200}', '\u{22ff}'),
    ("boxdrawing", '\u{2500}', '\u{257f}'),
    ("blockelements", '\u{2580}', '\u{259f}'),
    ("cjksymbolsandpunctuation", '\u{3000}', '\u{303f}'),
    ("hiragana", '\u{3040}', '\u{309f}'),
    ("katakana", '\u{30a0}', '\u{30ff}'),
    ("cjkunifiedideographsextensiona", '\u{3400}', '\u{4dbf}'),
    ("cjkunifiedideographs", '\u{4e00}', '\u{9fff}'),
    ("hangulsyllables", '\u{ac00}', '\u{d7af}'),
    ("privateusearea", '\u{e000}', '\u{f8ff}'),
    ("halfwidthandfullwidthforms", '\u{ff00}', '\u{ffef}'),
];

fn block(name: &str) -> Option<CharSet> {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    BLOCKS.iter().find(|(block, ..)| *block == plain).map(|(_, from, to)| CharSet::range(*from, *to))
}
