//! Kafka: a consumer group with cooperative rebalancing, polled on a thread of its own.
//!
//! Offsets are committed from the ledger only, never by librdkafka itself. When partitions are revoked, what is in flight of them
//! is awaited for a bounded time and committed; the rest is left to whoever gets them (and answered with 409 by the index if
//! it went out twice). Partitions that stay are not touched.

use super::{Codec, Feed, KafkaSettings, StartOffset};
use crate::delivery::{BatchBuilder, Envelope, Lane, LaneId, Rereads};
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer, ConsumerContext, Rebalance};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::{BorrowedMessage, Headers};
use rdkafka::{ClientConfig, ClientContext, Message, Offset, Statistics, TopicPartitionList};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long one poll waits; also how late a small batch goes on when no more records come.
const POLL_WAIT: Duration = Duration::from_millis(50);
/// The longest that a record waits for its batch to fill.
const BATCH_WAIT_MAX: Duration = Duration::from_millis(200);
/// While the budget is spent, partitions are paused and polling goes on at this pace, so that the group does not lose us.
const PAUSED_POLL_WAIT: Duration = Duration::from_millis(20);
/// A broken cluster repeats its errors many times a second; one line in this time is enough.
const ERROR_LOG_EVERY: Duration = Duration::from_secs(10);

pub(super) struct Kafka {
    consumer: BaseConsumer<Group>,
    settings: KafkaSettings,
    codec: Codec,
    feed: Feed,
    drain: Duration,
    name: String,
    last_error: Option<Instant>,
}

/// The state that rebalance callbacks share with the poll loop (they run inside `poll`, on the same thread).
struct Group {
    source: Arc<str>,
    feed: Feed,
    drain_on_revoke: Duration,
    lanes: Mutex<Lanes>,
}

#[derive(Default)]
struct Lanes {
    /// The Kafka cluster's id: the scope of topic names.
    scope: String,
    open: HashMap<String, HashMap<i32, Arc<Lane>>>,
    /// Lanes closed by a rebalance whose records may sit in the batch that is being filled.
    revoked: Vec<LaneId>,
    /// Partitions came that are not paused yet, whatever the others are.
    gained: bool,
}

impl Lanes {
    fn get(&mut self, group: &Group, topic: &str, partition: i32) -> Arc<Lane> {
        if let Some(lane) = self.open.get(topic).and_then(|partitions| partitions.get(&partition)) {
            return lane.clone();
        }
        let id = group.feed.intake.new_lane_id();
        group.feed.intake.open(id);
        let lane = Lane::new(id, group.source.clone(), &self.scope, topic, partition);
        let lane = Arc::new(lane.rereading(Rereads::until_committed()));
        self.open.entry(topic.to_owned()).or_default().insert(partition, lane.clone());
        lane
    }

    fn ids(&self) -> impl Iterator<Item = LaneId> + '_ {
        self.open.values().flat_map(HashMap::values).map(|lane| lane.id)
    }

    fn by_id(&self) -> HashMap<LaneId, &Lane> {
        self.open.values().flat_map(HashMap::values).map(|lane| (lane.id, &**lane)).collect()
    }
}

impl Group {
    fn lanes(&self) -> MutexGuard<'_, Lanes> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The positions that have moved, as Kafka wants them.
    fn commits(&self) -> Option<TopicPartitionList> {
        let lanes = self.lanes();
        let commits = self.feed.intake.take_commits(lanes.ids());
        if commits.is_empty() {
            return None;
        }
        let by_id = lanes.by_id();
        let mut list = TopicPartitionList::new();
        for commit in commits {
            if let Some(lane) = by_id.get(&commit.lane) {
                lane.note_commit();
                let _ = list.add_partition_offset(&lane.topic, lane.partition, Offset::Offset(commit.next_offset));
            }
        }
        Some(list)
    }

