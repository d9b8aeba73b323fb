//! What is a variable and what is not; what holds under any input.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A small miner: most tests make many.
fn worker() -> Worker {
    Worker::new(Miner::new(MinerSettings { skeletons_max: 1024, ..MinerSettings::default() }))
}

/// The template of a line that comes alone.
fn template(line: &str) -> String {
    let mut worker = worker();
    let found = worker.observe(line);
    worker.miner().template(found.id).unwrap().text.to_string()
}

fn check(line: &str, expected: &str) {
    assert_eq!(template(line), expected, "{line}");
}

/// The templates that lines have at the end.
fn mine<S: AsRef<str>>(lines: &[S]) -> Vec<String> {
    let mut worker = worker();
    let ids: Vec<TemplateId> = lines.iter().map(|line| worker.observe(line.as_ref()).id).collect();
    ids.iter().map(|id| worker.miner().template(*id).unwrap().text.to_string()).collect()
}

/// All lines end in one template.
fn check_merged(lines: &[&str], expected: &str) {
    let found: BTreeSet<String> = mine(lines).into_iter().collect();
    assert_eq!(found, BTreeSet::from([expected.to_owned()]), "{lines:?}");
}

/// Every line keeps a template of its own.
fn check_apart(lines: &[&str]) {
    let found: BTreeSet<String> = mine(lines).into_iter().collect();
    assert_eq!(found.len(), lines.len(), "{found:?}");
}

fn parameters<'l>(worker: &mut Worker, line: &'l str) -> Vec<&'l str> {
    let found = worker.observe(line);
    worker.parameters(&found).map(|range| &line[range]).collect()
}

#[test]
fn numbers_and_what_holds_them() {
    check("took 12 ms", "took <*>");
    check("took 12 sec. of 10 secs. Failed.", "took <*>. of <*>. Failed.");
    check("took 12 milliseconds", "took <*> milliseconds");
    check("-3 of +4.5e7, 0xDEADbeef and 50%", "<*> of <*> and <*>");
    check("wrote 3.2 GB to disk7", "wrote <*> to <*>");
    check("copied 18846 bytes (18.4 KB) in <1 sec", "copied <*> bytes in <*>");
    check("copied 12 bytes in 2 sec", "copied <*> bytes in <*>");
    check("at 10:20:30.123 on 2026-01-05", "at <*> on <*>");
    check("since Mon Jan 5 10:20:30 CET 2026", "since <*>");
    check("May I come in", "May I come in");
    check("slot[ 1] and slot[12]", "slot[<*>] and slot[<*>]");
}

#[test]
fn words_with_digits_that_are_words() {
    check("Log4jLogger flush2DB ready", "Log4jLogger flush2DB ready");
    check("arg1=x PSR0=2f", "arg1=<*> PSR0=<*>");
    check("user42 on eth0", "<*> on <*>");
}

#[test]
fn names_of_places() {
    check("open /var/log/app.log failed", "open <*> failed");
    check(r"load C:\Windows\system.ini now", "load <*> now");
    check("get https://shop.example/cart?id=a&b=c, then stop", "get <*>, then stop");
    check("GET /search?q=logs+and+more done", "GET <*> done");
    check("GET / done", "GET <*> done");
    check("host db.internal.example:5432 up", "host <*> up");
    check("proxy cdn.example:443 open", "proxy <*> open");
    check("mail for eve@example.com queued", "mail for <*> queued");
    check("link 00:1b:AA:bb:cc:ef down", "link <*> down");
    check("link FF:AB:CD:EF:AA:BB down", "link <*> down");
    check("peer fe80::1ff:fe23:4567:890a gone", "peer <*> gone");
    check("read/write and/or non-blocking I/O", "read/write and/or non-blocking I/O");
    check("at com.example.Store.put(Store.java:77)", "at <*>(<*>)");
}

