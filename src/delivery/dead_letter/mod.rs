//! Dead letters: records that could not be delivered, with their raw bytes and why, kept where a person finds them.

mod filter;
mod reader;
mod writer;

use super::{Batch, End, Receipt};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::mpsc;
use writer::Writer;

pub use filter::{Filter, FilterError};
pub use reader::read;

/// Where on its way a record died.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Decode,
    Route,
    Pipeline,
    Output,
}

impl Stage {
    pub const ALL: [Stage; 4] = [Stage::Decode, Stage::Route, Stage::Pipeline, Stage::Output];

    pub fn name(self) -> &'static str {
        match self {
            Stage::Decode => "decode",
            Stage::Route => "route",
            Stage::Pipeline => "pipeline",
            Stage::Output => "output",
        }
    }
}

/// One dead letter. As JSON it is one line of the file, one message of the topic, or one document.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct DeadLetter {
    #[serde(rename = "@timestamp")]
    pub timestamp: String,
    pub stage: Option<Stage>,
    pub source: String,
    pub topic: String,
    pub partition: i32,
    pub offset: i64,
    /// The `_id` that is made of the record's coordinates; a replay gives it again.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub record_id: Option<String>,
    /// Milliseconds since the epoch, where the source knew.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub record_timestamp: Option<i64>,
    /// How often the record has died.
    #[serde(default = "first")]
    pub attempt: u32,
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
    /// The `_id` that the document was sent with. (A document may not have a field named `_id`.)
    #[serde(skip_serializing_if = "Option::is_none", default, alias = "_id")]
    pub document_id: Option<String>,
    pub error_type: String,
    pub reason: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub key: Option<Bytes>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub headers: Vec<Header>,
    /// The record's bytes where they are UTF-8.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub raw: Option<String>,
    /// The record's bytes in Base64 where they are not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub raw_base64: Option<String>,
}

fn first() -> u32 {
    1
}

/// Bytes as JSON: text where they are UTF-8, else Base64.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bytes {
    Text(String),
    Base64(String),
}

impl Bytes {
    pub fn of(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(text.to_owned()),
            Err(_) => Self::Base64(STANDARD.encode(bytes)),
        }
    }

    pub fn into_vec(self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.into_bytes(),
            Self::Base64(text) => STANDARD.decode(text).unwrap_or_default(),
        }
    }
}

/// A header of a Kafka record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    pub key: String,
    pub value: Bytes,
}

impl DeadLetter {
    /// A dead letter of record `index` of `batch`: its coordinates and bytes; the caller adds what it knows of the cause.
    pub fn of(batch: &Batch, index: u32, stage: Stage, error_type: &str, reason: impl Into<String>) -> Self {
        let mut letter = Self {
            timestamp: jiff::Timestamp::now().to_string(),
            stage: Some(stage),
            error_type: error_type.to_owned(),
            reason: reason.into(),
            attempt: 1,
            ..Self::default()
        };
        let Some(record) = batch.records.get(index as usize) else { return letter };
        letter.offset = record.offset;
        letter.record_timestamp = (record.timestamp_ms > 0).then_some(record.timestamp_ms);
        if let Some(lane) = batch.lane(record) {
            letter.source = lane.source.to_string();
            letter.topic = lane.topic.to_string();
            letter.partition = lane.partition;
            letter.record_id = Some(format!("{}{}", lane.id_prefix, record.offset));
        }
        if let Some(envelope) = batch.envelope(record) {
            letter.attempt = envelope.deaths + 1;
            letter.key = envelope.key.as_deref().map(Bytes::of);
            let header = |(key, value): &(String, Vec<u8>)| Header { key: key.clone(), value: Bytes::of(value) };
            letter.headers = envelope.headers.iter().map(header).collect();
        }
        match Bytes::of(batch.payload(record)) {
            Bytes::Text(text) => letter.raw = Some(text),
            Bytes::Base64(text) => letter.raw_base64 = Some(text),
        }
        letter
    }

    /// The record's bytes.
    pub fn payload(&self) -> Vec<u8> {
        match (&self.raw, &self.raw_base64) {
            (Some(text), _) => text.clone().into_bytes(),
            (None, Some(text)) => STANDARD.decode(text).unwrap_or_default(),
            (None, None) => Vec::new(),
        }
    }

    /// What begins every `_id` of the record's lane.
    pub fn id_prefix(&self) -> Option<&str> {
        self.record_id.as_deref()?.strip_suffix(&self.offset.to_string())
    }
}

/// Dead letters waiting to be written, and how many are written at once.
const QUEUE_LETTERS_MAX: usize = 1_024;
const GROUP_LETTERS_MAX: usize = 256;

/// First and longest wait between attempts to write dead letters.
const RETRY_WAIT: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(10));

