//! The queue of one channel.

use super::{Channel, ChannelSettings, Verdict};
use crate::alert::{Fingerprint, Telling};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use jiff::Timestamp;
use std::num::NonZeroU32;
use std::time::Duration;
use tokio::sync::mpsc;

/// Messages that may wait for a channel. What comes on top is not sent; its alert is in the index and is told with the next repeat.
const QUEUE_MESSAGES_MAX: usize = 1_000;
const RETRY_WAIT: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(60));
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// A message that was taken.
#[derive(Clone, Copy, Debug)]
pub struct Delivered {
    pub fingerprint: Fingerprint,
    pub at_ms: i64,
}

/// A running channel.
pub struct ChannelQueue {
    name: String,
    queue: mpsc::Sender<Telling>,
    task: tokio::task::JoinHandle<()>,
}

impl ChannelQueue {
    pub fn start(name: &str, settings: &ChannelSettings, delivered: mpsc::Sender<Delivered>) -> anyhow::Result<Self> {
        let (queue, messages) = mpsc::channel(QUEUE_MESSAGES_MAX);
        let channel = settings.build();
        let (per_minute, burst) = channel.rate();
        let limit = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        let sender = Sender {
            name: name.to_owned(),
            channel,
            limiter: RateLimiter::direct(Quota::per_minute(limit(per_minute)).allow_burst(limit(burst))),
            client: reqwest::Client::builder().timeout(REQUEST_TIMEOUT).build()?,
            delivered,
        };
        Ok(Self { name: name.to_owned(), queue, task: tokio::spawn(sender.run(messages)) })
    }

    pub fn push(&self, telling: Telling) {
        if self.queue.try_send(telling).is_err() {
            metrics::counter!("logboom_alert_messages_total", "channel" => self.name.clone(), "result" => "overflow")
                .increment(1);
            tracing::error!(
                channel = self.name,
                limit = QUEUE_MESSAGES_MAX,
                "The channel is behind; a message is not sent."
            );
        }
    }

    /// Sends what is queued, for at most `patience`.
    pub async fn finish(self, patience: Duration) {
        drop(self.queue);
        let abort = self.task.abort_handle();
        if tokio::time::timeout(patience, self.task).await.is_err() {
            abort.abort();
        }
    }
}

struct Sender {
    name: String,
    channel: Box<dyn Channel>,
    limiter: DefaultDirectRateLimiter,
    client: reqwest::Client,
    delivered: mpsc::Sender<Delivered>,
}

impl Sender {
    async fn run(self, mut messages: mpsc::Receiver<Telling>) {
        while let Some(telling) = messages.recv().await {
            let mut wait = RETRY_WAIT.0;
            loop {
                self.limiter.until_ready().await;
                match self.send(&telling).await {
                    Verdict::Taken => {
                        self.count("sent");
                        let told = Delivered {
                            fingerprint: telling.alert.fingerprint,
                            at_ms: Timestamp::now().as_millisecond(),
                        };
                        let _ = self.delivered.send(told).await;
                        break;
                    }
                    Verdict::Refused(reason) => {
                        self.count("refused");
                        tracing::error!(
                            channel = self.name,
                            alert = telling.alert.id,
                            reason,
                            "The channel refuses a message."
                        );
                        break;
                    }
                    Verdict::Later(reason, after) => {
                        self.count("retried");
                        let pause = after.unwrap_or(wait);
                        tracing::warn!(
                            channel = self.name,
                            reason,
                            wait_ms = pause.as_millis() as u64,
                            "Trying a message again."
                        );
                        tokio::time::sleep(pause).await;
                        wait = (wait * 2).min(RETRY_WAIT.1);
                    }
                }
            }
        }
    }

    async fn send(&self, telling: &Telling) -> Verdict {
        let message = self.channel.render(telling, Timestamp::now().as_second());
        let mut request = self.client.post(&message.url).body(message.body);
        for (name, value) in &message.headers {
            request = request.header(name, value);
        }
        match request.send().await {
            Ok(response) => {
                let status = response.status().as_u16();
                match response.bytes().await {
                    Ok(body) => self.channel.judge(status, &body),
                    Err(error) => Verdict::Later(error.without_url().to_string(), None),
                }
            }
            // The URL may hold the channel's key: it stays out of logs.
            Err(error) => Verdict::Later(error.without_url().to_string(), None),
        }
    }

    fn count(&self, result: &'static str) {
        metrics::counter!("logboom_alert_messages_total", "channel" => self.name.clone(), "result" => result)
            .increment(1);
    }
}
