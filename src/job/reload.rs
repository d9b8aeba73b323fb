//! Another configuration takes over while the job runs.
//!
//! Everything new is read, compiled and started first; only when nothing can fail any more is it swapped in. Workers take the new
//! parts over between two batches, so no record sees half of each. An output that changed gets a new task; the old one delivers what it holds.
//! A source that changed drains and commits before its successor starts: from the same coordinates come the same ids.

use super::{Job, Plan, ScoringTasks, lookup_data, outputs, start_scoring, worker};
use crate::config::{ConfigError, Settings};
use anyhow::Context as _;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::{mpsc, oneshot};

/// Replaced scoring goes on for so long: records that wait for its verdicts leave at their deadline, late verdicts still mend documents.
const REPLACED_SCORING_LIVES: Duration = Duration::from_secs(600);

/// Sections that the process reads once.
const AT_RESTART: &[&str] = &["console", "data_dir", "dead_letters"];

/// What a reload came to.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Answer {
    Done {
        reloaded: bool,
        /// Sources and outputs that were replaced.
        sources: Vec<String>,
        outputs: Vec<String>,
        /// Whether the models and their cache began anew.
        scoring: bool,
        /// Settings that changed and take effect at the next start only.
        at_restart: Vec<String>,
    },
    Refused {
        reloaded: bool,
        problems: Vec<String>,
    },
}

impl Job {
    /// Replaces what differs. An error leaves everything as it was.
    pub fn reload(&mut self, settings: &Settings, plan: Plan) -> anyhow::Result<Answer> {
        let before = self.digests.clone();
        let after = &settings.digests;
        let section = |key: &str| after.sections.get(key) != before.sections.get(key);
        let prepared = self.outputs.prepare(settings, &before, &self.dead_letters, &self.health)?;
        let new_scoring = section("scoring") || !prepared.changed.is_empty();
        let scoring = if new_scoring {
            start_scoring(settings, self.scoring.as_ref(), &self.awaiting, &self.alerts)?
        } else {
            None
        };
        if section("alerts") || !prepared.changed.is_empty() {
            let index = outputs::alert_index(settings)?;
            self.alerts.replace(&settings.alerts, index).context("cannot start the alerts' channels")?;
        }
        // From here on nothing can fail.
        let changed_outputs = prepared.changed.clone();
        self.outputs.replace(prepared, &self.health);
        if new_scoring {
            self.replace_scoring(scoring);
        }
        self.intake.budget.set_limit(settings.limits.in_flight_bytes);
        self.shutdown = settings.limits.shutdown;
        self.lookup_data.abort();
        self.lookup_data = tokio::spawn(lookup_data::keep_fresh(plan.pipelines.enrich().clone())).abort_handle();
        let running = self.current.load_full();
        self.current.store(Arc::new(worker::Shared {
            plan: Arc::new(plan),
            outputs: self.outputs.by_name(),
            scorer: self.scoring.as_ref().map(|tasks| tasks.scorer.clone()),
            aftermath: running.aftermath.clone(),
            dead_letters: self.dead_letters.clone(),
            record_bytes_max: settings.limits.record_bytes_max,
        }));
        let sources = self.sources.replace(settings, &before);
        self.digests = after.clone();
        let at_restart = AT_RESTART.iter().filter(|key| section(key)).map(|key| (*key).to_owned());
        let workers = (settings.limits.workers != 0 && settings.limits.workers != self.workers.len())
            .then(|| "limits.workers".to_owned());
        Ok(Answer::Done {
            reloaded: true,
            sources,
            outputs: changed_outputs,
            scoring: new_scoring,
            at_restart: at_restart.chain(workers).collect(),
        })
    }

    fn replace_scoring(&mut self, scoring: Option<ScoringTasks>) {
        if let Some(replaced) = std::mem::replace(&mut self.scoring, scoring) {
            self.replaced_scoring.push((Instant::now(), replaced));
        }
    }

    /// Finishes what a reload left to be done; to be called again and again.
    pub fn tend(&mut self) {
        self.sources.tend(&self.dead_letters);
        self.replaced_scoring.retain(|(since, _)| since.elapsed() < REPLACED_SCORING_LIVES);
    }
}

/// Reads and checks a configuration file with all its pipelines; every problem at once.
pub fn load(path: &Path) -> Result<(Settings, Plan), Vec<ConfigError>> {
    let mut settings = Settings::load(path)?;
    let plan = Plan::compile(&mut settings)?;
    Ok((settings, plan))
}

/// Asks for a reload and waits for its answer. The console holds one.
#[derive(Clone)]
pub struct Reloader(mpsc::Sender<oneshot::Sender<Answer>>);

/// Where requests to reload come in.
pub type Requests = mpsc::Receiver<oneshot::Sender<Answer>>;

