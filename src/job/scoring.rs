//! The scoring of a worker's documents: what is known is annotated in place, what has to wait is parked outside the worker.

use super::findings::{Findings, Particulars, RouteScoring};
use super::late::Awaiting;
use crate::alert::Alerts;
use crate::delivery::{Batch, Receipt};
use crate::document::{Document, FieldPath, Value};
use crate::score::detectors::{PARAMETERS, Tallies, Watch};
use crate::score::profiles::Surprise;
use crate::score::{Hints, Kind, Scored, Severity, TemplateId, Ticket, WorkerScorer};
use crate::sink::{Chunk, Item, Output};
use std::sync::Arc;

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
    /// What is to be added to the verdict's reason.
    remark: Option<String>,
}

/// The scoring of one batch.
pub(super) struct BatchScoring<'w> {
    pub scorer: &'w mut WorkerScorer,
    findings: Findings,
    tallies: Tallies,
    parked: Vec<Vec<Parked>>,
    /// Documents by verdict, in the order of [`Kind::ALL`].
    verdicts: [u64; Kind::ALL.len()],
}

/// Where findings go and parked documents wait.
#[derive(Clone)]
pub(super) struct Aftermath {
    pub runtime: tokio::runtime::Handle,
    pub alerts: Alerts,
    pub awaiting: Awaiting,
    pub watch: Arc<Watch>,
}

impl<'w> BatchScoring<'w> {
    pub fn new(scorer: &'w mut WorkerScorer, outputs: usize) -> Self {
        Self {
            scorer,
            findings: Findings::default(),
            tallies: Tallies::default(),
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
        let hints = Hints { level: scorable.level, service: scorable.service, terms: scoring.settings.terms };
        let scored = self.scorer.score(scorable.text, hints);
        let is_profiled = scoring.settings.detectors.has(PARAMETERS);
        let surprise = if is_profiled { self.scorer.surprise(scorable.text) } else { None };
        let remark = surprise.as_ref().map(Surprise::to_string);
        match scored {
            Scored::Known(mut judged) => {
                if let Some(remark) = &remark {
                    judged = judged.with_remark(remark);
                }
                let annotation = &judged.annotation;
                let is_fault = annotation.verdict.kind == Kind::Anomaly || annotation.verdict.severity > Severity::Info;
                self.count(scoring, scorable, annotation.template.id, is_fault, record.1);
                self.note(scoring, scorable, annotation.template.id, record.1, surprise);
                splice(judged.json(), body);
                self.verdicts[judged.annotation.verdict.kind as usize] += 1;
                if judged.is_pending() {
                    judged.written_to(&output.1.name, doc.metadata("_index").unwrap_or_default());
                }
                let annotation = &judged.annotation;
                if scoring.is_due(&annotation.verdict) {
                    let particulars = Particulars::of(doc, scoring, scorable.text, record.1);
                    self.findings.note(particulars, &annotation.template, &annotation.verdict);
                }
                true
            }
            Scored::Wait(ticket) => {
                // What the rules see: its verdict may come long after its bucket is over.
                self.count(scoring, scorable, ticket.template().id, ticket.severity() > Severity::Info, record.1);
                self.note(scoring, scorable, ticket.template().id, record.1, surprise);
                let particulars =
                    scoring.policy.is_some().then(|| Particulars::of(doc, scoring, scorable.text, record.1));
                let bytes = body.split_off(start);
                let item = Item { record: record.0, start: 0, end: 0 };
                let index = doc.metadata("_index").unwrap_or_default().to_owned();
                if let Some(parked) = self.parked.get_mut(output.0) {
                    parked.push(Parked { item, bytes, ticket, particulars, index, remark });
                }
                false
            }
        }
    }

    /// Counts a document for the detectors.
    fn count(
        &mut self,
        of: &RouteScoring,
        scorable: &Scorable<'_>,
        template: TemplateId,
        is_fault: bool,
        written_ms: i64,
    ) {
        if !of.settings.detectors.is_none() {
            let service = scorable.service.unwrap_or_default();
            self.tallies.count(&of.route, service, template, written_ms, is_fault);
        }
    }

    /// Notes a value that was never there for the detectors.
    fn note(
        &mut self,
        of: &RouteScoring,
        scorable: &Scorable<'_>,
        template: TemplateId,
        written_ms: i64,
        surprise: Option<Surprise>,
    ) {
        if let Some(surprise) = surprise {
            self.tallies.note(&of.route, scorable.service.unwrap_or_default(), template, written_ms, surprise);
        }
    }

    /// Records parked, by output.
    pub fn parked_len(&self, output: usize) -> usize {
        self.parked.get(output).map_or(0, Vec::len)
    }

    /// Hands the findings on, and sends parked documents on their way once their verdicts have come or their time is over.
    pub fn finish(self, batch: &Arc<Batch>, outputs: &[Output], receipts: Vec<Receipt>, aftermath: &Aftermath) {
        count_verdicts(&self.verdicts);
        aftermath.watch.take(self.tallies, jiff::Timestamp::now().as_millisecond());
        for finding in self.findings.into_vec() {
            aftermath.alerts.blocking_offer(finding);
        }
        for ((parked, output), receipt) in self.parked.into_iter().zip(outputs).zip(receipts) {
            if parked.is_empty() {
                continue;
            }
            aftermath.runtime.spawn(release(parked, batch.clone(), output.clone(), receipt, aftermath.clone()));
        }
    }
}

/// Waits for each document's verdict in turn. Every wait ends at its own deadline, so none waits longer than that.
async fn release(parked: Vec<Parked>, batch: Arc<Batch>, output: Output, receipt: Receipt, aftermath: Aftermath) {
    let mut body = Vec::with_capacity(parked.iter().map(|p| p.bytes.len() + 400).sum());
    let mut items = Vec::with_capacity(parked.len());
    let mut findings = Findings::default();
    let mut verdicts = [0; Kind::ALL.len()];
    for Parked { item, bytes, ticket, particulars, index, remark } in parked {
        let mut judged = ticket.wait().await;
        if let Some(remark) = remark {
            judged = judged.with_remark(&remark);
        }
        verdicts[judged.annotation.verdict.kind as usize] += 1;
        let start = body.len() as u32;
        body.extend_from_slice(&bytes);
        splice(judged.json(), &mut body);
        body.push(b'\n');
        items.push(Item { start, end: body.len() as u32, ..item });
        if judged.is_pending() {
            judged.written_to(&output.name, &index);
        }
        let annotation = &judged.annotation;
        if let Some(particulars) = particulars {
            if particulars.scoring.is_due(&annotation.verdict) {
                findings.note(particulars, &annotation.template, &annotation.verdict);
            } else if judged.is_pending() {
                aftermath.awaiting.add(annotation.template.id, particulars);
            }
        }
    }
    count_verdicts(&verdicts);
    output.send(Chunk { batch, body, items, receipt }).await;
    for finding in findings.into_vec() {
        aftermath.alerts.offer(finding).await;
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
