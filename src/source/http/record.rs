//! An item of a request becomes a record of the spool: the document with `@metadata` as Filebeat writes it to Kafka, so that workers, dead
//! letters and replays treat it as they treat any other.

use super::bulk::{Action, Operation};
use super::settings::{Ids, IndexFrom};
use crate::document::{Arena, Object, Value, parse_bytes, write_string};
use base64::Engine;
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// Makes records of one request's items.
pub struct Recorder<'r> {
    pub index: IndexFrom,
    pub ids: Ids,
    arena: &'r mut Arena,
    /// How often each content has come in this request: equal lines are still several.
    seen: HashMap<[u8; ID_DIGEST_BYTES], u32>,
}

/// 128 bits: two of 10¹³ documents get the same with a probability of 10⁻¹³.
const ID_DIGEST_BYTES: usize = 16;
/// What Elasticsearch calls no pipeline.
const NO_PIPELINE: &str = "_none";
/// Elasticsearch's bound on an `_id`.
const ID_BYTES_MAX: usize = 512;

impl<'r> Recorder<'r> {
    pub fn new(index: IndexFrom, ids: Ids, arena: &'r mut Arena) -> Self {
        Self { index, ids, arena, seen: HashMap::new() }
    }

    /// Appends the record of an item to `out`; gives the `_id` that it has by itself, if any. The error is an item's: its type and reason.
    pub fn write(
        &mut self,
        action: &Action,
        source: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<Option<String>, (&'static str, String)> {
        refuse(action, source)?;
        let id = match &action.id {
            Some(id) => Some(id.clone()),
            None => self.id_of(source),
        };
        let Some(open) = source.trim_ascii_end().strip_suffix(b"}").filter(|s| s.trim_ascii_start().starts_with(b"{"))
        else {
            // No object: what is wrong with it the dead letter says.
            out.extend_from_slice(source);
            return Ok(id);
        };
        out.extend_from_slice(open);
        // The last of equal keys counts, so a document's own `@metadata` does not.
        let is_empty = open.trim_ascii_end().last() == Some(&b'{');
        out.extend_from_slice(if is_empty { b"\"@metadata\":{" } else { b",\"@metadata\":{" });
        let start = out.len();
        let mut member = |key: &str, value: &str| {
            if out.len() > start {
                out.push(b',');
            }
            write_string(key, out);
            out.push(b':');
            write_string(value, out);
        };
        if let Some(id) = &id {
            member("_id", id);
        }
        if self.index == IndexFrom::Request {
            member("raw_index", &action.index);
        }
        if let Some(pipeline) = action.pipeline.as_ref().filter(|name| *name != NO_PIPELINE) {
            member("pipeline", pipeline);
        }
        if let Some(routing) = &action.routing {
            member("routing", routing);
        }
        // Without an id of its own `index` never overwrites anything: it is `create`, which can be repeated.
        if action.operation == Operation::Index && action.id.is_some() {
            member("op_type", "index");
        }
        out.extend_from_slice(b"}}");
        Ok(id)
    }

    /// An `_id` that the same document gets again when it is sent again.
    fn id_of(&mut self, source: &[u8]) -> Option<String> {
        if self.ids == Ids::Coordinates {
            return None;
        }
        self.arena.reset();
        let document = parse_bytes(source, self.arena).ok()?;
        let line = Line::of(document.as_object()?)?;
        let mut hash = Sha256::new();
        match self.ids {
            Ids::Line => line.digest(&mut hash),
            Ids::Content | Ids::Coordinates => hash.update(source),
        }
        let digest: [u8; ID_DIGEST_BYTES] = *hash.finalize().first_chunk()?;
        let times = self.seen.entry(digest).or_insert(0);
        *times += 1;
        let mut id = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digest);
        // One line of a file is one document, however often a request has it; equal contents are several.
        if *times > 1 && self.ids == Ids::Content {
            id.push_str(&format!("-{times}"));
        }
        Some(id)
    }
}

/// What can't be taken whatever else is true.
fn refuse(action: &Action, source: &[u8]) -> Result<(), (&'static str, String)> {
    let illegal = |reason: String| Err(("illegal_argument_exception", reason));
    match action.operation {
        Operation::Delete | Operation::Update => {
            return illegal(format!("logboom takes [create] and [index] only, not [{}]", action.operation.name()));
        }
        Operation::Create | Operation::Index => {}
    }
    if let Some(what) = action.unsupported {
        return illegal(format!("logboom does not support [{what}] of a bulk item"));
    }
    match action.id.as_ref().map(String::len) {
        Some(0) => return illegal("if _id is specified it must not be empty".into()),
        Some(length @ ID_BYTES_MAX..) if length > ID_BYTES_MAX => {
            return illegal(format!("_id is too long, must be no longer than {ID_BYTES_MAX} bytes but was: {length}"));
        }
        _ => {}
    }
    if source.trim_ascii().is_empty() {
        return Err(("document_parsing_exception", "[0:0] failed to parse, document is empty".into()));
    }
    Ok(())
}

/// What says which line of which file an event of a Beat is.
struct Line<'a> {
    agent: &'a str,
    path: &'a str,
    device: &'a str,
    inode: &'a str,
    fingerprint: &'a str,
    offset: i64,
    message: &'a str,
}

impl<'a> Line<'a> {
    /// `None`: the event is not one line of one file.
    fn of(root: &'a Object<'a>) -> Option<Self> {
        let log = member(root, "log")?;
        let file = member(log, "file")?;
        let line = Self {
            agent: text(member(root, "agent")?, "id"),
            path: text(file, "path"),
            device: text(file, "device_id"),
            inode: text(file, "inode"),
            fingerprint: text(file, "fingerprint"),
            offset: match log.get("offset")? {
                Value::Int(n) => i64::from(n),
                Value::Long(n) => n,
                _ => return None,
            },
            message: text(root, "message"),
        };
        let is_named = !line.path.is_empty() || !line.inode.is_empty() || !line.fingerprint.is_empty();
        (is_named && !line.agent.is_empty()).then_some(line)
    }

    fn digest(&self, hash: &mut Sha256) {
        for part in [self.agent, self.path, self.device, self.inode, self.fingerprint, self.message] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.update(self.offset.to_le_bytes());
    }
}

fn member<'a>(object: &'a Object<'a>, key: &str) -> Option<&'a Object<'a>> {
    object.get(key)?.as_object()
}

fn text<'a>(object: &'a Object<'a>, key: &str) -> &'a str {
    object.get(key).and_then(Value::as_str).unwrap_or_default()
}
