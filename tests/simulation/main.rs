//! Deterministic simulation of what decides about offsets: the ledger, and the receipts on top of it.
//!
//! A schedule is a world made of a seed: a topic with some partitions, processes that come and go, an index, dead letters; and a
//! sequence of what can happen to them: batches handed on, records that end in any order, answers that get lost, commits that
//! fail or come late, partitions that are taken away and come back, processes killed. After each step nothing may be committed
//! that has not ended; at the end, when the faults are over, everything must have ended and be committed.
//!
//! A failure prints its seed; `LOGBOOM_SEED=… cargo test --test simulation` runs that schedule alone. `LOGBOOM_SCHEDULES` sets how many there are.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod accounts;
mod world;

use accounts::{Accounts, Fault, Faulty, Plain, WithReceipts};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;
use world::World;

/// Schedules of the bare ledger, and of the whole intake with its batches and receipts.
const SCHEDULES: u64 = 300_000;
const SCHEDULES_WITH_RECEIPTS: u64 = 15_000;
/// A broken ledger must be caught within so many.
const SCHEDULES_TO_CATCH: u64 = 3_000;

fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Runs schedules on all cores; the first that fails comes back with its seed.
fn find_failure<A: Accounts>(make: impl Fn() -> A + Sync, schedules: u64) -> Option<(u64, String)> {
    if let Some(seed) = from_environment("LOGBOOM_SEED") {
        return run(seed, &make);
    }
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
    std::thread::scope(|scope| {
        let make = &make;
        let part = |first| move || (first..schedules).step_by(threads as usize).find_map(|seed| run(seed, make));
        let running: Vec<_> = (0..threads).map(|first| scope.spawn(part(first))).collect();
        running.into_iter().filter_map(|thread| thread.join().unwrap()).min_by_key(|(seed, _)| *seed)
    })
}

fn run<A: Accounts>(seed: u64, make: &impl Fn() -> A) -> Option<(u64, String)> {
    // The ledger asserts of its own accord that spans come in order.
    let result = catch_unwind(AssertUnwindSafe(|| World::new(seed, make).run()));
    result.unwrap_or_else(|_| Err("it panicked".into())).err().map(|why| (seed, why))
}

fn hold<A: Accounts>(what: &str, schedules: u64, make: impl Fn() -> A + Sync) {
    let schedules = from_environment("LOGBOOM_SCHEDULES").unwrap_or(schedules);
    let started = Instant::now();
    if let Some((seed, why)) = find_failure(make, schedules) {
        panic!("{what}: {why}\nthe same again: LOGBOOM_SEED={seed} cargo test --test simulation");
    }
    println!("{what}: {schedules} schedules in {:.1} s", started.elapsed().as_secs_f64());
}

#[test]
fn the_ledger_never_commits_past_an_open_record_and_never_forgets_one() {
    hold("ledger", SCHEDULES, Plain::default);
}

#[test]
fn nor_do_batches_and_receipts_on_top_of_it() {
    hold("receipts", SCHEDULES_WITH_RECEIPTS, WithReceipts::default);
}

/// A check that cannot fail is none: each way to break the ledger must be found.
#[test]
fn broken_ledgers_are_caught() {
    for (fault, expected) in [
        (Fault::EndsWithTheFirstRecord, "has not ended"),
        (Fault::EndsWhenHandedOn, "has not ended"),
        (Fault::CommitsTheLatest, "has not ended"),
        (Fault::LosesAnEnd, "is not committed at the end"),
        (Fault::ForgetsFailedCommits, "is not committed at the end"),
        (Fault::KeepsRevokedLanes, ""),
        (Fault::NeverFull, "are tracked"),
    ] {
        let found = find_failure(|| Faulty::new(fault), SCHEDULES_TO_CATCH);
        let Some((seed, why)) = found else { panic!("{fault:?} was not caught in {SCHEDULES_TO_CATCH} schedules") };
        assert!(why.contains(expected), "{fault:?} was caught for another reason (seed {seed}): {why}");
        println!("{fault:?} is caught by seed {seed}: {why}");
    }
}
