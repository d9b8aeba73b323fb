//! Metrics in Prometheus' format.

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::time::Duration;

/// Measured times are kept one by one until they are summed up; without this a process that nobody scrapes would keep them for ever.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// Renders what has been measured.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    pub fn render(&self) -> String {
        self.0.run_upkeep();
        self.0.render()
    }
}

/// Installs the recorder for the whole process; to be called once, on a tokio runtime.
pub fn install_metrics() -> anyhow::Result<Metrics> {
    let handle = PrometheusBuilder::new().install_recorder()?;
    let upkeep = handle.clone();
    tokio::spawn(async move {
        let mut tick = tokio::time::interval(UPKEEP_EVERY);
        loop {
            tick.tick().await;
            upkeep.run_upkeep();
        }
    });
    Ok(Metrics(handle))
}
