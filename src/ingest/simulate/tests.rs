//! Simulations as a node (8.19.8) answered them; `_index`, `_id`, `_version` and the time are left out of what is compared.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use crate::config::read_text;
use crate::document::Arena;
use crate::ingest::PipelineOptions;
use serde_json::{Value, json};

const CALLED: &[(&str, &str)] = &[
    ("inner", "processors: [{set: {field: i, value: 1, tag: in}}, {set: {if: ctx.z==1, field: j, value: 2}}]"),
    ("failing", "processors: [{fail: {message: boo, tag: ff}}]"),
    ("empty", "processors: []"),
    ("cycle", "processors: [{pipeline: {name: cycle}}]"),
    (
        "handled",
        "processors: [{fail: {message: boo}}]\non_failure: [{set: {field: h, value: '{{_ingest.on_failure_message}}'}}]",
    ),
    ("dropping", "processors: [{drop: {}}, {set: {field: k, value: 1}}]"),
    ("ending", "processors: [{terminate: {}}, {set: {field: k, value: 1}}]"),
];

fn pipelines(processors: &str) -> Pipelines {
    let own = ("_simulate_pipeline", format!("processors: [{processors}]"));
    let called = CALLED.iter().map(|(name, text)| (*name, (*text).to_owned()));
    let compile = |(name, text): (&str, String)| {
        Pipelines::compile_one(name, &read_text(name, &text).unwrap(), &PipelineOptions::default()).unwrap()
    };
    called.chain([own]).fold(Pipelines::default(), |all, pipeline| all.with(compile(pipeline)))
}

