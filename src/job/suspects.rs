//! Records that kill the process: found, and put aside, instead of being tried for ever.
//!
//! A panic is caught where it happens; what is meant here is what no program survives (a stack overflow, memory that ran out). Each
//! worker notes in a small file which records it is at. A file that says so at the start tells what the process died over: those records are
//! worked on one by one, each noted by itself, so a second death names the one to blame; from the third start on it is a dead letter.
//! The notes are not synced: they outlive the process, not the machine, and a machine that dies blames no record.

use crate::delivery::{Batch, Lane, Record};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Ranges that are remembered; the oldest are forgotten first.
const RANGES_MAX: usize = 1_000;

/// Deaths after which a record is given up.
const DEATHS_MAX: u32 = 2;

/// Records of a lane that the process died over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Range {
    topic: String,
    partition: i32,
    first: i64,
    last: i64,
    deaths: u32,
}

impl Range {
    fn covers(&self, lane: &Lane, offset: i64) -> bool {
        *self.topic == *lane.topic && self.partition == lane.partition && (self.first..=self.last).contains(&offset)
    }

    fn is_single(&self) -> bool {
        self.first == self.last
    }

    fn is_same(&self, other: &Self) -> bool {
        (&self.topic, self.partition, self.first, self.last) == (&other.topic, other.partition, other.first, other.last)
    }
}

/// What earlier processes died over.
#[derive(Debug, Default)]
pub(super) struct Suspects {
    folder: PathBuf,
    ranges: Vec<Range>,
}

impl Suspects {
    /// Reads what a process that died has left, and notes it.
    pub fn open(data_dir: &Path) -> Self {
        let folder = data_dir.join("in-work");
        match Self::read(&folder) {
            Ok(ranges) => Self { folder, ranges },
            Err(error) => {
                tracing::warn!(folder = %folder.display(), %error, "Cannot note what is in work: a record that kills the process will not be found.");
                Self { folder, ranges: Vec::new() }
            }
        }
    }

    fn read(folder: &Path) -> std::io::Result<Vec<Range>> {
        std::fs::create_dir_all(folder)?;
        let known = folder.join("suspects.json");
        let mut ranges: Vec<Range> =
            std::fs::read(&known).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        let mut died = false;
        for entry in std::fs::read_dir(folder)?.filter_map(Result::ok) {
            if !entry.file_name().to_string_lossy().starts_with("worker-") {
                continue;
            }
            for found in noted(&std::fs::read(entry.path())?) {
                died = true;
                match ranges.iter_mut().find(|range| range.is_same(&found)) {
                    Some(range) => range.deaths += 1,
                    None => ranges.push(found),
                }
            }
            std::fs::remove_file(entry.path())?;
        }
        if died {
            ranges.drain(..ranges.len().saturating_sub(RANGES_MAX));
            let new = known.with_extension("new");
            std::fs::write(&new, serde_json::to_vec(&ranges)?)?;
            std::fs::rename(&new, &known)?;
            tracing::warn!("The process died at work. What was being worked on is looked at record by record.");
        }
        Ok(ranges)
    }

    /// Whether the process died while this record was in work.
    pub fn suspects(&self, lane: &Lane, offset: i64) -> bool {
        self.ranges.iter().any(|range| range.covers(lane, offset))
    }

    /// Whether it died over this very record, and often enough.
    pub fn condemns(&self, lane: &Lane, offset: i64) -> bool {
        let covering = || self.ranges.iter().filter(|range| range.covers(lane, offset));
        covering().any(Range::is_single) && covering().map(|range| range.deaths).sum::<u32>() >= DEATHS_MAX
    }

    /// The notes of one worker.
    pub fn journal(self: &Arc<Self>, worker: usize) -> Journal {
        let path = self.folder.join(format!("worker-{worker}"));
        Journal { suspects: self.clone(), file: File::create(path).ok(), is_open: false }
    }
}

/// What one worker is at.
pub(super) struct Journal {
    suspects: Arc<Suspects>,
    file: Option<File>,
    is_open: bool,
}

