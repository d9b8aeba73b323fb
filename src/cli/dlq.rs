//! `logboom dlq`: dead letters listed, shown, and sent on their way again.

use super::Failed;
use crate::config::Settings;
use crate::delivery::{DeadLetter, Filter, read_dead_letters};
use crate::job::{Job, Summary};
use crate::source::{ReplaySettings, SourceKind, SourceSettings};
use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// List, show and replay dead letters
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// One line for each: when, where it died, its coordinates, why
    List(Which),
    /// The whole letter as JSON, one a line
    Show(Which),
    /// Send the records through the pipelines to the outputs again; each document keeps its `_id`
    Replay(ReplayArgs),
}

#[derive(clap::Args)]
struct Which {
    /// The configuration file
    #[arg(short, long, value_name = "FILE", default_value = "logboom.yml")]
    config: PathBuf,
    /// Records of this topic (or file)
    #[arg(long)]
    topic: Option<String>,
    #[arg(long)]
    partition: Option<i32>,
    /// An offset, or a range with both ends included: 17, 17..42, 17.., ..42
    #[arg(long, value_name = "RANGE")]
    offset: Option<String>,
    /// Where it died: decode, route, pipeline, output
    #[arg(long)]
    stage: Option<String>,
    #[arg(long)]
    pipeline: Option<String>,
    /// The error's type, such as document_parsing_exception
    #[arg(long, value_name = "TYPE")]
    error_type: Option<String>,
    /// Died at this time or later; a time, or how long ago (2h)
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Died at this time or earlier
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// At most so many, the oldest first
    #[arg(long, value_name = "N", default_value_t = u64::MAX, hide_default_value = true)]
    limit: u64,
}

#[derive(clap::Args)]
struct ReplayArgs {
    #[command(flatten)]
    which: Which,
    /// Only count what would be replayed
    #[arg(long)]
    dry_run: bool,
}

pub fn run(args: &Args) -> Result<(), Failed> {
    match &args.action {
        Action::List(which) => list(which),
        Action::Show(which) => show(which),
        Action::Replay(args) if args.dry_run => count(&args.which),
        Action::Replay(args) => replay(&args.which),
    }
}

impl Which {
    fn filter(&self) -> Result<Filter, Failed> {
        let wrong = |error: crate::delivery::FilterError| Failed::Input(vec![error.to_string()]);
        let now = jiff::Timestamp::now();
        let time = |text: &Option<String>| text.as_deref().map(|text| Filter::time(text, now)).transpose();
        Ok(Filter {
            topic: self.topic.clone(),
            partition: self.partition,
            offsets: self.offset.as_deref().map(Filter::offsets).transpose().map_err(wrong)?,
            stage: self.stage.as_deref().map(Filter::stage).transpose().map_err(wrong)?,
            pipeline: self.pipeline.clone(),
            error_type: self.error_type.clone(),
            since: time(&self.since).map_err(wrong)?,
            until: time(&self.until).map_err(wrong)?,
        })
    }

    /// Gives each letter that is meant to `each`.
    fn each(&self, mut each: impl FnMut(DeadLetter) -> anyhow::Result<()>) -> Result<(), Failed> {
        let filter = self.filter()?;
        let settings = self.settings()?;
        let (mut left, mut result) = (self.limit, Ok(()));
        read_dead_letters(&settings.dead_letters, &mut |letter| {
            if !filter.matches(&letter) {
                return ControlFlow::Continue(());
            }
            if left == 0 {
                return ControlFlow::Break(());
            }
            left -= 1;
            result = each(letter);
            if result.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        Ok(result?)
    }

    fn settings(&self) -> Result<Settings, Failed> {
        let problems = |found: Vec<_>| Failed::Input(found.iter().map(ToString::to_string).collect());
        Settings::load(&self.config).map_err(problems)
    }
}

fn list(which: &Which) -> Result<(), Failed> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    which.each(|letter| {
        let stage = letter.stage.map_or("-", |stage| stage.name());
        let place = letter.pipeline.as_deref().or(letter.index.as_deref()).unwrap_or("-");
        Ok(writeln!(
            out,
            "{} {stage} {}/{}@{} {place} {}: {}",
            letter.timestamp,
            letter.topic,
            letter.partition,
            letter.offset,
            letter.error_type,
            letter.reason.replace('\n', " ")
        )?)
    })?;
    Ok(out.flush()?)
}

fn show(which: &Which) -> Result<(), Failed> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    which.each(|letter| {
        serde_json::to_writer(&mut out, &letter)?;
        Ok(writeln!(out)?)
    })?;
    Ok(out.flush()?)
}

