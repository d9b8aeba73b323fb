//! A bounded cache for look-ups that always give the same answer for the same key.

use hashbrown::{DefaultHashBuilder, HashMap};
use std::hash::BuildHasher;
use std::sync::{Mutex, PoisonError};

/// Locks that a cache is split over, so that worker threads seldom wait for each other.
const SHARDS: usize = 16;

/// Text → value, at most about `capacity` entries.
///
/// Each shard keeps two generations: when the young one holds its share, it becomes the old one and what was old is forgotten. A
/// hit in the old generation moves the entry to the young one, so what is in use stays. That is nearly as good as LRU at the
/// price of one map look-up, and needs no clock.
pub struct Cache<V> {
    shards: Box<[Mutex<Generations<V>>; SHARDS]>,
    young_max: usize,
    hasher: DefaultHashBuilder,
}

struct Generations<V> {
    young: HashMap<Box<str>, V>,
    old: HashMap<Box<str>, V>,
}

impl<V: Clone> Cache<V> {
    pub fn new(capacity: usize) -> Self {
        Self {
            shards: Box::new(std::array::from_fn(|_| {
                Mutex::new(Generations { young: HashMap::new(), old: HashMap::new() })
            })),
            young_max: (capacity / (2 * SHARDS)).max(1),
            hasher: DefaultHashBuilder::default(),
        }
    }

    /// The value for `key`, made by `make` when it is not there. `make` runs outside the lock: two threads may both make it.
    pub fn get_or_insert(&self, key: &str, make: impl FnOnce() -> V) -> V {
        if let Some(value) = self.get(key) {
            return value;
        }
        let value = make();
        self.insert(key, value.clone());
        value
    }

    pub fn get(&self, key: &str) -> Option<V> {
        let mut shard = self.shard(key);
        if let Some(value) = shard.young.get(key) {
            return Some(value.clone());
        }
        let (key, value) = shard.old.remove_entry(key)?;
        let copy = value.clone();
        self.insert_young(&mut shard, key, value);
        Some(copy)
    }

    pub fn insert(&self, key: &str, value: V) {
        self.insert_young(&mut self.shard(key), key.into(), value);
    }

    /// Forgets everything.
    pub fn clear(&self) {
        for shard in self.shards.iter() {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.young.clear();
            shard.old.clear();
        }
    }

    fn insert_young(&self, shard: &mut Generations<V>, key: Box<str>, value: V) {
        if shard.young.len() >= self.young_max {
            shard.old = std::mem::take(&mut shard.young);
        }
        shard.young.insert(key, value);
    }

    fn shard(&self, key: &str) -> std::sync::MutexGuard<'_, Generations<V>> {
        // The maps hash with their own seeds; the top bits pick the shard.
        let at = (self.hasher.hash_one(key) >> 56) as usize % SHARDS;
        // A panic while the lock was held can have lost an entry at most.
        self.shards[at].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_in_use_stays_and_the_rest_is_bounded() {
        let cache = Cache::new(320);
        cache.insert("kept", 0);
        for i in 1..10_000 {
            cache.insert(&i.to_string(), i);
            assert_eq!(cache.get("kept"), Some(0));
        }
        let held: usize = cache.shards.iter().map(|s| s.lock().map(|s| s.young.len() + s.old.len()).unwrap()).sum();
        assert!(held <= 320, "{held}");
        assert_eq!(cache.get("1"), None);
        assert_eq!(cache.get_or_insert("1", || 5), 5);
        cache.clear();
        assert_eq!(cache.get("kept"), None);
    }
}
