//! The job: sources, workers and outputs put together and run until told to stop.
//!
//! ```text
//! source thread ──Delivery──▶ worker threads ──Chunk──▶ output tasks ──▶ settle ──▶ ledger ──▶ source commits
//! ```
//! Everything is bounded: the queue between sources and workers, each output's queue, and the bytes in flight.
//!
//! What a configuration says is held in parts that can be replaced while the job runs ([`reload`]).

mod decode;
mod findings;
mod late;
mod lookup_data;
mod mending;
mod outputs;
mod plan;
pub mod reload;
mod scoring;
mod sources;
mod suspects;
pub mod verdicts;
mod watching;
mod worker;

pub use plan::Plan;

use crate::alert::Alerts;
use crate::config::{Digests, Settings};
use crate::delivery::{DeadLetters, End, Intake};
use crate::score::Scorer;
use crate::source::Feed;
use crate::telemetry::Health;
use anyhow::Context as _;
use arc_swap::ArcSwap;
use outputs::Outputs;
use sources::Sources;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::task::AbortHandle;

/// Batches that may wait for a worker, for each worker.
const QUEUED_BATCHES_PER_WORKER: usize = 2;

/// A running job.
pub struct Job {
    pub intake: Arc<Intake>,
    pub health: Health,
    /// What runs now came out of this version of the configuration.
    digests: Digests,
    sources: Sources,
    workers: Vec<JoinHandle<()>>,
    /// What workers run on; they take a new one over between two batches.
    current: Arc<ArcSwap<worker::Shared>>,
    outputs: Outputs,
    dead_letters: DeadLetters,
    dead_letter_task: tokio::task::JoinHandle<()>,
    alerts: Alerts,
    alert_task: tokio::task::JoinHandle<()>,
    scoring: Option<ScoringTasks>,
    /// Scoring that was replaced, until what waits for its verdicts has left.
    replaced_scoring: Vec<(Instant, ScoringTasks)>,
    awaiting: late::Awaiting,
    lookup_data: AbortHandle,
    /// Closes the detectors' buckets.
    watching: AbortHandle,
    shutdown: Duration,
    data_dir: PathBuf,
}

/// A scorer and what waits for its late verdicts. Its judges' tasks live as long as it does.
struct ScoringTasks {
    scorer: Arc<Scorer>,
    late: AbortHandle,
}

impl Drop for ScoringTasks {
    fn drop(&mut self) {
        // It holds a sender of the alerts: without it the alerts come to their end.
        self.late.abort();
    }
}

/// How a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    pub accepted: u64,
    pub delivered: u64,
    pub already_delivered: u64,
    pub dropped: u64,
    pub dead_lettered: u64,
    pub failure_stored: u64,
    pub shed: u64,
    /// Not ended: read again after the restart.
    pub unfinished: u64,
}

