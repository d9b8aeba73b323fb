//! A promise to say, for each of some records of a batch, how it ended.

use super::intake::Settlement;
use std::sync::Arc;

/// How a record ended. Every record has exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Delivered to its output.
    Delivered,
    /// Delivered before: the index answered 409 to our own `_id`.
    AlreadyDelivered,
    /// Dropped on purpose: by a `drop` processor, a route, or because it was empty.
    Dropped,
    DeadLettered,
    /// Elasticsearch put it into the data stream's failure store.
    FailureStored,
    /// Given up because its output was away, as the output's `overflow: shed` says.
    Shed,
}

impl End {
    pub const ALL: [End; 6] =
        [End::Delivered, End::AlreadyDelivered, End::Dropped, End::DeadLettered, End::FailureStored, End::Shed];

    pub fn label(self) -> &'static str {
        match self {
            End::Delivered => "delivered",
            End::AlreadyDelivered => "already_delivered",
            End::Dropped => "dropped",
            End::DeadLettered => "dead_lettered",
            End::FailureStored => "failure_stored",
            End::Shed => "shed",
        }
    }
}

/// Stands for `count` records of one batch that have not ended. Not `Clone`: it is split and settled, each record once. A receipt
/// that is dropped unsettled keeps its records uncommitted for good.
#[must_use = "records that are never settled are never committed"]
pub struct Receipt {
    settlement: Arc<Settlement>,
    count: u32,
}

impl Receipt {
    pub(super) fn new(settlement: Arc<Settlement>, count: u32) -> Self {
        Self { settlement, count }
    }

    pub fn count(&self) -> u32 {
        self.count
    }

    /// Takes `count` records off this receipt.
    pub fn split(&mut self, count: u32) -> Receipt {
        debug_assert!(count <= self.count);
        let count = count.min(self.count);
        self.count -= count;
        Receipt { settlement: self.settlement.clone(), count }
    }

    /// All records of this receipt ended in `end`.
    pub fn settle(self, end: End) {
        self.settlement.settle(self.count, end);
    }

    /// `count` records of this receipt ended in `end`.
    pub fn settle_some(&mut self, count: u32, end: End) {
        self.split(count).settle(end);
    }
}