#[test]
fn keys_and_values() {
    check("user=eve role=admin", "user=<*> role=<*>");
    check("logname= uid=0 ruser= rhost=h", "logname=<*> uid=<*> ruser=<*> rhost=<*>");
    check("a=, b=) c=", "a=<*>, b=<*>) c=<*>");
    check("name = eve", "name =<*>");
    check("tag=\"View Lock\" n=1", "tag=\"<*>\" n=<*>");
    check("ws=Source{10113} lock=Rect(0, 0 - 7, 8)", "ws=<*> lock=<*>");
    check("if a == b", "if a == b");
    check("status=failed state=down error=full", "status=failed state=down error=full");
    check("result = denied", "result = denied");
    check("x=failed", "x=failed");
    check(
        r#"{"user":"eve","msg":"started","level":"error","ok":true}"#,
        r#"{"user":"<*>","msg":"started","level":"error","ok":<*>}"#,
    );
    check(r#"{"note": "two words", "n": 1}"#, r#"{"note": "<*>", "n": <*>}"#);
}

#[test]
fn quotes_brackets_and_literals() {
    check("plugin 'cache' loaded", "plugin '<*>' loaded");
    check("plugin '' loaded", "plugin '<*>' loaded");
    check("said 'not found' twice", "said 'not found' twice");
    check("state 'failed' now", "state 'failed' now");
    check("it doesn't matter, isn't it", "it doesn't matter, isn't it");
    check("agent \"curl/8.1 (x; y) z\" seen", "agent \"<*>\" seen");
    check("connection () closed, call() done", "connection (<*>) closed, call() done");
    check("ret:true was null", "ret:<*> was <*>");
}

#[test]
fn lists_and_groups_of_any_length() {
    for line in ["nodes 1, 2, 3 lost", "nodes 1 lost", "nodes 1; 2 | 3, 4 lost"] {
        check(line, "nodes <*> lost");
    }
    let repeated = template("state a1 <ok> a2 <ok>");
    assert_eq!(template("state a1 <ok> a2 <ok> a3 <ok> a4 <ok>"), repeated);
    assert_ne!(template("state a1 <ok> a2 <bad>"), repeated);
}

#[test]
fn white_space_and_rulers() {
    check("  two   spaces\tand tabs ", " two spaces and tabs");
    check("enabled..........1", "enabled...<*>");
    assert_eq!(template("enabled......0"), template("enabled..........1"));
    check("===== start =====", "=== start ===");
    check("", "");
}

#[test]
fn chinese_is_cut_where_its_writing_changes() {
    check("连接10.0.0.1失败,耗时35毫秒", "连接<*>失败,耗时<*>毫秒");
    check("用户[eve]登录成功", "用户[eve]登录成功");
    check("订单号:A10032,状态:失败", "订单号:<*>,状态:失败");
    check("进程java退出", "进程java退出");
    check("共12345项", "共<*>项");
}

#[test]
fn names_within_chinese_words_are_found() {
    check_merged(
        &["用户张三登录失败", "用户李四登录失败", "用户王小明登录失败", "用户赵六登录失败", "用户欧阳修登录失败"],
        "用户<*>登录失败",
    );
    check_apart(&["用户张三登录失败", "用户张三登录成功", "用户张三登录超时", "用户张三登录异常", "用户张三登录中断"]);
    check_merged(
        &[
            "用户[张三]因密码错误被拒绝",
            "用户[李四]因密码错误被拒绝",
            "用户[王五]因密码错误被拒绝",
            "用户[赵六]因密码错误被拒绝",
        ]
        .map(|line| Box::leak(format!("服务 {line}").into_boxed_str()) as &str),
        "服务 用户[<*>]因密码错误被拒绝",
    );
    let mut worker = worker();
    for name in ["张三", "李四", "王小明", "赵六", "欧阳修"] {
        worker.observe(&format!("用户{name}登录失败"));
    }
    assert_eq!(parameters(&mut worker, "用户诸葛亮登录失败"), ["诸葛亮"]);
    assert_eq!(parameters(&mut worker, "用户张三登录失败"), ["张三"]);
}

#[test]
fn words_become_variables_by_evidence() {
    let names = ["eve", "mallory", "trent", "peggy", "victor"];
    let lines: Vec<String> = names.iter().map(|name| format!("password of vault {name} has expired")).collect();
    let found: BTreeSet<String> = mine(&lines).into_iter().collect();
    assert_eq!(found, BTreeSet::from(["password of vault <*> has expired".to_owned()]));
    // Three might be kinds of the same thing.
    let found: BTreeSet<String> = mine(&lines[..3]).into_iter().collect();
    assert_eq!(found.len(), 3);
}

#[test]
fn two_names_in_a_role_are_enough() {
    check_merged(
        &["session opened for user eve by root", "session opened for user trent by root"],
        "session opened for user <*> by root",
    );
    check_apart(&["access for user unknown is denied", "access for user disabled is denied"]);
}

#[test]
fn two_words_that_vary_at_once() {
    let people = ["eve", "mallory", "trent", "peggy", "victor", "walter", "alice", "bob", "carol", "dave"];
    let hosts = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"];
    let lines: Vec<String> = people
        .iter()
        .zip(hosts)
        .map(|(who, host)| format!("remote shell session opened for {who} on {host} by root daemon"))
        .collect();
    let found: BTreeSet<String> = mine(&lines).into_iter().collect();
    assert_eq!(found, BTreeSet::from(["remote shell session opened for <*> on <*> by root daemon".to_owned()]));
}

#[test]
fn one_word_can_turn_the_meaning_round() {
    check_apart(&[
        "login of operator failed",
        "login of operator succeeded",
        "login of operator denied",
        "login of operator accepted",
        "login of operator rejected",
        "login of operator blocked",
        "login of operator expired",
        "login of operator aborted",
    ]);
    check_apart(&["disk is full", "disk is not full", "disk was full", "disk is almost full"]);
    check_apart(&[
        "main volume mounted",
        "main volume opened",
        "main volume closing",
        "main volume removed",
        "main volume scanned",
    ]);
    check_apart(&["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"]);
}

#[test]
fn order_does_not_matter() {
    let mut lines = Vec::new();
    for name in ["eve", "mallory", "trent", "peggy", "victor"] {
        for verb in ["closed", "opened", "renamed"] {
            lines.push(format!("file handle {verb} for owner {name} again"));
        }
    }
    let forward: BTreeMap<String, String> = lines.iter().cloned().zip(mine(&lines)).collect();
    lines.reverse();
    let backward: BTreeMap<String, String> = lines.iter().cloned().zip(mine(&lines)).collect();
    assert_eq!(forward, backward);
    assert_eq!(forward.values().collect::<BTreeSet<_>>().len(), 3);
}

#[test]
fn ids_are_those_of_the_text() {
    let mut worker = worker();
    let found = worker.observe("took 12 ms");
    assert!(found.is_new);
    assert_eq!(found.id, TemplateId::of("took <*>"));
    assert_eq!(found.id.to_string().len(), 16);
    assert!(!worker.observe("took 13 ms").is_new);
    assert_eq!(TemplateId::parse(&found.id.to_string()), Some(found.id));
}

#[test]
fn a_template_that_generalises_keeps_its_ids_and_parameters() {
    let mut worker = worker();
    let miner = worker.miner().clone();
    let lines: Vec<String> = ["eve", "mallory", "trent", "peggy"]
        .iter()
        .map(|name| format!("vault {name} locked after 3 attempts today"))
        .collect();
    let ids: Vec<TemplateId> = lines.iter().map(|line| worker.observe(line).id).collect();
    let general = TemplateId::of("vault <*> locked after <*> attempts today");
    assert_eq!(ids[3], general, "the last piece of evidence is answered with the general template");
    assert!(ids.iter().all(|id| miner.resolve(*id) == general));
    assert_eq!(miner.template(ids[0]).unwrap().id, general);
    let aliases: Vec<TemplateEvent> =
        miner.take_events().into_iter().filter(|event| matches!(event, TemplateEvent::Alias { .. })).collect();
    for id in &ids[..3] {
        assert!(aliases.contains(&TemplateEvent::Alias { old: *id, new: general, parameters: vec![1] }));
    }
    assert!(!miner.has_events());
    assert_eq!(parameters(&mut worker, "vault zoe locked after 5 attempts today"), ["zoe", "5"]);
    assert_eq!(parameters(&mut worker, &lines[0].clone()), ["eve", "3"]);
}

#[test]
fn parameters_are_the_text_of_the_variables() {
    let mut worker = worker();
    assert_eq!(parameters(&mut worker, "exit code 137 of 'web' (user=eve, n= )"), ["137", "web", "eve", ""]);
    assert_eq!(parameters(&mut worker, "nodes 1, 2, 3 lost"), ["1, 2, 3"]);
    assert_eq!(parameters(&mut worker, "耗时35毫秒"), ["35"]);
    assert!(parameters(&mut worker, "nothing varies").is_empty());
}

#[test]
fn a_restart_takes_over_what_was_learned() {
    let mut first = worker();
    for name in ["eve", "mallory", "trent", "peggy"] {
        first.observe(&format!("password of vault {name} has expired"));
        first.observe(&format!("用户{name}登录"));
    }
    for name in ["张三", "李四", "王小明", "赵六"] {
        first.observe(&format!("用户{name}登录失败"));
    }
    let special = TemplateId::of("password of vault eve has expired");
    let general = TemplateId::of("password of vault <*> has expired");
    let records = first.miner().export();
    let json = serde_json::to_string(&records).unwrap();
    let records: Vec<TemplateRecord> = serde_json::from_str(&json).unwrap();

    let mut second = worker();
    second.miner().import(&records);
    // A single line with a word that was never seen is enough now.
    assert_eq!(second.observe("password of vault zoe has expired").id, general);
    assert_eq!(second.observe("用户诸葛亮登录失败").id, TemplateId::of("用户<*>登录失败"));
    assert_eq!(second.miner().resolve(special), general);
    let texts = |miner: &Miner| miner.export().into_iter().map(|r| r.text).collect::<BTreeSet<_>>();
    assert_eq!(texts(first.miner()), texts(second.miner()));
}

#[test]
fn broken_records_do_no_harm() {
    let miner = Miner::new(MinerSettings::default());
    let pattern = |words: &[&str], holes: &[u8]| {
        let tokens: Vec<(String, String)> = words.iter().map(|w| (" ".to_owned(), (*w).to_owned())).collect();
        serde_json::json!({ "tokens": tokens, "holes": holes })
    };
    let record = serde_json::json!([{
        "id": 1, "text": "x", "patterns": [pattern(&["a", "b"], &[7, 250]), pattern(&["a"], &[0]), pattern(&[], &[])], "aliases": [1, 2],
    }]);
    miner.import(&serde_json::from_value::<Vec<TemplateRecord>>(record).unwrap());
    assert!(!Worker::new(miner).observe("a b").is_overflow());
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
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

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
