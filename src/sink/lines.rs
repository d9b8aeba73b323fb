//! `file`, `stdout` and `null`: documents as JSON lines.

use super::Chunk;
use crate::delivery::End;
use std::path::PathBuf;
use std::time::Duration;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

/// Where lines go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinesSettings {
    Stdout,
    /// Appends; the file's folder is made if need be.
    File {
        path: PathBuf,
    },
}

/// Wait between attempts while the disk is full or the file cannot be opened.
const RETRY_WAIT: Duration = Duration::from_secs(1);

pub(super) async fn discard(mut chunks: mpsc::Receiver<Chunk>) {
    while let Some(chunk) = chunks.recv().await {
        chunk.receipt.settle(End::Delivered);
    }
}

/// Writes chunk after chunk. A chunk is delivered when all its lines are written and flushed; one that was cut off by an error is
/// written again from the first byte that did not get out, so that no line is torn or doubled.
pub(super) async fn run(settings: LinesSettings, mut chunks: mpsc::Receiver<Chunk>) {
    let mut target: Option<Box<dyn AsyncWrite + Send + Unpin>> = None;
    while let Some(chunk) = chunks.recv().await {
        let mut written = 0;
        while let Err(error) = write(&settings, &mut target, &chunk.body, &mut written).await {
            metrics::counter!("logboom_output_errors_total", "kind" => "io").increment(1);
            tracing::error!(%error, "Cannot write documents; nothing is lost, trying again.");
            target = None;
            tokio::time::sleep(RETRY_WAIT).await;
        }
        chunk.receipt.settle(End::Delivered);
    }
}

async fn write(
    settings: &LinesSettings,
    target: &mut Option<Box<dyn AsyncWrite + Send + Unpin>>,
    body: &[u8],
    written: &mut usize,
) -> std::io::Result<()> {
    let open = match target {
        Some(open) => open,
        None => target.insert(open(settings).await?),
    };
    while let Some(rest) = body.get(*written..).filter(|rest| !rest.is_empty()) {
        let n = open.write(rest).await?;
        if n == 0 {
            return Err(std::io::ErrorKind::WriteZero.into());
        }
        // tokio's file reports a write's failure at the next call: flush before counting it as done.
        open.flush().await?;
        *written += n;
    }
    Ok(())
}

async fn open(settings: &LinesSettings) -> std::io::Result<Box<dyn AsyncWrite + Send + Unpin>> {
    Ok(match settings {
        LinesSettings::Stdout => Box::new(tokio::io::stdout()),
        LinesSettings::File { path } => {
            if let Some(folder) = path.parent() {
                tokio::fs::create_dir_all(folder).await?;
            }
            Box::new(tokio::fs::OpenOptions::new().create(true).append(true).open(path).await?)
        }
    })
}
