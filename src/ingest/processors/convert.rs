//! `convert`: a value, or each item of a list, as another type.

use crate::config::ConfigError;
use crate::document::{Document, FieldPath, Value};
use crate::ingest::java_numbers::{decode_hex_int, decode_hex_long, parse_double, parse_float, parse_int, parse_long};
use crate::ingest::{Build, Context, ErrorKind, Failure, Processor, Settings};
use std::borrow::Cow;

struct Convert {
    field: FieldPath,
    target: Option<FieldPath>,
    kind: Kind,
    ignore_missing: bool,
}

#[derive(Clone, Copy)]
enum Kind {
    Integer,
    Long,
    Double,
    Float,
    Boolean,
    Ip,
    String,
    Auto,
}

const KINDS: [(&str, Kind); 8] = [
    ("integer", Kind::Integer),
    ("long", Kind::Long),
    ("double", Kind::Double),
    ("float", Kind::Float),
    ("boolean", Kind::Boolean),
    ("ip", Kind::Ip),
    ("string", Kind::String),
    ("auto", Kind::Auto),
];

impl Kind {
    fn name(self) -> &'static str {
        KINDS
            .iter()
            .find(|(_, kind)| std::mem::discriminant(kind) == std::mem::discriminant(&self))
            .map_or("", |(n, _)| n)
    }
}

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let field = settings.path("field")?;
    let text = settings.string("type")?;
    let kind = KINDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, kind)| *kind);
    let Some(kind) = kind else {
        let node = settings.require("type")?;
        let names = KINDS.map(|(name, _)| name).join(", ");
        let reason = format!("type [{text}] not supported, cannot convert field.");
        return Err(settings.invalid("type", node, reason).help(format!("use one of {names}")));
    };
    let target = settings.opt_path("target_field")?;
    let ignore_missing = settings.bool_or("ignore_missing", false)?;
    Ok(Box::new(Convert { field, target, kind, ignore_missing }))
}

impl Processor for Convert {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        let new = match doc.get_or_null(&self.field, self.ignore_missing)? {
            Value::Null if self.ignore_missing => return Ok(()),
            Value::Null => {
                let (name, kind) = (self.field.text(), self.kind.name());
                let reason = format!("Field [{name}] is null, cannot be converted to type [{kind}]");
                return Err(Failure::illegal_argument(reason));
            }
            Value::Array(items) => {
                let list = doc.array();
                for item in items.iter() {
                    list.push(self.kind.convert(item, doc)?);
                }
                Value::Array(list)
            }
            other => self.kind.convert(other, doc)?,
        };
        Ok(doc.set(self.target.as_ref().unwrap_or(&self.field), new)?)
    }
}

impl Kind {
    fn convert<'a>(self, value: Value<'a>, doc: &Document<'a>) -> Result<Value<'a>, Failure> {
        match (self, value) {
            (Kind::Auto, Value::Str(text)) => Ok(detected(text)),
            (Kind::Auto, other) => {
                // It is not copied, so its target may lie inside it.
                if matches!(other, Value::Object(_) | Value::Array(_)) {
                    doc.suspect_itself();
                }
                Ok(other)
            }
            (Kind::Ip, _) => check_ip(value),
            (_, Value::Null) => {
                let reason = "Cannot invoke \"Object.toString()\" because \"value\" is null";
                Err(Failure::new(ErrorKind::NullPointer, reason))
            }
            (Kind::String, Value::Str(_)) => Ok(value),
            (Kind::String, other) => Ok(doc.string(&other.to_java_string())),
            (Kind::Boolean, _) => {
                let text = java_text(value);
                boolean(&text).ok_or_else(|| {
                    Failure::illegal_argument(format!("[{text}] is not a boolean value, cannot convert to boolean"))
                })
            }
            _ => {
                let text = java_text(value);
                self.number(&text).map_err(|cause| {
                    let reason = format!("unable to convert [{text}] to {}", self.name());
                    Failure::illegal_argument(reason).caused_by(cause)
                })
            }
        }
    }

    fn number<'a>(self, text: &str) -> Result<Value<'a>, Failure> {
        let is_hex = text.starts_with("0x") || text.starts_with("-0x");
        match self {
            Kind::Integer if is_hex => decode_hex_int(text).map(Value::Int),
            Kind::Integer => parse_int(text, 10).map(Value::Int),
            Kind::Long if is_hex => decode_hex_long(text).map(Value::Long),
            Kind::Long => parse_long(text, 10).map(Value::Long),
            Kind::Float => parse_float(text).map(Value::Float),
            _ => parse_double(text).map(Value::Double),
        }
    }
}

