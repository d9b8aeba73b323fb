//! The items of one `_bulk` request, and which of them have not ended.

use super::response::Answer;
use crate::delivery::{Batch, End, Receipt, Rereads};
use crate::sink::{Chunk, Item};
use bytes::Bytes;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

/// Items of one or more chunks that are sent together. A subset to retry is sliced out of the same bytes, never serialised again.
pub(super) struct Bulk {
    parts: Vec<Part>,
    /// Whether these items are there already was asked.
    pub is_looked_up: bool,
}

/// What is left of one chunk. Invariant: `receipt` stands for exactly the items that are `Some`.
struct Part {
    batch: Arc<Batch>,
    body: Bytes,
    items: Vec<Option<Item>>,
    receipt: Receipt,
}

/// Which documents the answers to a request are about.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Subject<'a> {
    /// Those that were sent, in their order; or no ids are named.
    Asked,
    /// Every answer has this one `_id`, which is not that of the items.
    OneId(&'a str),
    Others,
}

/// An item whose record may have been delivered before, to an index that is not the one that is written to now.
#[derive(Debug)]
pub(super) struct Suspect {
    /// Its place among those that are sent.
    pub at: usize,
    pub index: String,
    pub id: String,
    rereads: Arc<Rereads>,
}

/// `_index` and `_id` of an item, where its action line can be read.
pub(super) type Action = (Option<String>, Option<String>);

impl Bulk {
    pub fn new(chunk: Chunk) -> Self {
        let mut bulk = Self { parts: Vec::new(), is_looked_up: false };
        bulk.add(chunk);
        bulk
    }

    pub fn add(&mut self, chunk: Chunk) {
        let Chunk { batch, body, items, receipt } = chunk;
        debug_assert_eq!(items.len(), receipt.count() as usize);
        self.parts.push(Part { batch, body: body.into(), items: items.into_iter().map(Some).collect(), receipt });
    }

    /// Items that have not ended.
    pub fn len(&self) -> usize {
        self.parts.iter().map(|p| p.receipt.count() as usize).sum()
    }

    pub fn bytes(&self) -> usize {
        self.parts.iter().map(Part::bytes).sum()
    }

    /// The request's body. A single whole chunk is sent as it is, without a copy.
    pub fn body(&self) -> Bytes {
        if let [part] = self.parts.as_slice()
            && part.items.iter().all(Option::is_some)
            && part.bytes() == part.body.len()
        {
            return part.body.clone();
        }
        let mut body = Vec::with_capacity(self.bytes());
        for part in &self.parts {
            for item in part.items.iter().flatten() {
                body.extend_from_slice(part.body.get(range(item)).unwrap_or_default());
            }
        }
        body.into()
    }

