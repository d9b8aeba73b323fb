//! Mending: documents that were written with a pending verdict get the one that came late, by one bounded `_update_by_query` for an
//! index and many templates.
//!
//! A document may still be on its way into the index, or written but not refreshed, when its verdict comes; so each template is mended
//! several times, further and further apart. Each time only documents that are still pending are touched.

use super::flight::Target;
use super::late::{LateVerdict, LateVerdicts};
use super::rules::SURE_SCORE_MIN;
use super::verdict::{Status, Verdict};
use futures_util::future::BoxFuture;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use thiserror::Error;

/// When a template is mended, counted from its verdict. Indices refresh once a second by default, some only each half minute.
const PASSES: [Duration; 4] =
    [Duration::from_secs(2), Duration::from_secs(10), Duration::from_secs(45), Duration::from_secs(180)];

/// A pass that failed is tried again after this; the pause doubles.
const RETRY_MIN: Duration = Duration::from_secs(5);
const RETRY_MAX: Duration = Duration::from_secs(300);
const RETRIES_MAX: u32 = 30;

/// Templates in one request.
const TEMPLATES_MAX: usize = 64;

/// Documents that one request may touch; if there are more it is repeated at once.
const DOCUMENTS_MAX: u64 = 10_000;

/// Documents that the server may touch in a second, so that mending never competes with indexing.
const DOCUMENTS_PER_SECOND: u32 = 2_000;

/// Templates and targets that wait to be mended.
const WAITING_MAX: usize = 20_000;

/// How often what is due is looked for.
const TICK: Duration = Duration::from_millis(500);

/// One `_update_by_query`.
#[derive(Clone, Debug, PartialEq)]
pub struct UpdateByQuery {
    /// The output's name.
    pub output: Arc<str>,
    /// Index, alias or data stream.
    pub index: Arc<str>,
    /// Parameters of the URL.
    pub parameters: Vec<(&'static str, String)>,
    pub body: Value,
}

#[derive(Debug, Error)]
pub enum MendError {
    /// The output holds no documents that could be changed.
    #[error("the output cannot be mended")]
    Impossible,
    #[error("{0}")]
    Failed(String),
}

/// Who can change documents that are written. Returns how many were changed.
pub trait Documents: Send + Sync {
    fn update_by_query<'a>(&'a self, request: &'a UpdateByQuery) -> BoxFuture<'a, Result<u64, MendError>>;
}

/// A template to be mended at a target.
struct Due {
    late: LateVerdict,
    pass: usize,
    retries: u32,
    at: Instant,
}

/// What is to be mended, and when.
#[derive(Default)]
pub struct Schedule {
    waiting: HashMap<(Target, String), Due>,
}

impl Schedule {
    pub fn add(&mut self, late: LateVerdict, now: Instant) {
        for target in &late.targets {
            let key = (target.clone(), late.template.id.to_string());
            if self.waiting.len() >= WAITING_MAX && !self.waiting.contains_key(&key) {
                metrics::counter!("logboom_score_mends_total", "result" => "given_up").increment(1);
                continue;
            }
            self.waiting.insert(key, Due { late: late.clone(), pass: 0, retries: 0, at: now + PASSES[0] });
        }
    }

    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// What is due, by target.
    fn take_due(&mut self, now: Instant) -> Vec<(Target, Vec<Due>)> {
        let due: Vec<(Target, String)> =
            self.waiting.iter().filter(|(_, due)| due.at <= now).map(|(key, _)| key.clone()).collect();
        let mut batches: HashMap<Target, Vec<Due>> = HashMap::new();
        for key in due {
            let batch = batches.entry(key.0.clone()).or_default();
            if batch.len() < TEMPLATES_MAX
                && let Some(due) = self.waiting.remove(&key)
            {
                batch.push(due);
            }
        }
        batches.into_iter().collect()
    }

