//! The source as a sender sees it, over its socket.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::{Problems, Section, read_text};
use crate::delivery::{DeadLetterSettings, End, Intake};
use crate::rest::Identity;
use crate::source::{Delivery, Stop};
use crate::telemetry::Health;
use axum::http::Method;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// A running source whose records nobody takes but the test.
struct Running {
    url: String,
    folder: PathBuf,
    intake: Arc<Intake>,
    stop: Stop,
    deliveries: crossbeam_channel::Receiver<Delivery>,
    thread: std::thread::JoinHandle<()>,
    runtime: tokio::runtime::Runtime,
}

fn read(folder: &Path, text: &str) -> (HttpSettings, Vec<String>) {
    let node = read_text("c.yml", text).unwrap();
    let problems = Problems::default();
    let mut section = Section::new(&node, &problems);
    let settings = HttpSettings::read("beats", &mut section, folder, folder);
    section.finish();
    (settings, problems.into_vec().iter().map(ToString::to_string).collect())
}

impl Running {
    fn start(folder: &Path, more: &str) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (settings, problems) = read(folder, &format!("listen: 127.0.0.1:{port}\ncommit_interval: 20ms\n{more}\n"));
        assert_eq!(problems, [""; 0]);
        let scheme = if settings.tls.is_some() { "https" } else { "http" };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let intake = Intake::new(1 << 20);
        let stop = Stop::default();
        let (queue, deliveries) = crossbeam_channel::bounded(64);
        let feed = Feed { intake: intake.clone(), queue, stop: stop.clone(), health: Health::default() };
        let source = runtime.block_on(async {
            let letters = DeadLetterSettings::File { path: folder.join("dead.ndjson") };
            let (letters, _) = DeadLetters::start(&letters).unwrap();
            Http::start("beats", Box::new(settings), feed, letters, Duration::from_millis(300)).unwrap()
        });
        let thread = std::thread::spawn(move || source.run());
        let url = format!("{scheme}://localhost:{port}");
        Self { url, folder: folder.to_owned(), intake, stop, deliveries, thread, runtime }
    }

    /// Status, headers that matter and body of a request.
    fn send(&self, request: impl FnOnce(reqwest::Client) -> reqwest::RequestBuilder) -> (u16, Option<String>, Value) {
        self.runtime.block_on(async {
            let response = request(reqwest::Client::new()).send().await.unwrap();
            assert_eq!(response.headers()["x-elastic-product"], "Elasticsearch");
            let retry = response.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
            let (status, body) = (response.status().as_u16(), response.text().await.unwrap());
            (status, retry, serde_json::from_str(&body).unwrap_or(Value::Null))
        })
    }

    fn bulk(&self, path: &str, body: &str) -> (u16, Option<String>, Value) {
        self.send(|client| client.post(format!("{}{path}", self.url)).body(body.to_owned()))
    }

    /// Takes what has come so far as delivered; gives the records and their coordinates.
    fn take(&self, count: usize) -> Vec<(i32, i64, Value)> {
        let mut taken = Vec::new();
        while taken.len() < count {
            let Delivery { batch, receipt, .. } = self.deliveries.recv_timeout(Duration::from_secs(10)).unwrap();
            for record in &batch.records {
                let lane = batch.lane(record).unwrap();
                let value = serde_json::from_slice(batch.payload(record)).unwrap_or(Value::Null);
                taken.push((lane.partition, record.offset, value));
            }
            receipt.settle(End::Delivered);
        }
        assert_eq!(taken.len(), count);
        taken
    }

    /// Stops it; what was not taken is let go unsettled.
    fn end(self) {
        self.stop.set();
        drop(self.deliveries);
        self.thread.join().unwrap();
    }

    /// The bytes of the spool's segments.
    fn spool_bytes(&self) -> u64 {
        let files = std::fs::read_dir(self.folder.join("spool-beats")).unwrap().map(|e| e.unwrap());
        files
            .filter(|f| f.path().extension().is_some_and(|e| e == "segment"))
            .map(|f| f.metadata().unwrap().len())
            .sum()
    }
}

