//! Parse, edit and write one Filebeat event: our document beside serde_json's, simd-json's and sonic-rs's own models.
//!
//! `cargo bench --bench document`
#![allow(clippy::unwrap_used)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use logboom::document::{Arena, Document, FieldPath, Value, parse};
use std::hint::black_box;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// An event as Filebeat writes it to Kafka.
const EVENT: &str = r#"{"@timestamp":"2026-03-11T17:59:49.123Z","@metadata":{"beat":"filebeat","type":"_doc","version":"9.0.0"},"message":"203.0.113.7 - alice [11/Mar/2026:17:59:48 +0000] \"GET /api/v1/orders/4711/items?page=3 HTTP/1.1\" 200 5124 \"https://shop.example.com/cart\" \"Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0\"","log":{"offset":1048576,"file":{"path":"/var/log/nginx/access.log","device_id":"2049","inode":"131079"}},"input":{"type":"filestream"},"fields":{"team":"shop","stage":"prod"},"ecs":{"version":"8.0.0"},"host":{"name":"web-07","hostname":"web-07","architecture":"x86_64","os":{"codename":"bookworm","type":"linux","platform":"debian","version":"12 (bookworm)","family":"debian","name":"Debian GNU/Linux","kernel":"6.1.0-18-amd64"},"id":"6a1f0c3be4a94a0d9f0e7b2a5c8d1e2f","containerized":false,"ip":["10.0.4.17","fe80::42:acff:fe11:2"],"mac":["02-42-AC-11-00-02"]},"agent":{"ephemeral_id":"c8d1e2f3-6a1f-4c3b-94a0-d9f0e7b2a5c8","id":"0e7b2a5c-8d1e-4f3b-a94a-0d9f0e7b2a5c","name":"web-07","type":"filebeat","version":"9.0.0"},"event":{"dataset":"nginx.access","module":"nginx"},"service":{"type":"nginx"},"tags":["web","edge"]}"#;

const SETS: usize = 25;
const REMOVES: usize = 10;

fn ours(paths: &[FieldPath], arena: &Arena, out: &mut Vec<u8>) {
    let root = parse(EVENT, arena).unwrap().as_object().unwrap();
    let doc = Document::new(arena, root, jiff::Timestamp::UNIX_EPOCH);
    for path in paths {
        doc.set(path, Value::Str("value")).unwrap();
    }
    for path in paths {
        black_box(doc.get(path).unwrap());
    }
    for path in paths.iter().take(REMOVES) {
        doc.remove(path, true).unwrap();
    }
    doc.write_source(out);
}

fn edits(c: &mut Criterion) {
    let names: Vec<String> = (0..SETS).map(|i| format!("group{}.field{i}", i % 5)).collect();
    let paths: Vec<FieldPath> = names.iter().map(|n| FieldPath::parse(n).unwrap()).collect();
    let split: Vec<(String, String)> =
        names.iter().map(|n| n.split_once('.').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap()).collect();
    let mut group = c.benchmark_group("parse, 25 sets, 25 gets, 10 removes, write");
    group.throughput(Throughput::Bytes(EVENT.len() as u64));
    group.bench_function("logboom", |b| {
        let (mut arena, mut out) = (Arena::new(), Vec::new());
        b.iter(|| {
            out.clear();
            ours(&paths, &arena, &mut out);
            arena.reset();
        });
    });
    group.bench_function("serde_json::Value", |b| {
        b.iter(|| {
            let mut value: serde_json::Value = serde_json::from_str(EVENT).unwrap();
            let root = value.as_object_mut().unwrap();
            for (parent, key) in &split {
                let parent = root.entry(parent.clone()).or_insert_with(|| serde_json::json!({}));
                parent.as_object_mut().unwrap().insert(key.clone(), "value".into());
            }
            split.iter().for_each(|(parent, key)| drop(black_box(root.get(parent).unwrap().get(key).cloned())));
            for (parent, key) in split.iter().take(REMOVES) {
                root.get_mut(parent).unwrap().as_object_mut().unwrap().remove(key);
            }
            serde_json::to_vec(&value).unwrap()
        });
    });
    group.bench_function("simd_json::BorrowedValue", |b| {
        use simd_json::prelude::*;
        b.iter(|| {
            let mut bytes = EVENT.as_bytes().to_vec();
            let mut value = simd_json::to_borrowed_value(&mut bytes).unwrap();
            for (parent, key) in &split {
                if value.get(parent.as_str()).is_none() {
                    value.insert(parent.as_str(), simd_json::BorrowedValue::object()).unwrap();
                }
                value.get_mut(parent.as_str()).unwrap().insert(key.as_str(), "value").unwrap();
            }
            split.iter().for_each(|(parent, key)| {
                black_box(value.get(parent.as_str()).unwrap().get(key.as_str()));
            });
            for (parent, key) in split.iter().take(REMOVES) {
                value.get_mut(parent.as_str()).unwrap().remove(key.as_str()).unwrap();
            }
            value.encode()
        });
    });
    group.bench_function("sonic_rs::Value", |b| {
        use sonic_rs::{JsonContainerTrait, JsonValueMutTrait, JsonValueTrait};
        b.iter(|| {
            let mut value: sonic_rs::Value = sonic_rs::from_str(EVENT).unwrap();
            for (parent, key) in &split {
                let root = value.as_object_mut().unwrap();
                if root.get(parent).is_none() {
                    root.insert(parent, sonic_rs::json!({}));
                }
                root.get_mut(parent).unwrap().as_object_mut().unwrap().insert(key, "value");
            }
            split.iter().for_each(|(parent, key)| {
                black_box(value.as_object().unwrap().get(parent).unwrap().get(key.as_str()));
            });
            for (parent, key) in split.iter().take(REMOVES) {
                let root = value.as_object_mut().unwrap();
                root.get_mut(parent).unwrap().as_object_mut().unwrap().remove(key);
            }
            sonic_rs::to_vec(&value).unwrap()
        });
    });
    group.finish();
}

fn round_trip(c: &mut Criterion) {
    let mut group = c.benchmark_group("parse and write");
    group.throughput(Throughput::Bytes(EVENT.len() as u64));
    group.bench_function("logboom parse", |b| {
        let mut arena = Arena::new();
        b.iter(|| {
            black_box(parse(EVENT, &arena).unwrap());
            arena.reset();
        });
    });
    group.bench_function("logboom parse and write", |b| {
        let (mut arena, mut out) = (Arena::new(), Vec::new());
        b.iter(|| {
            out.clear();
            logboom::document::write_json(parse(EVENT, &arena).unwrap(), &mut out);
            arena.reset();
        });
    });
    group.bench_function("serde_json::Value parse and write", |b| {
        b.iter(|| serde_json::to_vec(&serde_json::from_str::<serde_json::Value>(EVENT).unwrap()).unwrap());
    });
    group.bench_function("sonic_rs::Value parse", |b| b.iter(|| sonic_rs::from_str::<sonic_rs::Value>(EVENT).unwrap()));
    group.bench_function("sonic_rs::Value parse and write", |b| {
        b.iter(|| sonic_rs::to_vec(&sonic_rs::from_str::<sonic_rs::Value>(EVENT).unwrap()).unwrap());
    });
    group.finish();
}

criterion_group!(benches, edits, round_trip);
criterion_main!(benches);
