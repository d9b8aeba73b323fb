//! The http source when Elasticsearch is away or the disk is full: senders are told to wait, memory stays flat, and what was answered with
//! 200 is delivered in the end, once.

use super::bulk::{self, Answer, FakeBulk};
use super::job::{Job, Running};
use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const DOCUMENTS_PER_REQUEST: usize = 200;

/// A sender that counts what was taken.
struct Sender {
    address: String,
    number: usize,
    /// Documents that were answered with 200.
    taken: usize,
    /// Requests that were answered with 429.
    refused: usize,
}

impl Sender {
    fn new(address: &str) -> Self {
        Self { address: address.to_owned(), number: 0, taken: 0, refused: 0 }
    }

    /// Sends one request; gives its status, or `None` when nobody answers.
    fn send(&mut self) -> Option<u16> {
        self.number += 1;
        let body: String = (0..DOCUMENTS_PER_REQUEST)
            .map(|n| {
                format!(
                    "{{\"create\":{{\"_index\":\"x\"}}}}\n{{\"n\":\"{}-{n}\",\"message\":\"{}\"}}\n",
                    self.number,
                    "x".repeat(800)
                )
            })
            .collect();
        let status = post(&self.address, &body)?;
        match status {
            200 => self.taken += DOCUMENTS_PER_REQUEST,
            429 => self.refused += 1,
            _ => {}
        }
        Some(status)
    }

    /// Sends until nothing is taken for a while.
    fn fill(&mut self) {
        let mut refused_at_once = 0;
        while refused_at_once < 20 {
            match self.send() {
                Some(429) => refused_at_once += 1,
                Some(200) => refused_at_once = 0,
                other => panic!("{other:?}"),
            }
        }
    }
}

fn post(address: &str, body: &str) -> Option<u16> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let head =
        format!("POST /_bulk HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.split(' ').nth(1)?.parse().ok()
}

