//! Writes a pattern as PCRE2 reads it.

use super::class::{Class, Item, KELVIN_SIGN, LONG_S};
use super::property::Property;
use super::{AsciiSet, Assertion, Greed, GroupKind, Node, Pattern, ascii_bit};

/// What the texts consist of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alphabet {
    /// Nothing but ASCII: PCRE2 runs on bytes, every class is computed.
    Ascii,
    Unicode,
}

/// Any character at all.
const ANY_UNICODE: &str = r"[\x{0}-\x{10ffff}]";
/// What a backslash must stand before.
const META: &str = r"\.+*?()|[]{}^$#";
/// Matches nothing.
const NEVER: &str = "(?:(?!))";

/// A word character as `\b` sees it: Unicode's definition, and the numbers above the line of ISO 8859-1.
const WORD: &str = r"[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\x{b2}\x{b3}\x{b9}\x{bc}-\x{be}]";

/// The pattern for PCRE2, to be compiled with `multi_line`, and with `utf` for Unicode. Its groups are those that capture.
pub fn write(pattern: &Pattern, alphabet: Alphabet) -> String {
    let mut writer = Writer::new(pattern, alphabet, "(*LF)");
    writer.node(&pattern.root);
    writer.out
}

/// The pattern for an automaton of the `regex` crate, over any text, if it is regular.
pub fn write_regular(pattern: &Pattern) -> Option<String> {
    let mut writer = Writer::new(pattern, Alphabet::Unicode, "(?m)");
    writer.regular = true;
    writer.node(&pattern.root);
    // Nothing but syntax begins like this: in literals and classes parentheses are escaped.
    let irregular = ["(?=", "(?!", "(?<", "(?>"].iter().any(|group| writer.out.contains(group));
    (writer.regular && !irregular).then_some(writer.out)
}

/// As [`write`], but whatever comes up several times is written once, in routines at the end: for patterns that are too large
/// otherwise. They run slower.
pub fn write_shared(pattern: &Pattern, alphabet: Alphabet) -> String {
    let mut writer = Writer::new(pattern, alphabet, "(*LF)");
    writer.routines = Some(Vec::new());
    writer.node(&pattern.root);
    let routines = writer.routines.take().unwrap_or_default();
    if !routines.is_empty() {
        writer.out.push_str("(?(DEFINE)");
        routines.iter().for_each(|routine| writer.out.push_str(&format!("({routine})")));
        writer.out.push(')');
    }
    writer.out
}

/// Shorter groups are not worth a routine.
const ROUTINE_BYTES_MIN: usize = 40;

struct Writer {
    out: String,
    /// With [`write_shared`]: the routines so far. Their groups come after all others.
    routines: Option<Vec<String>>,
    alphabet: Alphabet,
    /// Group number in the pattern → its number in what is written; 0: it does not capture.
    numbers: Vec<usize>,
    caseless: bool,
    /// Writing for an automaton, and nothing so far that it cannot do.
    regular: bool,
}

impl Writer {
    fn new(pattern: &Pattern, alphabet: Alphabet, prefix: &str) -> Self {
        let mut numbers = vec![0];
        let mut next = 0;
        for group in 1..=pattern.groups.len() {
            let captures = pattern.captures(group);
            next += usize::from(captures);
            numbers.push(if captures { next } else { 0 });
        }
        Self { out: prefix.to_owned(), routines: None, alphabet, numbers, caseless: false, regular: false }
    }

