//! What is simulated: the bare ledger, the intake with its receipts, and ledgers broken on purpose.

use logboom::delivery::{BatchBuilder, End, Intake, Lane, LaneId, Ledger, Receipt, SpanId};
use std::collections::HashMap;
use std::sync::Arc;

/// Spans that a simulated ledger may keep: few, so that schedules reach the bound.
pub const SPANS_MAX: usize = 12;

/// The bookkeeping of one process.
pub trait Accounts {
    /// Stands for a batch that was handed on.
    type Batch;
    fn open(&mut self, partition: usize) -> LaneId;
    fn close(&mut self, lane: LaneId);
    /// Records of a batch: those of a lane in ascending order.
    fn accept(&mut self, records: &[(LaneId, i64)]) -> Self::Batch;
    /// So many records of the batch have ended.
    fn settle(&mut self, batch: &mut Self::Batch, count: u32);
    fn take_commits(&mut self, lanes: &[LaneId]) -> Vec<(LaneId, i64)>;
    fn commit_failed(&mut self, lanes: &[LaneId]);
    fn is_full(&self) -> bool;
    fn tracked(&self) -> usize;
    /// What [`Accounts::tracked`] may be after another batch of `lanes` lanes was taken while there was room.
    fn tracked_max(lanes: usize) -> usize;
}

/// The ledger as it is.
pub struct Plain {
    ledger: Ledger,
    next_lane: u64,
}

pub struct PlainBatch {
    spans: Vec<SpanId>,
    open: u32,
}

impl Default for Plain {
    fn default() -> Self {
        Self { ledger: Ledger::with_spans_max(SPANS_MAX), next_lane: 0 }
    }
}

impl Accounts for Plain {
    type Batch = PlainBatch;

    fn open(&mut self, _: usize) -> LaneId {
        self.next_lane += 1;
        self.ledger.open(LaneId(self.next_lane));
        LaneId(self.next_lane)
    }

    fn close(&mut self, lane: LaneId) {
        self.ledger.close(lane);
    }

    fn accept(&mut self, records: &[(LaneId, i64)]) -> PlainBatch {
        let mut last: Vec<(LaneId, i64)> = Vec::with_capacity(4);
        for (lane, offset) in records {
            match last.iter_mut().find(|(l, _)| l == lane) {
                Some((_, last)) => *last = *offset,
                None => last.push((*lane, *offset)),
            }
        }
        let spans = last.into_iter().map(|(lane, offset)| self.ledger.begin(lane, offset)).collect();
        PlainBatch { spans, open: records.len() as u32 }
    }

    fn settle(&mut self, batch: &mut PlainBatch, count: u32) {
        batch.open -= count;
        if batch.open == 0 {
            batch.spans.iter().for_each(|span| self.ledger.complete(*span));
        }
    }

    fn take_commits(&mut self, lanes: &[LaneId]) -> Vec<(LaneId, i64)> {
        lanes.iter().filter_map(|lane| Some((*lane, self.ledger.take_committable(*lane)?))).collect()
    }

    fn commit_failed(&mut self, lanes: &[LaneId]) {
        lanes.iter().for_each(|lane| self.ledger.commit_failed(*lane));
    }

    fn is_full(&self) -> bool {
        self.ledger.is_full()
    }

    fn tracked(&self) -> usize {
        self.ledger.tracked()
    }

    fn tracked_max(lanes: usize) -> usize {
        SPANS_MAX - 1 + lanes
    }
}

/// The intake: batches, receipts that are split and settled, the byte budget.
pub struct WithReceipts {
    intake: Arc<Intake>,
    lanes: HashMap<LaneId, Arc<Lane>>,
}

impl Default for WithReceipts {
    fn default() -> Self {
        // A record is one byte.
        Self { intake: Intake::new(SPANS_MAX as u64), lanes: HashMap::new() }
    }
}

impl Accounts for WithReceipts {
    type Batch = Receipt;

    fn open(&mut self, partition: usize) -> LaneId {
        let id = self.intake.new_lane_id();
        self.intake.open(id);
        self.lanes.insert(id, Arc::new(Lane::new(id, "source".into(), "cluster", "topic", partition as i32)));
        id
    }

    fn close(&mut self, lane: LaneId) {
        self.intake.close(lane);
    }

    fn accept(&mut self, records: &[(LaneId, i64)]) -> Receipt {
        let mut builder = BatchBuilder::default();
        records.iter().for_each(|(lane, offset)| builder.push(&self.lanes[lane], *offset, 0, Some(b"x")));
        self.intake.accept(&builder.take())
    }

