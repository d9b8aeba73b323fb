//! What the process says about itself: metrics, health, logs.

mod health;
mod logs;
mod prometheus;

pub use health::Health;
pub use logs::init_logs;
pub use prometheus::{Metrics, install_metrics};
