//! A spool cut, flipped, filled, lost and reopened.
#![allow(clippy::unwrap_used)]

use super::*;
use proptest::prelude::*;
use std::path::Path;

fn settings(folder: &Path) -> SpoolSettings {
    SpoolSettings { path: folder.join("spool"), bytes_max: 1 << 20, segment_bytes_max: 4_096 }
}

fn open(folder: &Path) -> Spool {
    Spool::open("test", settings(folder)).unwrap()
}

fn bundle(records: &[&[u8]]) -> Bundle {
    let mut bundle = Bundle { written_ms: 7, ..Bundle::default() };
    for record in records {
        bundle.bytes.extend_from_slice(record);
        bundle.ends.push(bundle.bytes.len());
    }
    bundle
}

fn append(appender: &Appender, records: &[&[u8]]) -> Result<Appended, Refused> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(appender.append(bundle(records)))
}

/// What a reader finds: records with their coordinates, and how many damaged places.
fn read_all(spool: &Spool) -> (Vec<(u32, u64, Vec<u8>)>, usize) {
    let mut reader = spool.reader();
    let (mut records, mut damaged) = (Vec::new(), 0);
    loop {
        match reader.read().unwrap() {
            Item::Record { segment, end, written_ms, payload } => {
                assert_eq!(written_ms, 7);
                records.push((segment, end, payload.to_vec()));
            }
            Item::Damaged { .. } => damaged += 1,
            Item::SegmentEnd { .. } => {}
            Item::Idle => return (records, damaged),
        }
    }
}

fn payloads(spool: &Spool) -> Vec<Vec<u8>> {
    read_all(spool).0.into_iter().map(|(_, _, payload)| payload).collect()
}

#[test]
fn what_was_appended_is_read_before_and_after_a_restart_at_the_same_coordinates() {
    let folder = tempfile::tempdir().unwrap();
    let spool = open(folder.path());
    let appender = spool.appender().unwrap();
    let first = append(&appender, &[b"one", b"", b"three"]).unwrap();
    let large = vec![b'x'; 10_000];
    let second = append(&appender, &[&large]).unwrap();
    let third = append(&appender, &[b"next segment"]).unwrap();
    assert_eq!((first.segment, second.segment, third.segment), (1, 1, 2));
    let (records, damaged) = read_all(&spool);
    let ends: Vec<(u32, u64)> = records.iter().map(|(segment, end, _)| (*segment, *end)).collect();
    let told = [first.clone(), second, third].map(|a| a.ends.into_iter().map(move |end| (a.segment, end)));
    assert_eq!((ends, damaged), (told.into_iter().flatten().collect(), 0));
    assert_eq!(records[2].2, b"three");
    let identity = spool.identity();
    drop((appender, spool));
    let again = open(folder.path());
    assert_eq!((again.identity(), read_all(&again)), (identity.clone(), (records, 0)));
    // A new start never writes into an old segment.
    assert_eq!(append(&again.appender().unwrap(), &[b"x"]).unwrap().segment, 3);
    drop(again);
    std::fs::remove_file(settings(folder.path()).path.join("position.json")).unwrap();
    let without_position = open(folder.path());
    assert_eq!((without_position.identity(), payloads(&without_position).len()), (identity, 6));
}

#[test]
fn what_has_ended_is_given_back_and_its_coordinates_are_not_used_again() {
    let folder = tempfile::tempdir().unwrap();
    let spool = open(folder.path());
    let appender = spool.appender().unwrap();
    let large = vec![b'x'; 5_000];
    let first = append(&appender, &[b"a", &large]).unwrap();
    append(&appender, &[b"b"]).unwrap();
    let all = spool.left_bytes();
    spool.commit(1, first.ends[0]).unwrap();
    assert_eq!(all - spool.left_bytes(), 1 + ENTRY_HEADER_BYTES as u64);
    drop((appender, spool));
    let spool = open(folder.path());
    assert_eq!(payloads(&spool), [large, b"b".to_vec()]);
    spool.commit(3, 0).unwrap();
    assert_eq!((spool.used_bytes(), spool.left_bytes(), payloads(&spool).len()), (0, 0, 0));
    assert!(list(&settings(folder.path()).path).unwrap().is_empty());
    // Going back is not possible.
    spool.commit(1, 0).unwrap();
    drop(spool);
    let spool = open(folder.path());
    assert_eq!(append(&spool.appender().unwrap(), &[b"c"]).unwrap().segment, 3);
    assert_eq!(payloads(&spool), [b"c"]);
}