    fn revoke(&self, consumer: &BaseConsumer<Self>, partitions: &TopicPartitionList) {
        let elements = partitions.elements();
        let ids: Vec<LaneId> = {
            let lanes = self.lanes();
            let lane = |e: &rdkafka::topic_partition_list::TopicPartitionListElem<'_>| {
                lanes.open.get(e.topic())?.get(&e.partition()).map(|lane| lane.id)
            };
            elements.iter().filter_map(lane).collect()
        };
        if !ids.is_empty() && !consumer.assignment_lost() {
            let drained = self.feed.intake.drain(&ids, self.drain_on_revoke);
            if let Some(commits) = self.commits()
                && let Err(error) = consumer.commit(&commits, CommitMode::Sync)
            {
                tracing::warn!(%error, "Cannot commit revoked partitions; their new owner reads some records again.");
            }
            tracing::info!(partitions = ids.len(), drained, "Partitions were revoked.");
        }
        let mut lanes = self.lanes();
        for id in &ids {
            self.feed.intake.close(*id);
        }
        for element in &elements {
            if let Some(partitions) = lanes.open.get_mut(element.topic()) {
                partitions.remove(&element.partition());
            }
        }
        lanes.revoked.extend(ids);
    }
}

impl ClientContext for Group {
    fn stats(&self, statistics: Statistics) {
        let source = self.source.to_string();
        for topic in statistics.topics.values() {
            for partition in topic.partitions.values().filter(|p| p.partition >= 0 && p.consumer_lag >= 0) {
                let labels = [
                    ("source", source.clone()),
                    ("topic", topic.topic.clone()),
                    ("partition", partition.partition.to_string()),
                ];
                metrics::gauge!("logboom_kafka_lag_records", &labels).set(partition.consumer_lag as f64);
            }
        }
        metrics::gauge!("logboom_kafka_queued_bytes", "source" => source).set(statistics.msg_size as f64);
    }
}

impl ConsumerContext for Group {
    fn pre_rebalance(&self, consumer: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        match rebalance {
            Rebalance::Revoke(partitions) => self.revoke(consumer, partitions),
            Rebalance::Assign(partitions) => {
                metrics::counter!("logboom_kafka_rebalances_total", "source" => self.source.to_string()).increment(1);
                tracing::info!(partitions = partitions.count(), "Partitions were assigned.");
            }
            Rebalance::Error(error) => tracing::error!(%error, "The consumer group cannot be rebalanced."),
        }
    }

    fn post_rebalance(&self, _: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        if let Rebalance::Assign(_) = rebalance {
            self.lanes().gained = true;
        }
    }

    fn commit_callback(&self, result: KafkaResult<()>, _: &TopicPartitionList) {
        if let Err(error) = result
            && !matches!(&error, KafkaError::ConsumerCommit(rdkafka::types::RDKafkaErrorCode::NoOffset))
        {
            metrics::counter!("logboom_kafka_commit_errors_total", "source" => self.source.to_string()).increment(1);
            tracing::warn!(%error, "Cannot commit offsets; trying again with the next ones.");
            self.feed.intake.commit_failed(self.lanes().ids());
        }
    }
}

/// Key and headers, where there are any: they matter to dead letters only.
fn envelope(message: &BorrowedMessage<'_>) -> Option<Envelope> {
    let headers: Vec<(String, Vec<u8>)> = message.headers().map_or_else(Vec::new, |headers| {
        headers.iter().map(|h| (h.key.to_owned(), h.value.unwrap_or_default().to_vec())).collect()
    });
    let key = message.key().map(<[u8]>::to_vec);
    (key.is_some() || !headers.is_empty()).then_some(Envelope { key, headers, deaths: 0 })
}

/// What the names of topics are unique in: the cluster, and what tells a topic from its predecessor of the same name.
fn scope(cluster: &str, id_salt: &str) -> String {
    if id_salt.is_empty() { cluster.to_owned() } else { format!("{cluster}\u{0}{id_salt}") }
}

