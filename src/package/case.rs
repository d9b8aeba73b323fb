//! Test cases of `elastic-package test pipeline`: inputs, their configuration, what is expected.
//!
//! `test-x.log` has an event a line, `test-x.json` has `{"events": […]}`. `test-x.log-config.yml` over `test-common-config.yml` says how they
//! are read and compared, `test-x.log-expected.json` what becomes of them: `{"expected": […]}` with `null` for a dropped document.

use super::start_of;
use crate::config::{ConfigError, Data, Node, read_file};
use crate::ingest::simulate::{Difference, differences};
use regex::Regex;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// A file of events; beyond it is no test but a load.
const INPUT_BYTES_MAX: u64 = 256 * 1024 * 1024;

const COMMON_CONFIG: &str = "test-common-config.yml";
const CONFIG: &str = "-config.yml";
const EXPECTED: &str = "-expected.json";

/// Why a case cannot be run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CaseError {
    #[error("{0}")]
    Config(#[from] ConfigError),
    #[error("{file}: {reason}")]
    File { file: String, reason: String },
}

impl CaseError {
    fn file(path: &Path, reason: impl ToString) -> Self {
        Self::File { file: path.display().to_string(), reason: reason.to_string() }
    }
}

/// A case: the events to send, and how to judge what comes back.
#[derive(Debug)]
pub struct Case {
    pub file: PathBuf,
    pub events: Vec<Value>,
    /// Why it is not to be run.
    pub skip: Option<String>,
    /// Fields that differ from run to run, with the pattern of their text.
    dynamic_fields: Vec<(String, Regex)>,
}

/// What is wrong with one document, or with the number of them.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    Count {
        expected: usize,
        got: usize,
    },
    Differs {
        document: usize,
        differences: Vec<Difference>,
    },
    /// A dynamic field whose text has not the form that it must have.
    Dynamic {
        document: usize,
        field: String,
        pattern: String,
        text: String,
    },
    /// The pipeline left an `error.message`, as pipelines of integrations do when they fail.
    Error {
        document: usize,
        message: String,
    },
}

/// The inputs of a folder of tests.
pub(super) fn files(dir: &Path) -> Result<Vec<PathBuf>, ConfigError> {
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(ConfigError::new(&start_of(dir), format!("cannot read the folder: {error}"))),
    };
    let is_input = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let is_events = name.ends_with(".log") || (name.ends_with(".json") && !name.ends_with(EXPECTED));
        name.starts_with("test-") && is_events
    };
    let mut found: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).filter(is_input).collect();
    found.sort();
    Ok(found)
}

/// What the two files of configuration say together.
#[derive(Debug, Default)]
struct CaseConfig {
    fields: Vec<(String, Value)>,
    dynamic_fields: Vec<(String, Regex)>,
    first_line: Option<Regex>,
    exclude_lines: Vec<Regex>,
    skip: Option<String>,
}

impl CaseConfig {
    fn read(input: &Path) -> Result<Self, ConfigError> {
        let mut config = Self::default();
        let name = input.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        for path in [input.with_file_name(COMMON_CONFIG), input.with_file_name(format!("{name}{CONFIG}"))] {
            if path.is_file() {
                config.merge(&read_file(&path)?)?;
            }
        }
        Ok(config)
    }

    /// Takes what `node` says over what is there. Keys that are about other tests, or about the check of mappings
    /// (`numeric_keyword_fields`, `string_number_fields`), say nothing about pipelines.
    fn merge(&mut self, node: &Node) -> Result<(), ConfigError> {
        for (key, value) in node.get("fields").and_then(Node::as_map).unwrap_or_default() {
            self.fields.retain(|(other, _)| *other != key.text);
            self.fields.push((key.text.clone(), value.to_json()));
        }
        for (key, value) in node.get("dynamic_fields").and_then(Node::as_map).unwrap_or_default() {
            self.dynamic_fields.retain(|(other, _)| *other != key.text);
            self.dynamic_fields.push((key.text.clone(), regex(value)?));
        }
        if let Some(pattern) = node.get("multiline").and_then(|multiline| multiline.get("first_line_pattern")) {
            self.first_line = Some(regex(pattern)?);
        }
        if let Some(list) = node.get("exclude_lines").and_then(Node::as_list) {
            self.exclude_lines = list.iter().map(regex).collect::<Result<_, _>>()?;
        }
        if let Some(skip) = node.get("skip").filter(|node| node.data != Data::Null) {
            let text = |key: &str| skip.get(key).and_then(Node::as_str).unwrap_or_default();
            self.skip = Some(format!("{} {}", text("reason"), text("link")).trim().to_owned());
        }
        Ok(())
    }
}

/// Go's regular expressions and ours are the same family.
fn regex(node: &Node) -> Result<Regex, ConfigError> {
    let text = node.as_str().ok_or_else(|| node.error(format!("expected a pattern, found {}", node.describe())))?;
    Regex::new(text).map_err(|error| node.error(format!("the pattern does not compile: {error}")))
}