    /// Which documents the answers are about, as far as they say so.
    pub fn subject_of<'a>(&self, answers: &'a [Answer]) -> Subject<'a> {
        let items = self.parts.iter().flat_map(|part| part.items.iter().flatten().map(move |item| (part, item)));
        let is_asked = |((part, item), answer): ((&Part, &Item), &Answer)| {
            answer.id.as_deref().is_none_or(|id| part.has_id(item, id))
        };
        if items.zip(answers).all(is_asked) {
            return Subject::Asked;
        }
        match answers.first().and_then(|first| first.id.as_deref()) {
            Some(id) if answers.iter().all(|answer| answer.id.as_deref() == Some(id)) => Subject::OneId(id),
            _ => Subject::Others,
        }
    }

    /// Whether the `_id` of the item at a place is made of its record's coordinates: nobody else has it.
    pub fn has_own_id(&self, at: usize) -> bool {
        let mut items = self.parts.iter().flat_map(|part| part.items.iter().map(move |item| (part, item)));
        let Some((part, Some(item))) = items.nth(at) else { return false };
        let Some(record) = part.batch.records.get(item.record as usize) else { return false };
        let Some(lane) = part.batch.lane(record) else { return false };
        part.has_id(item, &format!("{}{}", lane.id_prefix, record.offset))
    }

    /// The items to look up. What overwrites (`index`) is not among them, nor is what has no plain name for an index.
    pub fn suspects(&self) -> Vec<Suspect> {
        let mut suspects = Vec::new();
        let mut first = 0;
        for part in &self.parts {
            if part.batch.lanes.iter().any(|lane| lane.rereads().is_some()) {
                let items = part.items.iter().enumerate();
                suspects.extend(items.filter_map(|(n, item)| part.suspect(first + n, item.as_ref()?)));
            }
            first += part.items.len();
        }
        suspects
    }

    /// Tells the lanes of what was looked up: those of which nothing is there give new records.
    pub fn note_found(suspects: &[Suspect], found: &HashSet<usize>) {
        let old: HashSet<*const Rereads> =
            suspects.iter().filter(|s| found.contains(&s.at)).map(|s| Arc::as_ptr(&s.rereads)).collect();
        let is_new = |suspect: &&Suspect| !old.contains(&Arc::as_ptr(&suspect.rereads));
        suspects.iter().filter(is_new).for_each(|suspect| suspect.rereads.note_none_found());
    }

    /// Settles the items for which `ended` holds; it is asked by the item's place among those that were sent.
    pub fn settle_where(&mut self, end: End, ended: impl Fn(usize) -> bool) {
        let mut at = 0;
        for part in &mut self.parts {
            let mut count = 0;
            for slot in &mut part.items {
                // A slot that ended in this very answer still holds its place.
                if ended(at) && slot.take().is_some() {
                    count += 1;
                }
                at += 1;
            }
            part.receipt.settle_some(count, end);
        }
    }

    /// Takes one item out, with a receipt of its own.
    pub fn take(&mut self, at: usize) -> Option<(Arc<Batch>, u32, Receipt, Action)> {
        let mut first = 0;
        for part in &mut self.parts {
            if at < first + part.items.len() {
                let item = part.items.get_mut(at - first)?.take()?;
                return Some((part.batch.clone(), item.record, part.receipt.split(1), part.action(&item)));
            }
            first += part.items.len();
        }
        None
    }

    /// The items that have not ended and for which `keep` holds (by place), closed up for the next request.
    pub fn keep(self, keep: impl Fn(usize) -> bool) -> Option<Bulk> {
        let mut at = 0;
        let mut parts = Vec::new();
        for mut part in self.parts {
            part.items.retain(|slot| {
                let kept = slot.is_some() && keep(at);
                at += 1;
                kept
            });
            debug_assert_eq!(part.items.len(), part.receipt.count() as usize);
            if !part.items.is_empty() {
                parts.push(part);
            }
        }
        (!parts.is_empty()).then_some(Bulk { parts, is_looked_up: self.is_looked_up })
    }

    /// Two bulks with half of the items each.
    pub fn halves(self) -> Vec<Bulk> {
        let half = self.len().div_ceil(2);
        let (mut first, mut second) = (Vec::new(), Vec::new());
        let mut taken = 0;
        for mut part in self.parts {
            let room = half.saturating_sub(taken);
            if part.items.len() <= room {
                taken += part.items.len();
                first.push(part);
            } else if room == 0 {
                second.push(part);
            } else {
                let rest = part.items.split_off(room);
                let receipt = part.receipt.split(rest.len() as u32);
                second.push(Part { batch: part.batch.clone(), body: part.body.clone(), items: rest, receipt });
                taken += room;
                first.push(part);
            }
        }
        let is_looked_up = self.is_looked_up;
        [second, first].into_iter().filter(|p| !p.is_empty()).map(|parts| Bulk { parts, is_looked_up }).collect()
    }
}

impl Part {
    fn bytes(&self) -> usize {
        self.items.iter().flatten().map(|item| range(item).len()).sum()
    }

