//! Dead letters in a Kafka topic and in Elasticsearch (this build of it has no data streams: an index of that name): listed, shown, replayed. A replay keeps each record's `_id`, and a
//! second one adds nothing.

use super::surroundings::{Program, count, elasticsearch, eventually, stack, variable};
use rdkafka::ClientConfig;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const PARTITIONS: u64 = 3;
/// Records that end well, that a processor refuses, and that the index refuses.
const GOOD: u64 = 60;
const FAILING: u64 = 12;
const UNFITTING: u64 = 5;
const NO_JSON: u64 = GOOD + FAILING + UNFITTING;
const DEAD: usize = (FAILING + UNFITTING) as usize + 1;

#[test]
#[ignore = "needs servers: tests/run e2e"]
fn letters_in_a_kafka_topic_are_replayed_under_their_ids() {
    let run = format!("dlqkafka{}", std::process::id());
    let topic = format!("{run}-dead");
    stack("kafka.sh", &["topic", &topic, "2"]);
    die_and_come_back(&run, &format!("{{ type: kafka, topic: {topic} }}"));
}

#[test]
#[ignore = "needs servers: tests/run e2e"]
fn letters_in_elasticsearch_are_replayed_under_their_ids() {
    let run = format!("dlqstream{}", std::process::id());
    let stream = format!("logs-logboom.dead_letters-{run}");
    die_and_come_back(&run, &format!("{{ type: elasticsearch, data_stream: {stream} }}"));
}