impl Case {
    pub fn read(file: &Path) -> Result<Self, CaseError> {
        let config = CaseConfig::read(file)?;
        let bytes = std::fs::metadata(file).map_err(|error| CaseError::file(file, error))?.len();
        if bytes > INPUT_BYTES_MAX {
            return Err(CaseError::file(file, format!("a file of events has at most {INPUT_BYTES_MAX} bytes")));
        }
        let text = std::fs::read_to_string(file).map_err(|error| CaseError::file(file, error))?;
        let mut events = Vec::new();
        if config.skip.is_none() {
            let is_log = file.extension().is_some_and(|extension| extension == "log");
            events = if is_log { lines(&text, &config) } else { listed(file, &text, "events")? };
            for event in &mut events {
                let event = event.as_object_mut().ok_or_else(|| CaseError::file(file, "an event must be an object"))?;
                event.extend(config.fields.iter().cloned());
            }
        }
        Ok(Self { file: file.to_owned(), events, skip: config.skip, dynamic_fields: config.dynamic_fields })
    }

    fn expected_file(&self) -> PathBuf {
        let name = self.file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        self.file.with_file_name(format!("{name}{EXPECTED}"))
    }

    /// What must become of the events.
    pub fn expected(&self) -> Result<Vec<Value>, CaseError> {
        let file = self.expected_file();
        let text = std::fs::read_to_string(&file).map_err(|error| {
            CaseError::file(&file, format!("cannot read what is expected: {error} (`--update` writes it)"))
        })?;
        listed(&file, &text, "expected")
    }

    /// Writes `got` as what is expected from now on: sorted keys and four spaces, as elastic-package writes it.
    pub fn write_expected(&self, got: &[Value]) -> Result<PathBuf, CaseError> {
        let file = self.expected_file();
        let mut all = json!({"expected": got});
        all.sort_all_objects();
        let mut text = Vec::new();
        let indent = serde_json::ser::PrettyFormatter::with_indent(b"    ");
        let mut writer = serde_json::Serializer::with_formatter(&mut text, indent);
        serde::Serialize::serialize(&all, &mut writer).map_err(|error| CaseError::file(&file, error))?;
        std::fs::write(&file, text).map_err(|error| CaseError::file(&file, error))?;
        Ok(file)
    }

    /// What is wrong with `got` against `expected`.
    pub fn judge(&self, expected: &[Value], got: &[Value]) -> Vec<Verdict> {
        let mut found = Vec::new();
        if expected.len() != got.len() {
            found.push(Verdict::Count { expected: expected.len(), got: got.len() });
        }
        for (at, (expected, got)) in expected.iter().zip(got).enumerate() {
            let differences = differences(&self.without_dynamic(expected), &self.without_dynamic(got));
            if !differences.is_empty() {
                found.push(Verdict::Differs { document: at + 1, differences });
            }
        }
        for (at, got) in got.iter().enumerate() {
            found.extend(self.judge_alone(at + 1, got));
        }
        found
    }

    fn judge_alone(&self, document: usize, got: &Value) -> Vec<Verdict> {
        let mut found = Vec::new();
        for (field, pattern) in &self.dynamic_fields {
            if let Some(text) = find(got, field).and_then(Value::as_str)
                && !pattern.is_match(text)
            {
                let (field, pattern, text) = (field.clone(), pattern.to_string(), text.to_owned());
                found.push(Verdict::Dynamic { document, field, pattern, text });
            }
        }
        if let Some(message) = got.get("error").and_then(|error| error.get("message")).filter(|m| !m.is_null()) {
            found.push(Verdict::Error { document, message: message.to_string() });
        }
        found
    }

    fn without_dynamic(&self, value: &Value) -> Value {
        let mut value = value.clone();
        for (field, _) in &self.dynamic_fields {
            remove(&mut value, field);
        }
        value
    }
}

/// `{"events": […]}` or `{"expected": […]}`.
fn listed(file: &Path, text: &str, key: &str) -> Result<Vec<Value>, CaseError> {
    let mut all: Map<String, Value> = serde_json::from_str(text).map_err(|error| CaseError::file(file, error))?;
    match all.remove(key) {
        Some(Value::Array(items)) => Ok(items),
        Some(Value::Null) | None => Ok(Vec::new()),
        Some(_) => Err(CaseError::file(file, format!("[{key}] must be a list"))),
    }
}

/// An event for each line, or for each run of lines that a first line begins.
fn lines(text: &str, config: &CaseConfig) -> Vec<Value> {
    let mut entries: Vec<String> = Vec::new();
    for line in text.lines() {
        match (&config.first_line, entries.last_mut()) {
            (Some(first), Some(entry)) if !first.is_match(line) => {
                if !entry.is_empty() {
                    entry.push('\n');
                }
                entry.push_str(line);
            }
            _ => entries.push(line.to_owned()),
        }
    }
    let is_kept = |entry: &String| !config.exclude_lines.iter().any(|pattern| pattern.is_match(entry));
    entries.into_iter().filter(is_kept).map(|entry| json!({"message": entry})).collect()
}

/// The field at a path with dots; a key that holds the dots itself is found first.
fn find<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    let members = value.as_object()?;
    if let Some(found) = members.get(path) {
        return Some(found);
    }
    let (head, rest) = path.split_once('.')?;
    find(members.get(head)?, rest)
}

fn remove(value: &mut Value, path: &str) {
    let Some(members) = value.as_object_mut() else { return };
    if members.shift_remove(path).is_some() {
        return;
    }
    if let Some((head, rest)) = path.split_once('.')
        && let Some(inner) = members.get_mut(head)
    {
        remove(inner, rest);
    }
}
