//! Character classes: `[a-z[:digit:]&&[^x]]`.
//!
//! The state machine is Oniguruma's: what a `-` means depends on what came before and comes after.

use super::escape::{ClassEscape, TOO_SHORT};
use super::parser::Parser;
use super::property::Property;
use super::{AsciiSet, Options, Range, SyntaxError, ascii_bit, ascii_range};

const ASCII_LETTERS: AsciiSet = ascii_range(b'A', b'Z') | ascii_range(b'a', b'z');

/// Classes in classes.
const NESTED_CLASSES_MAX: usize = 50;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Class {
    pub negated: bool,
    /// What lies between `&&`s: a character must be in each.
    pub parts: Vec<Vec<Item>>,
    pub caseless: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    Range(char, char),
    /// A named set; true: all that is not in it.
    Set(Property, bool),
    Class(Class),
}

impl Class {
    /// The ASCII characters that the class holds, its own negation left out.
    pub fn ascii(&self) -> AsciiSet {
        let mut set = AsciiSet::MAX;
        for part in &self.parts {
            set &= part.iter().fold(0, |union, item| union | item.ascii());
        }
        if self.caseless { with_both_cases(set | self.ascii_cases()) } else { set }
    }

    /// The ASCII characters that are another case of one beyond ASCII: there are two such.
    fn ascii_cases(&self) -> AsciiSet {
        let holds =
            |c| self.parts.iter().flatten().any(|i| matches!(i, Item::Range(from, to) if (*from..=*to).contains(&c)));
        let of = |c, ascii| if holds(c) { ascii_bit(ascii) } else { 0 };
        of(KELVIN_SIGN, b'k') | of(LONG_S, b's')
    }

    /// The one character that the class stands for.
    pub fn only_char(&self) -> Option<char> {
        match self.parts.as_slice() {
            [part] if !self.negated => match part.as_slice() {
                [Item::Range(from, to)] if from == to => Some(*from),
                _ => None,
            },
            _ => None,
        }
    }
}

/// The characters beyond ASCII whose other case lies within.
pub const KELVIN_SIGN: char = '\u{212a}';
pub const LONG_S: char = '\u{17f}';

impl Item {
    /// Whether a caseless class takes in other cases of what the item holds. Of sets that are ASCII's it does not.
    pub fn folds(&self) -> bool {
        match self {
            Self::Range(_, to) if to.is_ascii() => self.ascii() & ASCII_LETTERS != 0,
            Self::Set(property, _) => property.unicode.is_some(),
            Self::Range(..) | Self::Class(_) => true,
        }
    }

    fn ascii(&self) -> AsciiSet {
        match self {
            Self::Range(from, to) => match u8::try_from(*from) {
                Ok(from) if from.is_ascii() => ascii_range(from, u8::try_from(*to).map_or(0x7f, |to| to.min(0x7f))),
                _ => 0,
            },
            Self::Set(property, false) => property.ascii,
            Self::Set(property, true) => !property.ascii,
            Self::Class(class) if class.negated => !class.ascii(),
            Self::Class(class) => class.ascii(),
        }
    }
}

fn with_both_cases(set: AsciiSet) -> AsciiSet {
    let mut out = set;
    for byte in b'a'..=b'z' {
        let (lower, upper) = (ascii_bit(byte), ascii_bit(byte.to_ascii_uppercase()));
        if set & (lower | upper) != 0 {
            out |= lower | upper;
        }
    }
    out
}

/// What the item before was, so that a `-` can be understood.
enum Before {
    Nothing,
    Char(char),
    /// A named set: no range may begin with it.
    Set,
    /// `a-`
    Begun(char),
    /// `a-b`, or a class in brackets.
    Complete,
}