#[test]
fn settings_and_their_mistakes() {
    let folder = Path::new("/f");
    let (settings, problems) =
        read(folder, "listen: 0.0.0.0:9200\nauth: { users: { beat: secret } }\nspool: { size_max: 100mb }");
    assert_eq!(problems, [""; 0]);
    assert_eq!(settings.spool.path, Path::new("/f/spool-beats"));
    assert_eq!(settings.spool.segment_bytes_max, 25 << 20);
    for (text, problem) in [
        ("index: routes", "c.yml:1:1: the setting `listen` is missing"),
        ("listen: here", "c.yml:1:9: expected an address such as 0.0.0.0:9200, found the string \"here\""),
        (
            "listen: 1.2.3.4:1\nids: contents",
            "c.yml:2:6: `ids` is the string \"contents\", it must be one of content, line, coordinates (did you mean `content`?)",
        ),
        (
            "listen: 1.2.3.4:1\nbody_max: 2mb\nreceive_max: 1mb",
            "c.yml:1:1: `receive_max` (1048576) is less than `body_max` (2097152) (a request of the size that `body_max` allows could never be taken)",
        ),
        ("listen: 1.2.3.4:1\nauth: {}", "c.yml:2:7: `auth` lets nobody in: it has neither `users` nor `api_keys`"),
        (
            "listen: 1.2.3.4:1\nauth: { api_keys: [\"a:b\", secret] }",
            "c.yml:2:7: API key number 2 of `api_keys` is not `id:key`",
        ),
        (
            "listen: 1.2.3.4:1\nspool: { size_max: 1mb, segment_max: 1mb }",
            "c.yml:2:8: `segment_max` (1048576) is more than a quarter of `size_max` (1048576) (space is given back by whole segments: make them smaller)",
        ),
        (
            "listen: 1.2.3.4:1\nspool: { sizemax: 1mb }",
            "c.yml:2:10: unknown setting `sizemax` (did you mean `size_max`?)",
        ),
        ("listen: 1.2.3.4:1\ntls: { certificate: a }", "c.yml:2:6: the setting `key` is missing"),
    ] {
        assert_eq!(read(folder, text).1, [problem], "{text}");
    }
}

#[test]
fn every_call_that_a_beat_makes_before_it_sends_is_answered() {
    let node = Identity { cluster_name: "c".into(), cluster_uuid: "u".into(), version: "8.19.0".into() };
    let ask = |method: Method, path: &str| startup::answer(&node, &method, path);
    // (method, path, status, a place in the answer, what is there)
    for (method, path, status, pointer, expected) in [
        (Method::GET, "/", 200, "/version/number", json!("8.19.0")),
        (Method::GET, "/", 200, "/version/build_flavor", json!("default")),
        (Method::GET, "/", 200, "/cluster_name", json!("c")),
        (Method::HEAD, "/", 200, "/tagline", json!("You Know, for Search")),
        (Method::GET, "/_license", 200, "/license/status", json!("active")),
        (Method::GET, "/_license", 200, "/license/type", json!("basic")),
        (Method::GET, "/_xpack", 200, "/features/ilm/available", json!(true)),
        (Method::GET, "/_cluster/health", 200, "/status", json!("green")),
        (Method::GET, "/_nodes/ingest", 200, "/nodes/u/ingest/processors/0/type", json!("geoip")),
        (Method::GET, "/_ilm/policy/filebeat", 200, "/filebeat/version", json!(1)),
        (Method::PUT, "/_ilm/policy/filebeat", 200, "/acknowledged", json!(true)),
        (Method::HEAD, "/_index_template/filebeat-8.19.0", 200, "/index_templates/0/name", json!("filebeat-8.19.0")),
        (Method::PUT, "/_index_template/filebeat-8.19.0", 200, "/acknowledged", json!(true)),
        (Method::GET, "/_component_template/x", 200, "/component_templates/0/name", json!("x")),
        (Method::PUT, "/_component_template/x", 200, "/acknowledged", json!(true)),
        (Method::GET, "/_data_stream/filebeat-8.19.0", 200, "/data_streams/0/name", json!("filebeat-8.19.0")),
        (Method::PUT, "/_data_stream/filebeat-8.19.0", 200, "/acknowledged", json!(true)),
        (Method::PUT, "/_data_stream/x/_lifecycle", 200, "/acknowledged", json!(true)),
        (Method::GET, "/_ingest/pipeline/p", 200, "/p/processors", json!([])),
        (Method::PUT, "/_ingest/pipeline/p", 200, "/acknowledged", json!(true)),
        (
            Method::GET,
            "/_bulk",
            405,
            "/error",
            json!("Incorrect HTTP method for uri [/_bulk] and method [GET], allowed: [POST, PUT]"),
        ),
        (Method::POST, "/x/_search", 400, "/error", json!("no handler found for uri [/x/_search] and method [POST]")),
    ] {
        let answer = ask(method.clone(), path);
        let answer::Content::Json(body) = &answer.content else { panic!("{path}") };
        let found = body.pointer(pointer);
        assert_eq!((answer.status.as_u16(), found), (status, Some(&expected)), "{method} {path}");
    }
}

