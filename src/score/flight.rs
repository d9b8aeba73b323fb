//! One question to the models, however many records wait for its answer.

use super::annotation::Annotation;
use super::cache::{Entry, Key};
use super::judges;
use super::late::LateVerdicts;
use super::parameters::Case;
use super::rules::Rules;
use super::template::Template;
use super::verdict::{Floor, Kind, Severity, Status};
use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::Notify;

/// Example lines that a question takes along.
pub const EXAMPLES_MAX: usize = 3;

/// An example line is cut after so many bytes.
pub const EXAMPLE_BYTES_MAX: usize = 1_024;

/// Indices that one template's pending records may lie in; further ones are not mended.
pub const TARGETS_MAX: usize = 64;

/// Where a document was written to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    pub output: Arc<str>,
    /// Index, alias or data stream.
    pub index: Arc<str>,
}

/// A question that the models have not answered yet.
pub struct Flight {
    pub key: Key,
    pub template: Template,
    pub started: Instant,
    pub first_seen: SystemTime,
    /// Records that met this question.
    pub count: AtomicU64,
    /// Questions of one group may share a prompt.
    pub group: Arc<str>,
    /// What the template's own words say.
    pub floor: Floor,
    /// How often this was asked in vain.
    pub attempts: AtomicU32,
    case: Mutex<judges::Case>,
    answer: OnceLock<Arc<Entry>>,
    answered: Notify,
    targets: Mutex<Vec<Target>>,
    late: Arc<LateVerdicts>,
}

impl Flight {
    pub fn new(key: Key, case: judges::Case, late: Arc<LateVerdicts>) -> Self {
        Self {
            key,
            template: case.template.clone(),
            started: Instant::now(),
            first_seen: SystemTime::now(),
            count: AtomicU64::new(0),
            group: case.service.clone().unwrap_or_else(|| "".into()),
            floor: case.floor,
            attempts: AtomicU32::new(0),
            case: Mutex::new(case),
            answer: OnceLock::new(),
            answered: Notify::new(),
            targets: Mutex::new(Vec::new()),
            late,
        }
    }

    /// Counts a record, and keeps its line as an example if it shows something new.
    pub fn join(&self, line: &str) {
        if self.count.fetch_add(1, Ordering::Relaxed) < 64 {
            lock(&self.case).add_example(line);
        }
    }

    /// What the judges are asked.
    pub fn case(&self) -> judges::Case {
        lock(&self.case).clone()
    }

    pub fn answer(&self) -> Option<&Arc<Entry>> {
        self.answer.get()
    }

    /// Wakes everybody who waits, and hands the verdict on for the documents that could not wait.
    pub fn land(&self, entry: Arc<Entry>) {
        if self.answer.set(entry).is_err() {
            return;
        }
        self.answered.notify_waiters();
        let targets = std::mem::take(&mut *lock(&self.targets));
        if let Some(entry) = self.answer.get()
            && !targets.is_empty()
        {
            self.late.add(self, entry, targets);
        }
    }

    /// Notes that a document with a pending verdict goes to `target`.
    fn leave(&self, output: &str, index: &str) {
        let mut targets = lock(&self.targets);
        if targets.iter().any(|t| &*t.index == index && &*t.output == output) {
            return;
        }
        let target = Target { output: output.into(), index: index.into() };
        match self.answer.get() {
            None if targets.len() < TARGETS_MAX => targets.push(target),
            None => metrics::counter!("logboom_score_mend_targets_dropped_total").increment(1),
            // The answer came between the end of the wait and now.
            Some(entry) => {
                drop(targets);
                self.late.add(self, entry, vec![target]);
            }
        }
    }

    async fn landed(&self) -> Arc<Entry> {
        loop {
            let notified = self.answered.notified();
            tokio::pin!(notified);
            notified.as_mut().enable();
            if let Some(entry) = self.answer.get() {
                return entry.clone();
            }
            notified.await;
        }
    }
}

/// A lock whose holder cannot leave it in a bad state.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A record that waits for a verdict.
#[derive(Clone)]
pub struct Ticket {
    pub(super) flight: Arc<Flight>,
    pub(super) floor: Floor,
    /// What holds for this record's values of the template's variables.
    pub(super) case: Option<Case>,
    pub(super) rules: Arc<Rules>,
    pub(super) deadline: Instant,
    pub(super) taken: Instant,
}

