//! What compiling and running need from outside.

use super::Pipelines;
use crate::config::Position;
use std::cell::RefCell;
use std::path::PathBuf;

/// What processors may need while they are compiled.
#[derive(Default)]
pub struct Build<'b> {
    /// The pipeline that is being compiled.
    pub pipeline: &'b str,
    /// Folder of `.mmdb` databases for `geoip` and `ip_location`.
    pub geoip_dir: Option<PathBuf>,
    /// Folder that relative paths in pipelines (tables, custom `regex_file`s) start from.
    pub data_dir: Option<PathBuf>,
    /// Pipelines that processors name literally: checked once all files are read.
    pub references: RefCell<Vec<(Position, String)>>,
}

/// What processors may need while they run. One per worker and batch.
pub struct Context<'c> {
    pub pipelines: &'c Pipelines,
    /// The time of this batch: `_ingest.timestamp` and everything else that means "now".
    pub now: jiff::Timestamp,
    /// Names of the pipelines that run, outermost first.
    pub stack: Vec<&'c str>,
    /// Told of every step, when somebody watches (`simulate --verbose`, `tap`).
    pub trace: Option<&'c mut dyn super::Trace>,
}

impl<'c> Context<'c> {
    pub fn new(pipelines: &'c Pipelines, now: jiff::Timestamp) -> Self {
        Self { pipelines, now, stack: Vec::new(), trace: None }
    }
}
