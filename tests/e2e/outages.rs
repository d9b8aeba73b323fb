//! Kafka and Elasticsearch away at start and during the work, stopped and killed: logboom stays up, says that it is not ready, and goes on
//! where it was. Filebeat gives each line its `_id`, so that even what Filebeat sends twice is there once.

use super::surroundings::{Program, count, eventually, free_port, http, project, stack, variable};
use std::fmt::Write as _;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

/// Lines before, between and after the outages.
const LINES: usize = 2_000;
/// Kafka, Elasticsearch and Filebeat all take their time to find each other again.
const PATIENCE: Duration = Duration::from_secs(180);

#[test]
#[ignore = "needs servers: tests/run e2e"]
fn servers_go_and_come_back() {
    let run = &format!("outage{}", std::process::id());
    let stream = &format!("logs-app.text-{run}");
    let folder = tempfile::tempdir().unwrap();
    let lines = folder.path().join("app.log");
    let console = format!("127.0.0.1:{}", free_port());
    let configuration = configuration(folder.path(), run, &console);
    stack("kafka.sh", &["topic", run, "2"]);
    let log = folder.path().join("logboom.log");

    stack("kafka.sh", &["stop"]);
    stack("elasticsearch.sh", &["stop"]);
    let mut job = Program::logboom(&configuration, log);
    eventually("being alive without servers", Duration::from_secs(20), || ready(&console, 503));
    append(&lines, 0);
    let _filebeat = filebeat(folder.path(), &lines, run);
    std::thread::sleep(Duration::from_secs(2));
    assert!(job.runs(), "it waits for its servers");
    stack("kafka.sh", &["start"]);
    stack("elasticsearch.sh", &["start"]);
    all(stream, LINES);
    eventually("readiness", PATIENCE, || ready(&console, 200));

    stack("elasticsearch.sh", &["kill"]);
    append(&lines, 1);
    std::thread::sleep(Duration::from_secs(3));
    stack("elasticsearch.sh", &["start"]);
    all(stream, 2 * LINES);

    stack("kafka.sh", &["kill"]);
    append(&lines, 2);
    std::thread::sleep(Duration::from_secs(3));
    stack("kafka.sh", &["start"]);
    all(stream, 3 * LINES);
    assert!(job.runs());
    assert_eq!(job.stop().code(), Some(0));
    assert_eq!(count(stream, "*:*"), Ok(3 * LINES as u64), "nothing is there twice");
    let dead = fs::read_to_string(folder.path().join("data/dead-letters.ndjson")).unwrap_or_default();
    assert_eq!(dead, "", "an outage is no reason for dead letters");
}

fn configuration(folder: &Path, run: &str, console: &str) -> std::path::PathBuf {
    let path = folder.join("logboom.yml");
    let text = format!(
        r#"data_dir: {data}
pipelines: {pipelines}
sources: {{ filebeat: {{ type: kafka, brokers: ["{brokers}"], topics: [{run}], group: {run} }} }}
routes: [{{ name: default, pipeline: generic-text, to: {{ data_stream: logs-app.text-{run} }} }}]
scoring: {{ judges: [rules] }}
console: {{ listen: "{console}" }}
outputs: {{ elasticsearch: {{ urls: ["{es}"] }} }}
"#,
        data = folder.join("data").display(),
        pipelines = project("pipelines").display(),
        brokers = variable("KAFKA_BROKERS"),
        es = variable("ES_URL"),
    );
    fs::write(&path, text).unwrap();
    path
}

fn filebeat(folder: &Path, lines: &Path, topic: &str) -> Program {
    let path = folder.join("filebeat.yml");
    let text = format!(
        r#"filebeat.inputs: [{{ type: filestream, id: app, paths: ["{}"], prospector.scanner.check_interval: 500ms }}]
processors: [{{ fingerprint: {{ fields: [log.file.path, log.offset], target_field: "@metadata._id" }} }}]
output.kafka: {{ hosts: ["{}"], topic: {topic}, required_acks: -1, max_retries: -1, backoff.max: 2s }}
"#,
        lines.display(),
        variable("KAFKA_BROKERS"),
    );
    fs::write(&path, text).unwrap();
    Program::filebeat(&path, &folder.join("beat"), &[])
}

fn append(path: &Path, part: usize) {
    let text = (part * LINES..(part + 1) * LINES).fold(String::new(), |mut text, n| {
        writeln!(text, "2026-11-23 02:00:00 INFO order {n} taken").unwrap();
        text
    });
    fs::File::options().create(true).append(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
}

fn ready(console: &str, wanted: u16) -> Result<(), String> {
    match http("GET", &format!("http://{console}/health/ready"), None)? {
        (status, _) if status == wanted => Ok(()),
        (status, body) => Err(format!("{status} {body}")),
    }
}

fn all(stream: &str, wanted: usize) {
    eventually("all lines", PATIENCE, || match count(stream, "*:*")? {
        found if found >= wanted as u64 => Ok(()),
        found => Err(format!("{found} of {wanted}")),
    });
}
