//! Records that are read again after a rollover: the server answers 201 to whatever is sent, as a new backing index does that has none of them, and
//! only a search tells what is there.

use super::bulk::{Answer, FakeBulk};
use super::job::{Job, Summary};
use std::fs;

const RECORDS: u64 = 100;
const FILE: &str = "lines: { type: file, codec: json, once: true, paths: [a.log] }";

/// A job that has delivered all its records, and whose process did not live to say so.
fn delivered_and_not_committed(bulk: &FakeBulk, settings: &str) -> Job {
    let job = Job::with_source(FILE, &bulk.outputs_with(settings));
    fs::write(job.path("a.log"), super::lines(RECORDS as usize)).unwrap();
    let summary = job.run(b"");
    assert_eq!(ends(&summary), (RECORDS, 0), "{}", summary.line);
    fs::remove_file(job.path("data/positions-lines.json")).unwrap();
    job
}

fn ends(summary: &Summary) -> (u64, u64) {
    (summary.field("delivered"), summary.field("already_delivered"))
}

#[test]
fn what_is_read_again_is_looked_up_first() {
    // (settings of `bulk`, how searches are answered at first, what the second run delivers and finds)
    let cases: [(&str, &[u16], (u64, u64)); 4] = [
        ("linger: 20ms", &[], (0, RECORDS)),
        ("linger: 20ms", &[503, 429], (0, RECORDS)),
        // Without the privilege the records go on: 409 answers where it can.
        ("linger: 20ms", &[403], (RECORDS, 0)),
        ("linger: 20ms, look_up: false", &[], (RECORDS, 0)),
    ];
    for (settings, searches, expected) in cases {
        let bulk = FakeBulk::start(|_| Answer::Ok);
        let job = delivered_and_not_committed(&bulk, settings);
        bulk.refuse_searches(searches);
        let summary = job.run(b"");
        assert_eq!(ends(&summary), expected, "{settings} {searches:?}: {}", summary.line);
    }
}

#[test]
fn new_records_among_those_read_again_are_delivered() {
    let bulk = FakeBulk::start(|_| Answer::Ok);
    let job = delivered_and_not_committed(&bulk, "linger: 20ms");
    let all = super::lines(2 * RECORDS as usize);
    fs::write(job.path("a.log"), all).unwrap();
    let summary = job.run(b"");
    assert_eq!(ends(&summary), (RECORDS, RECORDS), "{}", summary.line);
    assert_eq!(bulk.ids().len() as u64, 2 * RECORDS);
}

#[test]
fn records_that_cannot_have_been_there_are_not_looked_for() {
    let bulk = FakeBulk::start(|_| Answer::Ok);
    let summary = Job::new(&bulk.outputs(), "json").run(&super::lines(10));
    assert_eq!((ends(&summary), bulk.searches()), ((10, 0), 0), "standard input gives nothing twice");
}

#[test]
fn a_second_replay_of_dead_letters_finds_what_the_first_delivered() {
    let bulk = FakeBulk::start(|_| Answer::Ok);
    let job = Job::with_source(FILE, &bulk.outputs());
    fs::create_dir(job.path("pipelines")).unwrap();
    let configure = |pipeline: &str| fs::write(job.path("pipelines/p.yml"), pipeline).unwrap();
    configure("processors: [ { fail: { message: 'not yet' } } ]");
    let text = Job::configuration(FILE, &bulk.outputs()).replace("to: {", "pipeline: p, to: {");
    job.configure(&format!("pipelines: pipelines\n{text}"));
    fs::write(job.path("a.log"), super::lines(10)).unwrap();
    assert_eq!(job.run(b"").field("dead_lettered"), 10);
    configure("processors: []");
    for expected in ["10 delivered, 0 were there already", "0 delivered, 10 were there already"] {
        let result = job.dlq(&["replay"]);
        assert!(result.contains(expected), "{expected}: {result}");
    }
}
