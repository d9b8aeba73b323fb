//! A template as verdicts carry it.

use super::templates::{Miner, TemplateId};
use std::sync::Arc;

/// A log message with its variables cut out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pub id: TemplateId,
    pub text: Arc<str>,
}

impl Template {
    /// The template of this id as the miner knows it now; without text if it has been forgotten.
    pub fn of(miner: &Miner, id: TemplateId) -> Self {
        let text = miner.template(id).map_or_else(|| "".into(), |template| template.text.clone());
        Self { id, text }
    }
}
