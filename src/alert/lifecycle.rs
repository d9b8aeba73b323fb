//! The life of alerts: pure, with the time passed in.

use super::{Finding, Fingerprint, Policy, Sample, Severity};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// Alerts held at once. Beyond it the one that was seen longest ago is let go (and counted): a flood of distinct findings must not
/// take the memory.
const ALERTS_MAX: usize = 10_000;
/// Examples kept for an alert.
const SAMPLES_MAX: usize = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Firing,
    Resolved,
}

/// One problem, however many records show it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Alert {
    pub id: String,
    pub fingerprint: Fingerprint,
    pub state: State,
    pub policy: String,
    pub route: String,
    pub severity: Severity,
    pub category: String,
    pub reason: String,
    pub found_by: String,
    pub template_id: String,
    pub template_text: String,
    pub labels: BTreeMap<String, String>,
    pub count: u64,
    pub first_ms: i64,
    pub last_ms: i64,
    pub samples: Vec<Sample>,
    /// When we learnt of it; `group_wait` counts from here.
    pub found_ms: i64,
    /// When it was last seen by us, whatever its records' own times say; `resolve_after` counts from here.
    pub seen_ms: i64,
    /// When it was last handed to its channels.
    pub told_ms: Option<i64>,
    /// The severity that people were told.
    pub told_severity: Option<Severity>,
    /// From the first record's writing to the first message's delivery.
    pub response_time_ms: Option<i64>,
}

/// A message that is due.
#[derive(Clone, Debug)]
pub struct Telling {
    pub alert: Alert,
    /// Records since the last message.
    pub repeated: bool,
}

/// All alerts.
#[derive(Default)]
pub struct Book {
    alerts: HashMap<Fingerprint, Alert>,
    let_go: u64,
}

impl Book {
    /// Takes up what an earlier process saved. An alert that nobody was told of for certain (it was queued, no channel had taken
    /// it) is due again.
    pub fn restore(alerts: Vec<Alert>) -> Self {
        let untold = |mut alert: Alert| {
            if alert.response_time_ms.is_none() {
                (alert.told_ms, alert.told_severity) = (None, None);
            }
            (alert.fingerprint, alert)
        };
        Self { alerts: alerts.into_iter().map(untold).collect(), let_go: 0 }
    }

    /// Notes a finding. Comes back with the alert's state now.
    pub fn note(&mut self, finding: Finding, now_ms: i64) -> &Alert {
        let fingerprint = finding.fingerprint();
        if !self.alerts.contains_key(&fingerprint) && self.alerts.len() >= ALERTS_MAX {
            self.let_oldest_go();
        }
        let alert = self.alerts.entry(fingerprint).or_insert_with(|| fresh(&finding, fingerprint, now_ms));
        if alert.state == State::Resolved {
            *alert = fresh(&finding, fingerprint, now_ms);
        }
        alert.count += finding.count;
        alert.first_ms = alert.first_ms.min(finding.first_ms);
        alert.last_ms = alert.last_ms.max(finding.last_ms);
        alert.seen_ms = now_ms;
        if finding.severity > alert.severity {
            alert.severity = finding.severity;
            alert.reason = finding.reason;
            alert.category = finding.category;
        }
        if alert.samples.len() < SAMPLES_MAX && !alert.samples.contains(&finding.sample) {
            alert.samples.push(finding.sample);
        }
        alert
    }

    /// What is due at `now_ms`: new alerts whose `group_wait` is over, firing ones whose `repeat_interval` is over and that were seen
    /// since, ones that became worse, and ones that resolve.
    pub fn due(&mut self, now_ms: i64, policies: &HashMap<String, Policy>) -> Vec<Telling> {
        let mut due = Vec::new();
        for alert in self.alerts.values_mut().filter(|a| a.state == State::Firing) {
            let Some(policy) = policies.get(&alert.policy) else { continue };
            let wait = |since: i64, patience: std::time::Duration| now_ms - since >= patience.as_millis() as i64;
            if wait(alert.seen_ms, policy.resolve_after) {
                alert.state = State::Resolved;
                if alert.told_ms.is_some() {
                    due.push(Telling { alert: alert.clone(), repeated: true });
                }
                continue;
            }
            let is_due = match alert.told_ms {
                None => wait(alert.found_ms, policy.group_wait),
                Some(_) if alert.told_severity.is_some_and(|told| alert.severity > told) => true,
                Some(told) => alert.seen_ms > told && wait(told, policy.repeat_interval),
            };
            if is_due {
                let repeated = alert.told_ms.is_some();
                alert.told_ms = Some(now_ms);
                alert.told_severity = Some(alert.severity);
                due.push(Telling { alert: alert.clone(), repeated });
            }
        }
        self.alerts.retain(|_, alert| alert.state == State::Firing);
        due.sort_by_key(|telling| (std::cmp::Reverse(telling.alert.severity), telling.alert.found_ms));
        due
    }