#[test]
fn items_are_taken_with_what_the_request_says_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(folder.path(), "index: request");
    let body = concat!(
        "{\"create\":{\"_index\":\"own\",\"_id\":\"7\",\"pipeline\":\"p1\",\"routing\":\"r\"}}\n{\"a\":1}\n",
        "{\"index\":{}}\n{}\n",
        "{\"index\":{\"_id\":\"8\"}}\n{\"@metadata\":{\"_id\":\"mine\"},\"b\":2}\n",
        "{\"delete\":{\"_id\":\"9\"}}\n",
        "{\"update\":{\"_id\":\"9\"}}\n{\"doc\":{}}\n",
        "{\"create\":{\"_id\":\"\"}}\n{\"a\":1}\n",
        "{\"create\":{}}\nno JSON\n",
    );
    let (status, _, answer) = running.bulk("/logs-x/_bulk?pipeline=p2", body);
    assert_eq!((status, &answer["errors"]), (200, &json!(true)));
    let items = answer["items"].as_array().unwrap();
    let statuses: Vec<u64> =
        items.iter().map(|i| i.as_object().unwrap().values().next().unwrap()["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [201, 201, 201, 400, 400, 400, 201]);
    assert_eq!(items[3]["delete"]["error"]["type"], "illegal_argument_exception");
    assert_eq!(items[5]["create"]["error"]["reason"], "if _id is specified it must not be empty");
    assert_eq!((&items[0]["create"]["_id"], &items[0]["create"]["result"]), (&json!("7"), &json!("created")));

    let taken = running.take(4);
    assert_eq!(
        taken[0].2,
        json!({"a": 1, "@metadata": {"_id": "7", "raw_index": "own", "pipeline": "p1", "routing": "r"}})
    );
    assert_eq!(taken[1].2, json!({"@metadata": {"raw_index": "logs-x", "pipeline": "p2"}}));
    assert_eq!(
        taken[2].2,
        json!({"b": 2, "@metadata": {"_id": "8", "raw_index": "logs-x", "pipeline": "p2", "op_type": "index"}}),
        "a document's own @metadata does not count"
    );
    assert_eq!(taken[3].2, Value::Null, "what is no JSON is taken and becomes a dead letter");
    // The answer names the `_id` that the worker will make.
    let told = items[1]["index"]["_id"].as_str().unwrap();
    assert!(told.ends_with(&format!("-{}-{}", taken[1].0, taken[1].1)), "{told}");
    running.end();
}

#[test]
fn requests_that_are_wrong_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(folder.path(), "body_max: 10kb");
    let (status, _, answer) = running.bulk("/_bulk", "{\"create\":{}}\n{}\n");
    assert_eq!((status, &answer["error"]["type"]), (400, &json!("action_request_validation_exception")));
    let large = format!("{{\"create\":{{\"_index\":\"x\"}}}}\n{{\"a\":\"{}\"}}\n", "x".repeat(20_000));
    assert_eq!(running.bulk("/_bulk", &large).0, 413);
    let gzip = |text: &str| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut encoder, text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let compressed = |text: &str| {
        let body = gzip(text);
        running
            .send(|client| client.post(format!("{}/_bulk", running.url)).header("content-encoding", "gzip").body(body))
    };
    // A sender that is still writing sees the answer.
    let huge = vec![b'x'; 60 << 20];
    assert_eq!(running.send(|client| client.post(format!("{}/_bulk", running.url)).body(huge)).0, 413);
    assert_eq!(compressed(&large).0, 413, "what it becomes counts");
    assert_eq!(compressed("{\"create\":{\"_index\":\"x\"}}\n{\"a\":1}\n").0, 200);
    let (status, _, _) =
        running.send(|client| client.post(format!("{}/_bulk", running.url)).header("content-encoding", "br").body("x"));
    assert_eq!(status, 415);
    assert_eq!(running.take(1)[0].2, json!({"a": 1, "@metadata": {}}));
    running.end();
}

