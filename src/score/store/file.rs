//! Verdicts that outlive the process: a file of JSON lines, appended to by a thread of its own, and written anew when most of its
//! lines are out of date.

use super::StoredVerdict;
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The file's name in `data_dir`.
pub const FILE_NAME: &str = "verdicts.ndjson";

/// Verdicts that may wait to be written; models give few in a second.
const QUEUE_MAX: usize = 4_096;

/// A longer line is no verdict of ours.
const LINE_BYTES_MAX: usize = 64 * 1024;

/// The file is written anew when it has this many times more lines than verdicts, and so many lines at least.
const STALE_FACTOR: usize = 2;
const STALE_LINES_MIN: usize = 10_000;

/// How long a verdict may lie in memory before it is in the file.
const FLUSH_EVERY: Duration = Duration::from_millis(500);

type Key = (String, String, Option<String>);

fn key_of(verdict: &StoredVerdict) -> Key {
    (verdict.template.clone(), verdict.class.clone(), verdict.level.clone())
}

/// The file, open.
pub struct FileStore {
    path: PathBuf,
    queue: Option<SyncSender<StoredVerdict>>,
    thread: Option<JoinHandle<()>>,
}

impl FileStore {
    /// Opens (or makes) the file; gives what it holds that has not expired, at most `capacity`, the newest.
    pub fn open(path: &Path, capacity: usize) -> io::Result<(Self, Vec<StoredVerdict>)> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let lock = OpenOptions::new().create(true).append(true).open(path.with_extension("lock"))?;
        lock.try_lock().map_err(|error| io::Error::other(format!("another process uses it: {error}")))?;
        let (verdicts, lines) = read(path, capacity)?;
        let mut journal = Journal { path: path.to_owned(), capacity, lines, file: append(path)?, _lock: lock };
        journal.compact_if_stale(verdicts.len())?;
        let (queue, incoming) = sync_channel(QUEUE_MAX);
        let thread = std::thread::Builder::new().name("verdicts".into()).spawn(move || journal.run(&incoming))?;
        Ok((Self { path: path.to_owned(), queue: Some(queue), thread: Some(thread) }, verdicts))
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Hands a verdict to the writer; never waits.
    pub fn append(&self, verdict: StoredVerdict) {
        if let Some(queue) = &self.queue
            && let Err(TrySendError::Full(_)) = queue.try_send(verdict)
        {
            metrics::counter!("logboom_score_store_dropped_total").increment(1);
        }
    }
}

impl Drop for FileStore {
    /// Writes what waits.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Journal {
    path: PathBuf,
    capacity: usize,
    lines: usize,
    file: BufWriter<File>,
    _lock: File,
}

impl Journal {
    fn run(mut self, incoming: &Receiver<StoredVerdict>) {
        loop {
            let written = match incoming.recv_timeout(FLUSH_EVERY) {
                Ok(verdict) => self.write(&verdict),
                Err(std::sync::mpsc::RecvTimeoutError::Timeout) => self.file.flush(),
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => break,
            };
            if let Err(error) = written {
                metrics::counter!("logboom_score_store_errors_total").increment(1);
                tracing::warn!(path = %self.path.display(), %error, "a verdict could not be written");
            }
        }
        let _ = self.file.flush();
    }

    fn write(&mut self, verdict: &StoredVerdict) -> io::Result<()> {
        serde_json::to_writer(&mut self.file, verdict)?;
        self.file.write_all(b"\n")?;
        self.lines += 1;
        if self.lines > STALE_LINES_MIN && self.lines.is_multiple_of(STALE_LINES_MIN) {
            self.file.flush()?;
            let (verdicts, _) = read(&self.path, self.capacity)?;
            self.compact_if_stale(verdicts.len())?;
        }
        Ok(())
    }

