//! `logboom test`: runs the tests that lie beside pipelines, in our own layout or in that of `elastic-package`.

mod own;
mod package;

use super::Failed;
use crate::config::ConfigError;
use crate::package::Package;
use std::io::Write;
use std::path::PathBuf;

/// Run the tests that lie beside the pipelines (NAME.test.yml, or a package's _dev/test/pipeline)
#[derive(clap::Args)]
pub struct Args {
    /// Folder of pipelines and their tests, or a package of an integration
    #[arg(value_name = "DIR", default_value = "pipelines")]
    dir: PathBuf,
    /// Folder of GeoIP databases (*.mmdb)
    #[arg(long, value_name = "DIR")]
    geoip: Option<PathBuf>,
    /// Write what the pipelines make as what is expected (packages only: test-*-expected.json)
    #[arg(long)]
    update: bool,
}

/// How the tests came out.
#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
    skipped: usize,
    updated: usize,
}

pub fn run(args: &Args) -> Result<(), Failed> {
    let mut out = std::io::stdout();
    let tally = if Package::is_at(&args.dir) {
        package::run(args, &mut out)?
    } else if args.update {
        let reason =
            "--update writes the expected files of a package; in NAME.test.yml what is expected is yours to write";
        return Err(Failed::Input(vec![reason.to_owned()]));
    } else {
        own::run(args, &mut out)?
    };
    let Tally { passed, failed, skipped, updated } = tally;
    let more = [(skipped, "skipped"), (updated, "updated")].into_iter().filter(|(count, _)| *count > 0);
    let more: String = more.map(|(count, what)| format!(", {count} {what}")).collect();
    writeln!(out, "{passed} passed, {failed} failed{more}")?;
    if failed > 0 { Err(Failed::Work(anyhow::anyhow!("{failed} pipeline tests failed"))) } else { Ok(()) }
}

fn problems(errors: &[ConfigError]) -> Failed {
    Failed::Input(errors.iter().map(ToString::to_string).collect())
}
