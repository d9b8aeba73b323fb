//! A model server with Ollama's API that knows the truth, and may have every fault that such servers have.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Shares of words that a template must have in common with a true one to be taken for it.
const LIKENESS_MIN: f64 = 0.5;

struct Server {
    truth: Vec<(HashSet<String>, bool)>,
    is_bad: bool,
    requests: AtomicUsize,
    faults: Mutex<BTreeMap<&'static str, usize>>,
}

pub struct Model {
    pub url: String,
    server: Arc<Server>,
    task: tokio::task::AbortHandle,
}

impl Model {
    pub async fn start(truth: Vec<(String, bool)>, is_bad: bool) -> Self {
        let truth = truth.into_iter().map(|(template, is_alert)| (words(&template), is_alert)).collect();
        let server = Arc::new(Server { truth, is_bad, requests: AtomicUsize::new(0), faults: Mutex::default() });
        let app = Router::new().fallback(answer).with_state(server.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() }).abort_handle();
        Self { url, server, task }
    }

    pub fn requests(&self) -> usize {
        self.server.requests.load(Ordering::Relaxed)
    }

    pub fn faults(&self) -> Vec<(&'static str, usize)> {
        self.server.faults.lock().unwrap().iter().map(|(name, count)| (*name, *count)).collect()
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(State(server): State<Arc<Server>>, body: Bytes) -> (StatusCode, String) {
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let number = server.requests.fetch_add(1, Ordering::Relaxed);
    let content = server.verdicts(&body);
    let reply = |content: &str, reason: &str| {
        json!({ "message": { "content": content }, "done": true, "done_reason": reason, "prompt_eval_count": 900, "eval_count": 200 })
            .to_string()
    };
    if !server.is_bad {
        return (StatusCode::OK, reply(&content, "stop"));
    }
    tokio::time::sleep(Duration::from_millis(5 + number as u64 * 37 % 60)).await;
    let fault = |name: &'static str| *server.faults.lock().unwrap().entry(name).or_default() += 1;
    match number % 24 {
        1 => {
            fault("503");
            (StatusCode::SERVICE_UNAVAILABLE, r#"{"error":"server busy, please try again."}"#.into())
        }
        7 => {
            fault("500");
            (StatusCode::INTERNAL_SERVER_ERROR, r#"{"error":"llama runner process has terminated"}"#.into())
        }
        13 => {
            fault("cut off");
            (StatusCode::OK, reply(&content[..content.len() / 2], "length"))
        }
        19 => {
            fault("no JSON");
            (StatusCode::OK, reply("Sure! All of these look fine to me.", "stop"))
        }
        _ => (StatusCode::OK, reply(&content, "stop")),
    }
}

impl Server {
    fn verdicts(&self, body: &Value) -> String {
        let user = body["messages"][1]["content"].as_str().unwrap_or_default();
        let mut shown: Vec<(String, String)> = Vec::new();
        for line in user.lines() {
            if let Some(id) = line.strip_prefix("id ") {
                shown.push((id.split(',').next().unwrap_or_default().to_owned(), String::new()));
            } else if let (Some((_, text)), Some(last)) = (line.split_once(" template: "), shown.last_mut()) {
                text.clone_into(&mut last.1);
            }
        }
        let verdict = |(id, text): &(String, String)| {
            let is_alert = self.is_alert(text);
            json!({
                "id": id, "reason": "the label says so", "category": "none",
                "severity": if is_alert { "CRITICAL" } else { "INFO" },
                "verdict": if is_alert { "anomaly" } else { "normal" },
                "score": if is_alert { 0.95 } else { 0.05 },
            })
        };
        json!({ "verdicts": shown.iter().map(verdict).collect::<Vec<_>>() }).to_string()
    }

    /// The label of the true template that has most words in common; of none of them, whether it sounds like a fault.
    fn is_alert(&self, template: &str) -> bool {
        let asked = words(template);
        let likeness = |known: &HashSet<String>| {
            let common = known.intersection(&asked).count() as f64;
            common / (known.union(&asked).count() as f64).max(1.0)
        };
        let best = self.truth.iter().map(|(known, is_alert)| (likeness(known), *is_alert));
        let best = best.max_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or_default();
        if best.0 >= LIKENESS_MIN {
            return best.1;
        }
        let sounds = ["panic", "lost", "fault", "corrupt", "failure", "损坏", "memory", "system full", "gone"];
        sounds.iter().any(|word| template.to_lowercase().contains(word))
    }
}

/// Words of letters: what is left of a template when its variables, and marks for what was redacted, are taken out.
fn words(template: &str) -> HashSet<String> {
    let letters = |word: &&str| word.chars().any(char::is_alphabetic) && !word.chars().any(|c| c.is_ascii_digit());
    template.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(letters).map(str::to_owned).collect()
}