    fn compact_if_stale(&mut self, live: usize) -> io::Result<()> {
        if self.lines <= STALE_LINES_MIN.max(live * STALE_FACTOR) {
            return Ok(());
        }
        let (verdicts, _) = read(&self.path, self.capacity)?;
        let beside = self.path.with_extension("tmp");
        let mut file = BufWriter::new(File::create(&beside)?);
        for verdict in &verdicts {
            serde_json::to_writer(&mut file, verdict)?;
            file.write_all(b"\n")?;
        }
        file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        std::fs::rename(&beside, &self.path)?;
        self.file = append(&self.path)?;
        self.lines = verdicts.len();
        Ok(())
    }
}

fn append(path: &Path) -> io::Result<BufWriter<File>> {
    Ok(BufWriter::new(OpenOptions::new().create(true).append(true).open(path)?))
}

/// What the file holds, the last line of each key, and how many lines there are. A line that was cut by a crash is passed over.
fn read(path: &Path, capacity: usize) -> io::Result<(Vec<StoredVerdict>, usize)> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((Vec::new(), 0)),
        Err(error) => return Err(error),
    };
    let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as u64);
    let mut found: HashMap<Key, (usize, StoredVerdict)> = HashMap::new();
    let mut lines = 0;
    for line in BufReader::new(file).split(b'\n') {
        let line = line?;
        lines += 1;
        if line.len() > LINE_BYTES_MAX {
            continue;
        }
        if let Ok(verdict) = serde_json::from_slice::<StoredVerdict>(&line) {
            found.insert(key_of(&verdict), (lines, verdict));
        }
    }
    let mut kept: Vec<(usize, StoredVerdict)> = found.into_values().filter(|(_, v)| v.expires_ms > now_ms).collect();
    kept.sort_by_key(|(line, _)| std::cmp::Reverse(*line));
    kept.truncate(capacity);
    kept.reverse();
    Ok((kept.into_iter().map(|(_, verdict)| verdict).collect(), lines))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn verdict(template: u64, severity: &str, expires_ms: u64) -> StoredVerdict {
        StoredVerdict {
            template: format!("{template:016x}"),
            text: "disk <*> is gone".into(),
            class: "0".into(),
            level: None,
            expires_ms,
            verdict: "anomaly".into(),
            severity: severity.into(),
            score: 0.9,
            category: "storage".into(),
            reason: "said so".into(),
            judge: "ollama".into(),
            model: Some("m".into()),
            prompt_version: None,
        }
    }

    #[test]
    fn verdicts_survive() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/verdicts.ndjson");
        let (store, found) = FileStore::open(&path, 100).unwrap();
        assert!(found.is_empty());
        store.append(verdict(1, "INFO", u64::MAX));
        store.append(verdict(2, "WARNING", 5));
        store.append(verdict(1, "CRITICAL", u64::MAX));
        assert!(FileStore::open(&path, 100).is_err(), "one process at a time");
        drop(store);
        std::fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"template\":\"cut of").unwrap();
        let (_store, found) = FileStore::open(&path, 100).unwrap();
        assert_eq!(found, [verdict(1, "CRITICAL", u64::MAX)], "the last one counts, expired and broken ones don't");
    }

    #[test]
    fn a_stale_file_is_written_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("verdicts.ndjson");
        let (store, _) = FileStore::open(&path, 100).unwrap();
        for n in 0..STALE_LINES_MIN + 10 {
            let mut waiting = verdict(n as u64 % 7, "INFO", u64::MAX);
            waiting.score = n as f32;
            loop {
                match store.queue.as_ref().unwrap().try_send(waiting) {
                    Ok(()) => break,
                    Err(TrySendError::Full(back)) => waiting = back,
                    Err(TrySendError::Disconnected(_)) => unreachable!(),
                }
            }
        }
        drop(store);
        let (_store, found) = FileStore::open(&path, 100).unwrap();
        assert_eq!(found.len(), 7);
        assert!(BufReader::new(File::open(&path).unwrap()).lines().count() <= 7);
    }
}
