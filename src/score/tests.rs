//! The scorer as a whole, with scripted judges.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::detectors::Wanted;
use super::judges::{Asked, Case, Judge, Opinion, Spent, Trouble};
use super::rules::Rules;
use super::store::{News, Reader, StoredVerdict, VerdictKey};
use super::templates::{Miner, MinerSettings};
use super::*;
use crate::document::FieldPath;
use futures_util::future::BoxFuture;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

type Script = dyn Fn(&[Case]) -> Result<Vec<Option<Opinion>>, Trouble> + Send + Sync;

/// A judge that answers as told, after a while.
struct Scripted {
    delay: Duration,
    script: Box<Script>,
    calls: AtomicU64,
    /// Sizes of the batches it was asked.
    batches: Mutex<Vec<usize>>,
}

impl Scripted {
    fn new(
        delay: Duration,
        script: impl Fn(&[Case]) -> Result<Vec<Option<Opinion>>, Trouble> + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self { delay, script: Box::new(script), calls: AtomicU64::new(0), batches: Mutex::default() })
    }

    fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }
}

impl Judge for Scripted {
    fn name(&self) -> &'static str {
        "scripted"
    }
    fn asked(&self) -> Option<&dyn Asked> {
        Some(self)
    }
}

impl Asked for Scripted {
    fn ask<'a>(&'a self, cases: &'a [Case]) -> BoxFuture<'a, Result<Vec<Option<Opinion>>, Trouble>> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.batches.lock().unwrap().push(cases.len());
        Box::pin(async move {
            tokio::time::sleep(self.delay).await;
            (self.script)(cases)
        })
    }
    fn concurrency(&self) -> usize {
        4
    }
    fn spent(&self) -> Spent {
        Spent { calls: 1, tokens: 100 }
    }
}

fn opinion(kind: Kind, severity: Severity) -> Opinion {
    Opinion { kind, severity, score: 0.5, category: "x".into(), reason: "said so".into() }
}

fn always(kind: Kind, severity: Severity) -> impl Fn(&[Case]) -> Result<Vec<Option<Opinion>>, Trouble> {
    move |cases| Ok(cases.iter().map(|_| Some(opinion(kind, severity))).collect())
}

fn scorer(settings: &Settings, judges: Vec<Arc<dyn Judge>>) -> Arc<Scorer> {
    let rules = Arc::new(Rules::compile(&[], true).unwrap());
    let runtime = tokio::runtime::Handle::current();
    let learnt = (Miner::new(MinerSettings::default()), Arc::default());
    Scorer::with_judges(settings, rules, judges, &runtime, learnt, (None, Vec::new())).expect("it starts")
}

fn route(deadline: Duration) -> RouteSettings {
    let terms = Terms { deadline: Some(deadline), class: 0 };
    RouteSettings { text: FieldPath::parse("message").unwrap(), terms, detectors: Wanted::ALL }
}

fn hints<'a>(route: &'a RouteSettings, level: Option<&'a str>) -> Hints<'a> {
    Hints { level, service: Some("web"), terms: route.terms }
}

async fn judged(scored: Scored) -> Judged {
    match scored {
        Scored::Known(judged) => judged,
        Scored::Wait(ticket) => ticket.wait().await,
    }
}

fn field(judged: &Judged, name: &str) -> String {
    let json: serde_json::Value = serde_json::from_slice(judged.json()).unwrap();
    json[name].as_str().map_or_else(|| json[name].to_string(), str::to_owned)
}

#[tokio::test]
async fn rules_alone_answer_at_once() {
    let scorer = scorer(&Settings::default(), Vec::new());
    let mut worker = scorer.worker();
    let route = route(Duration::from_secs(1));
    for (line, level, kind, severity) in [
        ("GET /index.html 200", None, Kind::Normal, Severity::Info),
        ("数据库宕机", None, Kind::Anomaly, Severity::Critical),
        ("something odd happened", Some("ERROR"), Kind::Anomaly, Severity::Warning),
        ("something odd happened", Some("FATAL"), Kind::Anomaly, Severity::Critical),
        ("request failed", None, Kind::Anomaly, Severity::Warning),
    ] {
        let Scored::Known(first) = worker.score(line, hints(&route, level)) else { panic!("{line}: waits") };
        assert_eq!((first.annotation.verdict.kind, first.annotation.verdict.severity), (kind, severity), "{line}");
        assert_eq!(first.annotation.status, Status::Scored);
        let Scored::Known(again) = worker.score(line, hints(&route, level)) else { panic!("{line}: waits") };
        assert!(Arc::ptr_eq(&first.annotation, &again.annotation), "a hit is a copy of a pointer");
    }
}

