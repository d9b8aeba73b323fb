//! Stops asking a server that fails, and tries it again after a pause.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Failures in a row after which the server is left alone.
const FAILURES_MAX: u32 = 5;

pub struct Breaker {
    pause: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    failures: u32,
    open_until: Option<Instant>,
}

impl Breaker {
    pub fn new(pause: Duration) -> Self {
        Self { pause, state: Mutex::default() }
    }

    /// Whether to ask now. After a pause one question is let through; the next only when that one was answered.
    pub fn admits(&self, now: Instant) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match state.open_until {
            Some(until) if now < until => false,
            Some(_) => {
                state.open_until = Some(now + self.pause);
                true
            }
            None => true,
        }
    }

    pub fn report(&self, answered: bool, now: Instant) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if answered {
            *state = State::default();
            return;
        }
        state.failures = state.failures.saturating_add(1);
        if state.failures >= FAILURES_MAX {
            state.open_until = Some(now + self.pause);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_after_failures_and_tries_once_after_the_pause() {
        let breaker = Breaker::new(Duration::from_secs(30));
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        for _ in 0..FAILURES_MAX {
            assert!(breaker.admits(at(0)));
            breaker.report(false, at(0));
        }
        assert!(!breaker.admits(at(29)));
        assert!(breaker.admits(at(30)));
        assert!(!breaker.admits(at(31)));
        breaker.report(false, at(31));
        assert!(!breaker.admits(at(60)));
        assert!(breaker.admits(at(61)));
        breaker.report(true, at(61));
        assert!(breaker.admits(at(61)));
        assert!(breaker.admits(at(61)));
    }
}