    fn node(&mut self, node: &Node) {
        self.regular &= !matches!(
            node,
            Node::Reference(_)
                | Node::Call(_)
                | Node::Condition { .. }
                | Node::Keep
                | Node::Grapheme
                | Node::Assertion(Assertion::SearchStart | Assertion::TextEndOrNewline)
                | Node::Repeat { greed: Greed::Possessive, .. }
        );
        match node {
            Node::Empty => {}
            Node::Literal(c) => self.literal(*c),
            Node::Any { newline: false } => self.out.push('.'),
            Node::Any { newline: true } => self.out.push_str("(?s:.)"),
            Node::Class(class) => self.class(class),
            Node::Assertion(assertion) => self.assertion(*assertion),
            Node::Group(kind, inner) => self.group(*kind, inner),
            Node::Capture(number, inner) => {
                self.out.push_str(if self.number(*number) == 0 { "(?:" } else { "(" });
                self.node(inner);
                self.out.push(')');
            }
            Node::Repeat { node, min, max, greed } => self.repeat(node, *min, *max, *greed),
            Node::Concat(nodes) => nodes.iter().for_each(|n| self.node(n)),
            Node::Alternate(nodes) => {
                for (i, branch) in nodes.iter().enumerate() {
                    if i > 0 {
                        self.out.push('|');
                    }
                    self.node(branch);
                }
            }
            Node::Reference(groups) => self.reference(groups),
            Node::Call(0) => self.out.push_str("(?R)"),
            Node::Call(group) => {
                let number = self.number(*group);
                self.out.push_str(&format!("(?{number})"));
            }
            Node::Condition { group, yes, no } => {
                let number = self.number(*group);
                self.out.push_str(&format!("(?({number})"));
                self.enclosed(yes);
                self.out.push('|');
                self.enclosed(no);
                self.out.push(')');
            }
            Node::Keep => self.out.push_str(r"\K"),
            Node::LineBreak => self.out.push_str(match self.alphabet {
                Alphabet::Ascii => r"(?>\r\n|[\n-\r])",
                Alphabet::Unicode => r"(?>\r\n|[\n-\r\x{85}\x{2028}\x{2029}])",
            }),
            Node::Grapheme => self.out.push_str(match self.alphabet {
                Alphabet::Ascii => r"(?>\r\n|(?s:.))",
                Alphabet::Unicode => r"\X",
            }),
        }
    }

    fn number(&self, group: usize) -> usize {
        self.numbers.get(group).copied().unwrap_or_default()
    }

    fn enclosed(&mut self, node: &Node) {
        self.out.push_str("(?:");
        self.node(node);
        self.out.push(')');
    }

    fn literal(&mut self, c: char) {
        match (self.alphabet, c) {
            (_, c) if c.is_ascii_alphanumeric() => self.out.push(c),
            (_, c) if META.contains(c) => self.out.extend(['\\', c]),
            (_, c) if c.is_ascii_graphic() || c == ' ' => self.out.push(c),
            (_, c) if c.is_ascii() => self.out.push_str(&format!(r"\x{{{:x}}}", c as u32)),
            (Alphabet::Ascii, KELVIN_SIGN) if self.caseless => self.out.push('k'),
            (Alphabet::Ascii, LONG_S) if self.caseless => self.out.push('s'),
            (Alphabet::Ascii, _) => self.out.push_str(NEVER),
            (Alphabet::Unicode, c) => self.out.push(c),
        }
    }

    fn assertion(&mut self, assertion: Assertion) {
        let ascii_text = self.alphabet == Alphabet::Ascii || self.regular;
        self.out.push_str(match assertion {
            Assertion::LineStart => "^",
            Assertion::LineEnd => "$",
            Assertion::TextStart => r"\A",
            Assertion::TextEnd => r"\z",
            Assertion::TextEndOrNewline => r"\Z",
            Assertion::SearchStart => r"\G",
            Assertion::WordBoundary { ascii } if ascii || ascii_text => r"\b",
            Assertion::NoWordBoundary { ascii } if ascii || ascii_text => r"\B",
            Assertion::WordBoundary { .. } => {
                let boundary = format!("(?:(?<={WORD})(?!{WORD})|(?<!{WORD})(?={WORD}))");
                return self.out.push_str(&boundary);
            }
            Assertion::NoWordBoundary { .. } => {
                let no_boundary = format!("(?:(?<={WORD})(?={WORD})|(?<!{WORD})(?!{WORD}))");
                return self.out.push_str(&no_boundary);
            }
        });
    }

    fn group(&mut self, kind: GroupKind, inner: &Node) {
        let is_bound_to_place = |node: &Node| {
            matches!(node, Node::Capture(..) | Node::Reference(_) | Node::Call(_) | Node::Condition { .. } | Node::Keep)
        };
        if self.routines.is_none() || inner.any(&is_bound_to_place) {
            return self.group_in_place(kind, inner);
        }
        let before = std::mem::take(&mut self.out);
        self.group_in_place(kind, inner);
        let mut text = std::mem::replace(&mut self.out, before);
        if text.len() < ROUTINE_BYTES_MIN {
            return self.out.push_str(&text);
        }
        if self.caseless {
            text = format!("(?i:{text})");
        }
        let captures = self.numbers.iter().max().copied().unwrap_or_default();
        let routines = self.routines.get_or_insert_default();
        let index = routines.iter().position(|routine| *routine == text).unwrap_or_else(|| {
            routines.push(text);
            routines.len() - 1
        });
        self.out.push_str(&format!("(?{})", captures + 1 + index));
    }

