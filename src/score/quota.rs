//! How many questions each source's new templates may cause in an hour: a flood of new ones from one source must not use up what
//! all share.

use super::budget::Budget;
use super::flight::lock;
use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Instant;

/// Sources that have a quota of their own; further ones share one.
const SOURCES_MAX: usize = 4_096;

pub struct Quotas {
    per_hour: u64,
    sources: Mutex<HashMap<Box<str>, Budget>>,
}

impl Quotas {
    pub fn new(per_hour: u64) -> Self {
        Self { per_hour, sources: Mutex::default() }
    }

    /// Whether `source` may cause another question; counts it if so.
    pub fn admit(&self, source: &str, now: Instant) -> bool {
        let mut sources = lock(&self.sources);
        let source = if sources.len() >= SOURCES_MAX && !sources.contains_key(source) { "" } else { source };
        if !sources.contains_key(source) {
            sources.insert(source.into(), Budget::per_hour(self.per_hour, now));
        }
        let Some(budget) = sources.get_mut(source) else { return false };
        let admitted = budget.allows(true, now);
        if admitted {
            budget.spend(1.0, now);
        }
        admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_exhausts_its_own_quota_only() {
        let quotas = Quotas::new(10);
        let now = Instant::now();
        assert_eq!((0..100).filter(|_| quotas.admit("noisy", now)).count(), 10);
        assert!(quotas.admit("quiet", now));
        let later = now + std::time::Duration::from_secs(720);
        assert_eq!((0..100).filter(|_| quotas.admit("noisy", later)).count(), 2);
    }
}
