//! What mining a line costs: on known templates (nearly all lines of a job), with headers, and when everything is new.
//!
//! `cargo bench --bench miner`. Lines are made up in the manner of common systems, mixed, about 140 bytes each with their headers.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use logboom::score::templates::{Miner, MinerSettings, Worker, recognise};
use std::hint::black_box;

const LINES: usize = 8192;

/// Headers and messages; `#` is a number, `@` an address, `~` a name, `%` a hexadecimal id.
const FORMATS: [(&str, &str); 20] = [
    ("Jan  5 10:20:30 web-# sshd[#]: ", "Failed password for invalid user ~ from @ port # ssh2"),
    (
        "Jan  5 10:20:30 web-# sshd[#]: ",
        "pam_unix(sshd:auth): authentication failure; logname= uid=# euid=# tty=ssh ruser= rhost=@  user=~",
    ),
    ("Jan  5 10:20:30 db-# kernel: ", "[#.#] EXT4-fs (sda#): mounted filesystem with ordered data mode. Opts: (null)"),
    (
        "2026-01-05 10:20:30,123 INFO  [pool-#-thread-#] com.example.shop.CartService: ",
        "Cart % of customer ~ has # items, total #.# EUR",
    ),
    (
        "2026-01-05 10:20:30,123 WARN  [main] com.example.shop.StockClient: ",
        "Request to http://stock.example:8080/items/# took # ms, limit is # ms",
    ),
    (
        "2026-01-05 10:20:30,123 ERROR [http-#] com.example.shop.Checkout: ",
        "Payment % failed: java.net.SocketTimeoutException: connect timed out after #ms",
    ),
    ("260105 102030 # INFO dfs.DataNode$PacketResponder: ", "PacketResponder # for block blk_# terminating"),
    (
        "260105 102030 # INFO dfs.FSNamesystem: ",
        "BLOCK* NameSystem.addStoredBlock: blockMap updated: @:# is added to blk_# size #",
    ),
    (
        "26/01/05 10:20:30 INFO storage.MemoryStore: ",
        "Block broadcast_# stored as values in memory (estimated size #.# KB, free #.# MB)",
    ),
    (
        "01-05 10:20:30.123  #  # D PowerManager: ",
        "acquire lock=#, flags=0x%, tag=\"~\", name=com.example.~, ws=null, uid=#, pid=#",
    ),
    ("[Mon Jan 05 10:20:30 2026] [error] ", "[client @] File does not exist: /var/www/html/~/#"),
    ("1767608430 2026.01.05 R#-M# 2026-01-05-10.20.30.363779 R#-M# RAS KERNEL INFO ", "CE sym #, at 0x%, mask 0x#"),
    (
        "@ - - [05/Jan/2026:10:20:30 +0800] ",
        "\"GET /api/v1/orders/#?page=# HTTP/1.1\" # # \"-\" \"Mozilla/5.0 (X11; Linux x86_64) Firefox/#.0\"",
    ),
    (
        "2026-01-05 10:20:30.008 # INFO nova.compute.manager [req-% - - -] ",
        "[instance: %-#] Took #.# seconds to build instance.",
    ),
    (
        "2026-01-05T10:20:30.123Z node-# etcd[#]: ",
        "apply request took too long, took #.#ms expected #ms prefix read-only range key /registry/~/#",
    ),
    (
        "2026-01-05 10:20:30.123 UTC [#] LOG:  ",
        "checkpoint complete: wrote # buffers (#.#%); # WAL file(s) added, # removed; write=#.# s, sync=#.# s",
    ),
    (
        "I0105 10:20:30.678901   # server.go:#] ",
        "\"Pod started\" pod=\"default/~-%\" node=\"node-#\" duration=\"#.#s\"",
    ),
    ("", "{\"level\":\"info\",\"ts\":#.#,\"msg\":\"request done\",\"path\":\"/v1/~\",\"status\":#,\"user\":\"~\"}"),
    ("2026-01-05 10:20:30 INFO ", "订单%支付成功,金额:#.#元,用户[~],耗时#毫秒"),
    ("2026-01-05 10:20:30 ERROR ", "连接数据库@失败,重试第#次"),
];