impl Ticket {
    /// When the wait ends at the latest.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    pub fn template(&self) -> &Template {
        &self.flight.template
    }

    /// What the record's own words say.
    pub fn severity(&self) -> Severity {
        self.floor.severity
    }

    /// The verdict, or what can be said without it when the deadline passes.
    pub async fn wait(self) -> Judged {
        match tokio::time::timeout_at(self.deadline.into(), self.flight.landed()).await {
            Ok(entry) => self.answered(&entry),
            Err(_) => self.pending(),
        }
    }

    fn answered(&self, entry: &Entry) -> Judged {
        let template = &self.flight.template;
        Judged::of(entry, template, (&self.floor, self.case.as_ref()), &self.rules, false, self.taken.elapsed())
    }

    /// What stands until the verdict comes.
    pub fn pending(&self) -> Judged {
        let mut verdict = self.rules.explain(&self.floor);
        if verdict.kind == Kind::Normal {
            verdict.kind = Kind::Unknown;
        }
        if let Some(case) = self.case.as_ref().filter(|case| case.kind == Kind::Anomaly) {
            case.apply(&mut verdict);
            verdict.raise_to(&self.floor, &self.rules);
        }
        let annotation = Annotation::new(
            Arc::new(verdict),
            self.flight.template.clone(),
            Status::Pending,
            false,
            self.taken.elapsed(),
        );
        Judged { annotation: Arc::new(annotation), open: Some(self.clone()) }
    }
}

/// A record's verdict, final or not.
#[derive(Clone)]
pub struct Judged {
    pub annotation: Arc<Annotation>,
    /// The question that is still open.
    open: Option<Ticket>,
}

impl Judged {
    pub(super) fn settled(annotation: Arc<Annotation>) -> Self {
        Self { annotation, open: None }
    }

    /// The verdict of `entry` on a record whose own words and values say what `own` holds.
    pub(super) fn of(
        entry: &Entry,
        template: &Template,
        own: (&Floor, Option<&Case>),
        rules: &Rules,
        cached: bool,
        latency: Duration,
    ) -> Self {
        let (floor, case) = own;
        let mut verdict = entry.verdict.clone();
        if let Some(case) = case {
            case.apply(Arc::make_mut(&mut verdict));
        }
        let raised = !verdict.is_operators()
            && (floor.severity > verdict.severity || floor.is_sure && verdict.kind != Kind::Anomaly);
        if raised {
            Arc::make_mut(&mut verdict).raise_to(floor, rules);
        }
        Self::settled(Arc::new(Annotation::new(verdict, template.clone(), entry.status, cached, latency)))
    }

    /// The same with something more to say in its reason.
    pub fn with_remark(self, remark: &str) -> Self {
        Self { annotation: Arc::new(self.annotation.with_remark(remark)), ..self }
    }

    /// The `anomaly` object.
    pub fn json(&self) -> &[u8] {
        self.annotation.json()
    }

    pub fn is_pending(&self) -> bool {
        self.open.is_some()
    }

    /// To be called once the document's destination is known, so that a verdict that comes later can mend it. Does nothing unless
    /// the verdict is pending.
    pub fn written_to(&self, output: &str, index: &str) {
        if let Some(ticket) = &self.open {
            ticket.flight.leave(output, index);
        }
    }

    /// The final verdict on the same record, whenever it comes; `None` if this one is final. For whoever is to be told of it.
    pub fn later(&self) -> Option<impl Future<Output = Self> + Send + use<>> {
        let ticket = self.open.clone()?;
        Some(async move {
            let entry = ticket.flight.landed().await;
            ticket.answered(&entry)
        })
    }
}

const SHARDS: usize = 16;

/// The questions under way.
pub struct Flights {
    shards: [Mutex<HashMap<Key, Arc<Flight>>>; SHARDS],
    hasher: std::hash::RandomState,
}

impl Flights {
    pub fn new() -> Self {
        Self { shards: std::array::from_fn(|_| Mutex::default()), hasher: std::hash::RandomState::new() }
    }

    fn shard(&self, key: &Key) -> MutexGuard<'_, HashMap<Key, Arc<Flight>>> {
        let at = self.hasher.hash_one(key) as usize % SHARDS;
        // `at` is below SHARDS.
        lock(self.shards.get(at).unwrap_or(&self.shards[0]))
    }

    /// The flight for `key`, and whether this call opened it.
    pub fn open(&self, key: Key, flight: impl FnOnce() -> Flight) -> (Arc<Flight>, bool) {
        let mut shard = self.shard(&key);
        if let Some(flight) = shard.get(&key) {
            return (flight.clone(), false);
        }
        let flight = Arc::new(flight());
        shard.insert(key, flight.clone());
        (flight, true)
    }

    pub fn close(&self, key: &Key) {
        self.shard(key).remove(key);
    }

    /// Closes the question, for whoever has its answer.
    pub fn take(&self, key: &Key) -> Option<Arc<Flight>> {
        self.shard(key).remove(key)
    }

    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).len()).sum()
    }
}
