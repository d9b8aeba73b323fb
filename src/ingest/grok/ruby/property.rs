//! Named sets of characters: `\w`, `[[:alpha:]]`, `\p{Han}`.

use super::{AsciiSet, ascii_bit, ascii_range};
use ::pcre2::bytes::{Regex, RegexBuilder};
use std::borrow::Cow;

/// A named set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// Which ASCII characters are in it.
    pub ascii: AsciiSet,
    /// How PCRE2 writes the set inside of brackets, unless it is ASCII's part and nothing else.
    pub unicode: Option<Cow<'static, str>>,
}

const DIGITS: AsciiSet = ascii_range(b'0', b'9');
const UPPER: AsciiSet = ascii_range(b'A', b'Z');
const LOWER: AsciiSet = ascii_range(b'a', b'z');
const LETTERS: AsciiSet = UPPER | LOWER;
const SPACES: AsciiSet = ascii_range(b'\t', b'\r') | ascii_bit(b' ');
const GRAPHIC: AsciiSet = ascii_range(b'!', b'~');
const SYMBOLS: AsciiSet = GRAPHIC & !LETTERS & !DIGITS;
const CONTROLS: AsciiSet = ascii_range(0, 0x1f) | ascii_bit(0x7f);

const fn ascii(ascii: AsciiSet) -> Property {
    Property { ascii, unicode: None }
}

const fn both(ascii: AsciiSet, unicode: &'static str) -> Property {
    Property { ascii, unicode: Some(Cow::Borrowed(unicode)) }
}

/// The sets that Oniguruma makes itself, with their definitions there (`tool/enc-unicode.rb`).
const OWN: [(&str, Property); 17] = [
    ("alnum", both(LETTERS | DIGITS, r"\p{Alphabetic}\p{Nd}")),
    ("alpha", both(LETTERS, r"\p{Alphabetic}")),
    ("ascii", ascii(AsciiSet::MAX)),
    ("blank", both(ascii_bit(b'\t') | ascii_bit(b' '), r"\t\p{Zs}")),
    ("cntrl", both(CONTROLS, r"\p{Cc}")),
    ("digit", both(DIGITS, r"\p{Nd}")),
    ("graph", both(GRAPHIC, r"\p{L}\p{M}\p{N}\p{P}\p{S}\p{Cf}\p{Co}")),
    ("lower", both(LOWER, r"\p{Lowercase}")),
    ("newline", ascii(ascii_bit(b'\n'))),
    ("print", both(GRAPHIC | ascii_bit(b' '), r"\p{L}\p{M}\p{N}\p{P}\p{S}\p{Cf}\p{Co}\p{Zs}")),
    ("punct", both(PUNCTUATION, r"\p{P}")),
    ("space", both(SPACES, r"\p{White_Space}")),
    ("upper", both(UPPER, r"\p{Uppercase}")),
    ("word", Property::WORD),
    ("xdigit", Property::HEX_DIGIT),
    ("xposixpunct", both(SYMBOLS, XPOSIX_PUNCT)),
    ("any", both(AsciiSet::MAX, r"\x{0}-\x{10ffff}")),
];

/// What Unicode counts as punctuation; `$+<=>^`\|~` are symbols.
const PUNCTUATION: AsciiSet = SYMBOLS
    & !(ascii_bit(b'$')
        | ascii_bit(b'+')
        | ascii_range(b'<', b'>')
        | ascii_bit(b'^')
        | ascii_bit(b'`')
        | ascii_bit(b'|')
        | ascii_bit(b'~'));
const XPOSIX_PUNCT: &str = r"\p{P}\x{24}\x{2b}\x{3c}-\x{3e}\x{5e}\x{60}\x{7c}\x{7e}";

/// The names that brackets know: `[[:alpha:]]`.
const POSIX: [&str; 14] = [
    "alnum", "alpha", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "xdigit",
    "ascii", "word",
];

/// The Unicode blocks that logs' alphabets lie in; PCRE2 knows no blocks.
const BLOCKS: [(&str, &str); 16] = [
    ("inarabic", r"\x{600}-\x{6ff}"),
    ("incjksymbolsandpunctuation", r"\x{3000}-\x{303f}"),
    ("incjkunifiedideographs", r"\x{4e00}-\x{9fff}"),
    ("incyrillic", r"\x{400}-\x{4ff}"),
    ("indevanagari", r"\x{900}-\x{97f}"),
    ("ingeneralpunctuation", r"\x{2000}-\x{206f}"),
    ("ingreekandcoptic", r"\x{370}-\x{3ff}"),
    ("inhalfwidthandfullwidthforms", r"\x{ff00}-\x{ffef}"),
    ("inhangulsyllables", r"\x{ac00}-\x{d7af}"),
    ("inhebrew", r"\x{590}-\x{5ff}"),
    ("inhiragana", r"\x{3040}-\x{309f}"),
    ("inkatakana", r"\x{30a0}-\x{30ff}"),
    ("inlatin1supplement", r"\x{80}-\x{ff}"),
    ("inlatinextendeda", r"\x{100}-\x{17f}"),
    ("inlatinextendedb", r"\x{180}-\x{24f}"),
    ("inthai", r"\x{e00}-\x{e7f}"),
];

