//! Documents that were written before their verdict came get it later: in a data stream that rolls over meanwhile, in an index that
//! refuses writes for a while, and never to the loss of what a line says by itself.

use crate::surroundings::{Program, count, elasticsearch, eventually, variable};
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

/// How long the model takes: far longer than records wait.
const MODEL_DELAY: Duration = Duration::from_secs(8);

/// A model server that calls what mentions a gasket an anomaly, after a while.
fn slow_model() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    listener.set_nonblocking(true).unwrap();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            let answer = |body: axum::Json<Value>| async move {
                tokio::time::sleep(MODEL_DELAY).await;
                axum::Json(grade(&body))
            };
            axum::serve(listener, axum::Router::new().route("/api/chat", axum::routing::post(answer))).await.unwrap();
        });
    });
    url
}

fn grade(body: &Value) -> Value {
    let user = body["messages"][1]["content"].as_str().unwrap();
    let mut verdicts: Vec<Value> = Vec::new();
    for part in user.split("\nid ").skip(1) {
        let id: String = part.chars().take_while(|c| c.is_alphanumeric()).collect();
        let template = part.lines().find_map(|line| line.split_once(" template: ")).unwrap().1;
        let faults = ["gasket", "lost", "panic", "corrupt", "memory", "system full", "failure", "损坏"];
        let is_anomaly = faults.iter().any(|fault| template.contains(fault));
        let (verdict, severity) = if is_anomaly { ("anomaly", "CRITICAL") } else { ("normal", "INFO") };
        verdicts.push(json!({ "id": id, "reason": "seen late", "category": "hardware", "severity": severity,
            "verdict": verdict, "score": if is_anomaly { 0.9 } else { 0.1 } }));
    }
    json!({ "message": { "content": json!({ "verdicts": verdicts }).to_string() }, "done": true, "done_reason": "stop" })
}

fn append(path: &Path, lines: &[String]) {
    let mut file = fs::File::options().create(true).append(true).open(path).unwrap();
    lines.iter().for_each(|line| writeln!(file, "{line}").unwrap());
}

#[test]
#[ignore = "needs servers: tests/run e2e"]
fn late_verdicts_mend_what_was_written() {
    let run = std::process::id();
    let (stream_name, blocked_name) = (format!("logs-late{run}-test"), format!("late-blocked-{run}"));
    let folder = tempfile::tempdir().unwrap();
    let (stream_lines, blocked_lines) = (folder.path().join("stream.log"), folder.path().join("blocked.log"));
    let configuration = folder.path().join("logboom.yml");
    let text = format!(
        r#"data_dir: {data}
sources:
  stream: {{ type: file, paths: ["{stream}"] }}
  blocked: {{ type: file, paths: ["{blocked}"] }}
routes:
  - {{ name: blocked, match: {{ message: "blocked*" }}, to: {{ index: {blocked_name} }} }}
  - {{ name: default, to: {{ data_stream: {stream_name} }} }}
scoring: {{ judges: [rules, ollama], deadline: 300ms, ollama: {{ url: "{model}", model: m, timeout: 30s }} }}
outputs:
  elasticsearch: {{ urls: ["{es}"] }}
"#,
        data = folder.path().join("data").display(),
        stream = stream_lines.display(),
        blocked = blocked_lines.display(),
        model = slow_model(),
        es = variable("ES_URL"),
    );
    fs::write(&configuration, text).unwrap();
    append(&stream_lines, &(0..50).map(|n| format!("pump {n}: gasket is worn")).collect::<Vec<_>>());
    append(&stream_lines, &["valve 7 set to 1".into(), "valve 8 set to 2宕机".into()]);
    append(&blocked_lines, &["blocked motor 3: gasket is worn".into()]);
    let template = json!({ "index_patterns": ["logs-late*"], "data_stream": {}, "priority": 900 });
    elasticsearch("PUT", "/_index_template/late-verdicts", Some(&template)).unwrap();
    let program = Program::logboom(&configuration, folder.path().join("logboom.log"));
    let patience = Duration::from_secs(60);
    let exactly = |pattern: &str, query: &str, expected: u64| {
        let found = count(pattern, query)?;
        if found == expected { Ok(()) } else { Err(format!("{found} of {expected} for {query}")) }
    };
    eventually("documents that wait", patience, || exactly(&stream_name, "anomaly.status:pending", 51));
    eventually("the blocked index", patience, || exactly(&blocked_name, "anomaly.status:pending", 1));
    assert_eq!(
        count(&stream_name, "anomaly.status:scored%20AND%20anomaly.judge:rules"),
        Ok(1),
        "the rules need no model"
    );
    // While the model thinks: the stream rolls over and more lines of the same template come; the other index refuses changes.
    elasticsearch("POST", &format!("/{stream_name}/_rollover"), None).unwrap();
    append(&stream_lines, &(50..60).map(|n| format!("pump {n}: gasket is worn")).collect::<Vec<_>>());
    let block = |on: bool| {
        elasticsearch("PUT", &format!("/{blocked_name}/_settings"), Some(&json!({ "index.blocks.write": on })))
    };
    block(true).unwrap();
    eventually("the stream's documents are mended", patience, || {
        exactly(&stream_name, "anomaly.verdict:anomaly%20AND%20anomaly.status:scored%20AND%20anomaly.judge:ollama", 60)
    });
    eventually("nothing is left pending", patience, || exactly(&stream_name, "anomaly.status:pending", 0));
    assert_eq!(count(&stream_name, "anomaly.verdict:normal%20AND%20anomaly.judge:ollama"), Ok(1));
    assert_eq!(
        count(&stream_name, "anomaly.verdict:anomaly%20AND%20anomaly.judge:rules"),
        Ok(1),
        "a model never lowers"
    );
    assert_eq!(count(&blocked_name, "anomaly.status:pending"), Ok(1), "the index refuses changes");
    block(false).unwrap();
    eventually("the other index is mended", patience, || exactly(&blocked_name, "anomaly.judge:ollama", 1));
    assert!(program.stop().success());
}
