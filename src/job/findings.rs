//! From verdicts to findings: who is to be told of which documents.

use crate::alert::{Finding, Policy, Sample};
use crate::document::{Document, FieldPath};
use crate::route::RouteSettings;
use crate::score::{Kind, Template, Verdict};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// A finding shows this much of its record's text.
const SAMPLE_CHARS_MAX: usize = 2_000;

/// What a route's scoring needs beside the scorer.
pub(super) struct RouteScoring {
    pub settings: crate::score::RouteSettings,
    /// The policy and its name, where findings are told.
    pub policy: Option<(Arc<str>, Policy, Vec<FieldPath>)>,
    pub route: Arc<str>,
}

impl RouteScoring {
    pub fn of(route: &RouteSettings, policies: &HashMap<String, Policy>) -> Option<Self> {
        let settings = route.score.clone()?;
        let policy = route.alert_policy.as_ref().and_then(|name| {
            let policy = policies.get(name)?.clone();
            let fields = policy.group_by.iter().filter_map(|field| FieldPath::parse(field).ok()).collect();
            Some((name.as_str().into(), policy, fields))
        });
        Some(Self { settings, policy, route: route.name.as_str().into() })
    }

    /// Whether somebody is to be told of this verdict.
    pub fn is_due(&self, verdict: &Verdict) -> bool {
        let policy = self.policy.as_ref().map(|(_, policy, _)| policy);
        verdict.kind == Kind::Anomaly && policy.is_some_and(|policy| verdict.severity >= policy.min_severity)
    }
}

/// What is remembered of a document for its finding, once its bytes are written.
#[derive(Clone)]
pub(super) struct Particulars {
    pub scoring: Arc<RouteScoring>,
    index: String,
    id: String,
    text: String,
    labels: BTreeMap<String, String>,
    written_ms: i64,
    /// Documents that this stands for, and when the last of them was written.
    count: u64,
    last_ms: i64,
}

impl Particulars {
    pub fn of(doc: &Document<'_>, scoring: &Arc<RouteScoring>, text: &str, written_ms: i64) -> Self {
        let fields = scoring.policy.as_ref().map(|(_, _, fields)| fields.as_slice()).unwrap_or_default();
        let label = |path: &FieldPath| {
            let value = doc.find(path).filter(|v| !v.is_null())?;
            Some((path.text().to_owned(), value.to_java_string()))
        };
        Self {
            scoring: scoring.clone(),
            index: doc.metadata("_index").unwrap_or_default().to_owned(),
            id: doc.metadata("_id").unwrap_or_default().to_owned(),
            text: text.chars().take(SAMPLE_CHARS_MAX).collect(),
            labels: fields.iter().filter_map(label).collect(),
            written_ms,
            count: 1,
            last_ms: written_ms,
        }
    }

    /// Takes another document of the same template in, if it belongs to the same alert.
    pub fn join(&mut self, other: &Self) -> bool {
        let same = Arc::ptr_eq(&self.scoring.route, &other.scoring.route) || self.scoring.route == other.scoring.route;
        if !same || self.labels != other.labels {
            return false;
        }
        self.count += other.count;
        self.written_ms = self.written_ms.min(other.written_ms);
        self.last_ms = self.last_ms.max(other.last_ms);
        true
    }
}

/// Findings by route, template and labels: what one alert will be made of.
#[derive(Default)]
pub(super) struct Findings {
    by_alert: HashMap<(String, String, BTreeMap<String, String>), Finding>,
}

impl Findings {
    /// Adds a document to the finding that it belongs to.
    pub fn note(&mut self, of: Particulars, template: &Template, verdict: &Verdict) {
        let Some((policy, ..)) = &of.scoring.policy else { return };
        let id = template.id.to_string();
        let key = (of.scoring.route.to_string(), id.clone(), of.labels.clone());
        let finding = self.by_alert.entry(key).or_insert_with(|| Finding {
            policy: policy.clone(),
            route: of.scoring.route.clone(),
            severity: verdict.severity,
            category: verdict.category.to_string(),
            reason: verdict.reason.to_string(),
            found_by: verdict.judge.to_string(),
            template_id: id,
            template_text: template.text.to_string(),
            labels: of.labels,
            count: 0,
            first_ms: of.written_ms,
            last_ms: of.written_ms,
            sample: Sample { index: of.index, id: of.id, message: of.text },
        });
        finding.count += of.count;
        finding.first_ms = finding.first_ms.min(of.written_ms);
        finding.last_ms = finding.last_ms.max(of.last_ms);
        finding.severity = finding.severity.max(verdict.severity);
    }

    pub fn into_vec(self) -> Vec<Finding> {
        self.by_alert.into_values().collect()
    }
}
