//! Chaos: several logboom processes between a real Kafka and a real Elasticsearch, and faults by a seed.
//!
//! While numbered records are sent, processes are killed, frozen, stopped and reloaded; the network to Elasticsearch is cut, slow, swallows
//! answers or gives wrong ones; Elasticsearch and the broker freeze, the broker is killed; the disk of the dead letters is full, or that of everything
//! that a process writes; clocks jump; the model stalls. Then the faults end, and within a bounded time the account must be right: every record sent is in the index, or was dropped by its
//! rule, or is a dead letter; none is there twice; no process took more memory than its bound.
//!
//! `tests/run e2e` runs it for a minute. By hand, as long as wanted: `LOGBOOM_CHAOS_SECONDS=3600 LOGBOOM_SEED=7 cargo test --release --test chaos -- --ignored --nocapture`
//! with the variables of `tests/README.md`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod fleet;
mod model;
mod proxy;
mod scale;
#[allow(dead_code, reason = "shared with the other end-to-end tests")]
#[path = "../e2e/surroundings.rs"]
mod surroundings;
mod traffic;

use fleet::Fleet;
use model::Model;
use proxy::{Mode, Proxy};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use surroundings::{eventually, stack};
use traffic::{Fate, Traffic, fate};

const PROCESSES: usize = 3;
const SECONDS_DEFAULT: u64 = 60;
/// After the last fault everything must have ended within this.
const RECOVERY: Duration = Duration::from_secs(120);
/// `limits.in_flight` is 16 MiB; the rest is librdkafka's prefetch, the templates, the heap of a process at work.
const MEMORY_BYTES_MAX: u64 = 700 << 20;

/// What can happen.
#[derive(Clone, Copy, Debug)]
enum Fault {
    KillProcess,
    KillWithUnanswered,
    FreezeProcess,
    StopProcess,
    ReloadStorm,
    BrokenReload,
    CutNetwork,
    SlowNetwork,
    SwallowAnswers,
    ScriptedAnswers(u16),
    GarbageAnswers,
    FreezeElasticsearch,
    FreezeBroker,
    RestartBroker,
    FullDisk,
    FullDataDisk,
    JumpClock,
    StallModel,
}

/// Seconds by which clocks jump; then they jump back.
const CLOCK_JUMPS: [i64; 5] = [-86_400, -3_600, 600, 86_400, 366 * 86_400];
/// A full disk lets no file grow beyond so many bytes, or less: what a process's log and dead letters have after some seconds.
const FULL_DISK_BYTES_MAX: usize = 4 << 10;

const FAULTS: [Fault; 20] = [
    Fault::KillProcess,
    Fault::FreezeProcess,
    Fault::StopProcess,
    Fault::ReloadStorm,
    Fault::BrokenReload,
    Fault::CutNetwork,
    Fault::SlowNetwork,
    Fault::SwallowAnswers,
    Fault::ScriptedAnswers(429),
    Fault::ScriptedAnswers(503),
    Fault::ScriptedAnswers(401),
    Fault::GarbageAnswers,
    Fault::FreezeElasticsearch,
    Fault::FreezeBroker,
    Fault::RestartBroker,
    Fault::FullDisk,
    Fault::FullDataDisk,
    Fault::JumpClock,
    Fault::StallModel,
    Fault::KillWithUnanswered,
];

/// The whole schedule comes out of the seed (the timing of the machine does not).
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }

    fn milliseconds(&mut self, from: usize, to: usize) -> Duration {
        Duration::from_millis((from + self.below(to - from)) as u64)
    }
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
#[ignore = "needs servers: tests/run e2e"]
fn every_record_ends_once_whatever_happens() {
    let seed = number("LOGBOOM_SEED", 1);
    let time = Duration::from_secs(number("LOGBOOM_CHAOS_SECONDS", SECONDS_DEFAULT));
    println!("chaos for {} s; the same again: LOGBOOM_SEED={seed}", time.as_secs());
    let mut random = Random(seed);
    let run = format!("chaos{}", std::process::id());
    stack("kafka.sh", &["topic", &run, "12"]);
    let proxy = Proxy::start(surroundings::variable("ES_URL").trim_start_matches("http://"));
    let model = Model::start();
    let mut fleet = Fleet::start(&run, PROCESSES, PROCESSES, proxy.port(), model.port());
    if fleet::faketime().is_none() {
        println!("no clock jumps: FAKETIME_LIB is not set (tests/stack/faketime.sh install)");
    }
    let traffic = Traffic::start(&run);

    // Each fault comes once, in an order of the seed, before any comes again; first the one that a ledger which commits too early fails at.
    let started = Instant::now();
    let mut order: Vec<Fault> = vec![Fault::KillWithUnanswered];
    while started.elapsed() < time {
        if order.is_empty() {
            order = FAULTS.to_vec();
        }
        let fault = order.swap_remove(random.below(order.len()));
        println!("{:6.1} s: {fault:?}", started.elapsed().as_secs_f64());
        inject(fault, &mut fleet, &proxy, &model, &mut random);
        std::thread::sleep(random.milliseconds(200, 2_000));
    }
    let sent = traffic.stop();
    println!("{:6.1} s: the faults are over, {sent} records were sent", started.elapsed().as_secs_f64());

    settle(&run, sent, &fleet);
    assert!(model.answered() > 0, "the model was asked");
    fleet.end(MEMORY_BYTES_MAX);
}

