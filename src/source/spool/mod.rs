//! The spool: records that a sender will not send again, kept on disk until each has ended.
//!
//! It is a log of segment files. A request's records are appended in one piece and synced before anybody is told that they are
//! taken; requests that come at the same time share one sync. The reader follows behind the synced end and hands records on with the coordinates
//! (segment, position), so the ledger, `_id`s and dead letters work as with a partition and an offset. A segment is deleted once everything
//! in it has ended. `format` has the bytes, `log` the appending, `reader` the reading, `position` what is remembered.
//!
//! # What survives what
//! - SIGKILL: everything that was acknowledged. A record written but not acknowledged may be there too; its sender sends it again.
//! - Power loss: the same, as far as the disk honours `fdatasync`. New files are made durable by syncing the folder.
//! - A full or broken disk: the request is refused (429) and the file is cut back to what is synced. After a failed sync a file is never
//!   synced again (the kernel may have dropped its pages and says so only once): it is closed at its last synced byte and a new one begun.
//! - Rot: an entry whose checksum is wrong is a dead letter with its bytes; the entries after it are found by the segment's mark.
//! - A start never appends to an old segment: coordinates are never used twice, or a new record could take an old one's `_id`.
//! - A lost folder is a new spool: its identity, which every `_id` made of coordinates begins with, is random.
//!
//! # Why not a crate
//! Looked at (2026): `okaywal`, `yaque` and `commitlog` have had no release for years; `raft-engine` is made for many Raft groups and
//! brings its own pools and compaction; `wal-db` and `open-wal` are young and, like most, end or refuse recovery at the first damaged entry,
//! where we must go on behind it and say what it was. None gives back space by acknowledgement or goes on after a full disk. `redb`, which we
//! use for verdicts, writes each record several times over.

mod format;
mod log;
mod position;
mod reader;
#[cfg(test)]
mod tests;

pub use format::{ENTRY_BYTES_MAX, ENTRY_HEADER_BYTES, SEGMENT_HEADER_BYTES, Scan, SegmentHeader, frame, scan};
pub use log::{Appended, Appender, Bundle, Refused};
pub use reader::{Item, Reader};

use position::Position;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Where a spool lies and how large it may grow.
#[derive(Clone, Debug)]
pub struct SpoolSettings {
    pub path: PathBuf,
    /// Beyond this, requests are refused.
    pub bytes_max: u64,
    /// A segment that has reached this is followed by a new one.
    pub segment_bytes_max: u64,
}

/// An open spool. One process holds it at a time.
pub struct Spool {
    shared: Arc<Shared>,
    /// Locked while the spool is open.
    _lock: File,
}

/// What the appending and the reading side both know.
struct Shared {
    source: String,
    settings: SpoolSettings,
    identity: [u8; 16],
    /// Bytes on disk, and those reserved by requests that are about to be written.
    used_bytes: AtomicU64,
    segments: Mutex<BTreeMap<u32, Segment>>,
    grown: Condvar,
    /// What is remembered on disk, as last written.
    position: Mutex<Position>,
}

/// A segment file as far as it may be read.
#[derive(Clone, Copy, Debug)]
struct Segment {
    /// Synced up to here.
    end: u64,
    /// Nothing will be appended to it any more.
    is_sealed: bool,
}

impl Spool {
    /// Opens a spool, or makes one. What a crash has left half written at its end is cut off.
    pub fn open(source: &str, settings: SpoolSettings) -> io::Result<Self> {
        fs::create_dir_all(&settings.path)?;
        let lock = File::create(settings.path.join("lock"))?;
        lock.try_lock()
            .map_err(|error| io::Error::other(format!("another process holds {}: {error}", settings.path.display())))?;
        let known = Position::load(&settings.path);
        let mut numbers = list(&settings.path)?;
        numbers.sort_unstable();
        let identity = known.as_ref().map(|p| p.identity).or_else(|| identity_of(&settings.path, &numbers));
        let mut position = known.unwrap_or_else(|| Position::new(identity.unwrap_or_else(rand::random)));
        let mut segments = BTreeMap::new();
        for number in numbers {
            if number < position.segment {
                // Everything in it had ended; the process died before it could delete it.
                remove(&settings.path, number);
                continue;
            }
            let synced = if number == position.synced.0 { position.synced.1 } else { 0 };
            // A segment before the one last known to be synced was synced whole.
            let end = if number >= position.synced.0 {
                reader::cut_torn_end(source, &settings.path, number, synced)?
            } else {
                fs::metadata(segment_path(&settings.path, number))?.len()
            };
            segments.insert(number, Segment { end, is_sealed: true });
            position.next_segment = position.next_segment.max(number.saturating_add(1));
        }
        position.save(&settings.path)?;
        let used = segments.values().map(|s| s.end).sum();
        let shared = Shared {
            source: source.to_owned(),
            identity: position.identity,
            used_bytes: AtomicU64::new(used),
            segments: Mutex::new(segments),
            grown: Condvar::new(),
            position: Mutex::new(position),
            settings,
        };
        shared.measure();
        Ok(Self { shared: Arc::new(shared), _lock: lock })
    }

