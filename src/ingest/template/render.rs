//! Mustache out: nodes and a document to text.

use super::{Name, OUTPUT_BYTES_MAX, STEPS_MAX, TemplateNode};
use crate::document::{Array, Document, Value, java_order, write_string};
use crate::ingest::{ErrorKind, Failure, MediaType};

pub(super) fn render(nodes: &[TemplateNode], media_type: MediaType, doc: &Document<'_>) -> Result<String, Failure> {
    let mut renderer = Renderer { doc, media_type, scopes: Vec::new(), steps: 0 };
    let mut out = String::new();
    renderer.nodes(nodes, &mut out).map_err(|cause| {
        // The node's message goes on with the address of an object in its memory.
        let reason = "Error running com.github.mustachejava.codes.DefaultMustache";
        Failure::new(ErrorKind::Other("general_script_exception"), reason).caused_by(cause)
    })?;
    Ok(out)
}

struct Renderer<'d, 'a> {
    doc: &'d Document<'a>,
    media_type: MediaType,
    /// Values of the sections around, innermost last; outside of them is the document.
    scopes: Vec<Value<'a>>,
    steps: usize,
}

/// What a name leads to.
enum Found<'a> {
    Value(Value<'a>),
    /// `_source`: the document's own map.
    Root,
    Missing,
}

impl<'a> Renderer<'_, 'a> {
    fn nodes(&mut self, nodes: &[TemplateNode], out: &mut String) -> Result<(), Failure> {
        for node in nodes {
            self.steps += 1;
            if self.steps > STEPS_MAX || out.len() > OUTPUT_BYTES_MAX {
                let reason =
                    format!("the template prints more than {OUTPUT_BYTES_MAX} bytes or takes {STEPS_MAX} steps");
                return Err(Failure::new(ErrorKind::Other("size_limit_exceeded_exception"), reason));
            }
            self.node(node, out)?;
        }
        Ok(())
    }

    fn node(&mut self, node: &TemplateNode, out: &mut String) -> Result<(), Failure> {
        match node {
            TemplateNode::Text(text) => {
                out.push_str(text);
                Ok(())
            }
            TemplateNode::Variable { name, escape } => self.variable(name, *escape, out).map_err(|cause| {
                mustache_failure(format!("Failed to get value for {}", name.text), name.line).caused_by(cause)
            }),
            TemplateNode::Section { name, nodes } => match self.lookup(name)? {
                Found::Missing => Ok(()),
                Found::Root => self.nodes(nodes, out),
                Found::Value(Value::Array(items)) => items.iter().try_for_each(|item| self.inside(item, nodes, out)),
                Found::Value(value) if is_false(value) => Ok(()),
                Found::Value(value) => self.inside(value, nodes, out),
            },
            TemplateNode::Inverted { name, nodes } => match self.lookup(name)? {
                Found::Value(value) if !is_false(value) => Ok(()),
                Found::Root => Ok(()),
                _ => self.nodes(nodes, out),
            },
            TemplateNode::ToJson(name) => {
                match self.lookup(name)? {
                    Found::Missing | Found::Value(Value::Null) => {}
                    Found::Root => write_json_members(&self.doc.java_members(), out, 0),
                    Found::Value(value @ (Value::Array(_) | Value::Object(_))) => write_java_json(value, out, 0),
                    Found::Value(scalar) => scalar.write_java_string(out),
                }
                Ok(())
            }
            TemplateNode::Join { name, delimiter, nodes } => match self.lookup(name)? {
                Found::Value(Value::Array(items)) => write_joined(items, delimiter, out),
                _ => self.nodes(nodes, out),
            },
            TemplateNode::Url(nodes) => {
                let mut inner = String::new();
                self.nodes(nodes, &mut inner)?;
                write_form_encoded(&inner, out);
                Ok(())
            }
            TemplateNode::Block(nodes) => self.nodes(nodes, out),
        }
    }

    fn inside(&mut self, value: Value<'a>, nodes: &[TemplateNode], out: &mut String) -> Result<(), Failure> {
        self.scopes.push(value);
        let result = self.nodes(nodes, out);
        self.scopes.pop();
        result
    }

    fn variable(&self, name: &Name, escape: bool, out: &mut String) -> Result<(), Failure> {
        let mut text = String::new();
        let target = if escape && self.media_type != MediaType::PlainText { &mut text } else { &mut *out };
        match self.lookup(name)? {
            Found::Missing | Found::Value(Value::Null) => return Ok(()),
            Found::Root => write_root(self.doc, target),
            Found::Value(Value::Array(items)) => write_list(items, target),
            Found::Value(value) => value.write_java_string(target),
        }
        match self.media_type {
            _ if !escape => {}
            MediaType::Json => write_json_escaped(&text, out),
            MediaType::FormUrlEncoded => write_form_encoded(&text, out),
            MediaType::PlainText => {}
        }
        Ok(())
    }

    /// Looks `name` up in the values around, innermost first. Where a value has its first part, outer ones are not asked.
    fn lookup(&self, name: &Name) -> Result<Found<'a>, Failure> {
        if &*name.text == "." {
            let scope = self.scopes.iter().rev().find(|scope| !scope.is_null());
            // The outermost value is a view of the document that has no text.
            let refused = || Failure::new(ErrorKind::Other("unsupported_operation_exception"), "");
            return scope.map(|value| Found::Value(*value)).ok_or_else(refused);
        }
        for scope in self.scopes.iter().rev() {
            if let Some(value) = member(*scope, &name.text, name.line)? {
                return Ok(Found::Value(value));
            }
            if let Some((first, rest)) = name.parts.split_first()
                && let Some(value) = member(*scope, first, name.line)?
            {
                return follow(value, rest, name.line);
            }
        }
        self.lookup_in_document(name)
    }

    fn lookup_in_document(&self, name: &Name) -> Result<Found<'a>, Failure> {
        if let Some(found) = self.document_member(&name.text) {
            return Ok(found);
        }
        let Some((first, rest)) = name.parts.split_first() else { return Ok(Found::Missing) };
        match self.document_member(first) {
            Some(Found::Value(value)) => follow(value, rest, name.line),
            Some(Found::Root) => follow(Value::Object(self.doc.root), rest, name.line),
            _ => Ok(Found::Missing),
        }
    }

    fn document_member(&self, key: &str) -> Option<Found<'a>> {
        match key {
            "_source" => Some(Found::Root),
            "_ingest" => Some(Found::Value(Value::Object(self.doc.ingest))),
            _ => self.doc.root.get(key).map(Found::Value),
        }
    }
}

