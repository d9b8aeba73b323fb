//! Source text to tokens.
//!
//! As in Painless a `/` begins a regular expression unless the token before it ends a value, a name after a dot is never a
//! keyword, and strings know no escapes but the backslash and their own quote.

use super::error::CompileError;
use super::token::{Kind, Token};

/// The longest script that compiles, as `script.max_size_in_bytes` has it.
pub const SOURCE_LEN_MAX_BYTES: usize = 65_535;

pub fn tokenize(source: &str) -> Result<Vec<Token<'_>>, CompileError> {
    if source.len() > SOURCE_LEN_MAX_BYTES {
        return Err(CompileError::new(
            0,
            format!(
                "exceeded max allowed inline script size in bytes [{SOURCE_LEN_MAX_BYTES}] with size [{}]",
                source.len()
            ),
        ));
    }
    let mut lexer = Lexer { source, bytes: source.as_bytes(), at: 0, last: None };
    let mut tokens = Vec::with_capacity(source.len() / 4);
    loop {
        let token = lexer.next()?;
        lexer.last = Some(token.kind);
        tokens.push(token);
        if token.kind == Kind::End {
            return Ok(tokens);
        }
    }
}

struct Lexer<'s> {
    source: &'s str,
    bytes: &'s [u8],
    at: usize,
    last: Option<Kind>,
}

/// Operators and brackets, longest first.
const SYMBOLS: &[(&str, Kind)] = &[
    (">>>=", Kind::AssignOp),
    ("===", Kind::EqRef),
    ("!==", Kind::NeRef),
    (">>>", Kind::UShr),
    ("<<=", Kind::AssignOp),
    (">>=", Kind::AssignOp),
    ("==~", Kind::Match),
    ("=~", Kind::Find),
    ("==", Kind::Eq),
    ("!=", Kind::Ne),
    ("<=", Kind::Lte),
    (">=", Kind::Gte),
    ("<<", Kind::Shl),
    (">>", Kind::Shr),
    ("&&", Kind::And),
    ("||", Kind::Or),
    ("?.", Kind::NullSafeDot),
    ("?:", Kind::Elvis),
    ("::", Kind::Ref),
    ("->", Kind::Arrow),
    ("++", Kind::Increment),
    ("--", Kind::Decrement),
    ("+=", Kind::AssignOp),
    ("-=", Kind::AssignOp),
    ("*=", Kind::AssignOp),
    ("/=", Kind::AssignOp),
    ("%=", Kind::AssignOp),
    ("&=", Kind::AssignOp),
    ("^=", Kind::AssignOp),
    ("|=", Kind::AssignOp),
    ("{", Kind::LBrace),
    ("}", Kind::RBrace),
    ("[", Kind::LBracket),
    ("]", Kind::RBracket),
    ("(", Kind::LParen),
    (")", Kind::RParen),
    ("$", Kind::Dollar),
    (".", Kind::Dot),
    (",", Kind::Comma),
    (";", Kind::Semicolon),
    ("!", Kind::Not),
    ("~", Kind::BitNot),
    ("*", Kind::Mul),
    ("/", Kind::Div),
    ("%", Kind::Rem),
    ("+", Kind::Add),
    ("-", Kind::Sub),
    ("<", Kind::Lt),
    (">", Kind::Gt),
    ("&", Kind::BitAnd),
    ("^", Kind::Xor),
    ("|", Kind::BitOr),
    ("?", Kind::Question),
    (":", Kind::Colon),
    ("=", Kind::Assign),
];

fn keyword(word: &str) -> Kind {
    match word {
        "if" => Kind::If,
        "in" => Kind::In,
        "else" => Kind::Else,
        "while" => Kind::While,
        "do" => Kind::Do,
        "for" => Kind::For,
        "continue" => Kind::Continue,
        "break" => Kind::Break,
        "return" => Kind::Return,
        "new" => Kind::New,
        "try" => Kind::Try,
        "catch" => Kind::Catch,
        "throw" => Kind::Throw,
        "this" => Kind::This,
        "instanceof" => Kind::InstanceOf,
        "true" => Kind::True,
        "false" => Kind::False,
        "null" => Kind::Null,
        "def" => Kind::Def,
        "boolean" | "byte" | "short" | "char" | "int" | "long" | "float" | "double" => Kind::Primitive,
        _ => Kind::Identifier,
    }
}