fn wait_until_it_listens(address: &str) {
    let until = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(address).is_err() {
        assert!(Instant::now() < until, "nobody listens on {address}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Memory that the process holds, in MiB.
fn memory_mib(running: &Running) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", running.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

fn wait_for_documents(bulk: &FakeBulk, wanted: usize) {
    let until = Instant::now() + Duration::from_secs(60);
    while bulk.documents().len() < wanted {
        assert!(Instant::now() < until, "{} of {wanted} documents", bulk.documents().len());
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn source(address: &str, spool: &Path, size_max: &str) -> String {
    format!(
        "beats: {{ type: http, listen: \"{address}\", commit_interval: 100ms, spool: {{ path: \"{}\", size_max: {size_max}, segment_max: 1mb }} }}",
        spool.display()
    )
}

#[test]
fn a_dead_sink_fills_the_spool_and_then_senders_wait() {
    let (address, sink) = (bulk::free_address(), bulk::free_address());
    let job = Job::with_source(&source(&address, Path::new("spool"), "24mb"), &bulk::outputs_at(&sink));
    let running = job.start(b"");
    wait_until_it_listens(&address);
    let mut sender = Sender::new(&address);
    while sender.taken < 10_000 {
        assert_eq!(sender.send(), Some(200));
    }
    let before = memory_mib(&running);
    sender.fill();
    assert!(sender.refused > 0 && sender.taken * 800 <= 24 << 20, "{} taken", sender.taken);
    let grown = memory_mib(&running).saturating_sub(before);
    assert!(grown < 32, "memory grew by {grown} MiB while the spool took {} documents", sender.taken);

    // Told to stop in the middle of it all, it ends in time, and what it has taken waits on disk.
    let summary = running.terminate(Duration::from_secs(20));
    assert_eq!(summary.field("delivered"), 0, "{}", summary.line);
    let bulk = FakeBulk::start_at(&sink, |_, _| Answer::Ok);
    let running = job.start(b"");
    wait_for_documents(&bulk, sender.taken);
    wait_until_it_listens(&address);
    assert_eq!(sender.send(), Some(200), "there is room again");
    wait_for_documents(&bulk, sender.taken);
    let summary = running.terminate(Duration::from_secs(20));
    assert_eq!(
        (summary.field("delivered") as usize, summary.field("will_be_read_again")),
        (sender.taken, 0),
        "{}",
        summary.line
    );
    assert_eq!(bulk.ids().len(), sender.taken);
}

#[test]
fn sigterm_while_senders_send_loses_nothing_that_was_answered() {
    let address = bulk::free_address();
    let bulk = FakeBulk::start(|_| Answer::Slow(Duration::from_millis(20)));
    let job = Job::with_source(&source(&address, Path::new("spool"), "64mb"), &bulk.outputs());
    let mut taken = 0;
    for _ in 0..3 {
        let running = job.start(b"");
        wait_until_it_listens(&address);
        let senders: Vec<_> = (0..4)
            .map(|n| {
                let mut sender = Sender { number: n * 1_000_000 + taken, ..Sender::new(&address) };
                std::thread::spawn(move || {
                    // 503 while it stops, then nobody answers.
                    while sender.send().is_some() {}
                    sender.taken
                })
            })
            .collect();
        std::thread::sleep(Duration::from_millis(700));
        running.terminate(Duration::from_secs(20));
        taken += senders.into_iter().map(|sender| sender.join().unwrap()).sum::<usize>();
    }
    assert!(taken > 0);
    let running = job.start(b"");
    wait_for_documents(&bulk, taken);
    let summary = running.terminate(Duration::from_secs(20));
    assert_eq!(summary.field("will_be_read_again"), 0, "{}", summary.line);
    // A request whose answer was lost when the process ended may be there though it was not counted.
    let found = bulk.ids().len();
    assert!(found >= taken, "{found} of {taken}");
    let distinct: BTreeSet<String> = bulk.documents().iter().map(|d| d["n"].as_str().unwrap().to_owned()).collect();
    assert_eq!(distinct.len(), found, "nothing twice");
}

/// A small file system of its own; gone when the test ends.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None` where we may not mount.
    fn mount(path: &Path, size: &str) -> Option<Self> {
        fs::create_dir_all(path).unwrap();
        let options = format!("size={size}");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(path).output().ok()?;
        mounted.status.success().then(|| Self(path.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_under_the_spool_is_waited_for() {
    let (address, sink) = (bulk::free_address(), bulk::free_address());
    let disk_folder = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(&disk_folder.path().join("disk"), "6m") else {
        return println!("skipped: mounting a small file system is not allowed here");
    };
    let job = Job::with_source(&source(&address, &disk.0.join("spool"), "1gb"), &bulk::outputs_at(&sink));
    let running = job.start(b"");
    wait_until_it_listens(&address);
    let mut sender = Sender::new(&address);
    sender.fill();
    assert!(sender.refused > 0 && sender.taken > 0);
    let bulk = FakeBulk::start_at(&sink, |_, _| Answer::Ok);
    wait_for_documents(&bulk, sender.taken);
    let until = Instant::now() + Duration::from_secs(20);
    while sender.send() != Some(200) {
        assert!(
            Instant::now() < until,
            "it does not recover: {:?}",
            fs::read_dir(disk.0.join("spool")).unwrap().count()
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    wait_for_documents(&bulk, sender.taken);
    let summary = running.terminate(Duration::from_secs(20));
    assert_eq!(summary.field("delivered") as usize, sender.taken, "{}", summary.line);
    assert_eq!(bulk.ids().len(), sender.taken, "what was refused is not there");
}

#[test]
fn what_a_request_says_of_an_item_reaches_the_output() {
    let address = bulk::free_address();
    let bodies = Arc::<Mutex<String>>::default();
    let seen = bodies.clone();
    let bulk = FakeBulk::start_with_bodies(move |_, body| {
        seen.lock().unwrap().push_str(body);
        Answer::Ok
    });
    let source = source(&address, Path::new("spool"), "8mb").replace("type: http", "type: http, index: request");
    let job = Job::with_source(&source, &bulk.outputs());
    let running = job.start(b"");
    wait_until_it_listens(&address);
    let body = "{\"create\":{\"_index\":\"own\",\"_id\":\"7\",\"routing\":\"r\"}}\n{\"message\":\"m\"}\n";
    assert_eq!(post(&address, body), Some(200));
    wait_for_documents(&bulk, 1);
    running.terminate(Duration::from_secs(20));
    let body = bodies.lock().unwrap().clone();
    let (action, document) = body.split_once('\n').unwrap();
    assert_eq!(action, r#"{"create":{"_index":"own","_id":"7","routing":"r"}}"#);
    assert!(document.contains(r#""message":"m""#) && !document.contains("@metadata"), "{document}");
}
