//! Tests in the layout of `elastic-package`.

use super::{Args, Tally, problems};
use crate::cli::Failed;
use crate::cli::simulate::shown;
use crate::document::Arena;
use crate::enrich::EnrichOptions;
use crate::ingest::simulate::{Difference, Simulation, from_line};
use crate::ingest::{PipelineOptions, Pipelines};
use crate::package::{Case, CaseError, DataStream, Package, Verdict};
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;

/// Differences of one document that are shown.
const SHOWN_MAX: usize = 50;

pub(super) fn run(args: &Args, out: &mut impl Write) -> Result<Tally, Failed> {
    let package = Package::open(&args.dir).map_err(|errors| problems(&errors))?;
    let pipelines = package.pipelines().map_err(|errors| problems(&errors))?;
    let nodes: Vec<_> = pipelines.into_iter().map(|pipeline| (pipeline.name, pipeline.node)).collect();
    let folders = EnrichOptions { geoip_dir: args.geoip.clone(), data_dir: Some(args.dir.clone()) };
    let pipelines =
        Pipelines::compile(&nodes, &PipelineOptions::with_data(folders)).map_err(|errors| problems(&errors))?;
    let mut tally = Tally::default();
    for stream in &package.streams {
        for file in stream.cases().map_err(|error| problems(&[error]))? {
            let label = format!("{}: {}", stream.name, file.file_name().unwrap_or_default().to_string_lossy());
            let entry = package.entry(stream);
            match run_case(&pipelines, &entry, stream, &file, args.update, &mut tally) {
                Ok(lines) if lines.is_empty() => {}
                Ok(lines) => tell(out, &label, &lines)?,
                Err(error) => {
                    tally.failed += 1;
                    tell(out, &label, &[error.to_string()])?;
                }
            }
        }
    }
    Ok(tally)
}

fn tell(out: &mut impl Write, label: &str, lines: &[String]) -> std::io::Result<()> {
    writeln!(out, "FAILED {label}")?;
    lines.iter().try_for_each(|line| writeln!(out, "    {line}"))
}

/// Runs one case; the lines say what is wrong.
fn run_case(
    pipelines: &Pipelines,
    entry: &str,
    stream: &DataStream,
    file: &Path,
    update: bool,
    tally: &mut Tally,
) -> Result<Vec<String>, CaseError> {
    let case = Case::read(file)?;
    if case.skip.is_some() {
        tally.skipped += 1;
        return Ok(Vec::new());
    }
    let got = match simulate(pipelines, entry, &stream.index(), &case.events) {
        Ok(got) => got,
        Err(lines) => {
            tally.failed += 1;
            return Ok(lines);
        }
    };
    let expected = match case.expected() {
        Err(_) if update => None,
        other => Some(other?),
    };
    let wrong = expected.map(|expected| case.judge(&expected, &got));
    // What is right stays as it is written, dynamic fields and all.
    let is_stale = |verdict: &Verdict| matches!(verdict, Verdict::Count { .. } | Verdict::Differs { .. });
    if update && wrong.as_ref().is_none_or(|wrong| wrong.iter().any(is_stale)) {
        case.write_expected(&got)?;
        tally.updated += 1;
        return Ok(Vec::new());
    }
    let wrong = wrong.unwrap_or_default();
    if wrong.is_empty() {
        tally.passed += 1;
    } else {
        tally.failed += 1;
    }
    Ok(wrong.iter().flat_map(lines).collect())
}

