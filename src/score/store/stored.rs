//! A verdict as it is kept outside the process.

use crate::score::cache::{self, Entry};
use crate::score::rules::Level;
use crate::score::template::Template;
use crate::score::templates::TemplateId;
use crate::score::verdict::{Kind, Severity, Verdict};
use serde::{Deserialize, Serialize};

/// A verdict as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredVerdict {
    pub template: String,
    pub text: String,
    pub class: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    pub expires_ms: u64,
    pub verdict: String,
    pub severity: String,
    pub score: f32,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub category: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    pub judge: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt_version: Option<String>,
}

impl StoredVerdict {
    pub(in crate::score) fn of(key: &cache::Key, template: &Template, entry: &Entry) -> Self {
        let verdict = &entry.verdict;
        Self {
            template: key.template.to_string(),
            text: template.text.to_string(),
            class: format!("{:016x}", key.class),
            level: key.level.map(|level| level.name().to_owned()),
            expires_ms: entry.expires_ms,
            verdict: verdict.kind.name().to_owned(),
            severity: verdict.severity.name().to_owned(),
            score: verdict.score,
            category: verdict.category.to_string(),
            reason: verdict.reason.to_string(),
            judge: verdict.judge.to_string(),
            model: verdict.model.as_deref().map(str::to_owned),
            prompt_version: verdict.prompt_version.as_deref().map(str::to_owned),
        }
    }

    /// The verdict and what it was given for, if it says nothing unknown.
    pub(in crate::score) fn read(&self) -> Option<(cache::Key, Verdict)> {
        let level = match &self.level {
            None => None,
            Some(name) => Some(Level::parse(name)?),
        };
        let key = cache::Key {
            template: TemplateId(u64::from_str_radix(&self.template, 16).ok()?),
            class: u64::from_str_radix(&self.class, 16).ok()?,
            level,
        };
        let verdict = Verdict {
            kind: Kind::parse(&self.verdict)?,
            severity: Severity::parse(&self.severity)?,
            score: self.score.clamp(0.0, 1.0),
            category: self.category.as_str().into(),
            reason: self.reason.as_str().into(),
            judge: self.judge.as_str().into(),
            model: self.model.as_deref().map(Into::into),
            prompt_version: self.prompt_version.as_deref().map(Into::into),
            runbook: None,
        };
        Some((key, verdict))
    }
}
