//! `logboom verdict`: what operators say of templates.

use super::{Failed, data_file};
use crate::score::feedback::{FILE_NAME, Feedback, append, in_force};
use crate::score::parameters::Case;
use crate::score::templates::TemplateId;
use crate::score::{Kind, Statement};
use anyhow::Context as _;
use std::path::{Path, PathBuf};

/// Set, list, export and import operators' verdicts: they stand above every judge and never expire
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
    /// The configuration; its `data_dir` holds the verdicts
    #[arg(short, long, value_name = "FILE", default_value = "logboom.yml", global = true)]
    config: PathBuf,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Say what a template is: a running process follows within seconds
    Set(Set),
    /// Take back what was said of a template
    Unset(Which),
    /// Show what is in force, one JSON object a line
    List,
    /// Print what is in force as CSV: `template`, `label` and the rest, as `logboom eval` reads it
    Export,
    /// Take over CSV as `export` prints it
    Import {
        /// The file
        file: PathBuf,
    },
}

#[derive(clap::Args)]
struct Set {
    #[command(flatten)]
    which: Which,
    /// `normal` or `anomaly`
    verdict: String,
    /// `INFO`, `WARNING` or `CRITICAL`; of an anomaly `WARNING` unless given
    #[arg(long)]
    severity: Option<String>,
    #[arg(long, default_value = "")]
    category: String,
    #[arg(long, default_value = "")]
    reason: String,
    /// Where the way to mend it is written down
    #[arg(long)]
    runbook: Option<String>,
    /// Another verdict for certain values of a variable, such as '$1 >= 500 -> anomaly CRITICAL'
    #[arg(long, value_name = "CASE")]
    when: Vec<String>,
}

#[derive(clap::Args)]
struct Which {
    /// The template's id (`anomaly.template.id`)
    #[arg(long, value_name = "ID", required_unless_present = "line")]
    template: Option<String>,
    /// A line of the template instead
    #[arg(long, value_name = "TEXT", conflicts_with = "template")]
    line: Option<String>,
    /// Only for routes of this class
    #[arg(long)]
    class: Option<String>,
    /// Who says so; whoever is signed in unless given
    #[arg(long)]
    author: Option<String>,
}

pub fn run(args: &Args) -> Result<(), Failed> {
    let path = data_file(&args.config, FILE_NAME)?;
    match &args.command {
        Command::Set(set) => append(&path, &[feedback_of(judgement(set))?])?,
        Command::Unset(which) => append(&path, &[feedback_of(about(which))?])?,
        Command::List => {
            for feedback in in_force(&path)? {
                println!("{}", serde_json::to_string(&feedback)?);
            }
        }
        Command::Export => export(&in_force(&path)?)?,
        Command::Import { file } => {
            let feedback = import(file)?;
            append(&path, &feedback)?;
            eprintln!("{} verdicts", feedback.len());
        }
    }
    Ok(())
}

fn wrong(reason: String) -> Failed {
    Failed::Input(vec![reason])
}

/// What is said of nothing but the template: it takes back what was said before.
fn about(which: &Which) -> Statement {
    Statement {
        template: which.template.clone(),
        line: which.line.clone(),
        class: which.class.clone(),
        author: which.author.clone().or_else(|| std::env::var("USER").ok()).unwrap_or_else(|| "unknown".into()),
        ..Statement::default()
    }
}

fn judgement(set: &Set) -> Statement {
    Statement {
        verdict: Some(set.verdict.clone()),
        severity: set.severity.clone(),
        category: set.category.clone(),
        reason: set.reason.clone(),
        runbook: set.runbook.clone(),
        when: set.when.clone(),
        ..about(&set.which)
    }
}

fn feedback_of(statement: Statement) -> Result<Feedback, Failed> {
    statement.into_feedback(jiff::Timestamp::now()).map_err(wrong)
}

const COLUMNS: [&str; 11] =
    ["template", "label", "severity", "category", "reason", "runbook", "class", "when", "author", "at", "id"];

fn export(all: &[Feedback]) -> Result<(), Failed> {
    let mut writer = csv::Writer::from_writer(std::io::stdout().lock());
    writer.write_record(COLUMNS)?;
    for one in all {
        let when: Vec<String> = one.when.iter().map(ToString::to_string).collect();
        writer.write_record([
            &one.text,
            one.verdict.as_deref().unwrap_or_default(),
            one.severity.as_deref().unwrap_or_default(),
            &one.category,
            &one.reason,
            one.runbook.as_deref().unwrap_or_default(),
            one.class.as_deref().unwrap_or_default(),
            &when.join("; "),
            &one.author,
            &one.at,
            &one.template,
        ])?;
    }
    Ok(writer.flush()?)
}

fn import(file: &Path) -> Result<Vec<Feedback>, Failed> {
    let mut reader = csv::Reader::from_path(file).with_context(|| format!("cannot read {}", file.display()))?;
    let headers = reader.headers()?.clone();
    let column = |name: &str| headers.iter().position(|header| header.trim() == name);
    let places = COLUMNS.map(column);
    let mut all = Vec::new();
    for (number, record) in reader.records().enumerate() {
        let record = record?;
        let row = number + 2;
        let place =
            |name: &str| COLUMNS.iter().position(|column| *column == name).and_then(|at| places.get(at).copied());
        let field = |name: &str| place(name).flatten().and_then(|at| record.get(at)).unwrap_or_default().to_owned();
        let optional = |name: &str| Some(field(name)).filter(|text| !text.is_empty());
        let text = field("template");
        let id = optional("id").unwrap_or_else(|| TemplateId::of(&text).to_string());
        let at = |reason: String| wrong(format!("{}:{row}: {reason}", file.display()));
        let kind = Kind::parse(&field("label")).filter(|kind| *kind != Kind::Unknown);
        let kind = kind.ok_or_else(|| at("`label` is neither `normal` nor `anomaly`".into()))?;
        let cases = field("when");
        let cases = cases.split(';').map(str::trim).filter(|case| !case.is_empty()).map(Case::parse);
        all.push(Feedback {
            template: id,
            text,
            verdict: Some(kind.name().to_owned()),
            severity: optional("severity"),
            category: field("category"),
            reason: field("reason"),
            runbook: optional("runbook"),
            class: optional("class"),
            when: cases.collect::<Result<_, _>>().map_err(at)?,
            example: None,
            author: optional("author").unwrap_or_else(|| "import".into()),
            at: optional("at").unwrap_or_else(|| jiff::Timestamp::now().to_string()),
        });
    }
    Ok(all)
}
