//! What scoring hands to alerting.

pub use crate::score::Severity;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A record, or several of one kind, that somebody should know of.
#[derive(Clone, Debug)]
pub struct Finding {
    pub policy: Arc<str>,
    pub route: Arc<str>,
    pub severity: Severity,
    pub category: String,
    pub reason: String,
    /// The judge or detector that found it.
    pub found_by: String,
    pub template_id: String,
    pub template_text: String,
    /// The values of the policy's `group_by` fields: they tell alerts of one template apart.
    pub labels: BTreeMap<String, String>,
    /// Records that this finding stands for.
    pub count: u64,
    /// When the first and the last of them were written: milliseconds since the epoch.
    pub first_ms: i64,
    pub last_ms: i64,
    pub sample: Sample,
}

/// One record as an example, and where to find it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    pub index: String,
    pub id: String,
    pub message: String,
}

/// Equal for findings that are the same problem: route, template and labels. It holds neither text nor time, so a template's
/// next line is the same alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Fingerprint(pub u64);

impl Finding {
    pub fn fingerprint(&self) -> Fingerprint {
        let mut text = format!("{}\u{0}{}", self.route, self.template_id);
        for (name, value) in &self.labels {
            text.push('\u{0}');
            text.push_str(name);
            text.push('=');
            text.push_str(value);
        }
        Fingerprint(xxhash_rust::xxh3::xxh3_64(text.as_bytes()))
    }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}
