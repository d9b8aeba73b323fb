//! Replicas share what models and operators said: through a compacted topic that the first of them creates, whatever else is in it.

use super::surroundings::{Program, eventually, free_port, http, variable};
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, ResourceSpecifier};
use rdkafka::client::DefaultClientContext;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);

/// A model server that calls everything normal, and counts the templates that it was asked about.
fn counting_model() -> (String, Arc<AtomicUsize>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    listener.set_nonblocking(true).unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = asked.clone();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            let answer = move |body: axum::Json<Value>| {
                let counter = counter.clone();
                async move { axum::Json(grade(&body, &counter)) }
            };
            axum::serve(listener, axum::Router::new().route("/api/chat", axum::routing::post(answer))).await.unwrap();
        });
    });
    (url, asked)
}

fn grade(body: &Value, asked: &AtomicUsize) -> Value {
    let user = body["messages"][1]["content"].as_str().unwrap();
    let mut verdicts: Vec<Value> = Vec::new();
    for part in user.split("\nid ").skip(1) {
        let id: String = part.chars().take_while(|c| c.is_alphanumeric()).collect();
        let template = part.lines().find_map(|line| line.split_once(" template: ")).unwrap().1;
        if template.contains("replica") {
            asked.fetch_add(1, Ordering::Relaxed);
        }
        // Hidden control templates are among them: they have to be answered rightly.
        let faults = ["lost", "panic", "corrupt", "memory", "system full", "failure", "损坏"];
        let is_anomaly = faults.iter().any(|fault| template.contains(fault));
        let (verdict, severity) = if is_anomaly { ("anomaly", "CRITICAL") } else { ("normal", "INFO") };
        verdicts.push(json!({ "id": id, "reason": "as asked", "category": "hardware", "severity": severity,
            "verdict": verdict, "score": if is_anomaly { 0.9 } else { 0.1 } }));
    }
    json!({ "message": { "content": json!({ "verdicts": verdicts }).to_string() }, "done": true, "done_reason": "stop" })
}

/// One of the processes, with a file that it reads and one that it writes.
struct Replica {
    configuration: PathBuf,
    lines: PathBuf,
    documents: PathBuf,
    console: String,
    program: Program,
}

impl Replica {
    fn start(folder: &Path, name: &str, topic: &str, model: &str) -> Self {
        let at = |file: &str| folder.join(format!("{name}-{file}"));
        let (configuration, lines, documents) = (at("logboom.yml"), at("lines.log"), at("documents.ndjson"));
        let console = format!("127.0.0.1:{}", free_port());
        let text = format!(
            r#"data_dir: {data}
sources: {{ lines: {{ type: file, paths: ["{lines}"] }} }}
routes: [{{ name: default, to: {{ index: shared }} }}]
console: {{ listen: "{console}" }}
scoring:
  judges: [rules, ollama]
  deadline: 20s
  ollama: {{ url: "{model}", model: m, timeout: 30s }}
  cache: {{ store: kafka, topic: {topic}, brokers: ["{brokers}"] }}
outputs: {{ file: {{ path: "{documents}" }} }}
"#,
            data = at("data").display(),
            lines = lines.display(),
            documents = documents.display(),
            brokers = variable("KAFKA_BROKERS"),
        );
        fs::write(&configuration, text).unwrap();
        fs::write(&lines, "").unwrap();
        let program = Program::logboom(&configuration, at("logboom.log"));
        Self { configuration, lines, documents, console, program }
    }

    /// Writes lines and waits until all of them have this judge's verdict.
    fn judged_by(&self, judge: &str, lines: &[String]) {
        let mut file = fs::File::options().append(true).open(&self.lines).unwrap();
        lines.iter().for_each(|line| writeln!(file, "{line}").unwrap());
        eventually(&format!("{judge} on {lines:?}"), PATIENCE, || {
            let text = fs::read_to_string(&self.documents).map_err(|error| error.to_string())?;
            let documents: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
            let has = |line: &String| {
                documents.iter().any(|document| {
                    document["message"] == line.as_str()
                        && document["anomaly"]["judge"] == judge
                        && document["anomaly"]["status"] == "scored"
                })
            };
            lines.iter().find(|line| !has(line)).map_or(Ok(()), |line| Err(format!("`{line}` is not in\n{text}")))
        });
    }