    /// Puts back what needs another pass, or another try.
    fn put_back(&mut self, target: &Target, mut due: Due, succeeded: bool, now: Instant) {
        if succeeded {
            due.pass += 1;
            due.retries = 0;
            match (PASSES.get(due.pass), PASSES.get(due.pass - 1)) {
                (Some(next), Some(last)) => due.at = now + next.saturating_sub(*last),
                _ => return,
            }
        } else {
            if due.retries >= RETRIES_MAX {
                metrics::counter!("logboom_score_mends_total", "result" => "given_up").increment(1);
                return;
            }
            due.at = now + (RETRY_MIN * 2u32.saturating_pow(due.retries)).min(RETRY_MAX);
            due.retries += 1;
        }
        let key = (target.clone(), due.late.template.id.to_string());
        // A verdict that came in the meantime begins anew.
        self.waiting.entry(key).or_insert(due);
    }
}

/// Mends until it is dropped.
pub async fn run(late: Arc<LateVerdicts>, documents: Arc<dyn Documents>) {
    let mut schedule = Schedule::default();
    loop {
        let _ = tokio::time::timeout(TICK, async {
            loop {
                let verdict = late.next().await;
                schedule.add(verdict, Instant::now());
            }
        })
        .await;
        for (target, batch) in schedule.take_due(Instant::now()) {
            let request = request(&target, &batch);
            match mend(&*documents, &request).await {
                Ok(changed) => {
                    metrics::counter!("logboom_score_mends_total", "result" => "done").increment(1);
                    metrics::counter!("logboom_score_mended_documents_total").increment(changed);
                    let now = Instant::now();
                    batch.into_iter().for_each(|due| schedule.put_back(&target, due, true, now));
                }
                Err(MendError::Impossible) => {}
                Err(MendError::Failed(reason)) => {
                    metrics::counter!("logboom_score_mends_total", "result" => "failed").increment(1);
                    tracing::warn!(index = %target.index, %reason, templates = batch.len(), "late verdicts could not be written");
                    let now = Instant::now();
                    batch.into_iter().for_each(|due| schedule.put_back(&target, due, false, now));
                }
            }
        }
        metrics::gauge!("logboom_score_mends_waiting").set(schedule.len() as f64);
    }
}

/// Repeats the request until it finds less than it may touch.
async fn mend(documents: &dyn Documents, request: &UpdateByQuery) -> Result<u64, MendError> {
    /// Repetitions in one pass; the rest is for the next one.
    const REPEATS_MAX: u32 = 100;
    let mut total = 0;
    for _ in 0..REPEATS_MAX {
        let changed = documents.update_by_query(request).await?;
        total += changed;
        if changed < DOCUMENTS_MAX {
            break;
        }
    }
    Ok(total)
}

/// Documents of these templates that are pending. The script looks again: between search and update a document may have changed.
fn request(target: &Target, batch: &[Due]) -> UpdateByQuery {
    let verdicts: Map<String, Value> = batch
        .iter()
        .map(|due| (due.late.template.id.to_string(), fields(&due.late.verdict, due.late.status)))
        .collect();
    let ids: Vec<&String> = verdicts.keys().collect();
    let pending = Status::Pending.name();
    let body = json!({
        "query": { "bool": { "filter": [
            { "terms": { "anomaly.template.id": ids } },
            { "term": { "anomaly.status": pending } },
        ] } },
        "script": {
            "lang": "painless",
            "source": SCRIPT,
            "params": { "verdicts": verdicts, "pending": pending, "sure": SURE_SCORE_MIN, "status": Status::Scored.name() },
        },
    });
    UpdateByQuery {
        output: target.output.clone(),
        index: target.index.clone(),
        parameters: vec![
            ("conflicts", "proceed".into()),
            ("max_docs", DOCUMENTS_MAX.to_string()),
            ("requests_per_second", DOCUMENTS_PER_SECOND.to_string()),
            ("ignore_unavailable", "true".into()),
            ("allow_no_indices", "true".into()),
        ],
        body,
    }
}

/// What is written. `null` takes a field away.
fn fields(verdict: &Verdict, status: Status) -> Value {
    let text = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
    let option = |text: &Option<Arc<str>>| text.as_deref().map_or(Value::Null, |t| json!(t));
    json!({
        "score": (f64::from(verdict.score) * 1_000.0).round() / 1_000.0,
        "verdict": verdict.kind.name(),
        "severity": verdict.severity.name(),
        "category": text(&verdict.category),
        "reason": text(&verdict.reason),
        "status": status.name(),
        "judge": text(&verdict.judge),
        "model": option(&verdict.model),
        "prompt_version": option(&verdict.prompt_version),
        "runbook": option(&verdict.runbook),
    })
}

/// The document's own floor stands: its severity is never lowered, and an anomaly that its own words leave no doubt of (which is
/// what the score of a pending document says) stays one. Operators' verdicts stand above that.
const SCRIPT: &str = "\
def a = ctx._source.anomaly; \
def v = a == null || a.template == null ? null : params.verdicts[a.template.id]; \
if (v == null || a.status != params.pending) { ctx.op = 'noop'; return; } \
def ranks = ['INFO': 0, 'WARNING': 1, 'CRITICAL': 2]; \
def own = a.severity; \
boolean operators = v.judge == 'operator'; \
boolean sure = !operators && a.verdict == 'anomaly' && v.verdict != 'anomaly' && a.score != null && a.score >= params.sure; \
if (sure) { a.status = v.status; } \
else { for (def e : v.entrySet()) { if (e.value == null) { a.remove(e.key); } else { a[e.key] = e.value; } } } \
if (!operators && ranks.containsKey(own) && ranks[own] > ranks[v.severity]) { a.severity = own; }";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::score::template::Template;
    use crate::score::templates::TemplateId;
    use crate::score::verdict::{Kind, Severity};
    use std::sync::Mutex;
    use std::time::SystemTime;

