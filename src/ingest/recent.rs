//! How often a key came within a window of time: the memory of `dedupe` and `throttle`.

use super::processors::feed_value;
use super::{Failure, Settings};
use crate::config::ConfigError;
use crate::document::{Document, FieldPath, Value};
use hashbrown::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use xxhash_rust::xxh3::Xxh3;

/// Locks that the keys are split over, so that worker threads seldom wait for each other.
const SHARDS: usize = 16;

/// Counts by key; a window starts with a key's first record and ends after its length.
///
/// Keys are kept in two generations of at most half of all keys each. A full generation, or one that is a window old, becomes the
/// old one and what was old is forgotten: so memory is bounded, and no window is cut short unless there are too many keys.
pub struct Recent {
    shards: [Mutex<Generations>; SHARDS],
    window_millis: i64,
    young_max: usize,
}

#[derive(Default)]
struct Generations {
    young: HashMap<u128, Window>,
    old: HashMap<u128, Window>,
    turned_millis: i64,
}

#[derive(Clone, Copy)]
struct Window {
    start_millis: i64,
    count: u64,
    /// Which record opened the window, as far as records are told apart.
    first: Option<u64>,
}

/// What is known of a key after a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Records of this window, this one among them.
    pub count: u64,
    /// Records of the window before, where this record opened a new one.
    pub count_before: u64,
}

impl Recent {
    pub fn new(window: std::time::Duration, keys_max: usize) -> Self {
        Self {
            shards: std::array::from_fn(|_| Mutex::default()),
            window_millis: i64::try_from(window.as_millis()).unwrap_or(i64::MAX),
            young_max: (keys_max / (2 * SHARDS)).max(1),
        }
    }

    /// Counts a record. One that has the same `id` as the record that opened the window is that record come again (after a
    /// rebalance, say), and counts as it did the first time.
    pub fn see(&self, key: u128, now: jiff::Timestamp, id: Option<u64>) -> Seen {
        let now_millis = now.as_millisecond();
        let mut shard = self.shard(key);
        if now_millis.saturating_sub(shard.turned_millis) >= self.window_millis || shard.young.len() >= self.young_max {
            shard.old = std::mem::take(&mut shard.young);
            shard.turned_millis = now_millis;
        }
        let known = shard.young.get(&key).copied().or_else(|| shard.old.remove(&key));
        let fresh = Window { start_millis: now_millis, count: 1, first: id };
        let (window, seen) = match known {
            Some(mut window) if now_millis.saturating_sub(window.start_millis) < self.window_millis => {
                if id.is_some() && id == window.first {
                    (window, Seen { count: 1, count_before: 0 })
                } else {
                    window.count += 1;
                    (window, Seen { count: window.count, count_before: 0 })
                }
            }
            Some(ended) => (fresh, Seen { count: 1, count_before: ended.count }),
            None => (fresh, Seen { count: 1, count_before: 0 }),
        };
        shard.young.insert(key, window);
        seen
    }

    fn shard(&self, key: u128) -> MutexGuard<'_, Generations> {
        let at = (key >> 120) as usize % SHARDS;
        // A panic while the lock was held can have lost a count at most.
        self.shards[at].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The fields that tell records apart.
pub struct KeyFields {
    fields: Vec<FieldPath>,
    ignore_missing: bool,
}

impl KeyFields {
    /// The options `fields` and `ignore_missing`.
    pub fn compile(settings: &mut Settings<'_>) -> Result<Self, ConfigError> {
        let names = settings.opt_strings("fields")?.unwrap_or_default();
        let fields = names.iter().map(|name| FieldPath::parse(name).map_err(|e| settings.invalid_option("fields", e)));
        Ok(Self {
            fields: fields.collect::<Result<_, _>>()?,
            ignore_missing: settings.bool_or("ignore_missing", true)?,
        })
    }

    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// A hash over the fields' values; None where one is missing and may be.
    pub fn hash(&self, doc: &Document<'_>) -> Result<Option<u128>, Failure> {
        let mut hash = Xxh3::new();
        for field in &self.fields {
            match doc.get_or_null(field, self.ignore_missing)? {
                Value::Null if self.ignore_missing => return Ok(None),
                value => feed_value(value, 0, &mut |bytes| hash.update(bytes))?,
            }
            hash.update(&[0xff]);
        }
        Ok(Some(hash.digest128()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::time::Duration;

    fn at(millis: i64) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(millis).unwrap()
    }

    #[test]
    fn counts_within_a_window_and_starts_anew_after_it() {
        let recent = Recent::new(Duration::from_secs(10), 1000);
        let seen = |key, millis| {
            let seen = recent.see(key, at(millis), None);
            (seen.count, seen.count_before)
        };
        assert_eq!(seen(1, 0), (1, 0));
        assert_eq!(seen(1, 9_999), (2, 0));
        assert_eq!(seen(2, 9_999), (1, 0));
        assert_eq!(seen(1, 10_000), (1, 2));
        assert_eq!(seen(2, 15_000), (2, 0));
        // A clock that goes back ends no window.
        assert_eq!(seen(2, 3_000), (3, 0));
        assert_eq!(seen(1, 100_000), (1, 1));
    }

    #[test]
    fn the_record_that_opened_the_window_counts_once() {
        let recent = Recent::new(Duration::from_secs(10), 1000);
        assert_eq!(recent.see(1, at(0), Some(7)).count, 1);
        assert_eq!(recent.see(1, at(1), Some(8)).count, 2);
        assert_eq!(recent.see(1, at(2), Some(7)).count, 1);
        assert_eq!(recent.see(1, at(3), Some(9)).count, 3);
    }

    #[test]
    fn keys_are_bounded() {
        let recent = Recent::new(Duration::from_secs(3600), 3200);
        for key in 0..100_000_u128 {
            recent.see(key.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835), at(0), None);
        }
        let held: usize = recent.shards.iter().map(|s| s.lock().map(|s| s.young.len() + s.old.len()).unwrap()).sum();
        assert!(held <= 3200, "{held}");
    }
}
