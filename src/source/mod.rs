//! Sources: where records come from.
//!
//! A source fills batches, hands them on through [`Feed`], and commits what [`crate::delivery::Intake`] says has ended. It stops
//! fetching while the byte budget is spent, and ends when told to stop. A member is one file and one line in [`Source::start`].

mod file;
mod generated;
mod http;
mod kafka;
mod replay;
mod settings;
pub mod spool;
mod stdin;

use crate::delivery::{Batch, DeadLetters, Intake, Receipt};
use crate::telemetry::Health;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

pub use generated::{GeneratedSettings, Generator};
pub(crate) use http::FilterPath;
pub use http::HttpSettings;
pub use replay::ReplaySettings;
pub use settings::{Codec, FileSettings, KafkaSettings, SourceKind, SourceSettings, StartOffset};

/// A batch on its way to a worker.
pub struct Delivery {
    pub batch: Arc<Batch>,
    pub receipt: Receipt,
    pub codec: Codec,
}

/// What a source needs to hand batches on.
#[derive(Clone)]
pub struct Feed {
    pub intake: Arc<Intake>,
    pub queue: crossbeam_channel::Sender<Delivery>,
    pub stop: Stop,
    pub health: Health,
}

impl Feed {
    /// Registers the batch and hands it to the workers; waits while they are behind. Empty batches are let go.
    pub fn send(&self, batch: Batch, codec: Codec) {
        if batch.records.is_empty() {
            return;
        }
        let receipt = self.intake.accept(&batch);
        // Without workers left the receipt is dropped unsettled, and nothing is committed.
        let _ = self.queue.send(Delivery { batch: Arc::new(batch), receipt, codec });
    }

    /// Waits while the byte budget is spent. False when the source has to stop.
    pub fn wait_for_room(&self) -> bool {
        if self.intake.is_full() {
            metrics::counter!("logboom_source_pauses_total").increment(1);
            while !self.intake.has_room() {
                if self.stop.is_set() {
                    return false;
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        !self.stop.is_set()
    }
}

/// Tells sources to stop fetching.
#[derive(Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A running source. Its thread ends when the input ends or [`Stop`] is set; after that it drains and commits for at most
/// `drain` and then lets go.
pub struct Source {
    pub name: String,
    pub thread: JoinHandle<()>,
}

impl Source {
    /// Must be called on a tokio runtime. `dead_letters` take what a source itself finds to be broken.
    pub fn start(
        name: &str,
        settings: &SourceSettings,
        feed: Feed,
        dead_letters: &DeadLetters,
        drain: Duration,
    ) -> anyhow::Result<Self> {
        let builder = std::thread::Builder::new().name(format!("source-{name}"));
        let (owned, codec) = (name.to_owned(), settings.codec);
        let thread = match settings.kind.clone() {
            SourceKind::Kafka(kafka) => {
                let source = kafka::Kafka::new(name, kafka, codec, feed, drain)?;
                builder.spawn(move || source.run())?
            }
            SourceKind::File(file) => builder.spawn(move || file::run(&owned, &file, codec, &feed, drain))?,
            SourceKind::Generated(generated) => {
                builder.spawn(move || generated::run(&owned, &generated, codec, &feed))?
            }
            SourceKind::Http(http) => {
                let source = http::Http::start(name, http, feed, dead_letters.clone(), drain)?;
                builder.spawn(move || source.run())?
            }
            SourceKind::Replay(replay) => builder.spawn(move || replay::run(&owned, &replay, &feed))?,
            SourceKind::Stdin => builder.spawn(move || stdin::run(&owned, codec, &feed))?,
        };
        Ok(Self { name: name.to_owned(), thread })
    }
}
