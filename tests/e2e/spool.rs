//! Without Kafka: the real Filebeat with its default settings sends to logboom's http source while logboom, and then Filebeat too, is killed
//! with SIGKILL again and again, and a proxy between them swallows answers. Every line must be in Elasticsearch, and exactly once where `docs/sources/http.md` promises it.

use super::surroundings::{Program, count, elasticsearch, eventually, free_port, http, variable};
use serde_json::{Value, json};
use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Lines are written in so many portions, a moment apart, so that something is always on its way.
const PORTIONS: usize = 120;
const LINES_PER_PORTION: usize = 400;
const PORTION_EVERY: Duration = Duration::from_millis(100);
/// A process is killed after every so many portions.
const KILL_EVERY: usize = 15;
/// Of so many parts of answers one is swallowed, and the connection cut: Filebeat sends the request again.
const SWALLOW_EVERY: usize = 12;

struct Run {
    folder: tempfile::TempDir,
    /// Of this run only: the data stream's namespace.
    namespace: String,
    /// logboom's.
    port: u16,
    /// The proxy's, which Filebeat talks to.
    proxy: u16,
    swallowed: Arc<AtomicUsize>,
    console: u16,
}

impl Run {
    fn new(name: &str) -> Self {
        let namespace = format!("{name}{}", std::process::id());
        let port = free_port();
        let swallowed = Arc::<AtomicUsize>::default();
        let proxy = proxy(port, swallowed.clone());
        Self { folder: tempfile::tempdir().unwrap(), namespace, port, proxy, swallowed, console: free_port() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn logboom(&self, ids: &str) -> PathBuf {
        let text = format!(
            r#"data_dir: {data}
sources:
  beats: {{ type: http, listen: "127.0.0.1:{port}", ids: {ids}, commit_interval: 100ms }}
routes:
  - {{ name: default, to: {{ data_stream: logs-spool-{namespace} }} }}
outputs:
  elasticsearch: {{ urls: ["{es}"], bulk: {{ linger: 50ms }} }}
console: {{ listen: "127.0.0.1:{console}" }}
limits: {{ shutdown: 10s, in_flight: 8mb }}
"#,
            data = self.path("data").display(),
            port = self.port,
            namespace = self.namespace,
            console = self.console,
            es = variable("ES_URL"),
        );
        let path = self.path("logboom.yml");
        fs::write(&path, text).unwrap();
        path
    }

    /// Filebeat's own defaults, except that it looks and tries again sooner, to make the test short.
    fn filebeat(&self) -> Program {
        let text = format!(
            r#"filebeat.inputs:
  - type: filestream
    id: spool
    paths: [{lines}]
    prospector.scanner.check_interval: 500ms
    backoff.init: 50ms
    backoff.max: 100ms
filebeat.registry.flush: 1s
output.elasticsearch: {{ hosts: ["http://127.0.0.1:{port}"], backoff.init: 100ms, backoff.max: 500ms, bulk_max_size: 500 }}
queue.mem.flush.timeout: 100ms
"#,
            lines = self.path("lines.log").display(),
            port = self.proxy,
        );
        let path = self.path("filebeat.yml");
        fs::write(&path, text).unwrap();
        Program::filebeat(&path, &self.path("beat"), &[])
    }

    fn metric(&self, name: &str) -> Result<f64, String> {
        let (_, text) = http("GET", &format!("http://127.0.0.1:{}/metrics", self.console), None)?;
        let line = text.lines().find(|line| line.starts_with(name)).ok_or_else(|| format!("no {name}"))?;
        line.rsplit(' ').next().and_then(|n| n.parse().ok()).ok_or_else(|| line.to_owned())
    }

    fn stream(&self) -> String {
        format!("logs-spool-{}", self.namespace)
    }
}

/// Forwards connections to `port`; swallows some answers.
fn proxy(port: u16, swallowed: Arc<AtomicUsize>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let own = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let parts = Arc::new(AtomicUsize::new(1));
        for client in listener.incoming().map_while(Result::ok) {
            let Ok(server) = TcpStream::connect(("127.0.0.1", port)) else { continue };
            let (from_client, to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            std::thread::spawn(move || forward(from_client, to_server, || false));
            let (parts, swallowed) = (parts.clone(), swallowed.clone());
            let is_swallowed = move || {
                let is = parts.fetch_add(1, Ordering::Relaxed) % SWALLOW_EVERY == 0;
                swallowed.fetch_add(usize::from(is), Ordering::Relaxed);
                is
            };
            std::thread::spawn(move || forward(server, client, is_swallowed));
        }
    });
    own
}

fn forward(mut from: TcpStream, mut to: TcpStream, is_cut: impl Fn() -> bool) {
    let mut part = vec![0; 1 << 16];
    while let Ok(n @ 1..) = from.read(&mut part) {
        if is_cut() || to.write_all(&part[..n]).is_err() {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}

/// Appends a portion of lines; gives where each begins, which is what Filebeat calls its offset.
fn append(path: &Path, portion: usize, offset: &mut u64) -> Vec<u64> {
    let mut file = fs::File::options().create(true).append(true).open(path).unwrap();
    let mut text = String::new();
    let offsets = (0..LINES_PER_PORTION).map(|n| {
        let begins = *offset + text.len() as u64;
        // A few lines are equal but for where they stand.
        let what = if n % 10 == 0 { "heartbeat".to_owned() } else { format!("order {portion}-{n} taken") };
        text.push_str(&what);
        text.push('\n');
        begins
    });
    let offsets = offsets.collect();
    file.write_all(text.as_bytes()).unwrap();
    *offset += text.len() as u64;
    offsets
}

/// `log.offset` of every document, sorted.
fn offsets(stream: &str) -> Vec<u64> {
    let mut found: Vec<u64> = Vec::new();
    let mut after: Option<Value> = None;
    loop {
        let mut query = json!({
            "size": 10_000, "_source": false, "sort": [{"log.offset": "asc"}, {"_id": "asc"}], "track_total_hits": false
        });
        if let Some(after) = after.take() {
            query["search_after"] = after;
        }
        // Sorting by `_id` has to be allowed; without it equal offsets at a page's end would be lost.
        let page = elasticsearch("POST", &format!("/{stream}/_search"), Some(&query)).unwrap();
        let hits = page["hits"]["hits"].as_array().unwrap();
        found.extend(hits.iter().map(|hit| hit["sort"][0].as_u64().unwrap()));
        match hits.last() {
            Some(last) => after = Some(last["sort"].clone()),
            None => return found,
        }
    }
}

/// Sends lines while processes are killed; gives the offsets that were written and those that are in the index.
fn send_under_fire(run: &Run, ids: &str, is_filebeat_killed: bool) -> (Vec<u64>, Vec<u64>) {
    elasticsearch("PUT", "/_cluster/settings", Some(&json!({"persistent": {"indices.id_field_data.enabled": true}})))
        .unwrap();
    let config = run.logboom(ids);
    let setup = Program::command("setup", &config).arg("--kibana").arg(run.path("k.ndjson")).output().unwrap();
    assert!(setup.status.success(), "{}", String::from_utf8_lossy(&setup.stderr));
    let log = run.path("logboom.log");
    let mut job = Program::logboom(&config, log.clone());
    let lines = run.path("lines.log");
    let (mut offset, mut written) = (0, append(&lines, 0, &mut 0));
    offset += fs::metadata(&lines).unwrap().len();
    let mut beat = run.filebeat();
    eventually("the first lines", Duration::from_secs(60), || match count(&run.stream(), "*")? {
        0 => Err("none".to_owned()),
        _ => Ok(()),
    });
    for portion in 1..PORTIONS {
        written.extend(append(&lines, portion, &mut offset));
        std::thread::sleep(PORTION_EVERY);
        if portion % KILL_EVERY == 0 {
            if is_filebeat_killed && portion / KILL_EVERY % 2 == 1 {
                beat.signal("KILL");
                drop(beat);
                beat = run.filebeat();
            } else {
                job.signal("KILL");
                drop(job);
                job = Program::logboom(&config, log.clone());
            }
        }
    }
    let wanted = written.len() as u64;
    eventually("all lines", Duration::from_secs(120), || match count(&run.stream(), "*")? {
        found if found >= wanted => Ok(()),
        found => Err(format!("{found} of {wanted}")),
    });
    // Whatever is still on its way, repetitions among it, must not add anything.
    eventually("quiet", Duration::from_secs(60), || match run.metric("logboom_records_in_flight")? {
        0.0 => Ok(()),
        left => Err(format!("{left} in flight")),
    });
    drop(beat);
    assert_eq!(job.stop().code(), Some(0));
    let dead = fs::read_to_string(run.path("data/dead-letters.ndjson")).unwrap_or_default();
    assert_eq!(dead, "", "no dead letters");
    count(&run.stream(), "*").unwrap();
    let text = fs::read_to_string(&log).unwrap();
    let repeated: u64 =
        text.lines().filter_map(|l| l.split("already_delivered=").nth(1)?.split(' ').next()?.parse::<u64>().ok()).sum();
    let swallowed = run.swallowed.load(Ordering::Relaxed);
    println!(
        "{ids}: {wanted} lines, {swallowed} answers swallowed; in the last run {repeated} repetitions were recognised"
    );
    assert!(swallowed > 0);
    (written, offsets(&run.stream()))
}

#[test]
#[ignore = "needs servers: tests/run e2e"]
fn every_line_once_without_kafka_while_logboom_is_killed() {
    let run = Run::new("content");
    let (written, found) = send_under_fire(&run, "content", false);
    assert!(written == found, "{} lines, {} documents", written.len(), found.len());
}

#[test]
#[ignore = "needs servers: tests/run e2e"]
fn every_line_once_without_kafka_while_filebeat_is_killed_too() {
    let run = Run::new("line");
    let (written, found) = send_under_fire(&run, "line", true);
    assert!(written == found, "{} lines, {} documents", written.len(), found.len());
}

/// What Filebeat asks for when it is told to set everything up, over TLS with an API key; and requests that are too large, which it must halve.
#[test]
#[ignore = "needs servers: tests/run e2e"]
fn a_filebeat_that_insists_on_its_setup_sends() {
    let run = Run::new("setup");
    let pair = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    fs::write(run.path("c.pem"), pair.cert.pem()).unwrap();
    fs::write(run.path("k.pem"), pair.signing_key.serialize_pem()).unwrap();
    let config = run.path("logboom.yml");
    let text = format!(
        r#"sources:
  beats: {{ type: http, listen: "127.0.0.1:{port}", body_max: 30kb, auth: {{ api_keys: ["id:key"] }}, tls: {{ certificate: c.pem, key: k.pem }} }}
routes: [ {{ name: default, to: {{ index: x }} }} ]
outputs: {{ file: {{ type: file, path: out.ndjson }} }}
console: {{ listen: "127.0.0.1:{console}" }}
"#,
        port = run.port,
        console = run.console,
    );
    fs::write(&config, text).unwrap();
    let job = Program::logboom(&config, run.path("logboom.log"));
    let lines = run.path("lines.log");
    let wanted = append(&lines, 0, &mut 0).len();
    let beat = run.path("filebeat.yml");
    let text = format!(
        r#"filebeat.inputs: [ {{ type: filestream, id: setup, paths: [{lines}] }} ]
setup.template.overwrite: true
setup.ilm.overwrite: true
output.elasticsearch:
  hosts: ["https://localhost:{port}"]
  api_key: "id:key"
  ssl.certificate_authorities: [{ca}]
queue.mem.flush.timeout: 100ms
"#,
        lines = lines.display(),
        port = run.port,
        ca = run.path("c.pem").display(),
    );
    fs::write(&beat, text).unwrap();
    let _filebeat = Program::filebeat(&beat, &run.path("beat"), &[]);
    let out = run.path("out.ndjson");
    eventually("all lines", Duration::from_secs(60), || {
        match fs::read_to_string(&out).map_err(|e| e.to_string())?.lines().count() {
            found if found >= wanted => Ok(()),
            found => Err(format!("{found} of {wanted}")),
        }
    });
    assert!(
        run.metric("logboom_http_requests_total{source=\"beats\",status=\"413\"}").unwrap() >= 1.0,
        "it was halved"
    );
    assert!(run.metric("logboom_http_setup_ignored_total{kind=\"_index_template\"}").unwrap() >= 1.0);
    assert_eq!(job.stop().code(), Some(0));
    assert_eq!(fs::read_to_string(&out).unwrap().lines().count(), wanted, "nothing twice");
}
