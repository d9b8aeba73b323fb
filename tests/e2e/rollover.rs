//! A data stream that has rolled over, on a real OpenSearch (the Elasticsearch of these tests is built without data streams): records that are read again
//! are in the older backing index, where no 409 stops them, and a topic that is created again.

use super::surroundings::{Program, eventually, free_port, http, stack, variable};
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

const RECORDS: u64 = 3_000;
const PARTITIONS: i32 = 4;
const PATIENCE: Duration = Duration::from_secs(60);

/// A node of this test's own.
struct OpenSearch {
    port: u16,
    folder: tempfile::TempDir,
}

impl OpenSearch {
    fn start() -> Self {
        let node = Self { port: free_port(), folder: tempfile::tempdir().unwrap() };
        assert!(node.script("start"), "OpenSearch starts");
        node
    }

    fn script(&self, verb: &str) -> bool {
        let mut command = Command::new(Path::new(&variable("STACK")).join("opensearch.sh"));
        command.arg(verb).env("OS_PORT", self.port.to_string()).env("OS_TRANSPORT_PORT", free_port().to_string());
        command.env("OS_DATA", self.folder.path()).stdout(Stdio::null()).stdin(Stdio::null());
        command.status().unwrap().success()
    }

    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, String> {
        let (status, text) = http(method, &format!("http://127.0.0.1:{}{path}", self.port), body)?;
        if status >= 300 {
            return Err(format!("HTTP {status}: {text}"));
        }
        serde_json::from_str(&text).map_err(|error| format!("{error}: {text}"))
    }

    fn count(&self, index: &str) -> Result<u64, String> {
        self.ask("POST", &format!("/{index}/_refresh"), None)?;
        Ok(self.ask("GET", &format!("/{index}/_count"), None)?["count"].as_u64().unwrap())
    }
}

impl Drop for OpenSearch {
    fn drop(&mut self) {
        self.script("kill");
    }
}

struct Run {
    folder: tempfile::TempDir,
    topic: String,
    port: u16,
}

impl Run {
    fn new(topic: &str, port: u16) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), topic: topic.to_owned(), port }
    }

    fn configure(&self, group: &str, source: &str, bulk: &str) -> PathBuf {
        let path = self.folder.path().join("logboom.yml");
        let text = format!(
            r#"data_dir: {data}
sources: {{ filebeat: {{ type: kafka, brokers: ["{brokers}"], topics: [{topic}], group: {group}, {source} }} }}
routes: [{{ name: default, to: {{ data_stream: logs-{topic}-x }} }}]
outputs: {{ elasticsearch: {{ urls: ["http://127.0.0.1:{port}"], bulk: {{ linger: 20ms, {bulk} }} }} }}
watch: false
"#,
            data = self.folder.path().join("data").display(),
            brokers = variable("KAFKA_BROKERS"),
            topic = self.topic,
            port = self.port,
        );
        fs::write(&path, text).unwrap();
        path
    }

    /// Runs until all records of the topic have ended in a way; gives the last line.
    fn read_all(&self, group: &str, source: &str, bulk: &str) -> String {
        let console = free_port();
        let path = self.configure(group, source, bulk);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{text}console: {{ listen: \"127.0.0.1:{console}\" }}\n")).unwrap();
        let log = self.folder.path().join(format!("{group}.log"));
        let job = Program::logboom(&path, log.clone());
        eventually("all records end", PATIENCE, || {
            let (_, metrics) = http("GET", &format!("http://127.0.0.1:{console}/metrics"), None)?;
            let ended = metrics.lines().filter_map(|line| line.strip_prefix("logboom_records_ended_total{"));
            let ended: u64 = ended.filter_map(|line| line.split(' ').nth(1)?.parse::<u64>().ok()).sum();
            if ended == RECORDS { Ok(()) } else { Err(format!("{ended} of {RECORDS}")) }
        });
        assert_eq!(job.stop().code(), Some(0));
        let log = fs::read_to_string(log).unwrap();
        log.lines().rev().find(|line| line.contains("logboom stopped")).unwrap().to_owned()
    }
}

#[test]
#[ignore = "needs servers: tests/run e2e"]
fn what_is_read_again_after_a_rollover_is_there_once() {
    let topic = format!("rollover{}", std::process::id());
    let stream = format!("logs-{topic}-x");
    let node = OpenSearch::start();
    let template = json!({"index_patterns": [stream], "data_stream": {}, "priority": 500,
        "template": {"settings": {"number_of_replicas": 0, "refresh_interval": "60s"}}});
    node.ask("PUT", &format!("/_index_template/{topic}"), Some(&template)).unwrap();
    stack("kafka.sh", &["topic", &topic, &PARTITIONS.to_string()]);
    produce(&topic, "first");

    let run = Run::new(&topic, node.port);
    let first = run.read_all("one", "", "");
    assert!(first.contains(&format!(" delivered={RECORDS} ")), "{first}");
    assert_eq!(node.count(&stream), Ok(RECORDS));
    node.ask("POST", &format!("/{stream}/_rollover"), None).unwrap();

    // Another group has no offsets: it reads all again, as one does whose commits were lost.
    let again = run.read_all("two", "", "");
    assert!(again.contains(" delivered=0 ") && again.contains(&format!("already_delivered={RECORDS} ")), "{again}");
    assert_eq!(node.count(&stream), Ok(RECORDS));

    // The topic is created again: without a salt its records have the ids of the old ones.
    recreate(&topic);
    produce(&topic, "second");
    let salted = run.read_all("three", "id_salt: second", "");
    assert!(salted.contains(&format!(" delivered={RECORDS} ")), "{salted}");
    assert_eq!(node.count(&stream), Ok(2 * RECORDS));

    // That the look-up is what helps: without it all are there twice.
    node.ask("POST", &format!("/{stream}/_rollover"), None).unwrap();
    let careless = run.read_all("four", "id_salt: second", "look_up: false");
    assert!(careless.contains(&format!(" delivered={RECORDS} ")), "{careless}");
    assert_eq!(node.count(&stream), Ok(3 * RECORDS));
}

fn recreate(topic: &str) {
    let admin: AdminClient<DefaultClientContext> =
        ClientConfig::new().set("bootstrap.servers", variable("KAFKA_BROKERS")).create().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let deleted = runtime.block_on(admin.delete_topics(&[topic], &AdminOptions::new())).unwrap();
    assert!(deleted.iter().all(Result::is_ok), "{deleted:?}");
    // Its name is free a little later.
    std::thread::sleep(Duration::from_secs(2));
    stack("kafka.sh", &["topic", topic, &PARTITIONS.to_string()]);
}

fn produce(topic: &str, generation: &str) {
    let producer: ThreadedProducer<DefaultProducerContext> =
        ClientConfig::new().set("bootstrap.servers", variable("KAFKA_BROKERS")).create().unwrap();
    for n in 0..RECORDS {
        let text = json!({"message": format!("{generation} {n}"), "n": n}).to_string();
        let record = BaseRecord::<(), str>::to(topic).payload(&text).partition((n % PARTITIONS as u64) as i32);
        producer.send(record).map_err(|(error, _)| error).unwrap();
    }
    producer.flush(Duration::from_secs(30)).unwrap();
}
