//! Appending: one thread writes what all requests bring, in groups that share one sync.

use super::position::sync_folder;
use super::{ENTRY_HEADER_BYTES, SEGMENT_HEADER_BYTES, Segment, SegmentHeader, Shared, frame, remove, segment_path};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;
use tokio::sync::oneshot;

/// Requests that may wait for the thread. Their bytes are bounded by who makes them.
const QUEUED_REQUESTS_MAX: usize = 1_024;
/// A group that has reached this is written without looking for more.
const GROUP_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Records of one request.
#[derive(Default)]
pub struct Bundle {
    pub bytes: Vec<u8>,
    /// Where each record ends in `bytes`.
    pub ends: Vec<usize>,
    pub written_ms: u64,
}

impl Bundle {
    /// What they take on disk.
    fn framed_bytes(&self) -> u64 {
        (self.bytes.len() + self.ends.len() * ENTRY_HEADER_BYTES) as u64
    }

    fn records(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| self.bytes.get(start..*end).unwrap_or_default())
    }
}

/// Where a request's records are now, synced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    pub segment: u32,
    /// Where each record's entry ends in the segment.
    pub ends: Vec<u64>,
}

/// Why records were not taken. Nothing of them is in the log.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum Refused {
    #[error("the spool holds {used_bytes} bytes, its bound is {bytes_max} (`spool.size_max`)")]
    Full { used_bytes: u64, bytes_max: u64 },
    #[error("too many requests wait for the spool")]
    Busy,
    #[error("the spool cannot be written: {0}")]
    Disk(String),
    #[error("the spool is closed")]
    Closed,
}

struct Request {
    bundle: Bundle,
    done: oneshot::Sender<Result<Appended, Refused>>,
}

/// Appends to a spool.
#[derive(Clone)]
pub struct Appender {
    queue: crossbeam_channel::Sender<Request>,
    shared: Arc<Shared>,
}

impl Appender {
    pub(super) fn start(shared: Arc<Shared>) -> io::Result<Self> {
        let (queue, requests) = crossbeam_channel::bounded(QUEUED_REQUESTS_MAX);
        let log = Log { shared: shared.clone(), active: None, buffer: Vec::new() };
        let name = format!("spool-{}", shared.source);
        std::thread::Builder::new().name(name).spawn(move || log.run(&requests))?;
        Ok(Self { queue, shared })
    }

    /// Appends the records of a request; they are on disk when this returns.
    pub async fn append(&self, bundle: Bundle) -> Result<Appended, Refused> {
        let bytes = bundle.framed_bytes();
        let bytes_max = self.shared.settings.bytes_max;
        let used_bytes = self.shared.used_bytes.fetch_add(bytes, Ordering::Relaxed);
        let refuse = |refused| {
            self.shared.used_bytes.fetch_sub(bytes, Ordering::Relaxed);
            Err(refused)
        };
        if used_bytes + bytes > bytes_max {
            return refuse(Refused::Full { used_bytes, bytes_max });
        }
        let (done, answer) = oneshot::channel();
        match self.queue.try_send(Request { bundle, done }) {
            Ok(()) => {}
            Err(crossbeam_channel::TrySendError::Full(_)) => return refuse(Refused::Busy),
            Err(crossbeam_channel::TrySendError::Disconnected(_)) => return refuse(Refused::Closed),
        }
        // The thread gives the bytes back itself where it could not write: the caller may be gone by then.
        answer.await.unwrap_or(Err(Refused::Closed))
    }
}

/// The appending thread's state.
struct Log {
    shared: Arc<Shared>,
    active: Option<Active>,
    buffer: Vec<u8>,
}

/// The segment that is being written.
struct Active {
    number: u32,
    file: File,
    mark: [u8; 8],
    /// Synced up to here.
    end: u64,
}

impl Log {
    fn run(mut self, requests: &crossbeam_channel::Receiver<Request>) {
        while let Ok(first) = requests.recv() {
            let mut bytes = first.bundle.bytes.len();
            let mut group = vec![first];
            while bytes < GROUP_BYTES_MAX
                && let Ok(next) = requests.try_recv()
            {
                bytes += next.bundle.bytes.len();
                group.push(next);
            }
            self.append(group);
        }
    }