#[test]
fn only_parts_of_an_answer_when_only_they_are_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(folder.path(), "");
    let path = "/_bulk?filter_path=errors%2Citems.%2A.error%2Citems.%2A.status";
    let (_, _, answer) = running.bulk(path, "{\"create\":{\"_index\":\"x\"}}\n{}\n");
    assert_eq!(answer, json!({"errors": false, "items": [{"create": {"status": 201}}]}));
    let body = "{\"create\":{\"_index\":\"x\"}}\n{}\n{\"delete\":{\"_index\":\"x\",\"_id\":\"1\"}}\n";
    for (paths, expected) in [
        ("items.*.error.type", json!({"items": [{"delete": {"error": {"type": "illegal_argument_exception"}}}]})),
        ("errors", json!({"errors": true})),
        ("nothing", json!({})),
    ] {
        assert_eq!(running.bulk(&format!("/_bulk?filter_path={paths}"), body).2, expected, "{paths}");
    }
    running.end();
}

/// An event as Filebeat sends it, of line `offset`.
fn event(offset: u64, time: &str) -> String {
    json!({
        "@timestamp": time, "message": format!("line {offset}"), "agent": {"id": "a1"},
        "log": {"offset": offset, "file": {"path": "/var/log/x", "inode": "5", "device_id": "6"}}
    })
    .to_string()
}

#[test]
fn what_is_sent_again_gets_the_same_id() {
    let request = |events: &[&str]| -> String {
        events.iter().map(|event| format!("{{\"create\":{{\"_index\":\"x\"}}}}\n{event}\n")).collect()
    };
    let (first, later, other) = (event(0, "t1"), event(0, "t2"), event(9, "t1"));
    // (ids, two requests, how many different ids they make)
    for (ids, one, two, distinct) in [
        ("content", request(&[&first, &other]), request(&[&first, &other]), 2),
        ("content", request(&[&first]), request(&[&later]), 2),
        ("content", request(&[&first, &first]), request(&[&first, &first]), 2),
        ("content", request(&["{\"message\":\"udp\"}"]), request(&["{\"message\":\"udp\"}"]), 2),
        ("line", request(&[&first]), request(&[&later]), 1),
        ("line", request(&[&first, &first]), request(&[&other]), 2),
        ("line", request(&["{\"message\":\"udp\"}"]), request(&["{\"message\":\"udp\"}"]), 2),
        ("coordinates", request(&[&first]), request(&[&first]), 2),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let running = Running::start(folder.path(), &format!("ids: {ids}"));
        let mut found = std::collections::BTreeSet::new();
        for body in [&one, &two] {
            let (_, _, answer) = running.bulk("/_bulk", body);
            for item in answer["items"].as_array().unwrap() {
                found.insert(item["create"]["_id"].as_str().unwrap().to_owned());
            }
        }
        assert_eq!(found.len(), distinct, "{ids}: {one} {two}");
        running.end();
    }
}

#[test]
fn a_restart_hands_on_what_had_not_ended_under_the_same_coordinates() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(folder.path(), "");
    let line = "{\"create\":{\"_index\":\"x\"}}\n{\"n\":1}\n";
    running.bulk("/_bulk", &line.repeat(5));
    let Delivery { batch, receipt, .. } = running.deliveries.recv_timeout(Duration::from_secs(10)).unwrap();
    let before: Vec<i64> = batch.records.iter().map(|record| record.offset).collect();
    drop(receipt);
    running.bulk("/_bulk", line);
    running.end();
    let running = Running::start(folder.path(), "");
    let taken = running.take(6);
    assert_eq!(taken.iter().take(before.len()).map(|(_, offset, _)| *offset).collect::<Vec<_>>(), before);
    running.end();
    // Everything has ended: nothing is handed on again.
    let running = Running::start(folder.path(), "");
    running.bulk("/_bulk", line);
    assert_eq!(running.take(1)[0].0, 2, "a new segment");
    assert_eq!(running.intake.accepted(), 1);
    running.end();
}

