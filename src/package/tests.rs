//! A package with one data stream, laid out on disk.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use serde_json::{Value, json};
use std::fs;

/// Writes `(path, text)` below a fresh folder.
fn laid_out(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

const STREAM: &str = "data_stream/access/elasticsearch/ingest_pipeline";

#[test]
fn pipelines_get_the_names_that_fleet_gives_them() {
    let dir = laid_out(&[
        ("manifest.yml", "name: shop\nversion: 1.2.0\n"),
        ("elasticsearch/ingest_pipeline/shared.yml", "processors: []\n"),
        ("data_stream/access/manifest.yml", "type: logs\nelasticsearch: {ingest_pipeline: {name: entry}}\n"),
        (
            &format!("{STREAM}/entry.yml"),
            "processors:\n- pipeline: {name: '{{ IngestPipeline \"third-party\" }}'}\n- pipeline: {name: \"{{IngestPipeline 'shared'}}\"}\n",
        ),
        (
            &format!("{STREAM}/third-party.json"),
            "{\"processors\":[{\"pipeline\":{\"name\":\"{{ IngestPipeline \\\"entry\\\" }}\"}}]}",
        ),
        ("data_stream/metric/manifest.yml", "type: metrics\ndataset: other.set\n"),
        ("data_stream/metric/elasticsearch/ingest_pipeline/default.yml", "processors: []\n"),
    ]);
    assert!(Package::is_at(dir.path()));
    let package = Package::open(dir.path()).unwrap();
    let pipelines = package.pipelines().unwrap();
    let names: Vec<&str> = pipelines.iter().map(|pipeline| pipeline.name.as_str()).collect();
    assert_eq!(
        names,
        ["1.2.0-shared", "logs-shop.access-1.2.0", "logs-shop.access-1.2.0-third-party", "metrics-other.set-1.2.0"]
    );
    let entry = pipelines[1].node.get("processors").unwrap().to_json();
    assert_eq!(entry[0]["pipeline"]["name"], "logs-shop.access-1.2.0-third-party");
    assert_eq!(entry[1]["pipeline"]["name"], "1.2.0-shared");
    assert_eq!(pipelines[2].node.get("processors").unwrap().to_json()[0]["pipeline"]["name"], "logs-shop.access-1.2.0");
    assert_eq!(package.entry(&package.streams[0]), "logs-shop.access-1.2.0");
    let stream = Package::open(&dir.path().join("data_stream/access")).unwrap();
    assert_eq!((stream.streams.len(), stream.pipelines().unwrap().len()), (1, 3));

    fs::write(
        dir.path().join(STREAM).join("entry.yml"),
        "processors:\n- pipeline: {name: '{{ IngestPipeline \"third-part\" }}'}\n",
    )
    .unwrap();
    let errors = package.pipelines().unwrap_err();
    let told = errors[0].to_string();
    assert!(
        told.ends_with("entry.yml:2:21: the package has no pipeline [third-part] (did you mean `third-party`?)"),
        "{told}"
    );
}

const TESTS_AT: &str = "data_stream/access/_dev/test/pipeline";

fn case(files: &[(&str, &str)], name: &str) -> (tempfile::TempDir, Case) {
    let files: Vec<(String, &str)> = files.iter().map(|(path, text)| (format!("{TESTS_AT}/{path}"), *text)).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let dir = laid_out(&files);
    let case = Case::read(&dir.path().join(TESTS_AT).join(name)).unwrap();
    (dir, case)
}

#[test]
fn inputs_are_read_as_elastic_package_reads_them() {
    let (_dir, read) = case(
        &[
            (
                "test-common-config.yml",
                "fields: {tags: [a], event.kind: event}\ndynamic_fields: {event.ingested: '.*'}\n",
            ),
            ("test-a.log", "one\n\ntwo\r\n"),
            ("test-a.log-config.yml", "fields: {tags: [b]}\nnumeric_keyword_fields: [x]\nunknown: 1\n"),
        ],
        "test-a.log",
    );
    let with = |message: &str| json!({"message": message, "event.kind": "event", "tags": ["b"]});
    assert_eq!(read.events, [with("one"), with(""), with("two")]);

    let (_dir, read) = case(
        &[
            ("test-m.log", "1 a\n  more\n\n2 b\n# noise\n"),
            ("test-m.log-config.yml", "multiline: {first_line_pattern: '^(\\d|#)'}\nexclude_lines: ['^#']\n"),
        ],
        "test-m.log",
    );
    assert_eq!(read.events, [json!({"message": "1 a\n  more\n"}), json!({"message": "2 b"})]);

    let (dir, read) = case(
        &[
            ("test-j.json", r#"{"events":[{"a":1.0}]}"#),
            ("test-j.json-config.yml", "fields: {b: {c: 1}}\n"),
            ("test-j.json-expected.json", "{}"),
            ("test-k.json", "{}"),
            ("test-k.json-config.yml", "skip: {reason: not yet, link: 'http://x'}\n"),
            ("notes.txt", ""),
        ],
        "test-j.json",
    );
    assert_eq!(read.events, [json!({"a": 1.0, "b": {"c": 1}})]);
    let stream = Package::open(&dir.path().join("data_stream/access")).unwrap().streams.remove(0);
    let names: Vec<_> = stream.cases().unwrap().iter().map(|path| path.file_name().unwrap().to_owned()).collect();
    assert_eq!(names, ["test-j.json", "test-k.json"]);
    let skipped = Case::read(&dir.path().join(TESTS_AT).join("test-k.json")).unwrap();
    assert_eq!(skipped.skip.as_deref(), Some("not yet http://x"));
}

#[test]
fn results_are_judged() {
    let (_dir, case) = case(
        &[("test-a.log", "x\n"), ("test-a.log-config.yml", "dynamic_fields: {event.ingested: '^20'}\n")],
        "test-a.log",
    );
    let judge = |expected: Value, got: Value| case.judge(expected.as_array().unwrap(), got.as_array().unwrap());
    assert_eq!(
        judge(
            json!([{"a": 1, "event": {"ingested": "2020"}}, null]),
            json!([{"event": {"ingested": "2026"}, "a": 1.0}, null])
        ),
        []
    );
    assert_eq!(judge(json!([null]), json!([])), [Verdict::Count { expected: 1, got: 0 }]);
    let path = |path: &str, before: Value, after: Value| Difference {
        path: path.into(),
        before: Some(before),
        after: Some(after),
    };
    assert_eq!(
        judge(json!([{"a": {"b": [1]}}]), json!([{"a": {"b": [2]}}])),
        [Verdict::Differs { document: 1, differences: vec![path("a.b", json!([1]), json!([2]))] }]
    );
    let dynamic =
        Verdict::Dynamic { document: 1, field: "event.ingested".into(), pattern: "^20".into(), text: "now".into() };
    assert_eq!(judge(json!([{"event": {}}]), json!([{"event": {"ingested": "now"}}])), [dynamic]);
    let failed = json!([{"error": {"message": "boo"}}]);
    assert_eq!(judge(failed.clone(), failed), [Verdict::Error { document: 1, message: "\"boo\"".into() }]);
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let dir = laid_out(&[
        ("d/test-a.log", "x"),
        ("d/test-a.log-config.yml", "dynamic_fields:\n  a: '('\n"),
        ("d/test-b.json", "{\"events\": 5}"),
        ("d/test-c.json", "{\"events\": [5]}"),
        ("d/test-d.json", "nothing"),
    ]);
    for (name, expected) in [
        ("test-a.log", "test-a.log-config.yml:2:6: the pattern does not compile"),
        ("test-b.json", "[events] must be a list"),
        ("test-c.json", "an event must be an object"),
        ("test-d.json", "expected ident"),
        ("test-e.json", "No such file"),
    ] {
        let error = Case::read(&dir.path().join("d").join(name)).unwrap_err().to_string();
        assert!(error.contains(expected), "{name}: {error}");
    }
}

use crate::ingest::simulate::Difference;
