//! Verdicts in a compacted Kafka topic that replicas share: it is read from its beginning when a process starts, and followed from
//! then on, so that what one process asked is known by all.
//!
//! One thread reads and writes. Scoring never waits for it, beside a bounded time at the start; while the brokers are away each
//! process judges for itself, and what it would have said waits in a bounded queue.

use super::StoredVerdict;
use super::clients::Clients;
use super::message::{News, Skipped, VerdictKey};
use super::said::{SAID_MAX, Said};
use crate::score::feedback::Feedback;
use crate::score::flight::lock;
use rdkafka::consumer::Consumer;
use rdkafka::error::KafkaError;
use rdkafka::message::Message;
use rdkafka::producer::{BaseRecord, Producer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use rdkafka::types::RDKafkaErrorCode;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The topic's name unless the configuration has one.
pub const NAME_DEFAULT: &str = "logboom-verdicts";

/// Messages that may wait to be written while the brokers are away.
const QUEUE_MAX: usize = 4_096;

/// News that are handed on at once.
const BATCH_MAX: usize = 256;

/// A start waits so long for the topic's end to be read.
const WARM_WAIT: Duration = Duration::from_secs(5);

const POLL_WAIT: Duration = Duration::from_millis(100);

/// How long to wait after a failure, and how often it is looked whether the brokers are back.
const RETRY_EVERY: Duration = Duration::from_secs(2);

/// What waits at the end is given so long to be written.
const FLUSH_WAIT: Duration = Duration::from_secs(2);

/// More partitions than that are no topic of ours.
const PARTITIONS_MAX: usize = 64;

/// Which topic, and how it is reached.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicSettings {
    pub topic: String,
    /// librdkafka's properties.
    pub client: BTreeMap<String, String>,
}

/// Whoever wants to know what other processes say.
pub trait Reader: Send + Sync {
    fn take(&self, news: Vec<News>);
}

/// The topic, followed.
pub struct SharedTopic {
    settings: TopicSettings,
    shared: Arc<Shared>,
    queue: Option<SyncSender<News>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    settled: Condvar,
    stop: AtomicBool,
}

#[derive(Default)]
struct State {
    readers: Vec<Weak<dyn Reader>>,
    said: Said,
    /// What was said here before the topic's end was reached: it is compared with what the topic says.
    offered: Vec<Feedback>,
    /// The topic has been read to its end once.
    is_warm: bool,
    is_away: bool,
}

impl SharedTopic {
    /// Begins to read the topic. Fails only on properties that no client accepts: brokers that are away are waited for.
    pub fn open(settings: &TopicSettings) -> io::Result<Self> {
        let clients = Clients::new(settings).map_err(io::Error::other)?;
        let shared = Arc::new(Shared::default());
        let (queue, outgoing) = sync_channel(QUEUE_MAX);
        let link =
            Link { clients, topic: settings.topic.clone(), shared: shared.clone(), outgoing, down_since_check: None };
        let thread = std::thread::Builder::new().name("verdict-topic".into()).spawn(move || link.run())?;
        Ok(Self { settings: settings.clone(), shared, queue: Some(queue), thread: Some(thread) })
    }

    pub fn settings(&self) -> &TopicSettings {
        &self.settings
    }

    /// From now on `reader` is told what the topic says; `own` is what operators said to this process before. Waits, for a bounded
    /// time, until the topic has been read to its end.
    pub fn subscribe(&self, reader: &Arc<impl Reader + 'static>, own: Vec<Feedback>) {
        let weak: Weak<dyn Reader> = Arc::downgrade(&(reader.clone() as Arc<dyn Reader>));
        let mut state = lock(&self.shared.state);
        state.readers.retain(|reader| reader.strong_count() > 0);
        state.readers.push(weak);
        if state.is_warm {
            let (theirs, ours) = state.said.merge(own);
            drop(state);
            ours.into_iter().for_each(|said| self.send(News::Said(said)));
            reader.take(theirs.into_iter().map(News::Said).collect());
            return;
        }
        state.offered.extend(own);
        let is_open = |state: &mut State| !state.is_warm && !state.is_away;
        let _ = self.shared.settled.wait_timeout_while(state, WARM_WAIT, is_open);
    }

    /// What operators said, on whatever machine.
    pub fn said(&self) -> Vec<Feedback> {
        lock(&self.shared.state).said.all()
    }

    pub fn keep(&self, verdict: &StoredVerdict) {
        self.send(News::Verdict(verdict.clone()));
    }

    pub fn remove(&self, verdict: &StoredVerdict) {
        self.send(News::Gone(VerdictKey::of(verdict)));
    }

