//! What becomes of documents for an output that takes none: its server is away, or slower than what comes.

use super::Chunk;
use crate::delivery::{DeadLetter, DeadLetters, End, Stage};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

/// What is done once an output's queue is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overflow {
    /// Documents wait, and with them all that comes from the same sources: nothing is lost.
    #[default]
    Block,
    /// When it has taken none for so long they are given up, so that the other outputs go on.
    GiveUp { after: Duration, to: Remains },
}

/// What is left of documents that are given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remains {
    /// A count.
    Count,
    /// A dead letter each, to be replayed when the output is back.
    DeadLetter,
}

/// How often a full queue is looked at.
const FULL_WAIT: Duration = Duration::from_millis(5);
const ERROR_TYPE: &str = "output_away";

/// A sink's queue, and what happens when it is full.
#[derive(Clone)]
pub struct Queue {
    output: Arc<str>,
    chunks: mpsc::Sender<Chunk>,
    overflow: Overflow,
    dead_letters: DeadLetters,
    /// Since when the queue is full; known where something follows from it.
    full_since: Arc<Mutex<Option<Instant>>>,
}

/// What became of a chunk that was offered.
enum Offered {
    Taken,
    /// The queue is full, and not yet for long enough.
    Later(Chunk),
    GivenUp(Chunk, Remains),
}

impl Queue {
    pub fn new(output: Arc<str>, chunks: mpsc::Sender<Chunk>, overflow: Overflow, dead_letters: DeadLetters) -> Self {
        Self { output, chunks, overflow, dead_letters, full_since: Arc::default() }
    }

    /// From a worker's thread. A sink that died drops the chunk, and with it the receipt: its records stay uncommitted.
    pub fn blocking_send(&self, mut chunk: Chunk) {
        let Overflow::GiveUp { after, to } = self.overflow else { return drop(self.chunks.blocking_send(chunk)) };
        loop {
            match self.offer(chunk, after, to) {
                Offered::Taken => return,
                Offered::Later(back) => chunk = back,
                Offered::GivenUp(chunk, Remains::Count) => return self.shed(chunk),
                Offered::GivenUp(mut chunk, Remains::DeadLetter) => {
                    for item in std::mem::take(&mut chunk.items) {
                        self.dead_letters.blocking_send(self.letter(&chunk, item.record), chunk.receipt.split(1));
                    }
                    return;
                }
            }
            std::thread::sleep(FULL_WAIT);
        }
    }

    pub async fn send(&self, mut chunk: Chunk) {
        let Overflow::GiveUp { after, to } = self.overflow else { return drop(self.chunks.send(chunk).await) };
        loop {
            match self.offer(chunk, after, to) {
                Offered::Taken => return,
                Offered::Later(back) => chunk = back,
                Offered::GivenUp(chunk, Remains::Count) => return self.shed(chunk),
                Offered::GivenUp(mut chunk, Remains::DeadLetter) => {
                    for item in std::mem::take(&mut chunk.items) {
                        let letter = self.letter(&chunk, item.record);
                        self.dead_letters.send(letter, chunk.receipt.split(1)).await;
                    }
                    return;
                }
            }
            tokio::time::sleep(FULL_WAIT).await;
        }
    }

    fn offer(&self, chunk: Chunk, after: Duration, to: Remains) -> Offered {
        let sent = self.chunks.try_send(chunk);
        let mut full_since = self.full_since.lock().unwrap_or_else(PoisonError::into_inner);
        match sent {
            Ok(()) | Err(TrySendError::Closed(_)) => {
                *full_since = None;
                Offered::Taken
            }
            Err(TrySendError::Full(chunk)) if full_since.get_or_insert_with(Instant::now).elapsed() < after => {
                Offered::Later(chunk)
            }
            Err(TrySendError::Full(chunk)) => Offered::GivenUp(chunk, to),
        }
    }

    fn shed(&self, chunk: Chunk) {
        metrics::counter!("logboom_output_shed_total", "output" => self.output.to_string())
            .increment(u64::from(chunk.receipt.count()));
        chunk.receipt.settle(End::Shed);
    }

    fn letter(&self, chunk: &Chunk, record: u32) -> DeadLetter {
        let reason = format!("the output `{}` took no documents for `overflow_after`", self.output);
        DeadLetter::of(&chunk.batch, record, Stage::Output, ERROR_TYPE, reason)
    }
}
