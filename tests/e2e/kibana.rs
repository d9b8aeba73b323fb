//! What a person asks in Kibana, asked of the real server: the saved searches that `logboom setup` hands out, in Kibana's own query language,
//! and what a dashboard adds up. Also: a field that is an object in one document and text in the next.

use super::surroundings::{Program, count, elasticsearch, eventually, variable};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::time::Duration;

const LINES: usize = 60;

#[test]
#[ignore = "needs servers: tests/run e2e"]
fn people_find_what_was_scored() {
    let run = &format!("kibana{}", std::process::id());
    let (stream, alerts) = (&format!("logs-app-{run}"), &format!("alerts-{run}"));
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("app.ndjson"), documents()).unwrap();
    let configuration = folder.path().join("logboom.yml");
    fs::write(&configuration, settings(folder.path(), stream, alerts)).unwrap();
    let objects = folder.path().join("kibana.ndjson");
    let setup = || {
        let done = Program::command("setup", &configuration).arg("--kibana").arg(&objects).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        fs::read_to_string(&objects).unwrap()
    };
    let first = setup();
    assert_eq!(first, setup(), "doing it again changes nothing");

    let job = Program::logboom(&configuration, folder.path().join("logboom.log"));
    let wanted = LINES as u64 - 1;
    eventually("the documents", Duration::from_secs(60), || match count(stream, "*:*")? {
        found if found == wanted => Ok(()),
        found => Err(format!("{found} of {wanted}")),
    });
    eventually("the alert", Duration::from_secs(30), || match count(&format!("{alerts}*"), "alert.state:firing") {
        Ok(1) => Ok(()),
        other => Err(format!("{other:?}")),
    });
    assert_eq!(job.stop().code(), Some(0));

    saved_searches(&first, stream, alerts);
    typed(stream);
    added_up(stream);
    conflict(folder.path());
}

/// Every tenth is a fault; the last but one has text where the others have an object, and cannot be indexed.
fn documents() -> String {
    (0..LINES)
        .map(|n| {
            let mut document = json!({ "@timestamp": format!("2026-11-23T02:{:02}:00Z", n % 60), "log": {"level": "info"},
                "message": format!("order {n} taken"), "service": {"name": if n % 2 == 0 { "shop" } else { "stock" }},
                "customer": {"name": "Li"}, "response_time_ms": n });
            if n % 10 == 0 {
                document["message"] = json!(format!("数据库宕机，无法连接 db-{n}"));
                document["log"]["level"] = json!("error");
            }
            if n + 2 == LINES {
                document["customer"] = json!("Li");
            }
            format!("{document}\n")
        })
        .collect()
}

fn settings(folder: &Path, stream: &str, alerts: &str) -> String {
    format!(
        r#"data_dir: {data}
sources: {{ app: {{ type: file, paths: ["{lines}"], codec: json }} }}
routes: [{{ name: default, to: {{ data_stream: {stream} }}, alert: {{ policy: all }} }}]
scoring: {{ judges: [rules] }}
alerts: {{ index: {alerts}, policies: {{ all: {{ min_severity: CRITICAL, group_by: [service.name] }} }} }}
outputs: {{ elasticsearch: {{ urls: ["{es}"] }} }}
"#,
        data = folder.join("data").display(),
        lines = folder.join("app.ndjson").display(),
        es = variable("ES_URL"),
    )
}

fn hits(index: &str, query: &Value) -> u64 {
    let found = elasticsearch("POST", &format!("/{index}/_search"), Some(&json!({ "size": 0, "query": query })));
    found.unwrap()["hits"]["total"]["value"].as_u64().unwrap()
}

/// Runs the query of each saved search and looks for its columns in the mapping.
fn saved_searches(ndjson: &str, stream: &str, alerts: &str) {
    let objects: Vec<Value> = ndjson.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut tried = 0;
    for object in objects.iter().filter(|object| object["type"] == "search") {
        let source = object["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"].as_str().unwrap();
        let source: Value = serde_json::from_str(source).unwrap();
        assert_eq!(source["query"]["language"], "kuery");
        let index = match object["references"][0]["id"].as_str().unwrap() {
            "logboom-alerts" => format!("{alerts}*"),
            _ => stream.to_owned(),
        };
        let (id, wanted) = match object["id"].as_str().unwrap() {
            id @ "logboom-anomalies" => (id, 6),
            id @ "logboom-pending" => (id, 0),
            id @ "logboom-firing" => (id, 1),
            id => panic!("{id}: say what it finds"),
        };
        assert_eq!(hits(&index, &json!({ "kql": {"query": source["query"]["query"]} })), wanted, "{id}");
        let capabilities = elasticsearch("GET", &format!("/{index}/_field_caps?fields=*"), None).unwrap();
        for column in object["attributes"]["columns"].as_array().unwrap() {
            let column = column.as_str().unwrap();
            let is_ours = column.starts_with("anomaly.") || column.starts_with("alert.");
            assert!(!is_ours || capabilities["fields"][column].is_object(), "{id}: no field {column}");
        }
        tried += 1;
    }
    assert_eq!(tried, 3);
}

/// Queries as a person types them.
fn typed(stream: &str) {
    for (query, wanted) in [
        (r#"anomaly.verdict : "anomaly" and service.name : "shop""#, 6),
        (r#"anomaly.verdict : "anomaly" and service.name : "stock""#, 0),
        (r#"anomaly.verdict : anomaly and not service.name : stock"#, 6),
        (r#"anomaly.severity : "CRITICAL" or anomaly.severity : "ERROR""#, 6),
        ("anomaly.score >= 0.5", 6),
        (r#"anomaly.template.text : "order <*> taken""#, 53),
        (r#"message : 宕机"#, 6),
        ("response_time_ms > 49 and anomaly.status : scored", 9),
    ] {
        assert_eq!(hits(stream, &json!({ "kql": {"query": query} })), wanted, "{query}");
    }
}

/// What a dashboard shows: top templates, severity over time.
fn added_up(stream: &str) {
    let body = json!({ "size": 0, "aggs": {
        "templates": {"terms": {"field": "anomaly.template.id", "size": 5}},
        "over_time": {"date_histogram": {"field": "@timestamp", "fixed_interval": "30m"},
            "aggs": {"severity": {"terms": {"field": "anomaly.severity"}}}},
        "score": {"max": {"field": "anomaly.score"}}
    }});
    let found = elasticsearch("POST", &format!("/{stream}/_search"), Some(&body)).unwrap();
    let counts = |buckets: &Value| -> Vec<u64> {
        buckets.as_array().unwrap().iter().map(|bucket| bucket["doc_count"].as_u64().unwrap()).collect()
    };
    assert_eq!(counts(&found["aggregations"]["templates"]["buckets"]), [53, 6]);
    let over_time = &found["aggregations"]["over_time"]["buckets"];
    assert_eq!(counts(over_time), [30, 29]);
    for (part, severities) in [(0, [27, 3]), (1, [26, 3])] {
        assert_eq!(counts(&over_time[part]["severity"]["buckets"]), severities);
        assert_eq!(over_time[part]["severity"]["buckets"][1]["key"], "CRITICAL");
    }
    assert!(found["aggregations"]["score"]["value"].as_f64().unwrap() > 0.5);
}

/// The one document that the mapping refuses is a dead letter that says so.
fn conflict(folder: &Path) {
    let letters = fs::read_to_string(folder.join("data/dead-letters.ndjson")).unwrap();
    let letters: Vec<Value> = letters.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(letters.len(), 1, "{letters:?}");
    let text = letters[0].to_string();
    assert!(text.contains("document_parsing_exception") && text.contains("customer"), "{text}");
}
