//! The main job under fire: 100,000 lines of eight kinds (three of them other systems' own logs where `../shared/data` is there) through Filebeat and Kafka while logboom is killed with SIGKILL and
//! restarted three times. Every line must be in Elasticsearch exactly once, in its data stream, with its fields; and planted faults must
//! reach a webhook within seconds.

use super::surroundings::{Program, count, elasticsearch, eventually, project, stack, variable};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Lines of all kinds together; `LOGBOOM_E2E_LINES` changes it.
const LINES_DEFAULT: usize = 100_000;
const KINDS: [&str; 8] = ["nginx-access", "nginx-error", "syslog", "java", "json", "apache-error", "auth", "text"];
const KILLS: usize = 3;
/// Faults planted while the job runs, each of a service of its own.
const FAULTS: usize = 20;

/// The lines of a kind: a real system's own, over and over, where there are any.
fn lines(kind: &str, count: usize) -> String {
    let real = match kind {
        "apache-error" => "Apache/Apache_2k.log",
        "auth" => "OpenSSH/OpenSSH_2k.log",
        "text" => "Hadoop/Hadoop_2k.log",
        _ => "",
    };
    let shared = std::env::var_os("LOGBOOM_SHARED").map_or_else(|| project("../shared"), Into::into);
    match fs::read_to_string(shared.join("data/loghub").join(real)) {
        Ok(text) => text.lines().filter(|line| !line.trim().is_empty()).cycle().take(count).fold(
            String::new(),
            |mut all, line| {
                let _ = writeln!(all, "{line}");
                all
            },
        ),
        Err(_) => (0..count).map(|n| line(kind, n) + "\n").collect(),
    }
}

/// A line of a kind; `n` makes each its own.
fn line(kind: &str, n: usize) -> String {
    let (second, minute) = (n % 60, n / 60 % 60);
    match kind {
        "nginx-access" => format!(
            "10.1.{}.{} - - [23/Nov/2026:02:{minute:02}:{second:02} +0000] \"GET /orders/{n} HTTP/1.1\" 200 {} \"-\" \"curl/8.5.0\"",
            n % 250,
            n / 250 % 250,
            n % 9_000 + 100
        ),
        "nginx-error" => format!(
            "2026/11/23 02:{minute:02}:{second:02} [warn] 71#71: *{n} an upstream response is buffered to a temporary file, client: 10.2.3.4"
        ),
        "syslog" => {
            format!("Nov 23 02:{minute:02}:{second:02} web-{} systemd[1]: Started Session {n} of User deploy.", n % 20)
        }
        "java" => format!(
            "2026-11-23 02:{minute:02}:{second:02}.123  INFO 1 --- [exec-{}] c.e.shop.OrderService : Order {n} accepted",
            n % 16
        ),
        "json" => format!(
            r#"{{"@timestamp":"2026-11-23T02:{minute:02}:{second:02}.000Z","log.level":"info","message":"payment {n} authorised"}}"#
        ),
        "apache-error" => {
            format!("[Mon Nov 23 02:{minute:02}:{second:02} 2026] [notice] child {n} ready")
        }
        "auth" => {
            format!(
                "Nov 23 02:{minute:02}:{second:02} web-1 sshd[{n}]: Accepted publickey for deploy from 10.0.0.7 port 5000"
            )
        }
        _ => format!("2026-11-23 02:{minute:02}:{second:02} INFO 订单 {n} 处理完成"),
    }
}

/// The configuration of the job.
fn configuration(folder: &Path, hook: u16, run: &str) -> String {
    let routes: String = [
        ("nginx-access", "nginx-access", "nginx.access"),
        ("nginx-error", "nginx-error", "nginx.error"),
        ("syslog", "system-syslog", "system.syslog"),
        ("java", "java-spring", "java.spring"),
        ("json", "generic-json", "app.json"),
        ("apache-error", "apache-error", "apache.error"),
        ("auth", "system-auth", "system.auth"),
        ("text", "generic-text", "app.text"),
    ]
    .iter()
    .fold(String::new(), |mut text, (kind, pipeline, dataset)| {
        let _ = writeln!(
            text,
            "  - {{ name: {kind}, match: {{ fields.kind: {kind} }}, pipeline: {pipeline}, to: {{ data_stream: logs-{dataset}-{run} }}, alert: {{ policy: all }} }}"
        );
        text
    });
    format!(
        r#"data_dir: {data}
pipelines: {pipelines}
sources:
  filebeat: {{ type: kafka, brokers: ["{brokers}"], topics: [{run}], group: {run}, commit_interval: 200ms, properties: {{ session.timeout.ms: "6000", heartbeat.interval.ms: "1000" }} }}
routes:
{routes}  - {{ name: default, to: {{ data_stream: logs-default-{run} }} }}
scoring: {{ judges: [rules] }}
alerts:
  channels: {{ hook: {{ type: webhook, url: "http://127.0.0.1:{hook}/" }} }}
  policies: {{ all: {{ channels: [hook], min_severity: CRITICAL, group_by: [service.name] }} }}
outputs:
  elasticsearch: {{ urls: ["{es}"], bulk: {{ compression: none, bytes_max: 1mb }} }}
"#,
        data = folder.join("data").display(),
        pipelines = project("pipelines").display(),
        brokers = variable("KAFKA_BROKERS"),
        es = variable("ES_URL"),
    )
}

