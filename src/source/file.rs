//! Files: the lines of all files that match some globs, followed as they grow, with a saved position.
//!
//! A file is known by its device and inode, so that a rotated file is read to its end under its old name. A file that shrinks was
//! truncated and is read from its start.

use super::{Codec, Feed, FileSettings, StartOffset};
use crate::delivery::{BatchBuilder, Lane, LaneId, Rereads};
use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often folders are searched for new files, and grown files for new lines.
const SCAN_EVERY: Duration = Duration::from_millis(250);
const SAVE_EVERY: Duration = Duration::from_secs(1);
/// A line longer than this is cut into records of this size.
const LINE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Files followed at once.
const FILES_MAX: usize = 10_000;

/// A file that is being followed.
struct Followed {
    path: PathBuf,
    reader: BufReader<File>,
    lane: Arc<Lane>,
    /// Where the next unread byte lies.
    offset: u64,
    inode: u64,
    /// The bytes of a line that has no end yet.
    partial: Vec<u8>,
}

/// Saved positions by path: inode and the offset up to which all is delivered.
type Positions = BTreeMap<String, (u64, u64)>;

pub(super) fn run(name: &str, settings: &FileSettings, codec: Codec, feed: &Feed, drain: Duration) {
    let mut source = FileSource {
        name: name.into(),
        settings,
        codec,
        feed,
        positions: load_positions(&settings.positions),
        files: Vec::new(),
        saved: Instant::now(),
    };
    source.follow();
    let lanes: Vec<LaneId> = source.files.iter().map(|f| f.lane.id).collect();
    feed.intake.drain(&lanes, drain);
    source.save();
}

struct FileSource<'s> {
    name: Arc<str>,
    settings: &'s FileSettings,
    codec: Codec,
    feed: &'s Feed,
    positions: Positions,
    files: Vec<Followed>,
    saved: Instant,
}

impl FileSource<'_> {
    fn follow(&mut self) {
        let mut first_scan = true;
        loop {
            self.find_files(first_scan);
            first_scan = false;
            let mut builder = BatchBuilder::default();
            let mut grew = false;
            for at in 0..self.files.len() {
                loop {
                    if !self.feed.wait_for_room() {
                        return self.feed.send(builder.take(), self.codec);
                    }
                    match self.files.get_mut(at).map(|file| file.read_line(&mut builder)) {
                        Some(Ok(true)) => grew = true,
                        Some(Err(error)) => {
                            tracing::warn!(%error, file = ?self.files.get(at).map(|f| f.path.clone()), "Cannot read.");
                            break;
                        }
                        _ => break,
                    }
                    if builder.is_full() {
                        self.feed.send(builder.take(), self.codec);
                    }
                }
            }
            if self.settings.once {
                self.files.iter_mut().for_each(|file| file.end_partial(&mut builder));
            }
            self.feed.send(builder.take(), self.codec);
            if self.saved.elapsed() > SAVE_EVERY {
                self.save();
            }
            if self.settings.once || self.feed.stop.is_set() {
                return;
            }
            if !grew {
                std::thread::sleep(SCAN_EVERY);
            }
        }
    }

    /// Opens files that are new, and lets go of rotated ones that are read to their end.
    fn find_files(&mut self, first_scan: bool) {
        let mut present = HashSet::new();
        for path in self.settings.paths.iter().filter_map(|p| glob::glob(p).ok()).flatten().filter_map(Result::ok) {
            let Ok(metadata) = path.metadata() else { continue };
            if !metadata.is_file() {
                continue;
            }
            present.insert(metadata.ino());
            let is_full = self.files.len() >= FILES_MAX;
            match self.files.iter_mut().find(|f| f.inode == metadata.ino()) {
                Some(file) if metadata.len() < file.offset => {
                    tracing::info!(file = %path.display(), "The file was truncated; reading it from its start.");
                    let generation = format!("{}-{}", file.inode, rand::random::<u64>());
                    file.lane = new_lane(self.feed, &self.name, &generation, &path);
                    let _ = file.reader.seek(SeekFrom::Start(0));
                    file.offset = 0;
                    file.partial.clear();
                }
                Some(_) => {}
                None if is_full => {
                    tracing::warn!(limit = FILES_MAX, "Too many files match; the rest is not read.");
                    return;
                }
                None => self.open(path, metadata.ino(), metadata.len(), first_scan),
            }
        }
        self.files
            .retain(|f| present.contains(&f.inode) || f.reader.get_ref().metadata().is_ok_and(|m| m.len() > f.offset));
    }

    fn open(&mut self, path: PathBuf, inode: u64, len: u64, first_scan: bool) {
        let saved = self.positions.get(&path.display().to_string());
        let offset = match saved {
            Some((known, offset)) if *known == inode && *offset <= len => *offset,
            // A file that appears while we run is new from its first line on.
            None if first_scan && self.settings.start == StartOffset::Latest => len,
            _ => 0,
        };
        let opened = File::open(&path).and_then(|mut file| file.seek(SeekFrom::Start(offset)).map(|_| file));
        match opened {
            Ok(file) => {
                let lane = new_lane(self.feed, &self.name, &inode.to_string(), &path);
                let reader = BufReader::with_capacity(1 << 18, file);
                self.files.push(Followed { path, reader, lane, offset, inode, partial: Vec::new() });
            }
            Err(error) => tracing::warn!(%error, file = %path.display(), "Cannot open."),
        }
    }

    /// Saves how far each file is delivered.
    fn save(&mut self) {
        self.saved = Instant::now();
        let commits = self.feed.intake.take_commits(self.files.iter().map(|f| f.lane.id));
        if commits.is_empty() {
            return;
        }
        for commit in commits {
            if let Some(file) = self.files.iter().find(|f| f.lane.id == commit.lane) {
                file.lane.note_commit();
                let position = (file.inode, u64::try_from(commit.next_offset).unwrap_or(0));
                self.positions.insert(file.path.display().to_string(), position);
            }
        }
        if let Err(error) = save_positions(&self.settings.positions, &self.positions) {
            tracing::error!(%error, file = %self.settings.positions.display(), "Cannot save positions; lines would be read again.");
        }
    }
}

