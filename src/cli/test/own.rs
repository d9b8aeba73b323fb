//! Tests in our own layout.
//!
//! `nginx-access.test.yml` tests the pipeline `nginx-access.yml`. It is a list of cases:
//!
//! ```yaml
//! - name: a combined line
//!   now: 2026-01-01T00:00:00Z          # optional
//!   input: { message: '…' }            # the document; a plain string stands for { message: … }
//!   ignore: [event.ingested]           # optional: fields that are not compared
//!   expected: { … }                    # the whole document, or the word `dropped`
//! - input: { message: 'junk' }
//!   expected_error: 'Provided Grok …'  # a part of the failure's reason
//! ```

use super::{Args, Tally, problems};
use crate::cli::Failed;
use crate::config::{Data, Node, read_file};
use crate::document::{Arena, Document, FieldPath, Object, Value, is_metadata};
use crate::enrich::EnrichOptions;
use crate::ingest::{Context, MediaType, Outcome, PipelineOptions, Pipelines, ValueSource};
use std::io::Write;
use std::path::{Path, PathBuf};

pub(super) fn run(args: &Args, out: &mut impl Write) -> Result<Tally, Failed> {
    let folders = EnrichOptions { geoip_dir: args.geoip.clone(), data_dir: Some(args.dir.clone()) };
    let options = PipelineOptions::with_data(folders);
    let pipelines = Pipelines::load(&args.dir, &options).map_err(|errors| problems(&errors))?;
    let mut tally = Tally::default();
    for (name, path) in test_files(&args.dir)? {
        let file = read_file(&path).map_err(|error| problems(&[error]))?;
        let cases =
            file.as_list().ok_or_else(|| Failed::Input(vec![file.error("expected a list of cases").to_string()]))?;
        for (at, case) in cases.iter().enumerate() {
            let label =
                case.get("name").and_then(Node::as_str).map_or_else(|| format!("case {}", at + 1), str::to_owned);
            match run_case(&pipelines, &name, case) {
                Ok(()) => tally.passed += 1,
                Err(differences) => {
                    tally.failed += 1;
                    writeln!(out, "FAILED {name}: {label} ({})", case.at)?;
                    for line in differences {
                        writeln!(out, "    {line}")?;
                    }
                }
            }
        }
    }
    Ok(tally)
}

/// The test files of a folder with the pipelines that they test.
fn test_files(dir: &Path) -> Result<Vec<(String, PathBuf)>, Failed> {
    let mut files = Vec::new();
    for entry in
        std::fs::read_dir(dir).map_err(|e| Failed::Input(vec![format!("cannot read {}: {e}", dir.display())]))?
    {
        let path = entry?.path();
        let file = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        if let Some(name) = file.strip_suffix(".test.yml") {
            files.push((name.to_owned(), path.clone()));
        }
    }
    files.sort();
    Ok(files)
}

