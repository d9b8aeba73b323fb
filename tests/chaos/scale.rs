//! Scale-out: from one process to six and back, on 24 partitions, with kills. Nothing is lost, nothing is there twice, and how long the group takes
//! to be itself again is measured.

use super::fleet::Fleet;
use super::model::Model;
use super::surroundings::{eventually, stack, variable};
use super::traffic::Traffic;
use super::{MEMORY_BYTES_MAX, RECOVERY, settle};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use std::collections::HashMap;
use std::time::{Duration, Instant};

const PARTITIONS: i32 = 24;
const MEMBERS: usize = 6;
const BROKER_TIMEOUT: Duration = Duration::from_secs(10);
/// What goes on while nothing happens is measured so often.
const CALM_PROBES: usize = 3;
/// A change has its effect within this: new members join, others give partitions up. The longest wait of all that begin in this time counts.
const EFFECT: Duration = Duration::from_secs(5);

/// The group's offsets, looked at from outside.
struct Offsets {
    consumer: BaseConsumer,
    topic: String,
}

impl Offsets {
    fn new(topic: &str) -> Self {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", variable("KAFKA_BROKERS")).set("group.id", topic);
        Self { consumer: config.create().unwrap(), topic: topic.to_owned() }
    }

    fn ends(&self) -> HashMap<i32, i64> {
        let end = |partition| self.consumer.fetch_watermarks(&self.topic, partition, BROKER_TIMEOUT).unwrap().1;
        (0..PARTITIONS).map(|partition| (partition, end(partition))).collect()
    }

    fn committed(&self) -> HashMap<i32, i64> {
        let mut list = TopicPartitionList::new();
        list.add_partition_range(&self.topic, 0, PARTITIONS - 1);
        let committed = self.consumer.committed_offsets(list, BROKER_TIMEOUT).unwrap();
        let offset = |offset| if let Offset::Offset(at) = offset { at } else { 0 };
        committed.elements().iter().map(|e| (e.partition(), offset(e.offset()))).collect()
    }

    /// From now until all that Kafka has now is committed, in every partition.
    fn catch_up(&self) -> Duration {
        let (started, ends) = (Instant::now(), self.ends());
        eventually("every partition goes on", RECOVERY, || {
            let committed = self.committed();
            let behind: Vec<i32> = (0..PARTITIONS).filter(|p| committed[p] < ends[p]).collect();
            if behind.is_empty() { Ok(()) } else { Err(format!("partitions {behind:?} are behind")) }
        });
        started.elapsed()
    }
}

#[test]
#[ignore = "needs servers: tests/run e2e"]
fn scaling_out_and_in_loses_nothing() {
    let run = format!("scale{}", std::process::id());
    stack("kafka.sh", &["topic", &run, &PARTITIONS.to_string()]);
    let model = Model::start();
    let elasticsearch = variable("ES_URL").rsplit(':').next().unwrap().trim_end_matches('/').parse().unwrap();
    let mut fleet = Fleet::start(&run, MEMBERS, 1, elasticsearch, model.port());
    let traffic = Traffic::start(&run);
    let offsets = Offsets::new(&run);
    // The first join is no change of a running group.
    eventually("the group begins", RECOVERY, || {
        let committed = offsets.committed();
        let waiting = committed.values().filter(|at| **at == 0).count();
        if waiting == 0 { Ok(()) } else { Err(format!("{waiting} partitions wait")) }
    });
    let calm = (0..CALM_PROBES).map(|_| offsets.catch_up()).min().unwrap();
    println!(
        "{:44} {:5.1} s until all is committed that was there",
        "one process, nothing happens",
        calm.as_secs_f64()
    );

    let mut step = |what: &str, change: &mut dyn FnMut(&mut Fleet)| {
        change(&mut fleet);
        let (started, mut time) = (Instant::now(), Duration::ZERO);
        while started.elapsed() < EFFECT {
            time = time.max(offsets.catch_up());
        }
        let added = time.saturating_sub(calm);
        println!("{what:44} {:5.1} s: {:.1} s added", time.as_secs_f64(), added.as_secs_f64());
    };
    step("one to six", &mut |fleet| (1..MEMBERS).for_each(|process| fleet.restart(process)));
    step("nothing more happens", &mut |fleet| {
        let has_part = |process: &usize| fleet.log(*process).contains("Partitions were assigned");
        eventually("six members have partitions", RECOVERY, || {
            let count = (0..MEMBERS).filter(has_part).count();
            if count == MEMBERS { Ok(()) } else { Err(format!("{count} have some")) }
        });
    });
    step("one of six is killed, and started", &mut |fleet| {
        fleet.signal(2, "KILL");
        fleet.restart(2);
    });
    step("six to four: two are stopped", &mut |fleet| (4..MEMBERS).for_each(|process| fleet.stop(process)));
    step("four to six, and one of the four is killed", &mut |fleet| {
        (4..MEMBERS).for_each(|process| fleet.restart(process));
        fleet.signal(0, "KILL");
        fleet.restart(0);
    });
    step("six to one: five are stopped", &mut |fleet| (1..MEMBERS).for_each(|process| fleet.stop(process)));
    let sent = traffic.stop();
    settle(&run, sent, &fleet);
    fleet.end(MEMORY_BYTES_MAX);
}
