//! How far each lane (a topic's partition, a file) may be committed. Pure: no I/O, no clock, no threads.
//!
//! Records are tracked by span: the part of a batch that came from one lane. A span is done when all its records have ended; a
//! lane's committable position is the end of the last span before which every span is done (the contiguous low-water mark).

use std::collections::{HashMap, VecDeque};

/// A lane of records with ascending offsets. A partition that is revoked and assigned again gets a new lane, so that late
/// completions of the old one change nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LaneId(pub u64);

/// One span of one lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SpanId {
    pub lane: LaneId,
    sequence: u64,
}

/// Spans that may be kept. One record that does not end (its dead letter cannot be written, its index is blocked) lets those behind
/// it pile up: in memory, and as what is read again after a crash. Above this, sources wait.
const SPANS_MAX: usize = 100_000;

/// The spans in flight, by lane.
#[derive(Debug)]
pub struct Ledger {
    lanes: HashMap<LaneId, LaneState>,
    /// Spans of all lanes: those not done, and those done behind one that is not.
    tracked: usize,
    spans_max: usize,
}

impl Default for Ledger {
    fn default() -> Self {
        Self::with_spans_max(SPANS_MAX)
    }
}

#[derive(Debug, Default)]
struct LaneState {
    /// Spans from the oldest that is not done.
    spans: VecDeque<Span>,
    /// The sequence number of `spans[0]`.
    first_sequence: u64,
    /// The position after the last record of the contiguous done prefix.
    committable: Option<i64>,
    /// What was last handed out by [`Ledger::take_committable`].
    taken: Option<i64>,
}

#[derive(Debug)]
struct Span {
    next_offset: i64,
    done: bool,
}

impl Ledger {
    /// A ledger that calls itself full when it keeps so many spans.
    pub fn with_spans_max(spans_max: usize) -> Self {
        Self { lanes: HashMap::new(), tracked: 0, spans_max }
    }

    /// Opens a lane. Opening one that is open changes nothing.
    pub fn open(&mut self, lane: LaneId) {
        self.lanes.entry(lane).or_default();
    }

    /// Forgets a lane: its spans can no longer be committed.
    pub fn close(&mut self, lane: LaneId) {
        if let Some(state) = self.lanes.remove(&lane) {
            self.tracked -= state.spans.len();
        }
    }

    /// Notes a span handed on whose last record lies at `last_offset`. Spans of a lane come in ascending order.
    pub fn begin(&mut self, lane: LaneId, last_offset: i64) -> SpanId {
        let state = self.lanes.entry(lane).or_default();
        let sequence = state.first_sequence + state.spans.len() as u64;
        debug_assert!(state.spans.back().is_none_or(|s| s.next_offset <= last_offset));
        state.spans.push_back(Span { next_offset: last_offset + 1, done: false });
        self.tracked += 1;
        SpanId { lane, sequence }
    }

    /// Notes that every record of a span has ended. A span of a closed lane, or one already done, changes nothing.
    pub fn complete(&mut self, id: SpanId) {
        let Some(state) = self.lanes.get_mut(&id.lane) else { return };
        let Some(at) = id.sequence.checked_sub(state.first_sequence).and_then(|n| usize::try_from(n).ok()) else {
            return;
        };
        let Some(span) = state.spans.get_mut(at) else { return };
        span.done = true;
        while state.spans.front().is_some_and(|s| s.done) {
            if let Some(span) = state.spans.pop_front() {
                state.committable = Some(span.next_offset);
                state.first_sequence += 1;
                self.tracked -= 1;
            }
        }
    }

    /// The position that a lane may be committed to, if it has moved since the last call.
    pub fn take_committable(&mut self, lane: LaneId) -> Option<i64> {
        let state = self.lanes.get_mut(&lane)?;
        if state.committable == state.taken {
            return None;
        }
        state.taken = state.committable;
        state.committable
    }