    /// The scope of coordinates: no other spool has it.
    pub fn identity(&self) -> String {
        self.shared.identity.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Starts the thread that appends; it ends when every clone of the appender is gone.
    pub fn appender(&self) -> io::Result<Appender> {
        Appender::start(self.shared.clone())
    }

    /// Reads from what had not ended when the spool was last open.
    pub fn reader(&self) -> Reader {
        let position = self.shared.position().clone();
        Reader::new(self.shared.clone(), position.segment, position.position)
    }

    /// Remembers that everything before `position` of `segment` has ended, and deletes the segments before it.
    pub fn commit(&self, segment: u32, position: u64) -> io::Result<()> {
        let synced = self.shared.segments().iter().next_back().map(|(number, s)| (*number, s.end));
        let mut saved = self.shared.position();
        let before = saved.clone();
        // Never back: a segment of which nothing has ended since the start says 0.
        (saved.segment, saved.position) = (saved.segment, saved.position).max((segment, position));
        if let Some(synced) = synced {
            saved.synced = saved.synced.max(synced);
        }
        let path = &self.shared.settings.path;
        if *saved != before && saved.save(path).is_err() {
            // On a full disk there is no room to remember anything until something is deleted. Where the position is not known, a
            // start begins with what is left; the last segment stays, since its number must not be given again.
            let last = synced.map_or(0, |(number, _)| number);
            self.shared.delete_before(saved.segment.min(last));
            if let Err(error) = saved.save(path) {
                *saved = before;
                return Err(error);
            }
        }
        let reached = saved.segment;
        drop(saved);
        self.shared.delete_before(reached);
        Ok(())
    }

    /// Bytes of entries that have not ended, as far as is remembered.
    pub fn left_bytes(&self) -> u64 {
        let (segment, position) = {
            let saved = self.shared.position();
            (saved.segment, saved.position)
        };
        let header = SEGMENT_HEADER_BYTES as u64;
        let left = |(number, state): (&u32, &Segment)| {
            let from = if *number == segment { position.max(header) } else { header };
            state.end.saturating_sub(from)
        };
        self.shared.segments().range(segment..).map(left).sum()
    }

    /// Bytes on disk.
    pub fn used_bytes(&self) -> u64 {
        self.shared.used_bytes.load(Ordering::Relaxed)
    }
}

impl Shared {
    fn segments(&self) -> MutexGuard<'_, BTreeMap<u32, Segment>> {
        self.segments.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn position(&self) -> MutexGuard<'_, Position> {
        self.position.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until something is appended, or for `patience`.
    fn wait(&self, patience: Duration) {
        let segments = self.segments();
        drop(self.grown.wait_timeout(segments, patience).unwrap_or_else(PoisonError::into_inner));
    }

    fn delete_before(&self, number: u32) {
        let done: Vec<(u32, u64)> = {
            let mut segments = self.segments();
            let kept = segments.split_off(&number);
            std::mem::replace(&mut *segments, kept).iter().map(|(n, s)| (*n, s.end)).collect()
        };
        for (number, bytes) in done {
            remove(&self.settings.path, number);
            self.used_bytes.fetch_sub(bytes, Ordering::Relaxed);
        }
        self.measure();
    }

    fn measure(&self) {
        let segments = self.segments().len();
        metrics::gauge!("logboom_spool_bytes", "source" => self.source.clone())
            .set(self.used_bytes.load(Ordering::Relaxed) as f64);
        metrics::gauge!("logboom_spool_segments", "source" => self.source.clone()).set(segments as f64);
    }
}

fn segment_path(folder: &Path, number: u32) -> PathBuf {
    folder.join(format!("{number:010}.segment"))
}

/// A file that cannot be deleted is deleted at the next start.
fn remove(folder: &Path, number: u32) {
    let path = segment_path(folder, number);
    if let Err(error) = fs::remove_file(&path) {
        tracing::warn!(%error, file = %path.display(), "Cannot delete a segment of the spool that is done with.");
    }
}

/// The numbers of the segments in a folder.
fn list(folder: &Path) -> io::Result<Vec<u32>> {
    let names = fs::read_dir(folder)?.map(|entry| entry.map(|e| e.file_name()));
    let mut numbers = Vec::new();
    for name in names {
        if let Some(number) = name?.to_str().and_then(|n| n.strip_suffix(".segment")?.parse().ok()) {
            numbers.push(number);
        }
    }
    Ok(numbers)
}

/// The identity that the segments carry, for when the file that remembers it is gone.
fn identity_of(folder: &Path, numbers: &[u32]) -> Option<[u8; 16]> {
    numbers.iter().find_map(|number| {
        let mut bytes = [0; SEGMENT_HEADER_BYTES];
        io::Read::read_exact(&mut File::open(segment_path(folder, *number)).ok()?, &mut bytes).ok()?;
        SegmentHeader::read(&bytes).map(|header| header.identity)
    })
}