impl Journal {
    /// Notes a batch.
    pub fn begin(&mut self, batch: &Batch) {
        let mut ranges: Vec<(u32, i64, i64)> = Vec::with_capacity(batch.lanes.len());
        for record in &batch.records {
            match ranges.iter_mut().find(|(lane, ..)| *lane == record.lane) {
                Some((_, _, last)) => *last = record.offset,
                None => ranges.push((record.lane, record.offset, record.offset)),
            }
        }
        let lane = |at: u32| batch.lanes.get(at as usize);
        self.note(ranges.into_iter().filter_map(|(at, first, last)| Some((&**lane(at)?, first, last))));
    }

    /// To be called before each record of a batch: whether it must be given up.
    pub fn condemns(&mut self, batch: &Batch, record: &Record) -> bool {
        if self.suspects.ranges.is_empty() {
            return false;
        }
        let Some(lane) = batch.lane(record).filter(|lane| self.suspects.suspects(lane, record.offset)) else {
            return false;
        };
        self.note([(&**lane, record.offset, record.offset)].into_iter());
        self.suspects.condemns(lane, record.offset)
    }

    /// The batch is through.
    pub fn end(&mut self) {
        if let (Some(file), true) = (&self.file, std::mem::take(&mut self.is_open)) {
            let _ = file.write_all_at(b"-", 0);
        }
    }

    fn note<'a>(&mut self, ranges: impl Iterator<Item = (&'a Lane, i64, i64)>) {
        let Some(file) = &self.file else { return };
        let ranges = ranges.map(|(lane, first, last)| Range {
            topic: lane.topic.to_string(),
            partition: lane.partition,
            first,
            last,
            deaths: 1,
        });
        let mut text = b"+".to_vec();
        if serde_json::to_writer(&mut text, &ranges.collect::<Vec<_>>()).is_ok() {
            // What an earlier, longer note left behind the line's end is not read.
            text.push(b'\n');
            self.is_open = file.write_all_at(&text, 0).is_ok();
        }
    }
}

/// Ends on an orderly way out as well as on a panic: neither blames a record.
impl Drop for Journal {
    fn drop(&mut self) {
        self.end();
    }
}

fn noted(bytes: &[u8]) -> Vec<Range> {
    let Some(text) = bytes.strip_prefix(b"+") else { return Vec::new() };
    let line = text.split(|b| *b == b'\n').next().unwrap_or_default();
    serde_json::from_slice(line).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::delivery::{BatchBuilder, LaneId};

    fn batch(offsets: std::ops::Range<i64>) -> Batch {
        let lane = Arc::new(Lane::new(LaneId(1), "s".into(), "c", "t", 2));
        let mut builder = BatchBuilder::default();
        offsets.for_each(|offset| builder.push(&lane, offset, 0, Some(b"x")));
        builder.take()
    }

    /// A process works on records and dies at one, if it is in there and not given up. Gives the records given up.
    fn process(folder: &Path, offsets: std::ops::Range<i64>, deadly: Option<i64>) -> Vec<i64> {
        let suspects = Arc::new(Suspects::open(folder));
        let mut journal = suspects.journal(0);
        let batch = batch(offsets);
        journal.begin(&batch);
        let mut given_up = Vec::new();
        for record in &batch.records {
            if journal.condemns(&batch, record) {
                given_up.push(record.offset);
            } else if Some(record.offset) == deadly {
                std::mem::forget(journal);
                return given_up;
            }
        }
        journal.end();
        given_up
    }

    #[test]
    fn a_record_that_kills_twice_is_given_up_at_the_third_start() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(process(folder.path(), 0..100, Some(42)), Vec::<i64>::new());
        // The batch is cut in another way after the restart.
        assert_eq!(process(folder.path(), 10..60, Some(42)), Vec::<i64>::new());
        assert_eq!(process(folder.path(), 0..100, Some(42)), [42]);
        assert_eq!(process(folder.path(), 0..100, Some(42)), [42], "as long as it is not committed");
        assert_eq!(process(folder.path(), 100..200, None), Vec::<i64>::new());
    }

    #[test]
    fn an_end_in_order_blames_nobody() {
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..3 {
            assert_eq!(process(folder.path(), 0..100, None), Vec::<i64>::new());
        }
        assert!(Suspects::open(folder.path()).ranges.is_empty());
    }

    #[test]
    fn an_unreadable_folder_stops_nothing() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("in-work"), "a file").unwrap();
        assert_eq!(process(folder.path(), 0..10, None), Vec::<i64>::new());
    }
}
