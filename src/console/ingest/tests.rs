//! Requests and what a node (8.19.8) answered to them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use serde_json::{Value, json};

const SIMULATE: &str = "/_ingest/pipeline/_simulate";

fn ask_media(store: &Store, method: &str, target: &str, body: &[u8], media: Media) -> (u16, Value) {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let parts = path.split('/').filter(|part| !part.is_empty());
    let call = Call {
        method: method.parse().unwrap(),
        path: path.to_owned(),
        parts: parts.map(|part| percent_decode_str(part).decode_utf8().unwrap().into_owned()).collect(),
        query: Query::parse(query),
        media,
        body: body.to_vec(),
    };
    let answer = call.answer(store);
    (answer.status.as_u16(), serde_json::from_slice(&answer.body).unwrap())
}

fn ask(store: &Store, method: &str, target: &str, body: &str) -> (u16, Value) {
    ask_media(store, method, target, body.as_bytes(), Media::Json)
}

fn store() -> Store {
    let store = Store::open(None, None).unwrap();
    let set = r#"{"processors":[{"set":{"field":"a","value":1}}],"version":3}"#;
    assert_eq!(ask(&store, "PUT", "/_ingest/pipeline/one", set), (200, json!({"acknowledged": true})));
    store
}

/// Each `(method, target, body, status, exception)`: the exception without its `root_cause`.
#[test]
fn wrong_requests_are_told_so_as_by_the_node() {
    let store = store();
    let parse =
        |reason: &str, property: &str| json!({"type": "parse_exception", "reason": reason, "property_name": property});
    let illegal = |reason: &str| json!({"type": "illegal_argument_exception", "reason": reason});
    let docs = r#""docs":[{"_source":{"x":1}}]"#;
    let with = |processor: &str| format!(r#"{{"pipeline":{{"processors":[{processor}]}},{docs}}}"#);
    let unknown = "processor [set] doesn't support one or more provided configuration parameters [bogus, more]";
    for (method, target, body, status, exception) in [
        (
            "POST",
            SIMULATE,
            String::new(),
            400,
            json!({"type": "parse_exception", "reason": "request body or source parameter is required"}),
        ),
        ("POST", SIMULATE, "[]".into(), 400, parse("[pipeline] required property is missing", "pipeline")),
        ("POST", SIMULATE, "{}".into(), 400, parse("[pipeline] required property is missing", "pipeline")),
        (
            "POST",
            SIMULATE,
            format!("{{\"pipeline\":[],{docs}}}"),
            400,
            parse("[pipeline] property isn't a map, but of type [java.util.ArrayList]", "pipeline"),
        ),
        (
            "POST",
            SIMULATE,
            format!("{{\"pipeline\":{{}},{docs}}}"),
            400,
            parse("[processors] required property is missing", "processors"),
        ),
        (
            "POST",
            SIMULATE,
            r#"{"pipeline":{"processors":[]}}"#.into(),
            400,
            parse("[docs] required property is missing", "docs"),
        ),
        (
            "POST",
            SIMULATE,
            r#"{"pipeline":{"processors":[]},"docs":{}}"#.into(),
            400,
            parse("[docs] property isn't a list, but of type [java.util.HashMap]", "docs"),
        ),
        (
            "POST",
            SIMULATE,
            r#"{"pipeline":{"processors":[]},"docs":[]}"#.into(),
            400,
            illegal("must specify at least one document in [docs]"),
        ),
        (
            "POST",
            SIMULATE,
            r#"{"pipeline":{"processors":[]},"docs":[1]}"#.into(),
            400,
            illegal("malformed [docs] section, should include an inner object"),
        ),
        (
            "POST",
            SIMULATE,
            r#"{"pipeline":{"processors":[]},"docs":[{}]}"#.into(),
            400,
            parse("[_source] required property is missing", "_source"),
        ),
        (
            "POST",
            SIMULATE,
            with(r#"{"sett":{}}"#),
            400,
            json!({"type": "parse_exception", "reason": "No processor type exists with name [sett]", "processor_type": "sett"}),
        ),
        (
            "POST",
            SIMULATE,
            with(r#"{"set":{"value":1,"tag":"tt"}}"#),
            400,
            json!({"type": "parse_exception", "reason": "[field] required property is missing", "property_name": "field", "processor_type": "set", "processor_tag": "tt"}),
        ),
        (
            "POST",
            SIMULATE,
            with(r#"{"set":{"field":"a","value":1,"bogus":1,"more":2}}"#),
            400,
            json!({"type": "parse_exception", "reason": unknown, "processor_type": "set"}),
        ),
        (
            "POST",
            SIMULATE,
            with(r#"{"set":{"field":5,"value":1}},{"grok":{}}"#),
            400,
            json!({
                "type": "parse_exception", "reason": "[field] property isn't a string, but of type [java.lang.Integer]", "property_name": "field", "processor_type": "set",
                "suppressed": [{"type": "parse_exception", "reason": "[field] required property is missing", "property_name": "field", "processor_type": "grok"}]
            }),
        ),
        (
            "PUT",
            "/_ingest/pipeline/b",
            r#"{"processors":[{"set":{"value":1,"field":"a","on_failure":[{"fail":{}}]}}],"on_failure":[{"nope":{}}]}"#
                .into(),
            400,
            json!({"type": "parse_exception", "reason": "[message] required property is missing", "property_name": "message", "processor_type": "fail"}),
        ),
        (
            "POST",
            SIMULATE,
            format!("{{\"pipeline\":{{\"processors\":[],\"bogus\":1}},{docs}}}"),
            400,
            json!({"type": "parse_exception", "reason": "pipeline [_simulate_pipeline] doesn't support one or more provided configuration parameters [bogus]"}),
        ),
        (
            "POST",
            "/_ingest/pipeline/nope/_simulate",
            format!("{{{docs}}}"),
            400,
            illegal("pipeline [nope] does not exist"),
        ),
        (
            "POST",
            "/_ingest/pipeline/one/_simulate?verbose=maybe",
            format!("{{{docs}}}"),
            400,
            illegal("Failed to parse value [maybe] as only [true] or [false] are allowed."),
        ),
        (
            "POST",
            "/_ingest/pipeline/one/_simulate?verbos=true",
            format!("{{{docs}}}"),
            400,
            illegal(
                "request [/_ingest/pipeline/one/_simulate] contains unrecognized parameter: [verbos] -> did you mean [verbose]?",
            ),
        ),
        (
            "PUT",
            "/_ingest/pipeline/one?if_version=2",
            r#"{"processors":[]}"#.into(),
            400,
            illegal("version conflict, required version [2] for pipeline [one] but current version is [3]"),
        ),
        (
            "PUT",
            "/_ingest/pipeline/one?if_version=3",
            r#"{"processors":[],"version":3}"#.into(),
            400,
            illegal("cannot update pipeline [one] with the same version [3]"),
        ),
        (
            "DELETE",
            "/_ingest/pipeline/nope*",
            String::new(),
            404,
            json!({"type": "resource_not_found_exception", "reason": "pipeline [nope*] is missing"}),
        ),
    ] {
        let (got, answer) = ask(&store, method, target, &body);
        let mut told = answer["error"].clone();
        told.as_object_mut().unwrap().remove("root_cause");
        assert_eq!((got, told), (status, exception), "{method} {target} {body}");
        assert_eq!(answer["error"]["root_cause"].as_array().map(Vec::len), Some(1));
    }
    for (method, target, error) in [
        (
            "POST",
            "/_ingest/pipeline",
            "Incorrect HTTP method for uri [/_ingest/pipeline] and method [POST], allowed: [GET]",
        ),
        (
            "DELETE",
            SIMULATE,
            "Incorrect HTTP method for uri [/_ingest/pipeline/_simulate] and method [DELETE], allowed: [GET, POST]",
        ),
    ] {
        assert_eq!(ask(&store, method, target, ""), (405, json!({"error": error, "status": 405})));
    }
    for body in ["{", "{\"pipeline\":}", "\u{0}", "[[[[", &"[".repeat(100_000)] {
        let (status, answer) = ask(&store, "POST", SIMULATE, body);
        assert_eq!(status, 400, "{answer}");
        assert!(answer["error"]["type"].as_str().unwrap().starts_with("x_content_"), "{answer}");
    }
    assert_eq!(ask_media(&store, "PUT", "/_ingest/pipeline/x", b"\xff{}", Media::Json).0, 400);
}

#[test]
fn a_script_that_does_not_compile_is_told_with_its_text() {
    let body = r#"{"processors":[{"set":{"if":"ctx.a ==","field":"a","value":1,"tag":"t"}}]}"#;
    let (status, answer) = ask(&store(), "PUT", "/_ingest/pipeline/x", body);
    let error = &answer["error"];
    assert_eq!((status, &error["type"], &error["reason"]), (400, &json!("script_exception"), &json!("compile error")));
    assert_eq!((&error["script"], &error["processor_tag"]), (&json!("ctx.a =="), &json!("t")));
    assert_eq!(error["position"], json!({"offset": 8, "start": 0, "end": 8}));
    assert_eq!(error["script_stack"], json!(["ctx.a ==", "        ^---- HERE"]));
    let cause = json!({"type": "illegal_argument_exception", "reason": "unexpected end of script."});
    assert_eq!(error["caused_by"], cause);
}

#[test]
fn pipelines_come_and_go() {
    let store = store();
    let get = |names: &str| ask(&store, "GET", &format!("/_ingest/pipeline/{names}"), "");
    assert_eq!(get("one").1["one"]["version"], 3);
    assert_eq!(get("*?filter_path=*.version"), (200, json!({"one": {"version": 3}})));
    assert_eq!(get("nope"), (404, json!({})));
    assert_eq!(get("nope*"), (404, json!({})));
    assert_eq!(ask(&Store::open(None, None).unwrap(), "GET", "/_ingest/pipeline", ""), (200, json!({})));
    // Names are names, not paths; a pipeline may call one that is not there yet.
    let calls = r#"{"processors":[{"pipeline":{"name":"later"}}],"_meta":{"a":1}}"#;
    for name in ["two", "..%2F..%2Fetc%2Fpasswd", "a%2Fb"] {
        assert_eq!(ask(&store, "PUT", &format!("/_ingest/pipeline/{name}"), calls).0, 200, "{name}");
    }
    assert_eq!(get("..%2F..%2Fetc%2Fpasswd").1["../../etc/passwd"]["_meta"], json!({"a": 1}));
    assert_eq!(get("one,two,nope?summary"), (200, json!({"one": {}, "two": {}})));
    let yaml =
        ask_media(&store, "PUT", "/_ingest/pipeline/y", b"processors:\n- set: {field: a, value: 1}\n", Media::Yaml);
    assert_eq!(yaml.0, 200);
    assert_eq!(ask(&store, "DELETE", "/_ingest/pipeline/*t*", "").0, 200);
    assert_eq!(get("*").1.as_object().unwrap().keys().collect::<Vec<_>>(), ["a/b", "one", "y"]);
    let long = "x".repeat(2_000);
    assert_eq!(ask(&store, "PUT", &format!("/_ingest/pipeline/{long}"), calls).0, 400);
}

#[test]
fn documents_are_simulated() {
    let store = store();
    let docs = r#"{"docs":[{"_source":{"x":1}},{"_index":"i","_id":"7","_source":{}}]}"#;
    let (status, answer) = ask(&store, "POST", "/_ingest/pipeline/one/_simulate", docs);
    assert_eq!((status, &answer["docs"][0]["doc"]["_source"]), (200, &json!({"x": 1, "a": 1})));
    assert_eq!(answer["docs"][1]["doc"]["_id"], "7");
    assert_eq!(answer["docs"][0]["doc"]["_version"], "-3");
    let (_, verbose) = ask(&store, "GET", "/_ingest/pipeline/one/_simulate?verbose", docs);
    let result = &verbose["docs"][0]["processor_results"][0];
    assert_eq!((&result["status"], &result["doc"]["_ingest"]["pipeline"]), (&json!("success"), &json!("one")));
    let failing = r#"{"pipeline":{"processors":[{"fail":{"message":"m"}}]},"docs":[{"_source":{}}]}"#;
    let exception = json!({"type": "fail_processor_exception", "reason": "m"});
    let expected =
        json!({"docs": [{"error": {"root_cause": [exception], "type": "fail_processor_exception", "reason": "m"}}]});
    assert_eq!(ask(&store, "POST", SIMULATE, failing), (200, expected));
    // The one that is brought may call those that are held.
    let brought = r#"{"pipeline":{"processors":[{"pipeline":{"name":"one"}},{"drop":{}}]},"docs":[{"_source":{}}]}"#;
    assert_eq!(ask(&store, "POST", SIMULATE, brought), (200, json!({"docs": [null]})));
    assert_eq!(ask(&store, "GET", "/_ingest/pipeline/_simulate_pipeline", "").0, 404, "it is not kept");
}

#[test]
fn pipelines_over_http_reach_no_files_and_no_servers() {
    let store = store();
    for processor in [
        r#"{"table":{"file":"/etc/passwd","format":"csv","field":"a","target_field":"b","key":"x"}}"#,
        r#"{"user_agent":{"field":"a","regex_file":"../../etc/passwd"}}"#,
        r#"{"enrich":{"policy_name":"p","field":"a","target_field":"b"}}"#,
        r#"{"http_lookup":{"url":"http://127.0.0.1:1/","field":"a","target_field":"b"}}"#,
    ] {
        let (status, answer) = ask(&store, "PUT", "/_ingest/pipeline/x", &format!("{{\"processors\":[{processor}]}}"));
        let reason = answer["error"]["reason"].as_str().unwrap();
        assert_eq!(status, 400);
        assert!(reason.contains("over HTTP"), "{processor}: {reason}");
    }
}

#[tokio::test]
async fn over_the_wire() {
    let listener = listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(serve(listener, Arc::new(store()), 10_000));
    let client = reqwest::Client::new();
    let about = client.get(&url).send().await.unwrap();
    assert_eq!(about.headers()["x-elastic-product"], "Elasticsearch");
    assert!(about.json::<Value>().await.unwrap()["version"]["number"].is_string());
    let head = client.head(&url).send().await.unwrap();
    assert_eq!((head.status().as_u16(), head.bytes().await.unwrap().len()), (200, 0));
    let put = |kind: &'static str, body: Vec<u8>| {
        client.put(format!("{url}/_ingest/pipeline/w")).header("content-type", kind).body(body).send()
    };
    let processors = br#"{"processors":[]}"#.to_vec();
    assert_eq!(put("text/plain", processors.clone()).await.unwrap().status(), 406);
    assert_eq!(put("application/json; charset=utf-8", processors.clone()).await.unwrap().status(), 200);
    assert_eq!(put("application/json", vec![b' '; 20_000]).await.unwrap().status(), 413);
    let bare = client.put(format!("{url}/_ingest/pipeline/w")).body(processors).send().await.unwrap();
    assert_eq!(bare.status(), 406);
    assert_eq!(client.get(format!("{url}/_ingest/pipeline/%ff")).send().await.unwrap().status(), 400);
    assert_eq!(client.get(format!("{url}/_nothing")).send().await.unwrap().status(), 400);
}