/// Takes dead letters; each settles its receipt once it is written.
#[derive(Clone)]
pub struct DeadLetters {
    queue: mpsc::Sender<(DeadLetter, Receipt)>,
}

/// Where dead letters go.
#[derive(Clone, Debug)]
pub enum DeadLetterSettings {
    File { path: PathBuf },
    Kafka { topic: String, client: std::collections::BTreeMap<String, String> },
    Elasticsearch { output: Box<crate::sink::elasticsearch::ElasticsearchSettings>, data_stream: String },
}

impl DeadLetters {
    /// Starts the writer on the current tokio runtime. It ends when every clone is gone.
    pub fn start(settings: &DeadLetterSettings) -> anyhow::Result<(Self, tokio::task::JoinHandle<()>)> {
        let mut writer = Writer::new(settings)?;
        let (queue, mut letters) = mpsc::channel::<(DeadLetter, Receipt)>(QUEUE_LETTERS_MAX);
        let task = tokio::spawn(async move {
            let mut group = Vec::new();
            while letters.recv_many(&mut group, GROUP_LETTERS_MAX).await > 0 {
                let (letters, receipts): (Vec<DeadLetter>, Vec<Receipt>) = group.drain(..).unzip();
                let mut wait = RETRY_WAIT.0;
                while let Err(error) = writer.write(&letters).await {
                    metrics::counter!("logboom_dead_letter_write_errors_total").increment(1);
                    tracing::error!(
                        error = format!("{error:#}"),
                        letters = letters.len(),
                        "Cannot write dead letters; their records stay uncommitted. Trying again."
                    );
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(RETRY_WAIT.1);
                }
                receipts.into_iter().for_each(|receipt| receipt.settle(End::DeadLettered));
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
    let stage = letter.stage.unwrap_or(Stage::Output).name();
    metrics::counter!("logboom_dead_letters_total", "stage" => stage).increment(1);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::delivery::{BatchBuilder, Envelope, Lane, LaneId};
    use std::ops::ControlFlow;
    use std::sync::Arc;

    fn letters() -> Vec<DeadLetter> {
        let lane = Arc::new(Lane::new(LaneId(1), "filebeat".into(), "cluster", "app", 3));
        let mut builder = BatchBuilder::default();
        builder.push(&lane, 17, 1_000, Some(b"text"));
        builder.push(&lane, 18, 0, Some(b"\xff\x00"));
        let headers = vec![("trace".to_owned(), b"abc".to_vec()), ("bytes".to_owned(), vec![0xff])];
        builder.attach(Envelope { key: Some(b"k".to_vec()), headers, deaths: 2 });
        let batch = builder.take();
        (0..2).map(|at| DeadLetter::of(&batch, at, Stage::Pipeline, "x", "y")).collect()
    }

    #[test]
    fn a_letter_has_bytes_headers_coordinates_and_attempt() {
        let letters = letters();
        let json: Vec<serde_json::Value> = letters.iter().map(|l| serde_json::to_value(l).unwrap()).collect();
        assert_eq!(json[0]["raw"], "text");
        assert_eq!((json[0]["attempt"].as_u64(), json[0]["record_timestamp"].as_i64()), (Some(1), Some(1_000)));
        assert_eq!(json[1]["raw_base64"], "/wA=");
        assert_eq!(json[1]["attempt"], 3);
        assert_eq!(json[1]["key"]["text"], "k");
        assert_eq!(json[1]["headers"][1]["value"]["base64"], "/w==");
        assert_eq!(letters[1].payload(), b"\xff\x00");
        let back: DeadLetter = serde_json::from_value(json[1].clone()).unwrap();
        assert_eq!((back.headers, back.offset), (letters[1].headers.clone(), 18));
        assert_eq!(format!("{}18", letters[1].id_prefix().unwrap()), *letters[1].record_id.as_ref().unwrap());
    }

    #[tokio::test]
    async fn a_file_gives_back_what_was_written_and_skips_what_is_torn() {
        let folder = tempfile::tempdir().unwrap();
        let settings = DeadLetterSettings::File { path: folder.path().join("deep/letters.ndjson") };
        let mut writer = Writer::new(&settings).unwrap();
        writer.write(&letters()).await.unwrap();
        drop(writer);
        let DeadLetterSettings::File { path } = &settings else { unreachable!() };
        let mut text = std::fs::read(path).unwrap();
        text.extend_from_slice(b"{\"torn");
        std::fs::write(path, text).unwrap();
        let mut writer = Writer::new(&settings).unwrap();
        writer.write(&letters()[..1]).await.unwrap();
        let found = tokio::task::spawn_blocking(move || {
            let mut found = Vec::new();
            read(&settings, &mut |letter| {
                found.push(letter.offset);
                ControlFlow::Continue(())
            })
            .unwrap();
            found
        });
        assert_eq!(found.await.unwrap(), vec![17_i64, 18, 17]);
    }
}
