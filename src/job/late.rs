//! Verdicts that come after their documents have left: the documents are mended where they lie, and alerts are raised with the
//! true first time.

use super::findings::{Findings, Particulars};
use crate::alert::Alerts;
use crate::score::{LateVerdict, LateVerdicts, TemplateId};
use anyhow::Context as _;
use elasticsearch::http::Method;
use elasticsearch::http::headers::{CONTENT_TYPE, HeaderMap, HeaderValue};
use elasticsearch::http::transport::Transport;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Templates whose documents wait for a late verdict, and kinds of documents of one of them.
const TEMPLATES_MAX: usize = 10_000;
const KINDS_MAX: usize = 64;

/// Documents of one template that one request mends at most; the rest keep `pending`.
const MENDED_MAX: u64 = 100_000;

/// A document becomes visible to a query only after its request and a refresh: mending goes over it again after these waits.
const MEND_AFTER: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(5), Duration::from_secs(30)];

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

/// Takes late verdicts until it is aborted. `transports` are the Elasticsearch outputs by name.
pub(super) async fn run(
    verdicts: Arc<LateVerdicts>,
    awaiting: Awaiting,
    alerts: Alerts,
    transports: HashMap<String, Transport>,
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
        for target in &late.targets {
            if let Some(transport) = transports.get(&*target.output) {
                tokio::spawn(mend(transport.clone(), target.index.to_string(), mending(&late)));
            }
        }
    }
}

/// The `_update_by_query` that gives pending documents of a template their verdict. What a document's own words said stays where it
/// is graver: a model raises, it never lowers.
fn mending(late: &LateVerdict) -> Value {
    let verdict = &late.verdict;
    json!({
        "query": {"bool": {"filter": [
            {"term": {"anomaly.template.id": late.template.id.to_string()}},
            {"term": {"anomaly.status": "pending"}}
        ]}},
        "script": {
            "lang": "painless",
            "source": "def a = ctx._source.anomaly; if (a == null || a.status != 'pending') { ctx.op = 'noop'; return; } \
                       a.status = params.status; \
                       if (params.ranks[params.v.severity] >= params.ranks.getOrDefault(a.severity, 0) && a.verdict != 'anomaly') { a.putAll(params.v) }",
            "params": {
                "status": late.status.name(),
                "ranks": {"INFO": 0, "WARNING": 1, "CRITICAL": 2},
                "v": {
                    "verdict": verdict.kind.name(), "severity": verdict.severity.name(), "score": verdict.score,
                    "category": &*verdict.category, "reason": &*verdict.reason, "judge": &*verdict.judge,
                    "model": verdict.model.as_deref(), "prompt_version": verdict.prompt_version.as_deref()
                }
            }
        },
        "max_docs": MENDED_MAX
    })
}

async fn mend(transport: Transport, index: String, body: Value) {
    for wait in MEND_AFTER {
        tokio::time::sleep(wait).await;
        match update(&transport, &index, &body).await {
            Ok(mended) => metrics::counter!("logboom_mended_documents_total").increment(mended),
            Err(error) => {
                metrics::counter!("logboom_mend_errors_total").increment(1);
                tracing::warn!(error = format!("{error:#}"), index, "Cannot mend pending documents yet.");
            }
        }
    }
}

async fn update(transport: &Transport, index: &str, body: &Value) -> anyhow::Result<u64> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let refresh = format!("/{index}/_refresh");
    transport.send(Method::Post, &refresh, HeaderMap::new(), None::<&()>, None::<Vec<u8>>, None).await?;
    let path = format!("/{index}/_update_by_query");
    let query = [("conflicts", "proceed")];
    let response = transport.send(Method::Post, &path, headers, Some(&query), Some(body.to_string()), None).await?;
    let status = response.status_code();
    let text = response.text().await?;
    anyhow::ensure!(status.is_success(), "HTTP {status}: {}", text.chars().take(300).collect::<String>());
    let answer: Value = serde_json::from_str(&text).context("the answer is no JSON")?;
    Ok(answer.get("updated").and_then(Value::as_u64).unwrap_or(0))
}
