//! What may be spent in an hour: a bucket that refills steadily.

use std::time::Instant;

/// Below this share of a full bucket only what looks grave is asked.
const RESERVE_SHARE: f64 = 0.1;

/// So many units an hour, saved up to one hour's worth.
#[derive(Debug)]
pub struct Budget {
    per_hour: f64,
    left: f64,
    refilled: Instant,
}

impl Budget {
    pub fn per_hour(units: u64, now: Instant) -> Self {
        Self { per_hour: units as f64, left: units as f64, refilled: now }
    }

    fn refill(&mut self, now: Instant) {
        let elapsed = now.saturating_duration_since(self.refilled).as_secs_f64();
        self.left = (self.left + elapsed * self.per_hour / 3_600.0).min(self.per_hour);
        self.refilled = now;
    }

    /// Whether there is something left for a question; the last tenth is kept for grave ones.
    pub fn allows(&mut self, is_grave: bool, now: Instant) -> bool {
        self.refill(now);
        self.left >= 1.0 && (is_grave || self.left > self.per_hour * RESERVE_SHARE)
    }

    /// Takes what was spent; more than was left is owed.
    pub fn spend(&mut self, units: f64, now: Instant) {
        self.refill(now);
        self.left = (self.left - units).max(-self.per_hour);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_last_tenth_is_for_grave_questions() {
        let now = Instant::now();
        let mut budget = Budget::per_hour(100, now);
        budget.spend(90.0, now);
        assert!(!budget.allows(false, now));
        assert!(budget.allows(true, now));
        budget.spend(10.0, now);
        assert!(!budget.allows(true, now));
        assert!(budget.allows(true, now + Duration::from_secs(72)));
        assert!(budget.allows(false, now + Duration::from_secs(1_800)));
        budget.spend(1e9, now + Duration::from_secs(1_800));
        assert!(!budget.allows(true, now + Duration::from_secs(5_300)));
        assert!(budget.allows(true, now + Duration::from_secs(9_500)));
    }
}
