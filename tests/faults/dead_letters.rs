//! Dead letters listed, shown and replayed; and a record that kills the process.

use super::bulk::{Answer, FakeBulk, free_address};
use super::job::{Job, dead_letters};
use serde_json::Value;
use std::fs;
use std::net::TcpListener;
use std::time::Duration;

/// A job over a file whose pipeline is `pipelines/p.yml`.
fn job(bulk: &FakeBulk, pipeline: &str, once: bool) -> Job {
    let source = format!("lines: {{ type: file, codec: json, once: {once}, paths: [a.log] }}");
    let job = Job::with_source(&source, &bulk.outputs());
    fs::create_dir(job.path("pipelines")).unwrap();
    fs::write(job.path("pipelines/p.yml"), pipeline).unwrap();
    let text = Job::configuration(&source, &bulk.outputs()).replace("to: {", "pipeline: p, to: {");
    job.configure(&format!("pipelines: pipelines\n{text}"));
    job
}

#[test]
fn letters_are_listed_shown_and_replayed_with_their_ids() {
    let bulk = FakeBulk::start(|_| Answer::Ok);
    let job = job(&bulk, "processors: [ { fail: { if: ctx.n % 10 == 3, message: 'no threes', tag: threes } } ]", true);
    let mut input = super::lines(100);
    input.extend_from_slice(b"{not JSON\n");
    fs::write(job.path("a.log"), input).unwrap();
    let summary = job.run(b"");
    assert_eq!((summary.field("delivered"), summary.field("dead_lettered")), (90, 11), "{}", summary.line);

    let listed = job.dlq(&["list"]);
    assert_eq!(listed.lines().count(), 11, "{listed}");
    assert_eq!(job.dlq(&["list", "--stage", "decode"]).lines().count(), 1);
    let threes =
        ["--stage", "pipeline", "--pipeline", "p", "--error-type", "fail_processor_exception", "--since", "1h"];
    assert_eq!(job.dlq(&[&["list"], &threes[..]].concat()).lines().count(), 10, "{listed}");
    assert_eq!(job.dlq(&["list", "--until", "2020-01-01T00:00:00Z"]), "");
    let shown: Value = serde_json::from_str(&job.dlq(&["show", "--stage", "pipeline", "--limit", "1"])).unwrap();
    assert_eq!(
        (&shown["processor_tag"], &shown["reason"], &shown["attempt"]),
        (&"threes".into(), &"no threes".into(), &1.into())
    );
    assert!(shown["raw"].as_str().unwrap().contains("line 3"), "{shown}");

    let planned = job.dlq(&["replay", "--dry-run"]);
    assert!(
        planned.contains("10 pipeline p fail_processor_exception") && planned.contains("11 dead letters would"),
        "{planned}"
    );
    assert_eq!(bulk.ids().len(), 90, "a dry run sends nothing");

    // Not mended yet: they die again.
    let result = job.dlq(&["replay", "--stage", "pipeline", "--limit", "2"]);
    assert!(result.contains("2 dead letters replayed: 0 delivered") && result.contains("2 died again"), "{result}");
    assert_eq!(dead_letters(&job).iter().filter(|letter| letter["attempt"] == 2).count(), 2);

    fs::write(job.path("pipelines/p.yml"), "processors: []").unwrap();
    let result = job.dlq(&["replay", "--stage", "pipeline"]);
    assert!(result.contains("12 dead letters replayed: 12 delivered"), "{result}");
    assert_eq!(bulk.ids().len(), 100, "letters of the same record are the same document");
    let id = shown["record_id"].as_str().unwrap();
    assert!(bulk.ids().iter().any(|found| found == id), "the document has the record's own _id");
}

#[test]
fn a_record_that_kills_the_process_twice_is_a_dead_letter_at_the_third_start() {
    // The deadly record asks a server that does not answer; there the process is killed, as the kernel does when memory is out.
    let trap = TcpListener::bind(free_address()).unwrap();
    let address = trap.local_addr().unwrap();
    let bulk = FakeBulk::start(|_| Answer::Ok);
    let pipeline = format!(
        "processors: [ {{ http_lookup: {{ if: ctx.n == 42, url: 'http://{address}/{{{{n}}}}', field: n, target_field: x, timeout: 30s }} }} ]"
    );
    let job = job(&bulk, &pipeline, false);
    fs::write(job.path("a.log"), super::lines(100)).unwrap();
    for _ in 0..2 {
        let running = job.start(b"");
        let _asked = trap.accept().unwrap();
        running.kill();
    }
    let running = job.start(b"");
    let until = std::time::Instant::now() + Duration::from_secs(20);
    while (bulk.ids().len() < 99 || dead_letters(&job).is_empty()) && std::time::Instant::now() < until {
        std::thread::sleep(Duration::from_millis(50));
    }
    let summary = running.terminate(Duration::from_secs(20));
    assert_eq!((bulk.ids().len(), summary.field("dead_lettered")), (99, 1), "{}", summary.line);
    let letters = dead_letters(&job);
    assert_eq!(
        (&letters[0]["error_type"], letters[0]["raw"].as_str()),
        (&"poison".into(), Some("{\"message\":\"line 42\",\"n\":42}"))
    );
}
