//! JSON to [`Node`]s. YAML contains most of JSON, but neither surrogate pairs (`\ud83d\ude00`) nor tabs nor long keys, all of which
//! stand in pipelines that were exported from Elasticsearch. Comments are allowed, as in Elasticsearch's own parser.

use super::{ConfigError, Data, Key, Node, Position};
use std::collections::HashMap;
use std::sync::Arc;

/// Lists and maps inside each other in a configuration file.
const DEPTH_MAX: usize = 200;

/// Reads `text`; `name` stands for the file in messages.
pub fn read_json(name: &str, text: &str) -> Result<Node, ConfigError> {
    let mut reader = Reader { file: name.into(), rest: text, line: 1, column: 1 };
    reader.space()?;
    if reader.rest.is_empty() {
        return Ok(Node { at: reader.position(), data: Data::Null });
    }
    let node = reader.value(0)?;
    reader.space()?;
    if reader.rest.is_empty() { Ok(node) } else { Err(reader.error("unexpected text after the JSON value")) }
}

struct Reader<'t> {
    file: Arc<str>,
    rest: &'t str,
    line: usize,
    column: usize,
}

impl<'t> Reader<'t> {
    fn position(&self) -> Position {
        Position { file: self.file.clone(), line: self.line, column: self.column }
    }

    fn error(&self, reason: &str) -> ConfigError {
        ConfigError::new(&self.position(), reason)
    }

    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn advance(&mut self, bytes: usize) {
        let (passed, rest) = self.rest.split_at(bytes.min(self.rest.len()));
        match passed.rfind('\n') {
            Some(end) => {
                self.line += passed.matches('\n').count();
                self.column = passed[end + 1..].chars().count() + 1;
            }
            None => self.column += passed.chars().count(),
        }
        self.rest = rest;
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.rest.starts_with(text);
        if found {
            self.advance(text.len());
        }
        found
    }