fn is_name_start(b: u8) -> bool {
    b == b'_' || b.is_ascii_alphabetic()
}

fn is_name_part(b: u8) -> bool {
    b == b'_' || b.is_ascii_alphanumeric()
}

impl<'s> Lexer<'s> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn token(&mut self, kind: Kind, len: usize) -> Token<'s> {
        let start = self.at;
        self.at += len;
        Token { kind, text: self.source.get(start..self.at).unwrap_or(""), at: start as u32 }
    }

    fn next(&mut self) -> Result<Token<'s>, CompileError> {
        self.skip_blanks()?;
        if self.at >= self.bytes.len() {
            return Ok(Token { kind: Kind::End, text: "", at: self.at as u32 });
        }
        let b = self.peek(0);
        let after_dot = matches!(self.last, Some(Kind::Dot | Kind::NullSafeDot));
        if is_name_start(b) {
            let len = self.count(is_name_part);
            let word = &self.source[self.at..self.at + len];
            let kind = if after_dot { Kind::DotName } else { keyword(word) };
            return Ok(self.token(kind, len));
        }
        if b.is_ascii_digit() {
            return Ok(if after_dot { self.dot_number() } else { self.number() });
        }
        match b {
            b'\'' | b'"' => return self.string(b),
            b'/' if !self.last.is_some_and(Kind::ends_value) => {
                if let Some(len) = self.regex_len() {
                    return Ok(self.token(Kind::Regex, len));
                }
            }
            _ => {}
        }
        let rest = &self.bytes[self.at..];
        match SYMBOLS.iter().find(|(text, _)| rest.starts_with(text.as_bytes())) {
            // `a ?.5 : b`: a `?.` before a digit is still the null-safe dot, as in Painless' grammar.
            Some((text, kind)) => Ok(self.token(*kind, text.len())),
            None => {
                let c = self.source[self.at..].chars().next().unwrap_or(' ');
                Err(CompileError::new(self.at, format!("unexpected character [{c}].")))
            }
        }
    }

    fn count(&self, part: fn(u8) -> bool) -> usize {
        self.bytes[self.at..].iter().take_while(|b| part(**b)).count()
    }

    fn skip_blanks(&mut self) -> Result<(), CompileError> {
        loop {
            match (self.peek(0), self.peek(1)) {
                (b' ' | b'\t' | b'\r' | b'\n', _) => self.at += 1,
                (b'/', b'/') => {
                    self.at += self.bytes[self.at..].iter().take_while(|b| !matches!(b, b'\n' | b'\r')).count();
                }
                (b'/', b'*') => match self.source[self.at + 2..].find("*/") {
                    Some(end) => self.at += end + 4,
                    None => {
                        return Err(CompileError::new(self.at, "unexpected character [/*]: the comment never ends."));
                    }
                },
                _ => return Ok(()),
            }
        }
    }

    fn dot_number(&mut self) -> Token<'s> {
        let len = if self.peek(0) == b'0' { 1 } else { self.count(|b| b.is_ascii_digit()) };
        self.token(Kind::DotNumber, len)
    }

    /// The longest of Painless' four number forms.
    fn number(&mut self) -> Token<'s> {
        let digits_from = |lexer: &Self, from: usize, is_digit: fn(&u8) -> bool| {
            lexer.bytes.get(lexer.at + from..).unwrap_or(&[]).iter().take_while(|b| is_digit(b)).count()
        };
        let suffix = |lexer: &Self, at: usize, letters: &[u8]| usize::from(letters.contains(&lexer.peek(at)));
        if self.peek(0) == b'0' && matches!(self.peek(1), b'x' | b'X') {
            let digits = digits_from(self, 2, u8::is_ascii_hexdigit);
            if digits > 0 {
                let len = 2 + digits;
                return self.token(Kind::Hex, len + suffix(self, len, b"lL"));
            }
        }
        if self.peek(0) == b'0' {
            let digits = digits_from(self, 1, |b| (b'0'..=b'7').contains(b));
            if digits > 0 {
                let len = 1 + digits;
                return self.token(Kind::Octal, len + suffix(self, len, b"lL"));
            }
        }
        let mut len = if self.peek(0) == b'0' { 1 } else { digits_from(self, 0, u8::is_ascii_digit) };
        let mut kind = Kind::Integer;
        if self.peek(len) == b'.' {
            let digits = digits_from(self, len + 1, u8::is_ascii_digit);
            if digits > 0 {
                len += 1 + digits;
                kind = Kind::Decimal;
            }
        }
        if matches!(self.peek(len), b'e' | b'E') {
            let sign = usize::from(matches!(self.peek(len + 1), b'+' | b'-'));
            let digits = digits_from(self, len + 1 + sign, u8::is_ascii_digit);
            if digits > 0 {
                len += 1 + sign + digits;
                kind = Kind::Decimal;
            }
        }
        let letters: &[u8] = if kind == Kind::Integer { b"lLfFdD" } else { b"fFdD" };
        len += suffix(self, len, letters);
        self.token(kind, len)
    }

    fn string(&mut self, quote: u8) -> Result<Token<'s>, CompileError> {
        let mut len = 1;
        loop {
            match self.peek(len) {
                b if b == quote => return Ok(self.token(Kind::String, len + 1)),
                b'\\' if self.peek(len + 1) == quote || self.peek(len + 1) == b'\\' => len += 2,
                b'\\' => {
                    let shown: String = self.source[self.at..].chars().take_while(|c| *c != '\\').collect();
                    let next = self.source[self.at + len + 1..].chars().next().map(String::from).unwrap_or_default();
                    let q = quote as char;
                    return Err(CompileError::new(
                        self.at,
                        format!(
                            "unexpected character [{shown}\\{next}]. The only valid escape sequences in strings \
                             starting with [{q}] are [\\\\] and [\\{q}]."
                        ),
                    ));
                }
                _ if self.at + len >= self.bytes.len() => {
                    let shown: String = self.source[self.at..].chars().take(40).collect();
                    return Err(CompileError::new(
                        self.at,
                        format!("unexpected character [{shown}]: the string never ends."),
                    ));
                }
                _ => len += 1,
            }
        }
    }

    /// Length of the regular expression at a `/`, if one begins there.
    fn regex_len(&self) -> Option<usize> {
        let mut len = 1;
        loop {
            match self.peek(len) {
                b'/' if len > 1 => break,
                b'/' | b'\n' | 0 => return None,
                b'\\' if self.peek(len + 1) != b'\n' => len += 2,
                _ => len += 1,
            }
            if self.at + len >= self.bytes.len() {
                return None;
            }
        }
        len += 1;
        while matches!(self.peek(len), b'c' | b'i' | b'l' | b'm' | b's' | b'U' | b'u' | b'x') {
            len += 1;
        }
        Some(len)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn kinds(source: &str) -> String {
        match tokenize(source) {
            Ok(tokens) => tokens.iter().map(|t| format!("{:?}", t.kind)).collect::<Vec<_>>().join(" "),
            Err(e) => e.reason,
        }
    }

    #[test]
    fn slash_divides_after_a_value_and_else_opens_a_regex() {
        for (source, expected) in [
            ("a / b / c", "Identifier Div Identifier Div Identifier End"),
            ("a =~ /b\\/c/i", "Identifier Find Regex End"),
            ("x.y /2", "Identifier Dot DotName Div Integer End"),
            ("(1) / 2", "LParen Integer RParen Div Integer End"),
            ("return /x/", "Return Regex End"),
            ("'a' /b/", "String Regex End"),
        ] {
            assert_eq!(kinds(source), expected, "{source}");
        }
    }

    #[test]
    fn numbers_names_and_dots() {
        for (source, expected) in [
            ("1 1L 1.5 1e3 017 0xFF 0", "Integer Integer Decimal Decimal Octal Hex Integer End"),
            ("1.toString()", "Integer Dot DotName LParen RParen End"),
            ("a.0.in", "Identifier Dot DotNumber Dot DotName End"),
            ("a?.if", "Identifier NullSafeDot DotName End"),
            ("a ?: b", "Identifier Elvis Identifier End"),
            ("a >>>= 1", "Identifier AssignOp Integer End"),
            ("/* x */ a // b", "Identifier End"),
        ] {
            assert_eq!(kinds(source), expected, "{source}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (source, expected) in [
            (
                "'a\\nb'",
                "unexpected character ['a\\n]. The only valid escape sequences in strings starting with ['] are [\\\\] and [\\'].",
            ),
            ("a # b", "unexpected character [#]."),
            ("\"abc", "unexpected character [\"abc]: the string never ends."),
        ] {
            assert_eq!(kinds(source), expected, "{source}");
        }
    }
}
