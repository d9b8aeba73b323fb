//! The language against what Elasticsearch 8.19 answered: tables of scripts and outcomes. An outcome is the value printed, or the
//! exception's type and reason, with `compile` before it where the script does not even compile.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod access;
mod big_integers;
mod conditions;
mod functions;
mod generated;
mod ingest;
mod library;
mod limits;
mod operators;
mod results;
mod statements;
mod streams;
mod time;
mod types;

use super::{Script, ScriptContext};
use crate::config;
use crate::document::{Arena, Document, Value, parse};
use crate::ingest::Failure;

/// Runs scripts of the test context: the value that they return, printed.
fn check(cases: &[(&str, &str)]) {
    compare(cases, |source| outcome(source, ScriptContext::Test, "{}", None));
}

/// Runs scripts that edit `document`: what it is then.
fn check_edits(document: &str, cases: &[(&str, &str)]) {
    compare(cases, |source| outcome(source, ScriptContext::Ingest, document, None));
}

fn check_conditions(document: &str, cases: &[(&str, &str)]) {
    compare(cases, |source| outcome(source, ScriptContext::Condition, document, None));
}

fn compare(cases: &[(&str, &str)], run: impl Fn(&str) -> String) {
    let mut wrong = Vec::new();
    for (source, expected) in cases {
        let got = run(source);
        if got != *expected {
            wrong.push(format!("{source}\n  expected {expected}\n  got      {got}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

fn outcome(source: &str, context: ScriptContext, document: &str, params: Option<&str>) -> String {
    let params = params.map(|text| config::read_text("params.yml", text).expect("params"));
    let script = match Script::compile(source, context, params.as_ref()) {
        Ok(script) => script,
        Err(error) => return format!("compile {}: {}", error.kind.name(), error.reason),
    };
    let arena = Arena::new();
    let root = parse(document, &arena).expect("document is JSON").as_object().expect("document is an object");
    let doc = Document::new(&arena, root, jiff::Timestamp::from_second(1_795_399_200).unwrap());
    doc.set_metadata("_index", "_index");
    doc.set_metadata("_id", "_id");
    root.insert("_version", Value::Long(-3));
    let result = match context {
        ScriptContext::Ingest => script.run(&doc).map(|()| {
            let mut out = Vec::new();
            doc.write_source(&mut out);
            String::from_utf8(out).unwrap()
        }),
        ScriptContext::Condition => script.test(&doc).map(|b| b.to_string()),
        _ => script.render(&doc),
    };
    result.unwrap_or_else(|failure| describe(failure.root_cause()))
}

fn describe(failure: &Failure) -> String {
    format!("{}: {}", failure.kind.name(), failure.reason)
}
