//! The task that holds all alerts.

use super::channels::{ChannelQueue, Delivered};
use super::store::Store;
use super::{Alert, AlertIndex, AlertSettings, Book, Finding};
use jiff::Timestamp;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// Findings that may wait; workers wait when it is full. The task does nothing slow, so it never is for long.
const QUEUE_FINDINGS_MAX: usize = 4_096;
const QUEUE_CHANGES_MAX: usize = 4;
/// How often due messages are looked for; also the least delay of an alert.
const TICK: Duration = Duration::from_millis(100);
const SAVE_EVERY: Duration = Duration::from_secs(2);

/// Takes findings.
#[derive(Clone)]
pub struct Alerts {
    queue: mpsc::Sender<Finding>,
    delivered: mpsc::Sender<Delivered>,
    changes: mpsc::Sender<Change>,
}

/// Other settings for the running task.
struct Change {
    policies: HashMap<String, super::Policy>,
    channels: HashMap<String, ChannelQueue>,
    index: Arc<dyn AlertIndex>,
}

impl Alerts {
    /// Starts the task and the channels on the current tokio runtime. It ends when every clone is gone.
    pub fn start(
        settings: &AlertSettings,
        index: Arc<dyn AlertIndex>,
        data_dir: &Path,
    ) -> anyhow::Result<(Self, tokio::task::JoinHandle<()>)> {
        let (queue, findings) = mpsc::channel(QUEUE_FINDINGS_MAX);
        let (delivered, deliveries) = mpsc::channel(QUEUE_FINDINGS_MAX);
        let (changes, changed_settings) = mpsc::channel(QUEUE_CHANGES_MAX);
        let channels = start_channels(settings, &delivered)?;
        let store = Store::new(data_dir);
        let task = Task {
            book: Book::restore(store.load()),
            store,
            policies: settings.policies.clone(),
            channels,
            index,
            findings,
            deliveries,
            changed_settings,
            changed: false,
        };
        Ok((Self { queue, delivered, changes }, tokio::spawn(task.run())))
    }

    /// Goes over to other settings. Alerts stay what they are; what old channels have queued is sent by them.
    pub fn replace(&self, settings: &AlertSettings, index: Arc<dyn AlertIndex>) -> anyhow::Result<()> {
        let channels = start_channels(settings, &self.delivered)?;
        let change = Change { policies: settings.policies.clone(), channels, index };
        self.changes.try_send(change).map_err(|_| anyhow::anyhow!("the alerts are busy with another change"))
    }

    /// Hands a finding on, from a worker thread.
    pub fn blocking_offer(&self, finding: Finding) {
        let _ = self.queue.blocking_send(finding);
    }

    pub async fn offer(&self, finding: Finding) {
        let _ = self.queue.send(finding).await;
    }
}

fn start_channels(
    settings: &AlertSettings,
    delivered: &mpsc::Sender<Delivered>,
) -> anyhow::Result<HashMap<String, ChannelQueue>> {
    let channels = settings.channels.iter();
    channels.map(|(name, channel)| Ok((name.clone(), ChannelQueue::start(name, channel, delivered.clone())?))).collect()
}

struct Task {
    book: Book,
    store: Store,
    policies: HashMap<String, super::Policy>,
    channels: HashMap<String, ChannelQueue>,
    index: Arc<dyn AlertIndex>,
    findings: mpsc::Receiver<Finding>,
    deliveries: mpsc::Receiver<Delivered>,
    changed_settings: mpsc::Receiver<Change>,
    changed: bool,
}

impl Task {
    async fn run(mut self) {
        let mut tick = tokio::time::interval(TICK);
        let mut save = tokio::time::interval(SAVE_EVERY);
        loop {
            tokio::select! {
                finding = self.findings.recv() => match finding {
                    Some(finding) => self.note(finding),
                    None => break,
                },
                Some(delivered) = self.deliveries.recv() => self.delivered(&delivered),
                Some(change) = self.changed_settings.recv() => {
                    Change { policies: self.policies, channels: self.channels, index: self.index } = change;
                }
                _ = tick.tick() => self.tell_due(),
                _ = save.tick() => self.save().await,
            }
        }
        self.finish().await;
    }

    fn note(&mut self, finding: Finding) {
        self.book.note(finding, now_ms());
        self.changed = true;
    }

    fn tell_due(&mut self) {
        for telling in self.book.due(now_ms(), &self.policies) {
            self.changed = true;
            metrics::counter!("logboom_alerts_total", "severity" => telling.alert.severity.name()).increment(1);
            self.put(telling.alert.clone());
            let names = self.policies.get(&telling.alert.policy).map(|p| p.channels.clone()).unwrap_or_default();
            for queue in names.iter().filter_map(|name| self.channels.get(name)) {
                queue.push(telling.clone());
            }
        }
    }

    fn delivered(&mut self, delivered: &Delivered) {
        if let Some(alert) = self.book.delivered(delivered.fingerprint, delivered.at_ms).cloned() {
            self.changed = true;
            if let Some(ms) = alert.response_time_ms {
                metrics::histogram!("logboom_alert_response_seconds").record(ms as f64 / 1e3);
            }
            self.put(alert);
        }
    }

    /// Writes the alert's document in the background: the index may be slow, and the next state will replace it.
    fn put(&self, alert: Alert) {
        let index = self.index.clone();
        tokio::spawn(async move {
            let mut wait = Duration::from_millis(200);
            for _ in 0..INDEX_ATTEMPTS_MAX {
                match index.put(&alert).await {
                    Ok(()) => return,
                    Err(error) => {
                        tracing::warn!(%error, alert = alert.id, "Cannot write an alert's document; trying again.")
                    }
                }
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(Duration::from_secs(30));
            }
            metrics::counter!("logboom_alert_documents_lost_total").increment(1);
        });
    }

    async fn save(&mut self) {
        if !std::mem::take(&mut self.changed) {
            return;
        }
        metrics::gauge!("logboom_alerts_firing").set(self.book.alerts().count() as f64);
        metrics::counter!("logboom_alerts_let_go_total").absolute(self.book.let_go());
        let alerts: Vec<&Alert> = self.book.alerts().collect();
        if let Err(error) = self.store.save(&alerts).await {
            tracing::error!(%error, "Cannot save the alerts.");
            self.changed = true;
        }
    }

    /// Tells what is due whatever its `group_wait`, so that a short run (the demo) leaves nothing untold, and saves.
    async fn finish(mut self) {
        self.tell_due();
        for queue in std::mem::take(&mut self.channels).into_values() {
            queue.finish(FINISH_WAIT).await;
        }
        while let Ok(delivered) = self.deliveries.try_recv() {
            self.delivered(&delivered);
        }
        self.changed = true;
        self.save().await;
    }
}

/// Attempts to write one state of an alert.
const INDEX_ATTEMPTS_MAX: u32 = 10;
/// How long channels may go on sending at shutdown.
const FINISH_WAIT: Duration = Duration::from_secs(3);

fn now_ms() -> i64 {
    Timestamp::now().as_millisecond()
}