fn follow<'a>(mut value: Value<'a>, parts: &[Box<str>], line: u32) -> Result<Found<'a>, Failure> {
    for part in parts {
        match member(value, part, line)? {
            Some(next) => value = next,
            None => return Ok(Found::Missing),
        }
    }
    Ok(Found::Value(value))
}

/// A value's member of that name: an object's key, a list's item or `size`.
fn member<'a>(value: Value<'a>, key: &str, line: u32) -> Result<Option<Value<'a>>, Failure> {
    match value {
        Value::Object(object) => Ok(object.get(key)),
        Value::Array(items) if key == "size" => Ok(Some(Value::Int(i32::try_from(items.len()).unwrap_or(i32::MAX)))),
        Value::Array(items) => match key.parse::<i32>() {
            Err(_) => Ok(None),
            Ok(index) => item(items, index, line),
        },
        _ => Ok(None),
    }
}

fn item<'a>(items: &Array<'a>, index: i32, line: u32) -> Result<Option<Value<'a>>, Failure> {
    let Ok(position) = usize::try_from(index) else {
        let cause = Failure::illegal_argument("position >= 0");
        return Err(mustache_failure("position >= 0".into(), line).caused_by(cause));
    };
    match items.get(position) {
        Some(value) => Ok(Some(value).filter(|v| !v.is_null())),
        None => {
            let cause = Failure::new(ErrorKind::IndexOutOfBounds, index.to_string());
            Err(mustache_failure(index.to_string(), line).caused_by(cause))
        }
    }
}