#[tokio::test]
async fn a_keyword_in_a_variable_raises_only_its_own_line() {
    let scorer =
        scorer(&Settings::default(), vec![Scripted::new(Duration::ZERO, always(Kind::Normal, Severity::Info))]);
    let mut worker = scorer.worker();
    let route = route(Duration::from_secs(5));
    let calm = judged(worker.score("node 17: state 1ok", hints(&route, None))).await;
    let grave = judged(worker.score("node 17: state 1宕机", hints(&route, None))).await;
    assert_eq!(calm.annotation.verdict.kind, Kind::Normal);
    assert_eq!((field(&grave, "verdict"), field(&grave, "severity")), ("anomaly".into(), "CRITICAL".into()));
    assert_eq!(field(&grave, "judge"), "rules");
    let calm = judged(worker.score("node 18: state 2ok", hints(&route, None))).await;
    assert_eq!(calm.annotation.verdict.kind, Kind::Normal);
}

#[tokio::test]
async fn one_question_however_many_records_wait() {
    let judge = Scripted::new(Duration::from_millis(50), always(Kind::Anomaly, Severity::Critical));
    let scorer = scorer(&Settings::default(), vec![judge.clone()]);
    let route = route(Duration::from_secs(5));
    let mut workers = [scorer.worker(), scorer.worker()];
    let mut tickets = Vec::new();
    for number in 0..100 {
        match workers[number % 2].score(&format!("disk {number} looks odd"), hints(&route, None)) {
            Scored::Wait(ticket) => tickets.push(ticket),
            Scored::Known(_) => panic!("nothing is known yet"),
        }
    }
    for ticket in tickets {
        let judged = ticket.wait().await;
        assert_eq!(field(&judged, "status"), "scored");
        assert_eq!(field(&judged, "cached"), "false");
        assert!(!judged.is_pending());
    }
    assert_eq!(judge.calls(), 1);
    let Scored::Known(cached) = workers[0].score("disk 7 looks odd", hints(&route, None)) else { panic!("waits") };
    assert_eq!(field(&cached, "cached"), "true");
}

#[tokio::test]
async fn records_leave_at_the_deadline_and_are_mended() {
    let judge = Scripted::new(Duration::from_millis(300), always(Kind::Anomaly, Severity::Warning));
    let scorer = scorer(&Settings::default(), vec![judge]);
    let mut worker = scorer.worker();
    let route = route(Duration::from_millis(50));
    let Scored::Wait(ticket) = worker.score("queue is odd", hints(&route, Some("ERROR"))) else { panic!("known") };
    let started = Instant::now();
    let pending = ticket.wait().await;
    assert!(started.elapsed() < Duration::from_millis(200));
    assert_eq!(field(&pending, "status"), "pending");
    assert_eq!(field(&pending, "severity"), "WARNING");
    pending.written_to("es", "logs-a");
    pending.written_to("es", "logs-a");
    // The question has had its time: the next record does not wait.
    let Scored::Known(next) = worker.score("queue is odd", hints(&route, Some("ERROR"))) else { panic!("waits again") };
    assert!(next.is_pending());
    next.written_to("es", "logs-b");
    let late = scorer.late();
    let mended = tokio::time::timeout(Duration::from_secs(2), late.next()).await.unwrap();
    assert_eq!(mended.verdict.kind, Kind::Anomaly);
    let indices: Vec<&str> = mended.targets.iter().map(|target| &*target.index).collect();
    assert_eq!(indices, ["logs-a", "logs-b"]);
    let settled = pending.later().expect("it is pending").await;
    assert_eq!((field(&settled, "status"), field(&settled, "severity")), ("scored".into(), "WARNING".into()));
    assert!(settled.later().is_none());
    // Too late for the question's answer, not for mending.
    pending.written_to("es", "logs-c");
    let last = tokio::time::timeout(Duration::from_secs(2), late.next()).await.unwrap();
    assert_eq!(&*last.targets[0].index, "logs-c");
}

