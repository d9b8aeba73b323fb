//! Answers of `_bulk` that one record and one answer do not show: the rows of docs/delivery.md with a history.

use super::bulk::{Answer, FakeBulk, free_address};
use super::job::{Job, dead_letters};
use super::lines;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

fn first_then_ok(first: Answer, then: Answer) -> FakeBulk {
    FakeBulk::start(move |n| if n == 0 { first.clone() } else { then.clone() })
}

#[test]
fn the_failure_store_is_counted_apart() {
    let bulk = FakeBulk::start(|_| Answer::FailureStore);
    let summary = Job::new(&bulk.outputs(), "json").run(&lines(10));
    assert_eq!((summary.field("failure_stored"), summary.field("delivered")), (10, 0), "{}", summary.line);
}

#[test]
fn answers_about_other_documents_are_not_believed() {
    let bulk = first_then_ok(Answer::Others, Answer::Once);
    let summary = Job::new(&bulk.outputs(), "json").run(&lines(10));
    assert_eq!((summary.field("already_delivered"), summary.field("delivered")), (10, 0), "{}", summary.line);
}

#[test]
fn a_stand_in_that_gives_every_item_one_id_is_believed() {
    for records in [10, 1] {
        let bulk = FakeBulk::start(|_| Answer::OneId);
        let summary = Job::new(&bulk.outputs(), "json").run(&lines(records));
        assert_eq!(summary.field("delivered"), records as u64, "{}", summary.line);
    }
}

#[test]
fn an_answer_that_breaks_off_has_an_unknown_outcome_and_the_second_attempt_tells() {
    let bulk = first_then_ok(Answer::Half, Answer::Once);
    let summary = Job::new(&bulk.outputs(), "json").run(&lines(10));
    assert_eq!(summary.field("already_delivered"), 10, "{}", summary.line);
    assert_eq!(bulk.ids().len(), 10);
}

#[test]
fn a_time_out_has_an_unknown_outcome_and_the_second_attempt_tells() {
    let bulk = first_then_ok(Answer::Slow(Duration::from_secs(3)), Answer::Once);
    let job = Job::new(&bulk.outputs_with("linger: 20ms, timeout: 500ms"), "json");
    let summary = job.run(&lines(10));
    assert_eq!(summary.field("already_delivered"), 10, "{}", summary.line);
    assert_eq!((bulk.requests(), bulk.ids().len()), (2, 10));
}

#[test]
fn a_blocked_or_missing_index_is_waited_for_but_not_for_ever() {
    for (status, kind) in [(403, "cluster_block_exception"), (404, "index_not_found_exception")] {
        let mended = FakeBulk::start(move |n| if n < 3 { Answer::Item(status, kind) } else { Answer::Ok });
        let summary = Job::new(&mended.outputs_with("linger: 20ms, blocked_patience: 20s"), "json").run(&lines(5));
        assert_eq!(summary.field("delivered"), 5, "{status}: {}", summary.line);

        let never = FakeBulk::start(move |_| Answer::Item(status, kind));
        let job = Job::new(&never.outputs_with("linger: 20ms, blocked_patience: 1s"), "json");
        let summary = job.run(&lines(5));
        assert_eq!(summary.field("dead_lettered"), 5, "{status}: {}", summary.line);
        assert!(never.requests() > 2, "it was tried again before");
        assert!(dead_letters(&job).iter().all(|letter| letter["error_type"] == kind));
    }
}

#[test]
fn an_outage_takes_nothing_from_the_patience_with_a_blocked_index() {
    // Longer unavailable than the patience is; then blocked for a moment.
    let bulk = FakeBulk::start(|n| match n {
        0..5 => Answer::Request(503),
        5 => Answer::Item(403, "cluster_block_exception"),
        _ => Answer::Ok,
    });
    let summary = Job::new(&bulk.outputs_with("linger: 20ms, blocked_patience: 3s"), "json").run(&lines(5));
    assert_eq!((summary.field("delivered"), summary.field("dead_lettered")), (5, 0), "{}", summary.line);
}

#[test]
fn the_limit_of_request_sizes_is_learned() {
    let refused = Arc::new(AtomicUsize::new(0));
    let count = refused.clone();
    let bulk = FakeBulk::start_with_bodies(move |_, body| {
        if body.len() > 20_000 {
            count.fetch_add(1, Ordering::Relaxed);
            Answer::Request(413)
        } else {
            Answer::Ok
        }
    });
    let summary = Job::new(&bulk.outputs(), "json").run(&lines(20_000));
    assert_eq!(summary.field("delivered"), 20_000, "{}", summary.line);
    // Two megabytes in all: a hundred requests and more, of which only those before the limit was known are refused.
    let (refused, all) = (refused.load(Ordering::Relaxed), bulk.requests());
    assert!(all > 100 && refused < all / 5, "{refused} of {all} requests were too large");
}

#[test]
fn without_rights_nothing_is_skipped_and_readiness_says_so() {
    let mended = Arc::new(AtomicUsize::new(0));
    let state = mended.clone();
    let bulk = FakeBulk::start(move |_| match state.load(Ordering::Relaxed) {
        0 => Answer::Request(403),
        _ => Answer::Ok,
    });
    let console = free_address();
    let job = Job::new(&bulk.outputs(), "json");
    let source = "stdin: { type: stdin, codec: json }";
    let text = Job::configuration(source, &bulk.outputs());
    job.configure(&format!("{text}console: {{ listen: \"{console}\" }}\n"));
    let running = job.start(&lines(100));
    let until = Instant::now() + Duration::from_secs(10);
    let not_ready = loop {
        let answer = get(&console, "/health/ready").unwrap_or_default();
        if answer.contains(" 503 ") || Instant::now() > until {
            break answer;
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    assert!(not_ready.contains("output elasticsearch: HTTP 403") && not_ready.contains("privileges"), "{not_ready}");
    mended.store(1, Ordering::Relaxed);
    let summary = running.finish();
    assert_eq!((summary.field("delivered"), summary.field("dead_lettered")), (100, 0), "{}", summary.line);
}

fn get(address: &str, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    Some(text)
}
