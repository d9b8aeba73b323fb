//! Scoring measured on labelled lines: how often it is right, beside a detector that finds nothing and one of keywords; what it costs;
//! how long it takes.

mod html;
mod measures;

pub use html::page;
pub use measures::{Confusion, Measures};

use super::flight::Judged;
use super::judges::Spent;
use super::rules::Rules;
use super::scorer::Scorer;
use super::settings::RouteSettings;
use super::templates::TemplateId;
use super::verdict::{Kind, Status};
use super::worker::{Hints, Scored};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

/// Templates in the list of what went wrong.
const MISTAKES_MAX: usize = 200;

/// A line whose verdict is known.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelledLine {
    pub text: String,
    pub is_anomaly: bool,
    pub level: Option<String>,
    pub service: Option<String>,
    /// Lines of one session are judged as one: anomalous if one of them is.
    pub session: Option<String>,
}

/// What came out.
#[derive(Debug, Serialize)]
pub struct Evaluation {
    pub lines: u64,
    pub anomalies: u64,
    pub templates: u64,
    pub scorer: Measures,
    /// By session, if the lines have sessions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sessions: Option<Measures>,
    /// A detector that finds nothing.
    pub null: Measures,
    /// The built-in keywords alone.
    pub keywords: Measures,
    /// Lines without a verdict: `unknown`.
    pub unknown: u64,
    pub by_status: BTreeMap<&'static str, u64>,
    pub by_judge: BTreeMap<String, u64>,
    pub cache_hit_rate: f64,
    pub calls: u64,
    pub tokens: u64,
    pub calls_per_template: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
    /// From a line to its verdict.
    pub latency_ms: Quantiles,
    /// From a template's first line to its verdict, where a model was asked.
    pub time_to_first_verdict_ms: Quantiles,
    /// What scoring cost the thread that did it, on average.
    pub inline_microseconds: f64,
    pub mistakes: Vec<Mistake>,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Quantiles {
    pub p50: f64,
    pub p95: f64,
    pub p99: f64,
    pub max: f64,
}

impl Quantiles {
    fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let place = (share * values.len() as f64).ceil() as usize;
            values.get(place.saturating_sub(1)).copied().unwrap_or_default()
        };
        Self { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1.0) }
    }
}

/// A template that was judged wrongly, and how often.
#[derive(Clone, Debug, Serialize)]
pub struct Mistake {
    pub template: String,
    pub should_be: &'static str,
    pub said: &'static str,
    pub lines: u64,
    pub judge: String,
    pub reason: String,
    pub example: String,
}

/// Scores the lines in their order, as a worker would, and waits for every verdict.
pub async fn evaluate(
    scorer: &Scorer,
    route: &RouteSettings,
    lines: &[LabelledLine],
    price_per_million_tokens: Option<f64>,
) -> Evaluation {
    let mut worker = scorer.worker();
    let mut inline = Duration::ZERO;
    let mut waiting = Vec::with_capacity(lines.len());
    for line in lines {
        let hints = Hints { level: line.level.as_deref(), service: line.service.as_deref(), terms: route.terms };
        let started = Instant::now();
        let scored = worker.score(&line.text, hints);
        let took = started.elapsed();
        inline += took;
        let is_hit = matches!(&scored, Scored::Known(judged) if !judged.is_pending());
        waiting.push((scored, started, took, is_hit));
        if waiting.len() % 256 == 0 {
            // Questions are asked by tasks of the same runtime.
            tokio::task::yield_now().await;
        }
    }
    let mut tally = Tally::default();
    for (line, (scored, started, took, is_hit)) in lines.iter().zip(waiting) {
        let (judged, latency) = match scored {
            Scored::Known(judged) => (judged, took),
            Scored::Wait(ticket) => {
                let judged = ticket.wait().await;
                (judged, started.elapsed())
            }
        };
        let judged = match judged.later() {
            Some(later) => later.await,
            None => judged,
        };
        tally.add(line, &judged, latency, is_hit);
    }
    tally.finish(lines, scorer.spent(), inline, price_per_million_tokens)
}