fn java_text(value: Value<'_>) -> Cow<'_, str> {
    match value {
        Value::Str(text) => Cow::Borrowed(text),
        other => Cow::Owned(other.to_java_string()),
    }
}

fn boolean<'a>(text: &str) -> Option<Value<'a>> {
    if text.eq_ignore_ascii_case("true") {
        Some(Value::Bool(true))
    } else if text.eq_ignore_ascii_case("false") {
        Some(Value::Bool(false))
    } else {
        None
    }
}

/// `auto`: the first type that the text can be read as.
fn detected(text: &str) -> Value<'_> {
    boolean(text)
        .or_else(|| [Kind::Integer, Kind::Long, Kind::Float, Kind::Double].iter().find_map(|k| k.number(text).ok()))
        .unwrap_or(Value::Str(text))
}

/// `ip` only checks; the text stays.
fn check_ip(value: Value<'_>) -> Result<Value<'_>, Failure> {
    match value {
        Value::Str(text) if is_ip(text) => Ok(value),
        Value::Str(text) => Err(Failure::illegal_argument(format!("'{text}' is not an IP string literal."))),
        Value::Null => {
            let reason = "Cannot invoke \"String.length()\" because \"ipString\" is null";
            Err(Failure::new(ErrorKind::NullPointer, reason))
        }
        other => Err(class_cast(other, "java.lang.String")),
    }
}

/// Java's words for a cast that cannot be.
fn class_cast(value: Value<'_>, to: &str) -> Failure {
    let class = value.java_class();
    let reason = format!(
        "class {class} cannot be cast to class {to} ({class} and {to} are in module java.base of loader 'bootstrap')"
    );
    Failure::new(ErrorKind::ClassCast, reason)
}

/// What Elasticsearch takes for an IP address: IPv6 may have a zone.
fn is_ip(text: &str) -> bool {
    let (address, zone) = text.split_once('%').map_or((text, None), |(a, z)| (a, Some(z)));
    if zone.is_none() && is_dotted_quad(address) {
        return true;
    }
    address.contains(':') && zone.is_none_or(|z| !z.is_empty()) && address.parse::<std::net::Ipv6Addr>().is_ok()
}

fn is_dotted_quad(text: &str) -> bool {
    text.parse::<std::net::Ipv4Addr>().is_ok()
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    #[test]
    fn converts_values_and_lists() {
        check(&[
            ("convert: {field: a, type: integer}", r#"{"a":"-0x1f"}"#, r#"{"a":-31}"#),
            ("convert: {field: a, type: INTEGER}", r#"{"a":["017","+5"]}"#, r#"{"a":[17,5]}"#),
            ("convert: {field: a, type: long}", r#"{"a":"0x80000000"}"#, r#"{"a":2147483648}"#),
            ("convert: {field: a, type: float}", r#"{"a":"16777217"}"#, r#"{"a":1.6777216E7}"#),
            ("convert: {field: a, type: double}", r#"{"a":"1e400"}"#, r#"{"a":"Infinity"}"#),
            ("convert: {field: a, type: boolean}", r#"{"a":"tRuE"}"#, r#"{"a":true}"#),
            ("convert: {field: a, type: string}", r#"{"a":{"b":1.0}}"#, r#"{"a":"{b=1.0}"}"#),
            ("convert: {field: a, type: ip, target_field: b}", r#"{"a":"::1"}"#, r#"{"a":"::1","b":"::1"}"#),
            ("convert: {field: a, type: long, ignore_missing: true}", r#"{"a":null}"#, r#"{"a":null}"#),
        ]);
    }

    #[test]
    fn auto_takes_the_first_type_that_fits() {
        check(&[(
            "convert: {field: a, type: auto}",
            r#"{"a":["true","1","2147483648","1.1","x","0x1F","1d",null,2]}"#,
            r#"{"a":[true,1,2147483648,1.1,"x",31,1.0,null,2]}"#,
        )]);
    }

    #[test]
    fn refuses_in_the_nodes_words() {
        check(&[
            (
                "convert: {field: a, type: auto, target_field: a.b}",
                r#"{"a":{}}"#,
                "Iterable object is self-referencing itself",
            ),
            ("convert: {field: a, type: integer}", r#"{"a":1.5}"#, "unable to convert [1.5] to integer"),
            (
                "convert: {field: a, type: long}",
                r#"{"a":null}"#,
                "Field [a] is null, cannot be converted to type [long]",
            ),
            (
                "convert: {field: a, type: boolean}",
                r#"{"a":{}}"#,
                "[{}] is not a boolean value, cannot convert to boolean",
            ),
            ("convert: {field: a, type: ip}", r#"{"a":"1.1"}"#, "'1.1' is not an IP string literal."),
            ("convert: {field: a, type: float}", "{}", "field [a] not present as part of path [a]"),
        ]);
    }
}