    /// Notes that what [`Ledger::take_committable`] gave last did not reach the source: it is given again.
    pub fn commit_failed(&mut self, lane: LaneId) {
        if let Some(state) = self.lanes.get_mut(&lane) {
            state.taken = None;
        }
    }

    /// Whether sources must wait before they hand more on.
    pub fn is_full(&self) -> bool {
        self.tracked >= self.spans_max
    }

    /// Spans kept.
    pub fn tracked(&self) -> usize {
        self.tracked
    }

    /// Spans of the lane that are not done.
    pub fn in_flight(&self, lane: LaneId) -> usize {
        self.lanes.get(&lane).map_or(0, |state| state.spans.iter().filter(|s| !s.done).count())
    }

    pub fn lanes(&self) -> impl Iterator<Item = LaneId> + '_ {
        self.lanes.keys().copied()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    const LANE: LaneId = LaneId(1);

    #[test]
    fn commits_only_the_contiguous_prefix() {
        let mut ledger = Ledger::default();
        let spans: Vec<SpanId> = [9, 19, 29].iter().map(|last| ledger.begin(LANE, *last)).collect();
        ledger.complete(spans[1]);
        assert_eq!(ledger.take_committable(LANE), None);
        ledger.complete(spans[0]);
        assert_eq!(ledger.take_committable(LANE), Some(20));
        assert_eq!(ledger.take_committable(LANE), None);
        ledger.complete(spans[0]);
        ledger.complete(spans[2]);
        assert_eq!(ledger.take_committable(LANE), Some(30));
        assert_eq!(ledger.in_flight(LANE), 0);
    }

    #[test]
    fn a_closed_lane_forgets() {
        let mut ledger = Ledger::default();
        let span = ledger.begin(LANE, 9);
        ledger.close(LANE);
        ledger.complete(span);
        assert_eq!(ledger.take_committable(LANE), None);
        assert_eq!(ledger.tracked(), 0);
    }

    #[test]
    fn a_commit_that_failed_is_given_again() {
        let mut ledger = Ledger::default();
        let span = ledger.begin(LANE, 9);
        ledger.complete(span);
        assert_eq!(ledger.take_committable(LANE), Some(10));
        ledger.commit_failed(LANE);
        assert_eq!(ledger.take_committable(LANE), Some(10));
        assert_eq!(ledger.take_committable(LANE), None);
    }

    #[test]
    fn one_record_that_does_not_end_fills_the_ledger_in_the_end() {
        let mut ledger = Ledger::with_spans_max(3);
        let stuck = ledger.begin(LANE, 0);
        for offset in 1..3 {
            assert!(!ledger.is_full());
            let span = ledger.begin(LANE, offset);
            ledger.complete(span);
        }
        assert!(ledger.is_full());
        ledger.complete(stuck);
        assert_eq!((ledger.is_full(), ledger.tracked()), (false, 0));
    }

    proptest! {
        /// Whatever the order of completions: never past a span that is not done, never behind the done prefix, nothing kept
        /// once all is done.
        #[test]
        fn low_water_mark(order in Just((0..40usize).collect::<Vec<_>>()).prop_shuffle(), sizes in prop::collection::vec(1..50i64, 40)) {
            let mut ledger = Ledger::default();
            let mut ends = Vec::new();
            let mut at = 0;
            for size in &sizes {
                at += size;
                ends.push((ledger.begin(LANE, at - 1), at));
            }
            let mut done = [false; 40];
            let mut position = None;
            for i in order {
                ledger.complete(ends[i].0);
                done[i] = true;
                if let Some(p) = ledger.take_committable(LANE) {
                    position = Some(p);
                }
                let prefix = done.iter().take_while(|d| **d).count();
                prop_assert_eq!(position, prefix.checked_sub(1).map(|last| ends[last].1));
            }
            prop_assert_eq!(ledger.lanes.get(&LANE).unwrap().spans.len(), 0);
        }
    }
}
