//! The outputs of a job by name, and how some of them are replaced while the others go on.

use crate::alert::{AlertIndex, ElasticsearchIndex, FileIndex, NoIndex};
use crate::config::{Digests, Settings};
use crate::delivery::DeadLetters;
use crate::sink::{Output, OutputSettings, elasticsearch::transport};
use crate::telemetry::Health;
use anyhow::Context as _;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::task::JoinHandle;

/// Running outputs, and those that were replaced and still hold documents.
pub(super) struct Outputs {
    running: HashMap<String, Output>,
    tasks: Vec<JoinHandle<()>>,
}

/// Outputs of a new configuration, started but not used yet. Dropping it ends those that are new.
pub(super) struct Prepared {
    running: HashMap<String, Output>,
    tasks: Vec<JoinHandle<()>>,
    /// Those that are not what ran before, and those that are gone.
    pub changed: Vec<String>,
}

impl Outputs {
    pub fn start(settings: &Settings, dead_letters: &DeadLetters, health: &Health) -> anyhow::Result<Self> {
        let nothing = Self { running: HashMap::new(), tasks: Vec::new() };
        let Prepared { running, tasks, .. } = nothing.prepare(settings, &Digests::default(), dead_letters, health)?;
        Ok(Self { running, tasks })
    }

    /// Starts what differs from `before`; what is the same goes on.
    pub fn prepare(
        &self,
        settings: &Settings,
        before: &Digests,
        dead_letters: &DeadLetters,
        health: &Health,
    ) -> anyhow::Result<Prepared> {
        let mut prepared = Prepared { running: HashMap::new(), tasks: Vec::new(), changed: Vec::new() };
        for (name, output) in &settings.outputs {
            let digest = settings.digests.outputs.get(name);
            if let Some(same) = self.running.get(name).filter(|_| digest == before.outputs.get(name)) {
                prepared.running.insert(name.clone(), same.clone());
                continue;
            }
            let (output, task) = Output::start(name, output, dead_letters, health)
                .with_context(|| format!("cannot start the output `{name}`"))?;
            prepared.running.insert(name.clone(), output);
            prepared.tasks.push(task);
            prepared.changed.push(name.clone());
        }
        let gone = self.running.keys().filter(|name| !prepared.running.contains_key(*name));
        prepared.changed.extend(gone.cloned());
        Ok(prepared)
    }

    /// Takes prepared outputs over. Those replaced deliver what they hold and end when no worker knows them any more.
    pub fn replace(&mut self, prepared: Prepared, health: &Health) {
        let Prepared { running, tasks, changed } = prepared;
        changed.iter().for_each(|name| health.output_ok(name));
        self.running = running;
        self.tasks.retain(|task| !task.is_finished());
        self.tasks.extend(tasks);
    }

    pub fn by_name(&self) -> HashMap<String, Output> {
        self.running.clone()
    }

    /// Lets go of the outputs; their tasks end when all that they hold is settled.
    pub fn stop(self) -> Vec<JoinHandle<()>> {
        self.tasks
    }
}

/// Alert documents go to `alerts.file`, else where the first Elasticsearch output goes, if there is one.
pub(super) fn alert_index(settings: &Settings) -> anyhow::Result<Arc<dyn AlertIndex>> {
    let elasticsearch = settings.outputs.iter().find_map(|(_, output)| match output {
        OutputSettings::Elasticsearch(output) => Some(output),
        _ => None,
    });
    Ok(match (&settings.alerts.file, elasticsearch) {
        (Some(path), _) => Arc::new(FileIndex { path: path.clone() }),
        (None, Some(output)) => {
            Arc::new(ElasticsearchIndex { transport: transport(output)?, index: settings.alerts.index.clone() })
        }
        (None, None) => Arc::new(NoIndex),
    })
}
