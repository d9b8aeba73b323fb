//! Where questions wait for one model: batches, concurrency, budget, circuit breaker. What this model cannot answer goes to the next
//! one's desk, and from the last one home with the rules' view.

use super::breaker::Breaker;
use super::budget::Budget;
use super::flight::{Flight, lock};
use super::judges::{Asked, Case, Judge, Opinion, Spent, Trouble, sign};
use super::queue::Queue;
use super::scorer::Core;
use super::verdict::Severity;
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// Templates in one prompt: beyond this the published accuracy falls.
pub const BATCH_MAX: usize = 8;

/// A question waits so long for company.
const LINGER: Duration = Duration::from_millis(30);

/// A question is asked so often before it goes to the next desk, and from the last one home: there is no other model behind that one.
const ATTEMPTS_MAX: u32 = 2;
const LAST_ATTEMPTS_MAX: u32 = 6;

/// A question that a busy server kept waiting for longer goes on.
const WAIT_MAX: Duration = Duration::from_secs(300);

/// Pause after a busy server.
const BUSY_PAUSE: Duration = Duration::from_millis(500);

/// How often a desk looks whether the circuit has closed again or the budget refilled.
const RECHECK: Duration = Duration::from_millis(200);

/// Hourly limits of a model.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Limits {
    pub calls_per_hour: Option<u64>,
    pub tokens_per_hour: Option<u64>,
}

struct Budgets {
    calls: Option<Budget>,
    tokens: Option<Budget>,
}

pub(super) struct Desk {
    judge: Arc<dyn Judge>,
    next: Option<Arc<Desk>>,
    core: Weak<Core>,
    queue: Mutex<Queue>,
    added: Notify,
    breaker: Mutex<Breaker>,
    budgets: Mutex<Budgets>,
    under_way: AtomicUsize,
    /// Questions that the server takes at once: halved when it is busy, raised again when it answers.
    width: AtomicUsize,
    finished: Notify,
    total: Mutex<Spent>,
}

impl Desk {
    pub fn new(judge: Arc<dyn Judge>, limits: Limits, next: Option<Arc<Desk>>, core: Weak<Core>) -> Arc<Self> {
        let now = Instant::now();
        let budgets = Budgets {
            calls: limits.calls_per_hour.map(|calls| Budget::per_hour(calls, now)),
            tokens: limits.tokens_per_hour.map(|tokens| Budget::per_hour(tokens, now)),
        };
        let width = judge.asked().map_or(1, |asked| asked.concurrency().max(1));
        Arc::new(Self {
            judge,
            next,
            core,
            queue: Mutex::default(),
            added: Notify::new(),
            breaker: Mutex::new(Breaker::new()),
            budgets: Mutex::new(budgets),
            under_way: AtomicUsize::new(0),
            width: AtomicUsize::new(width),
            finished: Notify::new(),
            total: Mutex::default(),
        })
    }

    /// Takes a question. It is answered sooner or later, by this desk or by one after it.
    pub fn submit(&self, flight: Arc<Flight>) {
        let now = Instant::now();
        if lock(&self.breaker).is_open(now) {
            return self.pass_on(flight, "breaker_open");
        }
        if !self.affords(flight.floor.severity, now) {
            return self.pass_on(flight, "budget");
        }
        let pushed = lock(&self.queue).push(flight);
        match pushed {
            Ok(()) => self.added.notify_one(),
            Err(flight) => self.pass_on(flight, "queue_full"),
        }
    }

    fn affords(&self, severity: Severity, now: Instant) -> bool {
        let mut budgets = lock(&self.budgets);
        let is_grave = severity > Severity::Info;
        let Budgets { calls, tokens } = &mut *budgets;
        [calls, tokens].into_iter().flatten().all(|budget| budget.allows(is_grave, now))
    }

    fn pass_on(&self, flight: Arc<Flight>, why: &'static str) {
        metrics::counter!("logboom_score_passed_on_total", "judge" => self.judge.name(), "reason" => why).increment(1);
        flight.attempts.store(0, Ordering::Relaxed);
        match &self.next {
            Some(next) => next.submit(flight),
            None => {
                if let Some(core) = self.core.upgrade() {
                    core.degrade(&flight);
                }
            }
        }
    }

    /// Serves the queue until the scorer is gone.
    pub async fn run(self: Arc<Self>) {
        while self.core.strong_count() > 0 {
            if self.under_way.load(Ordering::Acquire) >= self.width.load(Ordering::Relaxed) {
                let _ = tokio::time::timeout(RECHECK, self.finished.notified()).await;
                continue;
            }
            if lock(&self.queue).len() == 0 {
                let _ = tokio::time::timeout(RECHECK, self.added.notified()).await;
                continue;
            }
            if lock(&self.queue).len() < BATCH_MAX {
                tokio::time::sleep(LINGER).await;
            }
            let mut batch = lock(&self.queue).take(BATCH_MAX);
            // Another process may have been faster.
            batch.retain(|flight| flight.answer().is_none());
            if batch.is_empty() {
                continue;
            }
            let now = Instant::now();
            let grave = batch.iter().map(|flight| flight.floor.severity).max().unwrap_or_default();
            if !self.affords(grave, now) {
                batch.into_iter().for_each(|flight| self.pass_on(flight, "budget"));
                continue;
            }
            if !lock(&self.breaker).admits(now) {
                batch.into_iter().for_each(|flight| self.pass_on(flight, "breaker_open"));
                continue;
            }
            self.under_way.fetch_add(1, Ordering::AcqRel);
            let desk = self.clone();
            tokio::spawn(async move {
                let pause = AssertUnwindSafe(desk.ask(batch.clone())).catch_unwind().await.unwrap_or_else(|_| {
                    batch.into_iter().for_each(|flight| desk.pass_on(flight, "panic"));
                    Duration::ZERO
                });
                tokio::time::sleep(pause).await;
                desk.under_way.fetch_sub(1, Ordering::AcqRel);
                desk.finished.notify_one();
            });
        }
    }