    /// Notes that people were told of an alert for the first time.
    pub fn delivered(&mut self, fingerprint: Fingerprint, at_ms: i64) -> Option<&Alert> {
        let alert = self.alerts.get_mut(&fingerprint)?;
        if alert.response_time_ms.is_some() {
            return None;
        }
        alert.response_time_ms = Some(at_ms - alert.first_ms);
        Some(alert)
    }

    pub fn alerts(&self) -> impl Iterator<Item = &Alert> {
        self.alerts.values()
    }

    /// Alerts that were let go because there were too many.
    pub fn let_go(&self) -> u64 {
        self.let_go
    }

    fn let_oldest_go(&mut self) {
        if let Some(oldest) = self.alerts.values().min_by_key(|a| a.seen_ms).map(|a| a.fingerprint) {
            self.alerts.remove(&oldest);
            self.let_go += 1;
        }
    }
}

fn fresh(finding: &Finding, fingerprint: Fingerprint, now_ms: i64) -> Alert {
    Alert {
        id: format!("{fingerprint}-{now_ms:x}"),
        fingerprint,
        state: State::Firing,
        policy: finding.policy.to_string(),
        route: finding.route.to_string(),
        severity: finding.severity,
        category: finding.category.clone(),
        reason: finding.reason.clone(),
        found_by: finding.found_by.clone(),
        template_id: finding.template_id.clone(),
        template_text: finding.template_text.clone(),
        labels: finding.labels.clone(),
        count: 0,
        first_ms: finding.first_ms,
        last_ms: finding.last_ms,
        samples: Vec::new(),
        found_ms: now_ms,
        seen_ms: now_ms,
        told_ms: None,
        told_severity: None,
        response_time_ms: None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::time::Duration;

    fn finding(severity: Severity, label: &str) -> Finding {
        Finding {
            policy: "p".into(),
            route: "r".into(),
            severity,
            category: String::new(),
            reason: "disk".into(),
            found_by: "rules".into(),
            template_id: "t1".into(),
            template_text: "disk <*> full".into(),
            labels: BTreeMap::from([("host.name".to_owned(), label.to_owned())]),
            count: 2,
            first_ms: 100,
            last_ms: 200,
            sample: Sample::default(),
        }
    }

    fn policies() -> HashMap<String, Policy> {
        let policy = Policy {
            channels: vec!["c".into()],
            min_severity: Severity::Warning,
            group_by: Vec::new(),
            group_wait: Duration::from_millis(10),
            repeat_interval: Duration::from_secs(10),
            resolve_after: Duration::from_secs(60),
        };
        HashMap::from([("p".to_owned(), policy)])
    }

    #[test]
    fn told_once_then_repeated_then_resolved() {
        let mut book = Book::default();
        let policies = policies();
        book.note(finding(Severity::Warning, "a"), 1_000);
        assert!(book.due(1_005, &policies).is_empty(), "group_wait");
        book.note(finding(Severity::Warning, "a"), 1_006);
        let due = book.due(1_010, &policies);
        assert_eq!((due.len(), due[0].alert.count, due[0].repeated), (1, 4, false));
        assert!(book.due(1_020, &policies).is_empty(), "told already");
        assert!(book.due(12_000, &policies).is_empty(), "not seen since");
        book.note(finding(Severity::Warning, "a"), 12_500);
        assert_eq!(book.due(12_600, &policies).len(), 1, "repeat_interval");
        let due = book.due(80_000, &policies);
        assert_eq!(due[0].alert.state, State::Resolved);
        assert_eq!(book.alerts().count(), 0);
    }

    #[test]
    fn a_worse_severity_is_told_at_once() {
        let mut book = Book::default();
        let policies = policies();
        book.note(finding(Severity::Warning, "a"), 0);
        assert_eq!(book.due(20, &policies).len(), 1);
        book.note(finding(Severity::Critical, "a"), 30);
        assert_eq!(book.due(31, &policies)[0].alert.severity, Severity::Critical);
        book.note(finding(Severity::Critical, "b"), 32);
        assert_eq!(book.alerts().count(), 2, "labels tell alerts apart");
    }

    #[test]
    fn memory_is_bounded() {
        let mut book = Book::default();
        for n in 0..(ALERTS_MAX + 5) as i64 {
            book.note(finding(Severity::Warning, &n.to_string()), n);
        }
        assert_eq!((book.alerts().count(), book.let_go()), (ALERTS_MAX, 5));
    }

    #[test]
    fn the_response_time_is_that_of_the_first_message() {
        let mut book = Book::default();
        let fingerprint = book.note(finding(Severity::Warning, "a"), 1_000).fingerprint;
        assert_eq!(book.delivered(fingerprint, 1_600).unwrap().response_time_ms, Some(1_500));
        assert!(book.delivered(fingerprint, 9_000).is_none());
    }
}
