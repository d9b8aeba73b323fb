//! A record's bytes become a document.

use crate::delivery::Record;
use crate::document::{Arena, Document, Object, Value, parse_bytes};
use crate::source::Codec;
use jiff::Timestamp;

/// What Filebeat says of a record beside its fields (`@metadata`).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Metadata<'a> {
    pub pipeline: Option<&'a str>,
    pub id: Option<&'a str>,
    pub index: Option<&'a str>,
    pub op_type: Option<&'a str>,
    pub routing: Option<&'a str>,
}

/// Makes a document of a record. The error says why it can't be.
pub(super) fn decode<'a>(
    payload: &'a [u8],
    record: &Record,
    codec: Codec,
    arena: &'a Arena,
    now: Timestamp,
) -> Result<(Document<'a>, Metadata<'a>), String> {
    if codec == Codec::Plain {
        let text = match std::str::from_utf8(payload) {
            Ok(text) => text,
            // A log line in another encoding is still worth having: what is not UTF-8 is marked.
            Err(_) => arena.alloc_str(&String::from_utf8_lossy(payload)),
        };
        let root = Object::with_capacity_in(8, arena);
        root.insert("@timestamp", Value::Str(timestamp_text(record, arena, now)));
        root.insert("message", Value::Str(text));
        return Ok((Document::new(arena, root, now), Metadata::default()));
    }
    let value = parse_bytes(payload, arena).map_err(|e| e.to_string())?;
    let root = value.as_object().ok_or("the record is JSON, but not an object")?;
    let metadata = match codec {
        Codec::Filebeat => take_metadata(root),
        Codec::Json | Codec::Plain => Metadata::default(),
    };
    if !root.contains_key("@timestamp") {
        root.insert("@timestamp", Value::Str(timestamp_text(record, arena, now)));
    }
    Ok((Document::new(arena, root, now), metadata))
}

/// Takes `@metadata` off the document: it is addressed to us, and Elasticsearch never sees it.
fn take_metadata<'a>(root: &'a Object<'a>) -> Metadata<'a> {
    let Some(Value::Object(metadata)) = root.remove("@metadata") else { return Metadata::default() };
    let text = |key: &str| metadata.get(key).and_then(Value::as_str).filter(|s| !s.is_empty());
    Metadata {
        pipeline: text("pipeline"),
        id: text("_id").or_else(|| text("id")),
        index: text("raw_index").or_else(|| text("index")),
        op_type: text("op_type"),
        routing: text("routing"),
    }
}

/// The record's own time, or now.
fn timestamp_text<'a>(record: &Record, arena: &'a Arena, now: Timestamp) -> &'a str {
    let time = match record.timestamp_ms {
        0 => now,
        ms => Timestamp::from_millisecond(ms).unwrap_or(now),
    };
    let utc = time.to_zoned(jiff::tz::TimeZone::UTC).datetime();
    let mut text = bumpalo::collections::String::with_capacity_in(24, arena);
    let _ = std::fmt::Write::write_fmt(
        &mut text,
        format_args!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            utc.year(),
            utc.month(),
            utc.day(),
            utc.hour(),
            utc.minute(),
            utc.second(),
            utc.millisecond()
        ),
    );
    text.into_bump_str()
}