const NAMES: [&str; 12] =
    ["alice", "bob", "carol", "dave", "eve", "frank", "grace", "heidi", "ivan", "judy", "mallory", "peggy"];

struct Lines {
    text: String,
    /// Start, start of the message, end.
    places: Vec<(usize, usize, usize)>,
}

impl Lines {
    fn new() -> Self {
        let mut random = Random(42);
        let mut lines = Self { text: String::new(), places: Vec::new() };
        for _ in 0..LINES {
            let (header, message) = FORMATS[random.below(FORMATS.len())];
            let start = lines.text.len();
            random.fill(header, &mut lines.text);
            let message_start = lines.text.len();
            random.fill(message, &mut lines.text);
            lines.places.push((start, message_start, lines.text.len()));
        }
        lines
    }

    fn messages(&self) -> impl Iterator<Item = &str> {
        self.places.iter().map(|(_, start, end)| &self.text[*start..*end])
    }

    fn raw(&self) -> impl Iterator<Item = &str> {
        self.places.iter().map(|(start, _, end)| &self.text[*start..*end])
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    fn fill(&mut self, format: &str, out: &mut String) {
        use std::fmt::Write;
        for c in format.chars() {
            match c {
                '#' => write!(out, "{}", self.below(5000)).unwrap(),
                '%' => write!(out, "{:x}f{:05x}", self.below(16), self.below(1 << 20)).unwrap(),
                '@' => write!(out, "10.{}.{}.{}", self.below(256), self.below(256), self.below(256)).unwrap(),
                '~' => out.push_str(NAMES[self.below(NAMES.len())]),
                c => out.push(c),
            }
        }
    }
}

fn mine(c: &mut Criterion) {
    let lines = Lines::new();
    let mut group = c.benchmark_group("miner");
    group.throughput(Throughput::Elements(LINES as u64));
    let mut worker = Worker::new(Miner::new(MinerSettings::default()));
    for line in lines.messages() {
        worker.observe(line);
    }
    group.bench_function("known messages", |b| {
        b.iter(|| lines.messages().fold(0, |sum, line| sum ^ worker.observe(black_box(line)).id.0));
    });
    group.bench_function("known messages and their parameters", |b| {
        b.iter(|| {
            lines.messages().fold(0, |sum, line| {
                let found = worker.observe(black_box(line));
                worker.parameters(&found).fold(sum, |sum, range| sum ^ range.start ^ range.end)
            })
        });
    });
    let mut worker = Worker::new(Miner::new(MinerSettings::default()));
    for line in lines.raw() {
        worker.observe_raw(line);
    }
    group.bench_function("known lines with headers", |b| {
        b.iter(|| lines.raw().fold(0, |sum, line| sum ^ worker.observe_raw(black_box(line)).0.id.0));
    });
    group.bench_function("headers alone", |b| {
        b.iter(|| lines.raw().fold(0, |sum, line| sum ^ recognise(black_box(line).as_bytes()).end));
    });
    group.finish();

    // Six words that no other line has: each line is learned.
    let strangers: Vec<String> = (0..1000u64)
        .map(|i| {
            let mut random = Random(i);
            (0..6)
                .map(|_| (0..5).map(|_| char::from(b'a' + random.below(26) as u8)).collect::<String>() + " ")
                .collect()
        })
        .collect();
    let mut group = c.benchmark_group("miner");
    group.throughput(Throughput::Elements(strangers.len() as u64));
    group.bench_function("strangers", |b| {
        b.iter_batched(
            || Worker::new(Miner::new(MinerSettings::default())),
            |mut worker| strangers.iter().fold(0, |sum, line| sum ^ worker.observe(black_box(line)).id.0),
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

criterion_group!(benches, mine);
criterion_main!(benches);