    fn group_in_place(&mut self, kind: GroupKind, inner: &Node) {
        let outer = self.caseless;
        self.out.push_str(match kind {
            GroupKind::Plain => "(?:",
            GroupKind::Atomic => "(?>",
            GroupKind::Ahead => "(?=",
            GroupKind::NotAhead => "(?!",
            GroupKind::Behind => "(?<=",
            GroupKind::NotBehind => "(?<!",
            GroupKind::Caseless(true) => "(?i:",
            GroupKind::Caseless(false) => "(?-i:",
        });
        if let GroupKind::Caseless(on) = kind {
            self.caseless = on;
        }
        self.node(inner);
        self.caseless = outer;
        self.out.push(')');
    }

    fn repeat(&mut self, node: &Node, min: u32, max: Option<u32>, greed: Greed) {
        match node {
            Node::Literal(_) | Node::Any { .. } | Node::Class(_) | Node::Capture(..) => self.node(node),
            Node::Group(GroupKind::Plain | GroupKind::Atomic | GroupKind::Caseless(_), _) => self.node(node),
            _ => self.enclosed(node),
        }
        match (min, max) {
            (0, None) => self.out.push('*'),
            (1, None) => self.out.push('+'),
            (0, Some(1)) => self.out.push('?'),
            (min, None) => self.out.push_str(&format!("{{{min},}}")),
            (min, Some(max)) if min == max => self.out.push_str(&format!("{{{min}}}")),
            (min, Some(max)) => self.out.push_str(&format!("{{{min},{max}}}")),
        }
        match greed {
            Greed::Greedy => {}
            Greed::Lazy => self.out.push('?'),
            Greed::Possessive => self.out.push('+'),
        }
    }

    fn reference(&mut self, groups: &[usize]) {
        self.out.push_str("(?:");
        for (i, group) in groups.iter().rev().enumerate() {
            let number = self.number(*group);
            if i > 0 {
                self.out.push('|');
            }
            self.out.push_str(&format!(r"\g{{{number}}}"));
        }
        self.out.push(')');
    }

    /// Writes an expression that matches one character, fit to be repeated.
    fn class(&mut self, class: &Class) {
        if !self.regular
            && let Some(escape) = escape_of(class)
        {
            return self.out.push_str(escape);
        }
        match self.alphabet {
            Alphabet::Ascii => self.ascii_class(class),
            Alphabet::Unicode => match class.only_char() {
                Some(c) if class.caseless => self.literal(c),
                _ if class.caseless => self.out.push_str(&caseless_class(class)),
                _ if self.caseless => self.out.push_str(&format!("(?-i:{})", unicode_class(class))),
                _ => self.out.push_str(&unicode_class(class)),
            },
        }
    }

    fn ascii_class(&mut self, class: &Class) {
        let set = class.ascii();
        match (set, class.negated) {
            (0, false) | (AsciiSet::MAX, true) => self.out.push_str(NEVER),
            (0, true) | (AsciiSet::MAX, false) => self.out.push_str("(?s:.)"),
            (set, negated) => {
                self.out.push_str(if negated { "[^" } else { "[" });
                push_ranges(set, &mut self.out);
                self.out.push(']');
            }
        }
    }
}

/// The escape that stands for the class: without `ucp` PCRE2's are ASCII's too.
fn escape_of(class: &Class) -> Option<&'static str> {
    let [part] = class.parts.as_slice() else { return None };
    let [Item::Set(property, negated)] = part.as_slice() else { return None };
    let escapes = [
        (Property::ASCII_WORD, r"\w", r"\W"),
        (Property::ASCII_DIGIT, r"\d", r"\D"),
        (Property::ASCII_SPACE, r"\s", r"\S"),
    ];
    let (_, positive, negative) = escapes.into_iter().find(|(set, ..)| set == property)?;
    Some(if *negated == class.negated { positive } else { negative })
}

