//! Outputs: where documents go.
//!
//! A sink takes [`Chunk`]s, documents already serialised for it by a worker, and settles their receipts: delivered only when the
//! other side has said so. A member is one file and one line in [`Output::start`].

pub mod elasticsearch;
mod lines;
mod overflow;
mod settings;

use crate::delivery::{Batch, DeadLetters, Receipt};
use std::sync::Arc;
use tokio::sync::mpsc;

pub use lines::LinesSettings;
use overflow::Queue;
pub use overflow::{Overflow, Remains};

/// How a worker serialises documents for a sink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// An action line and a source line each, as `_bulk` wants them.
    Bulk,
    /// A source line each.
    Lines,
}

/// One document in a chunk.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    /// Index of its record in the batch.
    pub record: u32,
    /// Its bytes in the chunk's body.
    pub start: u32,
    pub end: u32,
}

/// Documents of one batch for one output.
pub struct Chunk {
    pub batch: Arc<Batch>,
    pub body: Vec<u8>,
    pub items: Vec<Item>,
    /// For exactly these items.
    pub receipt: Receipt,
}

/// Chunks that may wait for a sink before workers wait for it.
const QUEUE_CHUNKS_MAX: usize = 8;

/// The settings of one output.
#[derive(Clone, Debug)]
pub enum OutputSettings {
    Elasticsearch(elasticsearch::ElasticsearchSettings),
    Lines(LinesSettings),
    Null,
}

/// A running output.
#[derive(Clone)]
pub struct Output {
    pub name: Arc<str>,
    pub encoding: Encoding,
    queue: Queue,
}

impl Output {
    /// Starts the sink on the current tokio runtime. It ends when every clone is gone and all it holds is settled.
    pub fn start(
        name: &str,
        settings: &OutputSettings,
        dead_letters: &DeadLetters,
        health: &crate::telemetry::Health,
    ) -> anyhow::Result<(Self, tokio::task::JoinHandle<()>)> {
        let (sender, chunks) = mpsc::channel(QUEUE_CHUNKS_MAX);
        let name: Arc<str> = name.into();
        let overflow = match settings {
            OutputSettings::Elasticsearch(settings) => settings.overflow,
            _ => Overflow::Block,
        };
        let (encoding, task) = match settings {
            OutputSettings::Elasticsearch(settings) => {
                let sink =
                    elasticsearch::Elasticsearch::new(name.clone(), settings, dead_letters.clone(), health.clone())?;
                (Encoding::Bulk, tokio::spawn(sink.run(chunks)))
            }
            OutputSettings::Lines(settings) => (Encoding::Lines, tokio::spawn(lines::run(settings.clone(), chunks))),
            OutputSettings::Null => (Encoding::Lines, tokio::spawn(lines::discard(chunks))),
        };
        let queue = Queue::new(name.clone(), sender, overflow, dead_letters.clone());
        Ok((Self { name, encoding, queue }, task))
    }

    /// Hands a chunk to the sink from a worker thread; waits while the sink is behind, as its [`Overflow`] says.
    pub fn blocking_send(&self, chunk: Chunk) {
        self.queue.blocking_send(chunk);
    }

    pub async fn send(&self, chunk: Chunk) {
        self.queue.send(chunk).await;
    }
}
