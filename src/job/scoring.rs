//! The scoring of a worker's documents: what is known is annotated in place, what has to wait is parked outside the worker.

use crate::alert::{Alerts, Finding, Policy, Sample};
use crate::delivery::{Batch, Receipt};
use crate::document::{Document, FieldPath, Value};
use crate::route::RouteSettings;
use crate::score::{Hints, Judged, Kind, Scored, Ticket, WorkerScorer};
use crate::sink::{Chunk, Item, Output};
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
}

/// What is remembered of a document for its finding, once its bytes are written.
#[derive(Clone)]
pub(super) struct Particulars {
    scoring: Arc<RouteScoring>,
    index: String,
    id: String,
    text: String,
    labels: BTreeMap<String, String>,
    written_ms: i64,
}

/// The hints and the text of a document.
pub(super) struct Scorable<'a> {
    pub text: &'a str,
    pub level: Option<&'a str>,
    pub service: Option<&'a str>,
}

/// Paths that every scored document is asked for, compiled once.
pub(super) struct Paths {
    level: FieldPath,
    service: FieldPath,
    original: FieldPath,
}

impl Paths {
    pub fn new() -> Option<Self> {
        let path = |text| FieldPath::parse(text).ok();
        Some(Self { level: path("log.level")?, service: path("service.name")?, original: path("event.original")? })
    }

    /// What is scored: the route's field after the pipeline, else what the pipeline kept as `event.original`, else the field as it came.
    pub fn scorable<'a>(&self, doc: &Document<'a>, text: &FieldPath, before: Option<&'a str>) -> Option<Scorable<'a>> {
        let string = |path: &FieldPath| doc.find(path).and_then(Value::as_str);
        let text = string(text).or_else(|| string(&self.original)).or(before)?;
        Some(Scorable { text, level: string(&self.level), service: string(&self.service) })
    }
}

/// A document that waits for its verdict. Its bytes end with `}` and a line end.
struct Parked {
    item: Item,
    bytes: Vec<u8>,
    ticket: Ticket,
    particulars: Option<Particulars>,
    index: String,
}

/// The scoring of one batch.
pub(super) struct BatchScoring<'w> {
    pub scorer: &'w mut WorkerScorer,
    findings: HashMap<(String, String, BTreeMap<String, String>), Finding>,
    parked: Vec<Vec<Parked>>,
    /// Documents by verdict, in the order of [`Kind::ALL`].
    verdicts: [u64; Kind::ALL.len()],
}

/// Where findings go and parked documents wait.
#[derive(Clone)]
pub(super) struct Aftermath {
    pub runtime: tokio::runtime::Handle,
    pub alerts: Alerts,
}

impl<'w> BatchScoring<'w> {
    pub fn new(scorer: &'w mut WorkerScorer, outputs: usize) -> Self {
        Self {
            scorer,
            findings: HashMap::new(),
            parked: (0..outputs).map(|_| Vec::new()).collect(),
            verdicts: [0; Kind::ALL.len()],
        }
    }

    /// Scores a document whose bytes (from `start`, without their line end) have just been written to `body`. False when it was
    /// taken out of the body to wait.
    #[expect(clippy::too_many_arguments, reason = "one document's whole surroundings; a struct would only rename them")]
    pub fn score<'a>(
        &mut self,
        scorable: &Scorable<'a>,
        scoring: &Arc<RouteScoring>,
        doc: &Document<'a>,
        record: (u32, i64),
        output: (usize, &Output),
        body: &mut Vec<u8>,
        start: usize,
    ) -> bool {
        let hints = Hints { level: scorable.level, service: scorable.service, route: &scoring.settings };
        match self.scorer.score(scorable.text, hints) {
            Scored::Known(judged) => {
                splice(judged.json(), body);
                self.verdicts[judged.annotation.verdict.kind as usize] += 1;
                if judged.is_pending() {
                    judged.written_to(&output.1.name, doc.metadata("_index").unwrap_or_default());
                }
                if is_due(&judged, scoring) {
                    let particulars = Particulars::of(doc, scoring, scorable.text, record.1);
                    note(&mut self.findings, particulars, &judged);
                }
                true
            }
            Scored::Wait(ticket) => {
                let particulars =
                    scoring.policy.is_some().then(|| Particulars::of(doc, scoring, scorable.text, record.1));
                let bytes = body.split_off(start);
                let item = Item { record: record.0, start: 0, end: 0 };
                let index = doc.metadata("_index").unwrap_or_default().to_owned();
                if let Some(parked) = self.parked.get_mut(output.0) {
                    parked.push(Parked { item, bytes, ticket, particulars, index });
                }
                false
            }
        }
    }

    /// Records parked, by output.
    pub fn parked_len(&self, output: usize) -> usize {
        self.parked.get(output).map_or(0, Vec::len)
    }

    /// Hands the findings on, and sends parked documents on their way once their verdicts have come or their time is over.
    pub fn finish(self, batch: &Arc<Batch>, outputs: &[Output], receipts: Vec<Receipt>, aftermath: &Aftermath) {
        count_verdicts(&self.verdicts);
        for finding in self.findings.into_values() {
            aftermath.alerts.blocking_offer(finding);
        }
        for ((parked, output), receipt) in self.parked.into_iter().zip(outputs).zip(receipts) {
            if parked.is_empty() {
                continue;
            }
            let (batch, output, alerts) = (batch.clone(), output.clone(), aftermath.alerts.clone());
            aftermath.runtime.spawn(release(parked, batch, output, receipt, alerts));
        }
    }
}

