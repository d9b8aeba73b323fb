//! Compiling a folder of 3,000 pipelines, as a team has that took over every integration: it must be done in under a second.
//!
//! `cargo bench --bench loading`
#![allow(clippy::unwrap_used)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use logboom::ingest::{PipelineOptions, Pipelines};
use std::fmt::Write;
use std::path::Path;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PIPELINES: usize = 3_000;

/// A pipeline as integrations have them. The number makes each another one.
fn pipeline(number: usize) -> String {
    let mut text = String::from("processors:\n");
    let mut step = |line: &str| writeln!(text, "  - {line}").unwrap();
    step("set: {field: ecs.version, value: 8.11.0}");
    step(
        "rename: {field: message, target_field: event.original, ignore_missing: true, if: 'ctx.event?.original == null'}",
    );
    let pattern = format!(
        "^%{{TIMESTAMP_ISO8601:_tmp.time}} %{{IPORHOST:host.name}} app{number}\\\\[%{{POSINT:process.pid:long}}\\\\]: %{{GREEDYDATA:message}}"
    );
    step(&format!("grok: {{field: event.original, patterns: [\"{pattern}\"]}}"));
    step("date: {field: _tmp.time, formats: [ISO8601, 'yyyy-MM-dd HH:mm:ss']}");
    step("kv: {field: message, field_split: '\\s+', value_split: '=', target_field: app, ignore_failure: true}");
    step("convert: {field: app.port, type: long, target_field: destination.port, ignore_missing: true}");
    step(
        "script: {source: \"if (ctx.app?.bytes != null) { ctx.network = ['bytes': Long.parseLong(ctx.app.bytes)] }\"}",
    );
    step(
        "append: {field: related.ip, value: '{{{source.ip}}}', allow_duplicates: false, if: 'ctx.source?.ip != null'}",
    );
    step("remove: {field: [_tmp, app], ignore_missing: true}");
    text + "on_failure:\n  - append: {field: error.message, value: '{{{_ingest.on_failure_message}}}'}\n"
}

fn folder(dir: &Path) {
    for number in 0..PIPELINES {
        std::fs::write(dir.join(format!("logs-app{number}.yml")), pipeline(number)).unwrap();
    }
}

fn loading(c: &mut Criterion) {
    let dir = tempfile::tempdir().unwrap();
    folder(dir.path());
    let mut group = c.benchmark_group("loading");
    group.sample_size(10).throughput(Throughput::Elements(PIPELINES as u64));
    group.bench_function("3,000 pipelines", |b| {
        b.iter(|| Pipelines::load(dir.path(), &PipelineOptions::default()).map_err(|errors| errors.len()).unwrap());
    });
}

criterion_group!(benches, loading);
criterion_main!(benches);
