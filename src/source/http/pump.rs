//! From the spool to the workers, and what has ended back to the spool.

use super::{TOPIC, lane};
use crate::delivery::{BatchBuilder, DeadLetter, DeadLetters, Lane, LaneId, Rereads, Stage};
use crate::source::spool::{Item, Reader, Spool};
use crate::source::{Codec, Feed};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long the reader waits for more before a small batch goes on.
const IDLE_WAIT: Duration = Duration::from_millis(20);
/// After an error of the disk.
const ERROR_WAIT: Duration = Duration::from_secs(1);

pub(super) struct Pump {
    name: String,
    feed: Feed,
    dead_letters: DeadLetters,
    spool: Spool,
    reader: Reader,
    builder: BatchBuilder,
    /// Of all segments: those that are begun later are not read again, and are not looked for once that is over.
    rereads: Arc<Rereads>,
    /// Segments from the first in which not everything has ended.
    segments: BTreeMap<u32, Progress>,
    /// Everything before this position of this segment has ended.
    reached: (u32, u64),
    commit_interval: Duration,
    last_commit: Instant,
}

/// How far a segment has come.
struct Progress {
    lane: Arc<Lane>,
    /// Where the last record that was handed on ends.
    sent: u64,
    /// Everything before this has ended.
    ended: u64,
    is_read: bool,
}

/// What the pump does after looking at the spool.
enum Step {
    Go,
    Rest(Duration),
}

impl Pump {
    pub fn new(name: &str, spool: Spool, feed: Feed, dead_letters: DeadLetters, commit_interval: Duration) -> Self {
        let reader = spool.reader();
        Self {
            name: name.to_owned(),
            feed,
            dead_letters,
            spool,
            reader,
            builder: BatchBuilder::default(),
            rereads: Rereads::until_committed(),
            segments: BTreeMap::new(),
            reached: (0, 0),
            commit_interval,
            last_commit: Instant::now(),
        }
    }

    /// Hands records on until told to stop.
    pub fn run(&mut self) {
        while self.feed.wait_for_room() {
            match self.step() {
                Ok(Step::Go) => {}
                Ok(Step::Rest(wait)) => {
                    self.send();
                    self.reader.wait(wait);
                }
                Err(error) => {
                    self.feed.health.source_down(&self.name, format!("cannot read the spool: {error}"));
                    tracing::error!(%error, source = self.name, "Cannot read the spool; trying on.");
                    std::thread::sleep(ERROR_WAIT);
                }
            }
            if self.last_commit.elapsed() >= self.commit_interval {
                self.commit();
            }
        }
        self.send();
    }

    /// Waits for what is in flight and remembers how far everything has ended.
    pub fn drain(&mut self, patience: Duration) {
        let lanes: Vec<LaneId> = self.segments.values().map(|progress| progress.lane.id).collect();
        let is_drained = self.feed.intake.drain(&lanes, patience);
        self.commit();
        let spool_bytes = self.spool.used_bytes();
        tracing::info!(
            source = self.name,
            is_drained,
            spool_bytes,
            "The spool is closed; what is left in it goes on at the next start."
        );
    }

    fn step(&mut self) -> std::io::Result<Step> {
        let item = self.reader.read()?;
        match item {
            Item::Record { segment, end, written_ms, payload } => {
                let progress =
                    progress(&mut self.segments, &self.feed, &self.name, &self.spool, &self.rereads, segment);
                progress.sent = end;
                let written_ms = i64::try_from(written_ms).unwrap_or(0);
                // The ledger commits "last offset + 1": with the offset of an entry's last byte that is where the next begins.
                self.builder.push(&progress.lane, offset(end), written_ms, Some(payload));
            }
            Item::Damaged { segment, end, bytes } => {
                let batch = self.builder.take();
                self.feed.send(batch, Codec::Filebeat);
                let progress =
                    progress(&mut self.segments, &self.feed, &self.name, &self.spool, &self.rereads, segment);
                progress.sent = end;
                tracing::error!(
                    segment,
                    end,
                    bytes = bytes.len(),
                    "An entry of the spool is damaged: it goes to the dead letters."
                );
                let mut single = BatchBuilder::default();
                single.push(&progress.lane, offset(end), 0, Some(bytes));
                let batch = single.take();
                let receipt = self.feed.intake.accept(&batch);
                let reason = format!("{} bytes of {TOPIC} segment {segment} are damaged on disk", bytes.len());
                let letter = DeadLetter::of(&batch, 0, Stage::Decode, "damaged_spool_entry", reason);
                self.dead_letters.blocking_send(letter, receipt);
            }
            Item::SegmentEnd { segment } => {
                progress(&mut self.segments, &self.feed, &self.name, &self.spool, &self.rereads, segment).is_read =
                    true;
            }
            Item::Idle => return Ok(Step::Rest(IDLE_WAIT)),
        }
        if self.builder.is_full() {
            self.send();
        }
        Ok(Step::Go)
    }

    fn send(&mut self) {
        let batch = self.builder.take();
        self.feed.send(batch, Codec::Filebeat);
    }

    /// Tells the spool how far everything has ended; it deletes what it needs no more.
    fn commit(&mut self) {
        self.last_commit = Instant::now();
        let commits = self.feed.intake.take_commits(self.segments.values().map(|progress| progress.lane.id));
        for commit in commits {
            if let Some(progress) = self.segments.values_mut().find(|p| p.lane.id == commit.lane) {
                progress.lane.note_commit();
                progress.ended = u64::try_from(commit.next_offset).unwrap_or(0);
            }
        }
        while let Some((number, progress)) = self.segments.first_key_value() {
            let is_over = progress.is_read && progress.ended >= progress.sent;
            self.reached = if is_over { (number.saturating_add(1), 0) } else { (*number, progress.ended) };
            if !is_over {
                break;
            }
            if let Some((_, progress)) = self.segments.pop_first() {
                self.feed.intake.close(progress.lane.id);
            }
        }
        if let Err(error) = self.spool.commit(self.reached.0, self.reached.1) {
            tracing::error!(%error, source = self.name, "Cannot save the spool's position; records would be delivered again, under the same ids.");
        }
    }
}

fn offset(end: u64) -> i64 {
    i64::try_from(end).unwrap_or(i64::MAX) - 1
}

fn progress<'s>(
    segments: &'s mut BTreeMap<u32, Progress>,
    feed: &Feed,
    name: &str,
    spool: &Spool,
    rereads: &Arc<Rereads>,
    segment: u32,
) -> &'s mut Progress {
    segments.entry(segment).or_insert_with(|| {
        let id = feed.intake.new_lane_id();
        feed.intake.open(id);
        let lane = lane(id, name, &spool.identity(), segment).rereading(rereads.clone());
        Progress { lane: Arc::new(lane), sent: 0, ended: 0, is_read: false }
    })
}
