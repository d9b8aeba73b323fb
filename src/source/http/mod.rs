//! http: an Elasticsearch-compatible `_bulk` endpoint for senders that have no Kafka before them, such as Filebeat's `output.elasticsearch`.
//!
//! A request is answered when its records are synced to the [spool](super::spool); from there they go the way of all records. The page for
//! users is `docs/sources/http.md`.

mod answer;
mod auth;
mod body;
mod bulk;
mod endpoint;
mod filter_path;
mod outcome;
mod pump;
mod record;
mod server;
mod settings;
mod startup;
#[cfg(test)]
mod tests;
mod tls;

pub(crate) use filter_path::FilterPath;
pub use settings::HttpSettings;

use super::Feed;
use super::spool::Spool;
use crate::delivery::{DeadLetters, Lane, LaneId};
use anyhow::Context as _;
use endpoint::Endpoint;
use pump::Pump;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// The topic of the spool's records, as dead letters and `_id`s name it; a segment is a partition of it.
const TOPIC: &str = "spool";

pub(super) struct Http {
    pump: Pump,
    server: tokio::task::JoinHandle<()>,
    runtime: tokio::runtime::Handle,
    stop_server: watch::Sender<bool>,
    drain: Duration,
}

impl Http {
    /// Opens the spool and listens; must be called on a tokio runtime.
    pub fn start(
        name: &str,
        settings: Box<HttpSettings>,
        feed: Feed,
        dead_letters: DeadLetters,
        drain: Duration,
    ) -> anyhow::Result<Self> {
        let path = settings.spool.path.clone();
        let spool =
            Spool::open(name, settings.spool).with_context(|| format!("cannot open the spool {}", path.display()))?;
        let tls = settings.tls.map(tls::Tls::new).transpose()?;
        let gate = auth::Gate::new(&settings.auth);
        if gate.is_open() && !settings.listen.ip().is_loopback() {
            tracing::warn!(source = name, listen = %settings.listen, "Anybody who reaches this address can send documents: set `auth`.");
        }
        let listener = std::net::TcpListener::bind(settings.listen)
            .with_context(|| format!("cannot listen on {}: change `listen` of the source", settings.listen))?;
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let scope = spool.identity();
        let uuid = scope.clone();
        let endpoint = Endpoint {
            source: name.to_owned(),
            node: crate::rest::Identity {
                cluster_name: settings.cluster_name,
                cluster_uuid: uuid,
                version: settings.version,
            },
            gate,
            index: settings.index,
            ids: settings.ids,
            body_bytes_max: settings.body_bytes_max,
            receiving: body::Receiving::new(settings.receive_bytes_max),
            appender: spool.appender()?,
            id_prefix: Box::new(move |segment| lane(LaneId(0), "", &scope, segment).id_prefix.into_string()),
            health: feed.health.clone(),
            stop: feed.stop.clone(),
        };
        let (stop_server, stop) = watch::channel(false);
        let runtime = tokio::runtime::Handle::current();
        if let Some(tls) = &tls {
            let mut stopped = stop.clone();
            let follow = tls.clone().follow();
            runtime.spawn(async move {
                tokio::select! { () = follow => {}, _ = stopped.wait_for(|stop| *stop) => {} }
            });
        }
        let server = runtime.spawn(server::serve(listener, tls, Arc::new(endpoint), stop));
        let pump = Pump::new(name, spool, feed, dead_letters, settings.commit_interval);
        Ok(Self { pump, server, runtime, stop_server, drain })
    }

    /// Hands records on until told to stop, then lets requests that are being answered end, and waits for what is in flight.
    pub fn run(mut self) {
        self.pump.run();
        let until = Instant::now() + self.drain;
        let _ = self.stop_server.send(true);
        let abort = self.server.abort_handle();
        let patience = self.drain / 2;
        let ended = self.runtime.block_on(async { tokio::time::timeout(patience, self.server).await });
        if ended.is_err() {
            abort.abort();
        }
        self.pump.drain(until.saturating_duration_since(Instant::now()));
    }
}

/// The lane of a segment.
fn lane(id: LaneId, source: &str, scope: &str, segment: u32) -> Lane {
    Lane::new(id, source.into(), scope, TOPIC, i32::try_from(segment).unwrap_or(i32::MAX))
}
