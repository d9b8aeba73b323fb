//! Writes groups of dead letters, durably.

use super::{DeadLetter, DeadLetterSettings};
use anyhow::{Context as _, bail};
use elasticsearch::http::Method;
use elasticsearch::http::headers::{CONTENT_TYPE, HeaderMap, HeaderValue};
use elasticsearch::http::transport::Transport;
use rdkafka::producer::{FutureProducer, FutureRecord};
use serde_json::{Value, json};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long Kafka or Elasticsearch may take for a group.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// What of an answer goes into an error.
const ANSWER_CHARS_MAX: usize = 300;

pub(super) enum Writer {
    File { path: PathBuf },
    Kafka { topic: String, producer: Box<FutureProducer> },
    Elasticsearch { transport: Transport, data_stream: String },
}

impl Writer {
    pub fn new(settings: &DeadLetterSettings) -> anyhow::Result<Self> {
        Ok(match settings {
            DeadLetterSettings::File { path } => Self::File { path: path.clone() },
            DeadLetterSettings::Kafka { topic, client } => {
                let mut config = rdkafka::ClientConfig::new();
                for (key, value) in client {
                    config.set(key, value);
                }
                config.set("enable.idempotence", "true");
                Self::Kafka { topic: topic.clone(), producer: Box::new(config.create()?) }
            }
            DeadLetterSettings::Elasticsearch { output, data_stream } => Self::Elasticsearch {
                transport: crate::sink::elasticsearch::transport(output)?,
                data_stream: data_stream.clone(),
            },
        })
    }

    /// All of them or an error; after an error all are written again.
    pub async fn write(&mut self, letters: &[DeadLetter]) -> anyhow::Result<()> {
        match self {
            Self::File { path } => {
                let mut lines = Vec::new();
                for letter in letters {
                    serde_json::to_writer(&mut lines, letter)?;
                    lines.push(b'\n');
                }
                let path = path.clone();
                Ok(tokio::task::spawn_blocking(move || append(&path, &lines)).await??)
            }
            Self::Kafka { topic, producer } => {
                let send = |letter: &DeadLetter| {
                    let key = format!("{}-{}-{}", letter.topic, letter.partition, letter.offset);
                    let payload = serde_json::to_vec(letter);
                    let (topic, producer) = (topic.clone(), producer.clone());
                    async move {
                        let payload = payload?;
                        let record = FutureRecord::to(&topic).key(&key).payload(&payload);
                        producer.send(record, WRITE_TIMEOUT).await.map_err(|(error, _)| error)?;
                        anyhow::Ok(())
                    }
                };
                futures_util::future::try_join_all(letters.iter().map(send)).await?;
                Ok(())
            }
            Self::Elasticsearch { transport, data_stream } => index(transport, data_stream, letters).await,
        }
    }
}

/// Appends whole lines, or nothing. The file is locked meanwhile: `logboom dlq replay` may write to it beside the job.
fn append(path: &Path, lines: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = std::fs::OpenOptions::new().create(true).read(true).append(true).open(path)?;
    file.lock()?;
    let before = file.seek(SeekFrom::End(0))?;
    // A crash may have left a line without its end.
    let torn = before > 0 && {
        file.seek(SeekFrom::Start(before - 1))?;
        let mut last = [0];
        file.read_exact(&mut last)?;
        last != *b"\n"
    };
    let first: &[u8] = if torn { b"\n" } else { b"" };
    let written = file.write_all(first).and_then(|()| file.write_all(lines)).and_then(|()| file.sync_data());
    if written.is_err() {
        // Half of a group would stay as a torn line. A full disk has room for taking it back.
        let _ = file.set_len(before);
    }
    written
}

/// Each letter has an id of its own, so that a group that is written again is there once.
async fn index(transport: &Transport, data_stream: &str, letters: &[DeadLetter]) -> anyhow::Result<()> {
    let mut body = Vec::new();
    for letter in letters {
        let id = letter.record_id.as_ref().map(|id| format!("{id}-{}", letter.attempt));
        serde_json::to_writer(&mut body, &json!({"create": {"_index": data_stream, "_id": id}}))?;
        body.push(b'\n');
        serde_json::to_writer(&mut body, letter)?;
        body.push(b'\n');
    }
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    let parameters = Some(&[("filter_path", "errors,items.*.status,items.*.error")]);
    let sent = transport.send(Method::Post, "/_bulk", headers, parameters, Some(body), Some(WRITE_TIMEOUT)).await;
    let response = sent.context("no answer to the dead letters")?;
    let status = response.status_code();
    let text = response.text().await?;
    let excerpt = || text.chars().take(ANSWER_CHARS_MAX).collect::<String>();
    if !status.is_success() {
        bail!("dead letters are refused: HTTP {status}: {}", excerpt());
    }
    let answer: Value = serde_json::from_str(&text).with_context(excerpt)?;
    let items = answer.get("items").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let written = items.iter().filter(|item| {
        let status = item.get("create").and_then(|create| create.get("status")?.as_u64());
        matches!(status, Some(200..=299 | 409))
    });
    let written = written.count();
    if written != letters.len() {
        bail!("{} of {} dead letters are refused: {}", letters.len() - written, letters.len(), excerpt());
    }
    Ok(())
}
