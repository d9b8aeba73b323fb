//! What scoring adds to a record whose template has its verdict: template look-up, rules, annotation, the detectors' count, the look at its
//! variables' values.
//!
//! `cargo bench --bench scoring`. Lines are made up in the manner of common systems. The promise is 2 µs a record.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use logboom::score::detectors::Tallies;
use logboom::score::{Hints, RouteSettings, Scored, Scorer, Settings};
use std::hint::black_box;
use std::sync::Arc;

const LINES: usize = 8_192;

/// `#` is a number.
const FORMATS: [&str; 10] = [
    "Jan  5 10:20:30 web-# sshd[#]: Failed password for invalid user admin from 10.0.#.# port # ssh2",
    "2026-01-05 10:20:30,123 INFO  [pool-#-thread-#] com.example.shop.CartService: Cart # has # items, total # EUR",
    "2026-01-05 10:20:30,123 WARN  [main] com.example.StockClient: Request to http://stock:8080/items/# took # ms",
    "260105 102030 # INFO dfs.DataNode$PacketResponder: PacketResponder # for block blk_# terminating",
    "26/01/05 10:20:30 INFO storage.MemoryStore: Block broadcast_# stored as values (estimated size # KB, free # MB)",
    "10.1.#.# - - [05/Jan/2026:10:20:30 +0800] \"GET /api/v1/orders/#?page=# HTTP/1.1\" 200 # \"-\" \"Mozilla/5.0\"",
    "2026-01-05T10:20:30.123Z node-# etcd[#]: apply request took too long, took #ms expected #ms",
    "{\"level\":\"info\",\"ts\":#,\"msg\":\"request done\",\"path\":\"/v1/cart\",\"status\":200,\"user\":\"alice\"}",
    "2026-01-05 10:20:30 INFO 订单#支付成功,金额:#元,耗时#毫秒",
    "worker-# exited with exit code #",
];

fn lines() -> Vec<String> {
    let mut state = 42u64;
    let mut below = |bound: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % bound
    };
    (0..LINES)
        .map(|_| {
            let format = FORMATS[below(FORMATS.len() as u64) as usize];
            format.chars().fold(String::new(), |line, c| match c {
                '#' => line + &below(250).to_string(),
                c => line + c.encode_utf8(&mut [0; 4]),
            })
        })
        .collect()
}

fn score(c: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let scorer = Scorer::start(&Settings::default(), runtime.handle(), &reqwest::Client::new()).unwrap();
    let mut worker = scorer.worker();
    let route = RouteSettings::standard().unwrap();
    let name: Arc<str> = "web".into();
    let lines = lines();
    let hints = Hints { level: None, service: Some("shop"), terms: route.terms };
    let mut out = Vec::new();
    let mut pass = |tallies: Option<&mut Tallies>, looks_at_values: bool| {
        let mut tallies = tallies;
        for line in &lines {
            if let Scored::Known(judged) = worker.score(black_box(line), hints) {
                out.clear();
                out.extend_from_slice(judged.json());
                if let Some(tallies) = &mut tallies {
                    tallies.count(&name, "shop", judged.annotation.template.id, 1_700_000_000_000, false);
                }
                if looks_at_values {
                    black_box(worker.surprise(line));
                }
            }
        }
        out.len()
    };
    // Until the variables' values are learnt.
    for _ in 0..20 {
        pass(None, true);
    }
    let mut group = c.benchmark_group("scoring");
    group.throughput(Throughput::Elements(LINES as u64));
    group.bench_function("hits", |b| b.iter(|| pass(None, false)));
    group.bench_function("hits, counted for detectors", |b| b.iter(|| pass(Some(&mut Tallies::default()), false)));
    let name = "hits, counted for detectors, values looked at";
    group.bench_function(name, |b| b.iter(|| pass(Some(&mut Tallies::default()), true)));
    group.finish();
}

criterion_group!(benches, score);
criterion_main!(benches);
