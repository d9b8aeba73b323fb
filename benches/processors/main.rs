//! What one processor costs, and one condition: each case of `cases.json`, on a document that is read anew each time.
//!
//! `cargo bench --bench processors` prints a JSON object, nanoseconds by case; `benches/processors/beside_node.py` runs it and the same
//! cases on a real node, and prints both.
#![allow(clippy::unwrap_used)]

use logboom::config;
use logboom::document::{Arena, Document, parse};
use logboom::ingest::{Context, PipelineOptions, Pipelines};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CASES: &str = include_str!("cases.json");
/// Documents of a batch: the arena is reset after each, as a worker does.
const BATCH: u32 = 500;
const WARM_UP: Duration = Duration::from_millis(100);
const MEASURED: Duration = Duration::from_millis(400);

#[derive(serde::Deserialize)]
struct Case {
    name: String,
    document: serde_json::Value,
    processor: serde_json::Value,
}

fn main() {
    let cases: Vec<Case> = serde_json::from_str(CASES).unwrap();
    let figures: BTreeMap<String, f64> =
        cases.into_iter().map(|case| (case.name.clone(), nanoseconds(&case))).collect();
    println!("{}", serde_json::to_string_pretty(&figures).unwrap());
}

/// The time of a run, less that of reading its document.
fn nanoseconds(case: &Case) -> f64 {
    let with = pipelines(serde_json::json!({"processors": [case.processor]}));
    let without = pipelines(serde_json::json!({"processors": []}));
    let document = case.document.to_string();
    (measure(&with, &document) - measure(&without, &document)).max(0.0)
}

fn pipelines(pipeline: serde_json::Value) -> Pipelines {
    let node = config::read_text("case.json", &pipeline.to_string()).unwrap();
    Pipelines::compile(&[("case".to_owned(), node)], &PipelineOptions::default()).unwrap()
}

fn measure(pipelines: &Pipelines, document: &str) -> f64 {
    let mut arena = Arena::new();
    run_for(WARM_UP, pipelines, document, &mut arena);
    run_for(MEASURED, pipelines, document, &mut arena)
}

fn run_for(time: Duration, pipelines: &Pipelines, document: &str, arena: &mut Arena) -> f64 {
    let (mut runs, start) = (0_u32, Instant::now());
    while start.elapsed() < time {
        batch(pipelines, document, arena);
        arena.reset();
        runs += BATCH;
    }
    start.elapsed().as_nanos() as f64 / f64::from(runs)
}

fn batch(pipelines: &Pipelines, document: &str, arena: &Arena) {
    let now = jiff::Timestamp::UNIX_EPOCH;
    let mut cx = Context::new(pipelines, now);
    for _ in 0..BATCH {
        let root = parse(document, arena).unwrap().as_object().unwrap();
        let doc = Document::new(arena, root, now);
        let _ = black_box(pipelines.run("case", &doc, &mut cx));
    }
}
