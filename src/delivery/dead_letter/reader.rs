//! Reads dead letters back from where they are kept: those that are there when it begins, oldest first.

use super::{DeadLetter, DeadLetterSettings};
use anyhow::{Context as _, bail};
use elasticsearch::http::Method;
use elasticsearch::http::headers::HeaderMap;
use elasticsearch::http::transport::Transport;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::{Message, Offset, TopicPartitionList};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

/// What is done with each.
type Each<'a> = &'a mut dyn FnMut(DeadLetter) -> ControlFlow<()>;

/// How long a server may be silent.
const PATIENCE: Duration = Duration::from_secs(30);

/// Documents of one page.
const PAGE_DOCUMENTS: usize = 500;

/// Gives every dead letter to `each`, until it breaks off. Blocks; to be called from a thread of its own.
pub fn read(settings: &DeadLetterSettings, each: Each<'_>) -> anyhow::Result<()> {
    match settings {
        DeadLetterSettings::File { path } => read_file(path, each),
        DeadLetterSettings::Kafka { topic, client } => read_topic(topic, client, each),
        DeadLetterSettings::Elasticsearch { output, data_stream } => {
            let transport = crate::sink::elasticsearch::transport(output)?;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(read_stream(&transport, data_stream, each))
        }
    }
}

fn read_file(path: &Path, each: Each<'_>) -> anyhow::Result<()> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    // A replay may add letters: they are not read in the same run.
    let length = file.metadata()?.len();
    for (number, line) in BufReader::new(file.take(length)).split(b'\n').enumerate() {
        let line = line.with_context(|| format!("cannot read {}", path.display()))?;
        match serde_json::from_slice(&line) {
            Ok(letter) => {
                if each(letter).is_break() {
                    break;
                }
            }
            Err(_) if line.is_empty() => {}
            Err(error) => tracing::warn!(file = %path.display(), line = number + 1, %error, "Not a dead letter."),
        }
    }
    Ok(())
}

fn read_topic(topic: &str, client: &std::collections::BTreeMap<String, String>, each: Each<'_>) -> anyhow::Result<()> {
    let mut config = rdkafka::ClientConfig::new();
    config.set("group.id", "logboom-dlq").set("enable.auto.commit", "false");
    for (key, value) in client {
        config.set(key, value);
    }
    let consumer: BaseConsumer = config.create()?;
    let metadata = consumer.fetch_metadata(Some(topic), PATIENCE).context("no broker answers")?;
    let partitions = metadata.topics().iter().find(|found| found.name() == topic).map(|found| found.partitions());
    let mut ends = HashMap::new();
    let mut list = TopicPartitionList::new();
    for partition in partitions.unwrap_or_default() {
        let (first, end) = consumer.fetch_watermarks(topic, partition.id(), PATIENCE)?;
        if first < end {
            ends.insert(partition.id(), end);
            list.add_partition_offset(topic, partition.id(), Offset::Offset(first))?;
        }
    }
    consumer.assign(&list)?;
    let mut last = Instant::now();
    while !ends.is_empty() {
        let Some(message) = consumer.poll(Duration::from_millis(200)) else {
            // The end may be a transaction's mark that no poll gives: the position tells.
            let positions = consumer.position()?;
            ends.retain(|partition, end| {
                let position = positions.find_partition(topic, *partition).map(|found| found.offset());
                !matches!(position, Some(Offset::Offset(at)) if at >= *end)
            });
            if last.elapsed() > PATIENCE {
                bail!("the topic {topic} gives no more records, though there are some");
            }
            continue;
        };
        let message = message?;
        last = Instant::now();
        let Some(end) = ends.get(&message.partition()).copied() else { continue };
        if message.offset() + 1 >= end {
            ends.remove(&message.partition());
        }
        if message.offset() >= end {
            continue;
        }
        match serde_json::from_slice(message.payload().unwrap_or_default()) {
            Ok(letter) => {
                if each(letter).is_break() {
                    break;
                }
            }
            Err(error) => {
                tracing::warn!(topic, partition = message.partition(), offset = message.offset(), %error, "Not a dead letter.")
            }
        }
    }
    Ok(())
}

/// A scroll sees the documents as they are when it begins.
async fn read_stream(transport: &Transport, data_stream: &str, each: Each<'_>) -> anyhow::Result<()> {
    let name = percent_encoding::utf8_percent_encode(data_stream, percent_encoding::NON_ALPHANUMERIC);
    post(transport, &format!("/{name}/_refresh?ignore_unavailable=true"), None).await?;
    let query = json!({"size": PAGE_DOCUMENTS, "sort": [{"@timestamp": {"order": "asc", "unmapped_type": "date"}}]});
    let mut page = post(transport, &format!("/{name}/_search?scroll=2m&ignore_unavailable=true"), Some(&query)).await?;
    loop {
        let hits = page.pointer("/hits/hits").and_then(Value::as_array).cloned().unwrap_or_default();
        if hits.is_empty() {
            return Ok(());
        }
        for mut hit in hits {
            match serde_json::from_value(hit.get_mut("_source").map(Value::take).unwrap_or_default()) {
                Ok(letter) => {
                    if each(letter).is_break() {
                        return Ok(());
                    }
                }
                Err(error) => tracing::warn!(id = ?hit.get("_id"), %error, "Not a dead letter."),
            }
        }
        let Some(scroll) = page.get("_scroll_id") else { return Ok(()) };
        page = post(transport, "/_search/scroll", Some(&json!({"scroll": "2m", "scroll_id": scroll}))).await?;
    }
}

/// What takes no body is refused with an empty one.
async fn post(transport: &Transport, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
    let body = body.map(serde_json::to_vec).transpose()?;
    let mut headers = HeaderMap::new();
    let json = elasticsearch::http::headers::HeaderValue::from_static("application/json");
    headers.insert(elasticsearch::http::headers::CONTENT_TYPE, json);
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let parameters: Vec<(&str, &str)> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let response = transport.send(Method::Post, path, headers, Some(&parameters), body, Some(PATIENCE)).await?;
    let status = response.status_code();
    if !status.is_success() {
        bail!("cannot read the dead letters: HTTP {status}: {}", response.text().await.unwrap_or_default());
    }
    Ok(response.json().await?)
}