impl Kafka {
    pub fn new(name: &str, settings: KafkaSettings, codec: Codec, feed: Feed, drain: Duration) -> anyhow::Result<Self> {
        let group = Group {
            source: name.into(),
            feed: feed.clone(),
            drain_on_revoke: settings.drain_on_revoke,
            lanes: Mutex::default(),
        };
        let mut config = ClientConfig::new();
        let start = match settings.start {
            StartOffset::Earliest => "earliest",
            StartOffset::Latest => "latest",
        };
        for (key, value) in [
            ("group.id", settings.group.as_str()),
            ("partition.assignment.strategy", "cooperative-sticky"),
            ("enable.auto.commit", "false"),
            ("enable.auto.offset.store", "false"),
            ("auto.offset.reset", start),
            ("statistics.interval.ms", "5000"),
            // librdkafka's prefetch is part of the memory bound: its default (64 MiB a partition) is not.
            ("queued.max.messages.kbytes", "32768"),
            ("queued.min.messages", "20000"),
            // How soon a topic that newly matches a pattern is found.
            ("topic.metadata.refresh.interval.ms", "10000"),
            ("client.id", "logboom"),
        ] {
            config.set(key, value);
        }
        for (key, value) in &settings.client {
            config.set(key, value);
        }
        let consumer: BaseConsumer<Group> = config.create_with_context(group)?;
        Ok(Self { consumer, settings, codec, feed, drain, name: name.to_owned(), last_error: None })
    }

    pub fn run(mut self) {
        if !self.find_cluster() {
            return;
        }
        let topics: Vec<&str> = self.settings.topics.iter().map(String::as_str).collect();
        if let Err(error) = self.consumer.subscribe(&topics) {
            self.feed.health.source_down(&self.name, format!("cannot subscribe: {error}"));
            tracing::error!(%error, source = self.name, "Cannot subscribe.");
            return;
        }
        self.poll_until_stopped();
        self.finish();
    }

    /// Waits for the cluster's id, which every `_id` is scoped by. False when told to stop first.
    fn find_cluster(&mut self) -> bool {
        loop {
            if self.feed.stop.is_set() {
                return false;
            }
            if let Some(id) = self.consumer.client().fetch_cluster_id(Duration::from_secs(2)) {
                self.feed.health.source_ok(&self.name);
                self.consumer.context().lanes().scope = scope(&id, &self.settings.id_salt);
                return true;
            }
            self.complain("no broker answers");
        }
    }

    fn poll_until_stopped(&mut self) {
        let mut builder = BatchBuilder::default();
        let mut filling_since = Instant::now();
        let mut last_commit = Instant::now();
        let mut current: Option<(String, Arc<Lane>)> = None;
        let mut paused = false;
        while !self.feed.stop.is_set() {
            paused = self.regulate(paused);
            let wait = if paused { PAUSED_POLL_WAIT } else { POLL_WAIT };
            let mut error = None;
            let mut idle = false;
            match self.consumer.poll(wait) {
                None => idle = true,
                Some(Err(e)) => error = Some(e),
                Some(Ok(message)) => {
                    if builder.is_empty() {
                        filling_since = Instant::now();
                    }
                    let same = |(topic, lane): &(String, Arc<Lane>)| {
                        lane.partition == message.partition() && topic == message.topic()
                    };
                    if !current.as_ref().is_some_and(same) || !self.consumer.context().lanes().revoked.is_empty() {
                        let group = self.consumer.context();
                        let lane = group.lanes().get(group, message.topic(), message.partition());
                        current = Some((message.topic().to_owned(), lane));
                    }
                    if let Some((_, lane)) = &current {
                        let timestamp = message.timestamp().to_millis().unwrap_or(0);
                        builder.push(lane, message.offset(), timestamp, message.payload());
                        if let Some(envelope) = envelope(&message) {
                            builder.attach(envelope);
                        }
                    }
                }
            }
            let revoked = std::mem::take(&mut self.consumer.context().lanes().revoked);
            if !revoked.is_empty() {
                revoked.iter().for_each(|lane| builder.discard(*lane));
                current = None;
            }
            if let Some(error) = error {
                self.complain(&error.to_string());
            } else if !idle {
                self.last_error = None;
            }
            if builder.is_full() || !builder.is_empty() && (idle || filling_since.elapsed() > BATCH_WAIT_MAX) {
                self.feed.health.source_ok(&self.name);
                self.feed.send(builder.take(), self.codec);
            }
            if last_commit.elapsed() >= self.settings.commit_interval {
                last_commit = Instant::now();
                self.commit(CommitMode::Async);
            }
        }
    }

