//! What becomes a variable by evidence, and what ids and parameters follow from that.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use std::collections::{BTreeMap, BTreeSet};

mod bounds;
mod forms;

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