    fn settle(&mut self, batch: &mut Receipt, count: u32) {
        batch.settle_some(count, End::Delivered);
    }

    fn take_commits(&mut self, lanes: &[LaneId]) -> Vec<(LaneId, i64)> {
        let commits = self.intake.take_commits(lanes.iter().copied());
        commits.into_iter().map(|commit| (commit.lane, commit.next_offset)).collect()
    }

    fn commit_failed(&mut self, lanes: &[LaneId]) {
        self.intake.commit_failed(lanes.iter().copied());
    }

    fn is_full(&self) -> bool {
        self.intake.is_full()
    }

    fn tracked(&self) -> usize {
        self.intake.tracked_spans()
    }

    fn tracked_max(_: usize) -> usize {
        // Bounded by bytes here: a stuck record lets the spans behind it end and give their bytes back.
        usize::MAX
    }
}

/// A way to be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A batch counts as ended with its first record.
    EndsWithTheFirstRecord,
    /// A batch counts as ended as soon as it is on its way, as with automatic commits.
    EndsWhenHandedOn,
    /// What is committed is the end of the last span done, not of the first run of them.
    CommitsTheLatest,
    /// Now and then nobody notes that a batch has ended.
    LosesAnEnd,
    /// A commit that failed is taken for done.
    ForgetsFailedCommits,
    /// A partition that comes back goes on with the lane that it had.
    KeepsRevokedLanes,
    /// Nothing stops the sources.
    NeverFull,
}

/// A ledger with a fault.
pub struct Faulty {
    fault: Fault,
    plain: Plain,
    latest: HashMap<LaneId, i64>,
    ended: u64,
    ends: HashMap<SpanId, i64>,
}

impl Faulty {
    pub fn new(fault: Fault) -> Self {
        Self { fault, plain: Plain::default(), latest: HashMap::new(), ended: 0, ends: HashMap::new() }
    }
}

impl Accounts for Faulty {
    type Batch = PlainBatch;

    fn open(&mut self, partition: usize) -> LaneId {
        if self.fault == Fault::KeepsRevokedLanes {
            let lane = LaneId(1_000 + partition as u64);
            self.plain.ledger.open(lane);
            return lane;
        }
        self.plain.open(partition)
    }

    fn close(&mut self, lane: LaneId) {
        if self.fault != Fault::KeepsRevokedLanes {
            self.plain.close(lane);
        }
    }

    fn accept(&mut self, records: &[(LaneId, i64)]) -> PlainBatch {
        let mut batch = self.plain.accept(records);
        for span in &batch.spans {
            let last = records.iter().rev().find(|(lane, _)| *lane == span.lane).map_or(0, |(_, offset)| *offset);
            self.ends.insert(*span, last + 1);
        }
        if self.fault == Fault::EndsWhenHandedOn {
            let count = batch.open;
            self.plain.settle(&mut batch, count);
            batch.open = count;
        }
        batch
    }

    fn settle(&mut self, batch: &mut PlainBatch, count: u32) {
        match self.fault {
            Fault::EndsWhenHandedOn => return,
            Fault::EndsWithTheFirstRecord => batch.spans.iter().for_each(|span| self.plain.ledger.complete(*span)),
            Fault::LosesAnEnd if batch.open == count => {
                self.ended += 1;
                if self.ended.is_multiple_of(7) {
                    return;
                }
            }
            _ => {}
        }
        if batch.open == count {
            for span in &batch.spans {
                let latest = self.latest.entry(span.lane).or_default();
                *latest = self.ends[span].max(*latest);
            }
        }
        self.plain.settle(batch, count);
    }

    fn take_commits(&mut self, lanes: &[LaneId]) -> Vec<(LaneId, i64)> {
        if self.fault == Fault::CommitsTheLatest {
            return lanes.iter().filter_map(|lane| Some((*lane, *self.latest.get(lane)?))).collect();
        }
        self.plain.take_commits(lanes)
    }

    fn commit_failed(&mut self, lanes: &[LaneId]) {
        if self.fault != Fault::ForgetsFailedCommits {
            self.plain.commit_failed(lanes);
        }
    }

    fn is_full(&self) -> bool {
        self.fault != Fault::NeverFull && self.plain.is_full()
    }

    fn tracked(&self) -> usize {
        self.plain.tracked()
    }

    fn tracked_max(lanes: usize) -> usize {
        Plain::tracked_max(lanes)
    }
}
