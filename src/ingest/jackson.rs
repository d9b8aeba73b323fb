//! JSON texts inside documents (the `json` processor, Painless' `Processors.json`), read as Elasticsearch reads them: with Jackson's
//! leniences (comments), bounds and, above all, its error messages, which pipelines copy to `error.message`.
//!
//! Each error says where the reader stood. Where that is one character before what it had consumed (Jackson's "location minus one"),
//! the code here passes the offset of the offending character itself.

use super::{ErrorKind, Failure};
use crate::document::{Arena, Array, Object, Value};
use bumpalo::collections::String as ArenaString;

/// `StreamReadConstraints.getMaxNestingDepth()`.
const DEPTH_MAX: usize = 1_000;

/// `StreamReadConstraints.getMaxNumberLength()`.
const NUMBER_DIGITS_MAX: usize = 1_000;

/// Characters of the text that messages quote.
const SOURCE_UNITS_MAX: usize = 500;

/// Characters of an unknown word that messages quote.
const TOKEN_CHARS_MAX: usize = 256;

const VALUE_LIST: &str = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

/// How a text is read.
#[derive(Clone, Copy, Debug)]
pub struct JsonOptions {
    pub allow_duplicate_keys: bool,
    /// Whether text after the first value is an error.
    pub strict: bool,
}

/// The value that `text` holds; null for a text without any.
pub fn parse_value<'a>(text: &'a str, arena: &'a Arena, options: JsonOptions) -> Result<Value<'a>, Failure> {
    let mut reader = Reader { text, bytes: text.as_bytes(), at: 0, arena, options, open: Vec::new() };
    let value = match reader.skip_space()? {
        Some(byte) => reader.value(byte)?,
        None => Value::Null,
    };
    if options.strict {
        reader.expect_end()?;
    }
    Ok(value)
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    arena: &'a Arena,
    options: JsonOptions,
    /// The objects and arrays that are open: what they are and where they began.
    open: Vec<(Scope, usize)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    Array,
    Object,
}

impl Scope {
    fn name(self) -> &'static str {
        match self {
            Scope::Array => "Array",
            Scope::Object => "Object",
        }
    }
}

// Errors.
impl<'a> Reader<'a> {
    /// Line and column, from 1, of the byte `at`; columns count UTF-16 units.
    fn place(&self, at: usize) -> (usize, usize) {
        let before = self.text.get(..at).unwrap_or(self.text);
        let (mut line, mut row_start) = (1, 0);
        let bytes = before.as_bytes();
        for (i, byte) in bytes.iter().enumerate() {
            // A carriage return ends a line, unless the line feed after it does.
            let is_end = *byte == b'\n' || *byte == b'\r' && self.bytes.get(i + 1) != Some(&b'\n');
            if is_end {
                (line, row_start) = (line + 1, i + 1);
            }
        }
        (line, before.get(row_start..).unwrap_or_default().encode_utf16().count() + 1)
    }

    fn located(&self, line: usize, column: usize) -> String {
        format!("[Source: (String){}; line: {line}, column: {column}]", quoted_source(self.text))
    }

    fn error_at(&self, at: usize, reason: &str) -> Failure {
        let (line, column) = self.place(at);
        let message = format!("{reason}\n at {}", self.located(line, column));
        let outer = format!("[{line}:{column}] {message}");
        Failure::new(ErrorKind::Other("x_content_parse_exception"), outer)
            .caused_by(Failure::new(ErrorKind::JsonParse, message))
    }

    fn error(&self, reason: &str) -> Failure {
        self.error_at(self.at, reason)
    }

    /// The text ended too early.
    fn end_error(&self, detail: &str) -> Failure {
        let (line, column) = self.place(self.text.len());
        let message = format!("Unexpected end-of-input{detail}\n at {}", self.located(line, column));
        Failure::new(ErrorKind::Other("x_content_e_o_f_exception"), format!("[{line}:{column}] Unexpected end of file"))
            .caused_by(Failure::new(ErrorKind::Other("json_e_o_f_exception"), message))
    }

    fn limit_error(&self, reason: String) -> Failure {
        Failure::new(ErrorKind::Other("x_content_parse_exception"), reason.clone())
            .caused_by(Failure::new(ErrorKind::Other("stream_constraints_exception"), reason))
    }

