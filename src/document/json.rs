//! JSON in: a recursive-descent parser that builds the document in the arena and borrows strings from the payload.

use super::scan::next_special;
use super::{Arena, Array, Object, Value};
use thiserror::Error;

/// Bounds on what is parsed.
#[derive(Clone, Copy, Debug)]
pub struct ParseLimits {
    /// Objects and arrays inside each other; Jackson's own limit (and so Elasticsearch's) is 1000.
    pub depth_max: u32,
}

impl Default for ParseLimits {
    fn default() -> Self {
        Self { depth_max: 1_000 }
    }
}

/// Why a text is not JSON, and where.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("invalid JSON at byte {offset}: {reason}")]
pub struct ParseError {
    pub offset: usize,
    pub reason: &'static str,
}

/// Parses one JSON value that spans all of `text`.
pub fn parse<'a>(text: &'a str, arena: &'a Arena) -> Result<Value<'a>, ParseError> {
    parse_with(text, arena, ParseLimits::default())
}

/// As [`parse`], from bytes that may not be UTF-8.
pub fn parse_bytes<'a>(bytes: &'a [u8], arena: &'a Arena) -> Result<Value<'a>, ParseError> {
    let text =
        std::str::from_utf8(bytes).map_err(|e| ParseError { offset: e.valid_up_to(), reason: "invalid UTF-8" })?;
    parse(text, arena)
}

fn parse_with<'a>(text: &'a str, arena: &'a Arena, limits: ParseLimits) -> Result<Value<'a>, ParseError> {
    let mut parser = Parser { text, bytes: text.as_bytes(), at: 0, arena, limits };
    let value = parser.value(0)?;
    parser.skip_whitespace();
    if parser.at < parser.bytes.len() {
        return Err(parser.error("unexpected text after the value"));
    }
    Ok(value)
}

struct Parser<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    arena: &'a Arena,
    limits: ParseLimits,
}

