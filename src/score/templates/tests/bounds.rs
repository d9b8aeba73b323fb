//! What holds under floods, long lines, broken records, several threads, and any input at all.

use super::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Lines that share nothing: words made of a number's letters.
fn stranger(mut number: usize) -> String {
    let mut line = String::new();
    for _ in 0..6 {
        line.push('w');
        for _ in 0..4 {
            line.push(char::from(b'a' + (number % 26) as u8));
            number = number / 26 + 7 * (number % 13);
        }
        line.push(' ');
    }
    line
}

#[test]
fn free_text_fills_a_family_and_becomes_one_variable() {
    let mut worker = Worker::new(Miner::new(MinerSettings::default()));
    let script =
        |i: usize| stranger(i).trim().split(' ').take(2 + i % 5).collect::<Vec<_>>().join([" + ", "; "][i % 2]);
    let lines: Vec<String> = (0..600).map(|i| format!("cannot compile inline script {} [end]", script(i))).collect();
    lines.iter().for_each(|line| {
        worker.observe(line);
    });
    let miner = worker.miner().clone();
    assert!(miner.counters().templates < 150, "{:?}", miner.counters());
    let general = TemplateId::of("cannot compile inline script <*>");
    let line = "cannot compile inline script x * (y - z) by / w, or else [end]";
    assert_eq!(worker.observe(line).id, general);
    assert_eq!(parameters(&mut worker, line), ["x * (y - z) by / w, or else [end"]);
    assert_eq!(parameters(&mut worker, "cannot compile inline script 12"), ["12"]);
    // Another statement has its own family, and a restart changes nothing.
    assert_ne!(worker.observe("cannot compile stored script a b c d e").id, general);
    let mut second = Worker::new(Miner::new(MinerSettings::default()));
    second.miner().import(&miner.export());
    assert_eq!(second.observe("cannot compile inline script p q and then r s t").id, general);
    assert_eq!(parameters(&mut second, line), ["x * (y - z) by / w, or else [end"]);
}

#[test]
fn a_flood_of_strangers_is_bounded() {
    let settings = MinerSettings { skeletons_max: 256, lessons_burst_max: 2_000, ..MinerSettings::default() };
    let miner = Miner::new(settings);
    let mut worker = Worker::new(miner.clone());
    let known = worker.observe("took 12 ms").id;
    let overflow = (0..10_000)
        .filter(|i| {
            assert_eq!(worker.observe("took 13 ms").id, known, "what is in use is served all the while");
            worker.observe(&stranger(*i)).is_overflow()
        })
        .count();
    let counters = miner.counters();
    assert!(counters.templates <= 256, "{counters:?}");
    assert!(counters.compactions > 0 && counters.forgotten > 0, "{counters:?}");
    assert_eq!(counters.overflowed, overflow as u64);
    // 2,000 at once, and then one for each 8 of the 20,000 lines.
    assert!((5_000..6_000).contains(&overflow), "{overflow}");
    assert!(miner.export().len() <= 256);
}

#[test]
fn what_is_used_survives_a_flood() {
    let miner = Miner::new(MinerSettings { skeletons_max: 1024, ..MinerSettings::default() });
    let mut worker = Worker::new(miner.clone());
    let lines: Vec<String> =
        ["eve", "mallory", "trent", "peggy"].iter().map(|n| format!("password of vault {n} has expired")).collect();
    for line in &lines {
        worker.observe(line);
    }
    for i in 0..5_000 {
        worker.observe(&stranger(i));
        worker.observe(&lines[i % 4]);
    }
    assert!(miner.counters().compactions > 0);
    let general = TemplateId::of("password of vault <*> has expired");
    assert_eq!(worker.observe("password of vault zoe has expired").id, general);
}

#[test]
fn memory_for_patterns_is_bounded() {
    let miner = Miner::new(MinerSettings { pattern_bytes_max: 1 << 20, ..MinerSettings::default() });
    let mut worker = Worker::new(miner.clone());
    for i in 0..2_000 {
        worker.observe(&format!("{} {}", stranger(i), "(".repeat(i % 3_000)));
    }
    assert!(miner.counters().compactions > 0);
}

#[test]
fn long_lines_are_cut() {
    let mut worker = worker();
    let long = "word ".repeat(20_000);
    let id = worker.observe(&long).id;
    assert_eq!(worker.observe(&"word ".repeat(30_000)).id, id);
    assert_ne!(worker.observe(&"word ".repeat(50)).id, id);
    assert!(worker.miner().counters().lines_cut > 0);
    let text = worker.miner().template(id).unwrap().text.clone();
    assert!(text.len() < LINE_BYTES_MAX && text.ends_with('…'));
    assert_eq!(worker.observe(&"x".repeat(100_000)).id, worker.observe(&"y".repeat(90_000)).id);
}