    /// The character at `at`, as messages describe it.
    fn described(&self, at: usize) -> String {
        let c = self.char_at(at).unwrap_or('\0');
        let code = u32::from(c);
        match c {
            '\0'..='\x1f' | '\x7f'..='\u{9f}' => format!("(CTRL-CHAR, code {code})"),
            '\u{100}'.. => format!("'{c}' (code {code} / 0x{code:x})"),
            _ => format!("'{c}' (code {code})"),
        }
    }

    fn unexpected(&self, at: usize, comment: &str) -> Failure {
        self.error_at(at, &format!("Unexpected character ({}): {comment}", self.described(at)))
    }

    fn unexpected_in_number(&self, character: usize, at: usize, comment: &str) -> Failure {
        self.error_at(at, &format!("Unexpected character ({}) in numeric value: {comment}", self.described(character)))
    }

    fn char_at(&self, at: usize) -> Option<char> {
        self.text.get(at..).and_then(|rest| rest.chars().next())
    }
}

/// The text as messages quote it: its first characters in quotes, control characters escaped but for line ends.
fn quoted_source(text: &str) -> String {
    let mut out = String::from("\"");
    let mut units = 0;
    let mut rest = text.chars();
    for c in rest.by_ref() {
        if units + c.len_utf16() > SOURCE_UNITS_MAX {
            units = SOURCE_UNITS_MAX;
            break;
        }
        units += c.len_utf16();
        match c {
            '\n' | '\r' => out.push(c),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    let total = text.encode_utf16().count();
    if total > units {
        out.push_str(&format!("[truncated {} chars]", total - units));
    }
    out
}

// Tokens.
impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Passes over white space and comments: the byte that follows, not consumed.
    fn skip_space(&mut self) -> Result<Option<u8>, Failure> {
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => self.at += 1,
                b'/' => self.skip_comment()?,
                0..=0x1f => return Err(self.illegal_space(self.at)),
                other => return Ok(Some(other)),
            }
        }
        Ok(None)
    }

    /// A control character at `at`, where only white space may be.
    fn illegal_space(&mut self, at: usize) -> Failure {
        let described = self.described(at);
        self.at = at + 1;
        let allowed = "only regular white space (\\r, \\n, \\t) is allowed between tokens";
        self.error(&format!("Illegal character ({described}): {allowed}"))
    }

    fn skip_comment(&mut self) -> Result<(), Failure> {
        let start = self.at + 2;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let end = match self.bytes.get(self.at + 1) {
            None => return Err(self.end_error(" in a comment")),
            Some(b'/') => Some(memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len())),
            Some(b'*') => memchr::memmem::find(rest, b"*/").map(|end| end + 2),
            Some(_) => return Err(self.unexpected(self.at + 1, "was expecting either '*' or '/' for a comment")),
        };
        let body = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        if let Some(at) = body.iter().position(|byte| *byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) {
            return Err(self.illegal_space(start + at));
        }
        self.at = start + end.ok_or_else(|| self.end_error(" in a comment"))?;
        Ok(())
    }

    /// A value at its first byte.
    fn value(&mut self, first: u8) -> Result<Value<'a>, Failure> {
        match first {
            b'"' => {
                self.at += 1;
                self.string(" was expecting closing quote for a string value", "string value").map(Value::Str)
            }
            b'{' => self.object(),
            b'[' => self.array(),
            b'}' | b']' if self.open.is_empty() => Err(self.mismatched(first)),
            _ => self.scalar(first),
        }
    }

    /// A literal or a number.
    fn scalar(&mut self, first: u8) -> Result<Value<'a>, Failure> {
        match first {
            b't' => self.word("true").map(|()| Value::Bool(true)),
            b'f' => self.word("false").map(|()| Value::Bool(false)),
            b'n' => self.word("null").map(|()| Value::Null),
            b'-' | b'0'..=b'9' => self.number(),
            b'N' => Err(self.not_a_number("NaN", 1)),
            b'I' => Err(self.not_a_number("Infinity", 1)),
            b'+' => Err(self.signed_word(b'+')),
            _ => Err(self.no_value()),
        }
    }

    /// What begins no value: a word that is none, or a character.
    fn no_value(&mut self) -> Failure {
        match self.char_at(self.at) {
            Some(c) if is_identifier_start(c) => {
                self.at += c.len_utf8();
                self.unknown_word(c.to_string())
            }
            _ => self.unexpected(self.at, &format!("expected a valid value {VALUE_LIST}")),
        }
    }

    /// `true`, `false`, `null`, and nothing that goes on as a word.
    fn word(&mut self, word: &str) -> Result<(), Failure> {
        let matched = self
            .text
            .get(self.at..)
            .map_or(0, |rest| rest.bytes().zip(word.bytes()).take_while(|(a, b)| a == b).count());
        self.at += matched;
        if matched == word.len() && !self.char_at(self.at).is_some_and(continues_word) {
            return Ok(());
        }
        Err(self.unknown_word(word.get(..matched).unwrap_or_default().to_owned()))
    }

    fn unknown_word(&mut self, mut word: String) -> Failure {
        let mut chars = word.chars().count();
        while let Some(c) = self.char_at(self.at).filter(|c| is_identifier_part(*c)) {
            self.at += c.len_utf8();
            word.push(c);
            chars += 1;
            if chars >= TOKEN_CHARS_MAX {
                word.push_str("...");
                break;
            }
        }
        self.error(&format!("Unrecognized token '{word}': was expecting {VALUE_LIST}"))
    }

    /// `NaN` and the like, which JSON has not; `given` characters have been seen to match.
    fn not_a_number(&mut self, word: &str, given: usize) -> Failure {
        let start = self.at;
        self.at += given;
        if let Err(failure) = self.rest_of_word(word, given, start) {
            return failure;
        }
        self.error(&format!("Non-standard token '{word}': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow"))
    }

    fn rest_of_word(&mut self, word: &str, from: usize, start: usize) -> Result<(), Failure> {
        self.at = start;
        let matched =
            self.text.get(start..).map_or(0, |rest| rest.bytes().zip(word.bytes()).take_while(|(a, b)| a == b).count());
        let matched = matched.max(from);
        self.at = start + matched;
        if matched == word.len() && !self.char_at(self.at).is_some_and(continues_word) {
            return Ok(());
        }
        Err(self.unknown_word(word.get(..matched).unwrap_or_default().to_owned()))
    }

    /// After a sign that no digit follows.
    fn signed_word(&mut self, sign: u8) -> Failure {
        let start = self.at;
        let Some(next) = self.bytes.get(start + 1) else { return self.end_error(" in a Number value") };
        let mut offending = start + 1;
        if *next == b'I' {
            match self.bytes.get(start + 2) {
                None => return self.end_error(" in a Number value"),
                Some(b'N') if sign == b'-' => return self.not_a_number("-INF", 3),
                Some(b'N') => return self.not_a_number("+INF", 3),
                Some(b'n') if sign == b'-' => return self.not_a_number("-Infinity", 3),
                Some(b'n') => return self.not_a_number("+Infinity", 3),
                Some(_) => offending = start + 2,
            }
        }
        if sign == b'+' {
            let comment = "JSON spec does not allow numbers to have plus signs: \
                           enable `JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS` to allow";
            return self.unexpected_in_number(start, offending, comment);
        }
        let comment = "expected digit (0-9) to follow minus sign, for valid numeric value";
        self.unexpected_in_number(offending, offending, comment)
    }

    fn digits(&self, from: usize) -> usize {
        self.bytes.get(from..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count()
    }

    fn number(&mut self) -> Result<Value<'a>, Failure> {
        let start = self.at;
        let is_negative = self.peek() == Some(b'-');
        let whole_from = start + usize::from(is_negative);
        let whole = self.digits(whole_from);
        if whole == 0 {
            return Err(match self.bytes.get(whole_from) {
                None => self.end_error("No digit following sign"),
                Some(b'.') => self.unexpected(whole_from, &format!("expected a valid value {VALUE_LIST}")),
                Some(_) => self.signed_word(b'-'),
            });
        }
        if whole > 1 && self.bytes.get(whole_from) == Some(&b'0') {
            return Err(self.error_at(whole_from + 1, "Invalid numeric value: Leading zeroes not allowed"));
        }
        let whole_end = whole_from + whole;
        // Jackson's fast way through a number stands behind the first character after its whole part when a later one is wrong;
        // numbers that begin with zero go the slow way, which stands where it is.
        let blamed = |at: usize| if self.bytes.get(whole_from) == Some(&b'0') { at } else { whole_end };
        let mut end = whole_end;
        if self.bytes.get(end) == Some(&b'.') {
            let fraction = self.digits(end + 1);
            if fraction == 0 {
                let at = if end + 1 < self.bytes.len() { end + 1 } else { end };
                let comment = "Decimal point not followed by a digit";
                return Err(self.unexpected_in_number(at, blamed(at), comment));
            }
            end += 1 + fraction;
        }
        if let Some(b'e' | b'E') = self.bytes.get(end) {
            let sign = usize::from(matches!(self.bytes.get(end + 1), Some(b'+' | b'-')));
            let digits_from = end + 1 + sign;
            let digits = self.digits(digits_from);
            if digits == 0 {
                if digits_from >= self.bytes.len() {
                    return Err(self.end_error("expected a digit for number exponent"));
                }
                let comment = "Exponent indicator not followed by a digit";
                return Err(self.unexpected_in_number(digits_from, blamed(digits_from), comment));
            }
            end = digits_from + digits;
        }
        self.at = end;
        self.check_after_root_number()?;
        let text = self.text.get(start..end).unwrap_or_default();
        if end > whole_end {
            return text.parse().map(Value::Double).map_err(|_| self.error("invalid number"));
        }
        if whole > NUMBER_DIGITS_MAX {
            return Err(self.limit_error(format!(
                "Number value length ({whole}) exceeds the maximum allowed ({NUMBER_DIGITS_MAX}, \
                 from `StreamReadConstraints.getMaxNumberLength()`)"
            )));
        }
        Ok(text.parse::<i64>().map_or(Value::BigInteger(text), Value::integer))
    }

    /// Outside of objects and arrays a number must be followed by a space.
    fn check_after_root_number(&self) -> Result<(), Failure> {
        match self.peek() {
            None | Some(b' ' | b'\t' | b'\n' | b'\r') => Ok(()),
            Some(_) if self.open.is_empty() => {
                Err(self.unexpected(self.at, "Expected space separating root-level values"))
            }
            Some(_) => Ok(()),
        }
    }

    /// A string behind its opening quote.
    fn string(&mut self, at_end: &str, what: &str) -> Result<&'a str, Failure> {
        let start = self.at;
        let mut out: Option<ArenaString<'a>> = None;
        let mut copied_to = start;
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let clean = rest.iter().take_while(|b| !matches!(b, b'"' | b'\\' | 0..=0x1f)).count();
            self.at += clean;
            match self.peek() {
                None => return Err(self.end_error(&format!(":{at_end}").replace(": in field", " in field"))),
                Some(b'"') => {
                    let tail = self.text.get(copied_to..self.at).unwrap_or_default();
                    self.at += 1;
                    return Ok(match out {
                        None => tail,
                        Some(mut out) => {
                            out.push_str(tail);
                            out.into_bump_str()
                        }
                    });
                }
                Some(b'\\') => {
                    let arena = self.arena;
                    let out = out.get_or_insert_with(|| ArenaString::new_in(arena));
                    out.push_str(self.text.get(copied_to..self.at).unwrap_or_default());
                    self.at += 1;
                    let c = self.escape()?;
                    out.push(c);
                    copied_to = self.at;
                }
                Some(_) => {
                    let reason = format!(
                        "Illegal unquoted character ({}): has to be escaped using backslash to be included in {what}",
                        self.described(self.at)
                    );
                    return Err(self.error(&reason));
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, Failure> {
        let Some(c) = self.char_at(self.at) else { return Err(self.end_error(" in character escape sequence")) };
        let decoded = match c {
            '"' | '\\' | '/' => c,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                self.at += 1;
                return self.unicode_escape();
            }
            _ => {
                let reason = format!("Unrecognized character escape {}", self.described(self.at));
                return Err(self.error(&reason));
            }
        };
        self.at += 1;
        Ok(decoded)
    }

    /// Four digits, and a second escape where the first is half of a pair. A half alone becomes U+FFFD.
    fn unicode_escape(&mut self) -> Result<char, Failure> {
        let first = self.hex4()?;
        if (0xd800..0xdc00).contains(&first) && self.bytes.get(self.at..self.at + 2) == Some(b"\\u") {
            let back = self.at;
            self.at += 2;
            let second = self.hex4()?;
            if (0xdc00..0xe000).contains(&second) {
                let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = back;
        }
        Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex4(&mut self) -> Result<u32, Failure> {
        let mut code = 0;
        for _ in 0..4 {
            let Some(c) = self.char_at(self.at) else { return Err(self.end_error(" in character escape sequence")) };
            let Some(digit) = c.to_digit(16) else {
                return Err(self.unexpected(self.at, "expected a hex-digit for character escape sequence"));
            };
            code = code << 4 | digit;
            self.at += 1;
        }
        Ok(code)
    }
}

// Objects and arrays.
impl<'a> Reader<'a> {
    fn enter(&mut self, scope: Scope) -> Result<(), Failure> {
        if self.open.len() >= DEPTH_MAX {
            let depth = self.open.len() + 1;
            return Err(self.limit_error(format!(
                "Document nesting depth ({depth}) exceeds the maximum allowed ({DEPTH_MAX}, \
                 from `StreamReadConstraints.getMaxNestingDepth()`)"
            )));
        }
        self.open.push((scope, self.at));
        self.at += 1;
        Ok(())
    }

    fn leave(&mut self) {
        self.open.pop();
        self.at += 1;
    }

    /// A closing bracket that closes nothing, or the wrong thing.
    fn mismatched(&self, close: u8) -> Failure {
        let expected = if close == b']' { '}' } else { ']' };
        let (scope, line, column) = match self.open.last() {
            Some((scope, start)) => {
                let (line, column) = self.place(*start);
                (scope.name(), line, column)
            }
            None => ("root", 1, 0),
        };
        let starting = self.located(line, column);
        let reason = format!(
            "Unexpected close marker '{}': expected '{expected}' (for {scope} starting at {starting})",
            char::from(close)
        );
        self.error_at(self.at, &reason)
    }

    fn unclosed(&self) -> Failure {
        let Some((scope, start)) = self.open.last() else { return self.end_error("") };
        let (line, column) = self.place(*start);
        let (scope, start) = (scope.name(), self.located(line, column));
        self.end_error(&format!(": expected close marker for {scope} (start marker at {start})"))
    }

    /// The next entry's first byte, behind a comma unless it is the first; None at the closing bracket.
    fn next_entry(&mut self, scope: Scope, is_first: bool) -> Result<Option<u8>, Failure> {
        let close = if scope == Scope::Array { b']' } else { b'}' };
        let Some(byte) = self.skip_space()? else { return Err(self.unclosed()) };
        if byte == close {
            return Ok(None);
        }
        if matches!(byte, b']' | b'}') {
            return Err(self.mismatched(byte));
        }
        if is_first {
            return Ok(Some(byte));
        }
        if byte != b',' {
            let comment = format!("was expecting comma to separate {} entries", scope.name());
            return Err(self.unexpected(self.at, &comment));
        }
        self.at += 1;
        match self.skip_space()? {
            Some(byte) => Ok(Some(byte)),
            None => {
                let reason = format!("Unexpected end-of-input within/between {} entries", scope.name());
                Err(self.error(&reason))
            }
        }
    }

    fn array(&mut self) -> Result<Value<'a>, Failure> {
        self.enter(Scope::Array)?;
        let array = Array::new_in(self.arena);
        let mut is_first = true;
        while let Some(byte) = self.next_entry(Scope::Array, is_first)? {
            if byte == b'}' {
                return Err(self.unexpected(self.at, "expected a value"));
            }
            array.push(self.value(byte)?);
            is_first = false;
        }
        self.leave();
        Ok(Value::Array(array))
    }

    fn object(&mut self) -> Result<Value<'a>, Failure> {
        self.enter(Scope::Object)?;
        let object = Object::with_capacity_in(8, self.arena);
        let mut is_first = true;
        while let Some(byte) = self.next_entry(Scope::Object, is_first)? {
            if byte != b'"' {
                return Err(self.unexpected(self.at, "was expecting double-quote to start field name"));
            }
            self.at += 1;
            let key = self.string(" in field name", "name")?;
            if !self.options.allow_duplicate_keys && object.contains_key(key) {
                return Err(self.error(&format!("Duplicate field '{key}'")));
            }
            let within = " within/between Object entries";
            match self.skip_space()? {
                Some(b':') => self.at += 1,
                Some(_) => {
                    return Err(self.unexpected(self.at, "was expecting a colon to separate field name and value"));
                }
                None => return Err(self.end_error(within)),
            }
            let Some(first) = self.skip_space()? else { return Err(self.end_error(within)) };
            let value = self.value(first)?;
            object.insert(key, value);
            is_first = false;
        }
        self.leave();
        Ok(Value::Object(object))
    }

    /// With strict parsing nothing may follow the value. A further value is an error of its own only if it is one at its first
    /// token.
    fn expect_end(&mut self) -> Result<(), Failure> {
        let refused = || {
            let reason =
                format!("The input {} is not valid JSON and the strict_json_parsing parameter is true", self.text);
            Failure::illegal_argument(reason)
        };
        let refused = refused();
        let next = match self.skip_space() {
            Ok(None) => return Ok(()),
            Ok(Some(b'"' | b'{' | b'[')) => Ok(()),
            Ok(Some(byte @ (b'}' | b']'))) => Err(self.mismatched(byte)),
            Ok(Some(byte)) => self.scalar(byte).map(|_| ()),
            Err(failure) => Err(failure),
        };
        Err(match next {
            Ok(()) => refused,
            Err(cause) => refused.caused_by(cause),
        })
    }
}

