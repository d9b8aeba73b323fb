//! What a script is for: which variables and functions it has, and what it returns.

use super::api::{self, ClassId, MethodInfo};
use super::types::Type;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScriptContext {
    /// The `script` processor: edits `ctx`.
    Ingest,
    /// A processor's `if`: looks at `ctx`, which it cannot change, and says yes or no.
    Condition,
    /// Text from `params`.
    Template,
    /// Any value from `params`: how the node's `_scripts/painless/_execute` runs scripts. For tests.
    Test,
}

impl ScriptContext {
    pub(super) fn returns(self) -> Type {
        match self {
            Self::Ingest => Type::VOID,
            Self::Condition => Type::BOOLEAN,
            Self::Template => Type::STRING,
            Self::Test => Type::OBJECT,
        }
    }

    pub(super) fn has_variable(self, name: &str) -> bool {
        match name {
            "params" => true,
            "ctx" => matches!(self, Self::Ingest | Self::Condition),
            _ => false,
        }
    }

    /// Functions that scripts of this context call without a class.
    pub(super) fn function(self, name: &str, arity: usize) -> Option<&'static MethodInfo> {
        (self == Self::Ingest).then(|| ClassId::IngestScript.static_method(name, arity)).flatten()
    }

    /// Some classes belong to one context only.
    pub(super) fn allows(self, method: &MethodInfo) -> bool {
        self == Self::Ingest || !api::is_ingest_only(method.class)
    }
}