/// What becomes of each event, or what failed.
fn simulate(pipelines: &Pipelines, entry: &str, index: &str, events: &[Value]) -> Result<Vec<Value>, Vec<String>> {
    if pipelines.get(entry).is_none() {
        return Err(vec![format!("there is no pipeline [{entry}] for documents to enter by")]);
    }
    let (mut got, mut failed) = (Vec::new(), Vec::new());
    let mut arena = Arena::new();
    for (at, event) in events.iter().enumerate() {
        let simulation = Simulation { pipelines, name: entry, now: jiff::Timestamp::now() };
        let line = json!({"_index": index, "_source": event}).to_string();
        let mut out = Vec::new();
        match from_line(line.as_bytes(), &arena, simulation.now) {
            Ok(doc) => simulation.plain(&doc, &mut out),
            Err(error) => failed.push(format!("document {}: {error}", at + 1)),
        }
        let mut answer: Value = serde_json::from_slice(&out).unwrap_or_default();
        if let Some(error) = answer.get("error") {
            failed.push(format!("document {}: the pipeline failed: {}", at + 1, shown(&error["reason"])));
        }
        got.push(answer.pointer_mut("/doc/_source").map(Value::take).unwrap_or_default());
        arena.reset();
    }
    if failed.is_empty() { Ok(got) } else { Err(failed) }
}

fn lines(verdict: &Verdict) -> Vec<String> {
    match verdict {
        Verdict::Count { expected, got } => vec![format!("expected {expected} documents, got {got}")],
        Verdict::Dynamic { document, field, pattern, text } => {
            vec![format!("document {document}: {field} is {text:?}, which does not match {pattern}")]
        }
        Verdict::Error { document, message } => {
            vec![format!("document {document}: the pipeline left error.message: {message}")]
        }
        Verdict::Differs { document, differences } => {
            let mut lines: Vec<String> =
                differences.iter().take(SHOWN_MAX).map(|difference| line(*document, difference)).collect();
            if differences.len() > SHOWN_MAX {
                lines.push(format!("document {document}: … and {} more", differences.len() - SHOWN_MAX));
            }
            lines
        }
    }
}

fn line(document: usize, Difference { path, before, after }: &Difference) -> String {
    let side = |value: &Option<Value>| value.as_ref().map_or_else(|| "nothing".to_owned(), shown);
    let path = if path.is_empty() { "the document" } else { path };
    format!("document {document}: {path}: expected {}, got {}", side(before), side(after))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use std::fs;

    #[test]
    fn cases_fail_are_updated_and_pass() {
        let dir = tempfile::tempdir().unwrap();
        let stream = dir.path().join("data_stream/access");
        let tests = stream.join("_dev/test/pipeline");
        let pipelines = stream.join("elasticsearch/ingest_pipeline");
        fs::create_dir_all(&tests).unwrap();
        fs::create_dir_all(&pipelines).unwrap();
        fs::write(dir.path().join("manifest.yml"), "name: shop\nversion: 1.0.0\n").unwrap();
        let pipeline = "processors:\n- set: {field: event.ingested, copy_from: _ingest.timestamp}\n- drop: {if: ctx.message == 'noise'}\n- uppercase: {field: message}\n";
        fs::write(pipelines.join("default.yml"), pipeline).unwrap();
        fs::write(tests.join("test-a.log"), "x\nnoise\n").unwrap();
        fs::write(tests.join("test-a.log-config.yml"), "dynamic_fields: {event.ingested: '^\\d{4}-'}\n").unwrap();
        let old = r#"{"expected":[{"message":"Y","event":{"ingested":"2020-"}},null]}"#;
        fs::write(tests.join("test-a.log-expected.json"), old).unwrap();
        let run = |update: bool| {
            let mut out = Vec::new();
            let args = Args { dir: dir.path().to_owned(), geoip: None, update };
            let Ok(tally) = super::run(&args, &mut out) else { panic!() };
            (tally.passed, tally.failed, tally.updated, String::from_utf8(out).unwrap())
        };
        let told = "FAILED logs-shop.access: test-a.log\n    document 1: message: expected \"Y\", got \"X\"\n";
        assert_eq!(run(false), (0, 1, 0, told.to_owned()));
        assert_eq!(run(true), (0, 0, 1, String::new()));
        let written = fs::read_to_string(tests.join("test-a.log-expected.json")).unwrap();
        assert!(written.starts_with("{\n    \"expected\": [\n        {\n            \"event\": {"), "{written}");
        assert_eq!(run(false), (1, 0, 0, String::new()));
        assert_eq!(run(true), (1, 0, 0, String::new()), "what is right is not written again");
    }
}
