//! One bound on the bytes in flight, from the source's batch to the sink's answer.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts bytes in flight against a limit. Sources stop fetching above it and go on below half of it; a batch that is already
/// read is never refused.
#[derive(Debug)]
pub struct ByteBudget {
    limit_bytes: AtomicU64,
    used_bytes: AtomicU64,
}

impl ByteBudget {
    pub fn new(limit_bytes: u64) -> Self {
        Self { limit_bytes: AtomicU64::new(limit_bytes), used_bytes: AtomicU64::new(0) }
    }

    pub fn set_limit(&self, limit_bytes: u64) {
        self.limit_bytes.store(limit_bytes, Ordering::Relaxed);
    }

    fn limit_bytes(&self) -> u64 {
        self.limit_bytes.load(Ordering::Relaxed)
    }

    pub fn add(&self, bytes: u64) {
        self.used_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    pub fn sub(&self, bytes: u64) {
        self.used_bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    pub fn used_bytes(&self) -> u64 {
        self.used_bytes.load(Ordering::Relaxed)
    }

    /// Whether sources must stop fetching.
    pub fn is_spent(&self) -> bool {
        self.used_bytes() >= self.limit_bytes()
    }

    /// Whether sources that stopped may go on.
    pub fn has_room(&self) -> bool {
        self.used_bytes() <= self.limit_bytes() / 2
    }
}
