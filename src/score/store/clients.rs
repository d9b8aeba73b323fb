//! The clients of the shared topic: one that reads, one that writes, one that makes the topic.

use super::topic::TopicSettings;
use rdkafka::ClientContext;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::config::{ClientConfig, FromClientConfigAndContext, RDKafkaLogLevel};
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::KafkaError;
use rdkafka::producer::{DeliveryResult, ProducerContext, ThreadedProducer};
use rdkafka::types::RDKafkaErrorCode;
use std::collections::BTreeSet;
use std::time::Duration;

/// How long a broker may take for metadata; also bounds how long stopping takes.
pub(super) const METADATA_WAIT: Duration = Duration::from_secs(2);
const ADMIN_WAIT: Duration = Duration::from_secs(10);

/// Brokers tell each other of a new topic in this time.
const SPREAD_WAIT: Duration = Duration::from_millis(500);

/// librdkafka says the same many times a second while brokers are away: the one line of [`Link::complain`] is enough.
pub(super) struct Quiet;

impl ClientContext for Quiet {
    fn log(&self, _: RDKafkaLogLevel, facility: &str, message: &str) {
        tracing::debug!(facility, message, "the client of the shared verdicts");
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, reason, "the client of the shared verdicts");
    }
}

impl ConsumerContext for Quiet {}

/// Counts messages that brokers refused.
pub(super) struct Deliveries;

impl ClientContext for Deliveries {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        Quiet.log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        Quiet.error(error, reason);
    }
}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if result.is_err() {
            super::topic::count_error();
        }
    }
}

pub(super) struct Clients {
    pub consumer: BaseConsumer<Quiet>,
    pub producer: ThreadedProducer<Deliveries>,
    admin: AdminClient<Quiet>,
}

impl Clients {
    pub fn new(settings: &TopicSettings) -> Result<Self, KafkaError> {
        let with = |properties: &[(&str, &str)]| {
            let mut config = ClientConfig::new();
            config.set("client.id", "logboom");
            for (key, value) in &settings.client {
                // Those of a source that the client is taken from: nobody joins a group here.
                if !key.starts_with("group.") {
                    config.set(key, value);
                }
            }
            for (key, value) in properties {
                config.set(*key, *value);
            }
            config
        };
        let consumer = with(&[
            // No group is joined and nothing committed; librdkafka wants a name all the same.
            ("group.id", "logboom-verdicts"),
            ("enable.auto.commit", "false"),
            ("enable.partition.eof", "true"),
            ("auto.offset.reset", "earliest"),
            ("queued.max.messages.kbytes", "4096"),
            ("fetch.max.bytes", "4194304"),
        ]);
        let producer = with(&[
            ("enable.idempotence", "true"),
            ("linger.ms", "20"),
            ("compression.codec", "zstd"),
            ("queue.buffering.max.kbytes", "16384"),
        ]);
        Ok(Self {
            consumer: BaseConsumer::from_config_and_context(&consumer, Quiet)?,
            producer: ThreadedProducer::from_config_and_context(&producer, Deliveries)?,
            admin: AdminClient::from_config_and_context(&with(&[]), Quiet)?,
        })
    }
    /// The topic's partitions; none if there is no such topic.
    pub fn partitions(&self, topic_name: &str) -> Result<BTreeSet<i32>, String> {
        let metadata = self.consumer.fetch_metadata(Some(topic_name), METADATA_WAIT);
        let metadata = metadata.map_err(|error| error.to_string())?;
        let topic = metadata.topics().iter().find(|topic| topic.name() == topic_name);
        let Some(topic) = topic else { return Ok(BTreeSet::new()) };
        match topic.error().map(RDKafkaErrorCode::from) {
            None => Ok(topic.partitions().iter().map(|partition| partition.id()).collect()),
            Some(RDKafkaErrorCode::UnknownTopicOrPartition | RDKafkaErrorCode::UnknownTopic) => Ok(BTreeSet::new()),
            Some(error) => Err(error.to_string()),
        }
    }

    /// Creates it: one partition, so that everybody reads it in one order; as many replicas as the cluster's default.
    pub fn create(&self, topic_name: &str) -> Result<(), String> {
        let topic = NewTopic::new(topic_name, 1, TopicReplication::Fixed(-1)).set("cleanup.policy", "compact");
        let options = AdminOptions::new().operation_timeout(Some(ADMIN_WAIT)).request_timeout(Some(ADMIN_WAIT));
        let results = wait(self.admin.create_topics([&topic], &options))?.map_err(|error| error.to_string())?;
        for result in results {
            match result {
                Ok(topic) => tracing::info!(topic, "The compacted topic of shared verdicts was created."),
                // Another replica was faster.
                Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
                Err((topic, code)) => {
                    return Err(format!("{topic} cannot be created: {code}; create it with cleanup.policy=compact"));
                }
            }
        }
        // What comes too early is tried again.
        std::thread::sleep(SPREAD_WAIT);
        Ok(())
    }

    /// Without compaction the topic would grow forever, or lose verdicts that still hold.
    pub fn check_compaction(&self, topic_name: &str) {
        let options = AdminOptions::new().request_timeout(Some(METADATA_WAIT));
        let resources = [ResourceSpecifier::Topic(topic_name)];
        let Ok(Ok(found)) = wait(self.admin.describe_configs(&resources, &options)) else { return };
        for resource in found.iter().flatten() {
            let policy = resource.get("cleanup.policy").and_then(|entry| entry.value.as_deref());
            if policy.is_some_and(|policy| !policy.contains("compact")) {
                tracing::warn!(
                    topic = topic_name,
                    policy,
                    "The topic of shared verdicts should have cleanup.policy=compact."
                );
            }
        }
    }
}

/// Waits for an answer that a thread of librdkafka's brings.
fn wait<T>(answer: impl Future<Output = T>) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    Ok(runtime.map_err(|error| error.to_string())?.block_on(answer))
}
