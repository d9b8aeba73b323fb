//! `logboom serve`: pipelines behind the part of Elasticsearch's HTTP interface that simulates them.

use super::Failed;
use crate::config::parse_bytes;
use crate::console::ingest::{self, BODY_BYTES_MAX_DEFAULT, Store};
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// Answer `_ingest/pipeline` and `_simulate` requests as an Elasticsearch node does
#[derive(clap::Args)]
pub struct Args {
    /// Folder of pipeline files (*.yml, *.json) that are there from the start
    #[arg(long, value_name = "DIR")]
    pipelines: Option<PathBuf>,
    /// Where to listen. Who reaches it can run pipelines: keep it on this machine
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9280")]
    listen: SocketAddr,
    /// Folder of GeoIP databases (*.mmdb)
    #[arg(long, value_name = "DIR")]
    geoip: Option<PathBuf>,
    /// The largest body that is taken
    #[arg(long, value_name = "SIZE", default_value_t = BODY_BYTES_MAX_DEFAULT, value_parser = size)]
    body_max: usize,
}

fn size(text: &str) -> Result<usize, String> {
    let bytes = text.parse::<u64>().ok().or_else(|| parse_bytes(text));
    bytes.and_then(|n| usize::try_from(n).ok()).ok_or_else(|| "expected a size such as 512kb, 10mb or 1gb".to_owned())
}

pub fn run(args: &Args) -> Result<(), Failed> {
    let store = Store::open(args.pipelines.as_deref(), args.geoip.as_deref())
        .map_err(|errors| Failed::Input(errors.iter().map(ToString::to_string).collect()))?;
    let held = store.held();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = ingest::listen(args.listen).await?;
        let address = listener.local_addr()?;
        let mut out = std::io::stdout();
        writeln!(out, "http://{address}: {} pipelines. End with Ctrl-C.", held.sources.len())?;
        if !address.ip().is_loopback() {
            eprintln!("warning: anybody who reaches {address} can run and change pipelines here");
        }
        tokio::select! {
            served = ingest::serve(listener, Arc::new(store), args.body_max) => served?,
            stopped = tokio::signal::ctrl_c() => stopped?,
        }
        Ok::<(), anyhow::Error>(())
    })?;
    runtime.shutdown_background();
    Ok(())
}