fn die_and_come_back(run: &str, dead_letters: &str) {
    let stream = &format!("logs-dlq-{run}");
    let folder = tempfile::tempdir().unwrap();
    let config = configure(folder.path(), run, dead_letters);
    stack("kafka.sh", &["topic", run, &PARTITIONS.to_string()]);
    let setup = Program::command("setup", &config).args(["--kibana", "/dev/null"]).output().unwrap();
    assert!(setup.status.success(), "{}", String::from_utf8_lossy(&setup.stderr));

    let job = Program::logboom(&config, folder.path().join("log"));
    produce(run, 0..GOOD);
    eventually("all documents", Duration::from_secs(60), || match count(stream, "*:*")? {
        GOOD => Ok(()),
        other => Err(format!("{other} of {GOOD}")),
    });
    produce(run, GOOD..NO_JSON + 1);
    eventually("all letters", Duration::from_secs(60), || match dlq(&config, &["list"]).lines().count() {
        DEAD => Ok(()),
        other => Err(format!("{other} of {DEAD}")),
    });
    assert_eq!(job.stop().code(), Some(0));
    assert_eq!(count(stream, "*:*"), Ok(GOOD), "what died is not in the index");

    // They are found by where and why they died, with all that they had.
    let found = |which: &[&str]| dlq(&config, &[&["list"], which].concat()).lines().count() as u64;
    assert_eq!(found(&["--stage", "decode"]), 1);
    assert_eq!(found(&["--stage", "output", "--error-type", "document_parsing_exception"]), UNFITTING);
    assert_eq!(found(&["--pipeline", "p", "--topic", run, "--since", "1h"]), FAILING);
    assert_eq!(found(&["--topic", "another"]), 0);
    let letters: Vec<Value> = dlq(&config, &["show"]).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of_pipeline = letters.iter().find(|letter| letter["stage"] == "pipeline").unwrap();
    let raw: Value = serde_json::from_str(of_pipeline["raw"].as_str().unwrap()).unwrap();
    let n = raw["n"].as_u64().unwrap();
    let expected = [
        ("/topic", json!(run)),
        ("/partition", json!(n % PARTITIONS)),
        ("/key", json!({"text": format!("key-{n}")})),
        ("/headers/0", json!({"key": "trace", "value": {"text": format!("t{n}")}})),
        ("/processor_tag", json!("picky")),
        ("/error_type", json!("fail_processor_exception")),
        ("/attempt", json!(1)),
    ];
    for (path, value) in expected {
        assert_eq!(of_pipeline.pointer(path), Some(&value), "{path}: {of_pipeline}");
    }

    let planned = dlq(&config, &["replay", "--dry-run"]);
    assert!(planned.contains(&format!("{DEAD} dead letters would be replayed")), "{planned}");
    assert_eq!(count(stream, "*:*"), Ok(GOOD), "a dry run sends nothing");

    // Nothing is mended: they die again, each as a letter with a higher attempt.
    let again = dlq(&config, &["replay", "--stage", "pipeline"]);
    assert!(again.contains(&format!("{FAILING} died again")), "{again}");
    let attempts = |attempt: u64| {
        let all = dlq(&config, &["show", "--stage", "pipeline"]);
        all.lines().filter(|line| serde_json::from_str::<Value>(line).unwrap()["attempt"] == attempt).count() as u64
    };
    eventually("second letters", Duration::from_secs(10), || {
        if attempts(2) == FAILING { Ok(()) } else { Err(format!("{} of {FAILING}", attempts(2))) }
    });
    assert_eq!(attempts(1), FAILING, "a replay takes no letter away");

    // The pipeline is mended; what the index refuses is taken out.
    let mended = "processors:\n  - remove: { field: who }\n";
    fs::write(folder.path().join("pipelines/p.yml"), mended).unwrap();
    let whole = FAILING + UNFITTING;
    let first = dlq(&config, &["replay", "--stage", "pipeline"]);
    assert!(first.contains(&format!(" {FAILING} delivered, {FAILING} were there already")), "{first}");
    let output = dlq(&config, &["replay", "--stage", "output"]);
    assert!(output.contains(&format!(" {UNFITTING} delivered, 0 were there already")), "{output}");
    assert_eq!(count(stream, "*:*"), Ok(GOOD + whole));
    let ids: BTreeSet<String> = letters
        .iter()
        .filter(|letter| letter["stage"] != "decode")
        .map(|letter| letter["record_id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids.len() as u64, whole);
    assert_eq!(existing(stream, &ids), ids, "each document has the _id made of its record's coordinates");

    // A second replay of everything changes nothing; what is no JSON dies once more.
    let second = dlq(&config, &["replay"]);
    assert!(second.contains(" 0 delivered, ") && second.contains(" 1 died again"), "{second}");
    assert_eq!(count(stream, "*:*"), Ok(GOOD + whole));
}

/// Those of the ids that the stream has.
fn existing(stream: &str, ids: &BTreeSet<String>) -> BTreeSet<String> {
    let query = json!({"size": 1_000, "query": {"ids": {"values": ids}}});
    let found = elasticsearch("POST", &format!("/{stream}/_search"), Some(&query)).unwrap();
    found["hits"]["hits"].as_array().unwrap().iter().map(|hit| hit["_id"].as_str().unwrap().to_owned()).collect()
}

fn dlq(config: &Path, arguments: &[&str]) -> String {
    let (action, rest) = arguments.split_first().unwrap();
    let logboom = Program::command("dlq", config);
    let mut command = Command::new(logboom.get_program());
    let output = command.args(["dlq", action, "-c"]).arg(config).args(rest).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{arguments:?}: {}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

fn configure(folder: &Path, run: &str, dead_letters: &str) -> std::path::PathBuf {
    fs::create_dir(folder.join("pipelines")).unwrap();
    let picky = "processors:\n  - fail: { if: ctx.picky == true, message: 'not this one', tag: picky }\n";
    fs::write(folder.join("pipelines/p.yml"), picky).unwrap();
    let path = folder.join("logboom.yml");
    let text = format!(
        r#"data_dir: {data}
pipelines: {pipelines}
sources: {{ filebeat: {{ type: kafka, brokers: ["{brokers}"], topics: [{run}], group: {run}, commit_interval: 200ms }} }}
routes: [{{ name: default, pipeline: p, to: {{ data_stream: logs-dlq-{run} }} }}]
outputs: {{ elasticsearch: {{ urls: ["{es}"], bulk: {{ linger: 20ms }} }} }}
dead_letters: {dead_letters}
watch: false
"#,
        data = folder.join("data").display(),
        pipelines = folder.join("pipelines").display(),
        brokers = variable("KAFKA_BROKERS"),
        es = variable("ES_URL"),
    );
    fs::write(&path, text).unwrap();
    path
}

/// The records of a range: those that a processor refuses come behind the good ones, then those that the index refuses, then one that is no JSON.
fn produce(topic: &str, records: Range<u64>) {
    let producer: ThreadedProducer<DefaultProducerContext> =
        ClientConfig::new().set("bootstrap.servers", variable("KAFKA_BROKERS")).create().unwrap();
    for n in records {
        // Where the index knows an object a text never fits.
        let who = if n < GOOD + FAILING { json!({"name": "a"}) } else { json!("a") };
        let picky = (GOOD..GOOD + FAILING).contains(&n);
        let text = match n {
            NO_JSON => "{no JSON".to_owned(),
            _ => json!({"message": format!("line {n}"), "n": n, "who": who, "picky": picky}).to_string(),
        };
        let (key, trace) = (format!("key-{n}"), format!("t{n}"));
        let headers = OwnedHeaders::new().insert(Header { key: "trace", value: Some(&trace) });
        let partition = (n % PARTITIONS) as i32;
        let record = BaseRecord::to(topic).key(&key).payload(&text).partition(partition).headers(headers);
        producer.send(record).map_err(|(error, _)| error).unwrap();
    }
    producer.flush(Duration::from_secs(30)).unwrap();
}