#[test]
fn a_spool_is_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::open("test", SpoolSettings { bytes_max: 10_000, ..settings(folder.path()) }).unwrap();
    let appender = spool.appender().unwrap();
    let record = vec![0; 3_000];
    for _ in 0..3 {
        append(&appender, &[&record]).unwrap();
    }
    assert!(matches!(append(&appender, &[&record]), Err(Refused::Full { bytes_max: 10_000, .. })));
    let used = spool.used_bytes();
    assert!(used <= 10_000 && used == read_disk(folder.path()));
    spool.commit(2, 0).unwrap();
    append(&appender, &[&record]).unwrap();
    assert_eq!(payloads(&spool).len(), 2);
}

fn read_disk(folder: &Path) -> u64 {
    let path = settings(folder).path;
    list(&path).unwrap().iter().map(|n| std::fs::metadata(segment_path(&path, *n)).unwrap().len()).sum()
}

#[test]
fn a_disk_that_fails_refuses_and_recovers() {
    let folder = tempfile::tempdir().unwrap();
    let spool = open(folder.path());
    let appender = spool.appender().unwrap();
    let path = settings(folder.path()).path;
    let away = folder.path().join("away");
    std::fs::rename(&path, &away).unwrap();
    assert!(matches!(append(&appender, &[b"lost"]), Err(Refused::Disk(_))));
    assert_eq!(spool.used_bytes(), 0);
    std::fs::rename(&away, &path).unwrap();
    append(&appender, &[b"kept"]).unwrap();
    assert_eq!(payloads(&spool), [b"kept"]);
}

#[test]
fn one_process_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let spool = open(folder.path());
    let error = Spool::open("test", settings(folder.path())).err().unwrap();
    assert!(error.to_string().contains("another process"), "{error}");
    drop(spool);
    open(folder.path());
}

#[test]
fn requests_that_come_together_share_a_sync() {
    let folder = tempfile::tempdir().unwrap();
    let spool = open(folder.path());
    let appender = spool.appender().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let mut told: Vec<Appended> = runtime.block_on(async {
        let tasks: Vec<_> = (0..200)
            .map(|n: u32| {
                let appender = appender.clone();
                tokio::spawn(async move { appender.append(bundle(&[&n.to_le_bytes()])).await.unwrap() })
            })
            .collect();
        let mut told = Vec::new();
        for task in tasks {
            told.push(task.await.unwrap());
        }
        told
    });
    told.sort_by_key(|a| (a.segment, a.ends.clone()));
    let places: Vec<(u32, u64)> = told.iter().map(|a| (a.segment, a.ends[0])).collect();
    let found: Vec<(u32, u64)> = read_all(&spool).0.iter().map(|(segment, end, _)| (*segment, *end)).collect();
    assert_eq!(places, found);
}

/// Appends `records` to a fresh spool and lets `harm` do something to the one segment's bytes, after the process has died.
fn after_harm(
    records: &[Vec<u8>],
    is_synced_known: bool,
    harm: impl FnOnce(&mut Vec<u8>),
) -> (Vec<Vec<u8>>, usize, bool) {
    let folder = tempfile::tempdir().unwrap();
    let large = SpoolSettings { segment_bytes_max: 1 << 20, ..settings(folder.path()) };
    let spool = Spool::open("test", large.clone()).unwrap();
    let appender = spool.appender().unwrap();
    let views: Vec<&[u8]> = records.iter().map(Vec::as_slice).collect();
    append(&appender, &views).unwrap();
    if is_synced_known {
        spool.commit(0, 0).unwrap();
    }
    drop((appender, spool));
    let file = segment_path(&large.path, 1);
    let mut bytes = std::fs::read(&file).unwrap();
    harm(&mut bytes);
    std::fs::write(&file, bytes).unwrap();
    let spool = Spool::open("test", large).unwrap();
    let (found, damaged) = read_all(&spool);
    // Whatever has happened, it goes on.
    append(&spool.appender().unwrap(), &[b"after"]).unwrap();
    let goes_on = read_all(&spool).0.last().is_some_and(|(_, _, payload)| payload == b"after");
    (found.into_iter().map(|(_, _, payload)| payload).collect(), damaged, goes_on)
}

