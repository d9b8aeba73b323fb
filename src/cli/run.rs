//! `logboom run`: the job, until it is told to stop.

use super::Failed;
use crate::job::{Job, Summary};
use crate::telemetry;
use std::path::PathBuf;
use std::time::Duration;

/// Run the job: sources to outputs, until SIGTERM or SIGINT
#[derive(clap::Args)]
pub struct Args {
    /// The configuration file
    #[arg(short, long, value_name = "FILE", default_value = "logboom.yml")]
    config: PathBuf,
}

pub fn run(args: &Args) -> Result<(), Failed> {
    let (settings, plan) = super::load(&args.config)?;
    telemetry::init_logs();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(2).thread_name("io").build()?;
    runtime.block_on(async {
        let metrics = telemetry::install_metrics()?;
        let job = Job::start(&settings, plan)?;
        if let Some(address) = settings.console {
            crate::console::serve(address, job.health.clone(), metrics, job.intake.clone()).await?;
        }
        tracing::info!(sources = settings.sources.len(), outputs = settings.outputs.len(), "logboom runs.");
        wait_for_end(&job).await?;
        let summary = job.stop().await;
        report(&summary);
        Ok::<(), anyhow::Error>(())
    })?;
    runtime.shutdown_timeout(Duration::from_millis(500));
    Ok(())
}

/// Until a signal to stop, or until every source has come to its end.
async fn wait_for_end(job: &Job) -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let mut tick = tokio::time::interval(Duration::from_millis(100));
    loop {
        tokio::select! {
            _ = terminate.recv() => return Ok(()),
            _ = interrupt.recv() => return Ok(()),
            _ = tick.tick() => if job.is_finished() { return Ok(()) },
        }
    }
}

/// The last line: what became of every record.
fn report(summary: &Summary) {
    let Summary { accepted, delivered, already_delivered, dropped, dead_lettered, failure_stored, unfinished } =
        *summary;
    tracing::info!(
        accepted,
        delivered,
        already_delivered,
        dropped,
        dead_lettered,
        failure_stored,
        will_be_read_again = unfinished,
        "logboom stopped."
    );
}