/// `Character.isJavaIdentifierStart`, near enough: letters, currency signs, connecting punctuation. Java sees UTF-16 units, so no
/// character beyond the first plane counts.
fn is_identifier_start(c: char) -> bool {
    c.len_utf16() == 1 && (c.is_alphabetic() || matches!(c, '$' | '_' | '¢'..='¥' | '₠'..='⃀' | '‿' | '⁀'))
}

fn is_identifier_part(c: char) -> bool {
    is_identifier_start(c)
        || c.len_utf16() == 1 && c.is_numeric() && c.is_alphanumeric()
        || matches!(c, '\0'..='\x08' | '\x0e'..='\x1b' | '\x7f'..='\u{9f}')
}

/// What may not follow `true` and the like. Jackson does not look at what comes before the digits: that is the next token.
fn continues_word(c: char) -> bool {
    c >= '0' && is_identifier_part(c)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn outcome(text: &str, options: JsonOptions) -> String {
        let arena = Arena::new();
        match parse_value(text, &arena, options) {
            Ok(value) => format!("{value:?}"),
            Err(failure) => {
                let root = failure.root_cause();
                let (reason, place) = root.reason.split_once("\n at ").unwrap_or((&root.reason, ""));
                let column = place.rsplit_once("column: ").map_or("", |(_, c)| c.trim_end_matches(']'));
                format!("{reason} @{column}")
            }
        }
    }

    const STRICT: JsonOptions = JsonOptions { allow_duplicate_keys: false, strict: true };

    /// What a node (8.19, Jackson 2.17) answered.
    #[test]
    fn values_and_mistakes_are_jacksons() {
        let valid = VALUE_LIST;
        for (text, expected) in [
            (r#"{"a":[1,2.5,null,true,"x\n\u00e9\ud83d\ude00"]}"#, r#"{"a":[1,2.5,null,true,"x\né😀"]}"#.to_owned()),
            ("", "null".into()),
            (" // x", "null".into()),
            ("[1] /* c */", "[1]".into()),
            ("9223372036854775808", "9223372036854775808".into()),
            ("1e400", "\"Infinity\"".into()),
            ("-0", "0".into()),
            ("{", "Unexpected end-of-input: expected close marker for Object (start marker at [Source: (String)\"{\"; line: 1, column: 1]) @2".into()),
            ("{\"a\":1,}", "Unexpected character ('}' (code 125)): was expecting double-quote to start field name @8".into()),
            ("{\"a\" 1}", "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value @6".into()),
            ("{\"a\":", "Unexpected end-of-input within/between Object entries @6".into()),
            ("[1,", "Unexpected end-of-input within/between Array entries @4".into()),
            ("[1 2]", "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries @4".into()),
            ("[1}", "Unexpected close marker '}': expected ']' (for Array starting at [Source: (String)\"[1}\"; line: 1, column: 1]) @3".into()),
            ("]", "Unexpected close marker ']': expected '}' (for root starting at [Source: (String)\"]\"; line: 1, column: 0]) @1".into()),
            ("truex", format!("Unrecognized token 'truex': was expecting {valid} @6")),
            ("[1,}", "Unexpected character ('}' (code 125)): expected a value @4".into()),
            ("// \u{1}\n1", "Illegal character ((CTRL-CHAR, code 1)): only regular white space (\\r, \\n, \\t) is allowed between tokens @5".into()),
            ("/* \u{1}", "Illegal character ((CTRL-CHAR, code 1)): only regular white space (\\r, \\n, \\t) is allowed between tokens @5".into()),
            ("tru", format!("Unrecognized token 'tru': was expecting {valid} @4")),
            ("[null\u{1}]", "Illegal character ((CTRL-CHAR, code 1)): only regular white space (\\r, \\n, \\t) is allowed between tokens @7".into()),
            ("宕机", format!("Unrecognized token '宕机': was expecting {valid} @3")),
            ("@", format!("Unexpected character ('@' (code 64)): expected a valid value {valid} @1")),
            ("-.5", format!("Unexpected character ('.' (code 46)): expected a valid value {valid} @2")),
            ("01", "Invalid numeric value: Leading zeroes not allowed @2".into()),
            ("[12.x]", "Unexpected character ('x' (code 120)) in numeric value: Decimal point not followed by a digit @4".into()),
            ("[0.x]", "Unexpected character ('x' (code 120)) in numeric value: Decimal point not followed by a digit @4".into()),
            ("1.", "Unexpected character ('.' (code 46)) in numeric value: Decimal point not followed by a digit @2".into()),
            ("1.5ex", "Unexpected character ('x' (code 120)) in numeric value: Exponent indicator not followed by a digit @2".into()),
            ("1e", "Unexpected end-of-inputexpected a digit for number exponent @3".into()),
            ("-", "Unexpected end-of-inputNo digit following sign @2".into()),
            ("-x", "Unexpected character ('x' (code 120)) in numeric value: expected digit (0-9) to follow minus sign, for valid numeric value @2".into()),
            ("NaN", "Non-standard token 'NaN': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow @4".into()),
            ("-INF", "Non-standard token '-INF': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow @5".into()),
            ("1x", "Unexpected character ('x' (code 120)): Expected space separating root-level values @2".into()),
            ("\"\\q\"", "Unrecognized character escape 'q' (code 113) @3".into()),
            ("\"\\u12\"", "Unexpected character ('\"' (code 34)): expected a hex-digit for character escape sequence @6".into()),
            ("\"a", "Unexpected end-of-input: was expecting closing quote for a string value @3".into()),
            ("{\"a", "Unexpected end-of-input in field name @4".into()),
            ("\"a\nb\"", "Illegal unquoted character ((CTRL-CHAR, code 10)): has to be escaped using backslash to be included in string value @3".into()),
            ("\u{1}x", "Illegal character ((CTRL-CHAR, code 1)): only regular white space (\\r, \\n, \\t) is allowed between tokens @2".into()),
            ("/x", "Unexpected character ('x' (code 120)): was expecting either '*' or '/' for a comment @2".into()),
            ("{\"a\":1,\"a\":2}", "Duplicate field 'a' @11".into()),
            ("1 2", "The input 1 2 is not valid JSON and the strict_json_parsing parameter is true @".into()),
            ("[] 01", "Invalid numeric value: Leading zeroes not allowed @5".into()),
        ] {
            assert_eq!(outcome(text, STRICT), expected, "{text}");
        }
    }

    #[test]
    fn options_and_bounds() {
        let lenient = JsonOptions { allow_duplicate_keys: true, strict: false };
        assert_eq!(outcome("{\"a\":1,\"a\":2} x", lenient), "{\"a\":2}");
        assert!(outcome(&"[".repeat(100_000), STRICT).starts_with("Document nesting depth (1001) exceeds"));
        assert!(outcome(&"1".repeat(1_001), STRICT).starts_with("Number value length (1001) exceeds"));
        let long = format!("[\"\t{}\"", "x".repeat(600));
        assert!(quoted_source(&long).ends_with("x\"[truncated 104 chars]"));
        assert!(quoted_source(&long).starts_with("\"[\"\\u0009x"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in r#"[\[\]{}",:tfn0-9eE+\-.\\u /*\n宕😀a]{0,24}"#) {
            outcome(&text, STRICT);
        }
    }
}
