//! Bad input and faults: the built program against a scripted `_bulk`. Whatever happens, every record ends exactly once, the
//! account adds up, and the process neither panics nor hangs.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod answers;
mod bulk;
mod configuration;
mod dead_letters;
mod http_source;
mod job;
mod overflow;
mod reload;
mod rollover;

use bulk::{Answer, FakeBulk};
use job::{Job, dead_letters, lines};
use std::time::Duration;

#[test]
fn bad_records_go_to_the_dead_letters_and_the_rest_is_delivered() {
    let bulk = FakeBulk::start(|_| Answer::Ok);
    let job = Job::new(&bulk.outputs(), "json");
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let large = format!("{{\"message\":\"{}\"}}", "x".repeat(21 << 20));
    let records: Vec<&[u8]> = vec![
        br#"{"message":"good","n":1}"#,
        b"\xff\xfe not UTF-8",
        br#"{"message":"cut o"#,
        br#"["an array"]"#,
        br#"{"message":"twice","n":2,"n":3}"#,
        deep.as_bytes(),
        large.as_bytes(),
        b"",
        br#"{"message":"good","n":4}"#,
    ];
    let summary = job.run(&records.join(&b'\n'));
    assert_eq!(summary.field("accepted"), 9);
    assert_eq!((summary.field("delivered"), summary.field("dead_lettered")), (3, 5), "{}", summary.line);
    assert_eq!(summary.field("dropped"), 1, "an empty line is no event");
    let reasons: Vec<String> = dead_letters(&job).iter().map(|l| l["reason"].as_str().unwrap().to_owned()).collect();
    for expected in ["invalid UTF-8", "unexpected end", "not an object", "nested too deep", "limits.record_max"] {
        assert!(reasons.iter().any(|r| r.contains(expected)), "{expected}: {reasons:?}");
    }
    let twice = bulk.documents().into_iter().find(|d| d["message"] == "twice").unwrap();
    assert_eq!(twice["n"], 3, "the last of duplicate keys counts");
    let bytes = dead_letters(&job).into_iter().find(|l| l["raw_base64"].is_string()).unwrap();
    assert_eq!(bytes["raw_base64"], "//4gbm90IFVURi04", "bytes that are no text are kept");
}

#[test]
fn every_answer_of_bulk_has_its_treatment() {
    // (what the first answer is, how often the record is sent, how it ends)
    let cases: [(Answer, usize, &str); 9] = [
        (Answer::Item(409, "version_conflict_engine_exception"), 1, "already_delivered"),
        (Answer::Item(429, "es_rejected_execution_exception"), 2, "delivered"),
        (Answer::Item(503, "unavailable_shards_exception"), 2, "delivered"),
        (Answer::Item(400, "document_parsing_exception"), 1, "dead_lettered"),
        (Answer::Request(429), 2, "delivered"),
        (Answer::Request(503), 2, "delivered"),
        (Answer::Request(401), 2, "delivered"),
        (Answer::Malformed, 2, "delivered"),
        (Answer::HangUp, 2, "delivered"),
    ];
    for (first, sent, end) in cases {
        let script = first.clone();
        let bulk = FakeBulk::start(move |n| if n == 0 { script.clone() } else { Answer::Ok });
        let summary = Job::new(&bulk.outputs(), "json").run(br#"{"message":"one"}"#);
        assert_eq!(summary.field(end), 1, "{first:?}: {}", summary.line);
        assert_eq!(bulk.requests(), sent, "{first:?}");
    }
}

#[test]
fn a_request_that_is_too_large_is_split_down_to_the_one_document() {
    // The server takes at most two documents a request, and never the one that is too large by itself.
    let bulk = FakeBulk::start_with_bodies(|_, body| {
        let documents = body.lines().count() / 2;
        if documents > 2 || body.contains("too large by itself") { Answer::Request(413) } else { Answer::Ok }
    });
    let job = Job::new(&bulk.outputs(), "json");
    let mut input = lines(20);
    input.extend_from_slice(b"{\"message\":\"too large by itself\"}\n");
    let summary = job.run(&input);
    assert_eq!((summary.field("delivered"), summary.field("dead_lettered")), (20, 1), "{}", summary.line);
    assert_eq!(dead_letters(&job)[0]["error_type"], "413");
}

#[test]
fn a_poisoned_request_is_halved_until_the_poison_is_alone() {
    let bulk =
        FakeBulk::start_with_bodies(|_, body| if body.contains("poison") { Answer::Request(400) } else { Answer::Ok });
    let job = Job::new(&bulk.outputs(), "json");
    let mut input = lines(50);
    input.extend_from_slice(b"{\"message\":\"poison\"}\n");
    input.extend_from_slice(&lines(50));
    let summary = job.run(&input);
    assert_eq!((summary.field("delivered"), summary.field("dead_lettered")), (100, 1), "{}", summary.line);
}

#[test]
fn a_server_that_is_away_at_start_loses_nothing() {
    let address = bulk::free_address();
    let job = Job::new(&bulk::outputs_at(&address), "json");
    let running = job.start(&lines(500));
    std::thread::sleep(Duration::from_millis(1_500));
    let bulk = FakeBulk::start_at(&address, |_, _| Answer::Ok);
    let summary = running.finish();
    assert_eq!(summary.field("delivered"), 500, "{}", summary.line);
    assert_eq!(bulk.ids().len(), 500, "no id twice");
}

#[test]
fn a_slow_server_is_waited_for_and_sigterm_ends_in_time() {
    let bulk = FakeBulk::start(|_| Answer::Slow(Duration::from_millis(300)));
    let job = Job::new(&bulk.outputs(), "json");
    let running = job.start_endless();
    std::thread::sleep(Duration::from_secs(2));
    let summary = running.terminate(Duration::from_secs(20));
    let ended = summary.field("delivered") + summary.field("dropped") + summary.field("dead_lettered");
    assert_eq!(summary.field("accepted"), ended + summary.field("will_be_read_again"), "{}", summary.line);
    assert!(ended > 0);
}

#[test]
fn a_full_disk_is_waited_for() {
    let job = Job::new("{ full: { type: file, path: /dev/full } }", "json");
    let running = job.start(&lines(10));
    std::thread::sleep(Duration::from_secs(2));
    let summary = running.terminate(Duration::from_secs(20));
    assert_eq!((summary.field("delivered"), summary.field("will_be_read_again")), (0, 10), "{}", summary.line);
}

#[test]
fn a_log_that_takes_no_line_costs_no_record() {
    // The retry and the dead letter are each told to the log, by threads that must outlive its refusal.
    let bulk = FakeBulk::start(|n| if n == 0 { Answer::Request(503) } else { Answer::Ok });
    let job = Job::new(&bulk.outputs(), "json");
    let mut input = lines(10);
    input.extend_from_slice(b"{not JSON\n");
    job.run_without_log(&input);
    assert_eq!((bulk.ids().len(), dead_letters(&job).len()), (10, 1));
}

#[test]
fn answers_for_other_items_than_asked_are_not_believed() {
    let bulk = FakeBulk::start(|n| if n == 0 { Answer::Short } else { Answer::Ok });
    let summary = Job::new(&bulk.outputs(), "json").run(&lines(10));
    assert_eq!(summary.field("delivered"), 10, "{}", summary.line);
}
