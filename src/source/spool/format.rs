//! The bytes of a segment. Our own format; all numbers are little-endian.
//!
//! ```text
//! segment  magic "LBSPOOL1" · identity 16 · number u32 · mark 8 · crc u32 (of the 36 bytes before it) · entry…
//! entry    mark 8 · length u32 · written u64 (ms since the epoch) · payload crc u32 · crc u32 (of the 24 bytes before it) · payload
//! ```
//! The mark is random for each segment. It lets a reader find the next entry behind a damaged one, and what senders write
//! can't imitate it. The entry's own checksum covers its length, so a damaged length is never believed. Checksums are CRC-32 (IEEE).

use memchr::memmem;

pub const SEGMENT_HEADER_BYTES: usize = 40;
pub const ENTRY_HEADER_BYTES: usize = 28;
/// No payload is longer: a bound on what a reader holds.
pub const ENTRY_BYTES_MAX: usize = 512 * 1024 * 1024;
const MAGIC: &[u8; 8] = b"LBSPOOL1";

/// What a segment says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentHeader {
    pub identity: [u8; 16],
    pub number: u32,
    pub mark: [u8; 8],
}

impl SegmentHeader {
    pub fn write(&self) -> [u8; SEGMENT_HEADER_BYTES] {
        let mut bytes = [0; SEGMENT_HEADER_BYTES];
        bytes[..8].copy_from_slice(MAGIC);
        bytes[8..24].copy_from_slice(&self.identity);
        bytes[24..28].copy_from_slice(&self.number.to_le_bytes());
        bytes[28..36].copy_from_slice(&self.mark);
        let crc = crc32fast::hash(&bytes[..36]);
        bytes[36..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    pub fn read(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; SEGMENT_HEADER_BYTES] = bytes.first_chunk()?;
        let sound = bytes.starts_with(MAGIC) && number_at(bytes, 36) == Some(crc32fast::hash(&bytes[..36]));
        sound.then_some(Self {
            identity: *bytes[8..].first_chunk()?,
            number: number_at(bytes, 24)?,
            mark: *bytes[28..].first_chunk()?,
        })
    }

    /// The mark of a segment whose header is damaged, as its first entry has it.
    pub fn mark_of_first_entry(bytes: &[u8]) -> Option<[u8; 8]> {
        let mark = *bytes.get(SEGMENT_HEADER_BYTES..)?.first_chunk()?;
        entry_header(&bytes[SEGMENT_HEADER_BYTES..], &mark).map(|_| mark)
    }
}

/// Appends an entry to `out`.
pub fn frame(mark: &[u8; 8], written_ms: u64, payload: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(mark);
    out.extend_from_slice(&(payload.len() as u32).to_le_bytes());
    out.extend_from_slice(&written_ms.to_le_bytes());
    out.extend_from_slice(&crc32fast::hash(payload).to_le_bytes());
    let crc = crc32fast::hash(out.get(start..).unwrap_or_default());
    out.extend_from_slice(&crc.to_le_bytes());
    out.extend_from_slice(payload);
}

/// What lies at the beginning of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scan<'a> {
    /// A whole entry of `bytes` bytes.
    Entry {
        written_ms: u64,
        payload: &'a [u8],
        bytes: usize,
    },
    /// Bytes that are no sound entry; another begins behind them, or more of the same.
    Damaged {
        bytes: usize,
    },
    /// The window must have so many bytes before anything can be said.
    More {
        bytes: usize,
    },
    /// Bytes up to the segment's end without a whole entry.
    Torn {
        bytes: usize,
    },
    End,
}

/// Looks at the first entry of `window`. `is_end`: the window reaches to the segment's end.
pub fn scan<'a>(window: &'a [u8], is_end: bool, mark: &[u8; 8]) -> Scan<'a> {
    if window.is_empty() {
        return if is_end { Scan::End } else { Scan::More { bytes: ENTRY_HEADER_BYTES } };
    }
    if window.len() < ENTRY_HEADER_BYTES && !is_end {
        return Scan::More { bytes: ENTRY_HEADER_BYTES };
    }
    let Some(header) = entry_header(window, mark) else { return find_next(window, is_end, mark) };
    let bytes = ENTRY_HEADER_BYTES + header.length;
    match window.get(ENTRY_HEADER_BYTES..bytes) {
        Some(payload) if crc32fast::hash(payload) == header.payload_crc => {
            Scan::Entry { written_ms: header.written_ms, payload, bytes }
        }
        Some(_) => Scan::Damaged { bytes },
        None if is_end => find_next(window, is_end, mark),
        None => Scan::More { bytes },
    }
}

struct EntryHeader {
    length: usize,
    written_ms: u64,
    payload_crc: u32,
}

/// The sound header of an entry that begins here.
fn entry_header(bytes: &[u8], mark: &[u8; 8]) -> Option<EntryHeader> {
    let bytes: &[u8; ENTRY_HEADER_BYTES] = bytes.first_chunk()?;
    let length = number_at(bytes, 8)? as usize;
    let sound = bytes.starts_with(mark)
        && length <= ENTRY_BYTES_MAX
        && number_at(bytes, 24) == Some(crc32fast::hash(&bytes[..24]));
    sound.then_some(EntryHeader {
        length,
        written_ms: u64::from_le_bytes(*bytes[12..].first_chunk()?),
        payload_crc: number_at(bytes, 20)?,
    })
}

/// What begins here is no sound entry: how far is the next?
fn find_next<'a>(window: &'a [u8], is_end: bool, mark: &[u8; 8]) -> Scan<'a> {
    for at in memmem::find_iter(window.get(1..).unwrap_or_default(), mark).map(|at| at + 1) {
        let candidate = window.get(at..).unwrap_or_default();
        if entry_header(candidate, mark).is_some() || candidate.len() < ENTRY_HEADER_BYTES && !is_end {
            return Scan::Damaged { bytes: at };
        }
    }
    if is_end {
        return Scan::Torn { bytes: window.len() };
    }
    // The mark may begin in the window's last bytes.
    match window.len().saturating_sub(mark.len() - 1) {
        0 => Scan::More { bytes: window.len() + mark.len() },
        bytes => Scan::Damaged { bytes },
    }
}

fn number_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}