impl<'a> Parser<'a> {
    fn error(&self, reason: &'static str) -> ParseError {
        ParseError { offset: self.at, reason }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_whitespace(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: u32) -> Result<Value<'a>, ParseError> {
        self.skip_whitespace();
        match self.peek() {
            Some(b'"') => self.string().map(Value::Str),
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b't') => self.literal("true", Value::Bool(true)),
            Some(b'f') => self.literal("false", Value::Bool(false)),
            Some(b'n') => self.literal("null", Value::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) => Err(self.error("expected a value")),
            None => Err(self.error("unexpected end")),
        }
    }

    fn literal(&mut self, word: &str, value: Value<'a>) -> Result<Value<'a>, ParseError> {
        if self.bytes[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(value)
        } else {
            Err(self.error("expected true, false or null"))
        }
    }

    fn enter(&mut self, depth: u32) -> Result<(), ParseError> {
        if depth >= self.limits.depth_max {
            return Err(self.error("nested too deep"));
        }
        self.at += 1;
        self.skip_whitespace();
        Ok(())
    }

    fn object(&mut self, depth: u32) -> Result<Value<'a>, ParseError> {
        self.enter(depth)?;
        let object = Object::with_capacity_in(8, self.arena);
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Value::Object(object));
        }
        loop {
            self.skip_whitespace();
            if self.peek() != Some(b'"') {
                return Err(self.error("expected a member name"));
            }
            let key = self.string()?;
            self.skip_whitespace();
            if self.peek() != Some(b':') {
                return Err(self.error("expected ':'"));
            }
            self.at += 1;
            let value = self.value(depth + 1)?;
            // The last of duplicate keys wins, as in Elasticsearch's lenient readers.
            object.insert(key, value);
            self.skip_whitespace();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Value::Object(object));
                }
                _ => return Err(self.error("expected ',' or '}'")),
            }
        }
    }

    fn array(&mut self, depth: u32) -> Result<Value<'a>, ParseError> {
        self.enter(depth)?;
        let array = Array::new_in(self.arena);
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::Array(array));
        }
        loop {
            array.push(self.value(depth + 1)?);
            self.skip_whitespace();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(Value::Array(array));
                }
                _ => return Err(self.error("expected ',' or ']'")),
            }
        }
    }

    fn number(&mut self) -> Result<Value<'a>, ParseError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let digits_from = self.at;
        self.digits()?;
        if self.at - digits_from > 1 && self.bytes[digits_from] == b'0' {
            return Err(self.error("leading zero"));
        }
        let mut is_float = false;
        if self.peek() == Some(b'.') {
            is_float = true;
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            is_float = true;
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        let text = &self.text[start..self.at];
        if is_float {
            return text.parse().map(Value::Double).map_err(|_| self.error("invalid number"));
        }
        Ok(text.parse::<i64>().map_or(Value::BigInteger(text), Value::integer))
    }

    fn digits(&mut self) -> Result<(), ParseError> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == start { Err(self.error("expected a digit")) } else { Ok(()) }
    }

    /// A string at the opening quote: borrowed from the text when nothing in it is escaped.
    fn string(&mut self) -> Result<&'a str, ParseError> {
        self.at += 1;
        let start = self.at;
        self.at = next_special(self.bytes, start);
        match self.peek() {
            Some(b'"') => {
                let text = &self.text[start..self.at];
                self.at += 1;
                Ok(text)
            }
            Some(b'\\') => self.escaped_string(start),
            Some(_) => Err(self.error("control character in a string")),
            None => Err(self.error("unexpected end in a string")),
        }
    }

    fn escaped_string(&mut self, start: usize) -> Result<&'a str, ParseError> {
        let mut out = bumpalo::collections::String::from_str_in(&self.text[start..self.at], self.arena);
        loop {
            let clean_from = self.at;
            self.at = next_special(self.bytes, self.at);
            out.push_str(&self.text[clean_from..self.at]);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out.into_bump_str());
                }
                Some(b'\\') => {
                    self.at += 1;
                    let c = self.escape()?;
                    out.push(c);
                }
                Some(_) => return Err(self.error("control character in a string")),
                None => return Err(self.error("unexpected end in a string")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, ParseError> {
        let b = self.peek().ok_or_else(|| self.error("unexpected end in a string"))?;
        self.at += 1;
        Ok(match b {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode_escape(),
            _ => return Err(self.error("unknown escape")),
        })
    }

    /// `\uXXXX`, surrogate pairs joined. A lone surrogate has no UTF-8: it becomes U+FFFD.
    fn unicode_escape(&mut self) -> Result<char, ParseError> {
        let first = self.hex4()?;
        if (0xd800..0xdc00).contains(&first) && self.bytes[self.at..].starts_with(b"\\u") {
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

    fn hex4(&mut self) -> Result<u32, ParseError> {
        let digits = self.bytes.get(self.at..self.at + 4).ok_or_else(|| self.error("truncated \\u escape"))?;
        let mut code = 0;
        for &d in digits {
            code = code << 4 | char::from(d).to_digit(16).ok_or_else(|| self.error("invalid \\u escape"))?;
        }
        self.at += 4;
        Ok(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(text: &str) -> String {
        let arena = Arena::new();
        let value = parse(text, &arena).map_err(|e| e.to_string());
        match value {
            Ok(v) => format!("{v:?}"),
            Err(e) => e,
        }
    }

    #[test]
    fn values_round_trip() {
        for text in [
            r#"{"a":1,"b":[true,false,null],"c":{"d":"x"}}"#,
            r#""é宕\n""#,
            "123456789012345678901234567890",
            "-9223372036854775808",
            "1.5",
            "[]",
            "{}",
        ] {
            assert_eq!(round_trip(text), text);
        }
        assert_eq!(round_trip(r#""\ud83d\ude00""#), "\"😀\"");
        assert_eq!(round_trip(r#"{"a":1,"a":2}"#), r#"{"a":2}"#);
    }

    #[test]
    fn errors_name_the_place() {
        for (text, offset, reason) in [
            ("", 0, "unexpected end"),
            ("{\"a\":}", 5, "expected a value"),
            ("[1,2", 4, "expected ',' or ']'"),
            ("01", 2, "leading zero"),
            ("\"a\u{1}\"", 2, "control character in a string"),
            ("1 2", 2, "unexpected text after the value"),
        ] {
            let arena = Arena::new();
            assert_eq!(parse(text, &arena), Err(ParseError { offset, reason }), "{text}");
        }
        let deep = "[".repeat(10_000);
        assert!(round_trip(&deep).ends_with("nested too deep"));
    }

    use proptest::prelude::*;

    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<u64>().prop_map(Into::into),
            any::<f64>().prop_filter("JSON has no NaN", |f| f.is_finite()).prop_map(Into::into),
            "\\PC*".prop_map(Into::into),
            any::<String>().prop_map(Into::into),
        ];
        leaf.prop_recursive(6, 128, 12, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..12).prop_map(Into::into),
                prop::collection::hash_map(any::<String>(), inner, 0..40)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        /// What is parsed and written again is the same JSON to another parser: values, number kinds and member order.
        #[test]
        fn any_json_round_trips(value in any_json()) {
            let text = value.to_string();
            let again = round_trip(&text);
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&again).ok(), Some(value.clone()));
            let order = |v: &serde_json::Value| v.as_object().map(|o| o.keys().cloned().collect::<Vec<_>>());
            prop_assert_eq!(serde_json::from_str(&again).ok().as_ref().and_then(order), order(&value));
        }

        /// Whatever the bytes are: an answer, no panic; and what is taken is what another parser takes.
        #[test]
        fn any_bytes_get_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let arena = Arena::new();
            let ours = parse_bytes(&bytes, &arena).is_ok();
            let theirs = serde_json::from_slice::<serde_json::Value>(&bytes).is_ok();
            prop_assert_eq!(ours, theirs);
        }
    }
}
