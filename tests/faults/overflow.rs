//! An output that is away: what its `overflow` says becomes of its documents, and the other outputs go on.

use super::bulk::{Answer, FakeBulk, free_address};
use super::job::{Job, Summary, dead_letters};
use std::time::Duration;

/// A job that sends every second line to an output that nobody listens at, for six seconds.
fn run_with_one_dead(overflow: &str) -> (Job, FakeBulk, Summary) {
    let alive = FakeBulk::start(|_| Answer::Ok);
    let address = free_address();
    let dead = format!(
        "dead: {{ urls: [\"http://{address}\"], {overflow}, bulk: {{ linger: 20ms, bytes_max: 16kb, concurrency_max: 1 }} }}"
    );
    let outputs = alive.outputs().replacen('{', &format!("{{ {dead},"), 1);
    let job = Job::new(&outputs, "json");
    let routes = "routes: [ { name: odd, if: ctx.n % 2 == 1, to: { output: dead, index: faults } }, \
                  { name: default, to: { output: elasticsearch, index: faults } } ]";
    let text = Job::configuration("stdin: { type: stdin, codec: json }", &outputs);
    let text = text.replace("routes: [ { name: default, to: { index: faults } } ]", routes);
    assert!(text.contains("output: dead"), "{text}");
    job.configure(&text);
    let running = job.start_steady(Duration::from_secs(6));
    std::thread::sleep(Duration::from_secs(8));
    let summary = running.terminate(Duration::from_secs(30));
    (job, alive, summary)
}

#[test]
fn an_output_that_sheds_does_not_stop_the_others() {
    let (_, alive, summary) = run_with_one_dead("overflow: shed, overflow_after: 500ms");
    let (accepted, delivered, shed) = (summary.field("accepted"), summary.field("delivered"), summary.field("shed"));
    assert!(delivered >= accepted / 2 && shed > 0, "{}", summary.line);
    assert_eq!(accepted, delivered + shed + summary.field("will_be_read_again"), "{}", summary.line);
    assert_eq!(alive.ids().len() as u64, delivered);
}

#[test]
fn what_an_output_gives_up_can_be_replayed() {
    let (job, alive, summary) = run_with_one_dead("overflow: dead_letter, overflow_after: 500ms");
    let (accepted, delivered, dead) =
        (summary.field("accepted"), summary.field("delivered"), summary.field("dead_lettered"));
    assert!(delivered >= accepted / 2 && dead > 0 && summary.field("shed") == 0, "{}", summary.line);
    assert_eq!(accepted, delivered + dead + summary.field("will_be_read_again"), "{}", summary.line);
    assert_eq!(alive.ids().len() as u64, delivered);
    let letters = dead_letters(&job);
    assert_eq!(letters.len() as u64, dead);
    assert!(letters.iter().all(|letter| letter["error_type"] == "output_away" && letter["stage"] == "output"));

    let back = FakeBulk::start(|_| Answer::Ok);
    job.configure(&Job::configuration("stdin: { type: stdin, codec: json }", &back.outputs()));
    job.dlq(&["replay", "--error-type", "output_away"]);
    let mut ids: Vec<String> = letters.iter().map(|letter| letter["record_id"].as_str().unwrap().to_owned()).collect();
    let mut replayed = back.ids();
    ids.sort();
    replayed.sort();
    assert_eq!(replayed, ids, "under their own ids");
}