    fn suspect(&self, at: usize, item: &Item) -> Option<Suspect> {
        let record = self.batch.records.get(item.record as usize)?;
        let rereads = self.batch.lane(record)?.rereads()?.clone();
        if !self.body.get(range(item))?.starts_with(b"{\"create\"") {
            return None;
        }
        let (index, id) = self.action(item);
        let index = index.filter(|index| is_plain(index))?;
        Some(Suspect { at, index, id: id?, rereads })
    }

    fn has_id(&self, item: &Item, id: &str) -> bool {
        let bytes = self.body.get(range(item)).unwrap_or_default();
        let line = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
        // Nearly always as it stands there; only an id with escapes has to be parsed.
        let quoted = memchr::memmem::find(line, id.as_bytes()).map(|at| (at, at + id.len()));
        let stands_there = quoted
            .is_some_and(|(start, end)| line[..start].ends_with(b"\"_id\":\"") && line[end..].first() == Some(&b'"'));
        stands_there || self.action(item).1.as_deref() == Some(id)
    }

    fn action(&self, item: &Item) -> Action {
        let bytes = self.body.get(range(item)).unwrap_or_default();
        let line = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
        let action: Option<serde_json::Value> = serde_json::from_slice(line).ok();
        let fields = action.as_ref().and_then(|a| a.as_object()?.values().next());
        let text = |key: &str| fields.and_then(|f| f.get(key)?.as_str().map(str::to_owned));
        (text("_index"), text("_id"))
    }
}

/// Whether a name is that of one index, alias or data stream, wherever it stands: no pattern, list, remote cluster, date expression or exclusion.
fn is_plain(index: &str) -> bool {
    !index.is_empty()
        && !index.starts_with(['-', '+', '_'])
        && !index.contains(['*', '?', ',', ':', '<', '>', '"', '|', '\\', '/', ' ', '#'])
}

fn range(item: &Item) -> Range<usize> {
    item.start as usize..item.end as usize
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::delivery::{BatchBuilder, Intake, Lane};

    fn bulk(intake: &Arc<Intake>, texts: &[&str]) -> Bulk {
        let lane = Arc::new(Lane::new(intake.new_lane_id(), "s".into(), "c", "t", 0));
        let mut builder = BatchBuilder::default();
        texts.iter().enumerate().for_each(|(i, t)| builder.push(&lane, i as i64, 0, Some(t.as_bytes())));
        let batch = builder.take();
        let receipt = intake.accept(&batch);
        let mut body = Vec::new();
        let mut items = Vec::new();
        for (i, text) in texts.iter().enumerate() {
            let start = body.len() as u32;
            body.extend_from_slice(text.as_bytes());
            items.push(Item { record: i as u32, start, end: body.len() as u32 });
        }
        Bulk::new(Chunk { batch: Arc::new(batch), body, items, receipt })
    }

    #[test]
    fn what_is_retried_is_what_has_not_ended() {
        let intake = Intake::new(1_000);
        let mut first = bulk(&intake, &["a", "b", "c"]);
        let second = bulk(&intake, &["d", "e"]);
        first.parts.extend(second.parts);
        assert_eq!(first.body(), "abcde");
        first.settle_where(End::Delivered, |at| at == 0 || at == 3);
        let (_, record, receipt, _) = first.take(1).unwrap();
        assert_eq!(record, 1);
        receipt.settle(End::DeadLettered);
        let rest = first.keep(|at| at != 0).unwrap();
        assert_eq!(rest.body(), "ce");
        let mut halves = rest.halves();
        assert_eq!((halves.pop().unwrap().body(), halves[0].body()), ("c".into(), "e".into()));
        halves[0].settle_where(End::Delivered, |_| true);
        assert_eq!((intake.in_flight(), intake.ended(End::Delivered), intake.ended(End::DeadLettered)), (1, 3, 1));
    }
}
