//! `logboom check`: reads the configuration with all its pipelines and reports every problem.

use super::Failed;
use std::io::Write;
use std::path::PathBuf;

/// Check a configuration and its pipelines; all errors at once
#[derive(clap::Args)]
pub struct Args {
    /// The configuration file
    #[arg(short, long, value_name = "FILE", default_value = "logboom.yml")]
    config: PathBuf,
}

pub fn run(args: &Args) -> Result<(), Failed> {
    let mut out = std::io::stdout();
    let (settings, plan) = super::load(&args.config)?;
    writeln!(
        out,
        "{}: sound. {} sources, {} routes, {} pipelines, {} outputs.",
        args.config.display(),
        settings.sources.len(),
        plan.routes.iter().count(),
        plan.pipelines.names().count(),
        settings.outputs.len()
    )?;
    Ok(())
}
