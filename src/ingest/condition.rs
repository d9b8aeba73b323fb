//! The `if` of a processor: a Painless expression or script that says whether the processor runs.

use super::painless::{Script, ScriptContext};
use super::{Context, Failure};
use crate::config::{ConfigError, Data, Node};
use crate::document::Document;

/// A compiled condition.
#[derive(Debug)]
pub struct Condition {
    script: Script,
}

impl Condition {
    /// Compiles `if: "ctx.a == 1"`, or `if: { source, params }`.
    pub fn compile(node: &Node) -> Result<Self, ConfigError> {
        let (source, params) = match &node.data {
            Data::String(source) => (source.as_str(), None),
            Data::Map(_) => {
                // `inline` is what `source` was called before Elasticsearch 6.
                let source = node.get("source").or(node.get("inline")).and_then(Node::as_str);
                (source.ok_or_else(|| node.error("[if] a script needs its `source`"))?, node.get("params"))
            }
            _ => return Err(node.error(format!("[if] expected a script, found {}", node.describe()))),
        };
        let script =
            Script::compile(source, ScriptContext::Condition, params).map_err(|e| node.error(e.to_string()))?;
        Ok(Self { script })
    }

    /// The script's text.
    pub fn source(&self) -> &str {
        self.script.source()
    }

    pub fn test(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<bool, Failure> {
        self.script.test(doc)
    }
}