fn filebeat_configuration(logs: &Path, run: &str) -> String {
    let mut text = String::from("filebeat.inputs:\n");
    for kind in KINDS {
        let parser =
            if kind == "json" { "\n    parsers: [{ ndjson: { target: \"\", overwrite_keys: true } }]" } else { "" };
        let path = logs.join(kind).with_extension("log");
        writeln!(
            text,
            "  - type: filestream\n    id: {kind}\n    paths: [{}]\n    fields: {{ kind: {kind} }}\n    prospector.scanner.check_interval: 500ms\n    backoff.init: 100ms\n    backoff.max: 200ms{parser}",
            path.display()
        )
        .unwrap();
    }
    writeln!(
        text,
        "output.kafka: {{ hosts: [\"{}\"], topic: {run}, required_acks: 1, compression: lz4 }}\nqueue.mem.flush.timeout: 100ms",
        variable("KAFKA_BROKERS")
    )
    .unwrap();
    text
}

/// Alerts as a webhook got them, with when: milliseconds since the epoch.
type Received = Arc<Mutex<Vec<(u128, Value)>>>;

/// A webhook that takes every message.
fn webhook() -> (u16, Received) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let received = Received::default();
    let sink = received.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let sink = sink.clone();
            std::thread::spawn(move || answer(stream, &sink));
        }
    });
    (port, received)
}