#[tokio::test]
async fn a_model_that_is_away_degrades_and_is_left_alone() {
    let judge = Scripted::new(Duration::ZERO, |_| Err(Trouble::Away("connection refused".into())));
    let mut settings = Settings::default();
    settings.cache.degraded_ttl = Duration::from_millis(10);
    let scorer = scorer(&settings, vec![judge.clone()]);
    let mut worker = scorer.worker();
    let route = route(Duration::from_secs(5));
    let started = Instant::now();
    for number in 0..200u32 {
        let line = format!("template {} is new", char::from_u32(0x4e00 + number).unwrap());
        let judged = judged(worker.score(&line, hints(&route, None))).await;
        assert_eq!((field(&judged, "status"), field(&judged, "verdict")), ("degraded".into(), "unknown".into()));
    }
    assert!(started.elapsed() < Duration::from_secs(3), "nobody waits for a server that is away");
    assert!(judge.calls() <= u64::from(breaker::FAILURES_MAX) + 2, "{} calls", judge.calls());
}

#[tokio::test]
async fn the_next_model_is_asked() {
    let first = Scripted::new(Duration::ZERO, |_| Err(Trouble::Rubbish("no JSON".into())));
    let second = Scripted::new(Duration::ZERO, always(Kind::Anomaly, Severity::Critical));
    let scorer = scorer(&Settings::default(), vec![first.clone(), second]);
    let route = route(Duration::from_secs(5));
    let judged = judged(scorer.worker().score("odd thing", hints(&route, None))).await;
    assert_eq!(field(&judged, "severity"), "CRITICAL");
    assert_eq!(first.calls(), 2, "asked twice before the next one");
}