impl Property {
    pub const ASCII_WORD: Self = ascii(LETTERS | DIGITS | ascii_bit(b'_'));
    pub const ASCII_DIGIT: Self = ascii(DIGITS);
    pub const ASCII_SPACE: Self = ascii(SPACES);
    pub const HEX_DIGIT: Self = ascii(DIGITS | ascii_range(b'A', b'F') | ascii_range(b'a', b'f'));
    pub const WORD: Self = both(LETTERS | DIGITS | ascii_bit(b'_'), r"\p{Alphabetic}\p{M}\p{Nd}\p{Pc}");
    pub const DIGIT: Self = both(DIGITS, r"\p{Nd}");
    pub const SPACE: Self = both(SPACES, r"\p{White_Space}");

    /// The set of a `[:name:]`; names are in lower case.
    pub fn posix(name: &str) -> Option<Self> {
        let name = POSIX.into_iter().find(|n| *n == name)?;
        Self::own(if name == "punct" { "xposixpunct" } else { name })
    }

    /// The set of a `\p{name}`: case, blanks, `-` and `_` do not matter.
    pub fn named(name: &str) -> Option<Self> {
        let name: String =
            name.chars().filter(|c| !matches!(c, ' ' | '-' | '_')).flat_map(char::to_lowercase).collect();
        if let Some(own) = Self::own(&name) {
            return Some(own);
        }
        match name.as_str() {
            "inbasiclatin" => return Some(ascii(AsciiSet::MAX)),
            "assigned" => return Some(Self { ascii: AsciiSet::MAX, unicode: Some(r"\P{Cn}".into()) }),
            _ => {}
        }
        if let Some((_, range)) = BLOCKS.iter().find(|(block, _)| *block == name) {
            return Some(both(0, range));
        }
        Self::of_pcre2(&name)
    }

    /// The same without the characters beyond ASCII.
    pub fn ascii_only(self) -> Self {
        ascii(self.ascii)
    }

    fn own(name: &str) -> Option<Self> {
        OWN.iter().find(|(n, _)| *n == name).map(|(_, property)| property.clone())
    }

    /// A category, script or binary property by the name that PCRE2 and Oniguruma share.
    fn of_pcre2(name: &str) -> Option<Self> {
        let name = LONG_CATEGORIES.iter().find(|(long, _)| *long == name).map_or(name, |(_, short)| short);
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return None;
        }
        let text = format!(r"\p{{{name}}}");
        let regex: Regex = RegexBuilder::new().utf(true).build(&text).ok()?;
        let mut ascii = 0;
        for byte in 0..128 {
            if regex.is_match(&[byte]).ok()? {
                ascii |= ascii_bit(byte);
            }
        }
        Some(Self { ascii, unicode: Some(text.into()) })
    }
}

/// General categories by their long names, which PCRE2 does not know.
const LONG_CATEGORIES: [(&str, &str); 38] = [
    ("casedletter", "LC"),
    ("closepunctuation", "Pe"),
    ("combiningmark", "M"),
    ("connectorpunctuation", "Pc"),
    ("control", "Cc"),
    ("currencysymbol", "Sc"),
    ("dashpunctuation", "Pd"),
    ("decimalnumber", "Nd"),
    ("enclosingmark", "Me"),
    ("finalpunctuation", "Pf"),
    ("format", "Cf"),
    ("initialpunctuation", "Pi"),
    ("letter", "L"),
    ("letternumber", "Nl"),
    ("lineseparator", "Zl"),
    ("lowercaseletter", "Ll"),
    ("mark", "M"),
    ("mathsymbol", "Sm"),
    ("modifierletter", "Lm"),
    ("modifiersymbol", "Sk"),
    ("nonspacingmark", "Mn"),
    ("number", "N"),
    ("openpunctuation", "Ps"),
    ("other", "C"),
    ("otherletter", "Lo"),
    ("othernumber", "No"),
    ("otherpunctuation", "Po"),
    ("othersymbol", "So"),
    ("paragraphseparator", "Zp"),
    ("privateuse", "Co"),
    ("punctuation", "P"),
    ("separator", "Z"),
    ("spaceseparator", "Zs"),
    ("spacingmark", "Mc"),
    ("symbol", "S"),
    ("titlecaseletter", "Lt"),
    ("unassigned", "Cn"),
    ("uppercaseletter", "Lu"),
];
