//! Scoring on labelled lines: the figures that `docs/scoring/evaluation.md` shows, guarded.
//!
//! The labelled logs may be used for tests only and are no part of this repository: they lie in `$LOGBOOM_SHARED` or `../shared`,
//! under `data`. Without them there is nothing to measure and these tests pass with a note.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod bgl;
mod model;
mod nab;
mod student;

use logboom::config::{Problems, Section, read_text};
use logboom::score::evaluation::{Evaluation, LabelledLine, evaluate};
use logboom::score::{Hints, Judged, RouteSettings, Scored, Scorer, Settings};
use model::Model;
use std::sync::Arc;

fn settings(yaml: &str) -> Settings {
    let node = read_text("test.yml", yaml).unwrap();
    let problems = Problems::default();
    let settings = Settings::read(Section::new(&node, &problems), None);
    let found: Vec<String> = problems.into_vec().iter().map(ToString::to_string).collect();
    assert!(found.is_empty(), "{found:?}");
    settings
}

fn start(settings: &Settings) -> Arc<Scorer> {
    Scorer::start(settings, &tokio::runtime::Handle::current(), &reqwest::Client::new()).unwrap()
}

fn asking(model: &Model, more: &str) -> Settings {
    let ollama = format!("ollama: {{ url: '{}', model: truth, concurrency: 4, timeout: 5s }}", model.url);
    settings(&format!("{{ judges: [ollama], deadline: 60s, quota_per_hour: 1000000, {ollama}{more} }}"))
}

async fn judged(scored: Scored) -> Judged {
    match scored {
        Scored::Known(judged) => judged,
        Scored::Wait(ticket) => ticket.wait().await,
    }
}

fn show(name: &str, evaluation: &Evaluation) {
    let mut shown = serde_json::to_value(evaluation).unwrap();
    shown.as_object_mut().unwrap().remove("mistakes");
    println!("{name}: {shown}");
    for mistake in evaluation.mistakes.iter().take(5) {
        println!("  {mistake:?}");
    }
}

/// With a model that is always right, whatever its server does: slow answers, 500, 503, answers cut off, answers that are no JSON.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_perfect_model_behind_a_bad_server_gives_perfect_verdicts() {
    let Some(lines) = bgl::lines() else { return };
    let model = Model::start(bgl::truth().unwrap(), true).await;
    let scorer = start(&asking(&model, ""));
    let evaluation = evaluate(&scorer, &RouteSettings::standard().unwrap(), &lines, None).await;
    show("BGL, a model that knows the truth", &evaluation);
    println!("faults of the server: {:?}", model.faults());
    assert!(model.faults().iter().all(|(_, count)| *count > 0), "the server had every fault at least once");
    assert!(evaluation.scorer.f1 >= 0.99, "F1 is {}", evaluation.scorer.f1);
    assert!(evaluation.calls_per_template <= 1.2, "{} calls a template", evaluation.calls_per_template);
    // Texts that seem to speak to their judge are not taken for normal on its word.
    assert!(evaluation.unknown <= evaluation.lines / 20, "{} unknown", evaluation.unknown);
    assert!(evaluation.keywords.f1 < 0.6 && evaluation.null.f1 == 0.0, "the baselines are far below");
}

/// The cache changes no verdict: the same lines, each asked about for itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verdicts_are_the_same_without_the_cache() {
    const LANES: usize = 16;
    let Some(lines) = bgl::lines() else { return };
    let model = Model::start(bgl::truth().unwrap(), false).await;
    let cached = verdicts(&start(&asking(&model, "")), &lines).await;
    let calls_cached = model.requests();
    let off = asking(&model, ", cache: { capacity: 0 }");
    let lanes: Vec<_> = lines
        .chunks(lines.len().div_ceil(LANES))
        .map(|chunk| {
            let (off, chunk) = (off.clone(), chunk.to_vec());
            tokio::spawn(async move { verdicts(&start(&off), &chunk).await })
        })
        .collect();
    let mut alone = Vec::new();
    for lane in lanes {
        alone.extend(lane.await.unwrap());
    }
    for ((line, (own, other)), _) in lines.iter().zip(cached.iter().zip(&alone)).filter(|(_, (a, b))| a != b).zip(0..5)
    {
        println!("  with the cache {own:?}, without {other:?}: {}", line.text);
    }
    let same = cached.iter().zip(&alone).filter(|(a, b)| a == b).count();
    println!(
        "BGL: {same} of {} verdicts equal; calls {calls_cached} and {}",
        lines.len(),
        model.requests() - calls_cached
    );
    assert!(model.requests() - calls_cached >= lines.len(), "each line was asked about");
    assert!(same as f64 >= 0.999 * lines.len() as f64);
}

/// One line after the other.
async fn verdicts(scorer: &Scorer, lines: &[LabelledLine]) -> Vec<[String; 3]> {
    let mut worker = scorer.worker();
    let route = RouteSettings::standard().unwrap();
    let mut found = Vec::new();
    for line in lines {
        let hints = Hints { level: None, service: None, terms: route.terms };
        let judged = judged(worker.score(&line.text, hints)).await;
        let verdict = &judged.annotation.verdict;
        found.push([verdict.kind.name(), verdict.severity.name(), judged.annotation.status.name()].map(str::to_owned));
    }
    found
}
