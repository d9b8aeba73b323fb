//! The grok cases of `../shared/conformance/grok`: upstream's own specs, answered by a real Elasticsearch 7.10.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use logboom::document::{Arena, Document, FieldPath, Object};
use logboom::ingest::grok::{EcsCompatibility, Grok, PatternBank};
use regex::{Captures, Regex};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// Where the answer recorded from 7.10 is not that of newer nodes, and why. The cases by pattern set and pattern.
const NEWER_DIFFERS: &[(&str, &str, &str)] =
    &[("legacy", "%{BIND9}", "a field that two groups capture is a list since Elasticsearch 8; 7.10 kept the first")];

fn suite() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let named = std::env::var_os("LOGBOOM_SHARED").map(PathBuf::from);
    [named, Some(beside)]
        .into_iter()
        .flatten()
        .map(|shared| shared.join("conformance/grok"))
        .find(|suite| suite.is_dir())
}

/// `[a][b]`, Logstash's way to name a nested field, as `a.b`.
fn with_dots(pattern: &str) -> String {
    let dotted = |c: &Captures<'_>| format!("{}{}", &c[1], c[2].trim_matches(['[', ']']).replace("][", "."));
    let names = Regex::new(r"(%\{\w+:|\(\?<)((?:\[[^\]]+\])+)").unwrap();
    names.replace_all(pattern, dotted).into_owned()
}

fn definitions(suite: &Path, set: &str) -> Vec<(String, String)> {
    let files = fs::read_dir(suite.join("patterns").join(set)).unwrap();
    let texts: Vec<String> = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    let lines = texts.iter().flat_map(|text| text.lines()).filter(|line| !line.starts_with('#'));
    let pairs = lines.filter_map(|line| line.split_once(' '));
    pairs.map(|(name, definition)| (name.to_owned(), with_dots(definition.trim_start()))).collect()
}

fn answer(case: &Value, bank: &PatternBank) -> Value {
    let grok = match Grok::compile(&[with_dots(case["pattern"].as_str().unwrap())], bank, false) {
        Ok(grok) => grok,
        Err(error) => return json!({"error": error.to_string()}),
    };
    let arena = Arena::new();
    let captures = match grok.captures(arena.alloc_str(case["input"].as_str().unwrap()), &arena) {
        Ok(None) => return json!({"match": false}),
        Err(failure) => return json!({"error": failure.reason}),
        Ok(Some(captures)) => captures,
    };
    let doc = Document::new(&arena, Object::new_in(&arena), jiff::Timestamp::UNIX_EPOCH);
    let fields: Vec<&str> = grok.fields().collect();
    for (field, value) in captures.values {
        doc.set(&FieldPath::parse(fields[field]).unwrap(), value).unwrap();
    }
    let mut source = Vec::new();
    doc.write_source(&mut source);
    json!({"match": true, "source": serde_json::from_slice::<Value>(&source).unwrap()})
}

/// Every list cut down to its first item, as 7.10 has it.
fn first_of_lists(answer: &Value) -> Value {
    match answer {
        Value::Array(items) => items.first().cloned().unwrap_or_default(),
        Value::Object(members) => members.iter().map(|(k, v)| (k.clone(), first_of_lists(v))).collect(),
        other => other.clone(),
    }
}

/// The node's reason without the exceptions around it.
fn comparable(answer: &Value) -> Value {
    match answer["error"].as_str() {
        Some(reason) => json!(reason.rsplit_once("Exception: ").map_or(reason, |(_, inner)| inner)),
        None => answer.clone(),
    }
}

#[test]
fn every_case_gets_the_nodes_answer() {
    let Some(suite) = suite() else {
        println!("skipped: the conformance suites are not there (LOGBOOM_SHARED)");
        return;
    };
    let cases: Vec<Value> = serde_json::from_slice(&fs::read(suite.join("cases.json")).unwrap()).unwrap();
    let bank = |set: &str| {
        PatternBank::built_in(EcsCompatibility::Disabled)
            .extend(definitions(&suite, set))
            .expect("the patterns are sound")
    };
    let (legacy, ecs) = (bank("legacy"), bank("ecs-v1"));
    let mut wrong = Vec::new();
    for case in &cases {
        let got = answer(case, if case["pattern_set"] == "legacy" { &legacy } else { &ecs });
        let expected = &case["elasticsearch"];
        let newer =
            NEWER_DIFFERS.iter().any(|(set, pattern, _)| case["pattern_set"] == *set && case["pattern"] == *pattern);
        let equal = comparable(&got) == comparable(expected) || newer && first_of_lists(&got) == *expected;
        if !equal {
            wrong.push(format!("{} {}\n    got  {got}\n    node {expected}", case["pattern"], case["input"]));
        }
    }
    println!("grok: {} of {} cases get the node's answer", cases.len() - wrong.len(), cases.len());
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
