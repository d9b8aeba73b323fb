//! `logboom eval`: the scorer measured on labelled lines.

use super::Failed;
use crate::config::{Problems, Section, read_file};
use crate::score::evaluation::{LabelledLine, evaluate, page};
use crate::score::{RouteSettings, Scorer, Settings, StoreSettings};
use anyhow::Context as _;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// Verdicts are waited for so long; what has not come by then counts as the rules' view.
const PATIENCE_DEFAULT: &str = "10m";

/// Measure the scorer on labelled lines: precision, recall and F1 of anomalies, calls, latency, as JSON
#[derive(clap::Args)]
pub struct Args {
    /// CSV with a header: `line` (or `template`) and `label`; optional `level`, `service`, `session`
    #[arg(long, value_name = "FILE")]
    labelled: PathBuf,
    /// The configuration; its `scoring` section is used
    #[arg(short, long, value_name = "FILE")]
    config: PathBuf,
    /// Also write a page with the figures and the mistakes
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// To print what the model's tokens cost
    #[arg(long, value_name = "PRICE")]
    price_per_million_tokens: Option<f64>,
    /// How long a verdict is waited for
    #[arg(long, value_name = "DURATION", default_value = PATIENCE_DEFAULT)]
    patience: String,
}

/// Names of columns, the first that is there counts.
const TEXT_COLUMNS: &[&str] = &["line", "template", "text", "message", "content", "eventtemplate"];
const LABEL_COLUMNS: &[&str] = &["label", "isalert", "is_anomaly", "anomaly"];

/// Labels that mean normal; every other one means an anomaly.
const NORMAL_LABELS: &[&str] = &["", "0", "-", "normal", "false", "no", "n", "info", "ok"];

pub fn run(args: &Args) -> Result<(), Failed> {
    let patience = crate::config::parse_duration(&args.patience)
        .ok_or_else(|| Failed::Input(vec![format!("`{}` is no duration such as 30s or 10m", args.patience)]))?;
    let (settings, route) = read_settings(args, patience)?;
    let lines = read_lines(args)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let client = reqwest::Client::builder().build()?;
    let scorer = Scorer::start(&settings, runtime.handle(), &client)?;
    let evaluation = runtime.block_on(evaluate(&scorer, &route, &lines, args.price_per_million_tokens));
    if let Some(path) = &args.html {
        std::fs::write(path, page(&evaluation)).with_context(|| format!("cannot write {}", path.display()))?;
    }
    println!("{}", serde_json::to_string_pretty(&evaluation)?);
    drop(scorer);
    runtime.shutdown_timeout(Duration::from_secs(1));
    Ok(())
}

/// Only `scoring` is read: an evaluation needs neither sources nor outputs.
fn read_settings(args: &Args, patience: Duration) -> Result<(Settings, RouteSettings), Failed> {
    let node = read_file(&args.config).map_err(|error| Failed::Input(vec![error.to_string()]))?;
    let problems = Problems::default();
    let section = Section::new(&node, &problems).section("scoring");
    // No source is read that brokers could be taken from, and none are needed.
    let mut settings = section.map(|section| Settings::read(section, Some(&BTreeMap::new()))).unwrap_or_default();
    if let StoreSettings::Kafka(_) = settings.cache.store {
        // What other processes asked would pass for what is measured here.
        settings.cache.store = StoreSettings::None;
    }
    let found = problems.into_vec();
    if !found.is_empty() {
        return Err(Failed::Input(found.iter().map(ToString::to_string).collect()));
    }
    settings.deadline = patience;
    // All lines of a file seem to come from one source.
    settings.questions_per_hour_and_source = u64::MAX;
    let route = RouteSettings::standard().context("the standard route cannot be scored")?;
    Ok((settings, route))
}

fn read_lines(args: &Args) -> Result<Vec<LabelledLine>, Failed> {
    let path = args.labelled.display();
    let input = |reason: String| Failed::Input(vec![format!("{path}: {reason}")]);
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).from_path(&args.labelled).map_err(|error| input(error.to_string()))?;
    let headers = reader.byte_headers().map_err(|error| input(error.to_string()))?.clone();
    let column = |names: &[&str]| {
        names.iter().find_map(|name| headers.iter().position(|h| h.trim_ascii().eq_ignore_ascii_case(name.as_bytes())))
    };
    let missing = |names: &[&str]| input(format!("the header has no column {}", names.join(" or ")));
    let text = column(TEXT_COLUMNS).ok_or_else(|| missing(TEXT_COLUMNS))?;
    let label = column(LABEL_COLUMNS).ok_or_else(|| missing(LABEL_COLUMNS))?;
    let (level, service, session) = (column(&["level"]), column(&["service"]), column(&["session"]));
    let mut lines = Vec::new();
    for record in reader.byte_records() {
        let record = record.map_err(|error| input(error.to_string()))?;
        let field = |at: usize| record.get(at).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let optional = |at: Option<usize>| at.and_then(field).filter(|text| !text.is_empty());
        let said = field(label).unwrap_or_default();
        lines.push(LabelledLine {
            text: field(text).unwrap_or_default(),
            is_anomaly: !NORMAL_LABELS.iter().any(|normal| normal.eq_ignore_ascii_case(said.trim())),
            level: optional(level),
            service: optional(service),
            session: optional(session),
        });
    }
    if lines.is_empty() {
        return Err(input("there are no lines".into()));
    }
    Ok(lines)
}
