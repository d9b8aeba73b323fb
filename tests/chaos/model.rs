//! A model server that the test owns: it finds every template normal, until it stalls.

use super::proxy::{read_message, respond};
use serde_json::{Value, json};
use std::io::BufReader;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// How often a stalled connection looks whether it may go on.
const STALL_STEP: Duration = Duration::from_millis(100);

pub struct Model {
    port: u16,
    stalls: Arc<AtomicBool>,
    answered: Arc<AtomicU64>,
}

impl Model {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (stalls, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (stalled, count) = (stalls.clone(), answered.clone());
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (stalled, count) = (stalled.clone(), count.clone());
                std::thread::spawn(move || drop(serve(&client, &stalled, &count)));
            }
        });
        Self { port, stalls, answered }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// From now on questions are taken and not answered; or they are answered again, those that wait too.
    pub fn stall(&self, stalls: bool) {
        self.stalls.store(stalls, Ordering::Relaxed);
    }

    pub fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }
}

fn serve(client: &TcpStream, stalled: &AtomicBool, answered: &AtomicU64) -> std::io::Result<()> {
    let mut reader = BufReader::new(client.try_clone()?);
    while let Some((_, body)) = read_message(&mut reader)? {
        while stalled.load(Ordering::Relaxed) {
            std::thread::sleep(STALL_STEP);
        }
        respond(client, 200, &answer(&body).to_string())?;
        answered.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

/// A verdict for each id that the question's schema names; to what is no question, that the model is loaded.
fn answer(question: &[u8]) -> Value {
    let question: Value = serde_json::from_slice(question).unwrap_or_default();
    let ids = question.pointer("/format/properties/verdicts/items/properties/id/enum").and_then(Value::as_array);
    let Some(ids) = ids else { return json!({"models": [{"name": "none"}]}) };
    let normal = |id: &Value| json!({"id": id, "reason": "an order", "category": "normal", "severity": "INFO", "verdict": "normal", "score": 0.02});
    let verdicts: Vec<Value> = ids.iter().map(normal).collect();
    json!({"model": "none", "message": {"role": "assistant", "content": json!({"verdicts": verdicts}).to_string()}, "done": true})
}