/// What a replay would take, by where and why the records died.
fn count(which: &Which) -> Result<(), Failed> {
    let mut counts: BTreeMap<(String, String, String), u64> = BTreeMap::new();
    which.each(|letter| {
        let stage = letter.stage.map_or("-", |stage| stage.name()).to_owned();
        *counts.entry((stage, letter.pipeline.unwrap_or_else(|| "-".into()), letter.error_type)).or_default() += 1;
        Ok(())
    })?;
    let mut out = std::io::stdout().lock();
    for ((stage, pipeline, error_type), count) in &counts {
        writeln!(out, "{count} {stage} {pipeline} {error_type}")?;
    }
    Ok(writeln!(out, "{} dead letters would be replayed.", counts.values().sum::<u64>())?)
}

fn replay(which: &Which) -> Result<(), Failed> {
    let filter = which.filter()?;
    let (mut settings, plan) = super::load(&which.config)?;
    crate::telemetry::init_logs();
    let codecs: HashMap<_, _> = settings.sources.iter().map(|(name, source)| (name.clone(), source.codec)).collect();
    let skipped = Arc::new(AtomicU64::new(0));
    let replay = ReplaySettings {
        letters: settings.dead_letters.clone(),
        filter,
        codecs,
        limit: which.limit,
        skipped: skipped.clone(),
    };
    let source = SourceSettings { codec: crate::source::Codec::Filebeat, kind: SourceKind::Replay(Box::new(replay)) };
    // The state in there belongs to the running job.
    let data = std::env::temp_dir().join(format!("logboom-dlq-{}", std::process::id()));
    settings.data_dir.clone_from(&data);
    settings.alerts = crate::alert::AlertSettings::default();
    if let Some(scoring) = &mut settings.scoring {
        scoring.data_dir = Some(data.clone());
        scoring.cache.store = crate::score::StoreSettings::None;
    }
    settings.sources = vec![("dead-letters".into(), source)];
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(2).build()?;
    let (summary, problems) = runtime.block_on(async {
        let mut interrupt = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        let job = Job::start(&settings, plan)?;
        let mut tick = tokio::time::interval(Duration::from_millis(50));
        loop {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => break,
                _ = interrupt.recv() => break,
                // All letters are read, and each has ended in one way or another.
                _ = tick.tick() => if job.is_finished() && job.intake.in_flight() == 0 { break },
            }
        }
        let problems = job.health.report();
        anyhow::Ok((job.stop().await, problems))
    })?;
    let _ = std::fs::remove_dir_all(&data);
    let Summary { accepted, delivered, already_delivered, dropped, dead_lettered, failure_stored, shed, unfinished } =
        summary;
    let skipped = skipped.load(Ordering::Relaxed);
    writeln!(
        std::io::stdout(),
        "{accepted} dead letters replayed: {delivered} delivered, {already_delivered} were there already, {dropped} dropped on purpose, {dead_lettered} died again, {failure_stored} in the failure store, {shed} shed, {unfinished} unfinished, {skipped} left out."
    )?;
    if let Some(problem) = problems.values().next() {
        return Err(Failed::Work(anyhow::anyhow!("{problem}")));
    }
    if unfinished > 0 {
        return Err(Failed::Work(anyhow::anyhow!(
            "{unfinished} dead letters were not replayed to their end; replay them again: their `_id`s are the same"
        )));
    }
    Ok(())
}
