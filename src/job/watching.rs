//! From what the detectors find to findings: buckets of counts are closed as time goes by, and whoever the route names is told.

use super::worker::Shared;
use crate::alert::{Finding, Sample};
use crate::score::detectors::{BUCKET_MS, Discovery};
use arc_swap::ArcSwap;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// How often is looked whether a bucket is over.
const TICK: Duration = Duration::from_secs(1);

/// Closes buckets until it is aborted.
pub(super) async fn run(current: Arc<ArcSwap<Shared>>) {
    let mut interval = tokio::time::interval(TICK);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        interval.tick().await;
        let aftermath = current.load().aftermath.clone();
        for discovery in aftermath.watch.close(Timestamp::now().as_millisecond()) {
            let finding = finding(discovery, &current.load());
            if let Some(finding) = finding {
                aftermath.alerts.offer(finding).await;
            }
        }
    }
}

/// `None` where nobody is to be told: the route is gone, does not want the detector, or its policy asks for graver things.
fn finding(discovery: Discovery, shared: &Shared) -> Option<Finding> {
    let route = shared.plan.routes.iter().find(|route| *route.name == *discovery.route)?;
    route.score.as_ref().filter(|score| score.detectors.has(discovery.detector))?;
    let name = route.alert_policy.as_deref()?;
    let policy = shared.plan.policies.get(name)?;
    if discovery.severity < policy.min_severity {
        return None;
    }
    let text = discovery.template.and_then(|id| Some(shared.scorer.as_ref()?.template(id).text.to_string()));
    let text = text.unwrap_or_else(|| discovery.reason.clone());
    let mut labels = BTreeMap::from([("anomaly.detector".to_owned(), discovery.detector.to_owned())]);
    if !discovery.service.is_empty() {
        labels.insert("service.name".to_owned(), discovery.service.to_string());
    }
    let start_ms = discovery.bucket * BUCKET_MS;
    Some(Finding {
        policy: name.into(),
        route: discovery.route,
        severity: discovery.severity,
        category: discovery.detector.to_owned(),
        reason: discovery.reason,
        found_by: discovery.detector.to_owned(),
        template_id: discovery.template.map(|id| id.to_string()).unwrap_or_default(),
        template_text: text.clone(),
        labels,
        count: discovery.records.max(1),
        first_ms: start_ms,
        last_ms: start_ms + BUCKET_MS,
        sample: Sample { message: text, ..Sample::default() },
    })
}
