//! The command line: one file a subcommand. Exit codes: 0 done, 1 failed at work, 2 wrong input or configuration.

use crate::config::{ConfigError, Problems, Section, Settings, read_file};
use crate::job::Plan;
use clap::{Parser, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

mod check;
mod demo;
mod diff;
mod dlq;
mod eval;
mod import;
mod mine;
mod model;
mod node_args;
mod run;
mod serve;
mod setup;
mod simulate;
mod test;
mod verdict;

/// Runs Elasticsearch ingest pipelines outside Elasticsearch, scores every log record, delivers it once.
#[derive(Parser)]
#[command(name = "logboom", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Run(run::Args),
    Demo(demo::Args),
    Dlq(dlq::Args),
    Check(check::Args),
    Simulate(simulate::Args),
    Serve(serve::Args),
    Diff(diff::Args),
    Import(import::Args),
    Mine(mine::Args),
    Eval(eval::Args),
    Model(model::Args),
    Setup(setup::Args),
    Test(test::Args),
    Verdict(verdict::Args),
}

/// What a subcommand ends with when it could not do its work.
pub(crate) enum Failed {
    /// The input or the configuration is wrong: exit code 2. Each line is one problem.
    Input(Vec<String>),
    /// The work failed: exit code 1.
    Work(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self::Work(error.into())
    }
}

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Run(args) => run::run(&args),
        Command::Demo(args) => demo::run(&args),
        Command::Dlq(args) => dlq::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Mine(args) => mine::run(&args),
        Command::Eval(args) => eval::run(&args),
        Command::Model(args) => model::run(&args),
        Command::Setup(args) => setup::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Verdict(args) => verdict::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failed::Input(problems)) => {
            problems.iter().for_each(|problem| eprintln!("error: {problem}"));
            ExitCode::from(2)
        }
        Err(Failed::Work(error)) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(Failed::Work(error)) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Reads a configuration and compiles its pipelines; all problems of both at once.
pub(crate) fn load(path: &Path) -> Result<(Settings, Plan), Failed> {
    let problems = |found: Vec<ConfigError>| Failed::Input(found.iter().map(ToString::to_string).collect());
    crate::job::reload::load(path).map_err(problems)
}

/// Where a file of `data_dir` is; the rest of the configuration is not looked at.
pub(crate) fn data_file(config: &Path, name: &str) -> Result<PathBuf, Failed> {
    let node = read_file(config).map_err(|error| Failed::Input(vec![error.to_string()]))?;
    let problems = Problems::default();
    let data_dir = Section::new(&node, &problems).string_or("data_dir", "data");
    let folder = config.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok(folder.join(data_dir).join(name))
}

/// Whoever reads our output has had enough (`| head`): no failure.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
}
