//! What a match captures: fields and their types.

use crate::document::{Arena, Array, Value};
use crate::ingest::Failure;
use crate::ingest::java_numbers::{parse_double, parse_float, parse_int, parse_long};

/// The type that a capture is converted to: `%{NUMBER:bytes:long}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaptureType {
    String,
    Int,
    Long,
    Float,
    Double,
    Boolean,
}

impl CaptureType {
    /// Unknown types count as strings, as on the node.
    fn named(name: &str) -> Self {
        match name {
            "int" => Self::Int,
            "long" => Self::Long,
            "float" => Self::Float,
            "double" => Self::Double,
            "boolean" => Self::Boolean,
            _ => Self::String,
        }
    }

    pub fn convert<'a>(self, text: &'a str) -> Result<Value<'a>, Failure> {
        Ok(match self {
            Self::String => Value::Str(text),
            Self::Int => Value::Int(parse_int(text, 10)?),
            Self::Long => Value::Long(parse_long(text, 10)?),
            Self::Float => Value::Float(parse_float(text)?),
            Self::Double => Value::Double(parse_double(text)?),
            Self::Boolean => Value::Bool(text.eq_ignore_ascii_case("true")),
        })
    }
}

/// A group's name taken apart: `PATTERN:field:type`, or a field alone for a group written out.
pub fn parse_group_name(group: &str) -> (&str, CaptureType) {
    // Java's String.split drops trailing empty parts.
    let parts: Vec<&str> = group.trim_end_matches(':').split(':').collect();
    match *parts.as_slice() {
        [_, field] => (field, CaptureType::String),
        [_, field, capture_type] => (field, CaptureType::named(capture_type)),
        [_, field, ..] => (field, CaptureType::String),
        [field] => (field, CaptureType::String),
        [] => (group, CaptureType::String),
    }
}

/// A capture group that feeds a field.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    pub group: usize,
    pub capture_type: CaptureType,
}

/// The value of a field: that of its group that took part in the match, a list where several did. None: none did.
pub fn value_of<'a>(
    sources: &[Source],
    group_text: impl Fn(usize) -> Option<&'a str>,
    arena: &'a Arena,
) -> Result<Option<Value<'a>>, Failure> {
    let mut found: Option<Value<'a>> = None;
    let mut list: Option<&'a Array<'a>> = None;
    for source in sources {
        let Some(text) = group_text(source.group) else { continue };
        let value = source.capture_type.convert(text)?;
        match (found, list) {
            (None, _) => found = Some(value),
            (Some(_), Some(list)) => list.push(value),
            (Some(first), None) => list = Some(Array::from_iter_in(arena, [first, value])),
        }
    }
    Ok(list.map(Value::Array).or(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn group_names_hold_field_and_type() {
        for (group, expected) in [
            ("NUMBER:a.b:int", ("a.b", CaptureType::Int)),
            ("NUMBER:a", ("a", CaptureType::String)),
            ("a.b", ("a.b", CaptureType::String)),
            ("y:x:int", ("x", CaptureType::Int)),
            ("x:int", ("int", CaptureType::String)),
            ("WORD:x:int:int", ("x", CaptureType::String)),
            ("WORD:x:INT", ("x", CaptureType::String)),
            ("WORD:a:", ("a", CaptureType::String)),
            ("WORD::a", ("", CaptureType::String)),
        ] {
            assert_eq!(parse_group_name(group), expected, "{group}");
        }
    }
}
