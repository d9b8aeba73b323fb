//! Numbered records into Kafka, and what became of them in Elasticsearch.

use super::surroundings::{elasticsearch, variable};
use rdkafka::ClientConfig;
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// Records of one step, and the steps' distance: 2,000 a second.
const STEP_RECORDS: u64 = 20;
const STEP: Duration = Duration::from_millis(10);

/// Where a record belongs: its number says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Indexed,
    Dropped,
    DeadLettered,
}

pub fn fate(n: u64) -> Fate {
    match n % 50 {
        7 => Fate::Dropped,
        13 => Fate::DeadLettered,
        _ => Fate::Indexed,
    }
}

/// The pipeline that makes those fates true.
pub const PIPELINE: &str =
    "processors:\n  - drop: { if: ctx.n % 50 == 7 }\n  - fail: { if: ctx.n % 50 == 13, message: meant to fail }\n";

/// Records until a word comes that was not there before: a template that no judge has seen.
const TEMPLATE_RECORDS: u64 = 4_000;

fn message(n: u64) -> String {
    const LETTERS: &[u8; 16] = b"ghjklmnpqrstvwxz";
    let letter = |at: u64| char::from(LETTERS[((n / TEMPLATE_RECORDS) >> (4 * at)) as usize % LETTERS.len()]);
    let clerk: String = (0..5).map(letter).collect();
    format!("order {n} was taken by clerk {clerk}")
}

pub struct Traffic {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<u64>,
}

impl Traffic {
    pub fn start(topic: &str) -> Self {
        let producer: ThreadedProducer<DefaultProducerContext> = ClientConfig::new()
            .set("bootstrap.servers", variable("KAFKA_BROKERS"))
            .set("enable.idempotence", "true")
            .set("linger.ms", "20")
            .set("message.timeout.ms", "600000")
            .set("queue.buffering.max.messages", "1000000")
            .create()
            .unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, topic) = (stop.clone(), topic.to_owned());
        let thread = std::thread::spawn(move || {
            let mut sent = 0;
            while !stopped.load(Ordering::Relaxed) {
                for n in sent..sent + STEP_RECORDS {
                    let text = json!({"message": message(n), "n": n}).to_string();
                    producer.send(BaseRecord::<(), str>::to(&topic).payload(&text)).map_err(|(e, _)| e).unwrap();
                }
                sent += STEP_RECORDS;
                std::thread::sleep(STEP);
            }
            producer.flush(Duration::from_secs(120)).expect("the broker takes everything");
            sent
        });
        Self { stop, thread }
    }

    /// How many records Kafka has.
    pub fn stop(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

/// The numbers in the index, each as often as it is there.
pub fn indexed(run: &str) -> Result<Vec<u64>, String> {
    elasticsearch("POST", &format!("/logs-chaos-{run}/_refresh"), None)?;
    let query = json!({"size": 10_000, "sort": ["_doc"], "_source": ["n"]});
    let mut page = elasticsearch("POST", &format!("/logs-chaos-{run}/_search?scroll=1m"), Some(&query))?;
    let mut numbers = Vec::new();
    loop {
        let hits = page["hits"]["hits"].as_array().cloned().unwrap_or_default();
        if hits.is_empty() {
            let scroll = json!({"scroll_id": page["_scroll_id"]});
            elasticsearch("DELETE", "/_search/scroll", Some(&scroll))?;
            return Ok(numbers);
        }
        numbers.extend(hits.iter().filter_map(|hit: &Value| hit["_source"]["n"].as_u64()));
        let next = json!({"scroll": "1m", "scroll_id": page["_scroll_id"]});
        page = elasticsearch("POST", "/_search/scroll", Some(&next))?;
    }
}
