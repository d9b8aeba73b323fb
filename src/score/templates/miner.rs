//! The miner that worker threads share: a lock-free table for what is known, and one lock for what is new.

use super::forest::{Forest, Publication};
use super::lexer::Scan;
use super::slots::Slots;
use super::template::{Template, TemplateEvent, TemplateId, TemplateRecord};
use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// Skeletons known at a time, by default.
pub const SKELETONS_MAX: usize = 65_536;
/// Memory for patterns and evidence, by default.
pub const PATTERN_BYTES_MAX: usize = 192 * 1024 * 1024;
/// Lines of unknown form that may be learned at once; after that one in [`LINES_PER_LESSON`] lines may be.
pub const LESSONS_BURST_MAX: usize = 65_536;
/// Lines that pay for learning one.
pub const LINES_PER_LESSON: i64 = 8;
/// News kept until somebody takes them.
const EVENTS_MAX: usize = 65_536;
/// Shards of the map from skeletons to slots.
const SHARDS: usize = 64;
/// The table's fill is told in so many epochs: a skeleton that no line matched for several of them is given up first.
const EPOCHS_PER_TABLE: usize = 64;

#[derive(Clone, Debug)]
pub struct MinerSettings {
    /// Keys the hashes of skeletons (not the ids of templates): give a random one, and nobody can aim at a collision.
    pub hash_seed: u64,
    /// Skeletons (and so templates) known at a time; those unused for longest make room.
    pub skeletons_max: usize,
    /// Memory for patterns and evidence.
    pub pattern_bytes_max: usize,
    /// Lines of unknown form that may be learned at once.
    pub lessons_burst_max: usize,
}

impl Default for MinerSettings {
    fn default() -> Self {
        Self {
            hash_seed: 0x243f_6a88_85a3_08d3,
            skeletons_max: SKELETONS_MAX,
            pattern_bytes_max: PATTERN_BYTES_MAX,
            lessons_burst_max: LESSONS_BURST_MAX,
        }
    }
}

/// What the miner has done and holds, for metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MinerCounters {
    /// Skeletons learned.
    pub learned: u64,
    /// Lines that were not mined because too many of unknown form came at once.
    pub overflowed: u64,
    /// Templates given up for want of space.
    pub forgotten: u64,
    /// Times that space was made.
    pub compactions: u64,
    /// Lines of which only the beginning was read.
    pub lines_cut: u64,
    /// News that nobody took in time.
    pub events_lost: u64,
    /// Templates known now.
    pub templates: u64,
}

#[derive(Default)]
struct Counters {
    learned: AtomicU64,
    overflowed: AtomicU64,
    forgotten: AtomicU64,
    compactions: AtomicU64,
    lines_cut: AtomicU64,
    events_lost: AtomicU64,
}

/// Skeleton hashes are hashes already.
#[derive(Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|b| self.0 = self.0.rotate_left(8) ^ u64::from(*b));
    }
    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

type Shard = RwLock<HashMap<u64, u32, BuildHasherDefault<AsIs>>>;

/// Finds templates in lines as they come. Share it in an [`Arc`]; each thread has its own [`super::Worker`].
pub struct Miner {
    settings: MinerSettings,
    slots: Slots,
    shards: Box<[Shard]>,
    nursery: Mutex<Nursery>,
    book: RwLock<Book>,
    epoch: AtomicU32,
    /// What may be learned now, in lines.
    credit: AtomicI64,
    has_events: AtomicBool,
    counters: Counters,
}

/// Where what is new is learned, one line at a time.
struct Nursery {
    forest: Forest,
    free: Vec<u32>,
    events: VecDeque<TemplateEvent>,
    lessons: usize,
}

/// The templates by id.
#[derive(Default)]
struct Book {
    templates: HashMap<TemplateId, Arc<Template>>,
    aliases: HashMap<TemplateId, TemplateId>,
    /// Aliases in the order in which they came, to let the oldest go.
    alias_order: VecDeque<TemplateId>,
}

/// What has become of a line that no skeleton matched.
pub(super) struct Lesson {
    pub slot: Option<u32>,
    pub id: TemplateId,
    pub holes: u128,
    pub is_new: bool,
}

