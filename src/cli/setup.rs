//! `logboom setup`: makes Elasticsearch and Kibana ready for what logboom writes.

use super::Failed;
use crate::setup;
use crate::sink::{OutputSettings, elasticsearch::transport};
use std::io::Write;
use std::path::PathBuf;

/// Install index templates in Elasticsearch, and write Kibana's data views and searches; safe to repeat
#[derive(clap::Args)]
pub struct Args {
    /// The configuration file
    #[arg(short, long, value_name = "FILE", default_value = "logboom.yml")]
    config: PathBuf,
    /// Print what would be put, and put nothing
    #[arg(long)]
    dry_run: bool,
    /// Write Kibana's saved objects to this file, for its import page
    #[arg(long, value_name = "FILE", default_value = "logboom-kibana.ndjson")]
    kibana: PathBuf,
}

pub fn run(args: &Args) -> Result<(), Failed> {
    let mut out = std::io::stdout();
    let (settings, plan) = super::load(&args.config)?;
    let alert_index = settings.alerts.index.as_str();
    let assets = setup::assets(plan.routes.iter(), alert_index)?;
    let objects = setup::saved_objects("logs-*", alert_index);
    if args.dry_run {
        for asset in &assets {
            writeln!(out, "PUT {}\n{}\n", asset.path, serde_json::to_string_pretty(&asset.body)?)?;
        }
        writeln!(out, "{} would hold:\n{objects}", args.kibana.display())?;
        return Ok(());
    }
    let outputs = settings.outputs.iter().filter_map(|(name, output)| match output {
        OutputSettings::Elasticsearch(output) => Some((name, output)),
        _ => None,
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut installed = false;
    for (name, output) in outputs {
        writeln!(out, "output {name}:")?;
        runtime.block_on(setup::install(&transport(output)?, &assets, |line| {
            drop(writeln!(std::io::stdout(), "  {line}"))
        }))?;
        installed = true;
    }
    if !installed {
        return Err(Failed::Input(vec![format!("{} has no output of type elasticsearch", args.config.display())]));
    }
    std::fs::write(&args.kibana, objects)?;
    writeln!(out, "{}: import it in Kibana under Stack Management › Saved Objects", args.kibana.display())?;
    Ok(())
}