#[test]
fn threads_agree() {
    let miner = Miner::new(MinerSettings::default());
    let names = ["eve", "mallory", "trent", "peggy", "victor", "walter"];
    let threads: Vec<_> = (0..4)
        .map(|t| {
            let miner = miner.clone();
            std::thread::spawn(move || {
                let mut worker = Worker::new(miner);
                let mut ids = Vec::new();
                for i in 0..3_000 {
                    let line = format!("job {i} of queue {} has ended early", names[(i + t) % names.len()]);
                    let found = worker.observe(&line);
                    assert_eq!(
                        worker.parameters(&found).map(|r| line.get(r).unwrap().len()).filter(|l| *l == 0).count(),
                        0
                    );
                    ids.push(found.id);
                }
                ids
            })
        })
        .collect();
    let ids: BTreeSet<TemplateId> =
        threads.into_iter().flat_map(|t| t.join().unwrap()).map(|id| miner.resolve(id)).collect();
    assert_eq!(ids, BTreeSet::from([TemplateId::of("job <*> of queue <*> has ended early")]));
}

/// Pieces of lines that the lexer treats in different ways.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,6}",
        "[A-Za-z0-9_./:@-]{1,8}",
        Just(" ".to_owned()),
        Just("=".to_owned()),
        "[=:,;()\\[\\]{}<>'\"|!?. -]{1,4}",
        "[0-9]{1,4}",
        Just("true".to_owned()),
        Just("用户张三".to_owned()),
        Just(",".to_owned()),
        Just("ü\u{3000}9".to_owned()),
        Just(" 12 KB (1.5 MB)".to_owned()),
        any::<char>().prop_map(String::from),
    ]
}

fn line() -> impl Strategy<Value = String> {
    proptest::collection::vec(piece(), 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_mined(line in proptest::collection::vec(any::<u8>(), 0..600), from in 0usize..700) {
        let mut worker = worker();
        let found = worker.observe_bytes(&line, from);
        prop_assert!(!found.is_overflow());
        let template = worker.miner().template(found.id).unwrap();
        let ranges: Vec<_> = worker.parameters(&found).collect();
        prop_assert_eq!(ranges.len(), template.parameter_count());
        let mut last = 0;
        for range in ranges {
            prop_assert!(last <= range.start && range.start <= range.end && range.end <= line.len());
            last = range.end;
        }
    }

    /// The skeleton's hash and the template's text say the same: lines of one hash have one text, whoever comes first.
    #[test]
    fn one_skeleton_has_one_text(lines in proptest::collection::vec(line(), 2..8)) {
        let mut by_hash: BTreeMap<u64, String> = BTreeMap::new();
        for line in &lines {
            let mut scan = super::lexer::Scan::default();
            scan.scan(line.as_bytes(), 0, 7);
            let text = template(line);
            prop_assert_eq!(by_hash.entry(scan.hash).or_insert_with(|| text.clone()).as_str(), &text);
        }
    }

    /// A number stands for any other.
    #[test]
    fn numbers_do_not_matter(before in "[a-z]{1,8}( [a-z]{1,8}){0,4}", a in 1u32.., b in 1u32.., after in "[a-z]{5,12}") {
        let mut worker = worker();
        let first = worker.observe(&format!("{before} {a} {after}")).id;
        prop_assert_eq!(worker.observe(&format!("{before} {b} {after}")).id, first);
    }

    /// Whatever comes in whatever order, every id that was ever given leads to a template that is there.
    #[test]
    fn every_id_stays_resolvable(lines in proptest::collection::vec("(get|put|drop) [a-e] (from|to) [a-e] [a-e][a-e] (now|then) end", 1..80)) {
        let mut worker = worker();
        let ids: Vec<TemplateId> = lines.iter().map(|line| worker.observe(line).id).collect();
        for (line, id) in lines.iter().zip(ids) {
            let now = worker.observe(line).id;
            prop_assert_eq!(worker.miner().resolve(id), now);
            prop_assert!(worker.miner().template(id).is_some());
        }
    }

    /// Templates with several values each, in two orders: nearly the same groups.
    #[test]
    fn shuffles_group_alike(seed in any::<u64>()) {
        let mut lines = Vec::new();
        for (i, verb) in ["mounts", "scans", "checks", "sends", "drops"].iter().enumerate() {
            for j in 0..12usize {
                let name = format!("{}{}", ["or", "ba", "ki", "tu"][j % 4], ["lo", "ma", "ne"][j % 3]);
                lines.push(format!("worker {verb} the volume {name} again ({})", i * 100 + j));
            }
        }
        let ordered: BTreeMap<String, String> = lines.iter().cloned().zip(mine(&lines)).collect();
        let mut state = seed | 1;
        for i in (1..lines.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            lines.swap(i, (state >> 33) as usize % (i + 1));
        }
        let shuffled: BTreeMap<String, String> = lines.iter().cloned().zip(mine(&lines)).collect();
        prop_assert_eq!(ordered, shuffled);
    }

    #[test]
    fn small_miners_survive_anything(lines in proptest::collection::vec(line(), 1..60)) {
        let miner = Miner::new(MinerSettings { skeletons_max: 16, pattern_bytes_max: 60_000, lessons_burst_max: 40, ..MinerSettings::default() });
        let mut worker = Worker::new(Arc::clone(&miner));
        for line in &lines {
            let found = worker.observe(line);
            prop_assert!(found.is_overflow() || miner.template(found.id).is_some());
        }
        prop_assert!(miner.counters().templates <= 16);
    }
}
