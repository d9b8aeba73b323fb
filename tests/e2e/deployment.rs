//! The files of `deploy/` at work: Filebeat with `filebeat.yml`, logboom with `logboom.yml`.

use super::surroundings::{Program, count, elasticsearch, eventually, free_port, http, project, stack, variable};
use std::fmt::Write;
use std::fs;
use std::time::Duration;

/// Lines of each kind. Filebeat only takes up a file that has 1024 bytes.
const LINES: usize = 200;
/// One line in so many says that something is badly wrong.
const FAULT_EVERY: usize = 50;

#[test]
#[ignore = "needs servers: tests/run e2e"]
fn lines_of_every_input_arrive_once() {
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("logs");
    fs::create_dir_all(logs.join("nginx")).unwrap();
    let (mut plain, mut json, mut access) = (String::new(), String::new(), String::new());
    for n in 0..LINES {
        // one line in ten has a stack trace, which belongs to it
        match n % FAULT_EVERY {
            1 => writeln!(plain, "2026-11-23 02:00:00.{n:03} ERROR 数据库无法连接: 10.0.0.{n}:5432").unwrap(),
            _ => writeln!(plain, "2026-11-23 02:00:00.{n:03} INFO order {n} taken").unwrap(),
        }
        if n % 10 == 0 {
            writeln!(plain, "\tat com.example.Orders.take(Orders.java:{n})\nCaused by: java.io.IOException").unwrap();
        }
        writeln!(json, r#"{{"message":"payment {n}","log.level":"info","n":{n}}}"#).unwrap();
        writeln!(access, r#"10.0.0.1 - - [23/Nov/2026:02:00:00 +0000] "GET /{n} HTTP/1.1" 200 12 "-" "curl/8""#)
            .unwrap();
    }
    fs::write(logs.join("app.log"), plain).unwrap();
    fs::write(logs.join("app.ndjson"), json).unwrap();
    fs::write(logs.join("nginx/access.log"), access).unwrap();

    let brokers = variable("KAFKA_BROKERS");
    stack("kafka.sh", &["topic", "filebeat", "3"]);
    stack("kafka.sh", &["topic", "logboom-dead-letters"]);
    let console = format!("127.0.0.1:{}", free_port());
    let configuration = folder.path().join("logboom.yml");
    let mut text = fs::read_to_string(project("deploy/logboom.yml")).unwrap();
    for (theirs, ours) in [
        ("kafka:9092", brokers.as_str()),
        ("http://elasticsearch:9200", &variable("ES_URL")),
        // Nobody answers there: scoring goes on without its model.
        ("http://ollama:11434", "http://127.0.0.1:9"),
        ("${env:OLLAMA_MODEL}", "none"),
        ("0.0.0.0:8686", &console),
        ("/var/lib/logboom", folder.path().join("data").to_str().unwrap()),
        ("pipelines: pipelines", &format!("pipelines: {}", project("pipelines").display())),
    ] {
        text = text.replace(theirs, ours);
    }
    fs::write(&configuration, text).unwrap();

    let setup = Program::command("setup", &configuration)
        .arg("--kibana")
        .arg(folder.path().join("kibana.ndjson"))
        .output()
        .unwrap();
    assert!(setup.status.success(), "{}", String::from_utf8_lossy(&setup.stderr));

    let variables = [("LOGS", logs.to_str().unwrap()), ("KAFKA", brokers.as_str())];
    let _filebeat =
        Program::filebeat(&project("deploy/filebeat/filebeat.yml"), &folder.path().join("beat"), &variables);
    let logboom = Program::logboom(&configuration, folder.path().join("logboom.log"));
    let wanted = 3 * LINES as u64;
    eventually("all documents", Duration::from_secs(90), || match count("logs-*-default", "*:*")? {
        found if found >= wanted => Ok(()),
        found => Err(format!("{found} of {wanted}")),
    });
    eventually("readiness", Duration::from_secs(10), || {
        match http("GET", &format!("http://{console}/health/ready"), None)? {
            (200, _) => Ok(()),
            (status, body) => Err(format!("{status} {body}")),
        }
    });
    // A document can be found before its request is answered, and only the answer counts.
    eventually("the account", Duration::from_secs(10), || {
        let (_, metrics) = http("GET", &format!("http://{console}/metrics"), None)?;
        let account = [
            format!("logboom_records_accepted_total {wanted}"),
            format!("logboom_records_ended_total{{end=\"delivered\"}} {wanted}"),
            "logboom_records_in_flight 0".to_owned(),
        ];
        let lacks = account.iter().find(|line| !metrics.lines().any(|l| l == line.as_str()));
        lacks.map_or(Ok(()), |line| Err(format!("`{line}` is not in\n{metrics}")))
    });
    assert_eq!(
        count("logs-*-default", "log.flags:multiline"),
        Ok(LINES as u64 / 10),
        "stack traces are one document each"
    );
    assert_eq!(count("logs-*-default", "_exists_:@metadata.beat"), Ok(0), "@metadata is addressed to logboom");
    let faults = (LINES / FAULT_EVERY) as u64;
    assert_eq!(count("logs-*-default", "anomaly.severity:CRITICAL"), Ok(faults), "the faults, and nothing else");
    assert_eq!(count("logs-*-default", "_exists_:anomaly.status"), Ok(wanted), "every record is judged");
    eventually("the alert", Duration::from_secs(10), || {
        let found = elasticsearch("GET", "/logboom-alerts*/_search?q=alert.state:firing", None)?;
        let counts: Vec<u64> = found["hits"]["hits"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|hit| hit["_source"]["alert"]["count"].as_u64())
            .collect();
        if counts.contains(&faults) { Ok(()) } else { Err(format!("{counts:?}, not {faults}: {found}")) }
    });
    let access = count("logs-nginx.access-default", "source.address:10.0.0.1 AND http.response.status_code:200");
    assert_eq!(access, Ok(LINES as u64), "lines of nginx go through its pipeline");
    let index = elasticsearch("GET", "/_resolve/index/logs-*", None).unwrap();
    assert!(index["data_streams"].as_array().is_some_and(|streams| !streams.is_empty()), "data streams: {index}");

    assert_eq!(logboom.stop().code(), Some(0));
    assert_eq!(count("logs-*-default", "*:*"), Ok(wanted), "nothing is there twice");
}
