//! The verdict cache, shared by all workers. Each entry has its own time to live, spread so that what was judged together does not
//! expire together.

use super::clock::Clock;
use super::parameters::Case;
use super::rules::Level;
use super::templates::TemplateId;
use super::verdict::{Status, Verdict};
use moka::Expiry;
use moka::sync::Cache;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A time to live is lengthened by up to this share of it.
const SPREAD: f64 = 0.2;

/// After this share of its time to live an entry is judged again while it still serves.
const FRESH_SHARE: f64 = 0.9;

/// What a verdict is given for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    pub template: TemplateId,
    /// A digest of the route's class: routes of one class share verdicts.
    pub class: u64,
    /// The same words at another level are another matter.
    pub level: Option<Level>,
}

/// A cached verdict.
#[derive(Debug)]
pub struct Entry {
    pub verdict: Arc<Verdict>,
    /// `Scored`, or `Degraded` for the short-lived stand-in while no model answers.
    pub status: Status,
    pub expires_ms: u64,
    /// Other verdicts for certain values of the template's variables.
    pub cases: Vec<Case>,
    stale_ms: u64,
    is_renewing: AtomicBool,
}

impl Entry {
    /// An entry that never expires.
    pub fn lasting(verdict: Arc<Verdict>, cases: Vec<Case>) -> Self {
        let (expires_ms, stale_ms) = (u64::MAX, u64::MAX);
        Self { verdict, status: Status::Scored, expires_ms, cases, stale_ms, is_renewing: AtomicBool::new(false) }
    }

    /// Whether the entry is old enough to be judged again, and the caller is the first to see it.
    pub fn claim_renewal(&self, now_ms: u64) -> bool {
        now_ms >= self.stale_ms && !self.is_renewing.swap(true, Ordering::Relaxed)
    }
}

/// How long entries live.
#[derive(Clone, Copy, Debug)]
pub struct Lifetimes {
    pub verdict: Duration,
    /// Stand-ins while no model answers.
    pub degraded: Duration,
}

/// Template (and class and level) → verdict.
pub struct VerdictCache {
    entries: Cache<Key, Arc<Entry>>,
    clock: Arc<Clock>,
    lifetimes: Lifetimes,
    is_on: bool,
}

/// moka's view of an entry's time to live.
struct UntilExpiry(Arc<Clock>);

impl Expiry<Key, Arc<Entry>> for UntilExpiry {
    fn expire_after_create(&self, _: &Key, entry: &Arc<Entry>, _: Instant) -> Option<Duration> {
        remaining(entry, &self.0)
    }

    fn expire_after_update(&self, _: &Key, entry: &Arc<Entry>, _: Instant, _: Option<Duration>) -> Option<Duration> {
        remaining(entry, &self.0)
    }
}

/// `None` for entries that never expire.
fn remaining(entry: &Entry, clock: &Clock) -> Option<Duration> {
    (entry.expires_ms != u64::MAX).then(|| Duration::from_millis(entry.expires_ms.saturating_sub(clock.now_ms())))
}

impl VerdictCache {
    pub fn new(capacity: u64, lifetimes: Lifetimes, clock: Arc<Clock>) -> Self {
        let entries = Cache::builder()
            .max_capacity(capacity)
            .expire_after(UntilExpiry(clock.clone()))
            .support_invalidation_closures();
        Self { entries: entries.build(), clock, lifetimes, is_on: capacity > 0 }
    }

    pub fn get(&self, key: &Key) -> Option<Arc<Entry>> {
        self.entries.get(key).filter(|entry| entry.expires_ms > self.clock.now_ms())
    }

    /// Takes a verdict in. Operators' verdicts never expire.
    pub fn insert(&self, key: Key, verdict: Arc<Verdict>, status: Status) -> Arc<Entry> {
        let base = if status == Status::Degraded { self.lifetimes.degraded } else { self.lifetimes.verdict };
        let lifetime_ms = base.as_millis() as f64 * (1.0 + SPREAD * rand::random::<f64>());
        let now_ms = self.clock.now_ms();
        let lives_on = verdict.is_operators();
        let expires_ms = if lives_on { u64::MAX } else { now_ms.saturating_add(lifetime_ms as u64) };
        // A stand-in is not worth renewing before its end.
        let stale_ms = match status {
            Status::Degraded => u64::MAX,
            _ if lives_on => u64::MAX,
            _ => now_ms.saturating_add((lifetime_ms * FRESH_SHARE) as u64),
        };
        self.put(key, verdict, status, expires_ms, stale_ms)
    }

