//! Grok expressions over lines of web servers and syslog: what a match with its captures costs, what a miss, what compiling.
//!
//! `cargo bench --bench grok`
#![allow(clippy::unwrap_used)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use logboom::document::Arena;
use logboom::ingest::grok::{EcsCompatibility, Grok, PatternBank};
use std::hint::black_box;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const APACHE: &str = r#"127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326 "http://www.example.com/start.html" "Mozilla/4.08 [en] (Win98; I ;Nav)""#;
const NGINX: &str = r#"203.0.113.7 - - [23/Nov/2026:02:00:00 +0000] "GET /static/js/app.4f2a.js?v=17 HTTP/1.1" 200 48213 "https://shop.example.com/cart" "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36""#;
const NGINX_BEYOND_ASCII: &str = r#"203.0.113.7 - - [23/Nov/2026:02:00:00 +0000] "GET /search?q=购物车 HTTP/1.1" 200 48213 "https://shop.example.com/cart" "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36""#;
const SYSLOG: &str =
    "Nov 23 02:00:01 web-1 sshd[4242]: Failed password for invalid user admin from 10.0.0.1 port 22 ssh2";
const ISO: &str = "2026-11-23T02:00:00.123456+01:00 INFO [main] c.e.App - started in 1.5 s";

const COMBINED: &str = "%{COMBINEDAPACHELOG}";
const NGINX_ACCESS: &str = r#"%{IPORHOST:source.address} - (?:-|%{DATA:user.name}) \[%{HTTPDATE:nginx.access.time}\] "%{DATA:_tmp.request}" %{NUMBER:http.response.status_code:long} %{NUMBER:http.response.body.bytes:long} "(?:-|%{DATA:http.request.referrer})" "(?:-|%{DATA:user_agent.original})""#;

/// What is measured: a name, the patterns, the text.
const CASES: &[(&str, &[&str], &str)] = &[
    ("Apache combined", &[COMBINED], APACHE),
    ("nginx by Apache's pattern", &[COMBINED], NGINX),
    ("nginx", &[NGINX_ACCESS], NGINX),
    ("nginx beyond ASCII", &[NGINX_ACCESS], NGINX_BEYOND_ASCII),
    ("syslog", &["^%{SYSLOGBASE} %{GREEDYDATA:message}$"], SYSLOG),
    ("syslog, no match", &["%{SYSLOGLINE}"], NGINX),
    ("Apache combined, no match", &[COMBINED], SYSLOG),
    ("the third of three", &[COMBINED, "%{SYSLOGLINE}", "^%{TIMESTAMP_ISO8601:ts} %{GREEDYDATA:message}$"], ISO),
    ("an address anywhere", &["%{IP:source.ip}"], SYSLOG),
];

fn matches(c: &mut Criterion) {
    let bank = PatternBank::built_in(EcsCompatibility::V1);
    let mut group = c.benchmark_group("grok");
    for (name, patterns, text) in CASES {
        let grok = Grok::compile(patterns, &bank, false).unwrap();
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(*name, |b| {
            let mut arena = Arena::new();
            b.iter(|| {
                black_box(grok.captures(text, &arena).unwrap().map(|captures| captures.values.len()));
                arena.reset();
            });
        });
    }
}

fn compiling(c: &mut Criterion) {
    let bank = PatternBank::built_in(EcsCompatibility::V1);
    let mut group = c.benchmark_group("grok, compile");
    for (name, pattern) in [("Apache combined", COMBINED), ("two fields", "%{NUMBER:a:int} %{WORD:b}")] {
        group.bench_function(name, |b| b.iter(|| Grok::compile(&[pattern], &bank, false).unwrap()));
    }
}

criterion_group!(benches, matches, compiling);
criterion_main!(benches);