    pub fn say(&self, feedback: &[Feedback]) {
        for said in feedback {
            let mut state = lock(&self.shared.state);
            if !state.is_warm {
                if state.offered.len() < SAID_MAX {
                    state.offered.push(said.clone());
                }
                continue;
            }
            let is_new = state.said.note(said);
            drop(state);
            match is_new {
                Ok(true) => self.send(News::Said(said.clone())),
                Ok(false) => {}
                Err(_) => count_dropped(),
            }
        }
    }

    fn send(&self, news: News) {
        if self.queue.as_ref().is_some_and(|queue| queue.try_send(news).is_err()) {
            count_dropped();
        }
    }
}

impl Drop for SharedTopic {
    /// Writes what waits, as far as brokers take it.
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Release);
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn count_dropped() {
    metrics::counter!("logboom_score_store_dropped_total").increment(1);
}

pub(super) fn count_error() {
    metrics::counter!("logboom_score_store_errors_total").increment(1);
}

/// The thread's own.
struct Link {
    clients: Clients,
    topic: String,
    shared: Arc<Shared>,
    outgoing: Receiver<News>,
    /// Set while something is wrong: when it was last looked whether it still is.
    down_since_check: Option<Instant>,
}

impl Link {
    fn run(mut self) {
        while !self.is_stopping() {
            match self.open() {
                Ok(partitions) => self.follow(partitions),
                Err(reason) => {
                    self.complain(&reason);
                    self.pause();
                }
            }
        }
        if self.down_since_check.is_none() {
            self.publish();
            let _ = self.clients.producer.flush(FLUSH_WAIT);
        }
    }

    fn is_stopping(&self) -> bool {
        self.shared.stop.load(Ordering::Acquire)
    }

    fn pause(&self) {
        let until = Instant::now() + RETRY_EVERY;
        while Instant::now() < until && !self.is_stopping() {
            std::thread::sleep(POLL_WAIT);
        }
    }

    /// One line for each time that it breaks, however often it is tried.
    fn complain(&mut self, reason: &str) {
        metrics::gauge!("logboom_score_store_up").set(0.0);
        if self.down_since_check.replace(Instant::now()).is_none() {
            count_error();
            let topic = &self.topic;
            tracing::warn!(topic, reason, "Verdicts are not shared for now; each process judges for itself.");
        }
        lock(&self.shared.state).is_away = true;
        self.shared.settled.notify_all();
    }

    fn recovered(&mut self) {
        metrics::gauge!("logboom_score_store_up").set(1.0);
        if self.down_since_check.take().is_some() {
            tracing::info!(topic = self.topic, "Verdicts are shared again.");
            lock(&self.shared.state).is_away = false;
        }
    }

    /// Makes sure that there is the topic, and begins to read it.
    fn open(&mut self) -> Result<BTreeSet<i32>, String> {
        let mut partitions = self.clients.partitions(&self.topic)?;
        if partitions.is_empty() {
            self.clients.create(&self.topic)?;
            partitions = self.clients.partitions(&self.topic)?;
        } else {
            self.clients.check_compaction(&self.topic);
        }
        if partitions.is_empty() || partitions.len() > PARTITIONS_MAX {
            return Err(format!("it has {} partitions, of 1 to {PARTITIONS_MAX}", partitions.len()));
        }
        let mut list = TopicPartitionList::new();
        for partition in &partitions {
            list.add_partition_offset(&self.topic, *partition, Offset::Beginning).map_err(|error| error.to_string())?;
        }
        self.clients.consumer.assign(&list).map_err(|error| error.to_string())?;
        Ok(partitions)
    }

    /// Reads and writes until told to stop, or until the topic is gone.
    fn follow(&mut self, partitions: BTreeSet<i32>) {
        let mut unread = partitions;
        let mut news = Vec::new();
        while !self.is_stopping() {
            self.publish();
            let mut is_idle = false;
            let mut trouble = None;
            match self.clients.consumer.poll(POLL_WAIT) {
                None => is_idle = true,
                Some(Ok(message)) => match News::read(message.key(), message.payload()) {
                    Ok(one) => news.push(one),
                    Err(why) => skip(why),
                },
                Some(Err(KafkaError::PartitionEOF(partition))) => {
                    is_idle = true;
                    unread.remove(&partition);
                }
                Some(Err(error)) => trouble = Some(error),
            }
            if news.len() >= BATCH_MAX || is_idle && !news.is_empty() {
                self.hand_on(std::mem::take(&mut news));
            }
            if unread.is_empty() && is_idle && !lock(&self.shared.state).is_warm {
                self.warm();
            }
            match trouble {
                None => self.look_again(is_idle),
                Some(error) => {
                    self.complain(&error.to_string());
                    if is_gone(&error) {
                        self.pause();
                        return;
                    }
                }
            }
        }
    }