impl Reloader {
    pub fn new() -> (Self, Requests) {
        let (sender, requests) = mpsc::channel(8);
        (Self(sender), requests)
    }

    /// `None` when the job is ending.
    pub async fn reload(&self) -> Option<Answer> {
        let (answer, answered) = oneshot::channel();
        self.0.send(answer).await.ok()?;
        answered.await.ok()
    }
}

/// Reads the file again and swaps it in, or refuses it; says so in the log and in the metrics.
pub async fn reload(job: &mut Job, watch: &mut Watch, cause: &str) -> Answer {
    let started = Instant::now();
    let file = watch.config.clone();
    // Compiling a thousand pipelines takes a while: not on a thread that others wait for.
    let loaded = match tokio::task::spawn_blocking(move || load(&file)).await {
        Ok(Ok(loaded)) => Ok(loaded),
        Ok(Err(problems)) => Err(problems.iter().map(ToString::to_string).collect()),
        Err(panicked) => Err(vec![panicked.to_string()]),
    };
    let answer = loaded.and_then(|(settings, plan)| {
        let answer = job.reload(&settings, plan);
        let answer = answer.map_err(|error| vec![format!("{}: {error:#}", watch.config.display())])?;
        watch.follow(&settings);
        Ok(answer)
    });
    match answer {
        Ok(answer) => {
            count("done");
            tracing::info!(
                cause,
                took_ms = started.elapsed().as_millis() as u64,
                changes = serde_json::to_string(&answer).unwrap_or_default(),
                "The configuration was reloaded."
            );
            answer
        }
        Err(problems) => {
            count("refused");
            for problem in &problems {
                tracing::error!(cause, "The new configuration is refused, the old one runs on: {problem}");
            }
            Answer::Refused { reloaded: false, problems }
        }
    }
}

fn count(result: &'static str) {
    metrics::counter!("logboom_reloads_total", "result" => result).increment(1);
    metrics::gauge!("logboom_reload_refused").set(f64::from(u8::from(result == "refused")));
}

/// Notices when the files of a configuration have changed and lie still again.
pub struct Watch {
    config: PathBuf,
    pipelines: Option<PathBuf>,
    files: Vec<PathBuf>,
    taken: Vec<Stamp>,
    seen: Vec<Stamp>,
}

/// How a file looks from outside.
type Stamp = (PathBuf, Option<(SystemTime, u64)>);

impl Watch {
    pub fn new(config: &Path, settings: &Settings) -> Self {
        let mut watch =
            Self { config: config.to_owned(), pipelines: None, files: Vec::new(), taken: Vec::new(), seen: Vec::new() };
        watch.follow(settings);
        watch.taken = watch.stamps();
        watch.seen = watch.taken.clone();
        watch
    }

    /// Watches what these settings name.
    fn follow(&mut self, settings: &Settings) {
        let files = &settings.digests.files;
        if self.pipelines != settings.pipelines_dir || self.files != *files {
            self.pipelines.clone_from(&settings.pipelines_dir);
            self.files.clone_from(files);
            self.taken = self.stamps();
        }
    }

    /// True once for each change, when two looks in a row saw the same: a file that is being written is waited for.
    pub fn look(&mut self) -> bool {
        let now = self.stamps();
        let (still, changed) = (now == self.seen, now != self.taken);
        self.seen = now;
        if still && changed {
            self.taken = self.seen.clone();
        }
        still && changed
    }

    fn stamps(&self) -> Vec<Stamp> {
        let mut paths = vec![self.config.clone()];
        paths.extend(self.files.iter().cloned());
        if let Some(folder) = &self.pipelines {
            let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
            paths.extend(entries.map(|entry| entry.path()).filter(|path| path.is_file()));
        }
        paths.sort();
        let stamp = |path: PathBuf| {
            let state = path.metadata().ok().and_then(|m| Some((m.modified().ok()?, m.len())));
            (path, state)
        };
        paths.into_iter().map(stamp).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_change_is_noticed_once_when_it_lies_still() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("c.yml");
        let pipelines = folder.path().join("pipelines");
        std::fs::create_dir(&pipelines).unwrap();
        std::fs::write(&config, "a").unwrap();
        std::fs::write(&config, "pipelines: pipelines\nsources: { stdin: {} }\noutputs: { stdout: {} }").unwrap();
        let mut watch = Watch::new(&config, &Settings::load(&config).unwrap());
        assert!(!watch.look());
        std::fs::write(&config, "ab").unwrap();
        assert_eq!((watch.look(), watch.look(), watch.look()), (false, true, false));
        std::fs::write(pipelines.join("p.yml"), "processors: []").unwrap();
        assert_eq!((watch.look(), watch.look(), watch.look()), (false, true, false));
        std::fs::remove_file(pipelines.join("p.yml")).unwrap();
        assert_eq!((watch.look(), watch.look(), watch.look()), (false, true, false));
    }
}
