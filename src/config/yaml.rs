//! YAML (and JSON, which it contains) to [`Node`]s.
//!
//! Pipelines are written for Filebeat and Elasticsearch's tools, which read YAML 1.1 as Go's yaml.v2 does: plain scalars `yes`,
//! `no`, `on` and `off` are booleans there only when decoded into a boolean; as free values just `true` and `false` (in three
//! spellings) are. We follow that.

use super::{ConfigError, Data, Key, Node, Position};
use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

/// Lists and maps inside each other in a configuration file.
const DEPTH_MAX: usize = 200;
/// Nodes of one file, aliases expanded: a bound against alias bombs.
const NODES_MAX: usize = 1_000_000;

/// Reads a `.yml`, `.yaml` or `.json` file.
pub fn read_file(path: &Path) -> Result<Node, ConfigError> {
    let name = path.display().to_string();
    let at = Position { file: name.as_str().into(), line: 1, column: 1 };
    let text =
        std::fs::read_to_string(path).map_err(|e| ConfigError::new(&at, format!("cannot read the file: {e}")))?;
    let is_json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    if is_json { super::json::read_json(&name, &text) } else { read_text(&name, &text) }
}

/// Reads `text`; `name` stands for the file in messages.
pub fn read_text(name: &str, text: &str) -> Result<Node, ConfigError> {
    let mut reader =
        Reader { file: name.into(), events: Parser::new_from_str(text), anchors: HashMap::new(), nodes: 0 };
    reader.document()
}

struct Reader<'t> {
    file: Arc<str>,
    events: Parser<'t, saphyr_parser::StrInput<'t>>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
}

impl<'t> Reader<'t> {
    fn position(&self, span: Span) -> Position {
        Position { file: self.file.clone(), line: span.start.line(), column: span.start.col() + 1 }
    }

    fn next(&mut self) -> Result<(Event<'t>, Position), ConfigError> {
        match self.events.next_event() {
            Some(Ok((event, span))) => Ok((event, self.position(span))),
            Some(Err(e)) => {
                let at = Position { file: self.file.clone(), line: e.marker().line(), column: e.marker().col() + 1 };
                Err(ConfigError::new(&at, e.info().to_owned()))
            }
            None => Ok((Event::StreamEnd, Position { file: self.file.clone(), line: 1, column: 1 })),
        }
    }

    fn document(&mut self) -> Result<Node, ConfigError> {
        loop {
            let (event, at) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(Node { at, data: Data::Null }),
                Event::StreamStart | Event::DocumentStart(_) | Event::Nothing => {}
                event => return self.node(event, at, 0),
            }
        }
    }

    fn node(&mut self, event: Event<'t>, at: Position, depth: usize) -> Result<Node, ConfigError> {
        self.nodes += 1;
        if depth > DEPTH_MAX || self.nodes > NODES_MAX {
            return Err(ConfigError::new(&at, "the file is nested too deep or too large"));
        }
        let (data, anchor) = match event {
            Event::Scalar(text, style, anchor, _) => {
                let plain = style == ScalarStyle::Plain;
                (if plain { plain_scalar(&text) } else { Data::String(text.into_owned()) }, anchor)
            }
            Event::SequenceStart(anchor, _) => (self.list(depth)?, anchor),
            Event::MappingStart(anchor, _) => (self.map(depth)?, anchor),
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).cloned();
                return node.ok_or_else(|| ConfigError::new(&at, "unknown YAML alias"));
            }
            other => return Err(ConfigError::new(&at, format!("unexpected {other:?}"))),
        };
        let node = Node { at, data };
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn list(&mut self, depth: usize) -> Result<Data, ConfigError> {
        let mut items = Vec::new();
        loop {
            let (event, at) = self.next()?;
            if matches!(event, Event::SequenceEnd) {
                return Ok(Data::List(items));
            }
            items.push(self.node(event, at, depth + 1)?);
        }
    }

    fn map(&mut self, depth: usize) -> Result<Data, ConfigError> {
        let mut members: Vec<(Key, Node)> = Vec::new();
        // A search through the members for each would take hours for a hostile map.
        let mut places: HashMap<String, usize> = HashMap::new();
        loop {
            let (event, at) = self.next()?;
            let text = match event {
                Event::MappingEnd => return Ok(Data::Map(members)),
                Event::Scalar(text, ..) => text.into_owned(),
                _ => return Err(ConfigError::new(&at, "a map's key must be a plain value")),
            };
            let (event, value_at) = self.next()?;
            let value = self.node(event, value_at, depth + 1)?;
            if text == "<<" {
                self.merge(&mut members, value);
                places = members.iter().enumerate().map(|(at, (key, _))| (key.text.clone(), at)).collect();
                continue;
            }
            match places.get(&text).and_then(|place| members.get_mut(*place)) {
                Some(member) => member.1 = value,
                None => {
                    places.insert(text.clone(), members.len());
                    members.push((Key { at, text }, value));
                }
            }
        }
    }

    /// YAML 1.1's merge key: members of the merged map that are not set yet.
    fn merge(&self, members: &mut Vec<(Key, Node)>, value: Node) {
        let maps = match value.data {
            Data::List(items) => items,
            _ => vec![value],
        };
        for map in maps {
            if let Data::Map(merged) = map.data {
                for (key, node) in merged {
                    if !members.iter().any(|(k, _)| k.text == key.text) {
                        members.push((key, node));
                    }
                }
            }
        }
    }
}

