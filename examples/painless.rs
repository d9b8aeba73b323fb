//! Runs Painless scripts from standard input, one JSON object a line: `{"kind": "ex|sim|cond", "source", "params", "doc"}`. Gives
//! one JSON array a line, the outcome and its text: `=` a result, `!` a failure, `!!` a script that does not compile. For
//! comparing with a real node (`tests/differential/painless.py`), and for trying things.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use logboom::config;
use logboom::document::{Arena, Document, parse};
use logboom::ingest::Failure;
use logboom::ingest::painless::{CompileError, Script, ScriptContext};
use serde_json::{Value, json};
use std::io::BufRead;

fn main() {
    for line in std::io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line.expect("text")).expect("JSON");
        println!("{}", run(&request));
    }
}

fn run(request: &Value) -> Value {
    let source = request["source"].as_str().unwrap_or_default();
    let kind = request["kind"].as_str().unwrap_or("ex");
    let context = match kind {
        "sim" => ScriptContext::Ingest,
        "cond" => ScriptContext::Condition,
        _ => ScriptContext::Test,
    };
    let params = request.get("params").filter(|p| !p.is_null()).map(ToString::to_string);
    let params = params.map(|text| config::read_text("params", &text).expect("params"));
    let script = match Script::compile(source, context, params.as_ref()) {
        Ok(script) => script,
        Err(error) => {
            let mark = if kind == "ex" { "!" } else { "!!" };
            return json!([mark, describe_compile(&error)]);
        }
    };
    let arena = Arena::new();
    let text = request.get("doc").filter(|d| !d.is_null()).map_or("{}".to_owned(), ToString::to_string);
    let root = parse(&text, &arena).expect("doc").as_object().expect("object");
    let now = jiff::Timestamp::from_second(1_795_399_200).expect("time");
    let doc = Document::new(&arena, root, now);
    doc.set_metadata("_index", "_index");
    doc.set_metadata("_id", "_id");
    root.insert("_version", logboom::document::Value::Long(-3));
    let outcome = match kind {
        "sim" => script.run(&doc).map(|()| {
            let mut out = Vec::new();
            doc.write_source(&mut out);
            String::from_utf8(out).expect("UTF-8")
        }),
        "cond" => script.test(&doc).map(|b| b.to_string()),
        _ => script.render(&doc),
    };
    match outcome {
        Ok(text) => json!(["=", text]),
        Err(failure) => json!(["!", describe(&failure)]),
    }
}

fn describe(failure: &Failure) -> String {
    let mut out = format!("{}: {}", failure.kind.name(), failure.reason);
    if let Some(place) = &failure.script {
        out.push_str(&format!(" @{}[{}-{}]", place.offset, place.start, place.end));
    }
    if let Some(cause) = &failure.cause {
        out.push_str(" <- ");
        out.push_str(&describe(cause));
    }
    out
}

fn describe_compile(error: &CompileError) -> String {
    format!("script_exception: compile error @{} <- {}: {}", error.offset, error.kind.name(), error.reason)
}
