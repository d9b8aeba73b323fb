//! A `_bulk` endpoint that answers by script and remembers what it took.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How one request is answered.
#[derive(Clone, Debug)]
pub enum Answer {
    Ok,
    /// 200, with this status and error type for every item.
    Item(u16, &'static str),
    Request(u16),
    Malformed,
    /// One item too few.
    Short,
    /// Closes the connection without an answer, after taking the documents.
    HangUp,
    Slow(Duration),
    /// 201 for new ids, 409 for those that were taken before.
    Once,
    /// As many answers as items, but about other documents.
    Others,
    /// 201 with one and the same `_id` for whatever is sent.
    OneId,
    /// Every item went to the failure store.
    FailureStore,
    /// Head and half of the body, then the connection closes.
    Half,
}

#[derive(Default)]
struct Taken {
    requests: usize,
    /// When requests came.
    arrivals: Vec<Instant>,
    documents: BTreeMap<String, Value>,
    /// How `_msearch` is answered before it finds what is there.
    search_answers: Vec<u16>,
    searches: usize,
}

pub struct FakeBulk {
    address: String,
    taken: Arc<Mutex<Taken>>,
}

pub fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// `outputs:` for a server at an address.
pub fn outputs_at(address: &str) -> String {
    outputs_with(address, "linger: 20ms")
}

/// The same with settings of `bulk:`.
pub fn outputs_with(address: &str, bulk: &str) -> String {
    format!("{{ elasticsearch: {{ urls: [\"http://{address}\"], bulk: {{ compression: none, {bulk} }} }} }}")
}

type Script = dyn Fn(usize, &str) -> Answer + Send + Sync;

impl FakeBulk {
    /// Answers the request number `n` (from 0) with `script(n)`.
    pub fn start(script: impl Fn(usize) -> Answer + Send + Sync + 'static) -> Self {
        Self::start_with_bodies(move |n, _| script(n))
    }

    pub fn start_with_bodies(script: impl Fn(usize, &str) -> Answer + Send + Sync + 'static) -> Self {
        Self::start_at("127.0.0.1:0", script)
    }

    pub fn start_at(address: &str, script: impl Fn(usize, &str) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let taken = Arc::new(Mutex::new(Taken::default()));
        let (script, state): (Arc<Script>, _) = (Arc::new(script), taken.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (script, state) = (script.clone(), state.clone());
                std::thread::spawn(move || serve(stream, &*script, &state));
            }
        });
        Self { address, taken }
    }

    pub fn outputs(&self) -> String {
        outputs_at(&self.address)
    }

    /// As [`FakeBulk::outputs`], with settings of `bulk:`.
    pub fn outputs_with(&self, bulk: &str) -> String {
        outputs_with(&self.address, bulk)
    }

    pub fn requests(&self) -> usize {
        self.taken.lock().unwrap().requests
    }

    pub fn arrivals(&self) -> Vec<Instant> {
        self.taken.lock().unwrap().arrivals.clone()
    }

    /// The next requests to `_msearch` are answered with these statuses.
    pub fn refuse_searches(&self, statuses: &[u16]) {
        self.taken.lock().unwrap().search_answers = statuses.to_vec();
    }

    /// Requests to `_msearch`.
    pub fn searches(&self) -> usize {
        self.taken.lock().unwrap().searches
    }

    pub fn documents(&self) -> Vec<Value> {
        self.taken.lock().unwrap().documents.values().cloned().collect()
    }

    pub fn ids(&self) -> Vec<String> {
        self.taken.lock().unwrap().documents.keys().cloned().collect()
    }
}

