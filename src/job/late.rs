//! Verdicts that come after their documents have left: the documents are mended where they lie, and alerts are raised with the
//! true first time.

use super::findings::{Findings, Particulars};
use crate::alert::Alerts;
use crate::score::{LateVerdicts, TemplateId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Templates whose documents wait for a late verdict, and kinds of documents of one of them.
const TEMPLATES_MAX: usize = 10_000;
const KINDS_MAX: usize = 64;

/// What is known of pending documents, by template.
#[derive(Clone, Default)]
pub(super) struct Awaiting(Arc<Mutex<HashMap<TemplateId, Vec<Particulars>>>>);

impl Awaiting {
    pub fn add(&self, template: TemplateId, particulars: Particulars) {
        let mut awaiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if awaiting.len() >= TEMPLATES_MAX && !awaiting.contains_key(&template) {
            metrics::counter!("logboom_late_findings_dropped_total").increment(1);
            return;
        }
        let kinds = awaiting.entry(template).or_default();
        if !kinds.iter_mut().any(|known| known.join(&particulars)) && kinds.len() < KINDS_MAX {
            kinds.push(particulars);
        }
    }

    fn take(&self, template: TemplateId) -> Vec<Particulars> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&template).unwrap_or_default()
    }
}

/// Takes late verdicts until it is aborted.
pub(super) async fn run(
    verdicts: Arc<LateVerdicts>,
    awaiting: Awaiting,
    alerts: Alerts,
    mends: Option<Arc<LateVerdicts>>,
) {
    loop {
        let late = verdicts.next().await;
        let mut findings = Findings::default();
        for particulars in awaiting.take(late.template.id) {
            if particulars.scoring.is_due(&late.verdict) {
                findings.note(particulars, &late.template, &late.verdict);
            }
        }
        for finding in findings.into_vec() {
            alerts.offer(finding).await;
        }
        if let Some(mends) = &mends {
            mends.push(late);
        }
    }
}
