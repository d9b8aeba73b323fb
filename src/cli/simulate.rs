//! `logboom simulate`: documents on stdin, one JSON a line; what the pipeline makes of each on stdout, as
//! `_ingest/pipeline/_simulate` would answer.

mod story;

pub(super) use story::shown;

use super::Failed;
use crate::document::Arena;
use crate::enrich::EnrichOptions;
use crate::ingest::simulate::{GivenError, Simulation, from_line, write_failure};
use crate::ingest::{Failure, PipelineOptions, Pipelines};
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

/// Run documents (JSON lines on stdin) through a pipeline
#[derive(clap::Args)]
pub struct Args {
    /// Folder of pipeline files (*.yml, *.json)
    #[arg(long, value_name = "DIR")]
    pipelines: PathBuf,
    /// The pipeline to run: a file's stem
    #[arg(long, value_name = "NAME")]
    pipeline: String,
    /// Folder of GeoIP databases (*.mmdb)
    #[arg(long, value_name = "DIR")]
    geoip: Option<PathBuf>,
    /// Tell what each processor did, those in called pipelines, `on_failure` and `foreach` included
    #[arg(long)]
    verbose: bool,
    /// With --verbose: text for reading instead of JSON
    #[arg(long, requires = "verbose")]
    pretty: bool,
}

pub fn run(args: &Args) -> Result<(), Failed> {
    let pipelines = load(&args.pipelines, args.geoip.clone())?;
    find(&pipelines, &args.pipeline, &args.pipelines)?;
    let mut input = std::io::stdin().lock();
    let mut output = std::io::BufWriter::new(std::io::stdout().lock());
    let mut arena = Arena::new();
    let mut line = Vec::new();
    let mut answer = Vec::new();
    let mut number = 0;
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        number += 1;
        answer.clear();
        let simulation = Simulation { pipelines: &pipelines, name: &args.pipeline, now: jiff::Timestamp::now() };
        simulate_line(&line, &simulation, args, &arena, number, &mut answer);
        answer.push(b'\n');
        output.write_all(&answer)?;
        arena.reset();
    }
    Ok(output.flush()?)
}

/// The pipelines of a folder.
pub(super) fn load(dir: &Path, geoip_dir: Option<PathBuf>) -> Result<Pipelines, Failed> {
    let folders = EnrichOptions { geoip_dir, data_dir: Some(dir.to_owned()) };
    let problems =
        |errors: Vec<crate::config::ConfigError>| Failed::Input(errors.iter().map(ToString::to_string).collect());
    Pipelines::load(dir, &PipelineOptions::with_data(folders)).map_err(problems)
}

/// Whether there is a pipeline of that name; the error names those that there are.
pub(super) fn find(pipelines: &Pipelines, name: &str, dir: &Path) -> Result<(), Failed> {
    if pipelines.get(name).is_some() {
        return Ok(());
    }
    let names: Vec<&str> = pipelines.names().collect();
    let near = crate::config::nearest(name, &names).map(|near| format!(" (did you mean `{near}`?)"));
    Err(Failed::Input(vec![format!(
        "there is no pipeline [{name}] in {}{}; it has: {}",
        dir.display(),
        near.unwrap_or_default(),
        names.join(", ")
    )]))
}

/// Appends the answer for one input line.
fn simulate_line(
    line: &[u8],
    simulation: &Simulation<'_>,
    args: &Args,
    arena: &Arena,
    number: usize,
    out: &mut Vec<u8>,
) {
    let doc = match from_line(line, arena, simulation.now) {
        Ok(doc) => doc,
        Err(GivenError { kind, reason, .. }) => return write_failure(&Failure::new(kind, reason), out),
    };
    let outcome = match (args.verbose, args.pretty) {
        (false, _) => {
            simulation.plain_with_origin(&doc, out);
            Ok(())
        }
        (true, false) => simulation.verbose_with_changes(&doc, out),
        (true, true) => simulation.steps_with_changes(&doc).map(|steps| story::write(number, &steps, out)),
    };
    if let Err(failure) = outcome {
        out.clear();
        write_failure(&failure, out);
    }
}
