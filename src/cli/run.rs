//! `logboom run`: the job, until it is told to stop.

use super::Failed;
use crate::job::reload::{Reloader, Requests, Watch, reload};
use crate::job::{Job, Summary};
use crate::telemetry;
use std::path::PathBuf;
use std::time::Duration;

/// Run the job: sources to outputs, until SIGTERM or SIGINT; SIGHUP reloads the configuration
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
        let mut watch = Watch::new(&args.config, &settings);
        let mut job = Job::start(&settings, plan)?;
        let (reloader, requests) = Reloader::new();
        if let Some(console) = &settings.console {
            let (health, intake) = (job.health.clone(), job.intake.clone());
            crate::console::serve(console, health, metrics, intake, reloader.clone(), job.verdicts()).await?;
        }
        tracing::info!(sources = settings.sources.len(), outputs = settings.outputs.len(), "logboom runs.");
        run_until_end(&mut job, &mut watch, settings.watch, requests).await?;
        let summary = job.stop().await;
        report(&summary);
        drop(reloader);
        Ok::<(), anyhow::Error>(())
    })?;
    runtime.shutdown_timeout(Duration::from_millis(500));
    Ok(())
}

/// How often the files of the configuration are looked at.
const WATCH_INTERVAL: Duration = Duration::from_secs(1);

/// Until a signal to stop, or until every source has come to its end. Reloads on SIGHUP, on request, and when files change.
async fn run_until_end(job: &mut Job, watch: &mut Watch, watching: bool, mut requests: Requests) -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let mut hangup = signal(SignalKind::hangup())?;
    let mut tick = tokio::time::interval(Duration::from_millis(100));
    let mut look = tokio::time::interval(WATCH_INTERVAL);
    loop {
        tokio::select! {
            _ = terminate.recv() => return Ok(()),
            _ = interrupt.recv() => return Ok(()),
            _ = hangup.recv() => drop(reload(job, watch, "SIGHUP").await),
            Some(answer) = requests.recv() => drop(answer.send(reload(job, watch, "request").await)),
            _ = look.tick(), if watching => if watch.look() {
                reload(job, watch, "the files changed").await;
            },
            _ = tick.tick() => {
                job.tend();
                if job.is_finished() {
                    return Ok(());
                }
            }
        }
    }
}

/// The last line: what became of every record.
fn report(summary: &Summary) {
    let Summary { accepted, delivered, already_delivered, dropped, dead_lettered, failure_stored, shed, unfinished } =
        *summary;
    tracing::info!(
        accepted,
        delivered,
        already_delivered,
        dropped,
        dead_lettered,
        failure_stored,
        shed,
        will_be_read_again = unfinished,
        "logboom stopped."
    );
}