fn mustache_failure(reason: String, line: u32) -> Failure {
    Failure::new(ErrorKind::Other("mustache_exception"), format!("{reason} @[query-template:{line}]"))
}

/// What sections skip. Zero and empty objects are not false.
fn is_false(value: Value<'_>) -> bool {
    match value {
        Value::Null | Value::Bool(false) | Value::Str("") => true,
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// A list as Elasticsearch prints it outermost: as a map from position to item.
fn write_list(items: &Array<'_>, out: &mut String) {
    out.push('{');
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        out.push_str(&i.to_string());
        out.push('=');
        item.write_java_string(out);
    }
    out.push('}');
}

fn write_joined(items: &Array<'_>, delimiter: &str, out: &mut String) -> Result<(), Failure> {
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push_str(delimiter);
        }
        if item.is_null() {
            let reason = "Cannot invoke \"Object.toString()\" because \"object\" is null";
            return Err(Failure::new(ErrorKind::NullPointer, reason));
        }
        item.write_java_string(out);
    }
    Ok(())
}

/// The document's own map.
fn write_root(doc: &Document<'_>, out: &mut String) {
    out.push('{');
    for (i, (key, value)) in doc.java_members().into_iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        out.push_str(key);
        out.push('=');
        value.write_java_string(out);
    }
    out.push('}');
}

/// Objects and lists inside each other that `toJson` prints; parsing refuses deeper ones.
const JSON_DEPTH_MAX: u32 = 1_100;

/// JSON with objects in the order of Java's maps.
fn write_java_json(value: Value<'_>, out: &mut String, depth: u32) {
    match value {
        Value::Array(_) | Value::Object(_) if depth > JSON_DEPTH_MAX => out.push_str("null"),
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write_java_json(item, out, depth + 1);
            }
            out.push(']');
        }
        Value::Object(object) => write_json_members(&java_order(object), out, depth),
        scalar => {
            let mut bytes = Vec::new();
            crate::document::write_json(scalar, &mut bytes);
            out.push_str(&String::from_utf8_lossy(&bytes));
        }
    }
}

