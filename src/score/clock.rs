//! A clock that workers read for the price of a load: a task sets it a few times a second.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How often the clock is set.
pub const TICK: Duration = Duration::from_millis(20);

/// Milliseconds since the epoch, at most a [`TICK`] old; never runs backwards.
#[derive(Debug)]
pub struct Clock {
    started: Instant,
    started_ms: u64,
    now_ms: AtomicU64,
}

impl Clock {
    pub fn new() -> Arc<Self> {
        let started_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as u64);
        Arc::new(Self { started: Instant::now(), started_ms, now_ms: AtomicU64::new(started_ms) })
    }

    pub fn now_ms(&self) -> u64 {
        self.now_ms.load(Ordering::Relaxed)
    }

    /// Sets the clock from the system's.
    pub fn tick(&self) {
        let now = self.started_ms + self.started.elapsed().as_millis() as u64;
        self.now_ms.fetch_max(now, Ordering::Relaxed);
    }

    /// Ticks until nobody holds the clock any more.
    pub async fn run(clock: Arc<Self>) {
        let weak = Arc::downgrade(&clock);
        drop(clock);
        let mut interval = tokio::time::interval(TICK);
        loop {
            interval.tick().await;
            match weak.upgrade() {
                Some(clock) => clock.tick(),
                None => return,
            }
        }
    }
}
