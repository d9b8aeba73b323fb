//! Verdicts that came after their records had left: kept, one per template and target, until they are mended and told.

use super::cache::Entry;
use super::flight::{Flight, Target, lock};
use super::template::Template;
use super::verdict::{Status, Verdict};
use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;
use tokio::sync::Notify;

/// Late verdicts that wait to be mended; beyond that the oldest is given up (and counted).
pub const LATE_MAX: usize = 10_000;

/// A verdict for documents that are written already.
#[derive(Clone, Debug)]
pub struct LateVerdict {
    pub template: Template,
    pub verdict: Arc<Verdict>,
    /// `Scored`, or `Degraded` when no model could answer after all.
    pub status: Status,
    pub targets: Vec<Target>,
    /// When the first record of the template met the question.
    pub first_seen: SystemTime,
    /// Records that met it.
    pub count: u64,
}

/// What is to be mended.
#[derive(Default)]
pub struct LateVerdicts {
    queue: Mutex<VecDeque<LateVerdict>>,
    added: Notify,
}

impl LateVerdicts {
    pub(super) fn add(&self, flight: &Flight, entry: &Entry, targets: Vec<Target>) {
        let late = LateVerdict {
            template: flight.template.clone(),
            verdict: entry.verdict.clone(),
            status: entry.status,
            targets,
            first_seen: flight.first_seen,
            count: flight.count.load(Ordering::Relaxed),
        };
        metrics::counter!("logboom_score_late_total").increment(1);
        self.push(late);
    }

    pub fn push(&self, late: LateVerdict) {
        let mut queue = lock(&self.queue);
        if queue.len() >= LATE_MAX {
            queue.pop_front();
            metrics::counter!("logboom_score_late_dropped_total").increment(1);
        }
        queue.push_back(late);
        drop(queue);
        self.added.notify_one();
    }

    /// The next one; waits for it.
    pub async fn next(&self) -> LateVerdict {
        loop {
            if let Some(late) = lock(&self.queue).pop_front() {
                return late;
            }
            self.added.notified().await;
        }
    }
}
