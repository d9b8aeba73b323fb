//! Reloads while records pass: none is lost, none comes twice, nothing waits for a second, and a broken configuration changes nothing.

use super::bulk::{self, Answer, FakeBulk};
use super::job::{Job, dead_letters};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

const STEADY: Duration = Duration::from_secs(6);
const SOURCE: &str = "stdin: { type: stdin, codec: json }";

/// `POST /api/reload`: status and body.
fn post_reload(address: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "POST /api/reload HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let status = text.split(' ').nth(1).unwrap().parse().unwrap();
    (status, text.split_once("\r\n\r\n").unwrap().1.to_owned())
}

fn longest_gap(mut arrivals: Vec<Instant>) -> Duration {
    arrivals.sort_unstable();
    arrivals.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or_default()
}

#[test]
fn another_output_takes_over_without_loss_repetition_or_pause() {
    let (first, second) = (FakeBulk::start(|_| Answer::Ok), FakeBulk::start(|_| Answer::Ok));
    let job = Job::new(&first.outputs(), "json");
    let running = job.start_steady(STEADY);
    std::thread::sleep(STEADY / 2);
    job.configure(&Job::configuration(SOURCE, &second.outputs()));
    running.signal("HUP");
    let summary = running.finish();
    let (old, new) = (first.ids(), second.ids());
    assert!(!old.is_empty() && !new.is_empty(), "{} went to the first, {} to the second", old.len(), new.len());
    assert!(old.iter().all(|id| !new.contains(id)), "a document went to both");
    let sent = (old.len() + new.len()) as u64;
    assert_eq!((summary.field("accepted"), summary.field("delivered")), (sent, sent), "{}", summary.line);
    let gap = longest_gap([first.arrivals(), second.arrivals()].concat());
    // The promise is a second; a test on a busy machine only tells a pause from a stop.
    println!("longest gap {gap:?}");
    assert!(gap < STEADY / 2, "nothing came for {gap:?}");
    assert!(summary.log.contains("The configuration was reloaded."), "{}", summary.log);
}

#[test]
fn a_storm_of_reloads_of_pipelines_routes_and_outputs_keeps_the_account() {
    let first = FakeBulk::start(|_| Answer::Ok);
    let second = FakeBulk::start(|_| Answer::Slow(Duration::from_millis(50)));
    let job = Job::new(&first.outputs(), "json");
    fs::create_dir(job.path("pipelines")).unwrap();
    let version = |n: usize| {
        let pipeline = format!("processors: [ {{ set: {{ field: version, value: {n} }} }} ]");
        fs::write(job.path("p.new"), pipeline).unwrap();
        fs::rename(job.path("p.new"), job.path("pipelines/p.yml")).unwrap();
        let outputs = if n.is_multiple_of(2) { first.outputs() } else { second.outputs() };
        let text = Job::configuration(SOURCE, &outputs).replace("to: {", "pipeline: p, to: {");
        // Every third version is another scorer, and each wants the file of verdicts.
        let scoring = format!("scoring: {{ judges: [rules], deadline: {}s, cache: {{ store: file }} }}\n", 1 + n / 3);
        job.configure(&format!("pipelines: pipelines\n{scoring}{text}"));
    };
    version(0);
    let running = job.start_steady(STEADY);
    for n in 1..=20 {
        std::thread::sleep(STEADY / 25);
        version(n);
        running.signal("HUP");
    }
    let summary = running.finish();
    let (old, new) = (first.documents(), second.documents());
    let sent = (old.len() + new.len()) as u64;
    assert_eq!((summary.field("accepted"), summary.field("delivered")), (sent, sent), "{}", summary.line);
    let mut numbers: Vec<u64> = old.iter().chain(&new).map(|d| d["n"].as_u64().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..sent).collect::<Vec<_>>());
    let mut versions: Vec<u64> = old.iter().chain(&new).map(|d| d["version"].as_u64().unwrap()).collect();
    versions.sort_unstable();
    versions.dedup();
    assert!(versions.len() > 5, "the pipelines changed: {versions:?}");
    assert!(!summary.log.contains("is refused"), "{}", summary.log);
    assert!(old.iter().chain(&new).all(|d| d["anomaly"]["status"] == "scored"), "all are scored");
}