/// An unquoted scalar, resolved as YAML 1.1 does.
fn plain_scalar(text: &str) -> Data {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Data::Null,
        "true" | "True" | "TRUE" => Data::Bool(true),
        "false" | "False" | "FALSE" => Data::Bool(false),
        _ => number(text).unwrap_or_else(|| Data::String(text.to_owned())),
    }
}

fn number(text: &str) -> Option<Data> {
    let first = text.bytes().next()?;
    if !(first.is_ascii_digit() || matches!(first, b'-' | b'+' | b'.')) {
        return None;
    }
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let radix = |prefix: &str, radix: u32| {
        let rest = digits.strip_prefix(prefix)?;
        i64::from_str_radix(rest, radix).ok().map(|n| Data::Int(sign * n))
    };
    if let Some(data) = radix("0x", 16).or_else(|| radix("0o", 8)).or_else(|| radix("0b", 2)) {
        return Some(data);
    }
    if digits.bytes().all(|b| b.is_ascii_digit()) && !digits.is_empty() {
        if digits.len() > 1 && digits.starts_with('0') {
            return i64::from_str_radix(digits, 8).ok().map(|n| Data::Int(sign * n));
        }
        return Some(text.trim_start_matches('+').parse().map_or_else(|_| Data::BigInt(text.to_owned()), Data::Int));
    }
    let floating = digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'-' | b'+'))
        && digits.bytes().any(|b| b.is_ascii_digit());
    if floating { text.parse().ok().map(Data::Float) } else { None }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn nodes_remember_their_place() {
        let node = read_text("a.yml", "processors:\n  - set:\n      field: x\n      value: 1.5\n").unwrap();
        let set = node.get("processors").unwrap().as_list().unwrap()[0].get("set").unwrap();
        assert_eq!(set.get("field").unwrap().at.to_string(), "a.yml:3:14");
        assert_eq!(set.get("value").unwrap().data, Data::Float(1.5));
    }

    #[test]
    fn plain_scalars_resolve_as_in_yaml_1_1() {
        for (text, data) in [
            ("12", Data::Int(12)),
            ("010", Data::Int(8)),
            ("0x1f", Data::Int(31)),
            ("-3", Data::Int(-3)),
            ("1e3", Data::Float(1000.0)),
            ("1.2.3", Data::String("1.2.3".into())),
            ("yes", Data::String("yes".into())),
            ("\"1\"", Data::String("1".into())),
            ("~", Data::Null),
        ] {
            assert_eq!(read_text("t", text).unwrap().data, data, "{text}");
        }
    }
}