fn new_lane(feed: &Feed, source: &Arc<str>, generation: &str, path: &Path) -> Arc<Lane> {
    let id = feed.intake.new_lane_id();
    feed.intake.open(id);
    let lane = Lane::new(id, source.clone(), generation, &path.display().to_string(), 0);
    Arc::new(lane.rereading(Rereads::until_committed()))
}

impl Followed {
    /// Adds the next whole line; false when there is none yet. A record's offset is that of its last byte's line end, so that
    /// committing it means to go on right after it.
    fn read_line(&mut self, builder: &mut BatchBuilder) -> std::io::Result<bool> {
        let room = LINE_BYTES_MAX.saturating_sub(self.partial.len()) as u64;
        let mut limited = std::io::Read::take(&mut self.reader, room);
        let n = limited.read_until(b'\n', &mut self.partial)?;
        self.offset += n as u64;
        if self.partial.last() != Some(&b'\n') && self.partial.len() < LINE_BYTES_MAX {
            return Ok(false);
        }
        self.push(builder);
        Ok(true)
    }

    /// The end of the file is the end of its last line.
    fn end_partial(&mut self, builder: &mut BatchBuilder) {
        if !self.partial.is_empty() {
            self.push(builder);
        }
    }

    fn push(&mut self, builder: &mut BatchBuilder) {
        let text = self.partial.strip_suffix(b"\n").unwrap_or(&self.partial);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        // The ledger commits "last offset + 1"; with the offset of the last byte that is where the next line begins.
        builder.push(&self.lane, self.offset as i64 - 1, 0, Some(text));
        self.partial.clear();
    }
}

fn load_positions(path: &Path) -> Positions {
    std::fs::read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

/// Writes beside and renames, so that a crash leaves the old positions or the new ones.
fn save_positions(path: &Path, positions: &Positions) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension("tmp");
    std::fs::write(&beside, serde_json::to_vec(positions)?)?;
    std::fs::rename(&beside, path)
}