    /// Whether the brokers are back.
    fn look_again(&mut self, is_idle: bool) {
        let Some(checked) = self.down_since_check else { return };
        if !is_idle {
            self.recovered();
        } else if checked.elapsed() > RETRY_EVERY {
            self.down_since_check = Some(Instant::now());
            if self.clients.partitions(&self.topic).is_ok_and(|partitions| !partitions.is_empty()) {
                self.recovered();
            }
        }
    }

    fn hand_on(&self, news: Vec<News>) {
        let mut state = lock(&self.shared.state);
        let is_warm = state.is_warm;
        let mut kept = Vec::with_capacity(news.len());
        for one in news {
            match &one {
                News::Said(said) => match state.said.note(said) {
                    // Until the end is reached a later message may say otherwise.
                    Ok(is_new) if is_new && is_warm => kept.push(one),
                    Ok(_) => {}
                    Err(why) => skip(why),
                },
                _ => kept.push(one),
            }
        }
        let readers: Vec<Arc<dyn Reader>> = state.readers.iter().filter_map(Weak::upgrade).collect();
        drop(state);
        readers.iter().for_each(|reader| reader.take(kept.clone()));
    }

    /// The topic's end was reached for the first time.
    fn warm(&mut self) {
        let mut state = lock(&self.shared.state);
        let offered = std::mem::take(&mut state.offered);
        let (theirs, ours) = state.said.merge(offered);
        let readers: Vec<Arc<dyn Reader>> = state.readers.iter().filter_map(Weak::upgrade).collect();
        drop(state);
        let theirs: Vec<News> = theirs.into_iter().map(News::Said).collect();
        readers.iter().for_each(|reader| reader.take(theirs.clone()));
        ours.into_iter().for_each(|said| self.write(&News::Said(said)));
        lock(&self.shared.state).is_warm = true;
        self.shared.settled.notify_all();
        self.recovered();
    }

    /// Hands what waits to the producer, which has a bounded queue of its own.
    fn publish(&self) {
        for _ in 0..BATCH_MAX {
            match self.outgoing.try_recv() {
                Ok(news) => self.write(&news),
                Err(_) => return,
            }
        }
    }

    fn write(&self, news: &News) {
        let Some((key, value)) = news.write() else { return count_dropped() };
        let mut record = BaseRecord::<[u8], [u8]>::to(&self.topic).key(&key);
        record.payload = value.as_deref();
        if self.clients.producer.send(record).is_err() {
            count_dropped();
        }
    }
}

fn skip(why: Skipped) {
    metrics::counter!("logboom_score_store_skipped_total", "reason" => why.name()).increment(1);
}

/// Whether reading has to begin anew: the topic was deleted.
fn is_gone(error: &KafkaError) -> bool {
    let codes =
        [RDKafkaErrorCode::UnknownTopicOrPartition, RDKafkaErrorCode::UnknownTopic, RDKafkaErrorCode::UnknownPartition];
    error.rdkafka_error_code().is_some_and(|code| codes.contains(&code))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn said(template: u64, verdict: Option<&str>, second: u8) -> Feedback {
        Feedback {
            template: format!("{template:016x}"),
            verdict: verdict.map(str::to_owned),
            author: "li".into(),
            at: format!("2026-01-01T00:00:{second:02}Z"),
            ..Feedback::default()
        }
    }

    struct Nobody;
    impl Reader for Nobody {
        fn take(&self, _: Vec<News>) {}
    }

    /// Nobody listens at the address: the start goes on, and what is said is dropped when the queue is full.
    #[test]
    fn brokers_may_be_away() {
        let client = BTreeMap::from([("bootstrap.servers".to_owned(), "127.0.0.1:1".to_owned())]);
        let topic = SharedTopic::open(&TopicSettings { topic: "t".into(), client }).unwrap();
        let started = Instant::now();
        topic.subscribe(&Arc::new(Nobody), vec![said(1, Some("normal"), 1)]);
        assert!(started.elapsed() < WARM_WAIT + Duration::from_secs(3));
        topic.say(&[said(2, Some("normal"), 1)]);
        assert_eq!(lock(&topic.shared.state).offered.len(), 2);
        drop(topic);
        assert!(started.elapsed() < Duration::from_secs(20));
        let client = BTreeMap::from([("no.such.property".to_owned(), "1".to_owned())]);
        assert!(SharedTopic::open(&TopicSettings { topic: "t".into(), client }).is_err());
    }
}
