//! What compiling and running need from outside.

use super::Pipelines;
use super::inference::Models;
use crate::config::Position;
use crate::enrich::Enrich;
use std::cell::RefCell;
use std::sync::Arc;

/// What processors may need while they are compiled.
#[derive(Default)]
pub struct Build<'b> {
    /// The pipeline that is being compiled.
    pub pipeline: &'b str,
    /// Look-up data: processors take their handles from it.
    pub enrich: Arc<Enrich>,
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
    /// Whom `inference` asks; None where nothing is scored.
    pub models: Option<&'c dyn Models>,
    /// Told of every step, when somebody watches (`simulate --verbose`, `tap`).
    pub trace: Option<&'c mut dyn super::Trace>,
}

impl<'c> Context<'c> {
    pub fn new(pipelines: &'c Pipelines, now: jiff::Timestamp) -> Self {
        Self { pipelines, now, stack: Vec::new(), models: None, trace: None }
    }
}
