//! Where sources hand batches on, and learn how far they may commit.

use super::{Batch, ByteBudget, End, LaneId, Ledger, Receipt, SpanId};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A position that a source may commit: everything before `next_offset` has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Commit {
    pub lane: LaneId,
    pub next_offset: i64,
}

/// Shared by all sources, workers and sinks.
pub struct Intake {
    pub budget: ByteBudget,
    ledger: Mutex<Ledger>,
    /// Told whenever a batch is done.
    done: Condvar,
    next_lane: AtomicU64,
    /// Records handed on and how they ended: the sum that proves that none is lost.
    accepted: AtomicU64,
    ended: [AtomicU64; End::ALL.len()],
}

impl Intake {
    pub fn new(budget_bytes: u64) -> Arc<Self> {
        Arc::new(Self {
            budget: ByteBudget::new(budget_bytes),
            ledger: Mutex::new(Ledger::default()),
            done: Condvar::new(),
            next_lane: AtomicU64::new(1),
            accepted: AtomicU64::new(0),
            ended: Default::default(),
        })
    }

    /// A lane id that was never used before.
    pub fn new_lane_id(&self) -> LaneId {
        LaneId(self.next_lane.fetch_add(1, Ordering::Relaxed))
    }

    pub fn open(&self, lane: LaneId) {
        self.ledger().open(lane);
    }

    pub fn close(&self, lane: LaneId) {
        self.ledger().close(lane);
        self.done.notify_all();
    }

    /// Registers a batch; the receipt answers for all its records.
    pub fn accept(self: &Arc<Self>, batch: &Batch) -> Receipt {
        let mut last_offsets: Vec<Option<i64>> = vec![None; batch.lanes.len()];
        for record in &batch.records {
            if let Some(last) = last_offsets.get_mut(record.lane as usize) {
                *last = Some(record.offset);
            }
        }
        let spans = {
            let mut ledger = self.ledger();
            let lanes = batch.lanes.iter().zip(&last_offsets);
            lanes.filter_map(|(lane, last)| last.map(|offset| ledger.begin(lane.id, offset))).collect()
        };
        let count = batch.records.len() as u32;
        let bytes = batch.payload_bytes() as u64;
        self.budget.add(bytes);
        self.accepted.fetch_add(u64::from(count), Ordering::Relaxed);
        Receipt::new(Arc::new(Settlement { intake: self.clone(), spans, open: AtomicU32::new(count), bytes }), count)
    }

    /// Positions that have moved since the last call.
    pub fn take_commits(&self, lanes: impl IntoIterator<Item = LaneId>) -> Vec<Commit> {
        let mut ledger = self.ledger();
        let moved = |lane| ledger.take_committable(lane).map(|next_offset| Commit { lane, next_offset });
        lanes.into_iter().filter_map(moved).collect()
    }

    /// These commits did not reach the source: they are given again by the next [`Intake::take_commits`].
    pub fn commit_failed(&self, lanes: impl IntoIterator<Item = LaneId>) {
        let mut ledger = self.ledger();
        lanes.into_iter().for_each(|lane| ledger.commit_failed(lane));
    }

    /// Whether sources must stop fetching: the bytes in flight are spent, or one record has held up too much behind it.
    pub fn is_full(&self) -> bool {
        self.budget.is_spent() || self.ledger().is_full()
    }

    /// Whether sources that stopped may go on.
    pub fn has_room(&self) -> bool {
        self.budget.has_room() && !self.ledger().is_full()
    }

    /// What the ledger keeps: pieces of batches that have not ended, or wait behind one that has not.
    pub fn tracked_spans(&self) -> usize {
        self.ledger().tracked()
    }

    /// Waits until nothing of `lanes` is in flight; false if `patience` ran out first.
    pub fn drain(&self, lanes: &[LaneId], patience: Duration) -> bool {
        let until = Instant::now() + patience;
        let mut ledger = self.ledger();
        loop {
            if lanes.iter().all(|lane| ledger.in_flight(*lane) == 0) {
                return true;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let waited = self.done.wait_timeout(ledger, left.min(Duration::from_millis(200)));
            ledger = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    pub fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }

    pub fn ended(&self, end: End) -> u64 {
        self.ended[end as usize].load(Ordering::Relaxed)
    }

    /// Records that have not ended.
    pub fn in_flight(&self) -> u64 {
        let ended: u64 = End::ALL.iter().map(|end| self.ended(*end)).sum();
        self.accepted().saturating_sub(ended)
    }

    /// A panic while the lock was held leaves the ledger at worst behind, never ahead: going on is safe.
    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A batch's account: when its last record has ended, its spans are done and its bytes are given back.
pub(super) struct Settlement {
    intake: Arc<Intake>,
    spans: Vec<SpanId>,
    open: AtomicU32,
    bytes: u64,
}

impl Settlement {
    pub(super) fn settle(&self, count: u32, end: End) {
        if count == 0 {
            return;
        }
        self.intake.ended[end as usize].fetch_add(u64::from(count), Ordering::Relaxed);
        let before = self.open.fetch_sub(count, Ordering::AcqRel);
        debug_assert!(before >= count);
        if before == count {
            let mut ledger = self.intake.ledger();
            self.spans.iter().for_each(|span| ledger.complete(*span));
            drop(ledger);
            self.intake.done.notify_all();
        }
    }
}

impl Drop for Settlement {
    fn drop(&mut self) {
        self.intake.budget.sub(self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::{BatchBuilder, Lane};

    #[test]
    fn a_batch_is_committed_when_its_last_record_has_ended() {
        let intake = Intake::new(1_000);
        let lane = Arc::new(Lane::new(intake.new_lane_id(), "s".into(), "c", "t", 0));
        let mut builder = BatchBuilder::default();
        (5..8).for_each(|offset| builder.push(&lane, offset, 0, Some(b"x")));
        let batch = builder.take();
        let mut receipt = intake.accept(&batch);
        assert_eq!(intake.budget.used_bytes(), 3);
        receipt.settle_some(1, End::Dropped);
        let rest = receipt.split(1);
        receipt.settle(End::Delivered);
        assert_eq!(intake.take_commits([lane.id]), []);
        assert_eq!(intake.in_flight(), 1);
        rest.settle(End::DeadLettered);
        assert_eq!(intake.take_commits([lane.id]), [Commit { lane: lane.id, next_offset: 8 }]);
        assert_eq!((intake.in_flight(), intake.budget.used_bytes()), (0, 0));
        assert!(intake.drain(&[lane.id], Duration::ZERO));
    }

    #[test]
    fn an_unsettled_receipt_holds_the_commit_back() {
        let intake = Intake::new(1_000);
        let lane = Arc::new(Lane::new(intake.new_lane_id(), "s".into(), "c", "t", 0));
        let mut builder = BatchBuilder::default();
        builder.push(&lane, 0, 0, Some(b"x"));
        drop(intake.accept(&builder.take()));
        assert_eq!(intake.take_commits([lane.id]), []);
        assert!(!intake.drain(&[lane.id], Duration::ZERO));
    }
}
