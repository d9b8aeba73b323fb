//! The `if` of a processor.

use super::{Context, Failure};
use crate::config::{ConfigError, Node};
use crate::document::Document;

/// A compiled condition.
pub struct Condition {}

impl Condition {
    pub fn compile(node: &Node) -> Result<Self, ConfigError> {
        Err(node.error("[if] conditions need the script engine"))
    }

    pub fn test(&self, _doc: &Document<'_>, _cx: &mut Context<'_>) -> Result<bool, Failure> {
        Ok(true)
    }
}