impl Miner {
    pub fn new(settings: MinerSettings) -> Arc<Self> {
        let slots = settings.skeletons_max.clamp(16, u32::MAX as usize);
        Arc::new(Self {
            slots: Slots::new(slots),
            shards: std::iter::repeat_with(Shard::default).take(SHARDS).collect(),
            nursery: Mutex::new(Nursery {
                forest: Forest::default(),
                free: (0..slots as u32).rev().collect(),
                events: VecDeque::new(),
                lessons: 0,
            }),
            book: RwLock::new(Book::default()),
            epoch: AtomicU32::new(1),
            credit: AtomicI64::new(credit_max(&settings)),
            has_events: AtomicBool::new(false),
            counters: Counters::default(),
            settings,
        })
    }

    pub(super) fn hash_seed(&self) -> u64 {
        self.settings.hash_seed
    }

    #[inline]
    pub(super) fn read(&self, slot: u32, hash: u64) -> Option<(TemplateId, u128)> {
        self.slots.read(slot, hash, self.epoch.load(Ordering::Relaxed))
    }

    pub(super) fn slot_of(&self, hash: u64) -> Option<u32> {
        let shard = self.shard(hash)?.read().unwrap_or_else(PoisonError::into_inner);
        shard.get(&hash).copied()
    }

    fn shard(&self, hash: u64) -> Option<&Shard> {
        // The map uses the low bits for its buckets.
        self.shards.get((hash >> 58) as usize % SHARDS)
    }

    pub(super) fn count_cut_line(&self) {
        self.counters.lines_cut.fetch_add(1, Ordering::Relaxed);
    }

    /// Learns a line of unknown form; `lines` is how many the worker has seen since it last came here.
    pub(super) fn learn(&self, scan: &Scan, text: &[u8], from: usize, lines: u64) -> Lesson {
        if !self.spend_credit(lines) {
            self.counters.overflowed.fetch_add(1, Ordering::Relaxed);
            return Lesson { slot: None, id: TemplateId::OVERFLOW, holes: 0, is_new: false };
        }
        let mut nursery = self.nursery();
        // Another worker may have been faster.
        if let Some(slot) = self.slot_of(scan.hash)
            && let Some((id, holes)) = self.read(slot, scan.hash)
        {
            return Lesson { slot: Some(slot), id, holes, is_new: false };
        }
        if nursery.free.is_empty() || nursery.forest.bytes() > self.settings.pattern_bytes_max {
            self.compact(&mut nursery);
        }
        let Some(slot) = nursery.free.pop() else {
            return Lesson { slot: None, id: TemplateId::OVERFLOW, holes: 0, is_new: false };
        };
        self.turn_epoch(&mut nursery);
        self.slots.occupy(slot, scan.hash, self.epoch.load(Ordering::Relaxed));
        nursery.forest.learn(scan, text, from, slot);
        let publication = nursery.forest.publish();
        let new = self.apply(&mut nursery, publication);
        if let Some(shard) = self.shard(scan.hash) {
            shard.write().unwrap_or_else(PoisonError::into_inner).insert(scan.hash, slot);
        }
        self.counters.learned.fetch_add(1, Ordering::Relaxed);
        let (id, holes) = self.read(slot, scan.hash).unwrap_or((TemplateId::OVERFLOW, 0));
        Lesson { slot: Some(slot), id, holes, is_new: new.contains(&id) }
    }