impl Parser<'_> {
    /// Reads what follows a `[` up to its `]`.
    pub fn class(&mut self, options: Options) -> Result<Class, SyntaxError> {
        self.nested_class(options, 0)
    }

    fn nested_class(&mut self, options: Options, depth: usize) -> Result<Class, SyntaxError> {
        if depth > NESTED_CLASSES_MAX {
            return Err("too deep nest level".into());
        }
        let negated = self.eat("^");
        let mut parts = Vec::new();
        let mut items = Vec::new();
        let mut before = Before::Nothing;
        if self.peek() == Some(']') {
            // A first `]` is a literal where another one closes the class.
            if !has_closing(self.rest().get(1..).unwrap_or_default()) {
                return Err("empty char-class".into());
            }
            self.next();
            before = Before::Char(']');
        }
        loop {
            if self.rest().starts_with("&&") {
                self.next();
                self.next();
                flush(&mut before, &mut items);
                parts.push(std::mem::take(&mut items));
                continue;
            }
            let Some(c) = self.next() else { return Err("premature end of char-class".into()) };
            match c {
                ']' => break,
                '-' => self.hyphen(&mut before, &mut items)?,
                '[' => match self.posix_bracket(options)? {
                    Some(item) => add_set(&mut before, &mut items, item)?,
                    None => {
                        // Of `[a-[b]]` the node forgets all but the inner class.
                        if matches!(before, Before::Begun(_)) {
                            before = Before::Nothing;
                        }
                        flush(&mut before, &mut items);
                        items.push(Item::Class(self.nested_class(options, depth + 1)?));
                        before = Before::Complete;
                    }
                },
                '\\' if self.peek() == Some('b') => {
                    self.next();
                    add_char(&mut before, &mut items, '\x08')?;
                }
                '\\' => match self.class_escape_or_octal(options)? {
                    ClassEscape::Char(c) => add_char(&mut before, &mut items, c)?,
                    ClassEscape::Set(property, negated) => {
                        add_set(&mut before, &mut items, Item::Set(property, negated))?;
                    }
                },
                c => add_char(&mut before, &mut items, c)?,
            }
        }
        flush(&mut before, &mut items);
        parts.push(items);
        Ok(Class { negated, parts, caseless: false })
    }

    /// In a class digits are octal codes, never references.
    fn class_escape_or_octal(&mut self, options: Options) -> Result<ClassEscape, SyntaxError> {
        let start = self.position();
        let escape = match self.peek() {
            Some('0'..='7') => self.octal(3).map(ClassEscape::Char),
            _ => self.class_escape(options),
        };
        match escape {
            Err(SyntaxError(reason)) if reason == TOO_SHORT => {
                self.go_back(start);
                self.lone_byte().map(ClassEscape::Char).ok_or_else(|| TOO_SHORT.into())
            }
            escape => escape,
        }
    }

    fn hyphen(&mut self, before: &mut Before, items: &mut Vec<Item>) -> Result<(), SyntaxError> {
        let last = self.peek() == Some(']') || self.rest().starts_with("&&");
        match *before {
            Before::Nothing => *before = Before::Char('-'),
            Before::Begun(_) => add_char(before, items, '-')?,
            // `[a-]`, `[a-c-e]`
            Before::Char(_) | Before::Complete | Before::Set if last => {
                flush(before, items);
                *before = Before::Char('-');
            }
            Before::Char(c) => *before = Before::Begun(c),
            Before::Set => return Err("unmatched range specifier in char-class".into()),
            Before::Complete => *before = Before::Char('-'),
        }
        Ok(())
    }

    /// `[:name:]`; the `[` is read already. None: an ordinary class begins.
    fn posix_bracket(&mut self, options: Options) -> Result<Option<Item>, SyntaxError> {
        let Some(inner) = self.rest().strip_prefix(':') else { return Ok(None) };
        let negated = inner.starts_with('^');
        let inner = inner.strip_prefix('^').unwrap_or(inner);
        let length = inner.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inner.len());
        let name = inner.get(..length).unwrap_or_default().to_owned();
        if !inner.get(length..).is_some_and(|rest| rest.starts_with(":]")) {
            return Ok(None);
        }
        let Some(property) = Property::posix(&name) else { return Err("invalid POSIX bracket type".into()) };
        self.eat(":");
        self.eat("^");
        self.eat(&name);
        self.eat(":]");
        let property = if options.range == Range::Ascii { property.ascii_only() } else { property };
        Ok(Some(Item::Set(property, negated)))
    }
}

/// Whether an unescaped `]` follows.
fn has_closing(text: &str) -> bool {
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            ']' => return true,
            _ => {}
        }
    }
    false
}

fn flush(before: &mut Before, items: &mut Vec<Item>) {
    match std::mem::replace(before, Before::Nothing) {
        Before::Char(c) => items.push(Item::Range(c, c)),
        Before::Begun(c) => items.extend([Item::Range(c, c), Item::Range('-', '-')]),
        Before::Nothing | Before::Set | Before::Complete => {}
    }
}

fn add_char(before: &mut Before, items: &mut Vec<Item>, c: char) -> Result<(), SyntaxError> {
    if let Before::Begun(from) = *before {
        if from > c {
            return Err("empty range in char class".into());
        }
        items.push(Item::Range(from, c));
        *before = Before::Complete;
    } else {
        flush(before, items);
        *before = Before::Char(c);
    }
    Ok(())
}

fn add_set(before: &mut Before, items: &mut Vec<Item>, item: Item) -> Result<(), SyntaxError> {
    if matches!(before, Before::Begun(_)) {
        return Err("char-class value at end of range".into());
    }
    flush(before, items);
    items.push(item);
    *before = Before::Set;
    Ok(())
}