/// Writes a set as the inside of brackets.
fn push_ranges(set: AsciiSet, out: &mut String) {
    let mut byte = 0u8;
    while byte < 128 {
        if set & ascii_bit(byte) == 0 {
            byte += 1;
            continue;
        }
        let from = byte;
        while byte < 128 && set & ascii_bit(byte) != 0 {
            byte += 1;
        }
        push_range(char::from(from), char::from(byte - 1), out);
    }
}

fn push_range(from: char, to: char, out: &mut String) {
    push_member(from, out);
    if from != to {
        out.push('-');
        push_member(to, out);
    }
}

fn push_member(c: char, out: &mut String) {
    if c.is_ascii_alphanumeric() {
        out.push(c);
    } else {
        out.push_str(&format!(r"\x{{{:x}}}", c as u32));
    }
}

/// A class over all of Unicode, other cases included. Oniguruma leaves those of U+0080 to U+00FF out, and folds no set that is
/// ASCII's.
fn caseless_class(class: &Class) -> String {
    let positive = Class { negated: false, ..class.clone() };
    let all = unicode_class(&positive);
    let folding = |part: &Vec<Item>| part.iter().filter(|item| item.folds()).cloned().collect::<Vec<_>>();
    let parts = match class.parts.as_slice() {
        [part] => vec![folding(part)],
        several => several.to_vec(),
    };
    let is_plain = |item: &Item| matches!(item, Item::Range(_, to) if to.is_ascii());
    let plain = parts.iter().flatten().all(is_plain);
    if parts == class.parts && plain {
        return unicode_class(class);
    }
    let with_cases = if parts.iter().all(Vec::is_empty) {
        format!("(?-i:{all})")
    } else {
        let guard = if plain { "" } else { r"(?![\x{80}-\x{ff}])" };
        let folding = unicode_class(&Class { parts, ..positive });
        // To PCRE2 these properties have no other case.
        let folding = folding.replace(r"\p{Uppercase}", r"\p{Lu}").replace(r"\p{Lowercase}", r"\p{Ll}");
        format!("(?:(?-i:{all})|{guard}{folding})")
    };
    if class.negated { format!("(?:(?!{with_cases}){ANY_UNICODE})") } else { with_cases }
}

/// A class over all of Unicode.
fn unicode_class(class: &Class) -> String {
    let mut parts: Vec<String> =
        class.parts.iter().map(|part| union(part, class.negated && class.parts.len() == 1)).collect();
    match parts.pop() {
        None => NEVER.into(),
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            let ahead: String = parts.iter().map(|part| format!("(?={part})")).collect();
            if class.negated { format!("(?:(?!{ahead}{last}){ANY_UNICODE})") } else { format!("(?:{ahead}{last})") }
        }
    }
}

/// The characters that are in any of `items`, or those in none.
fn union(items: &[Item], negated: bool) -> String {
    let mut inside = String::new();
    let mut beside = Vec::new();
    for item in items {
        match item {
            Item::Range(from, to) => push_range(*from, *to, &mut inside),
            Item::Set(Property { ascii, unicode: None }, false) => push_ranges(*ascii, &mut inside),
            Item::Set(Property { ascii, unicode: None }, true) => {
                push_ranges(!ascii, &mut inside);
                inside.push_str(r"\x{80}-\x{10ffff}");
            }
            Item::Set(Property { unicode: Some(text), .. }, false) => inside.push_str(text),
            Item::Set(Property { unicode: Some(text), .. }, true) => beside.push(format!("[^{text}]")),
            Item::Class(Class { negated: false, parts, .. }) if parts.len() == 1 => {
                let nested = union(parts.first().map_or(&[], Vec::as_slice), false);
                match nested.strip_prefix('[').and_then(|n| n.strip_suffix(']')).filter(|n| !n.starts_with('^')) {
                    Some(plain) => inside.push_str(plain),
                    None => beside.push(nested),
                }
            }
            Item::Class(class) => beside.push(unicode_class(class)),
        }
    }
    match (inside.is_empty(), beside.len(), negated) {
        (true, 0, false) => NEVER.into(),
        (true, 0, true) => ANY_UNICODE.into(),
        (false, 0, false) => format!("[{inside}]"),
        (false, 0, true) => format!("[^{inside}]"),
        _ => {
            if !inside.is_empty() {
                beside.push(format!("[{inside}]"));
            }
            let any_of = format!("(?:{})", beside.join("|"));
            if negated { format!("(?:(?!{any_of}){ANY_UNICODE})") } else { any_of }
        }
    }
}
