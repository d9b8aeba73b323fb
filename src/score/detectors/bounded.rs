//! A map that does not grow beyond its bound: what was not touched for longest makes room.

use std::collections::HashMap;
use std::hash::Hash;

/// When it is full this share of the entries (one in so many) goes at once, so that making room is rare.
const SHARE_LET_GO: usize = 8;

pub struct Bounded<K, V> {
    entries: HashMap<K, (i64, V)>,
    most: usize,
}

impl<K: Hash + Eq + Clone, V> Bounded<K, V> {
    pub fn new(most: usize) -> Self {
        Self { entries: HashMap::new(), most }
    }

    pub fn contains(&self, key: &K) -> bool {
        self.entries.contains_key(key)
    }

    /// The value of `key`, made by `fresh` if there is none, and touched at `now`.
    pub fn touch(&mut self, key: &K, now: i64, fresh: impl FnOnce() -> V) -> &mut V {
        if self.entries.len() >= self.most && !self.entries.contains_key(key) {
            self.make_room();
        }
        let (touched, value) = self.entries.entry(key.clone()).or_insert_with(|| (now, fresh()));
        *touched = now;
        value
    }

    /// Every entry; those for which `keep` is false go.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        self.entries.retain(|key, (_, value)| keep(key, value));
    }

    fn make_room(&mut self) {
        let mut times: Vec<i64> = self.entries.values().map(|(touched, _)| *touched).collect();
        let at = (times.len() / SHARE_LET_GO).min(times.len().saturating_sub(1));
        let (_, limit, _) = times.select_nth_unstable(at);
        let limit = *limit;
        let mut left = at + 1;
        self.entries.retain(|_, (touched, _)| {
            let goes = *touched <= limit && left > 0;
            left -= usize::from(goes);
            !goes
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_make_room() {
        let mut map = Bounded::new(16);
        for n in 0..1_000 {
            map.touch(&n, n, || n);
            map.touch(&0, n, || 0);
        }
        assert!(map.entries.len() <= 16);
        assert!(map.contains(&0) && map.contains(&999) && !map.contains(&900));
    }
}