fn any_records() -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Cut anywhere: every entry that is whole comes back, and nothing else.
    #[test]
    fn a_spool_may_be_cut_at_any_byte(records in any_records(), at in any::<prop::sample::Index>()) {
        let mut wanted = 0;
        let (found, damaged, goes_on) = after_harm(&records, false, |bytes| {
            let at = at.index(bytes.len() + 1);
            let mut end = SEGMENT_HEADER_BYTES;
            wanted = records.iter().take_while(|r| { end += ENTRY_HEADER_BYTES + r.len(); end <= at }).count();
            bytes.truncate(at);
        });
        prop_assert_eq!(&found[..], &records[..wanted]);
        prop_assert_eq!((damaged, goes_on), (0, true));
    }

    /// Flip any byte: at most one entry is missing, and then it is told; the others come back as they were.
    #[test]
    fn any_byte_of_a_spool_may_rot(records in any_records(), at in any::<prop::sample::Index>(), flip in 1u8..) {
        let mut hit = None;
        let (found, damaged, goes_on) = after_harm(&records, true, |bytes| {
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            let mut end = SEGMENT_HEADER_BYTES;
            hit = at.checked_sub(SEGMENT_HEADER_BYTES).map(|_| records.iter().take_while(|r| { end += ENTRY_HEADER_BYTES + r.len(); end <= at }).count());
        });
        let mut wanted = records;
        if let Some(hit) = hit {
            wanted.remove(hit);
        }
        prop_assert_eq!(found, wanted);
        prop_assert_eq!((damaged, goes_on), (usize::from(hit.is_some()), true));
    }

    /// Any bytes in the place of a segment neither stop a start nor are taken for records.
    #[test]
    fn any_bytes_are_survived(garbage in prop::collection::vec(any::<u8>(), 0..300), is_synced_known in any::<bool>()) {
        let (found, _, goes_on) = after_harm(&[b"x".to_vec()], is_synced_known, |bytes| *bytes = garbage);
        prop_assert!(found.is_empty() && goes_on);
    }

    /// However little of a segment is looked at at once, the same is found.
    #[test]
    fn windows_do_not_matter(records in any_records(), step in 1usize..40, at in any::<prop::sample::Index>(), flip in any::<u8>()) {
        let mark = [1, 2, 3, 4, 5, 6, 7, 8];
        let mut bytes = Vec::new();
        records.iter().for_each(|r| frame(&mark, 7, r, &mut bytes));
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        prop_assert_eq!(entries(&bytes, &mark, step), entries(&bytes, &mark, bytes.len()));
    }
}

/// One thing that happens to a spool.
#[derive(Clone, Debug)]
enum Event {
    /// A request of so many records, each so long.
    Append(usize, usize),
    /// So many of the records that are left end, and that is remembered.
    End(usize),
    /// The process dies while this is being written behind the end.
    Die(Vec<u8>),
    /// As `Die`, and `position.json` is lost with it.
    DieAndForget,
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (1usize..6, 0usize..900).prop_map(|(records, bytes)| Event::Append(records, bytes)),
        3 => (0usize..12).prop_map(Event::End),
        2 => prop::collection::vec(any::<u8>(), 0..80).prop_map(Event::Die),
        1 => Just(Event::DieAndForget),
    ]
}

/// What the world outside knows of a spool.
#[derive(Default)]
struct Known {
    /// Acknowledged and not ended, in order.
    left: std::collections::VecDeque<Vec<u8>>,
    /// Which record each coordinate was ever given to.
    given: std::collections::HashMap<(String, u32, u64), Vec<u8>>,
    number: usize,
    is_position_lost: bool,
}

