//! The job: sources, workers and outputs put together and run until told to stop.
//!
//! ```text
//! source thread ──Delivery──▶ worker threads ──Chunk──▶ output tasks ──▶ settle ──▶ ledger ──▶ source commits
//! ```
//! Everything is bounded: the queue between sources and workers, each output's queue, and the bytes in flight.

mod decode;
mod findings;
mod late;
mod lookup_data;
mod mending;
mod plan;
mod scoring;
mod worker;

pub use plan::Plan;

use crate::alert::{AlertIndex, Alerts, ElasticsearchIndex, FileIndex, NoIndex};
use crate::config::Settings;
use crate::delivery::{DeadLetters, End, Intake};
use crate::score::Scorer;
use crate::sink::{Output, OutputSettings, elasticsearch::transport};
use crate::source::{Feed, Source, Stop};
use crate::telemetry::Health;
use anyhow::Context as _;
use std::collections::HashMap;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Batches that may wait for a worker, for each worker.
const QUEUED_BATCHES_PER_WORKER: usize = 2;

/// A running job.
pub struct Job {
    pub intake: Arc<Intake>,
    pub health: Health,
    stop: Stop,
    sources: Vec<Source>,
    workers: Vec<JoinHandle<()>>,
    outputs: Vec<tokio::task::JoinHandle<()>>,
    dead_letters: tokio::task::JoinHandle<()>,
    alerts: tokio::task::JoinHandle<()>,
    late: Option<tokio::task::AbortHandle>,
    lookup_data: tokio::task::AbortHandle,
    /// Its judges' tasks live as long as it does.
    _scorer: Option<Arc<Scorer>>,
    shutdown: Duration,
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
    /// Not ended: read again after the restart.
    pub unfinished: u64,
}

impl Job {
    /// Starts everything; must be called on a tokio runtime.
    pub fn start(settings: &Settings, plan: Plan) -> anyhow::Result<Self> {
        let intake = Intake::new(settings.limits.in_flight_bytes);
        let health = Health::default();
        let stop = Stop::default();
        let (dead_letters, dead_letter_task) =
            DeadLetters::start(&settings.dead_letters).context("cannot start the dead letters")?;
        let mut outputs = HashMap::new();
        let mut output_tasks = Vec::new();
        for (name, output) in &settings.outputs {
            let (output, task) = Output::start(name, output, &dead_letters, &health)
                .with_context(|| format!("cannot start the output `{name}`"))?;
            outputs.insert(name.clone(), output);
            output_tasks.push(task);
        }
        let worker_count = match settings.limits.workers {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            n => n,
        };
        let (queue, deliveries) = crossbeam_channel::bounded(worker_count * QUEUED_BATCHES_PER_WORKER);
        let (alerts, alert_task) = start_alerts(settings)?;
        let runtime = tokio::runtime::Handle::current();
        let client = reqwest::Client::builder().build()?;
        let scorer = settings.scoring.as_ref().map(|s| Scorer::start(s, &runtime, &client)).transpose()?;
        let lookup_data = tokio::spawn(lookup_data::keep_fresh(plan.pipelines.enrich().clone())).abort_handle();
        let awaiting = late::Awaiting::default();
        let shared = worker::Shared {
            plan: Arc::new(plan),
            outputs,
            scorer: scorer.clone(),
            aftermath: scoring::Aftermath { runtime, alerts: alerts.clone(), awaiting: awaiting.clone() },
            dead_letters: dead_letters.clone(),
            record_bytes_max: settings.limits.record_bytes_max,
        };
        let late = match &scorer {
            Some(scorer) => {
                let documents = mending::ElasticsearchDocuments::new(&settings.outputs)?;
                let mends = scorer.mend(Arc::new(documents));
                let task = late::run(scorer.late(), awaiting, alerts, mends);
                Some(tokio::spawn(task).abort_handle())
            }
            None => None,
        };
        let workers = (0..worker_count)
            .map(|n| {
                let worker = worker::Worker::new(&shared);
                let deliveries = deliveries.clone();
                std::thread::Builder::new().name(format!("worker-{n}")).spawn(move || worker.run(&deliveries))
            })
            .collect::<Result<_, _>>()?;
        let feed = Feed { intake: intake.clone(), queue, stop: stop.clone(), health: health.clone() };
        let sources = settings
            .sources
            .iter()
            .map(|(name, source)| {
                Source::start(name, source, feed.clone(), &dead_letters, settings.limits.shutdown)
                    .with_context(|| format!("cannot start the source `{name}`"))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            intake,
            health,
            stop,
            sources,
            workers,
            outputs: output_tasks,
            dead_letters: dead_letter_task,
            alerts: alert_task,
            late,
            lookup_data,
            _scorer: scorer,
            shutdown: settings.limits.shutdown,
        })
    }

    /// Whether every source has come to its end (files with `once`, stdin).
    pub fn is_finished(&self) -> bool {
        self.sources.iter().all(|source| source.thread.is_finished())
    }

    /// Stops fetching, waits until what is in flight has ended or the deadline is over, commits, and ends.
    pub async fn stop(self) -> Summary {
        let until = Instant::now() + self.shutdown + Duration::from_secs(2);
        self.stop.set();
        // Sources drain and commit; with them gone the workers' queue closes, then the outputs', then the dead letters'.
        let threads: Vec<JoinHandle<()>> = self.sources.into_iter().map(|s| s.thread).chain(self.workers).collect();
        while threads.iter().any(|t| !t.is_finished()) && Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.lookup_data.abort();
        // It holds a sender of the alerts: without it the alerts come to their end.
        if let Some(late) = self.late {
            late.abort();
        }
        for task in self.outputs.into_iter().chain([self.dead_letters, self.alerts]) {
            let left = until.saturating_duration_since(Instant::now());
            let abort = task.abort_handle();
            if tokio::time::timeout(left, task).await.is_err() {
                abort.abort();
            }
        }
        summary(&self.intake)
    }
}

/// Alert documents go to `alerts.file`, else where the first Elasticsearch output goes, if there is one.
fn start_alerts(settings: &Settings) -> anyhow::Result<(Alerts, tokio::task::JoinHandle<()>)> {
    let elasticsearch = settings.outputs.iter().find_map(|(_, output)| match output {
        OutputSettings::Elasticsearch(output) => Some(output),
        _ => None,
    });
    let index: Arc<dyn AlertIndex> = match (&settings.alerts.file, elasticsearch) {
        (Some(path), _) => Arc::new(FileIndex { path: path.clone() }),
        (None, Some(output)) => {
            Arc::new(ElasticsearchIndex { transport: transport(output)?, index: settings.alerts.index.clone() })
        }
        (None, None) => Arc::new(NoIndex),
    };
    Alerts::start(&settings.alerts, index, &settings.data_dir)
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
        unfinished: intake.in_flight(),
    }
}