    fn put(&self, key: Key, verdict: Arc<Verdict>, status: Status, expires_ms: u64, stale_ms: u64) -> Arc<Entry> {
        let (cases, is_renewing) = (Vec::new(), AtomicBool::new(false));
        let entry = Arc::new(Entry { verdict, status, expires_ms, cases, stale_ms, is_renewing });
        if self.is_on {
            self.entries.insert(key, entry.clone());
        }
        entry
    }

    /// Takes in a verdict of an earlier run or of another process, with the time it has left.
    pub fn restore(&self, key: Key, verdict: Arc<Verdict>, expires_ms: u64) -> Arc<Entry> {
        self.put(key, verdict, Status::Scored, expires_ms, expires_ms)
    }

    /// No verdict of a judge that is given now lives longer than that.
    pub fn latest_expiry_ms(&self) -> u64 {
        let lifetime_ms = self.lifetimes.verdict.as_millis() as f64 * (1.0 + SPREAD);
        self.clock.now_ms().saturating_add(lifetime_ms as u64)
    }

    /// Gives `key` the verdict of `other`, for as long as that has left.
    pub fn take_over(&self, key: Key, other: &Entry) {
        self.put(key, other.verdict.clone(), other.status, other.expires_ms, other.stale_ms);
    }

    pub fn remove(&self, key: &Key) {
        self.entries.invalidate(key);
    }

    /// Everything that is there, as a copy.
    pub fn all(&self) -> Vec<(Key, Arc<Entry>)> {
        self.entries
            .iter()
            .filter(|(_, entry)| entry.status == Status::Scored)
            .map(|(key, entry)| (*key, entry))
            .collect()
    }

    /// Forgets what this judge said.
    pub fn forget_of(&self, judge: &'static str) {
        // Fails only if the cache was built without support for it.
        let _ = self.entries.invalidate_entries_if(move |_, entry| &*entry.verdict.judge == judge);
    }

    /// Whether anything is kept; a cache without capacity is there to measure with.
    pub fn is_on(&self) -> bool {
        self.is_on
    }

    pub fn len(&self) -> u64 {
        self.entries.entry_count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::rules::Rules;
    use crate::score::verdict::{Floor, OPERATOR};

    fn key(id: u64) -> Key {
        Key { template: TemplateId(id), class: 0, level: None }
    }

    fn verdict(judge: &str) -> Arc<Verdict> {
        let rules = Rules::compile(&[], false).unwrap_or_else(|error| unreachable!("{error}"));
        Arc::new(Verdict { judge: judge.into(), ..rules.explain(&Floor::default()) })
    }

    #[test]
    fn entries_have_their_own_lifetimes() {
        let clock = Clock::new();
        let lifetimes = Lifetimes { verdict: Duration::from_secs(100), degraded: Duration::from_secs(1) };
        let cache = VerdictCache::new(10, lifetimes, clock.clone());
        let now = clock.now_ms();
        let scored = cache.insert(key(1), verdict("ollama"), Status::Scored);
        assert!((now + 100_000..=now + 120_100).contains(&scored.expires_ms));
        assert!(!scored.claim_renewal(now));
        assert!(scored.claim_renewal(scored.expires_ms - 1));
        assert!(!scored.claim_renewal(scored.expires_ms - 1), "only once");
        let degraded = cache.insert(key(2), verdict("rules"), Status::Degraded);
        assert!(degraded.expires_ms <= now + 1_300);
        assert!(!degraded.claim_renewal(degraded.expires_ms));
        let lasting = cache.insert(key(3), verdict(OPERATOR), Status::Scored);
        assert_eq!(lasting.expires_ms, u64::MAX);
        assert!(cache.get(&key(1)).is_some());
    }
}
