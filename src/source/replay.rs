//! Dead letters as a source: each record comes again with the coordinates that it had, and so with the same `_id`.

use super::{Codec, Feed};
use crate::delivery::{
    BatchBuilder, DeadLetter, DeadLetterSettings, Envelope, Filter, Lane, Rereads, read_dead_letters,
};
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Which letters come again.
#[derive(Clone, Debug)]
pub struct ReplaySettings {
    pub letters: DeadLetterSettings,
    pub filter: Filter,
    /// What the records of each source are.
    pub codecs: HashMap<String, Codec>,
    /// At most so many.
    pub limit: u64,
    /// Letters that say too little to come again.
    pub skipped: Arc<AtomicU64>,
}

pub(super) fn run(name: &str, settings: &ReplaySettings, feed: &Feed) {
    let mut replay = Replay { settings, feed, lanes: HashMap::new(), builders: HashMap::new(), taken: 0 };
    if let Err(error) = read_dead_letters(&settings.letters, &mut |letter| replay.take(&letter)) {
        feed.health.source_down(name, format!("{error:#}"));
        tracing::error!("Cannot read the dead letters: {error:#}");
    }
    for (codec, mut builder) in std::mem::take(&mut replay.builders) {
        feed.send(builder.take(), codec);
    }
}

struct Replay<'a> {
    settings: &'a ReplaySettings,
    feed: &'a Feed,
    lanes: HashMap<String, Arc<Lane>>,
    builders: HashMap<Codec, BatchBuilder>,
    taken: u64,
}

impl Replay<'_> {
    fn take(&mut self, letter: &DeadLetter) -> ControlFlow<()> {
        if !self.settings.filter.matches(letter) {
            return ControlFlow::Continue(());
        }
        if self.taken >= self.settings.limit || !self.feed.wait_for_room() {
            return ControlFlow::Break(());
        }
        self.taken += 1;
        let Some(prefix) = letter.id_prefix() else {
            tracing::warn!(
                topic = letter.topic,
                partition = letter.partition,
                offset = letter.offset,
                "No `record_id`: its document would get another `_id`, so it is left out."
            );
            self.settings.skipped.fetch_add(1, Ordering::Relaxed);
            return ControlFlow::Continue(());
        };
        let codec = self.settings.codecs.get(&letter.source).copied().unwrap_or(Codec::Filebeat);
        // Letters are not in the order of offsets, and nobody commits them: each batch has lanes of its own.
        let lane = self.lanes.entry(prefix.to_owned()).or_insert_with(|| {
            let id = self.feed.intake.new_lane_id();
            let lane = Lane::with_prefix(id, letter.source.as_str().into(), &letter.topic, letter.partition, prefix);
            Arc::new(lane.rereading(Rereads::always()))
        });
        let builder = self.builders.entry(codec).or_default();
        builder.push(lane, letter.offset, letter.record_timestamp.unwrap_or(0), Some(&letter.payload()));
        let headers = letter.headers.iter().map(|h| (h.key.clone(), h.value.clone().into_vec())).collect();
        let key = letter.key.clone().map(crate::delivery::DeadLetterBytes::into_vec);
        builder.attach(Envelope { key, headers, deaths: letter.attempt });
        if builder.is_full() {
            let batch = builder.take();
            self.lanes.clear();
            self.feed.send(batch, codec);
        }
        ControlFlow::Continue(())
    }
}