/// Waits until every record has ended, and shows that each did so once.
fn settle(run: &str, sent: u64, fleet: &Fleet) {
    let calm = Instant::now();
    let indexed = eventually("every record ends", RECOVERY, || {
        let dead = fleet.dead_letters();
        let indexed = traffic::indexed(run)?;
        let ended: BTreeSet<u64> = dead.iter().chain(&indexed).copied().collect();
        let missing = (0..sent).filter(|n| fate(*n) != Fate::Dropped && !ended.contains(n));
        let (count, first) = (missing.clone().count(), missing.take(5).collect::<Vec<_>>());
        if count == 0 { Ok(indexed) } else { Err(format!("{count} of {sent} are missing, such as {first:?}")) }
    });
    println!("recovered in {:.1} s", calm.elapsed().as_secs_f64());
    prove(sent, &indexed, &fleet.dead_letters());
}

/// Sent = indexed ∪ dropped by rule ∪ dead-lettered, each in its own place and the index without doubles.
fn prove(sent: u64, indexed: &[u64], dead: &BTreeSet<u64>) {
    let distinct: BTreeSet<u64> = indexed.iter().copied().collect();
    assert_eq!(distinct.len(), indexed.len(), "documents are there twice");
    let meant = |wanted| (0..sent).filter(move |n| fate(*n) == wanted).collect::<BTreeSet<u64>>();
    assert_eq!(distinct, meant(Fate::Indexed), "the index has what belongs there");
    assert_eq!(*dead, meant(Fate::DeadLettered), "so have the dead letters");
    println!(
        "{sent} sent = {} indexed + {} dropped by rule + {} dead letters",
        distinct.len(),
        meant(Fate::Dropped).len(),
        dead.len()
    );
}

fn inject(fault: Fault, fleet: &mut Fleet, proxy: &Proxy, model: &Model, random: &mut Random) {
    let process = random.below(PROCESSES);
    let choice = random.below(FULL_DISK_BYTES_MAX);
    let mut wait = |from, to| std::thread::sleep(random.milliseconds(from, to));
    let network = |mode, wait: &mut dyn FnMut(usize, usize)| {
        proxy.set(mode);
        wait(1_000, 4_000);
        proxy.set(Mode::Pass);
    };
    match fault {
        Fault::KillProcess => {
            fleet.signal(process, "KILL");
            wait(0, 3_000);
            fleet.restart(process);
        }
        // What the process has handed on for longer than a commit interval, and nobody has answered, is lost if it was committed.
        Fault::KillWithUnanswered => {
            proxy.set(Mode::Cut);
            wait(2_500, 4_000);
            fleet.signal(process, "KILL");
            proxy.set(Mode::Pass);
            wait(0, 1_000);
            fleet.restart(process);
        }
        // Longer than the session: the group goes on without it, and what it does when it wakes up must not count.
        Fault::FreezeProcess => {
            fleet.signal(process, "STOP");
            wait(2_000, 9_000);
            fleet.signal(process, "CONT");
        }
        Fault::StopProcess => {
            fleet.stop(process);
            fleet.restart(process);
        }
        Fault::ReloadStorm => {
            for version in 0..8 {
                (0..PROCESSES).for_each(|process| fleet.reload(process, version));
                wait(50, 300);
            }
        }
        Fault::BrokenReload => fleet.reload_broken(process),
        Fault::CutNetwork => network(Mode::Cut, &mut wait),
        Fault::SlowNetwork => network(Mode::Delay(Duration::from_millis(700)), &mut wait),
        Fault::SwallowAnswers => network(Mode::SwallowAnswers, &mut wait),
        Fault::ScriptedAnswers(status) => network(Mode::Status(status), &mut wait),
        Fault::GarbageAnswers => network(Mode::Garbage, &mut wait),
        Fault::FreezeElasticsearch => {
            stack("elasticsearch.sh", &["pause"]);
            wait(1_000, 4_000);
            stack("elasticsearch.sh", &["resume"]);
        }
        Fault::FreezeBroker => {
            stack("kafka.sh", &["pause"]);
            wait(1_000, 8_000);
            stack("kafka.sh", &["resume"]);
        }
        Fault::RestartBroker => {
            stack("kafka.sh", &["kill"]);
            wait(100, 2_000);
            stack("kafka.sh", &["start"]);
        }
        Fault::FullDisk => {
            fleet.fill_disk(process, true);
            wait(1_000, 3_000);
            fleet.fill_disk(process, false);
        }
        Fault::FullDataDisk => {
            fleet.limit_files(process, Some(choice));
            wait(1_000, 4_000);
            fleet.limit_files(process, None);
        }
        Fault::JumpClock => {
            if fleet.set_clock(process, CLOCK_JUMPS[choice % CLOCK_JUMPS.len()]) {
                wait(2_000, 4_000);
                fleet.set_clock(process, 0);
            }
        }
        // Longer than a question's time-out.
        Fault::StallModel => {
            model.stall(true);
            wait(2_000, 6_000);
            model.stall(false);
        }
    }
}
