//! How many requests may run at once: additive increase while answers come, multiplicative decrease when the server is congested.

use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A semaphore whose size follows the server's answers (AIMD, as in TCP).
pub(super) struct AdaptiveLimit {
    semaphore: Arc<Semaphore>,
    state: Mutex<State>,
}

struct State {
    limit: usize,
    limit_max: usize,
    /// Answers since the last change of the limit.
    successes: usize,
    /// Permits that were to be taken away while all were in use: taken from the next that come back.
    owed: usize,
}

impl AdaptiveLimit {
    pub fn new(limit_max: usize) -> Self {
        let limit_max = limit_max.max(1);
        let limit = limit_max.min(2);
        Self {
            semaphore: Arc::new(Semaphore::new(limit)),
            state: Mutex::new(State { limit, limit_max, successes: 0, owed: 0 }),
        }
    }

    pub async fn acquire(&self) -> Option<OwnedSemaphorePermit> {
        loop {
            let permit = self.semaphore.clone().acquire_owned().await.ok()?;
            let mut state = self.state();
            if state.owed == 0 {
                return Some(permit);
            }
            state.owed -= 1;
            permit.forget();
        }
    }

    /// An answer came: one more request after as many answers as the limit.
    pub fn grow(&self) {
        let mut state = self.state();
        state.successes += 1;
        if state.successes < state.limit || state.limit >= state.limit_max {
            return;
        }
        state.successes = 0;
        state.limit += 1;
        if state.owed > 0 {
            state.owed -= 1;
        } else {
            self.semaphore.add_permits(1);
        }
    }

    /// The server is congested: half as many requests.
    pub fn shrink(&self) {
        let mut state = self.state();
        state.successes = 0;
        let half = (state.limit / 2).max(1);
        let excess = state.limit - half;
        state.limit = half;
        state.owed += excess - self.semaphore.forget_permits(excess);
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn grows_by_one_and_halves() {
        let limit = AdaptiveLimit::new(8);
        assert_eq!(limit.semaphore.available_permits(), 2);
        (0..2 + 3 + 4).for_each(|_| limit.grow());
        assert_eq!(limit.semaphore.available_permits(), 5);
        let held = limit.acquire().await;
        limit.shrink();
        assert_eq!(limit.semaphore.available_permits(), 1);
        drop(held);
        assert_eq!(limit.state().limit, 2);
        assert_eq!(limit.semaphore.available_permits(), 2);
    }
}