/// Waits for each document's verdict in turn. Every wait ends at its own deadline, so none waits longer than that.
async fn release(parked: Vec<Parked>, batch: Arc<Batch>, output: Output, receipt: Receipt, alerts: Alerts) {
    let mut body = Vec::with_capacity(parked.iter().map(|p| p.bytes.len() + 400).sum());
    let mut items = Vec::with_capacity(parked.len());
    let mut findings = HashMap::new();
    let mut verdicts = [0; Kind::ALL.len()];
    for Parked { item, bytes, ticket, particulars, index } in parked {
        let judged = ticket.wait().await;
        verdicts[judged.annotation.verdict.kind as usize] += 1;
        let start = body.len() as u32;
        body.extend_from_slice(&bytes);
        splice(judged.json(), &mut body);
        body.push(b'\n');
        items.push(Item { start, end: body.len() as u32, ..item });
        if judged.is_pending() {
            judged.written_to(&output.name, &index);
        }
        if let Some(particulars) = particulars
            && is_due(&judged, &particulars.scoring)
        {
            note(&mut findings, particulars, &judged);
        }
    }
    count_verdicts(&verdicts);
    output.send(Chunk { batch, body, items, receipt }).await;
    for finding in findings.into_values() {
        alerts.offer(finding).await;
    }
}

fn count_verdicts(verdicts: &[u64; Kind::ALL.len()]) {
    for (kind, count) in Kind::ALL.iter().zip(verdicts) {
        metrics::counter!("logboom_documents_scored_total", "verdict" => kind.name()).increment(*count);
    }
}

/// Puts the `anomaly` object in front of the closing brace that `body` ends with.
pub(super) fn splice(anomaly: &[u8], body: &mut Vec<u8>) {
    body.pop();
    if body.last() != Some(&b'{') {
        body.push(b',');
    }
    body.extend_from_slice(b"\"anomaly\":");
    body.extend_from_slice(anomaly);
    body.push(b'}');
}

/// Whether somebody is to be told of this verdict.
fn is_due(judged: &Judged, scoring: &RouteScoring) -> bool {
    let verdict = &judged.annotation.verdict;
    verdict.kind == Kind::Anomaly
        && scoring.policy.as_ref().is_some_and(|(_, policy, _)| verdict.severity >= policy.min_severity)
}

impl Particulars {
    fn of(doc: &Document<'_>, scoring: &Arc<RouteScoring>, text: &str, written_ms: i64) -> Self {
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
        }
    }
}

/// Adds a record to the finding that it belongs to.
fn note(findings: &mut HashMap<(String, String, BTreeMap<String, String>), Finding>, of: Particulars, judged: &Judged) {
    let Some((policy, ..)) = &of.scoring.policy else { return };
    let annotation = &judged.annotation;
    let template = annotation.template.id.to_string();
    let key = (of.scoring.route.to_string(), template.clone(), of.labels.clone());
    let finding = findings.entry(key).or_insert_with(|| Finding {
        policy: policy.clone(),
        route: of.scoring.route.clone(),
        severity: annotation.verdict.severity,
        category: annotation.verdict.category.to_string(),
        reason: annotation.verdict.reason.to_string(),
        found_by: annotation.verdict.judge.to_string(),
        template_id: template,
        template_text: annotation.template.text.to_string(),
        labels: of.labels,
        count: 0,
        first_ms: of.written_ms,
        last_ms: of.written_ms,
        sample: Sample { index: of.index, id: of.id, message: of.text },
    });
    finding.count += 1;
    finding.first_ms = finding.first_ms.min(of.written_ms);
    finding.last_ms = finding.last_ms.max(of.written_ms);
    finding.severity = finding.severity.max(annotation.verdict.severity);
}
