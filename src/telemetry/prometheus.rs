//! Metrics in Prometheus' format.

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

/// Renders what has been measured.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    pub fn render(&self) -> String {
        self.0.run_upkeep();
        self.0.render()
    }
}

/// Installs the recorder for the whole process; to be called once.
pub fn install_metrics() -> anyhow::Result<Metrics> {
    Ok(Metrics(PrometheusBuilder::new().install_recorder()?))
}
