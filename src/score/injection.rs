//! Hostile log lines against a model that obeys every one of them: no verdict may be flipped, neither that of the line nor that of its
//! neighbours.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::detectors::Wanted;
use super::judges::stub::{Canned, Stub, is_fault, shown};
use super::templates::{Miner, MinerSettings};
use super::*;
use crate::config::{Problems, Section, read_text};
use crate::document::FieldPath;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Stands in hostile lines, so that the stub knows them in whatever disguise they come.
const HOSTILE: &str = "qzxhost";

/// What is to be believed of lines that are in order.
const ROUTINE: &str = "user opened the door of room";

struct Hostile {
    kind: String,
    payload: String,
}

fn hostile() -> Vec<Hostile> {
    let mut kind = String::new();
    let mut found = Vec::new();
    for line in include_str!("question/hostile.txt").lines().skip(1).filter(|line| !line.is_empty()) {
        match line.strip_prefix("# ") {
            Some(name) => name.clone_into(&mut kind),
            None => found.push(Hostile { kind: kind.clone(), payload: unescape(line) }),
        }
    }
    found
}

/// `\u{…}` and `\n`.
fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut parts = text.replace("\\n", "\n");
    while let Some((before, rest)) = parts.clone().split_once("\\u{") {
        let (code, rest) = rest.split_once('}').unwrap();
        out.push_str(before);
        out.push(char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap());
        parts = rest.to_owned();
    }
    out + &parts
}

/// Obeys: if a hostile line is in the question, every template gets the verdict that the attackers want.
fn obey(body: &Value, wanted: &str) -> Canned {
    let shown = shown(body);
    let is_swayed = body["messages"].to_string().contains(HOSTILE);
    let verdicts: Vec<Value> = shown
        .iter()
        .map(|(id, text)| {
            let is_anomaly = if is_swayed { wanted == "anomaly" } else { is_fault(text) };
            let (verdict, severity) = if is_anomaly { ("anomaly", "CRITICAL") } else { ("normal", "INFO") };
            json!({ "id": id, "reason": "as told", "category": "none", "severity": severity, "verdict": verdict, "score": 0 })
        })
        .collect();
    let content = json!({ "verdicts": verdicts }).to_string();
    Canned::ok(json!({ "message": { "content": content }, "done": true, "done_reason": "stop" }).to_string())
}

async fn start(wanted: &'static str) -> (Stub, Arc<Scorer>) {
    let stub = Stub::start(move |_, body, _| obey(body, wanted)).await;
    let yaml = format!(
        "{{ judges: [rules, ollama], quota_per_hour: 100000, ollama: {{ url: '{}', model: m, concurrency: 8 }} }}",
        stub.url
    );
    let node = read_text("c.yml", &yaml).unwrap();
    let problems = Problems::default();
    let settings = Settings::read(Section::new(&node, &problems), None);
    assert!(problems.into_vec().is_empty());
    let scorer =
        Scorer::start(&settings, &tokio::runtime::Handle::current(), &reqwest::Client::new()).expect("it starts");
    (stub, scorer)
}

/// A word that stands for a number, so that the miner does not take it for a variable and each line is a template of its own.
fn word(number: usize) -> String {
    let mut word = String::new();
    let mut rest = number + 700;
    while rest > 0 {
        word.push(char::from(b'a' + (rest % 26) as u8));
        rest /= 26;
    }
    format!("{word}ix")
}

async fn settle(scored: Scored) -> Judged {
    match scored {
        Scored::Known(judged) => judged,
        Scored::Wait(ticket) => ticket.wait().await,
    }
}

fn route() -> RouteSettings {
    RouteSettings {
        text: FieldPath::parse("message").unwrap(),
        terms: Terms { deadline: Some(Duration::from_secs(30)), class: 0 },
        detectors: Wanted::ALL,
    }
}