#[derive(Default)]
struct Tally {
    lines: Confusion,
    sessions: HashMap<String, (bool, bool)>,
    unknown: u64,
    hits: u64,
    by_status: BTreeMap<&'static str, u64>,
    by_judge: BTreeMap<String, u64>,
    latencies: Vec<f64>,
    first_verdicts: HashMap<TemplateId, f64>,
    templates: HashMap<TemplateId, ()>,
    mistakes: HashMap<(TemplateId, bool, Kind), Mistake>,
}

impl Tally {
    fn add(&mut self, line: &LabelledLine, judged: &Judged, latency: Duration, is_hit: bool) {
        let annotation = &judged.annotation;
        let verdict = &annotation.verdict;
        let said = verdict.kind == Kind::Anomaly;
        self.lines.add(line.is_anomaly, said);
        if let Some(session) = &line.session {
            let (is_anomaly, found) = self.sessions.entry(session.clone()).or_default();
            *is_anomaly |= line.is_anomaly;
            *found |= said;
        }
        self.unknown += u64::from(verdict.kind == Kind::Unknown);
        self.hits += u64::from(is_hit);
        *self.by_status.entry(annotation.status.name()).or_default() += 1;
        *self.by_judge.entry(verdict.judge.to_string()).or_default() += 1;
        let latency_ms = latency.as_secs_f64() * 1_000.0;
        self.latencies.push(latency_ms);
        if !is_hit && annotation.status == Status::Scored {
            self.first_verdicts.entry(annotation.template.id).or_insert(latency_ms);
        }
        self.templates.insert(annotation.template.id, ());
        if said != line.is_anomaly {
            let mistake = self.mistakes.entry((annotation.template.id, line.is_anomaly, verdict.kind));
            let mistake = mistake.or_insert_with(|| Mistake {
                template: annotation.template.text.to_string(),
                should_be: if line.is_anomaly { Kind::Anomaly.name() } else { Kind::Normal.name() },
                said: verdict.kind.name(),
                lines: 0,
                judge: verdict.judge.to_string(),
                reason: verdict.reason.to_string(),
                example: line.text.chars().take(500).collect(),
            });
            mistake.lines += 1;
        }
    }

    fn finish(self, lines: &[LabelledLine], spent: Spent, inline: Duration, price: Option<f64>) -> Evaluation {
        let (mut null, mut keywords) = (Confusion::default(), Confusion::default());
        let rules = Rules::compile(&[], true).ok();
        for line in lines {
            null.add(line.is_anomaly, false);
            let said =
                rules.as_ref().is_some_and(|rules| rules.explain(&rules.floor(&line.text)).kind == Kind::Anomaly);
            keywords.add(line.is_anomaly, said);
        }
        let mut sessions = Confusion::default();
        self.sessions.values().for_each(|(is_anomaly, said)| sessions.add(*is_anomaly, *said));
        let mut mistakes: Vec<Mistake> = self.mistakes.into_values().collect();
        mistakes.sort_by(|a, b| b.lines.cmp(&a.lines).then_with(|| a.template.cmp(&b.template)));
        mistakes.truncate(MISTAKES_MAX);
        let count = lines.len() as f64;
        Evaluation {
            lines: lines.len() as u64,
            anomalies: lines.iter().filter(|line| line.is_anomaly).count() as u64,
            templates: self.templates.len() as u64,
            scorer: self.lines.measures(),
            sessions: (!self.sessions.is_empty()).then(|| sessions.measures()),
            null: null.measures(),
            keywords: keywords.measures(),
            unknown: self.unknown,
            by_status: self.by_status,
            by_judge: self.by_judge,
            cache_hit_rate: if lines.is_empty() { 0.0 } else { self.hits as f64 / count },
            calls: spent.calls,
            tokens: spent.tokens,
            calls_per_template: spent.calls as f64 / (self.templates.len().max(1)) as f64,
            cost: price.map(|price| price * spent.tokens as f64 / 1e6),
            latency_ms: Quantiles::of(self.latencies),
            time_to_first_verdict_ms: Quantiles::of(self.first_verdicts.into_values().collect()),
            inline_microseconds: inline.as_secs_f64() * 1e6 / count.max(1.0),
            mistakes,
        }
    }
}
