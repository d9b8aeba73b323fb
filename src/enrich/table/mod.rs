//! Look-up tables out of files: CSV, YAML, JSON, NDJSON, and databases in MaxMind's format.

mod index;
mod read;

use super::Cache;
use crate::document::parse_address;
use index::Index;
pub use index::MatchKind;
use maxminddb::Reader;
use read::Format;
use serde_json::Value;
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;

/// A larger file is refused.
const FILE_BYTES_MAX: usize = 1024 * 1024 * 1024;
/// Addresses whose records are remembered, per database.
const CACHE_ADDRESSES: usize = 20_000;

/// How a table's file is read. Two processors with the same description share one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableSpec {
    /// Relative to the data folder.
    pub file: String,
    /// By the file's name, if not given.
    pub format: Option<String>,
    pub match_kind: MatchKind,
    /// The column that holds the key; the first of a CSV file, if not given.
    pub key: Option<String>,
    /// The columns that hold the ends of ranges.
    pub range: [String; 2],
    pub ignore_case: bool,
}

/// A table in memory.
pub enum Table {
    Rows { rows: Vec<Value>, index: Index },
    Addresses { reader: Reader<Vec<u8>>, cache: Cache<Option<Arc<Value>>> },
}

/// A row that a look-up found.
pub enum Found<'t> {
    Row(&'t Value),
    Record(Arc<Value>),
}

impl Deref for Found<'_> {
    type Target = Value;

    fn deref(&self) -> &Value {
        match self {
            Self::Row(row) => row,
            Self::Record(record) => record,
        }
    }
}

impl Table {
    /// Builds the table that `spec` describes out of a file's bytes.
    pub fn parse(spec: &TableSpec, path: &Path, bytes: Vec<u8>) -> Result<Self, String> {
        if bytes.len() > FILE_BYTES_MAX {
            return Err(format!("the table has more than {FILE_BYTES_MAX} bytes"));
        }
        match Format::of(spec.format.as_deref(), path)? {
            Format::MaxMind => {
                let reader = Reader::from_source(bytes).map_err(|e| format!("not a sound database: {e}"))?;
                Ok(Self::Addresses { reader, cache: Cache::new(CACHE_ADDRESSES) })
            }
            format => {
                let text = String::from_utf8(bytes).map_err(|_| "the table is not UTF-8".to_owned())?;
                let (keys, rows) = read::rows(spec, format, path, &text)?;
                Ok(Self::Rows { index: Index::build(spec.match_kind, spec.ignore_case, &keys)?, rows })
            }
        }
    }

    /// The row for `key`.
    pub fn look_up(&self, key: &str) -> Option<Found<'_>> {
        match self {
            Self::Rows { rows, index } => rows.get(index.find(key)?).map(Found::Row),
            Self::Addresses { reader, cache } => {
                let record = cache.get_or_insert(key, || {
                    let found = reader.lookup(parse_address(key)?).ok()?;
                    found.decode::<Value>().ok().flatten().map(Arc::new)
                });
                record.map(Found::Record)
            }
        }
    }
}