/// What the steps did to `{"x":1,"l":["p","q"]}`: `type status` and what the step left of `_source`.
fn told(processors: &str, for_a_person: bool) -> Vec<String> {
    let pipelines = pipelines(processors);
    let arena = Arena::new();
    let now = jiff::Timestamp::UNIX_EPOCH;
    let doc = from_line(br#"{"x":1,"l":["p","q"]}"#, &arena, now).unwrap();
    let simulation = Simulation { pipelines: &pipelines, name: "_simulate_pipeline", now };
    let mut out = Vec::new();
    if for_a_person {
        simulation.verbose_with_changes(&doc, &mut out).unwrap();
    } else {
        simulation.verbose(&doc, &mut out).unwrap();
    }
    let answer: Value = serde_json::from_slice(&out).unwrap();
    answer["processor_results"].as_array().unwrap().iter().map(|result| line(result, for_a_person)).collect()
}

fn line(result: &Value, with_depth: bool) -> String {
    let text = |key: &str| result[key].as_str().unwrap_or_default().to_owned();
    let mut words = vec![text("processor_type"), text("status")];
    words.extend(result.get("tag").map(|tag| format!("[{}]", tag.as_str().unwrap())));
    words.extend(result.get("if").map(|condition| format!("if={}", condition["result"])));
    for error in [&result["error"], &result["ignored_error"]["error"]] {
        words.extend(error.get("reason").map(|reason| format!("{}: {reason}", error["type"].as_str().unwrap())));
    }
    if let Some(doc) = result.get("doc") {
        let mut source = doc["_source"].as_object().unwrap().clone();
        source.retain(|key, _| key != "x" && key != "l");
        words.push(Value::Object(source).to_string());
        words.push(doc["_ingest"]["pipeline"].as_str().unwrap().replace("_simulate_pipeline", "-"));
    }
    if with_depth {
        words.push(format!("@{} {}", result["depth"], result["changes"]));
    }
    words.join(" ")
}

#[test]
fn each_step_is_told_as_the_node_tells_it() {
    let m = r#"fail_processor_exception: "m""#;
    for (processors, expected) in [
        ("", vec![]),
        ("{set: {field: a, value: 1, tag: t}}", vec![r#"set success [t] {"a":1} -"#.to_owned()]),
        (
            "{set: {if: ctx.x==1, field: a, value: 1}}, {set: {if: ctx.x!=1, field: a, value: 2}}",
            vec![r#"set success if=true {"a":1} -"#.into(), "set skipped if=false".into()],
        ),
        ("{fail: {message: m, tag: q}}, {set: {field: b, value: 1}}", vec![format!("fail error [q] {m}")]),
        (
            "{fail: {message: m, ignore_failure: true}}, {set: {field: b, value: 1}}",
            vec![format!("fail error_ignored {m} {{}} -"), r#"set success {"b":1} -"#.into()],
        ),
        (
            "{fail: {message: m, on_failure: [{set: {field: c, value: 1}}, {set: {if: 'false', field: d, value: 1}}]}}",
            vec![format!("fail error {m}"), r#"set success {"c":1} -"#.into(), "set skipped if=false".into()],
        ),
        (
            "{fail: {message: m, on_failure: [{fail: {message: n}}]}}",
            vec![format!("fail error {m}"), r#"fail error fail_processor_exception: "n""#.into()],
        ),
        // The node leaves out a step whose condition fails.
        ("{set: {if: ctx.q.r==1, field: a, value: 1}}", vec![]),
        (
            "{set: {field: a, value: 1}}, {drop: {if: 'true'}}, {set: {field: b, value: 1}}",
            vec![r#"set success {"a":1} -"#.into(), "drop dropped if=true".into()],
        ),
        (
            "{pipeline: {name: inner, tag: p}}, {set: {field: b, value: 1}}",
            vec![
                "pipeline success [p]".into(),
                r#"set success [in] {"i":1} inner"#.into(),
                "set skipped if=false".into(),
                r#"set success {"i":1,"b":1} -"#.into(),
            ],
        ),
        ("{pipeline: {name: inner, if: 'false'}}", vec!["pipeline skipped if=false".into()]),
        (
            "{pipeline: {name: failing, ignore_failure: true}}, {set: {field: b, value: 1}}",
            vec![
                "pipeline success".into(),
                r#"fail error [ff] fail_processor_exception: "boo""#.into(),
                r#"set success {"b":1} -"#.into(),
            ],
        ),
        (
            "{pipeline: {name: handled}}",
            vec![
                "pipeline success".into(),
                r#"fail error fail_processor_exception: "boo""#.into(),
                r#"set success {"h":"boo"} handled"#.into(),
            ],
        ),
        (
            "{pipeline: {name: nowhere}}, {set: {field: b, value: 1}}",
            vec![r#"pipeline error illegal_argument_exception: "Pipeline processor configured for non-existent pipeline [nowhere]""#.into()],
        ),
        (
            "{pipeline: {name: nowhere, ignore_missing_pipeline: true}}",
            vec![r#"pipeline error_ignored illegal_argument_exception: "Pipeline processor configured for non-existent pipeline [nowhere]" {} -"#.into()],
        ),
        (
            "{pipeline: {name: nowhere, ignore_failure: true}}, {set: {field: b, value: 1}}",
            vec![
                r#"pipeline error illegal_argument_exception: "Pipeline processor configured for non-existent pipeline [nowhere]""#.into(),
                r#"set success {"b":1} -"#.into(),
            ],
        ),
        ("{pipeline: {name: empty}}", vec!["pipeline success".into()]),
        (
            "{pipeline: {name: cycle, tag: c}}, {set: {field: b, value: 1}}",
            vec![r#"pipeline error [c] graph_structure_exception: "Cycle detected for pipeline: cycle""#.into()],
        ),
        (
            "{pipeline: {name: cycle, ignore_failure: true}}",
            vec![r#"pipeline error_ignored graph_structure_exception: "Cycle detected for pipeline: cycle" {} -"#.into()],
        ),
        ("{pipeline: {name: dropping}}", vec!["pipeline success".into(), "drop dropped".into()]),
        (
            "{pipeline: {name: ending}}, {set: {field: b, value: 1}}",
            vec!["pipeline success".into(), "terminate success {} ending".into(), r#"set success {"b":1} -"#.into()],
        ),
        ("{foreach: {field: l, processor: {uppercase: {field: _ingest._value}}}}", vec!["foreach success {} -".into()]),
        (
            "{foreach: {field: l, ignore_failure: true, processor: {fail: {message: m}}}}",
            vec![format!("foreach error_ignored {m} {{}} -")],
        ),
    ] {
        assert_eq!(told(processors, false), expected, "{processors}");
    }
}

#[test]
fn a_person_is_told_of_every_step_and_what_it_changed() {
    assert_eq!(
        told("{set: {field: x, value: 2}}, {remove: {field: l}}, {set: {field: _index, value: z}}", true),
        [
            r#"set success {} - @0 {"x":{"before":1,"after":2}}"#,
            r#"remove success {} - @0 {"l":{"before":["p","q"]}}"#,
            r#"set success {} - @0 {"_index":{"before":"_index","after":"z"}}"#,
        ]
    );
    let inside = told(
        "{foreach: {field: l, processor: {foreach: {field: l, processor: {uppercase: {field: _ingest._value}}}}}}",
        true,
    );
    let ends: Vec<&str> = inside.iter().map(|line| &line[line.find('@').unwrap()..]).collect();
    let [p, q] =
        ["p", "q"].map(|c| format!(r#"@2 {{"_ingest._value":{{"before":"{c}","after":"{}"}}}}"#, c.to_uppercase()));
    assert_eq!(ends.len(), 7, "{inside:?}");
    assert_eq!([ends[2], ends[3]], [&p, &q]);
    let called = told("{foreach: {field: l, processor: {pipeline: {name: inner}}}}", true);
    let set = r#"set success [in] {"i":1} inner @2 {"i":{"after":1}}"#;
    assert_eq!(
        called[..4],
        ["foreach success {\"i\":1} - @0 {}", "pipeline success @1 {}", set, "set skipped if=false @2 {}"]
    );
    assert_eq!(
        told("{set: {if: ctx.q.r==1, field: a, value: 1, on_failure: [{set: {field: c, value: 1}}]}}", true).len(),
        1
    );
}

#[test]
fn items_of_a_request() {
    let read = |item: Value| {
        let arena = Arena::new();
        let text = item.to_string();
        let value = crate::document::parse(&text, &arena).unwrap();
        match from_item(value, &arena, jiff::Timestamp::UNIX_EPOCH) {
            Err(error) => format!("{}: {}", error.kind.name(), error.reason),
            Ok(doc) => {
                let mut out = Vec::new();
                answer::write_document(&doc, &mut out);
                let mut json: Value = serde_json::from_slice(&out).unwrap();
                json.as_object_mut().unwrap().remove("_ingest");
                json.to_string()
            }
        }
    };
    for (item, expected) in [
        (json!(1), "illegal_argument_exception: malformed [docs] section, should include an inner object"),
        (json!({}), "parse_exception: [_source] required property is missing"),
        (json!({"_source": 1}), "parse_exception: [_source] property isn't a map, but of type [java.lang.Integer]"),
        (json!({"_source": {}, "_version": "x"}), "number_format_exception: For input string: \"x\""),
        (json!({"_source": {}, "_version_type": "bad"}), "illegal_argument_exception: No version type match [bad]"),
    ] {
        assert_eq!(read(item), expected);
    }
    let read: Value = serde_json::from_str(&read(
        json!({"_index": 5, "_id": true, "_routing": "r", "_version": "7", "_if_seq_no": 3, "_foo": 1, "_source": {"x": 1}}),
    ))
    .unwrap();
    let expected =
        json!({"_index": "5", "_id": "true", "_routing": "r", "_version": "7", "_if_seq_no": "3", "_source": {"x": 1}});
    assert_eq!(read, expected);
}

#[test]
fn numbers_are_the_same_however_they_are_written() {
    for (a, b, equal) in [
        ("1", "1.0", true),
        ("9007199254740993", "9007199254740992", false),
        ("[1, {\"a\": 2}]", "[1.0, {\"a\": 2e0}]", true),
        ("1", "\"1\"", false),
        ("null", "false", false),
    ] {
        let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(same(&read(a), &read(b)), equal, "{a} {b}");
    }
}