    /// Asks the model about a batch; returns how long to pause afterwards.
    async fn ask(&self, batch: Vec<Arc<Flight>>) -> Duration {
        let Some(asked) = self.judge.asked() else { return Duration::ZERO };
        let cases: Vec<Case> = batch.iter().map(|flight| flight.case()).collect();
        let started = Instant::now();
        let answer = asked.ask(&cases).await;
        let now = Instant::now();
        let judge = self.judge.name();
        metrics::histogram!("logboom_score_question_seconds", "judge" => judge)
            .record(now.duration_since(started).as_secs_f64());
        let outcome = match &answer {
            Ok(_) => "answered",
            Err(trouble) => trouble.name(),
        };
        metrics::counter!("logboom_score_questions_total", "judge" => judge, "outcome" => outcome).increment(1);
        self.spend(asked, now);
        match answer {
            Ok(opinions) => {
                lock(&self.breaker).succeeded();
                self.widen(asked.concurrency());
                self.deliver(batch, &cases, opinions);
                Duration::ZERO
            }
            Err(Trouble::Busy(reason)) => {
                tracing::debug!(judge, %reason, "the model server is busy");
                lock(&self.breaker).undecided();
                self.narrow();
                for flight in batch {
                    if flight.started.elapsed() > WAIT_MAX {
                        self.pass_on(flight, "busy");
                    } else if let Err(flight) = lock(&self.queue).push(flight) {
                        self.pass_on(flight, "queue_full");
                    }
                }
                BUSY_PAUSE
            }
            // Nothing is wrong with the server: this text will not be sent however often it is tried, nor to another one.
            Err(Trouble::Unredacted(reason)) => {
                tracing::warn!(judge, %reason, templates = batch.len(), "a question was not asked");
                lock(&self.breaker).undecided();
                batch.into_iter().for_each(|flight| self.pass_on(flight, "unredacted"));
                Duration::ZERO
            }
            Err(trouble) => {
                tracing::warn!(judge, %trouble, templates = batch.len(), "a model gave no verdict");
                lock(&self.breaker).failed(now);
                batch.into_iter().for_each(|flight| self.retry(flight, trouble.name()));
                Duration::ZERO
            }
        }
    }

    fn deliver(&self, batch: Vec<Arc<Flight>>, cases: &[Case], opinions: Vec<Option<Opinion>>) {
        let Some(core) = self.core.upgrade() else { return };
        let mut opinions = opinions.into_iter();
        for (flight, case) in batch.into_iter().zip(cases) {
            match opinions.next().flatten() {
                Some(opinion) => core.conclude(&flight, case, sign(opinion, &*self.judge)),
                None => self.retry(flight, "no_opinion"),
            }
        }
    }

    /// Asks again, alone, or hands the question on.
    fn retry(&self, flight: Arc<Flight>, why: &'static str) {
        let attempts_max = if self.next.is_some() { ATTEMPTS_MAX } else { LAST_ATTEMPTS_MAX };
        if flight.attempts.fetch_add(1, Ordering::Relaxed) + 1 >= attempts_max
            || lock(&self.breaker).is_open(Instant::now())
        {
            return self.pass_on(flight, why);
        }
        let pushed = lock(&self.queue).push(flight);
        match pushed {
            Ok(()) => self.added.notify_one(),
            Err(flight) => self.pass_on(flight, "queue_full"),
        }
    }

    /// What this desk has spent in all.
    pub fn total(&self) -> Spent {
        *lock(&self.total)
    }

    fn spend(&self, asked: &dyn Asked, now: Instant) {
        let spent = asked.spent();
        {
            let mut total = lock(&self.total);
            total.calls += spent.calls;
            total.tokens += spent.tokens;
        }
        let mut budgets = lock(&self.budgets);
        if let Some(calls) = &mut budgets.calls {
            calls.spend(spent.calls as f64, now);
        }
        if let Some(tokens) = &mut budgets.tokens {
            tokens.spend(spent.tokens as f64, now);
        }
        let judge = self.judge.name();
        metrics::counter!("logboom_score_calls_total", "judge" => judge).increment(spent.calls);
        metrics::counter!("logboom_score_tokens_total", "judge" => judge).increment(spent.tokens);
    }

    fn narrow(&self) {
        let width = self.width.load(Ordering::Relaxed);
        self.width.store((width / 2).max(1), Ordering::Relaxed);
    }

    fn widen(&self, most: usize) {
        let width = self.width.load(Ordering::Relaxed);
        self.width.store((width + 1).min(most.max(1)), Ordering::Relaxed);
    }
}