    fn late(id: u64, indices: &[&str]) -> LateVerdict {
        let verdict = Verdict {
            kind: Kind::Anomaly,
            severity: Severity::Critical,
            score: 0.9,
            category: "storage".into(),
            reason: "disk is gone".into(),
            judge: "ollama".into(),
            model: Some("m".into()),
            prompt_version: Some("1".into()),
            runbook: None,
        };
        LateVerdict {
            template: Template { id: TemplateId(id), text: "x".into() },
            verdict: Arc::new(verdict),
            status: Status::Scored,
            targets: indices.iter().map(|i| Target { output: "es".into(), index: (*i).into() }).collect(),
            first_seen: SystemTime::now(),
            count: 1,
        }
    }

    #[test]
    fn templates_of_one_index_share_a_request() {
        let now = Instant::now();
        let mut schedule = Schedule::default();
        schedule.add(late(1, &["a", "b"]), now);
        schedule.add(late(2, &["a"]), now);
        assert!(schedule.take_due(now).is_empty(), "documents are still on their way");
        let mut batches = schedule.take_due(now + PASSES[0]);
        batches.sort_by_key(|(target, _)| target.index.clone());
        let sizes: Vec<usize> = batches.iter().map(|(_, batch)| batch.len()).collect();
        assert_eq!(sizes, [2, 1]);
        let request = request(&batches[0].0, &batches[0].1);
        assert_eq!(
            request.body["query"]["bool"]["filter"][0]["terms"]["anomaly.template.id"].as_array().unwrap().len(),
            2
        );
        assert_eq!(request.body["script"]["params"]["verdicts"]["0000000000000001"]["severity"], "CRITICAL");
    }

    #[test]
    fn several_passes_and_failures_do_not_count() {
        let mut now = Instant::now();
        let mut schedule = Schedule::default();
        schedule.add(late(1, &["a"]), now);
        let (mut passes, mut failures) = (0, 0);
        while schedule.len() > 0 {
            now += Duration::from_secs(1);
            for (target, batch) in schedule.take_due(now) {
                for due in batch {
                    let fails = failures < 3;
                    if fails {
                        failures += 1
                    } else {
                        passes += 1
                    }
                    schedule.put_back(&target, due, !fails, now);
                }
            }
        }
        assert_eq!((passes, failures), (PASSES.len(), 3));
    }

    struct Recorder(Mutex<Vec<UpdateByQuery>>);

    impl Documents for Recorder {
        fn update_by_query<'a>(&'a self, request: &'a UpdateByQuery) -> BoxFuture<'a, Result<u64, MendError>> {
            let mut seen = self.0.lock().unwrap();
            seen.push(request.clone());
            let changed = if seen.len() == 1 { DOCUMENTS_MAX } else { 5 };
            Box::pin(async move { Ok(changed) })
        }
    }

    #[tokio::test]
    async fn a_request_that_was_bounded_is_repeated() {
        let recorder = Recorder(Mutex::default());
        let target = Target { output: "es".into(), index: "a".into() };
        let due = Due { late: late(1, &["a"]), pass: 0, retries: 0, at: Instant::now() };
        assert_eq!(mend(&recorder, &request(&target, &[due])).await.unwrap(), DOCUMENTS_MAX + 5);
        assert_eq!(recorder.0.lock().unwrap().len(), 2);
    }
}