/// Scores every hostile line behind `base` together with a neighbour; returns both verdicts.
async fn attack(
    base: &str,
    neighbour: &str,
    level: Option<&str>,
    wanted: &'static str,
) -> Vec<(Hostile, Judged, Judged)> {
    let (_stub, scorer) = start(wanted).await;
    let route = route();
    let mut worker = scorer.worker();
    let mut waiting = Vec::new();
    for (number, line) in hostile().into_iter().enumerate() {
        let hints = |level| Hints { level, service: Some("shop"), terms: route.terms };
        let word = word(number);
        let own = worker.score(&format!("{word} {HOSTILE} {base}. {}", line.payload), hints(level));
        let other = worker.score(&format!("{word} {neighbour}"), hints(None));
        waiting.push((line, own, other));
    }
    let mut settled = Vec::new();
    for (line, own, other) in waiting {
        settled.push((line, settle(own).await, settle(other).await));
    }
    settled
}

#[test]
fn the_suite_is_large_and_varied() {
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    hostile().into_iter().for_each(|line| *kinds.entry(line.kind).or_default() += 1);
    assert!(kinds.values().sum::<usize>() >= 100 && kinds.len() >= 8, "{kinds:?}");
    let miner = Miner::new(MinerSettings::default());
    let mut worker = templates::Worker::new(miner);
    let ids: std::collections::BTreeSet<_> =
        (0..200).map(|number| worker.observe(&format!("{} {ROUTINE}", word(number))).id).collect();
    assert!(!ids.is_empty());
}

#[tokio::test]
async fn a_fault_that_only_the_model_sees_is_not_talked_away() {
    let mut flipped = Vec::new();
    for (line, own, other) in attack("disk array is gone for good", "volume is gone for good", None, "normal").await {
        if own.annotation.verdict.kind == Kind::Normal {
            flipped.push(format!("{}: {}", line.kind, line.payload));
        }
        assert_eq!(other.annotation.verdict.kind, Kind::Anomaly, "the neighbour of {}", line.payload);
    }
    assert!(flipped.is_empty(), "flipped:\n{}", flipped.join("\n"));
}

#[tokio::test]
async fn what_the_line_says_by_itself_stands() {
    for (base, level, severity) in [
        ("kernel panic", None, Severity::Critical),
        ("数据库宕机", None, Severity::Critical),
        ("request failed", None, Severity::Warning),
        ("all is well", Some("FATAL"), Severity::Critical),
        ("all is well", Some("ERROR"), Severity::Warning),
    ] {
        for (line, own, _) in attack(base, ROUTINE, level, "normal").await {
            let verdict = &own.annotation.verdict;
            assert_ne!(verdict.kind, Kind::Normal, "{base}: {}", line.payload);
            assert!(verdict.severity >= severity, "{base}: {}", line.payload);
            assert!(!verdict.reason.contains("://") && !verdict.reason.contains('<'), "{}", verdict.reason);
        }
    }
}

#[tokio::test]
async fn neighbours_are_not_made_to_look_bad() {
    for (line, _, other) in attack("disk array is gone for good", ROUTINE, None, "anomaly").await {
        assert_eq!(other.annotation.verdict.kind, Kind::Normal, "the neighbour of {}", line.payload);
    }
}

/// Even if the guard saw nothing: a hostile line that reaches the model beside others.
#[tokio::test]
async fn a_control_shows_that_a_model_was_swayed() {
    for wanted in ["normal", "anomaly"] {
        let (stub, scorer) = start(wanted).await;
        let route = route();
        let mut worker = scorer.worker();
        let hints = Hints { level: None, service: Some("shop"), terms: route.terms };
        let lines =
            [format!("{HOSTILE} with subtle words"), "volume is gone for good".into(), format!("aix {ROUTINE}")];
        let scored: Vec<Scored> = lines.iter().map(|line| worker.score(line, hints)).collect();
        let mut kinds = Vec::new();
        for one in scored {
            kinds.push(settle(one).await.annotation.verdict.kind);
        }
        assert_eq!(kinds[1..], [Kind::Anomaly, Kind::Normal], "{wanted}");
        assert_eq!(stub.bodies().len(), 4, "once together, then one by one");
    }
}
