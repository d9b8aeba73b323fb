//! Files to rows and their keys.

use super::{MatchKind, TableSpec};
use crate::config::{Data, Node, read_text};
use serde_json::{Map, Value};
use std::path::Path;

/// A table with more rows is refused.
const ROWS_MAX: usize = 5_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv { delimiter: u8 },
    Yaml,
    Json,
    NdJson,
    MaxMind,
}

impl Format {
    /// The format called `name`, or that which the file's ending tells.
    pub fn of(name: Option<&str>, path: &Path) -> Result<Self, String> {
        let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
        Ok(match name.unwrap_or(ending) {
            "csv" => Self::Csv { delimiter: b',' },
            "tsv" => Self::Csv { delimiter: b'\t' },
            "yml" | "yaml" => Self::Yaml,
            "json" => Self::Json,
            "ndjson" | "jsonl" => Self::NdJson,
            "mmdb" => Self::MaxMind,
            other => return Err(format!("[{other}] is no format of tables: csv, tsv, yaml, json, ndjson, mmdb")),
        })
    }
}

/// What a row is found by.
#[derive(Clone, Debug, PartialEq)]
pub enum Key {
    Text(String),
    Range(String, String),
}

/// The rows of a file and their keys.
pub fn rows(spec: &TableSpec, format: Format, path: &Path, text: &str) -> Result<(Vec<Key>, Vec<Value>), String> {
    let (keys, rows) = match format {
        Format::Csv { delimiter } => with_keys(spec, csv_rows(delimiter, text)?),
        Format::NdJson => with_keys(spec, ndjson_rows(text)?),
        Format::Json => structured(spec, serde_json::from_str(text).map_err(|e| e.to_string())?),
        Format::Yaml => {
            let node = read_text(&path.display().to_string(), text).map_err(|e| e.to_string())?;
            structured(spec, to_json(&node))
        }
        Format::MaxMind => Err("a database has no rows".into()),
    }?;
    if rows.len() > ROWS_MAX {
        return Err(format!("the table has more than {ROWS_MAX} rows"));
    }
    Ok((keys, rows))
}

type Rows = Vec<Map<String, Value>>;

fn csv_rows(delimiter: u8, text: &str) -> Result<Rows, String> {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).comment(Some(b'#')).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|e| e.to_string())?.clone();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| e.to_string())?;
        rows.push(header.iter().zip(&record).map(|(name, cell)| (name.to_owned(), Value::from(cell))).collect());
    }
    Ok(rows)
}

fn ndjson_rows(text: &str) -> Result<Rows, String> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(at, line)| serde_json::from_str(line).map_err(|e| format!("line {}: not a JSON object: {e}", at + 1)))
        .collect()
}

/// A list of objects, or an object from key to value.
fn structured(spec: &TableSpec, value: Value) -> Result<(Vec<Key>, Vec<Value>), String> {
    match value {
        Value::Array(items) => {
            let rows = items.into_iter().enumerate().map(|(at, item)| match item {
                Value::Object(row) => Ok(row),
                _ => Err(format!("item {} is not an object", at + 1)),
            });
            with_keys(spec, rows.collect::<Result<_, _>>()?)
        }
        Value::Object(_) if spec.match_kind == MatchKind::Range => {
            Err("a table of ranges is a list of objects with the columns of the range's ends".into())
        }
        Value::Object(members) => Ok(members.into_iter().map(|(key, value)| (Key::Text(key), value)).unzip()),
        _ => Err("a table is a list of objects, or an object from key to value".into()),
    }
}

/// Takes the keys out of rows; the rows keep them.
fn with_keys(spec: &TableSpec, rows: Rows) -> Result<(Vec<Key>, Vec<Value>), String> {
    let column = spec.key.as_deref().or_else(|| rows.first()?.keys().next().map(String::as_str)).unwrap_or_default();
    let cell = |row: &Map<String, Value>, at: usize, column: &str| match row.get(column) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Number(number)) => Ok(number.to_string()),
        Some(Value::Bool(flag)) => Ok(flag.to_string()),
        Some(_) => Err(format!("row {}: [{column}] is neither text nor a number", at + 1)),
        None => Err(format!("row {} has no [{column}]", at + 1)),
    };
    let mut keys = Vec::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        keys.push(match spec.match_kind {
            MatchKind::Range => {
                let [from, to] = &spec.range;
                Key::Range(cell(row, at, from)?, cell(row, at, to)?)
            }
            _ => Key::Text(cell(row, at, column)?),
        });
    }
    Ok((keys, rows.into_iter().map(Value::Object).collect()))
}

fn to_json(node: &Node) -> Value {
    match &node.data {
        Data::Null => Value::Null,
        Data::Bool(flag) => Value::Bool(*flag),
        Data::Int(number) => Value::from(*number),
        Data::Float(number) => Value::from(*number),
        Data::BigInt(text) | Data::String(text) => Value::from(text.as_str()),
        Data::List(items) => Value::Array(items.iter().map(to_json).collect()),
        Data::Map(members) => {
            Value::Object(members.iter().map(|(key, value)| (key.text.clone(), to_json(value))).collect())
        }
    }
}