    /// Passes over white space and comments.
    fn space(&mut self) -> Result<(), ConfigError> {
        loop {
            let blank = self.rest.len() - self.rest.trim_start_matches([' ', '\t', '\r', '\n', '\u{feff}']).len();
            self.advance(blank);
            if self.rest.starts_with("//") {
                self.advance(self.rest.find('\n').unwrap_or(self.rest.len()));
            } else if self.rest.starts_with("/*") {
                let end = self.rest.find("*/").ok_or_else(|| self.error("unclosed comment"))?;
                self.advance(end + 2);
            } else {
                return Ok(());
            }
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node, ConfigError> {
        if depth > DEPTH_MAX {
            return Err(self.error("the file is nested too deep"));
        }
        let at = self.position();
        let data = match self.peek() {
            Some('{') => self.map(depth)?,
            Some('[') => self.list(depth)?,
            Some('"') => Data::String(self.string()?),
            Some('-' | '0'..='9') => self.number()?,
            _ if self.eat("true") => Data::Bool(true),
            _ if self.eat("false") => Data::Bool(false),
            _ if self.eat("null") => Data::Null,
            _ => return Err(self.error("expected a JSON value")),
        };
        Ok(Node { at, data })
    }

    fn list(&mut self, depth: usize) -> Result<Data, ConfigError> {
        self.advance(1);
        let mut items = Vec::new();
        self.space()?;
        if self.eat("]") {
            return Ok(Data::List(items));
        }
        loop {
            self.space()?;
            items.push(self.value(depth + 1)?);
            self.space()?;
            if self.eat("]") {
                return Ok(Data::List(items));
            }
            if !self.eat(",") {
                return Err(self.error("expected `,` or `]`"));
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Data, ConfigError> {
        self.advance(1);
        let mut members: Vec<(Key, Node)> = Vec::new();
        // A search through the members for each would take hours for a hostile map.
        let mut places: HashMap<String, usize> = HashMap::new();
        self.space()?;
        if self.eat("}") {
            return Ok(Data::Map(members));
        }
        loop {
            self.space()?;
            let at = self.position();
            if self.peek() != Some('"') {
                return Err(self.error("expected a key in quotes"));
            }
            let text = self.string()?;
            self.space()?;
            if !self.eat(":") {
                return Err(self.error("expected `:`"));
            }
            self.space()?;
            let value = self.value(depth + 1)?;
            match places.get(&text).and_then(|place| members.get_mut(*place)) {
                Some(member) => member.1 = value,
                None => {
                    places.insert(text.clone(), members.len());
                    members.push((Key { at, text }, value));
                }
            }
            self.space()?;
            if self.eat("}") {
                return Ok(Data::Map(members));
            }
            if !self.eat(",") {
                return Err(self.error("expected `,` or `}`"));
            }
        }
    }

    fn number(&mut self) -> Result<Data, ConfigError> {
        let is_part = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let text = &self.rest[..end];
        let digits = text.strip_prefix('-').unwrap_or(text);
        let data = if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
            Some(text.parse().map_or_else(|_| Data::BigInt(text.to_owned()), Data::Int))
        } else {
            text.parse().ok().map(Data::Float)
        };
        let data = data.ok_or_else(|| self.error("invalid number"))?;
        self.advance(end);
        Ok(data)
    }

    fn string(&mut self) -> Result<String, ConfigError> {
        self.advance(1);
        let mut out = String::new();
        loop {
            let end = self.rest.find(['"', '\\']).ok_or_else(|| self.error("unclosed string"))?;
            out.push_str(&self.rest[..end]);
            let is_end = self.rest[end..].starts_with('"');
            self.advance(end + 1);
            if is_end {
                return Ok(out);
            }
            out.push(self.escape()?);
        }
    }

    fn escape(&mut self) -> Result<char, ConfigError> {
        let c = match self.peek() {
            Some(c @ ('"' | '\\' | '/')) => c,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                self.advance(1);
                return self.unicode_escape();
            }
            _ => return Err(self.error("unknown escape")),
        };
        self.advance(1);
        Ok(c)
    }

    /// Four hexadecimal digits; two such escapes for a character beyond the first plane. Half a pair becomes U+FFFD.
    fn unicode_escape(&mut self) -> Result<char, ConfigError> {
        let high = self.hex4()?;
        if (0xd800..0xdc00).contains(&high) && self.rest.starts_with("\\u") {
            let low = self.rest.get(2..6).and_then(|digits| u32::from_str_radix(digits, 16).ok());
            if let Some(low) = low.filter(|low| (0xdc00..0xe000).contains(low)) {
                self.advance(6);
                let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
        }
        Ok(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex4(&mut self) -> Result<u32, ConfigError> {
        let digits = self.rest.get(..4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let code = code.ok_or_else(|| self.error("invalid \\u escape"))?;
        self.advance(4);
        Ok(code)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn values_and_their_places() {
        let text = "// a comment\n{\t\"a\": [1, -2.5, 99999999999999999999, \"\\ud83d\\ude00\\u00e9\\ud800x\", true, null], /* b */ \"b\": {}}";
        let node = read_json("p.json", text).unwrap();
        let items: Vec<&Data> = node.get("a").unwrap().as_list().unwrap().iter().map(|n| &n.data).collect();
        assert_eq!(
            items,
            [
                &Data::Int(1),
                &Data::Float(-2.5),
                &Data::BigInt("99999999999999999999".into()),
                &Data::String("😀é\u{fffd}x".into()),
                &Data::Bool(true),
                &Data::Null
            ]
        );
        assert_eq!(node.get("b").unwrap().at.to_string(), "p.json:2:95");
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        for (text, expected) in [
            ("{\"a\":}", "p.json:1:6: expected a JSON value"),
            ("[1\n,]", "p.json:2:2: expected a JSON value"),
            ("{a:1}", "p.json:1:2: expected a key in quotes"),
            ("[1 2]", "p.json:1:4: expected `,` or `]`"),
            ("\"\\x\"", "p.json:1:3: unknown escape"),
            ("1-2", "p.json:1:1: invalid number"),
            ("{} x", "p.json:1:4: unexpected text after the JSON value"),
        ] {
            assert_eq!(read_json("p.json", text).unwrap_err().to_string(), expected);
        }
        assert!(read_json("p.json", &"[".repeat(10_000)).is_err());
    }
}
