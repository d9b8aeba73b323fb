//! Table tests for processors.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::{Context, Outcome, PipelineOptions, Pipelines};
use crate::config;
use crate::document::{Arena, Document, parse};

/// 2026-11-23T02:00:00Z: "now" in tests.
pub const NOW_SECONDS: i64 = 1_795_399_200;

/// Runs each `(processor as YAML, document, expected)`: expected is the resulting `_source`, `dropped`, or the failure's reason.
pub fn check(cases: &[(&str, &str, &str)]) {
    for (processor, document, expected) in cases {
        let got = run(&format!("processors: [{{{processor}}}]"), document);
        assert_eq!(&got, expected, "\nprocessor: {processor}\ndocument:  {document}");
    }
}

/// Runs a pipeline given as YAML over a document given as JSON.
pub fn run(pipeline: &str, document: &str) -> String {
    run_with(&PipelineOptions::default(), pipeline, document)
}

/// As [`run`], with options.
pub fn run_with(options: &PipelineOptions, pipeline: &str, document: &str) -> String {
    run_all_with(options, pipeline, &[(0, document)]).remove(0)
}

/// Runs one pipeline over documents that come so many seconds after [`NOW_SECONDS`].
pub fn run_all(pipeline: &str, documents: &[(i64, &str)]) -> Vec<String> {
    run_all_with(&PipelineOptions::default(), pipeline, documents)
}

fn run_all_with(options: &PipelineOptions, pipeline: &str, documents: &[(i64, &str)]) -> Vec<String> {
    let node = config::read_text("test.yml", pipeline).expect("pipeline is YAML");
    let pipelines = match Pipelines::compile(&[("test".to_owned(), node)], options) {
        Ok(pipelines) => pipelines,
        Err(errors) => return vec![errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")],
    };
    documents.iter().map(|(second, document)| run_one(&pipelines, NOW_SECONDS + second, document)).collect()
}

fn run_one(pipelines: &Pipelines, second: i64, document: &str) -> String {
    let arena = Arena::new();
    let root = parse(document, &arena).expect("document is JSON").as_object().expect("document is an object");
    let now = jiff::Timestamp::from_second(second).unwrap();
    let doc = Document::new(&arena, root, now);
    let mut cx = Context::new(pipelines, now);
    match pipelines.run("test", &doc, &mut cx) {
        Ok(Outcome::Dropped) => "dropped".into(),
        Ok(Outcome::Done) => {
            let mut out = Vec::new();
            doc.write_source(&mut out);
            String::from_utf8(out).unwrap()
        }
        Err(failure) => failure.reason,
    }
}
