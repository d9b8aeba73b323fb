//! Documents that are given to be simulated: in the node's form, and the lines of the command line.

use crate::document::{Arena, Document, Object, Value, is_metadata, parse_bytes};
use crate::ingest::ErrorKind;

/// Longer documents are refused; Elasticsearch's own limit for a request (`http.max_content_length`) is 100 MiB.
const LINE_BYTES_MAX: usize = 100 * 1024 * 1024;

/// `_version` where none is given: the node's `Versions.MATCH_ANY`.
const VERSION_ANY: i64 = -3;

/// Why something is no document, in the node's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct GivenError {
    pub kind: ErrorKind,
    pub reason: String,
    /// The property that is wrong, where the node's error names it.
    pub property: Option<&'static str>,
}

impl GivenError {
    pub fn new(kind: ErrorKind, reason: impl Into<String>) -> Self {
        Self { kind, reason: reason.into(), property: None }
    }

    /// The node's `parse_exception`.
    pub fn property(property: &'static str, what: &str) -> Self {
        let reason = format!("[{property}] {what}");
        Self { kind: ErrorKind::Other("parse_exception"), reason, property: Some(property) }
    }
}

/// A line: `{"_index", "_id", …, "_source"}`, or the members of `_source` themselves.
pub fn from_line<'a>(line: &'a [u8], arena: &'a Arena, now: jiff::Timestamp) -> Result<Document<'a>, GivenError> {
    let wrong = |reason: String| GivenError::new(ErrorKind::IllegalArgument, reason);
    if line.len() > LINE_BYTES_MAX {
        return Err(wrong(format!("the document has more than {LINE_BYTES_MAX} bytes")));
    }
    let value = parse_bytes(line, arena).map_err(|e| wrong(e.to_string()))?;
    let outer = value.as_object().ok_or_else(|| wrong("the document is not a JSON object".to_owned()))?;
    let Some(Value::Object(source)) = outer.get("_source") else {
        return Ok(document(outer, arena, now));
    };
    let doc = document(source, arena, now);
    for (key, value) in outer.iter().filter(|(key, _)| is_metadata(key)) {
        source.insert(key, value);
    }
    Ok(doc)
}

fn document<'a>(source: &'a Object<'a>, arena: &'a Arena, now: jiff::Timestamp) -> Document<'a> {
    let doc = Document::new(arena, source, now);
    doc.set_metadata("_index", "_index");
    doc.set_metadata("_id", "_id");
    source.insert("_version", Value::Long(VERSION_ANY));
    doc
}

/// An item of a request's `docs`.
pub fn from_item<'a>(item: Value<'a>, arena: &'a Arena, now: jiff::Timestamp) -> Result<Document<'a>, GivenError> {
    let Value::Object(item) = item else {
        let reason = "malformed [docs] section, should include an inner object";
        return Err(GivenError::new(ErrorKind::IllegalArgument, reason));
    };
    let source = match item.get("_source") {
        Some(Value::Object(source)) => source,
        None | Some(Value::Null) => return Err(GivenError::property("_source", "required property is missing")),
        Some(other) => {
            let what = format!("property isn't a map, but of type [{}]", other.java_class());
            return Err(GivenError::property("_source", &what));
        }
    };
    let doc = document(source, arena, now);
    for key in ["_index", "_id", "_routing", "_version_type"] {
        if let Some(value) = item.get(key).filter(|value| !value.is_null()) {
            source.insert(key, text(key, value, &doc)?);
        }
    }
    for key in ["_version", "_if_seq_no", "_if_primary_term"] {
        if let Some(value) = item.get(key).filter(|value| !value.is_null()) {
            source.insert(key, whole(value)?);
        }
    }
    match source.get("_version_type") {
        None | Some(Value::Str("internal" | "external" | "external_gte")) => Ok(doc),
        Some(other) => {
            let reason = format!("No version type match [{}]", other.to_java_string());
            Err(GivenError::new(ErrorKind::IllegalArgument, reason))
        }
    }
}

/// Strings; numbers and booleans become some.
fn text<'a>(key: &'static str, value: Value<'a>, doc: &Document<'a>) -> Result<Value<'a>, GivenError> {
    match value {
        Value::Str(_) => Ok(value),
        Value::Array(_) | Value::Object(_) => {
            Err(GivenError::property(key, &format!("property isn't a string, but of type [{}]", value.java_class())))
        }
        other => Ok(doc.string(&other.to_java_string())),
    }
}

fn whole(value: Value<'_>) -> Result<Value<'_>, GivenError> {
    let text = value.to_java_string();
    let number = value.as_i64().or_else(|| text.parse().ok());
    number
        .map(Value::Long)
        .ok_or_else(|| GivenError::new(ErrorKind::NumberFormat, format!("For input string: \"{text}\"")))
}
