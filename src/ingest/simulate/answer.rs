//! Documents and failures in the JSON of `_simulate`.

use crate::document::{Document, Value, is_metadata, write_json, write_string};
use crate::ingest::Failure;

/// Causes that an answer follows.
const CAUSES_MAX: usize = 32;

/// Appends `{"_index", "_id", …, "_source", "_ingest"}`.
pub(super) fn write_document(doc: &Document<'_>, out: &mut Vec<u8>) {
    out.push(b'{');
    for (key, value) in doc.root.iter().filter(|(key, value)| is_metadata(key) && !value.is_null()) {
        write_string(key, out);
        out.push(b':');
        // The node prints every metadata value as a string.
        match value {
            Value::Str(text) => write_string(text, out),
            other => write_string(&other.to_java_string(), out),
        }
        out.push(b',');
    }
    out.extend_from_slice(b"\"_source\":");
    doc.write_source(out);
    out.extend_from_slice(b",\"_ingest\":");
    write_json(Value::Object(doc.ingest), out);
    out.push(b'}');
}

/// The document as a tree, for comparing it with what it becomes.
pub(super) fn snapshot(doc: &Document<'_>) -> serde_json::Value {
    let mut json = Vec::new();
    write_document(doc, &mut json);
    read(&json)
}

/// Our own JSON again; a document nested deeper than what the reader follows compares as `null`.
pub(super) fn read(json: &[u8]) -> serde_json::Value {
    serde_json::from_slice(json).unwrap_or_default()
}

/// Appends `{"error": {…}}` as the node does.
pub(super) fn write_bare_failure(failure: &Failure, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"error\":{");
    write_exception(failure, out);
    out.extend_from_slice(b"}}");
}

/// Appends `{"error": {…}}` with the processor that failed.
pub fn write_failure(failure: &Failure, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"error\":{");
    write_exception(failure, out);
    if let Some(origin) = &failure.origin {
        for (key, text) in [
            ("processor_type", Some(origin.processor_type.as_str())),
            ("processor_tag", origin.processor_tag.as_deref()),
            ("pipeline", origin.pipeline.as_deref()),
        ] {
            if let Some(text) = text {
                out.push(b',');
                write_string(key, out);
                out.push(b':');
                write_string(text, out);
            }
        }
    }
    out.extend_from_slice(b"}}");
}

/// Appends the members of an exception: `root_cause`, `type`, `reason`, and what it was caused by.
pub(super) fn write_exception(failure: &Failure, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\"root_cause\":[{");
    write_members(failure, out);
    out.extend_from_slice(b"}],");
    write_members(failure, out);
    let causes = std::iter::successors(failure.cause.as_deref(), |failure| failure.cause.as_deref());
    let mut depth = 0;
    for cause in causes.take(CAUSES_MAX) {
        out.extend_from_slice(b",\"caused_by\":{");
        write_members(cause, out);
        depth += 1;
    }
    out.extend(std::iter::repeat_n(b'}', depth));
}

fn write_members(failure: &Failure, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\"type\":");
    write_string(failure.kind.name(), out);
    out.extend_from_slice(b",\"reason\":");
    match failure.reason() {
        Some(reason) => write_string(reason, out),
        None => out.extend_from_slice(b"null"),
    }
    let Some(script) = &failure.script else { return };
    out.extend_from_slice(b",\"script_stack\":[");
    for (at, line) in script.stack.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write_string(line, out);
    }
    out.extend_from_slice(b"],\"script\":");
    write_string(&script.script, out);
    let position = format!(
        ",\"lang\":\"painless\",\"position\":{{\"offset\":{},\"start\":{},\"end\":{}}}",
        script.offset, script.start, script.end
    );
    out.extend_from_slice(position.as_bytes());
}