    /// Pauses the partitions while the byte budget is spent, and lets them go on when half of it is free.
    fn regulate(&self, paused: bool) -> bool {
        let intake = &self.feed.intake;
        let gained = std::mem::take(&mut self.consumer.context().lanes().gained);
        // A partition that comes while the others are paused would go on filling memory.
        let paused = paused && !gained;
        let (change, now) = match paused {
            false if intake.is_full() => (Consumer::pause as fn(&BaseConsumer<Group>, &TopicPartitionList) -> _, true),
            true if intake.has_room() => {
                (Consumer::resume as fn(&BaseConsumer<Group>, &TopicPartitionList) -> _, false)
            }
            _ => return paused,
        };
        if now {
            metrics::counter!("logboom_source_pauses_total").increment(1);
        }
        match self.consumer.assignment().and_then(|partitions| change(&self.consumer, &partitions)) {
            Ok(()) => now,
            Err(error) => {
                tracing::warn!(%error, "Cannot pause or resume partitions.");
                paused
            }
        }
    }

    fn commit(&self, mode: CommitMode) {
        if let Some(commits) = self.consumer.context().commits()
            && let Err(error) = self.consumer.commit(&commits, mode)
        {
            tracing::warn!(%error, "Cannot commit offsets.");
            let group = self.consumer.context();
            self.feed.intake.commit_failed(group.lanes().ids());
        }
    }

    /// Waits for what is in flight, commits it, and leaves the group.
    fn finish(&self) {
        let ids: Vec<LaneId> = self.consumer.context().lanes().ids().collect();
        let until = Instant::now() + self.drain;
        // Polling on keeps us in the group while we drain; paused partitions give nothing.
        if let Ok(partitions) = self.consumer.assignment() {
            let _ = self.consumer.pause(&partitions);
        }
        while !self.feed.intake.drain(&ids, Duration::from_millis(100)) && Instant::now() < until {
            self.commit(CommitMode::Async);
            let _ = self.consumer.poll(Duration::ZERO);
        }
        self.commit(CommitMode::Sync);
        self.consumer.unsubscribe();
    }

    fn complain(&mut self, reason: &str) {
        self.feed.health.source_down(&self.name, reason.to_owned());
        metrics::counter!("logboom_kafka_errors_total", "source" => self.name.clone()).increment(1);
        if self.last_error.is_none_or(|at| at.elapsed() > ERROR_LOG_EVERY) {
            self.last_error = Some(Instant::now());
            let brokers = self.settings.client.get("bootstrap.servers").map_or("", String::as_str);
            tracing::warn!(source = self.name, brokers, "Kafka: {reason}. Nothing is lost; trying on.");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_a_topic_are_those_of_its_cluster_name_and_salt() {
        let prefix = |cluster, salt, topic| Lane::new(LaneId(1), "s".into(), &scope(cluster, salt), topic, 2).id_prefix;
        // What a release before there were salts gave to such a topic.
        assert_eq!(&*prefix("MkU3OEVBNTcwNTJENDM2Qg", "", "dlqkafka28896"), "JH6l_Rue-2-", "known ids stay");
        let distinct: std::collections::HashSet<_> =
            [("c", "", "t"), ("c", "2", "t"), ("c2", "", "t"), ("c", "", "2t"), ("c", "3", "t")]
                .map(|(cluster, salt, topic)| prefix(cluster, salt, topic))
                .into();
        assert_eq!(distinct.len(), 5);
    }
}