#[test]
fn a_spool_that_is_full_asks_senders_to_wait_and_goes_on_when_it_has_room() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(folder.path(), "spool: { size_max: 400kb, segment_max: 50kb }");
    let line = format!("{{\"create\":{{\"_index\":\"x\"}}}}\n{{\"a\":\"{}\"}}\n", "x".repeat(10_000));
    let body = line.repeat(5);
    let mut taken = 0;
    let refused = loop {
        match running.bulk("/_bulk", &body) {
            (200, _, _) => taken += 5,
            refused => break refused,
        }
        assert!(taken < 100);
    };
    assert_eq!((refused.0, refused.1.as_deref()), (429, Some("10")));
    assert_eq!(refused.2["error"]["type"], "es_rejected_execution_exception");
    assert!(running.spool_bytes() <= 400 << 10);
    running.take(taken);
    let until = Instant::now() + Duration::from_secs(10);
    while running.bulk("/_bulk", &line).0 != 200 {
        assert!(Instant::now() < until, "segments that have ended are deleted");
        std::thread::sleep(Duration::from_millis(20));
    }
    running.take(1);
    running.end();
}

#[test]
fn damaged_entries_become_dead_letters_and_the_rest_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(folder.path(), "");
    let lines: String = (0..3).map(|n| format!("{{\"create\":{{\"_index\":\"x\"}}}}\n{{\"n\":{n}}}\n")).collect();
    running.bulk("/_bulk", &lines);
    drop(running.deliveries.recv_timeout(Duration::from_secs(10)).unwrap());
    std::thread::sleep(Duration::from_millis(100));
    let file = folder.path().join("spool-beats/0000000001.segment");
    running.end();
    let mut bytes = std::fs::read(&file).unwrap();
    let at = memchr::memmem::find(&bytes, b"\"n\":1").unwrap();
    bytes[at] = b'?';
    std::fs::write(&file, bytes).unwrap();
    let running = Running::start(folder.path(), "");
    let taken = running.take(2);
    assert_eq!((&taken[0].2["n"], &taken[1].2["n"]), (&json!(0), &json!(2)));
    let letters = folder.path().join("dead.ndjson");
    let until = Instant::now() + Duration::from_secs(10);
    let letter: Value = loop {
        if let Some(found) = std::fs::read_to_string(&letters).ok().and_then(|t| serde_json::from_str(&t).ok()) {
            break found;
        }
        assert!(Instant::now() < until);
        std::thread::sleep(Duration::from_millis(20));
    };
    assert_eq!((&letter["error_type"], &letter["partition"]), (&json!("damaged_spool_entry"), &json!(1)));
    running.end();
}

#[test]
fn who_is_not_known_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(folder.path(), "auth: { users: { beat: secret }, api_keys: [\"i:k\"] }");
    let url = format!("{}/", running.url);
    let ask = |user: &'static str, password: &'static str| {
        let url = url.clone();
        running.send(|client| client.get(url).basic_auth(user, Some(password))).0
    };
    assert_eq!((ask("beat", "secret"), ask("beat", "x")), (200, 401));
    assert_eq!(running.bulk("/_bulk", "x").0, 401);
    let key = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, "i:k");
    let url = url.clone();
    assert_eq!(running.send(|client| client.get(url).header("authorization", format!("ApiKey {key}"))).0, 200);
    running.end();
}

#[test]
fn tls_with_a_certificate_of_the_users_own() {
    let folder = tempfile::tempdir().unwrap();
    let pair = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(folder.path().join("c.pem"), pair.cert.pem()).unwrap();
    std::fs::write(folder.path().join("k.pem"), pair.signing_key.serialize_pem()).unwrap();
    let running = Running::start(folder.path(), "tls: { certificate: c.pem, key: k.pem }");
    let ca = reqwest::Certificate::from_pem(pair.cert.pem().as_bytes()).unwrap();
    let (status, body) = running.runtime.block_on(async {
        let client = reqwest::Client::builder().add_root_certificate(ca).build().unwrap();
        let response = client.get(&running.url).send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap())
    });
    assert_eq!((status, &body["cluster_name"]), (200, &json!("logboom")));
    running.end();
}
