//! A thread's access to the miner: its own scratch space and its own small cache in front of the shared table.

use super::header::{Header, recognise};
use super::lexer::{Kind, Scan};
use super::miner::Miner;
use super::template::{Template, TemplateId};
use std::ops::Range;
use std::sync::Arc;

/// Skeletons in a worker's cache (64 KiB, so that it stays in the core's own cache).
const CACHED_SKELETONS: usize = 4096;

/// Set among a match's holes when one of them is a part of a word, or the rest of the line: then the template knows more.
pub(super) const PARTIAL: u128 = 1 << 127;

/// The template of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TemplateMatch {
    pub id: TemplateId,
    /// Whether this line made the template.
    pub is_new: bool,
    holes: u128,
}

impl TemplateMatch {
    /// Whether the line was not mined because a bound bit; its id is [`TemplateId::OVERFLOW`].
    pub fn is_overflow(&self) -> bool {
        self.id == TemplateId::OVERFLOW
    }
}

/// A thread's access to a [`Miner`].
pub struct Worker {
    miner: Arc<Miner>,
    scan: Scan,
    /// Hash and slot of the skeletons seen last; the slot says whether the entry still holds.
    cache: Box<[(u64, u32)]>,
    /// Lines since the last that had to be learned.
    lines: u64,
}

impl Worker {
    pub fn new(miner: Arc<Miner>) -> Self {
        Self { miner, scan: Scan::default(), cache: vec![(0, 0); CACHED_SKELETONS].into(), lines: 0 }
    }

    pub fn miner(&self) -> &Arc<Miner> {
        &self.miner
    }

    /// The template of a message. Allocates nothing if the message's form is known.
    #[inline]
    pub fn observe(&mut self, text: &str) -> TemplateMatch {
        self.observe_bytes(text.as_bytes(), 0)
    }

    /// The template of a line that still carries its header: time, host, level and such are recognised and take no part.
    pub fn observe_raw(&mut self, line: &str) -> (TemplateMatch, Header) {
        let header = recognise(line.as_bytes());
        (self.observe_bytes(line.as_bytes(), header.end), header)
    }

    /// As [`Worker::observe`], from byte `from` on; bytes that are not UTF-8 are kept apart but read as one replacement character.
    pub fn observe_bytes(&mut self, text: &[u8], from: usize) -> TemplateMatch {
        self.lines += 1;
        self.scan.scan(text, from, self.miner.hash_seed());
        let hash = self.scan.hash;
        let entry = hash as usize % CACHED_SKELETONS;
        if let Some((cached, slot)) = self.cache.get(entry).copied()
            && cached == hash
            && let Some((id, holes)) = self.miner.read(slot, hash)
        {
            return TemplateMatch { id, is_new: false, holes };
        }
        self.miss(text, from, entry)
    }

    #[cold]
    fn miss(&mut self, text: &[u8], from: usize, entry: usize) -> TemplateMatch {
        let hash = self.scan.hash;
        if let Some(slot) = self.miner.slot_of(hash)
            && let Some((id, holes)) = self.miner.read(slot, hash)
        {
            self.remember(entry, slot);
            return TemplateMatch { id, is_new: false, holes };
        }
        if self.scan.tokens.last().is_some_and(|t| t.kind == Kind::Cut) {
            self.miner.count_cut_line();
        }
        let lesson = self.miner.learn(&self.scan, text, from, std::mem::take(&mut self.lines));
        if let Some(slot) = lesson.slot {
            self.remember(entry, slot);
        }
        TemplateMatch { id: lesson.id, is_new: lesson.is_new, holes: lesson.holes }
    }

    fn remember(&mut self, entry: usize, slot: u32) {
        if let Some(cached) = self.cache.get_mut(entry) {
            *cached = (self.scan.hash, slot);
        }
    }

    /// Where the parameters of the line observed last are in it, in the order of the template's `<*>`.
    pub fn parameters(&self, found: &TemplateMatch) -> Parameters<'_> {
        let template = if found.holes & PARTIAL != 0 { self.miner.template(found.id) } else { None };
        Parameters { scan: &self.scan, holes: found.holes & !PARTIAL, template, next: 0 }
    }
}

/// Byte ranges of a line's parameters.
pub struct Parameters<'w> {
    scan: &'w Scan,
    holes: u128,
    template: Option<Arc<Template>>,
    next: usize,
}

impl Iterator for Parameters<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        while let Some(token) = self.scan.tokens.get(self.next) {
            let place = self.next;
            self.next += 1;
            let (start, end) = (token.start as usize, token.end as usize);
            if self.template.as_ref().is_some_and(|t| t.tail == Some(place as u8)) {
                self.next = self.scan.tokens.len();
                let last = self.scan.tokens.iter().rfind(|t| matches!(t.kind, Kind::Word | Kind::Variable));
                return Some(start..last.map_or(end, |t| t.end as usize).max(start));
            }
            if token.kind == Kind::Variable {
                return Some(start..end);
            }
            if token.kind == Kind::Word && self.holes >> place & 1 == 1 {
                let frame = self.template.as_ref().and_then(|t| t.frames.iter().find(|f| usize::from(f.0) == place));
                let (open, close) = frame.map_or((0, 0), |f| (f.1, f.2));
                return Some(start + open..end.saturating_sub(close).max(start + open));
            }
        }
        None
    }
}