    fn spend_credit(&self, lines: u64) -> bool {
        let limit = credit_max(&self.settings);
        let spend = |credit: i64| {
            let credit = credit.saturating_add(i64::try_from(lines).unwrap_or(i64::MAX)).min(limit);
            if credit >= LINES_PER_LESSON { credit - LINES_PER_LESSON } else { credit }
        };
        let before = self.credit.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |credit| Some(spend(credit)));
        before.is_ok_and(|credit| credit.saturating_add(lines as i64).min(limit) >= LINES_PER_LESSON)
    }

    fn nursery(&self) -> MutexGuard<'_, Nursery> {
        self.nursery.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn turn_epoch(&self, nursery: &mut Nursery) {
        nursery.lessons += 1;
        if nursery.lessons >= (self.slots.len() / EPOCHS_PER_TABLE).max(1) {
            nursery.lessons = 0;
            self.epoch.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Makes a publication visible. Returns the ids that are new and no heirs of others.
    fn apply(&self, nursery: &mut Nursery, publication: Publication) -> HashSet<TemplateId> {
        let Publication { templates, slots, superseded } = publication;
        let mut new: HashSet<TemplateId> = HashSet::new();
        if !templates.is_empty() || !superseded.is_empty() {
            let mut book = self.book.write().unwrap_or_else(PoisonError::into_inner);
            for template in templates {
                book.aliases.remove(&template.id);
                let id = template.id;
                if book.templates.insert(id, Arc::new(template)).is_none() {
                    new.insert(id);
                }
            }
            for (old, heir) in superseded {
                new.remove(&heir);
                let parameters = book.replace(old, heir, self.slots.len());
                self.announce(nursery, TemplateEvent::Alias { old, new: heir, parameters });
            }
        }
        for id in &new {
            self.announce(nursery, TemplateEvent::New { id: *id });
        }
        for (slot, id, holes) in slots {
            self.slots.assign(slot, id, holes);
        }
        new
    }

    fn announce(&self, nursery: &mut Nursery, event: TemplateEvent) {
        if nursery.events.len() >= EVENTS_MAX {
            nursery.events.pop_front();
            self.counters.events_lost.fetch_add(1, Ordering::Relaxed);
        }
        nursery.events.push_back(event);
        self.has_events.store(true, Ordering::Release);
    }

    /// Gives up the half of the skeletons that no line has matched for longest, and the templates that are left without any.
    fn compact(&self, nursery: &mut Nursery) {
        self.counters.compactions.fetch_add(1, Ordering::Relaxed);
        let used: Vec<(u32, u64, u32)> = (0..self.slots.len() as u32)
            .filter_map(|slot| self.slots.occupant(slot).map(|(hash, epoch)| (slot, hash, epoch)))
            .collect();
        let kept = newest_half(&used);
        for (slot, hash, _) in used.iter().filter(|(slot, ..)| !kept.contains(slot)) {
            self.slots.clear(*slot);
            nursery.free.push(*slot);
            if let Some(shard) = self.shard(*hash) {
                shard.write().unwrap_or_else(PoisonError::into_inner).remove(hash);
            }
        }
        let records = nursery.forest.records(|slot| kept.contains(&slot), false);
        nursery.forest = Forest::default();
        records.iter().for_each(|record| nursery.forest.plant(record));
        let publication = nursery.forest.publish();
        let alive: HashSet<TemplateId> = publication.templates.iter().map(|t| t.id).collect();
        self.apply(nursery, publication);
        let gone: Vec<TemplateId> = {
            let mut book = self.book.write().unwrap_or_else(PoisonError::into_inner);
            let gone = book.templates.keys().filter(|id| !alive.contains(id)).copied().collect::<Vec<_>>();
            gone.iter().for_each(|id| drop(book.templates.remove(id)));
            gone
        };
        self.counters.forgotten.fetch_add(gone.len() as u64, Ordering::Relaxed);
        gone.into_iter().for_each(|id| self.announce(nursery, TemplateEvent::Forgotten { id }));
    }

    /// The template with this id, or the one that it became a part of.
    pub fn template(&self, id: TemplateId) -> Option<Arc<Template>> {
        let book = self.book.read().unwrap_or_else(PoisonError::into_inner);
        book.templates.get(&book.resolve(id)).cloned()
    }

    /// The id that `id` goes by now: its own, or that of the template that it became a part of.
    pub fn resolve(&self, id: TemplateId) -> TemplateId {
        self.book.read().unwrap_or_else(PoisonError::into_inner).resolve(id)
    }

    /// Whether [`Miner::take_events`] has anything to give.
    pub fn has_events(&self) -> bool {
        self.has_events.load(Ordering::Acquire)
    }

    /// News since the last call, oldest first.
    pub fn take_events(&self) -> Vec<TemplateEvent> {
        let mut nursery = self.nursery();
        self.has_events.store(false, Ordering::Release);
        nursery.events.drain(..).collect()
    }

    pub fn counters(&self) -> MinerCounters {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        MinerCounters {
            learned: get(&self.counters.learned),
            overflowed: get(&self.counters.overflowed),
            forgotten: get(&self.counters.forgotten),
            compactions: get(&self.counters.compactions),
            lines_cut: get(&self.counters.lines_cut),
            events_lost: get(&self.counters.events_lost),
            templates: self.book.read().unwrap_or_else(PoisonError::into_inner).templates.len() as u64,
        }
    }

    /// All templates, for another process or this one after a restart.
    pub fn export(&self) -> Vec<TemplateRecord> {
        let nursery = self.nursery();
        let mut records = nursery.forest.records(|_| false, true);
        let book = self.book.read().unwrap_or_else(PoisonError::into_inner);
        let mut aliases: HashMap<TemplateId, Vec<TemplateId>> = HashMap::new();
        for old in &book.alias_order {
            if book.aliases.contains_key(old) {
                aliases.entry(book.resolve(*old)).or_default().push(*old);
            }
        }
        for record in &mut records {
            record.aliases = aliases.remove(&record.id).unwrap_or_default();
        }
        records
    }

    /// Takes templates over that another miner has [exported](Miner::export), as far as there is room.
    pub fn import(&self, records: &[TemplateRecord]) {
        let mut nursery = self.nursery();
        for record in records {
            if nursery.forest.bytes() > self.settings.pattern_bytes_max / 2 {
                break;
            }
            nursery.forest.plant(record);
            let publication = nursery.forest.publish();
            self.apply(&mut nursery, publication);
            let mut book = self.book.write().unwrap_or_else(PoisonError::into_inner);
            if book.templates.contains_key(&record.id) {
                record.aliases.iter().for_each(|old| book.alias(*old, record.id, self.slots.len()));
            }
        }
    }
}

fn credit_max(settings: &MinerSettings) -> i64 {
    i64::try_from(settings.lessons_burst_max).unwrap_or(i64::MAX / LINES_PER_LESSON).saturating_mul(LINES_PER_LESSON)
}

impl Book {
    fn resolve(&self, id: TemplateId) -> TemplateId {
        let mut at = id;
        // An alias points to what was there when it was made, so there is no cycle; the bound is a belt.
        for _ in 0..64 {
            match self.aliases.get(&at) {
                Some(heir) if !self.templates.contains_key(&at) => at = *heir,
                _ => break,
            }
        }
        at
    }

    /// Makes `heir` stand for `old`; returns where the parameters of `old` are among the heir's.
    fn replace(&mut self, old: TemplateId, heir: TemplateId, aliases_max: usize) -> Vec<u8> {
        let parameters = match (self.templates.remove(&old), self.templates.get(&heir)) {
            (Some(old), Some(heir)) => old.parameters_in(heir),
            _ => Vec::new(),
        };
        self.alias(old, heir, aliases_max);
        parameters
    }

    fn alias(&mut self, old: TemplateId, heir: TemplateId, aliases_max: usize) {
        if old == heir || self.templates.contains_key(&old) {
            return;
        }
        if self.aliases.insert(old, heir).is_none() {
            self.alias_order.push_back(old);
        }
        while self.alias_order.len() > aliases_max {
            if let Some(oldest) = self.alias_order.pop_front() {
                self.aliases.remove(&oldest);
            }
        }
    }
}

/// The slots of the half of the skeletons that lines matched last.
fn newest_half(used: &[(u32, u64, u32)]) -> HashSet<u32> {
    let mut by_age: Vec<(u32, u32)> = used.iter().map(|(slot, _, epoch)| (*epoch, *slot)).collect();
    let half = by_age.len() / 2;
    if half > 0 {
        by_age.select_nth_unstable_by(half, |a, b| b.cmp(a));
    }
    by_age.truncate(half);
    by_age.into_iter().map(|(_, slot)| slot).collect()
}
