//! What follows a backslash.

use super::class::{Class, Item};
use super::parser::{Call, Parser};
use super::property::Property;
use super::{Assertion, Node, Options, Range, SyntaxError};

/// Bytes beyond ASCII that make no character.
pub const TOO_SHORT: &str = "too short multibyte code string";

/// Digits in a `\x{…}`.
const HEX_DIGITS_MAX: usize = 8;

/// An escape inside a class.
pub enum ClassEscape {
    Char(char),
    Set(Property, bool),
}

impl Parser<'_> {
    /// An escape outside of a class.
    pub fn escape(&mut self, options: Options) -> Result<Node, SyntaxError> {
        let Some(c) = self.peek() else { return Err("end pattern at escape".into()) };
        let ascii = options.range == Range::Ascii;
        let assertion = match c {
            'A' => Some(Assertion::TextStart),
            'Z' => Some(Assertion::TextEndOrNewline),
            'z' => Some(Assertion::TextEnd),
            'G' => Some(Assertion::SearchStart),
            'b' => Some(Assertion::WordBoundary { ascii }),
            'B' => Some(Assertion::NoWordBoundary { ascii }),
            _ => None,
        };
        if let Some(assertion) = assertion {
            self.next();
            return Ok(Node::Assertion(assertion));
        }
        match c {
            'K' | 'R' | 'X' => {
                self.next();
                Ok(match c {
                    'K' => Node::Keep,
                    'R' => Node::LineBreak,
                    _ => Node::Grapheme,
                })
            }
            'k' | 'g' => self.named_reference(c == 'g'),
            '1'..='9' => self.numbered_reference(),
            _ => match self.class_escape(options)? {
                ClassEscape::Char(c) => Ok(Node::Literal(c)),
                ClassEscape::Set(property, negated) => {
                    // `\w` and its like have no other case.
                    let caseless = options.caseless && property.unicode.is_some();
                    Ok(Node::Class(Class { negated, parts: vec![vec![Item::Set(property, false)]], caseless }))
                }
            },
        }
    }

    /// `\k<name>`, `\k'name'`, `\g<name>`; without a bracket the letter is itself.
    fn named_reference(&mut self, call: bool) -> Result<Node, SyntaxError> {
        let letter = self.next().unwrap_or_default();
        let end = match self.peek() {
            Some('<') => '>',
            Some('\'') => '\'',
            _ => return Ok(Node::Literal(letter)),
        };
        self.next();
        let name = self.reference_name(end)?.to_owned();
        if !call {
            return self.referenced_groups(&name).map(Node::Reference);
        }
        let target = match name.parse::<i64>() {
            Err(_) => Call::Name(name.into()),
            Ok(0) => Call::Number(0),
            Ok(number) => {
                self.refers_by_number = true;
                let count = i64::try_from(self.groups.len()).unwrap_or(i64::MAX);
                let absolute = match name.as_bytes().first() {
                    Some(b'-') => count + 1 + number,
                    Some(b'+') => count + number,
                    _ => number,
                };
                Call::Number(usize::try_from(absolute).map_err(|_| SyntaxError::from("undefined group reference"))?)
            }
        };
        self.calls.push(target);
        Ok(Node::Call(self.calls.len() - 1))
    }

    /// `\1` to `\9` are references; greater numbers are, where there are so many groups, and else octal codes.
    fn numbered_reference(&mut self) -> Result<Node, SyntaxError> {
        let digits: String = self.rest().chars().take_while(char::is_ascii_digit).collect();
        if let Ok(number) = digits.parse::<i64>()
            && (number <= 9 || usize::try_from(number).is_ok_and(|n| n <= self.groups.len()))
        {
            self.eat(&digits);
            self.refers_by_number = true;
            return Ok(Node::Reference(vec![self.numbered_group(number)?]));
        }
        match self.peek() {
            Some(digit @ ('8' | '9')) => {
                self.next();
                Ok(Node::Literal(digit))
            }
            _ => self.octal(3).map(Node::Literal),
        }
    }

    /// The escapes that both a class and the pattern outside of it know.
    pub fn class_escape(&mut self, options: Options) -> Result<ClassEscape, SyntaxError> {
        let Some(c) = self.next() else { return Err("end pattern at escape".into()) };
        let unicode = options.range == Range::Unicode;
        let set = match c {
            'w' | 'W' => Some(if unicode { Property::WORD } else { Property::ASCII_WORD }),
            'd' | 'D' => Some(if unicode { Property::DIGIT } else { Property::ASCII_DIGIT }),
            's' | 'S' => Some(if unicode { Property::SPACE } else { Property::ASCII_SPACE }),
            'h' | 'H' => Some(Property::HEX_DIGIT),
            _ => None,
        };
        if let Some(property) = set {
            return Ok(ClassEscape::Set(property, c.is_ascii_uppercase()));
        }
        if matches!(c, 'p' | 'P') && self.eat("{") {
            return self.property(c == 'P');
        }
        Ok(ClassEscape::Char(match c {
            't' => '\t',
            'n' => '\n',
            'r' => '\r',
            'f' => '\x0c',
            'v' => '\x0b',
            'a' => '\x07',
            'e' => '\x1b',
            '0' => {
                self.go_back(self.position() - 1);
                self.octal(3)?
            }
            'x' => self.hex_escape()?,
            'c' => self.control()?,
            'C' => {
                if !self.eat("-") {
                    return Err("invalid control-code syntax".into());
                }
                self.control()?
            }
            'M' => return Err("the meta escape \\M- is not supported".into()),
            other => other,
        }))
    }

    fn property(&mut self, negated: bool) -> Result<ClassEscape, SyntaxError> {
        let negated = self.eat("^") != negated;
        let rest = self.rest();
        let Some(length) = rest.find('}') else { return Err("invalid character property name".into()) };
        let name = rest.get(..length).unwrap_or_default();
        self.go_back(self.position() + length + 1);
        match Property::named(name) {
            Some(property) => Ok(ClassEscape::Set(property, negated)),
            None => Err(SyntaxError(format!("invalid character property name <{name}>"))),
        }
    }

    /// Up to `most` digits of a radix; none at all make 0.
    fn digits(&mut self, radix: u32, most: usize) -> u32 {
        let mut value = 0;
        for _ in 0..most {
            let Some(digit) = self.peek().and_then(|c| c.to_digit(radix)) else { break };
            self.next();
            value = value * radix + digit;
        }
        value
    }

    pub fn octal(&mut self, most: usize) -> Result<char, SyntaxError> {
        match u8::try_from(self.digits(8, most)) {
            Ok(byte) => self.encoded(byte),
            Err(_) => Err("too big number".into()),
        }
    }

    /// `\x41`, `\x{65e5}`; a brace that holds no hexadecimal number is a literal, and so is the `x` before it.
    fn hex_escape(&mut self) -> Result<char, SyntaxError> {
        if let Some(inside) = self.rest().strip_prefix('{') {
            let length = inside.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(inside.len());
            let digits = inside.get(..length).unwrap_or_default();
            if length > HEX_DIGITS_MAX {
                return Err("too long wide-char value".into());
            }
            if digits.is_empty() || !inside.get(length..).is_some_and(|rest| rest.starts_with('}')) {
                return Ok('x');
            }
            let code = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
            self.go_back(self.position() + length + 2);
            return code.ok_or_else(|| "invalid code point value".into());
        }
        match u8::try_from(self.digits(16, 2)) {
            Ok(byte) => self.encoded(byte),
            Err(_) => Err("too big number".into()),
        }
    }

    /// A byte beyond ASCII in a class that begins no UTF-8 is a code point.
    pub fn lone_byte(&mut self) -> Option<char> {
        let byte = if self.eat("x") { self.digits(16, 2) } else { self.digits(8, 3) };
        u8::try_from(byte).ok().map(char::from)
    }

    /// A character written as the bytes of its UTF-8 encoding, the first of which is read.
    fn encoded(&mut self, first: u8) -> Result<char, SyntaxError> {
        let mut bytes = vec![first];
        let length = first.leading_ones() as usize;
        while bytes.len() < length {
            let byte = if self.eat("\\x") {
                self.digits(16, 2)
            } else if self.eat("\\") {
                self.digits(8, 3)
            } else {
                break;
            };
            bytes.extend(u8::try_from(byte));
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| TOO_SHORT)?;
        text.chars().next().ok_or_else(|| TOO_SHORT.into())
    }

    /// `\cX`
    fn control(&mut self) -> Result<char, SyntaxError> {
        let c = if self.eat("\\\\") { Some('\\') } else { self.next() };
        match c {
            None => Err("end pattern at control".into()),
            Some('?') => Ok('\x7f'),
            Some(c) if c.is_ascii() => Ok(char::from(c as u8 & 0x9f)),
            Some(_) => Err("invalid control-code syntax".into()),
        }
    }
}
