//! Records as Kafka can hold them: compressed in every way, without payload, with payloads that are no documents, in topics that a pattern
//! names. Each ends where it should, and the dead letters go to a topic with the place that each came from.

use super::surroundings::{Program, count, eventually, free_port, http, stack, variable};
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::Message;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use serde_json::Value;
use std::fs;
use std::time::Duration;

const CODECS: [&str; 5] = ["none", "gzip", "snappy", "lz4", "zstd"];

#[test]
#[ignore = "needs servers: tests/run e2e"]
fn every_record_ends_where_it_should() {
    let run = &format!("records{}", std::process::id());
    let topics = [format!("{run}-a"), format!("{run}-b")];
    let dead = &format!("dead-{run}");
    for topic in topics.iter().chain([dead]) {
        stack("kafka.sh", &["topic", topic]);
    }
    for codec in CODECS {
        let good: Vec<String> = (0..10).map(|n| format!(r#"{{"message":"{codec} {n}"}}"#)).collect();
        produce(&topics[0], codec, &good.iter().map(|payload| Some(payload.as_bytes())).collect::<Vec<_>>());
    }
    let bad: [Option<&[u8]>; 6] =
        [None, Some(b""), Some(b"{\"cut"), Some(b"\xff\xfe"), Some(b"[1]"), Some(br#"{"message":"last"}"#)];
    produce(&topics[1], "none", &bad);

    let folder = tempfile::tempdir().unwrap();
    let configuration = folder.path().join("logboom.yml");
    let console = format!("127.0.0.1:{}", free_port());
    let text = format!(
        r#"data_dir: {data}
sources: {{ records: {{ type: kafka, brokers: ["{brokers}"], topics: ["^{run}-.*"], group: {run}, codec: json }} }}
routes: [{{ name: default, to: {{ index: {run} }} }}]
dead_letters: {{ type: kafka, topic: {dead} }}
console: {{ listen: "{console}" }}
outputs: {{ elasticsearch: {{ urls: ["{es}"] }} }}
"#,
        data = folder.path().join("data").display(),
        brokers = variable("KAFKA_BROKERS"),
        es = variable("ES_URL"),
    );
    fs::write(&configuration, text).unwrap();
    let job = Program::logboom(&configuration, folder.path().join("logboom.log"));
    let (delivered, dropped, dead_lettered) = (10 * CODECS.len() + 1, 2, 3);
    eventually("the account", Duration::from_secs(60), || {
        let (_, metrics) = http("GET", &format!("http://{console}/metrics"), None)?;
        let account = [("delivered", delivered), ("dropped", dropped), ("dead_lettered", dead_lettered)];
        let line = |(end, count): (&str, usize)| format!("logboom_records_ended_total{{end=\"{end}\"}} {count}");
        let lacks = account.map(line).into_iter().find(|line| !metrics.lines().any(|l| l == line));
        lacks.map_or(Ok(()), |line| Err(format!("`{line}` is not in\n{metrics}")))
    });
    assert_eq!(job.stop().code(), Some(0));
    assert_eq!(count(run, "*:*"), Ok(delivered as u64));
    let letters = consume(dead, dead_lettered);
    let places: Vec<(&str, u64)> =
        letters.iter().map(|l| (l["topic"].as_str().unwrap(), l["offset"].as_u64().unwrap())).collect();
    assert_eq!(places, [(topics[1].as_str(), 2), (topics[1].as_str(), 3), (topics[1].as_str(), 4)]);
    assert_eq!((&letters[0]["raw"], &letters[1]["raw_base64"]), (&"{\"cut".into(), &"//4=".into()));
}

fn produce(topic: &str, codec: &str, payloads: &[Option<&[u8]>]) {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", variable("KAFKA_BROKERS")).set("compression.codec", codec).set("linger.ms", "50");
    let producer: BaseProducer = config.create().unwrap();
    for payload in payloads {
        let mut record = BaseRecord::<str, [u8]>::to(topic).key("k");
        record.payload = *payload;
        producer.send(record).map_err(|(error, _)| error).unwrap();
    }
    producer.flush(Duration::from_secs(20)).unwrap();
}

/// The first records of a topic, as JSON.
fn consume(topic: &str, wanted: usize) -> Vec<Value> {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", variable("KAFKA_BROKERS")).set("group.id", format!("{topic}-reader"));
    let consumer: BaseConsumer = config.set("auto.offset.reset", "earliest").create().unwrap();
    consumer.subscribe(&[topic]).unwrap();
    let mut found = Vec::new();
    eventually("dead letters", Duration::from_secs(60), || {
        while let Some(message) = consumer.poll(Duration::from_millis(200)) {
            let message = message.map_err(|error| error.to_string())?;
            found.push(serde_json::from_slice(message.payload().unwrap()).unwrap());
        }
        if found.len() >= wanted { Ok(()) } else { Err(format!("{} of {wanted}", found.len())) }
    });
    found
}
