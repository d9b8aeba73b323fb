//! Painless: what one condition costs, what a script that edits costs, what compiling.
//!
//! `cargo bench --bench painless`
#![allow(clippy::unwrap_used)]

use criterion::{Criterion, criterion_group, criterion_main};
use logboom::document::{Arena, Document, parse};
use logboom::ingest::painless::{Script, ScriptContext};
use std::hint::black_box;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const DOCUMENT: &str = r#"{"message":"Accepted publickey for root from 10.0.0.1 port 22","event":{"dataset":"system.auth",
    "action":"ssh_login","outcome":"success","category":["authentication","session"]},"source":{"ip":"10.0.0.1","port":22},
    "user":{"name":"root"},"log":{"level":"INFO"},"tags":["forwarded","preserve_original_event"]}"#;

/// Conditions as pipelines have them.
const CONDITIONS: &[(&str, &str)] = &[
    ("a constant", "true"),
    ("a field is there", "ctx.source?.ip != null"),
    ("a field is missing", "ctx.destination?.ip != null"),
    ("equal to a text", "ctx.event?.action == 'ssh_login'"),
    ("equal to a number", "ctx.source?.port == 22"),
    ("two of them", "ctx?.event?.outcome == 'success' && ctx?.user?.name != null"),
    ("one of a list", "['ssh_login', 'logout', 'sudo'].contains(ctx.event?.action)"),
    ("a list has it", "ctx.tags?.contains('preserve_original_event')"),
    ("a text has it", "ctx.message.contains('publickey')"),
    ("a regular expression", "ctx.message =~ /from \\d+\\.\\d+/"),
    ("a lambda", "ctx.event.category.stream().anyMatch(c -> c == 'session')"),
    ("a type and a case", "ctx.log?.level instanceof String && ctx.log.level.toLowerCase() == 'info'"),
];

const EDITS: &[(&str, &str)] = &[
    ("set a field", "ctx.event.kind = 'event'"),
    ("arithmetic", "ctx.event.duration = (ctx.source.port + 1) * 1000L"),
    ("a loop over a list", "int n = 0; for (def t : ctx.tags) { n += t.length() } ctx.n = n"),
    ("split and join", "ctx.words = String.join('-', Arrays.asList(ctx.message.splitOnToken(' ')))"),
    ("a date", "ctx.ts = ZonedDateTime.parse('2026-11-23T02:00:00Z').toInstant().toEpochMilli()"),
];

fn conditions(c: &mut Criterion) {
    let arena = Arena::new();
    let root = parse(DOCUMENT, &arena).unwrap().as_object().unwrap();
    let doc = Document::new(&arena, root, jiff::Timestamp::UNIX_EPOCH);
    let mut group = c.benchmark_group("condition");
    for (name, source) in CONDITIONS {
        let script = Script::compile(source, ScriptContext::Condition, None).unwrap();
        group.bench_function(*name, |b| b.iter(|| black_box(script.test(&doc).unwrap())));
    }
}

fn edits(c: &mut Criterion) {
    let mut group = c.benchmark_group("script, with reading its document");
    for (name, source) in EDITS {
        let script = Script::compile(source, ScriptContext::Ingest, None).unwrap();
        group.bench_function(*name, |b| {
            let mut arena = Arena::new();
            b.iter(|| {
                {
                    let root = parse(DOCUMENT, &arena).unwrap().as_object().unwrap();
                    let doc = Document::new(&arena, root, jiff::Timestamp::UNIX_EPOCH);
                    script.run(&doc).unwrap();
                    black_box(doc.root.len());
                }
                arena.reset();
            });
        });
    }
}

fn compiling(c: &mut Criterion) {
    let (_, source) = CONDITIONS[5];
    c.bench_function("condition, compile", |b| {
        b.iter(|| black_box(Script::compile(source, ScriptContext::Condition, None).unwrap()))
    });
}

criterion_group!(benches, conditions, edits, compiling);
criterion_main!(benches);
