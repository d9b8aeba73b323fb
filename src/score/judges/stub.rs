//! A model server that does as told, for tests.
#![allow(clippy::unwrap_used)]

use crate::score::judges::{Case, ModelSettings};
use crate::score::template::Template;
use crate::score::templates::TemplateId;
use crate::score::verdict::Floor;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What the server answers: status, body, and after how long.
pub struct Canned(pub u16, pub String, pub Duration);

impl Canned {
    pub fn ok(body: impl Into<String>) -> Self {
        Self(200, body.into(), Duration::ZERO)
    }
}

type Script = dyn Fn(&str, &Value, usize) -> Canned + Send + Sync;

pub struct Stub {
    pub url: String,
    /// Bodies of the requests, with their paths.
    pub requests: Arc<Mutex<Vec<(String, Value)>>>,
    task: tokio::task::AbortHandle,
}

type Shared = (Arc<Script>, Arc<Mutex<Vec<(String, Value)>>>);

impl Stub {
    /// The script is given path, body and the number of requests before.
    pub async fn start(script: impl Fn(&str, &Value, usize) -> Canned + Send + Sync + 'static) -> Self {
        async fn answer(State((script, requests)): State<Shared>, uri: Uri, body: Bytes) -> (StatusCode, String) {
            let json: Value = serde_json::from_slice(&body).unwrap_or_default();
            let before = {
                let mut requests = requests.lock().unwrap();
                requests.push((uri.path().to_owned(), json.clone()));
                requests.len() - 1
            };
            let Canned(status, body, delay) = script(uri.path(), &json, before);
            tokio::time::sleep(delay).await;
            (StatusCode::from_u16(status).unwrap(), body)
        }
        let requests: Arc<Mutex<Vec<(String, Value)>>> = Arc::default();
        let shared: Shared = (Arc::new(script), requests.clone());
        let app = Router::new().fallback(answer).with_state(shared);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() }).abort_handle();
        Self { url, requests, task }
    }

    pub fn bodies(&self) -> Vec<Value> {
        self.requests.lock().unwrap().iter().map(|(_, body)| body.clone()).collect()
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The templates of a prompt: id and text.
pub fn shown(body: &Value) -> Vec<(String, String)> {
    let user = body["messages"][1]["content"].as_str().unwrap_or_default();
    let mut found: Vec<(String, String)> = Vec::new();
    for line in user.lines() {
        if let Some(id) = line.strip_prefix("id ") {
            found.push((id.split(',').next().unwrap_or_default().to_owned(), String::new()));
        } else if let Some((_, text)) = line.split_once(" template: ")
            && let Some(last) = found.last_mut()
        {
            text.clone_into(&mut last.1);
        }
    }
    found
}

/// Verdicts as the schema wants them.
pub fn verdicts(body: &Value, judge: impl Fn(&str) -> bool) -> String {
    let list: Vec<Value> = shown(body)
        .iter()
        .map(|(id, text)| {
            let is_anomaly = judge(text);
            json!({
                "id": id, "reason": "as the stub sees it", "category": if is_anomaly { "storage" } else { "none" },
                "severity": if is_anomaly { "CRITICAL" } else { "INFO" },
                "verdict": if is_anomaly { "anomaly" } else { "normal" }, "score": if is_anomaly { 0.9 } else { 0.1 },
            })
        })
        .collect();
    json!({ "verdicts": list }).to_string()
}

/// A judge that knows faults when it sees them.
pub fn is_fault(text: &str) -> bool {
    let text = text.to_lowercase();
    ["panic", "lost", "fault", "corrupt", "failure", "损坏", "memory", "system full", "gone"]
        .iter()
        .any(|word| text.contains(word))
}

pub fn settings(url: &str) -> ModelSettings {
    use crate::config::{Problems, Section, read_text};
    let node = read_text("c.yml", &format!("{{ url: '{url}', model: m, timeout: 1s }}")).unwrap();
    ModelSettings::read("ollama", Section::new(&node, &Problems::default()))
}

pub fn case(template: &str) -> Case {
    Case {
        template: Template { id: TemplateId(1), text: template.into() },
        examples: vec![template.to_owned()],
        service: Some("shop".into()),
        level: None,
        floor: Floor::default(),
    }
}