#[tokio::test]
async fn busy_is_not_away() {
    let calls = Arc::new(AtomicU64::new(0));
    let counted = calls.clone();
    let judge = Scripted::new(Duration::ZERO, move |cases| {
        if counted.fetch_add(1, Ordering::Relaxed) < 2 {
            return Err(Trouble::Busy("503".into()));
        }
        always(Kind::Anomaly, Severity::Warning)(cases)
    });
    let scorer = scorer(&Settings::default(), vec![judge]);
    let route = route(Duration::from_secs(10));
    let judged = judged(scorer.worker().score("odd thing", hints(&route, None))).await;
    assert_eq!(field(&judged, "status"), "scored");
    assert_eq!(calls.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn a_model_never_lowers() {
    let judge = Scripted::new(Duration::ZERO, always(Kind::Normal, Severity::Info));
    let scorer = scorer(&Settings::default(), vec![judge]);
    let route = route(Duration::from_secs(5));
    let mut worker = scorer.worker();
    for (line, level, kind, severity) in [
        ("all is well", Some("FATAL"), Kind::Anomaly, Severity::Critical),
        ("all is well", Some("ERROR"), Kind::Normal, Severity::Warning),
        ("all is well", Some("INFO"), Kind::Normal, Severity::Info),
        ("kernel panic", Some("INFO"), Kind::Anomaly, Severity::Critical),
        ("request failed", Some("INFO"), Kind::Normal, Severity::Warning),
    ] {
        let judged = judged(worker.score(line, hints(&route, level))).await;
        let verdict = &judged.annotation.verdict;
        assert_eq!((verdict.kind, verdict.severity), (kind, severity), "{line} {level:?}");
    }
}

#[tokio::test]
async fn templates_share_prompts() {
    let judge = Scripted::new(Duration::from_millis(20), always(Kind::Normal, Severity::Info));
    let scorer = scorer(&Settings::default(), vec![judge.clone()]);
    let mut worker = scorer.worker();
    let route = route(Duration::from_secs(5));
    let words = ["alpha", "beta", "gamma", "delta", "eps", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu"];
    let tickets: Vec<Scored> = words.iter().map(|word| worker.score(word, hints(&route, None))).collect();
    for ticket in tickets {
        assert_eq!(field(&judged(ticket).await, "status"), "scored");
    }
    assert!(judge.calls() <= 3, "{:?}", judge.batches.lock().unwrap());
    assert!(judge.batches.lock().unwrap().iter().all(|size| *size <= desk::BATCH_MAX));
}

#[tokio::test]
async fn a_value_that_was_never_there_is_said() {
    let scorer = scorer(&Settings::default(), Vec::new());
    let mut worker = scorer.worker();
    let route = route(Duration::from_secs(1));
    let mut remarks = Vec::new();
    for n in 0..3_000 {
        let line = format!("worker {} took job {n} code {}", n % 4, [0, 0, 7][n % 3]);
        assert!(matches!(worker.score(&line, hints(&route, None)), Scored::Known(_)));
        remarks.extend(worker.surprise(&line));
    }
    assert_eq!(remarks, []);
    let line = "worker 2 took job 9 code 99";
    let Scored::Known(known) = worker.score(line, hints(&route, None)) else { panic!("it waits") };
    let surprise = worker.surprise(line).unwrap().to_string();
    assert_eq!(surprise, "variable 3 was never `99` before; known: 0, 7");
    let remarked = known.clone().with_remark(&surprise);
    assert_eq!(field(&remarked, "reason"), format!("{}; {surprise}", field(&known, "reason")));
    assert_eq!(field(&remarked, "verdict"), field(&known, "verdict"));
    assert_eq!(worker.surprise(line), None, "now it is known");
}

/// A verdict as another process would share it.
fn shared(template: TemplateId, judge: &str, kind: &str, expires_ms: u64) -> StoredVerdict {
    let json = serde_json::json!({
        "template": template.to_string(), "text": "x", "class": "0", "expires_ms": expires_ms, "verdict": kind,
        "severity": "INFO", "score": 0.1, "judge": judge, "reason": "shared\u{202e} [x](https://x.example)",
    });
    serde_json::from_value(json).unwrap()
}

#[tokio::test]
async fn what_others_asked_is_taken_up() {
    let model = Scripted::new(Duration::from_secs(3_600), always(Kind::Anomaly, Severity::Warning));
    let scorer = scorer(&Settings::default(), vec![model.clone()]);
    let mut worker = scorer.worker();
    let route = route(Duration::from_secs(20));
    let take = |stored: StoredVerdict| scorer.core.take(vec![News::Verdict(stored)]);
    // A question that is under way has its answer.
    let Scored::Wait(ticket) = worker.score("pump 7 settled", hints(&route, None)) else { panic!("nothing is asked") };
    let id = ticket.template().id;
    let now_ms = scorer.core.clock.now_ms();
    for refused in [shared(id, "somebody", "normal", now_ms + 60_000), shared(id, "scripted", "normal", now_ms - 1)] {
        take(refused);
        assert_eq!(scorer.core.cache.all().len(), 0);
    }
    take(shared(id, "scripted", "normal", u64::MAX));
    let known = ticket.wait().await;
    assert_eq!((field(&known, "status"), field(&known, "reason")), ("scored".into(), "shared [link]".into()));
    let (key, entry) = scorer.core.cache.all().pop().unwrap();
    assert!(entry.expires_ms < now_ms + 30 * 24 * 3_600_000, "nobody decides for longer than we would");
    // It is held, until it is said otherwise, and never below what the line itself says.
    let Scored::Known(held) = worker.score("pump 8 settled", hints(&route, None)) else { panic!("it is asked again") };
    assert_eq!(field(&held, "verdict"), "normal");
    take(shared(id, "scripted", "anomaly", now_ms + 60_000));
    let Scored::Known(other) = worker.score("pump 9 settled", hints(&route, None)) else { panic!("it is asked again") };
    assert_eq!(field(&other, "verdict"), "anomaly");
    let gone = VerdictKey::of(&shared(id, "scripted", "anomaly", 0));
    scorer.core.take(vec![News::Gone(VerdictKey { judge: "somebody".into(), ..gone.clone() })]);
    assert!(scorer.core.cache.get(&key).is_some(), "another judge's verdict is meant");
    scorer.core.take(vec![News::Gone(gone)]);
    assert!(scorer.core.cache.get(&key).is_none());
    let said = feedback::Feedback {
        template: id.to_string(),
        verdict: Some("anomaly".into()),
        author: "li".into(),
        ..feedback::Feedback::default()
    };
    scorer.core.take(vec![News::Said(said)]);
    let Scored::Known(operators) = worker.score("pump 9 settled", hints(&route, None)) else { panic!("it is asked") };
    assert_eq!(field(&operators, "judge"), OPERATOR);
}
