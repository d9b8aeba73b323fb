//! The document: what a pipeline edits, and the JSON that it comes from and goes to.
//!
//! A [`Document`] lives in an arena ([`bumpalo::Bump`]) that belongs to a batch. Strings borrow from the batch's payload bytes
//! where the JSON needs no unescaping and from the arena otherwise; nothing is freed one by one, everything dies with the batch.
//!
//! [`Value`] is `Copy`: objects and arrays are references into the arena with interior mutability. That gives documents the
//! reference semantics of the Java maps and lists that Elasticsearch's processors and Painless scripts work on (two fields may
//! hold the *same* map), and lets a processor hold a value while it edits the document.
//!
//! Numbers keep Java's identity (`Integer`, `Long`, `Float`, `Double`, `BigInteger`), because pipelines can see it.

mod address;
mod datetime;
mod flexible;
mod import;
mod java_order;
mod json;
mod metadata;
mod path;
mod scan;
mod self_reference;
mod typed;
mod value;
mod write;

pub use address::parse_address;
pub use datetime::format_instant;
pub use java_order::{java_bucket, java_buckets, java_hash_code, java_order};
pub use json::{ParseError, ParseLimits, parse, parse_bytes};
pub use metadata::{check_removal, check_update};
pub use path::{FieldPath, PathError, Segment};
pub use typed::cannot_cast;
pub use value::{Array, Object, Value};
pub use write::{format_double, format_float, write_json, write_string};

use bumpalo::Bump;
use std::cell::Cell;

/// The arena of a batch.
pub type Arena = Bump;

/// Fields of a document that are not part of `_source`, as Elasticsearch names them.
pub const METADATA_FIELDS: [&str; 9] = [
    "_index",
    "_id",
    "_routing",
    "_version",
    "_version_type",
    "_if_seq_no",
    "_if_primary_term",
    "_dynamic_templates",
    "_type",
];

/// Whether `name` is a metadata field (`_index`, `_id`, …) and so not part of `_source`.
pub fn is_metadata(name: &str) -> bool {
    name.starts_with('_') && METADATA_FIELDS.contains(&name)
}

/// How a field path with dots is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccessPattern {
    /// Each dot steps into an object.
    #[default]
    Classic,
    /// A key that itself holds dots is found too (`field_access_pattern: flexible`).
    Flexible,
}

/// Why a document leaves its pipeline before the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// `drop`: the document is discarded on purpose.
    Dropped,
    /// `terminate`: no further processor of this pipeline runs.
    Terminated,
    /// `reroute`: no further processor runs; the destination changed.
    Rerouted,
}

/// A record on its way: `_source` and metadata in one map (as Painless' `ctx` sees them) plus `_ingest`.
#[derive(Clone, Copy)]
pub struct Document<'a> {
    pub arena: &'a Arena,
    /// `_source`'s members and the metadata fields side by side.
    pub root: &'a Object<'a>,
    /// `_ingest`: `timestamp`, `pipeline`, `on_failure_*`, `_value`, `_key`.
    pub ingest: &'a Object<'a>,
    state: &'a State,
}

struct State {
    end: Cell<Option<End>>,
    access: Cell<AccessPattern>,
    /// Buckets of the Java map that the node would have made of `_source`: they decide the order in which it yields its keys.
    buckets: usize,
    /// Whether a script has left it in a shape that may contain itself.
    suspect: Cell<bool>,
}

impl<'a> Document<'a> {
    /// A document over `root`, which holds the members of `_source`; metadata fields are added with [`Document::set_metadata`].
    pub fn new(arena: &'a Arena, root: &'a Object<'a>, now: jiff::Timestamp) -> Self {
        let ingest = Object::new_in(arena);
        ingest.insert("timestamp", Value::Timestamp(arena.alloc(now)));
        let buckets = java_buckets(root.len());
        let state = State { end: Cell::default(), access: Cell::default(), buckets, suspect: Cell::default() };
        Self { arena, root, ingest, state: arena.alloc(state) }
    }

    /// `_source`'s members and then the metadata fields, each in the order in which the node's maps yield them.
    pub fn java_members(&self) -> Vec<(&'a str, Value<'a>)> {
        let mut members = java_order::order_from(self.root, |key| !is_metadata(key), self.state.buckets);
        members.extend(java_order::order_from(self.root, is_metadata, java_buckets(0)));
        members
    }

    /// Sets `_index`, `_id`, … to a string.
    pub fn set_metadata(&self, field: &'static str, value: &str) {
        debug_assert!(is_metadata(field));
        self.root.insert(field, Value::Str(self.arena.alloc_str(value)));
    }

    /// A metadata field as a string, where it is one.
    pub fn metadata(&self, field: &str) -> Option<&'a str> {
        self.root.get(field).and_then(|v| v.as_str())
    }

    /// A copy of `text` in the arena.
    pub fn alloc_str(&self, text: &str) -> &'a str {
        self.arena.alloc_str(text)
    }

    /// A string value whose text is copied into the arena.
    pub fn string(&self, text: &str) -> Value<'a> {
        Value::Str(self.arena.alloc_str(text))
    }

    pub fn object(&self) -> &'a Object<'a> {
        Object::new_in(self.arena)
    }

    pub fn array(&self) -> &'a Array<'a> {
        Array::new_in(self.arena)
    }

    /// Why no further processor runs, if so.
    pub fn end(&self) -> Option<End> {
        self.state.end.get()
    }

    pub fn set_end(&self, end: Option<End>) {
        self.state.end.set(end);
    }

    /// Says that the document may contain itself.
    pub fn suspect_itself(&self) {
        self.state.suspect.set(true);
    }

    /// Whether the document contains itself, where somebody had reason to suspect it.
    pub fn contains_itself(&self) -> bool {
        self.state.suspect.get() && self_reference::contains_itself(self.root)
    }

    pub fn access_pattern(&self) -> AccessPattern {
        self.state.access.get()
    }

    pub fn set_access_pattern(&self, pattern: AccessPattern) {
        self.state.access.set(pattern);
    }

    /// Appends the JSON of `_source` (metadata left out) to `out`.
    pub fn write_source(&self, out: &mut Vec<u8>) {
        write::write_members(self.root, out, |key| !is_metadata(key));
    }
}