impl Known {
    fn happens(&mut self, event: Event, folder: &Path, spool: &mut Option<(Spool, Appender)>) {
        let (open, appender) = spool.as_ref().unwrap();
        match event {
            Event::Append(records, bytes) => {
                let records: Vec<Vec<u8>> = (0..records)
                    .map(|_| {
                        self.number += 1;
                        format!("{}-{}", self.number, "x".repeat(bytes)).into_bytes()
                    })
                    .collect();
                let views: Vec<&[u8]> = records.iter().map(Vec::as_slice).collect();
                append(appender, &views).unwrap();
                self.left.extend(records);
            }
            Event::End(count) => {
                let (records, _) = read_all(open);
                // What had ended before the position was lost is there again.
                let count = count.min(records.len());
                if let Some((segment, end, _)) = count.checked_sub(1).map(|last| &records[last]) {
                    open.commit(*segment, *end).unwrap();
                    for (_, _, payload) in &records[..count] {
                        self.left.retain(|left| left != payload);
                    }
                    self.is_position_lost &= count < records.len();
                }
                if count == records.len()
                    && let Some(segment) = last_sealed(open)
                {
                    open.commit(segment + 1, 0).unwrap();
                }
            }
            Event::Die(torn) => {
                *spool = None;
                let path = settings(folder).path;
                if let Some(last) = list(&path).unwrap().into_iter().max() {
                    let mut file = File::options().append(true).open(segment_path(&path, last)).unwrap();
                    io::Write::write_all(&mut file, &torn).unwrap();
                }
                *spool = Some(start(folder));
            }
            Event::DieAndForget => {
                *spool = None;
                std::fs::remove_file(settings(folder).path.join("position.json")).unwrap();
                self.is_position_lost = true;
                *spool = Some(start(folder));
            }
        }
    }

    /// What is left is there, in order, and no coordinate means another record than before.
    fn check(&mut self, spool: &Spool) -> Result<(), TestCaseError> {
        let (records, damaged) = read_all(spool);
        prop_assert_eq!(damaged, 0);
        for (segment, end, payload) in &records {
            let before = self.given.entry((spool.identity(), *segment, *end)).or_insert_with(|| payload.clone());
            prop_assert_eq!(&*before, payload);
        }
        let found: Vec<&Vec<u8>> = records.iter().map(|(_, _, payload)| payload).collect();
        let left: Vec<&Vec<u8>> = self.left.iter().collect();
        prop_assert!(found.ends_with(&left), "lost: {} are there, {} are left", found.len(), left.len());
        prop_assert!(self.is_position_lost || found.len() == left.len(), "what has ended comes again");
        Ok(())
    }
}

/// The last segment that a reader comes to the end of.
fn last_sealed(spool: &Spool) -> Option<u32> {
    let (mut reader, mut last) = (spool.reader(), None);
    loop {
        match reader.read().unwrap() {
            Item::SegmentEnd { segment } => last = Some(segment),
            Item::Idle => return last,
            Item::Record { .. } | Item::Damaged { .. } => {}
        }
    }
}

fn start(folder: &Path) -> (Spool, Appender) {
    let spool = open(folder);
    let appender = spool.appender().unwrap();
    (spool, appender)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever happens in whatever order: what was acknowledged and has not ended is there, and coordinates are given once.
    #[test]
    fn a_life_of_a_spool(events in prop::collection::vec(any_event(), 1..25)) {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Some(start(folder.path()));
        let mut known = Known::default();
        for event in events {
            known.happens(event, folder.path(), &mut spool);
            known.check(&spool.as_ref().unwrap().0)?;
        }
    }
}

/// The payloads in `bytes`, looking at `window` bytes first and at more when that is not enough.
fn entries(bytes: &[u8], mark: &[u8; 8], window: usize) -> Vec<Vec<u8>> {
    let (mut at, mut size, mut found) = (0, window, Vec::new());
    loop {
        let end = (at + size).min(bytes.len());
        match scan(&bytes[at..end], end == bytes.len(), mark) {
            Scan::Entry { payload, bytes, .. } => {
                found.push(payload.to_vec());
                at += bytes;
                size = window;
            }
            Scan::Damaged { bytes } => {
                assert!(bytes > 0);
                at += bytes;
                size = window;
            }
            Scan::More { bytes } => {
                assert!(bytes > size);
                size = bytes;
            }
            Scan::Torn { .. } | Scan::End => return found,
        }
    }
}
