//! What the scorer needs of template mining: which template a line belongs to.

use std::fmt;
use std::sync::Arc;

/// A template's identity: the same over restarts and replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TemplateId(pub u64);

impl fmt::Display for TemplateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl TemplateId {
    /// Reads what [`fmt::Display`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 16).then(|| u64::from_str_radix(text, 16).ok().map(Self)).flatten()
    }
}

/// A log message with its variables cut out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pub id: TemplateId,
    pub text: Arc<str>,
}

/// Finds templates. One for each worker thread, on shared state; it must not block for long.
pub trait Templates: Send {
    fn id_of(&mut self, line: &str) -> TemplateId;

    /// The template's text as it is now.
    fn text_of(&self, id: TemplateId) -> Arc<str>;
}

/// Gives each worker its [`Templates`].
pub trait TemplateSource: Send + Sync {
    fn templates(&self) -> Box<dyn Templates>;
}
