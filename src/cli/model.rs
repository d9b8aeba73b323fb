//! `logboom model`: the versions of the student, and which one serves.

use super::{Failed, data_file};
use crate::score::feedback::{self, in_force};
use crate::score::student::{FOLDER, Figures, Files, Service, Version};
use crate::score::{Confusion, Kind, Rules, Template};
use anyhow::Context as _;
use serde::Serialize;
use std::path::PathBuf;

/// List, compare, promote and roll back the versions of the student
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
    /// The configuration; its `data_dir` holds the versions
    #[arg(short, long, value_name = "FILE", default_value = "logboom.yml", global = true)]
    config: PathBuf,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Show the versions, one JSON object a line
    List,
    /// Let a version judge what operators judged, beside the one that serves; neither serves anybody by that
    Shadow {
        /// The version's number; the newest unless given
        version: Option<u32>,
    },
    /// Let a version serve: a running process follows within seconds, and newer versions wait until they are promoted
    Promote {
        /// The version's number; the newest unless given
        version: Option<u32>,
        /// Even if it is worse than the one that serves, on what operators judged
        #[arg(long)]
        force: bool,
        /// Let newer versions serve again, as soon as they are not worse
        #[arg(long)]
        unpin: bool,
        /// Who says so; whoever is signed in unless given
        #[arg(long)]
        author: Option<String>,
    },
    /// Let the version serve again that served before
    Rollback {
        /// Who says so; whoever is signed in unless given
        #[arg(long)]
        author: Option<String>,
    },
}

#[derive(Serialize)]
struct Listed {
    model: &'static str,
    version: u32,
    state: &'static str,
    #[serde(flatten)]
    figures: Figures,
}

/// How two versions judge what operators judged.
#[derive(Serialize)]
struct Comparison {
    labelled: usize,
    version: u32,
    f1: f64,
    mistakes: u64,
    serving: Option<u32>,
    serving_f1: Option<f64>,
    serving_mistakes: Option<u64>,
    is_not_worse: bool,
}

pub fn run(args: &Args) -> Result<(), Failed> {
    let files = Files::open(&data_file(&args.config, FOLDER)?)?;
    let service = files.service()?;
    match &args.command {
        Command::List => list(&files, &service)?,
        Command::Shadow { version } => {
            let comparison = compare(args, &files, &service, *version)?;
            println!("{}", serde_json::to_string_pretty(&comparison)?);
        }
        Command::Promote { version, force, unpin, author } => {
            let comparison = compare(args, &files, &service, *version)?;
            if !comparison.is_not_worse && !force {
                return Err(anyhow::anyhow!(
                    "version {} makes {} mistakes on what operators judged, the serving one {}: nothing was changed (--force does it all the same)",
                    comparison.version,
                    comparison.mistakes,
                    comparison.serving_mistakes.unwrap_or_default()
                )
                .into());
            }
            files.promote(comparison.version, &named(author.as_deref()))?;
            if *unpin {
                files.unpin(&named(author.as_deref()))?;
            }
            eprintln!("version {} serves", comparison.version);
        }
        Command::Rollback { author } => match files.roll_back(&named(author.as_deref()))? {
            Some(version) => eprintln!("version {version} serves"),
            None => return Err(anyhow::anyhow!("no version served before").into()),
        },
    }
    Ok(())
}

fn named(author: Option<&str>) -> String {
    author.map(str::to_owned).or_else(|| std::env::var("USER").ok()).unwrap_or_else(|| "unknown".into())
}

fn list(files: &Files, service: &Service) -> Result<(), Failed> {
    for number in files.versions()? {
        let version = files.version(number)?;
        let state = match service.serving == Some(number) {
            true if service.is_pinned => "serving, pinned",
            true => "serving",
            false if service.before.contains(&number) => "served",
            false => "shadow",
        };
        let listed = Listed { model: "student", version: number, state, figures: version.figures };
        println!("{}", serde_json::to_string(&listed)?);
    }
    Ok(())
}

fn compare(args: &Args, files: &Files, service: &Service, wanted: Option<u32>) -> Result<Comparison, Failed> {
    let newest = files.versions()?.last().copied();
    let number =
        wanted.or(newest).context("the student has no version yet: it cuts one when it has been taught enough")?;
    let version = files.version(number)?;
    let serving = service.serving.map(|serving| files.version(serving)).transpose()?;
    let labelled: Vec<(Template, bool)> = in_force(&data_file(&args.config, feedback::FILE_NAME)?)?
        .iter()
        .filter(|feedback| !feedback.text.is_empty())
        .filter_map(|feedback| {
            let is_anomaly = feedback.to_verdict()?.kind == Kind::Anomaly;
            Some((Template { id: feedback.id()?, text: feedback.text.as_str().into() }, is_anomaly))
        })
        .collect();
    let rules = Rules::compile(&[], true).map_err(anyhow::Error::msg)?;
    let own = judge(&version, &labelled, &rules);
    let theirs = serving.as_ref().map(|serving| judge(serving, &labelled, &rules));
    let mistakes = |confusion: &Confusion| confusion.false_positives + confusion.false_negatives;
    Ok(Comparison {
        labelled: labelled.len(),
        version: number,
        f1: own.measures().f1,
        mistakes: mistakes(&own),
        serving: service.serving,
        serving_f1: theirs.as_ref().map(|theirs| theirs.measures().f1),
        serving_mistakes: theirs.as_ref().map(mistakes),
        is_not_worse: theirs.as_ref().is_none_or(|theirs| mistakes(&own) <= mistakes(theirs)),
    })
}

fn judge(version: &Version, labelled: &[(Template, bool)], rules: &Rules) -> Confusion {
    let mut confusion = Confusion::default();
    for (template, is_anomaly) in labelled {
        let thought = version.think(&template.text, None, &rules.floor(&template.text));
        confusion.add(*is_anomaly, thought.opinion.kind == Kind::Anomaly);
    }
    confusion
}