#[test]
fn a_broken_configuration_is_refused_and_reported_and_the_old_runs_on() {
    let bulk = FakeBulk::start(|_| Answer::Ok);
    let console = bulk::free_address();
    let job = Job::new(&bulk.outputs(), "json");
    let sound = format!("{}console: {{ listen: \"{console}\" }}\n", Job::configuration(SOURCE, &bulk.outputs()));
    job.configure(&sound);
    let running = job.start_steady(STEADY);
    std::thread::sleep(Duration::from_secs(1));
    // Text that is not understood; a certificate that is none, which only shows when the output is started.
    fs::write(job.path("ca.pem"), "-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n").unwrap();
    let bad_certificate = sound.replace("{ urls:", "{ tls: { ca: ca.pem }, urls:");
    assert_ne!(bad_certificate, sound);
    let unknown_setting = format!("{sound}routess: []\n");
    for (broken, problem) in [(unknown_setting, "did you mean `routes`?"), (bad_certificate, "elasticsearch")] {
        job.configure(&broken);
        let (status, body) = post_reload(&console);
        assert_eq!(status, 422, "{body}");
        assert!(body.contains(problem) && body.contains("\"reloaded\":false"), "{body}");
    }
    job.configure(&sound.replace("shutdown: 8s", "shutdown: 9s, workers: 7"));
    let (status, body) = post_reload(&console);
    assert_eq!(status, 200, "{body}");
    assert!(body.contains("\"outputs\":[]") && body.contains("\"at_restart\":[\"limits.workers\"]"), "{body}");
    let summary = running.finish();
    assert_eq!(summary.field("accepted"), summary.field("delivered"), "{}", summary.line);
    assert_eq!(summary.field("delivered"), bulk.ids().len() as u64);
    assert!(summary.log.contains("is refused, the old one runs on"), "{}", summary.log);
    assert_eq!(dead_letters(&job).len(), 0);
}

#[test]
fn changed_files_are_noticed() {
    let (first, second) = (FakeBulk::start(|_| Answer::Ok), FakeBulk::start(|_| Answer::Ok));
    let watching = |outputs: &str| Job::configuration(SOURCE, outputs).replace("watch: false", "watch: true");
    let job = Job::new(&first.outputs(), "json");
    job.configure(&watching(&first.outputs()));
    let running = job.start_steady(STEADY + STEADY);
    std::thread::sleep(Duration::from_secs(2));
    job.configure(&watching(&second.outputs()));
    let summary = running.finish();
    assert!(!second.ids().is_empty(), "{}", summary.log);
    let sent = (first.ids().len() + second.ids().len()) as u64;
    assert_eq!(summary.field("delivered"), sent, "{}", summary.line);
}

#[test]
fn a_file_source_that_changes_goes_on_where_it_was() {
    let bulk = FakeBulk::start(|_| Answer::Ok);
    let configuration = |paths: &str| {
        Job::configuration(&format!("file: {{ type: file, codec: json, paths: [{paths}] }}"), &bulk.outputs())
    };
    let job = Job::new(&bulk.outputs(), "json");
    fs::write(job.path("a.log"), super::lines(1_000)).unwrap();
    job.configure(&configuration("a.log"));
    let running = job.start(b"");
    let arrived = |count| {
        let until = Instant::now() + Duration::from_secs(20);
        while bulk.ids().len() < count && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(bulk.ids().len(), count);
    };
    arrived(1_000);
    fs::write(job.path("b.log"), super::lines(500)).unwrap();
    job.configure(&configuration("a.log, b.log"));
    running.signal("HUP");
    arrived(1_500);
    let summary = running.terminate(Duration::from_secs(20));
    assert_eq!(summary.field("delivered"), 1_500, "nothing was read again: {}", summary.line);
}