/// Runs one case; the error is what differs, line by line.
fn run_case(pipelines: &Pipelines, name: &str, case: &Node) -> Result<(), Vec<String>> {
    let now = match case.get("now").and_then(Node::as_str) {
        Some(text) => text.parse().map_err(|e| vec![format!("`now`: {e}")])?,
        None => jiff::Timestamp::now(),
    };
    let arena = Arena::new();
    let input = case.get("input").ok_or_else(|| vec!["the case has no `input`".to_owned()])?;
    let root = match &input.data {
        Data::String(text) => {
            let root = Object::new_in(&arena);
            root.insert("message", Value::Str(text));
            root
        }
        _ => {
            literal(input, &arena).as_object().ok_or_else(|| vec!["`input` must be a document or a line".to_owned()])?
        }
    };
    let doc = Document::new(&arena, root, now);
    doc.set_metadata("_index", "test");
    let mut cx = Context::new(pipelines, now);
    let outcome = pipelines.run(name, &doc, &mut cx);
    let ignored: Vec<FieldPath> = case
        .get("ignore")
        .and_then(Node::as_list)
        .unwrap_or_default()
        .iter()
        .filter_map(|n| FieldPath::parse(n.as_str()?).ok())
        .collect();
    let expected_error = case.get("expected_error").and_then(Node::as_str);
    let expected = case.get("expected");
    match (outcome, expected, expected_error) {
        (Err(failure), _, Some(part)) if failure.reason.contains(part) => Ok(()),
        (Err(failure), _, Some(part)) => {
            Err(vec![format!("expected an error with: {part}"), format!("error: {}", failure.reason)])
        }
        (Err(failure), ..) => Err(vec![format!("error: {failure}")]),
        (Ok(_), _, Some(part)) => Err(vec![format!("expected an error with: {part}"), "it succeeded".into()]),
        (Ok(Outcome::Dropped), Some(node), _) if node.as_str() == Some("dropped") => Ok(()),
        (Ok(Outcome::Dropped), ..) => Err(vec!["the document was dropped".into()]),
        (Ok(Outcome::Done), Some(node), None) => compare(&doc, literal(node, &arena), &ignored),
        (Ok(Outcome::Done), None, None) => Err(vec!["the case has neither `expected` nor `expected_error`".into()]),
    }
}

/// A value as it stands, without templates.
fn literal<'a>(node: &Node, arena: &'a Arena) -> Value<'a> {
    match &node.data {
        Data::String(s) => Value::Str(arena.alloc_str(s)),
        Data::List(items) => {
            Value::Array(crate::document::Array::from_iter_in(arena, items.iter().map(|item| literal(item, arena))))
        }
        Data::Map(members) => {
            let object = Object::new_in(arena);
            for (key, value) in members {
                object.insert(arena.alloc_str(&key.text), literal(value, arena));
            }
            Value::Object(object)
        }
        _ => {
            let scalar = Document::new(arena, Object::new_in(arena), jiff::Timestamp::UNIX_EPOCH);
            let source = ValueSource::compile(node, MediaType::PlainText).ok();
            source.and_then(|source| source.resolve(&scalar).ok()).unwrap_or(Value::Null)
        }
    }
}

fn compare<'a>(doc: &Document<'a>, expected: Value<'a>, ignored: &[FieldPath]) -> Result<(), Vec<String>> {
    for path in ignored {
        let _ = doc.remove(path, true);
    }
    doc.root.retain(|key, _| !is_metadata(key));
    let mut differences = Vec::new();
    diff("", Some(Value::Object(doc.root)), Some(expected), &mut differences);
    if differences.is_empty() { Ok(()) } else { Err(differences) }
}

/// Appends `path: expected …, got …` for every leaf that differs.
fn diff<'a>(path: &str, got: Option<Value<'a>>, expected: Option<Value<'a>>, out: &mut Vec<String>) {
    match (got, expected) {
        (Some(Value::Object(got)), Some(Value::Object(expected))) => {
            let missing = expected.keys().filter(|key| !got.contains_key(key));
            let keys: Vec<&str> = got.keys().collect::<Vec<_>>().into_iter().chain(missing).collect();
            for key in keys {
                let path = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
                diff(&path, got.get(key), expected.get(key), out);
            }
        }
        (Some(got), Some(expected)) if same_json(got, expected) => {}
        (None, None) => {}
        (got, expected) => {
            let show = |value: Option<Value<'_>>| value.map_or_else(|| "nothing".to_owned(), |v| format!("{v:?}"));
            out.push(format!("{path}: expected {}, got {}", show(expected), show(got)));
        }
    }
}

/// Whether two values are the same JSON: the order of members does not count, and numbers are what is printed of them (JSON has no
/// `Integer` and `Long`).
fn same_json<'a>(a: Value<'a>, b: Value<'a>) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same_json(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same_json(a, b)))
        }
        (a, b) => format!("{a:?}") == format!("{b:?}"),
    }
}