impl Job {
    /// Starts everything; must be called on a tokio runtime.
    pub fn start(settings: &Settings, plan: Plan) -> anyhow::Result<Self> {
        let intake = Intake::new(settings.limits.in_flight_bytes);
        let health = Health::default();
        let (dead_letters, dead_letter_task) =
            DeadLetters::start(&settings.dead_letters).context("cannot start the dead letters")?;
        let outputs = Outputs::start(settings, &dead_letters, &health)?;
        let worker_count = match settings.limits.workers {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            n => n,
        };
        let (queue, deliveries) = crossbeam_channel::bounded(worker_count * QUEUED_BATCHES_PER_WORKER);
        let (alerts, alert_task) =
            Alerts::start(&settings.alerts, outputs::alert_index(settings)?, &settings.data_dir)?;
        let runtime = tokio::runtime::Handle::current();
        let awaiting = late::Awaiting::default();
        let scoring = start_scoring(settings, None, &awaiting, &alerts)?;
        let lookup_data = tokio::spawn(lookup_data::keep_fresh(plan.pipelines.enrich().clone())).abort_handle();
        let shared = worker::Shared {
            plan: Arc::new(plan),
            outputs: outputs.by_name(),
            scorer: scoring.as_ref().map(|tasks| tasks.scorer.clone()),
            aftermath: scoring::Aftermath {
                runtime,
                alerts: alerts.clone(),
                awaiting: awaiting.clone(),
                watch: Arc::default(),
            },
            dead_letters: dead_letters.clone(),
            record_bytes_max: settings.limits.record_bytes_max,
        };
        let current = Arc::new(ArcSwap::from_pointee(shared));
        let watching = tokio::spawn(watching::run(current.clone())).abort_handle();
        let suspects = Arc::new(suspects::Suspects::open(&settings.data_dir));
        let workers = (0..worker_count)
            .map(|n| {
                let (current, deliveries, journal) = (current.clone(), deliveries.clone(), suspects.journal(n));
                let work = move || worker::run(&current, &deliveries, journal);
                std::thread::Builder::new().name(format!("worker-{n}")).spawn(work)
            })
            .collect::<Result<_, _>>()?;
        let feed = Feed { intake: intake.clone(), queue, stop: Default::default(), health: health.clone() };
        let sources = Sources::start(settings, feed, &dead_letters)?;
        Ok(Self {
            intake,
            health,
            digests: settings.digests.clone(),
            sources,
            workers,
            current,
            outputs,
            dead_letters,
            dead_letter_task,
            alerts,
            alert_task,
            scoring,
            replaced_scoring: Vec::new(),
            awaiting,
            lookup_data,
            watching,
            shutdown: settings.limits.shutdown,
            data_dir: settings.data_dir.clone(),
        })
    }

    /// The operators' verdicts.
    pub fn verdicts(&self) -> verdicts::Verdicts {
        verdicts::Verdicts::of(self)
    }

    /// Whether every source has come to its end (files with `once`, stdin).
    pub fn is_finished(&self) -> bool {
        self.sources.are_finished()
    }

    /// Stops fetching, waits until what is in flight has ended or the deadline is over, commits, and ends.
    pub async fn stop(self) -> Summary {
        let until = Instant::now() + self.shutdown + Duration::from_secs(2);
        // Sources drain and commit; with them gone the workers' queue closes, then the outputs', then the dead letters'.
        let threads: Vec<JoinHandle<()>> = self.sources.stop().into_iter().chain(self.workers).collect();
        while threads.iter().any(|t| !t.is_finished()) && Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.lookup_data.abort();
        self.watching.abort();
        drop((self.scoring, self.replaced_scoring, self.current, self.alerts, self.dead_letters));
        for task in self.outputs.stop().into_iter().chain([self.dead_letter_task, self.alert_task]) {
            let left = until.saturating_duration_since(Instant::now());
            let abort = task.abort_handle();
            if tokio::time::timeout(left, task).await.is_err() {
                abort.abort();
            }
        }
        summary(&self.intake)
    }
}

/// Starts the scorer and what mends documents when verdicts come late; `None` where nothing is scored.
fn start_scoring(
    settings: &Settings,
    former: Option<&ScoringTasks>,
    awaiting: &late::Awaiting,
    alerts: &Alerts,
) -> anyhow::Result<Option<ScoringTasks>> {
    let Some(scoring) = &settings.scoring else { return Ok(None) };
    let client = reqwest::Client::builder().build()?;
    let former = former.map(|tasks| &*tasks.scorer);
    let scorer = Scorer::succeed(former, scoring, &tokio::runtime::Handle::current(), &client)?;
    let documents = mending::ElasticsearchDocuments::new(&settings.outputs)?;
    let mends = scorer.mend(Arc::new(documents));
    let task = late::run(scorer.late(), awaiting.clone(), alerts.clone(), mends);
    Ok(Some(ScoringTasks { scorer, late: tokio::spawn(task).abort_handle() }))
}

/// The account of all records so far.
pub fn summary(intake: &Intake) -> Summary {
    Summary {
        accepted: intake.accepted(),
        delivered: intake.ended(End::Delivered),
        already_delivered: intake.ended(End::AlreadyDelivered),
        dropped: intake.ended(End::Dropped),
        dead_lettered: intake.ended(End::DeadLettered),
        failure_stored: intake.ended(End::FailureStored),
        shed: intake.ended(End::Shed),
        unfinished: intake.in_flight(),
    }
}