fn serve(stream: TcpStream, script: &Script, taken: &Mutex<Taken>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut writer = stream;
    while let Some((path, body)) = read_request(&mut reader) {
        if path.contains("_msearch") {
            let (status, answer) = found(&body, taken);
            respond(&mut writer, status, &answer);
            continue;
        }
        if !path.contains("_bulk") {
            respond(&mut writer, 200, "{}");
            continue;
        }
        let n = {
            let mut taken = taken.lock().unwrap();
            taken.requests += 1;
            taken.arrivals.push(Instant::now());
            taken.requests - 1
        };
        let answer = script(n, &body);
        let known: Vec<u16> = ids(&body).map(|id| status_of(&id, taken)).collect();
        if !matches!(answer, Answer::Request(_) | Answer::Item(..)) {
            keep(&body, taken);
        }
        let items = body.lines().count() / 2;
        match answer {
            Answer::Ok => respond(&mut writer, 200, &bulk_answer(items, 201, None)),
            Answer::Slow(wait) => {
                std::thread::sleep(wait);
                respond(&mut writer, 200, &bulk_answer(items, 201, None));
            }
            Answer::Item(status, kind) => respond(&mut writer, 200, &bulk_answer(items, status, Some(kind))),
            Answer::Request(status) => respond(&mut writer, status, r#"{"error":{"type":"x","reason":"scripted"}}"#),
            Answer::Malformed => respond(&mut writer, 200, "<html>gateway</html>"),
            Answer::Short => respond(&mut writer, 200, &bulk_answer(items.saturating_sub(1), 201, None)),
            Answer::HangUp => return,
            Answer::Once => {
                let items = known.iter().map(|status| json!({"create": {"status": status}})).collect::<Vec<_>>();
                respond(&mut writer, 200, &json!({"errors": true, "items": items}).to_string());
            }
            Answer::Others => {
                let other = |n| json!({"create": {"_id": format!("another-{n}"), "status": 201}});
                let items: Vec<Value> = (0..items).map(other).collect();
                respond(&mut writer, 200, &json!({"errors": false, "items": items}).to_string());
            }
            Answer::OneId => {
                let items = vec![json!({"create": {"_id": "AAAA", "status": 201}}); items];
                respond(&mut writer, 200, &json!({"errors": false, "items": items}).to_string());
            }
            Answer::FailureStore => {
                let item = |id| json!({"create": {"_id": id, "status": 201, "failure_store": "used"}});
                let items: Vec<Value> = ids(&body).map(item).collect();
                respond(&mut writer, 200, &json!({"errors": false, "items": items}).to_string());
            }
            Answer::Half => {
                let head =
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{\"items\":[";
                let _ = writer.write_all(head.as_bytes());
                return;
            }
        }
    }
}

/// The ids of a request.
fn ids(body: &str) -> impl Iterator<Item = String> + '_ {
    body.lines().step_by(2).map(|line| {
        let action: Value = serde_json::from_str(line).unwrap();
        action["create"]["_id"].as_str().unwrap().to_owned()
    })
}

/// Status and body of an answer to `_msearch`: the documents that were taken before, whatever index they are in.
fn found(body: &str, taken: &Mutex<Taken>) -> (u16, String) {
    let mut taken = taken.lock().unwrap();
    taken.searches += 1;
    if !taken.search_answers.is_empty() {
        return (taken.search_answers.remove(0), r#"{"error":{"type":"x","reason":"scripted"}}"#.to_owned());
    }
    let response = |line: &str| {
        let search: Value = serde_json::from_str(line).unwrap();
        let ids = search["query"]["ids"]["values"].as_array().unwrap();
        let known = ids.iter().filter(|id| taken.documents.contains_key(id.as_str().unwrap()));
        let hits: Vec<Value> = known.map(|id| json!({"_id": id})).collect();
        json!({"status": 200, "_shards": {"failed": 0}, "hits": {"hits": hits}})
    };
    let responses: Vec<Value> = body.lines().skip(1).step_by(2).map(response).collect();
    (200, json!({"responses": responses}).to_string())
}

fn status_of(id: &str, taken: &Mutex<Taken>) -> u16 {
    if taken.lock().unwrap().documents.contains_key(id) { 409 } else { 201 }
}

fn keep(body: &str, taken: &Mutex<Taken>) {
    let lines: Vec<&str> = body.lines().collect();
    let mut taken = taken.lock().unwrap();
    for pair in lines.chunks(2) {
        let action: Value = serde_json::from_str(pair[0]).unwrap();
        let id = action["create"]["_id"].as_str().unwrap().to_owned();
        taken.documents.insert(id, serde_json::from_str(pair[1]).unwrap());
    }
}

fn bulk_answer(items: usize, status: u16, error: Option<&str>) -> String {
    let item = match error {
        None => json!({"create": {"status": status}}),
        Some(kind) => json!({"create": {"status": status, "error": {"type": kind, "reason": "scripted"}}}),
    };
    json!({"errors": error.is_some(), "items": vec![item; items]}).to_string()
}

fn read_request(reader: &mut BufReader<TcpStream>) -> Option<(String, String)> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|n| *n > 0)?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok().filter(|n| *n > 0)?;
        if header.trim().is_empty() {
            break;
        }
        if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((path, String::from_utf8(body).ok()?))
}

fn respond(writer: &mut TcpStream, status: u16, body: &str) {
    let _ = write!(
        writer,
        "HTTP/1.1 {status} Scripted\r\nx-elastic-product: Elasticsearch\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
}
