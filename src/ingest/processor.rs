//! The interface of a processor.

use super::{Build, Context, Failure, Settings};
use crate::config::ConfigError;
use crate::document::Document;

/// One compiled processor. `execute` edits the document in place; what it did before it failed stays done, as on the node.
/// To drop, terminate or reroute, set [`Document::set_end`].
pub trait Processor: Send + Sync {
    fn execute(&self, doc: &Document<'_>, cx: &mut Context<'_>) -> Result<(), Failure>;

    /// Processors inside this one (`foreach`), for listings and traces.
    fn children(&self) -> &[super::Step] {
        &[]
    }
}

/// Compiles a processor from its settings. Take every option with [`Settings`]' methods: what is left over is reported as unknown.
pub type Factory = fn(&mut Settings<'_>, &Build<'_>) -> Result<Box<dyn Processor>, ConfigError>;
