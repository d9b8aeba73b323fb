//! `logboom demo`: the whole job on built-in sample logs, with nothing to install.

use super::Failed;
use crate::config::Settings;
use crate::demo;
use crate::job::{Job, Plan, Summary, summary};
use crate::source::{Codec, GeneratedSettings, SourceKind, SourceSettings};
use crate::telemetry::{self, Metrics};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::signal::unix::{SignalKind, signal};

/// Run the whole job on built-in sample logs; nothing to install
#[derive(clap::Args)]
pub struct Args {
    /// End after so many records, as fast as they go; without it, they come at a steady pace until interrupted (Ctrl-C)
    #[arg(long, value_name = "N")]
    records: Option<u64>,
    /// End after this time at the latest (30s, 5m, …)
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    time: Option<Duration>,
    /// Folder for documents.ndjson and alerts.ndjson
    #[arg(long, value_name = "DIR", default_value = "demo-out")]
    out: PathBuf,
}

/// The pace without `--records`: enough to look at, not enough to fill a disk at once.
const RECORDS_PER_SECOND: u32 = 2_000;

fn duration(text: &str) -> Result<Duration, String> {
    crate::config::parse_duration(text).ok_or_else(|| format!("{text:?} is no duration: write 30s, 5m or 1h"))
}

pub fn run(args: &Args) -> Result<(), Failed> {
    let problems =
        |found: Vec<crate::config::ConfigError>| Failed::Input(found.iter().map(ToString::to_string).collect());
    std::fs::create_dir_all(&args.out)?;
    for file in ["documents.ndjson", "alerts.ndjson", "state/alerts.json", "state/dead-letters.ndjson"] {
        // The demo begins anew each time; what is not there need not be removed.
        let _ = std::fs::remove_file(args.out.join(file));
    }
    let mut settings = demo::settings(&args.out).map_err(problems)?;
    settings.sources = vec![("demo".to_owned(), source(args.records))];
    let plan = Plan::over(demo::pipelines().map_err(problems)?, &mut settings).map_err(problems)?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(2).thread_name("io").build()?;
    runtime.block_on(show(&settings, plan, args))?;
    runtime.shutdown_timeout(Duration::from_millis(500));
    Ok(())
}

fn source(records: Option<u64>) -> SourceSettings {
    let generator = move |n| records.is_none_or(|end| n < end).then(|| demo::record(n, jiff::Timestamp::now()));
    let pace = records.is_none().then_some(RECORDS_PER_SECOND);
    let settings = GeneratedSettings { generator: Arc::new(generator), records_per_second: pace };
    SourceSettings { codec: Codec::Filebeat, kind: SourceKind::Generated(settings) }
}

async fn show(settings: &Settings, plan: Plan, args: &Args) -> anyhow::Result<()> {
    let metrics = telemetry::install_metrics()?;
    let job = Job::start(settings, plan)?;
    let started = Instant::now();
    let mut screen = Screen::new();
    let mut tick = tokio::time::interval(Duration::from_millis(500));
    let mut terminate = signal(SignalKind::terminate())?;
    let end = async {
        match args.time {
            Some(time) => tokio::time::sleep(time).await,
            None => std::future::pending().await,
        }
    };
    tokio::pin!(end);
    loop {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => break,
            _ = terminate.recv() => break,
            () = &mut end => break,
            _ = tick.tick() => {
                screen.show(&summary(&job.intake), &metrics)?;
                if job.is_finished() {
                    break;
                }
            }
        }
    }
    let summary = job.stop().await;
    screen.show(&summary, &metrics)?;
    screen.end(&summary, started.elapsed(), args)
}

/// The live summary: one line that is written over on a terminal, a line now and then elsewhere.
struct Screen {
    terminal: bool,
    shown: Option<(Instant, u64)>,
}

/// How often a line is written where lines stay.
const LINE_EVERY: Duration = Duration::from_secs(2);

impl Screen {
    fn new() -> Self {
        Self { terminal: std::io::stdout().is_terminal(), shown: None }
    }

    fn show(&mut self, summary: &Summary, metrics: &Metrics) -> std::io::Result<()> {
        let now = Instant::now();
        if !self.terminal && self.shown.is_some_and(|(at, _)| now - at < LINE_EVERY) {
            return Ok(());
        }
        let done = summary.accepted - summary.unfinished;
        let rate = self.shown.map_or(0.0, |(at, before)| (done - before) as f64 / (now - at).as_secs_f64().max(1e-3));
        self.shown = Some((now, done));
        let counted = Counted::read(&metrics.render());
        let line = format!(
            "{done} records, {rate:.0}/s | verdict cache {:.1} % hits | {} normal, {} anomalies, {} unknown | {} alerts",
            counted.hit_percent(),
            counted.normal,
            counted.anomaly,
            counted.unknown,
            counted.alerts
        );
        let mut out = std::io::stdout();
        if self.terminal {
            write!(out, "\r\x1b[K{line}")?
        } else {
            writeln!(out, "{line}")?
        }
        out.flush()
    }

    fn end(&self, summary: &Summary, took: Duration, args: &Args) -> anyhow::Result<()> {
        let mut out = std::io::stdout();
        let Summary { accepted, delivered, dropped, dead_lettered, unfinished, .. } = *summary;
        writeln!(
            out,
            "\n{accepted} records in {:.1} s: {delivered} delivered, {dropped} dropped on purpose, {dead_lettered} dead letters, {unfinished} unfinished.",
            took.as_secs_f64()
        )?;
        writeln!(out, "Annotated documents: {}", args.out.join("documents.ndjson").display())?;
        Ok(writeln!(out, "Alerts:              {}", args.out.join("alerts.ndjson").display())?)
    }
}

/// What the metrics say.
#[derive(Default)]
struct Counted {
    hits: f64,
    misses: f64,
    normal: u64,
    anomaly: u64,
    unknown: u64,
    alerts: u64,
}

impl Counted {
    /// Reads Prometheus' text format.
    fn read(text: &str) -> Self {
        let mut counted = Self::default();
        for (name, value) in text.lines().filter_map(|line| line.rsplit_once(' ')) {
            let value: f64 = value.parse().unwrap_or(0.0);
            let count = value as u64;
            match name {
                r#"logboom_score_lookups_total{result="hit"}"# => counted.hits = value,
                r#"logboom_score_lookups_total{result="miss"}"# | r#"logboom_score_lookups_total{result="wait"}"# => {
                    counted.misses += value
                }
                r#"logboom_documents_scored_total{verdict="normal"}"# => counted.normal = count,
                r#"logboom_documents_scored_total{verdict="anomaly"}"# => counted.anomaly = count,
                r#"logboom_documents_scored_total{verdict="unknown"}"# => counted.unknown = count,
                _ if name.starts_with("logboom_alerts_total{") => counted.alerts += count,
                _ => {}
            }
        }
        counted
    }

    fn hit_percent(&self) -> f64 {
        let asked = self.hits + self.misses;
        if asked == 0.0 { 0.0 } else { 100.0 * self.hits / asked }
    }
}
