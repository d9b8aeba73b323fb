//! A circuit breaker: after several failures in a row nobody is made to wait for a server that is away; from time to time one
//! question goes through to see whether it is back.

use std::time::{Duration, Instant};

/// So many failures in a row open the circuit.
pub const FAILURES_MAX: u32 = 5;

const PAUSE_MIN: Duration = Duration::from_secs(2);
const PAUSE_MAX: Duration = Duration::from_secs(120);

#[derive(Debug)]
pub struct Breaker {
    failures: u32,
    /// Until when nobody asks; the pause doubles with each failed probe.
    open_until: Option<Instant>,
    pause: Duration,
    is_probing: bool,
}

impl Breaker {
    pub fn new() -> Self {
        Self { failures: 0, open_until: None, pause: PAUSE_MIN, is_probing: false }
    }

    /// Whether a question may be asked now. After a pause the first one is the probe.
    pub fn admits(&mut self, now: Instant) -> bool {
        match self.open_until {
            None => true,
            Some(until) if now < until || self.is_probing => false,
            Some(_) => {
                self.is_probing = true;
                true
            }
        }
    }

    /// Whether nobody would be admitted now.
    pub fn is_open(&self, now: Instant) -> bool {
        self.open_until.is_some_and(|until| now < until || self.is_probing)
    }

    pub fn succeeded(&mut self) {
        *self = Self::new();
    }

    /// The admitted question was neither answered nor failed (the server was busy).
    pub fn undecided(&mut self) {
        self.is_probing = false;
    }

    pub fn failed(&mut self, now: Instant) {
        self.failures = self.failures.saturating_add(1);
        if self.is_probing {
            self.pause = (self.pause * 2).min(PAUSE_MAX);
        }
        self.is_probing = false;
        if self.failures >= FAILURES_MAX {
            self.open_until = Some(now + self.pause.mul_f64(0.8 + 0.4 * rand::random::<f64>()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_after_failures_and_probes() {
        let now = Instant::now();
        let mut breaker = Breaker::new();
        for _ in 0..FAILURES_MAX {
            assert!(breaker.admits(now));
            breaker.failed(now);
        }
        assert!(breaker.is_open(now));
        assert!(!breaker.admits(now));
        let later = now + PAUSE_MIN * 2;
        assert!(breaker.admits(later), "the probe");
        assert!(!breaker.admits(later), "only one");
        breaker.failed(later);
        assert!(!breaker.admits(later + PAUSE_MIN));
        let later = later + PAUSE_MIN * 3;
        assert!(breaker.admits(later));
        breaker.succeeded();
        assert!(breaker.admits(later) && breaker.admits(later));
    }
}
