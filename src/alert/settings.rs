//! `alerts:` of logboom.yml.

use super::Severity;
use super::channels::ChannelSettings;
use crate::config::{ConfigError, Section};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Policies and channels.
#[derive(Clone, Debug)]
pub struct AlertSettings {
    pub policies: HashMap<String, Policy>,
    pub channels: HashMap<String, ChannelSettings>,
    /// The alert index.
    pub index: String,
    /// A file that alert documents are appended to instead.
    pub file: Option<PathBuf>,
}

impl Default for AlertSettings {
    fn default() -> Self {
        Self { policies: HashMap::new(), channels: HashMap::new(), index: INDEX_DEFAULT.into(), file: None }
    }
}

const INDEX_DEFAULT: &str = "logboom-alerts";

/// Who is told of what, and how often.
#[derive(Clone, Debug)]
pub struct Policy {
    pub channels: Vec<String>,
    pub min_severity: Severity,
    /// Fields whose values tell alerts of one template apart.
    pub group_by: Vec<String>,
    pub group_wait: Duration,
    pub repeat_interval: Duration,
    pub resolve_after: Duration,
}

const SEVERITIES: &[(&str, Severity)] =
    &[("INFO", Severity::Info), ("WARNING", Severity::Warning), ("CRITICAL", Severity::Critical)];

impl AlertSettings {
    pub fn read(mut section: Section<'_, '_>, folder: &Path) -> Self {
        let problems = section.problems();
        let channels: HashMap<_, _> = section
            .named("channels")
            .iter()
            .filter_map(|(key, node)| Some((key.text.clone(), ChannelSettings::read(&key.text, node, problems)?)))
            .collect();
        let mut policies = HashMap::new();
        for (key, node) in section.named("policies") {
            let policy = Policy::read(Section::new(node, problems), &channels);
            policies.insert(key.text.clone(), policy);
        }
        let index = section.string_or("index", INDEX_DEFAULT);
        let file = section.string("file").map(|path| folder.join(path));
        section.finish();
        Self { policies, channels, index, file }
    }
}

impl Policy {
    fn read(mut section: Section<'_, '_>, channels: &HashMap<String, ChannelSettings>) -> Self {
        let named = section.take("channels");
        for node in named.and_then(|n| n.as_list()).unwrap_or_default() {
            let name = node.as_str().unwrap_or_default();
            if !channels.contains_key(name) {
                let known: Vec<&str> = channels.keys().map(String::as_str).collect();
                let error = ConfigError::new(&node.at, format!("there is no channel `{name}`"));
                section.problem(error.help(format!("channels: {}", known.join(", "))));
            }
        }
        let policy = Self {
            channels: section.strings("channels").unwrap_or_default(),
            min_severity: section.choice("min_severity", Severity::Warning, SEVERITIES),
            group_by: section.strings("group_by").unwrap_or_else(|| vec!["service.name".into()]),
            group_wait: section.duration_or("group_wait", Duration::from_millis(500)),
            repeat_interval: section.duration_or("repeat_interval", Duration::from_secs(4 * 3_600)),
            resolve_after: section.duration_or("resolve_after", Duration::from_secs(15 * 60)),
        };
        section.finish();
        policy
    }
}
