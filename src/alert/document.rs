//! An alert as a document of the alert index.

use super::{Alert, Sample, State};
use serde::Serialize;
use std::collections::BTreeMap;

/// ECS where it has a field, `alert.*` where it has none.
#[derive(Serialize)]
pub struct AlertDocument<'a> {
    #[serde(rename = "@timestamp")]
    timestamp: String,
    message: String,
    event: Event<'a>,
    alert: Body<'a>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<String, &'a str>,
}

#[derive(Serialize)]
struct Event<'a> {
    kind: &'static str,
    reason: &'a str,
}

#[derive(Serialize)]
struct Body<'a> {
    id: &'a str,
    fingerprint: String,
    state: State,
    severity: super::Severity,
    category: &'a str,
    reason: &'a str,
    found_by: &'a str,
    policy: &'a str,
    route: &'a str,
    count: u64,
    first_seen: String,
    last_seen: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_time_ms: Option<i64>,
    template: Template<'a>,
    samples: &'a [Sample],
}

#[derive(Serialize)]
struct Template<'a> {
    id: &'a str,
    text: &'a str,
}

impl<'a> AlertDocument<'a> {
    pub fn of(alert: &'a Alert) -> Self {
        let time = |ms: i64| jiff::Timestamp::from_millisecond(ms).unwrap_or_default().to_string();
        Self {
            timestamp: time(alert.seen_ms),
            message: format!("{}: {}", alert.severity.name(), alert.template_text),
            event: Event { kind: "alert", reason: &alert.reason },
            alert: Body {
                id: &alert.id,
                fingerprint: alert.fingerprint.to_string(),
                state: alert.state,
                severity: alert.severity,
                category: &alert.category,
                reason: &alert.reason,
                found_by: &alert.found_by,
                policy: &alert.policy,
                route: &alert.route,
                count: alert.count,
                first_seen: time(alert.first_ms),
                last_seen: time(alert.last_ms),
                response_time_ms: alert.response_time_ms,
                template: Template { id: &alert.template_id, text: &alert.template_text },
                samples: &alert.samples,
            },
            // ECS `labels` are flat: dots in names would make objects of them.
            labels: alert.labels.iter().map(|(name, value)| (name.replace('.', "_"), value.as_str())).collect(),
        }
    }
}
