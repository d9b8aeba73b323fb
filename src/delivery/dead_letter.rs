//! Dead letters: records that could not be delivered, with their raw bytes and why, kept where a person finds them.

use super::{Batch, End, Receipt};
use base64::Engine;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;

/// Where on its way a record died.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Decode,
    Route,
    Pipeline,
    Output,
}

/// One dead letter. As JSON it is one line of the file, or one message of the topic.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct DeadLetter {
    #[serde(rename = "@timestamp")]
    pub timestamp: String,
    pub stage: Option<Stage>,
    pub source: String,
    pub topic: String,
    pub partition: i32,
    pub offset: i64,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub route: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub pipeline: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub processor_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub processor_tag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub index: Option<String>,
    #[serde(rename = "_id", skip_serializing_if = "Option::is_none", default)]
    pub id: Option<String>,
    pub error_type: String,
    pub reason: String,
    /// The record's bytes where they are UTF-8.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub raw: Option<String>,
    /// The record's bytes in Base64 where they are not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub raw_base64: Option<String>,
}

impl DeadLetter {
    /// A dead letter of record `index` of `batch`: its coordinates and bytes; the caller adds what it knows of the cause.
    pub fn of(batch: &Batch, index: u32, stage: Stage, error_type: &str, reason: impl Into<String>) -> Self {
        let mut letter = Self {
            timestamp: jiff::Timestamp::now().to_string(),
            stage: Some(stage),
            error_type: error_type.to_owned(),
            reason: reason.into(),
            ..Self::default()
        };
        let Some(record) = batch.records.get(index as usize) else { return letter };
        letter.offset = record.offset;
        if let Some(lane) = batch.lane(record) {
            letter.source = lane.source.to_string();
            letter.topic = lane.topic.to_string();
            letter.partition = lane.partition;
        }
        match std::str::from_utf8(batch.payload(record)) {
            Ok(text) => letter.raw = Some(text.to_owned()),
            Err(_) => letter.raw_base64 = Some(base64::engine::general_purpose::STANDARD.encode(batch.payload(record))),
        }
        letter
    }
}

/// Dead letters waiting to be written.
const QUEUE_LETTERS_MAX: usize = 1_024;

/// First and longest wait between attempts to write dead letters.
const RETRY_WAIT: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(10));

/// Takes dead letters; each settles its receipt once it is written.
#[derive(Clone)]
pub struct DeadLetters {
    queue: mpsc::Sender<(DeadLetter, Receipt)>,
}

/// Where dead letters go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeadLetterSettings {
    File { path: PathBuf },
    Kafka { topic: String, client: std::collections::BTreeMap<String, String> },
}

/// Writes one serialised dead letter, durably.
enum Writer {
    File { path: PathBuf, file: Option<tokio::fs::File> },
    Kafka { topic: String, producer: Box<rdkafka::producer::FutureProducer> },
}

impl DeadLetters {
    /// Starts the writer on the current tokio runtime. It ends when every clone is gone.
    pub fn start(
        settings: &DeadLetterSettings,
    ) -> Result<(Self, tokio::task::JoinHandle<()>), rdkafka::error::KafkaError> {
        let mut writer = match settings {
            DeadLetterSettings::File { path } => Writer::File { path: path.clone(), file: None },
            DeadLetterSettings::Kafka { topic, client } => {
                let mut config = rdkafka::ClientConfig::new();
                for (key, value) in client {
                    config.set(key, value);
                }
                config.set("enable.idempotence", "true");
                Writer::Kafka { topic: topic.clone(), producer: Box::new(config.create()?) }
            }
        };
        let (queue, mut letters) = mpsc::channel::<(DeadLetter, Receipt)>(QUEUE_LETTERS_MAX);
        let task = tokio::spawn(async move {
            while let Some((letter, receipt)) = letters.recv().await {
                let mut wait = RETRY_WAIT.0;
                while let Err(error) = writer.write(&letter).await {
                    metrics::counter!("logboom_dead_letter_write_errors_total").increment(1);
                    tracing::error!(%error, "Cannot write a dead letter; its record stays uncommitted. Trying again.");
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(RETRY_WAIT.1);
                }
                receipt.settle(End::DeadLettered);
            }
        });
        Ok((Self { queue }, task))
    }

    /// Hands a dead letter on; waits while too many are queued.
    pub async fn send(&self, letter: DeadLetter, receipt: Receipt) {
        count(&letter);
        // The writer only ends when all senders are gone. Should it have died, the receipt is dropped unsettled.
        let _ = self.queue.send((letter, receipt)).await;
    }

    /// As [`DeadLetters::send`], from a worker thread.
    pub fn blocking_send(&self, letter: DeadLetter, receipt: Receipt) {
        count(&letter);
        let _ = self.queue.blocking_send((letter, receipt));
    }
}

fn count(letter: &DeadLetter) {
    let stage = match letter.stage {
        Some(Stage::Decode) => "decode",
        Some(Stage::Route) => "route",
        Some(Stage::Pipeline) => "pipeline",
        Some(Stage::Output) | None => "output",
    };
    metrics::counter!("logboom_dead_letters_total", "stage" => stage).increment(1);
}

impl Writer {
    async fn write(&mut self, letter: &DeadLetter) -> anyhow::Result<()> {
        let mut line = serde_json::to_vec(letter)?;
        match self {
            Writer::File { path, file } => {
                line.push(b'\n');
                let open = match file {
                    Some(open) => open,
                    None => {
                        if let Some(folder) = path.parent() {
                            tokio::fs::create_dir_all(folder).await?;
                        }
                        file.insert(tokio::fs::OpenOptions::new().create(true).append(true).open(&path).await?)
                    }
                };
                let written = async {
                    open.write_all(&line).await?;
                    open.flush().await?;
                    open.sync_data().await
                };
                if let Err(error) = written.await {
                    *file = None;
                    return Err(error.into());
                }
            }
            Writer::Kafka { topic, producer } => {
                let key = format!("{}-{}-{}", letter.topic, letter.partition, letter.offset);
                let record = rdkafka::producer::FutureRecord::to(topic).key(&key).payload(&line);
                producer.send(record, Duration::from_secs(30)).await.map_err(|(error, _)| error)?;
            }
        }
        Ok(())
    }
}