fn write_json_members(members: &[(&str, Value<'_>)], out: &mut String, depth: u32) {
    out.push('{');
    for (i, (key, value)) in members.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        out.push('"');
        write_json_escaped(key, out);
        out.push_str("\":");
        write_java_json(*value, out, depth + 1);
    }
    out.push('}');
}

/// The inside of a JSON string.
fn write_json_escaped(text: &str, out: &mut String) {
    if !text.bytes().any(|b| b < 0x20 || b == b'"' || b == b'\\') {
        return out.push_str(text);
    }
    let mut quoted = Vec::with_capacity(text.len() + 2);
    write_string(text, &mut quoted);
    let inner = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
    out.push_str(&String::from_utf8_lossy(inner));
}

/// As Java's `URLEncoder`: letters, digits and `.-*_` stay, a space is `+`.
fn write_form_encoded(text: &str, out: &mut String) {
    use std::fmt::Write;
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'*' | b'_' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::super::Template;
    use super::*;
    use crate::document::{Arena, parse};

    const DOCUMENT: &str = r#"{"a":{"b":"x","l":[1,"two",null,{"n":5}],"e":[],"f":false,"z":0,"s":"","nul":null,"o":{}},"a.b":"dotted",
        "p":"q\"/<&>宕\n","items":[{"n":1,"m":[1,2]},{"n":2}],"num":1.0,"words":["x","y"],"t":true,"k":"outer","mixed":[{"k":1},{"j":2}]}"#;

    fn rendered(template: &str, media_type: MediaType) -> String {
        let arena = Arena::new();
        let root = parse(DOCUMENT, &arena).unwrap().as_object().unwrap();
        let doc = Document::new(&arena, root, jiff::Timestamp::UNIX_EPOCH);
        match Template::compile(template, media_type) {
            Err(reason) => reason,
            Ok(template) => template.render(&doc).unwrap_or_else(|e| format!("! {}", e.root_cause().reason)),
        }
    }

    /// What a node (8.19) answered.
    #[test]
    fn renders_as_the_node_does() {
        for (template, expected) in [
            ("{{a.b}} {{{a.b}}} {{& a.b }}", "dotted dotted dotted"),
            ("{{_source.a.b}}", "x"),
            ("{{p}}|{{{p}}}", "q\\\"/<&>宕\\n|q\"/<&>宕\n"),
            ("{{a.l}} {{a.l.0}} {{a.l.3.n}} {{a.l.size}} {{a.e}}", "{0=1, 1=two, 2=null, 3={n=5}} 1 5 4 {}"),
            ("{{a.l.9}}", "! 9"),
            ("{{words.-1}}", "! position >= 0"),
            ("{{.}}", "! "),
            ("{{#words}}[{{.}}]{{/words}}", "[x][y]"),
            (
                "{{#a.f}}F{{/a.f}}{{#t}}T{{/t}}{{#a.z}}Z{{/a.z}}{{#a.s}}S{{/a.s}}{{#a.nul}}N{{/a.nul}}{{#a.o}}O{{/a.o}}",
                "TZO",
            ),
            (
                "{{^a.f}}F{{/a.f}}{{^t}}T{{/t}}{{^a.z}}Z{{/a.z}}{{^a.s}}S{{/a.s}}{{^missing}}M{{/missing}}{{^a.e}}E{{/a.e}}",
                "FSME",
            ),
            ("{{#items}}{{n}}{{#m}}<{{.}}>{{/m}};{{/items}}", "1<1><2>;2;"),
            ("{{#mixed}}{{k}},{{/mixed}}", "1,outer,"),
            (
                "{{#toJson}}items.0{{/toJson}} {{#toJson}}p{{/toJson}} {{#toJson}}num{{/toJson}}",
                "{\"m\":[1,2],\"n\":1} q\"/<&>宕\n 1.0",
            ),
            ("{{#toJson}}missing{{/toJson}}{{#join}}missing{{/join}}", "missing"),
            ("{{#join}}words{{/join}} {{#join delimiter='||'}}words{{/join delimiter='||'}}", "x,y x||y"),
            ("{{#url}}{{p}} z{{/url}}", "q%5C%22%2F%3C%26%3E%E5%AE%95%5Cn+z"),
            ("{{! comment }}{{=<% %>=}}<% num %>{{", "1.0{{"),
            ("{{$x}}d{{/x}}", "d"),
            ("{{#t}}\nline\n{{/t}}\nend", "line\nend"),
            ("  {{#t}}  \ny\n  {{/t}}  \nz", "  y\n  z"),
            ("a {{#t}} b {{/t}} c\n", "a  b  c\n"),
            ("a\r\n{{#t}}\r\nb\r\n{{/t}}\r\nc", "a\r\nb\r\nc"),
            ("{{> part}}", "Template part not found: partials are not supported in template [{{> part}}]"),
            ("{{#a}}{{/b}}", "Mismatched start/end tags: a != b in template [{{#a}}{{/b}}]"),
            ("{{a", "Improperly closed variable in template [{{a]"),
        ] {
            assert_eq!(rendered(template, MediaType::Json), expected, "{template}");
        }
    }

    #[test]
    fn the_media_type_decides_the_escaping() {
        for (media_type, expected) in [
            (MediaType::Json, "q\\\"/<&>宕\\n"),
            (MediaType::PlainText, "q\"/<&>宕\n"),
            (MediaType::FormUrlEncoded, "q%22%2F%3C%26%3E%E5%AE%95%0A"),
        ] {
            assert_eq!(rendered("{{p}}", media_type), expected);
        }
    }

    #[test]
    fn what_multiplies_is_bounded() {
        let template = "{{#a.l}}".repeat(40) + &"{{/a.l}}".repeat(40);
        assert!(rendered(&template, MediaType::Json).starts_with("! the template prints more"));
        let template = "{{#t}}".repeat(100) + &"{{/t}}".repeat(100);
        assert!(rendered(&template, MediaType::Json).starts_with("more than 64 sections"));
    }
}