    fn metric(&self, line: &str) {
        eventually(line, PATIENCE, || {
            let (_, metrics) = http("GET", &format!("http://{}/metrics", self.console), None)?;
            if metrics.lines().any(|l| l == line) { Ok(()) } else { Err(metrics) }
        });
    }
}

fn lines(words: &[&str], number: u32) -> Vec<String> {
    words.iter().map(|word| format!("{word} replica {number} settled")).collect()
}

/// What is none of logboom's.
fn soil(topic: &str) {
    let mut config = ClientConfig::new();
    let producer: BaseProducer = config.set("bootstrap.servers", variable("KAFKA_BROKERS")).create().unwrap();
    for (key, payload) in [("k", &b"{"[..]), ("", b"\xff"), ("{\"verdict\":{}}", b"[]")] {
        producer.send(BaseRecord::to(topic).key(key).payload(payload)).map_err(|(error, _)| error).unwrap();
    }
    producer.flush(Duration::from_secs(20)).unwrap();
}

fn cleanup_policy(topic: &str) -> Option<String> {
    let mut config = ClientConfig::new();
    let admin: AdminClient<DefaultClientContext> =
        config.set("bootstrap.servers", variable("KAFKA_BROKERS")).create().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let asked = [ResourceSpecifier::Topic(topic)];
    let found = runtime.block_on(admin.describe_configs(&asked, &AdminOptions::new())).unwrap();
    found[0].as_ref().unwrap().get("cleanup.policy")?.value.clone()
}

#[test]
#[ignore = "needs servers: tests/run e2e"]
fn what_one_process_asked_is_known_by_all() {
    let topic = &format!("verdicts-{}", std::process::id());
    let folder = tempfile::tempdir().unwrap();
    let (model, asked) = counting_model();
    let first = Replica::start(folder.path(), "first", topic, &model);
    first.judged_by("ollama", &lines(&["blue", "green", "red"], 1));
    assert_eq!(asked.load(Ordering::Relaxed), 3);
    assert_eq!(cleanup_policy(topic).as_deref(), Some("compact"));
    soil(topic);

    // A process that starts later, and knows nothing but the topic.
    let second = Replica::start(folder.path(), "second", topic, &model);
    second.judged_by("ollama", &lines(&["blue", "green", "red"], 2));
    assert_eq!(asked.load(Ordering::Relaxed), 3, "the second asks nothing");
    second.metric("logboom_score_store_up 1");
    second.metric("logboom_score_store_skipped_total{reason=\"key\"} 3");

    // What either of them asks while both run.
    second.judged_by("ollama", &lines(&["black"], 3));
    std::thread::sleep(Duration::from_secs(1));
    first.judged_by("ollama", &lines(&["black"], 4));
    assert_eq!(asked.load(Ordering::Relaxed), 4, "what one asked the other knows");

    // An operator speaks to one of them, and all list it.
    let said = |command: &str, verdict: &[&str]| {
        let mut program = Program::command("verdict", &first.configuration);
        let arguments = [command, "--line", "blue replica 9 settled", "--author", "li"];
        assert!(program.args(arguments).args(verdict).status().unwrap().success());
        std::thread::sleep(Duration::from_secs(4));
    };
    said("set", &["anomaly", "--reason", "known to be bad"]);
    let listed = http("GET", &format!("http://{}/api/verdicts?author=li", second.console), None).unwrap();
    assert!(listed.0 == 200 && listed.1.contains("known to be bad"), "{listed:?}");
    first.judged_by("operator", &lines(&["blue"], 5));
    second.judged_by("operator", &lines(&["blue"], 6));
    let third = Replica::start(folder.path(), "third", topic, &model);
    third.judged_by("operator", &lines(&["blue"], 7));
    said("unset", &[]);
    second.judged_by("ollama", &lines(&["blue"], 8));
    assert_eq!(asked.load(Ordering::Relaxed), 4);
    let started = Instant::now();
    for replica in [first, second, third] {
        assert!(replica.program.stop().success());
    }
    assert!(started.elapsed() < Duration::from_secs(20), "nothing holds up a stop: {:?}", started.elapsed());
}