fn answer(mut stream: std::net::TcpStream, sink: &Received) {
    let mut bytes = Vec::new();
    let mut part = [0; 16 * 1024];
    while let Ok(n @ 1..) = stream.read(&mut part) {
        bytes.extend_from_slice(&part[..n]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length =
            head.lines().find_map(|l| l.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
        if length.is_some_and(|length: usize| body.len() < length) {
            continue;
        }
        sink.lock().unwrap().push((now_ms(), serde_json::from_str(body).unwrap_or_default()));
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        bytes.clear();
    }
}

fn now_ms() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()
}

#[test]
#[ignore = "needs servers: tests/run e2e"]
fn every_line_once_under_sigkill() {
    let run = &format!("once{}", std::process::id());
    let streams = &format!("logs-*-{run}");
    let all = std::env::var("LOGBOOM_E2E_LINES").ok().and_then(|n| n.parse().ok()).unwrap_or(LINES_DEFAULT);
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("logs");
    fs::create_dir_all(&logs).unwrap();
    let per_kind = all / KINDS.len();
    for kind in KINDS {
        fs::write(logs.join(kind).with_extension("log"), lines(kind, per_kind)).unwrap();
    }
    let (hook, received) = webhook();
    let config = folder.path().join("logboom.yml");
    fs::write(&config, configuration(folder.path(), hook, run)).unwrap();
    let beat = folder.path().join("filebeat.yml");
    fs::write(&beat, filebeat_configuration(&logs, run)).unwrap();
    stack("kafka.sh", &["topic", run, "4"]);
    let setup =
        Program::command("setup", &config).arg("--kibana").arg(folder.path().join("k.ndjson")).output().unwrap();
    assert!(setup.status.success(), "{}", String::from_utf8_lossy(&setup.stderr));

    let _filebeat = Program::filebeat(&beat, &folder.path().join("beat"), &[]);
    let log = folder.path().join("logboom.log");
    let mut job = Program::logboom(&config, log.clone());
    let started = Instant::now();
    let total = (per_kind * KINDS.len()) as u64;
    // Killed when a quarter, a half, three quarters are there: always with much in flight.
    for kill in 1..=KILLS as u64 {
        let until = total * kill / (KILLS as u64 + 1);
        eventually("progress before a kill", Duration::from_secs(240), || match count(streams, "*:*")? {
            found if found >= until => Ok(()),
            found => Err(format!("{found} of {until}")),
        });
        job.signal("KILL");
        drop(job);
        job = Program::logboom(&config, log.clone());
    }
    eventually("all lines", Duration::from_secs(300), || match count(streams, "*:*")? {
        found if found >= total => Ok(()),
        found => Err(format!("{found} of {total}")),
    });
    println!("{total} lines are there after {:.1} s", started.elapsed().as_secs_f64());

    let written = plant_faults(&logs);
    let expected = total + FAULTS as u64;
    eventually("faults indexed", Duration::from_secs(60), || match count(streams, "*:*")? {
        found if found >= expected => Ok(()),
        found => Err(format!("{found} of {expected}")),
    });
    let delays = delays(&received, &written);
    println!(
        "line written to alert received: p50 {} ms, max {} ms",
        delays[delays.len() / 2],
        delays[delays.len() - 1]
    );
    assert!(delays[delays.len() - 1] < 30_000, "an alert took too long: {delays:?}");

    assert_eq!(job.stop().code(), Some(0));
    assert_eq!(count(streams, "*:*"), Ok(expected), "nothing is there twice, nothing is missing");
    each_line_is_there(run, per_kind);
    each_kind_has_its_fields(run, per_kind as u64);
    let dead = fs::read_to_string(folder.path().join("data/dead-letters.ndjson")).unwrap_or_default();
    assert_eq!(dead, "", "no dead letters");
}

/// Writes a line of a failing service every so often; gives when each was written.
fn plant_faults(logs: &Path) -> Vec<u128> {
    let mut file = fs::File::options().append(true).open(logs.join("json.log")).unwrap();
    (0..FAULTS)
        .map(|n| {
            std::thread::sleep(Duration::from_millis(300));
            let fault = json!({"service.name": format!("fault-{n}"), "log.level": "error", "message": "数据库宕机，无法连接 db-7"});
            writeln!(file, "{fault}").unwrap();
            now_ms()
        })
        .collect()
}

/// From each fault's line to its alert, sorted.
fn delays(received: &Received, written: &[u128]) -> Vec<u128> {
    let mut delays: Vec<u128> = (0..written.len())
        .map(|n| {
            eventually("an alert", Duration::from_secs(30), || {
                let received = received.lock().unwrap();
                let name = format!("fault-{n}");
                let found = received.iter().find(|(_, alert)| alert["labels"]["service_name"] == name.as_str());
                found
                    .map(|(at, _)| at.saturating_sub(written[n]))
                    .ok_or(format!("{} alerts, none of {name}", received.len()))
            })
        })
        .collect();
    delays.sort_unstable();
    delays
}

/// Every number of every kind is in its data stream exactly once: the count is right, and so is the number of distinct file offsets.
fn each_line_is_there(run: &str, per_kind: usize) {
    for kind in KINDS {
        let query = json!({
            "size": 0, "track_total_hits": true, "query": {"term": {"fields.kind": kind}},
            "aggs": {"lines": {"cardinality": {"field": "log.offset", "precision_threshold": 40000}}}
        });
        let found = elasticsearch("POST", &format!("/logs-*-{run}/_search"), Some(&query)).unwrap();
        let hits = found["hits"]["total"]["value"].as_u64().unwrap();
        let wanted = per_kind as u64 + if kind == "json" { FAULTS as u64 } else { 0 };
        assert_eq!(hits, wanted, "{kind}");
        let distinct = found["aggregations"]["lines"]["value"].as_f64().unwrap();
        assert!(
            (distinct - wanted as f64).abs() <= wanted as f64 * 0.01,
            "{kind}: {distinct} distinct offsets of {wanted}"
        );
    }
}

fn each_kind_has_its_fields(run: &str, per_kind: u64) {
    for (dataset, fields) in [
        ("nginx.access", "source.address:* AND http.response.status_code:200 AND url.original:*"),
        ("nginx.error", "log.level:warn AND process.pid:71"),
        ("system.syslog", "host.hostname:web* AND process.name:systemd"),
        ("java.spring", "log.level:INFO AND log.logger:*"),
        ("app.json", "log.level:info"),
        ("apache.error", "log.level:* AND message:*"),
        ("system.auth", "process.name:sshd AND process.pid:*"),
        ("app.text", "log.level:*"),
    ] {
        for query in [fields, "anomaly.status:scored AND anomaly.template.id:*"] {
            let encoded = query.replace(' ', "%20");
            let found = count(&format!("logs-{dataset}-{run}"), &encoded).unwrap();
            assert!(found >= per_kind, "{dataset}: {found} of {per_kind} have {query}");
        }
    }
}
