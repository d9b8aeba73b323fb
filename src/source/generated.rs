//! Records made by a function: the demo, and tests that want the whole job without a server.

use super::{Codec, Feed};
use crate::delivery::{BatchBuilder, Lane};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Makes record number `n`; `None` ends the source.
pub type Generator = Arc<dyn Fn(u64) -> Option<Vec<u8>> + Send + Sync>;

/// A generator and its pace.
#[derive(Clone)]
pub struct GeneratedSettings {
    pub generator: Generator,
    /// Records a second; `None`: as fast as they are taken.
    pub records_per_second: Option<u32>,
}

impl std::fmt::Debug for GeneratedSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GeneratedSettings")
            .field("records_per_second", &self.records_per_second)
            .finish_non_exhaustive()
    }
}

/// How often a paced source hands on what is due.
const TICK: Duration = Duration::from_millis(50);

pub(super) fn run(name: &str, settings: &GeneratedSettings, codec: Codec, feed: &Feed) {
    let id = feed.intake.new_lane_id();
    feed.intake.open(id);
    let lane = Arc::new(Lane::new(id, name.into(), "generated", name, 0));
    let started = Instant::now();
    let mut builder = BatchBuilder::default();
    let mut number = 0;
    while feed.wait_for_room() {
        if let Some(pace) = settings.records_per_second
            && number as f64 >= started.elapsed().as_secs_f64() * f64::from(pace)
        {
            feed.send(builder.take(), codec);
            std::thread::sleep(TICK);
            continue;
        }
        if builder.is_full() {
            feed.send(builder.take(), codec);
        }
        let Some(record) = (settings.generator)(number) else { break };
        builder.push(&lane, number as i64, jiff::Timestamp::now().as_millisecond(), Some(&record));
        number += 1;
    }
    feed.send(builder.take(), codec);
}
