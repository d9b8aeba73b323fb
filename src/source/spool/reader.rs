//! Reading a spool behind its synced end, and what a crash leaves at the end of a segment.

use super::{SEGMENT_HEADER_BYTES, Scan, SegmentHeader, Shared, scan, segment_path};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// What is read of a file at once, unless an entry is longer.
const WINDOW_BYTES: usize = 1024 * 1024;
/// A larger window is given back after its entry.
const WINDOW_KEPT_BYTES_MAX: usize = 4 * WINDOW_BYTES;

/// What comes next in a spool.
#[derive(Debug)]
pub enum Item<'a> {
    /// A record whose entry ends at `end`.
    Record { segment: u32, end: u64, written_ms: u64, payload: &'a [u8] },
    /// Bytes up to `end` that are no sound entry, though they were acknowledged.
    Damaged { segment: u32, end: u64, bytes: &'a [u8] },
    /// Everything of this segment has been read.
    SegmentEnd { segment: u32 },
    /// Nothing more is there yet.
    Idle,
}

/// Reads entries in order.
pub struct Reader {
    shared: Arc<Shared>,
    /// Where reading goes on.
    segment: u32,
    position: u64,
    open: Option<Open>,
}

struct Open {
    number: u32,
    file: File,
    mark: [u8; 8],
    window: Window,
}

/// A part of a file.
struct Window {
    /// Where it begins in the file.
    start: u64,
    bytes: Vec<u8>,
}

impl Window {
    /// The part from `position` on.
    fn from(&self, position: u64) -> &[u8] {
        let skip = position.checked_sub(self.start).and_then(|n| usize::try_from(n).ok());
        skip.and_then(|n| self.bytes.get(n..)).unwrap_or_default()
    }

    /// Makes the window begin at `position` and hold `wanted` bytes or what there is up to `end`.
    fn load(&mut self, file: &File, position: u64, wanted: usize, end: u64) -> io::Result<()> {
        let available = usize::try_from(end.saturating_sub(position)).unwrap_or(usize::MAX);
        let wanted = wanted.max(WINDOW_BYTES).min(available);
        if self.bytes.capacity() > WINDOW_KEPT_BYTES_MAX && wanted <= WINDOW_BYTES {
            self.bytes = Vec::new();
        }
        self.bytes.resize(wanted, 0);
        self.start = position;
        let read = file.read_exact_at(&mut self.bytes, position);
        if read.is_err() {
            self.bytes.clear();
        }
        read
    }
}

impl Reader {
    pub(super) fn new(shared: Arc<Shared>, segment: u32, position: u64) -> Self {
        Self { shared, segment, position, open: None }
    }

    /// Waits until something is appended, or for `patience`.
    pub fn wait(&self, patience: Duration) {
        self.shared.wait(patience);
    }

    /// What comes next. After an error it can be asked again.
    pub fn read(&mut self) -> io::Result<Item<'_>> {
        let Some((number, state)) = self.shared.segments().range(self.segment..).next().map(|(n, s)| (*n, *s)) else {
            return Ok(Item::Idle);
        };
        if self.open.as_ref().is_none_or(|open| open.number != number) {
            let position = if number == self.segment { self.position } else { 0 };
            self.open = Some(Open::segment(&self.shared, number)?);
            self.segment = number;
            self.position = position.max(SEGMENT_HEADER_BYTES as u64);
        }
        let start = self.position;
        let found = match &mut self.open {
            Some(open) => open.find(start, state.end)?,
            None => Found::End,
        };
        let (Found::Entry { bytes, .. } | Found::Damaged { bytes } | Found::Torn { bytes }) = found else {
            if !state.is_sealed {
                return Ok(Item::Idle);
            }
            self.open = None;
            self.segment = number.saturating_add(1);
            self.position = 0;
            return Ok(Item::SegmentEnd { segment: number });
        };
        self.position += bytes as u64;
        let end = self.position;
        let bytes = self.open.as_ref().and_then(|open| open.window.from(start).get(..bytes)).unwrap_or_default();
        if let Found::Entry { written_ms, header, .. } = found {
            let payload = bytes.get(header..).unwrap_or_default();
            return Ok(Item::Record { segment: number, end, written_ms, payload });
        }
        metrics::counter!("logboom_spool_damaged_total", "source" => self.shared.source.clone()).increment(1);
        Ok(Item::Damaged { segment: number, end, bytes })
    }
}

/// As [`Scan`], without what it borrows.
enum Found {
    Entry { written_ms: u64, bytes: usize, header: usize },
    Damaged { bytes: usize },
    Torn { bytes: usize },
    End,
}

impl Open {
    fn segment(shared: &Shared, number: u32) -> io::Result<Self> {
        let file = File::open(segment_path(&shared.settings.path, number))?;
        let mark = mark_of(&file)?;
        Ok(Self { number, file, mark, window: Window { start: 0, bytes: Vec::new() } })
    }

    /// What lies at `position`; afterwards the window holds it.
    fn find(&mut self, position: u64, end: u64) -> io::Result<Found> {
        loop {
            let rest = self.window.from(position);
            let is_end = position + rest.len() as u64 >= end;
            return Ok(match scan(rest, is_end, &self.mark) {
                Scan::Entry { written_ms, payload, bytes } => {
                    Found::Entry { written_ms, bytes, header: bytes - payload.len() }
                }
                Scan::Damaged { bytes } => Found::Damaged { bytes },
                Scan::Torn { bytes } => Found::Torn { bytes },
                Scan::End => Found::End,
                Scan::More { bytes } => {
                    self.window.load(&self.file, position, bytes, end)?;
                    continue;
                }
            });
        }
    }
}

/// The mark of a segment: its header's, else its first entry's. Of a segment that has neither, nothing can be read.
fn mark_of(file: &File) -> io::Result<[u8; 8]> {
    let mut bytes = vec![0; SEGMENT_HEADER_BYTES + super::ENTRY_HEADER_BYTES];
    let mut filled = 0;
    while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, filled as u64)? {
            0 => break,
            n => filled += n,
        }
    }
    bytes.truncate(filled);
    let header = SegmentHeader::read(&bytes).map(|header| header.mark);
    Ok(header.or_else(|| SegmentHeader::mark_of_first_entry(&bytes)).unwrap_or_default())
}

/// Cuts off what a crash has left half written at the end of the segment that was last written; gives the segment's length. Bytes
/// before `synced` are left alone: they were acknowledged, and what is wrong with them is no crash's work.
pub(super) fn cut_torn_end(source: &str, folder: &Path, number: u32, synced: u64) -> io::Result<u64> {
    let file = File::options().read(true).write(true).open(segment_path(folder, number))?;
    let length = file.metadata()?.len();
    let mark = mark_of(&file)?;
    let mut open = Open { number, file, mark, window: Window { start: 0, bytes: Vec::new() } };
    let mut position = SEGMENT_HEADER_BYTES as u64;
    while position < length {
        match open.find(position, length)? {
            Found::Entry { bytes, .. } | Found::Damaged { bytes } => position += bytes as u64,
            Found::Torn { .. } if position >= synced => {
                metrics::counter!("logboom_spool_torn_bytes_total", "source" => source.to_owned())
                    .increment(length - position);
                tracing::info!(
                    segment = number,
                    bytes = length - position,
                    "The spool's end was half written, and not acknowledged: it is cut off."
                );
                open.file.set_len(position)?;
                open.file.sync_all()?;
                return Ok(position);
            }
            Found::Torn { .. } | Found::End => break,
        }
    }
    Ok(length)
}