    fn append(&mut self, group: Vec<Request>) {
        let written = self.write(&group);
        if let Err(error) = &written {
            let bytes: u64 = group.iter().map(|r| r.bundle.framed_bytes()).sum();
            self.shared.used_bytes.fetch_sub(bytes, Ordering::Relaxed);
            metrics::counter!("logboom_spool_write_errors_total", "source" => self.shared.source.clone()).increment(1);
            tracing::error!(%error, spool = %self.shared.settings.path.display(), "Cannot write the spool; senders are asked to try again.");
            self.seal();
        }
        self.shared.measure();
        let outcome = written.map_err(|error| Refused::Disk(error.to_string()));
        match outcome {
            Ok(appended) => group.into_iter().zip(appended).for_each(|(request, a)| drop(request.done.send(Ok(a)))),
            Err(refused) => group.into_iter().for_each(|request| drop(request.done.send(Err(refused.clone())))),
        }
    }

    /// Writes and syncs a group. After an error the active segment must be sealed.
    fn write(&mut self, group: &[Request]) -> io::Result<Vec<Appended>> {
        if self.active.as_ref().is_some_and(|active| active.end >= self.shared.settings.segment_bytes_max) {
            self.seal();
        }
        let active = match &mut self.active {
            Some(active) => active,
            None => self.active.insert(begin_segment(&self.shared)?),
        };
        self.buffer.clear();
        let mut appended = Vec::with_capacity(group.len());
        for Request { bundle, .. } in group {
            let mut ends = Vec::with_capacity(bundle.ends.len());
            for record in bundle.records() {
                frame(&active.mark, bundle.written_ms, record, &mut self.buffer);
                ends.push(active.end + self.buffer.len() as u64);
            }
            appended.push(Appended { segment: active.number, ends });
        }
        let started = Instant::now();
        active.file.write_all_at(&self.buffer, active.end)?;
        active.file.sync_data()?;
        let source = self.shared.source.clone();
        metrics::histogram!("logboom_spool_sync_seconds", "source" => source).record(started.elapsed().as_secs_f64());
        active.end += self.buffer.len() as u64;
        if let Some(segment) = self.shared.segments().get_mut(&active.number) {
            segment.end = active.end;
        }
        self.shared.grown.notify_all();
        self.buffer.shrink_to(GROUP_BYTES_MAX);
        Ok(appended)
    }

    /// Ends the active segment at its last synced byte.
    fn seal(&mut self) {
        let Some(active) = self.active.take() else { return };
        if active.end == SEGMENT_HEADER_BYTES as u64 {
            // Each attempt on a full disk would leave a file behind.
            self.shared.segments().remove(&active.number);
            self.shared.used_bytes.fetch_sub(active.end, Ordering::Relaxed);
            remove(&self.shared.settings.path, active.number);
            return;
        }
        if let Err(error) = active.file.set_len(active.end) {
            // What is behind the synced end was refused: it is read again only after a restart, and only where it is whole.
            tracing::warn!(%error, segment = active.number, "Cannot cut a segment of the spool.");
        }
        if let Some(segment) = self.shared.segments().get_mut(&active.number) {
            segment.is_sealed = true;
        }
        self.shared.grown.notify_all();
    }
}

/// Makes the next segment's file, durably.
fn begin_segment(shared: &Shared) -> io::Result<Active> {
    let number = {
        let mut position = shared.position();
        let number = position.next_segment;
        // Lanes are partitions, which are i32.
        if i32::try_from(number).is_err() {
            return Err(io::Error::other("the numbers of segments are used up"));
        }
        position.next_segment += 1;
        number
    };
    let folder = &shared.settings.path;
    let path = segment_path(folder, number);
    let header = SegmentHeader { identity: shared.identity, number, mark: rand::random() };
    let made = (|| {
        let file = File::options().read(true).write(true).create_new(true).open(&path)?;
        file.write_all_at(&header.write(), 0)?;
        file.sync_all()?;
        sync_folder(folder)?;
        Ok(file)
    })();
    let file = made.inspect_err(|_: &io::Error| drop(std::fs::remove_file(&path)))?;
    let end = SEGMENT_HEADER_BYTES as u64;
    shared.segments().insert(number, Segment { end, is_sealed: false });
    shared.used_bytes.fetch_add(end, Ordering::Relaxed);
    Ok(Active { number, file, mark: header.mark, end })
}
