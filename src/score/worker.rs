//! One worker thread's view of the scorer: it remembers what it wrote last for a template, so that a record of a known template
//! costs a template look-up, a pass of the rules' automaton and one hash look-up.

use super::cache::Key;
use super::flight::{Judged, Ticket};
use super::parameters::{self, Case};
use super::profiles::{KnownValues, Surprise};
use super::rules::Level;
use super::scorer::{Core, Found, Origin};
use super::settings::Terms;
use super::template::Template;
use super::templates::{self, TemplateMatch};
use super::verdict::{Floor, Status};
use hashbrown::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Annotations that a worker holds; when there are more it begins anew.
const HELD_MAX: usize = 65_536;

/// A pending annotation is given for so long before the answer is looked for again.
const PENDING_HELD_MS: u64 = 100;

/// Counts are handed to the metrics after so many records.
const COUNTED_MAX: u64 = 8_192;

/// The `anomaly` object of a record that has no text to score.
pub const SKIPPED: &[u8] = br#"{"status":"skipped"}"#;

/// What a record says beside its text.
#[derive(Clone, Copy)]
pub struct Hints<'a> {
    /// `log.level`.
    pub level: Option<&'a str>,
    /// `service.name`, or whatever tells sources apart: questions of one service share a prompt, and a quota.
    pub service: Option<&'a str>,
    pub terms: Terms,
}

/// The answer to [`WorkerScorer::score`].
pub enum Scored {
    Known(Judged),
    /// A model is being asked: [`Ticket::wait`] ends with its answer or at the deadline.
    Wait(Ticket),
}

/// What was said of a template last.
struct Held {
    until_ms: u64,
    judged: Option<Judged>,
    /// Other verdicts for certain values of the template's variables, and what was said for each.
    cases: Arc<[Case]>,
    by_case: Box<[Option<Judged>]>,
}

impl Held {
    fn new(cases: &Arc<[Case]>, until_ms: u64) -> Self {
        let by_case = std::iter::repeat_with(|| None).take(cases.len()).collect();
        Self { until_ms, judged: None, cases: cases.clone(), by_case }
    }

    fn get(&self, case: Option<usize>) -> Option<&Judged> {
        match case {
            None => self.judged.as_ref(),
            Some(at) => self.by_case.get(at)?.as_ref(),
        }
    }

    fn set(&mut self, case: Option<usize>, judged: Judged) {
        match case {
            None => self.judged = Some(judged),
            Some(at) => {
                if let Some(place) = self.by_case.get_mut(at) {
                    *place = Some(judged);
                }
            }
        }
    }
}

#[derive(Default)]
struct Counts {
    hits: u64,
    misses: u64,
    waits: u64,
    /// By status: scored, pending, degraded.
    scored: u64,
    pending: u64,
    degraded: u64,
}

pub struct WorkerScorer {
    core: Arc<Core>,
    templates: templates::Worker,
    held: HashMap<(Key, Floor), Held>,
    values: KnownValues,
    /// The template of the record that was scored last.
    last: Option<TemplateMatch>,
    generation: u64,
    counts: Counts,
}

impl WorkerScorer {
    pub(super) fn new(core: Arc<Core>) -> Self {
        let templates = templates::Worker::new(core.miner.clone());
        let generation = core.generation.load(Ordering::Acquire);
        let values = KnownValues::default();
        Self { core, templates, held: HashMap::new(), values, last: None, generation, counts: Counts::default() }
    }

    /// The verdict on a record. Never waits.
    pub fn score(&mut self, line: &str, hints: Hints<'_>) -> Scored {
        let generation = self.core.generation.load(Ordering::Acquire);
        if generation != self.generation {
            self.generation = generation;
            self.held.clear();
        }
        let (found, header) = self.templates.observe_raw(line);
        self.last = Some(found);
        let mut floor = self.core.rules.floor(line);
        let mut level = hints.level.and_then(Level::parse);
        if let Some(level) = level {
            floor = floor.or(level.floor());
        } else if let Some(name) = header.level.and_then(|range| line.get(range)) {
            level = Level::parse(name);
            floor = floor.or(level.map(Level::found_floor).unwrap_or_default());
        }
        let key = Key { template: found.id, class: hints.terms.class, level };
        if let Some(held) = self.held.get(&(key, floor))
            && held.until_ms > self.core.clock.now_ms()
            && let Some(judged) = held.get(choose(&held.cases, &self.templates, &found, line))
        {
            self.counts.hits += 1;
            let judged = judged.clone();
            self.count(judged.annotation.status);
            return Scored::Known(judged);
        }
        self.look_up(key, floor, line, &found, hints)
    }

    /// Whether a variable of the line that was scored last has a value that it never had.
    pub fn surprise(&mut self, line: &str) -> Option<Surprise> {
        let found = self.last?;
        let templates = &self.templates;
        let values = || templates.parameters(&found).map(|range| line.get(range).unwrap_or_default());
        self.values.see(found.id, values, &self.core.profiles)
    }

    #[cold]
    fn look_up(&mut self, key: Key, floor: Floor, line: &str, found: &TemplateMatch, hints: Hints<'_>) -> Scored {
        let template = Template::of(&self.core.miner, key.template);
        let origin = Origin { service: hints.service, level: key.level };
        let answer = self.core.find(key, || template.clone(), line, origin);
        let cases: Arc<[Case]> = match &answer {
            Found::Verdict(entry) if !entry.cases.is_empty() => entry.cases.as_slice().into(),
            // What an operator said of the template stands whatever its values are.
            Found::Verdict(entry) if entry.verdict.is_operators() => Arc::default(),
            _ => parameters::built_in(&template.text).into(),
        };
        let chosen = choose(&cases, &self.templates, found, line);
        let case = chosen.and_then(|at| cases.get(at));
        match answer {
            Found::Verdict(entry) => {
                self.counts.misses += 1;
                let own = (&floor, case);
                let judged = Judged::of(&entry, &template, own, &self.core.rules, true, Duration::ZERO);
                self.hold((key, floor), &cases, chosen, &judged, entry.expires_ms);
                self.count(entry.status);
                Scored::Known(judged)
            }
            Found::Question(flight) => {
                let taken = Instant::now();
                let deadline = flight.started + hints.terms.deadline.unwrap_or(self.core.deadline);
                let case = case.cloned();
                let ticket = Ticket { flight, floor, case, rules: self.core.rules.clone(), deadline, taken };
                if deadline > taken {
                    self.counts.waits += 1;
                    return Scored::Wait(ticket);
                }
                // This question has had its time: records that come later do not wait for it again.
                let judged = ticket.pending();
                let until_ms = self.core.clock.now_ms() + PENDING_HELD_MS;
                self.hold((key, floor), &cases, chosen, &judged, until_ms);
                self.count(Status::Pending);
                Scored::Known(judged)
            }
        }
    }

    fn hold(&mut self, key: (Key, Floor), cases: &Arc<[Case]>, case: Option<usize>, judged: &Judged, until_ms: u64) {
        if !self.core.cache.is_on() {
            return;
        }
        if self.held.len() >= HELD_MAX {
            self.held.clear();
        }
        let held = self.held.entry(key).or_insert_with(|| Held::new(cases, until_ms));
        if held.until_ms != until_ms || held.cases != *cases {
            *held = Held::new(cases, until_ms);
        }
        held.set(case, judged.clone());
    }

    fn count(&mut self, status: Status) {
        match status {
            Status::Scored | Status::Skipped => self.counts.scored += 1,
            Status::Pending => self.counts.pending += 1,
            Status::Degraded => self.counts.degraded += 1,
        }
        if self.counts.hits + self.counts.misses >= COUNTED_MAX {
            self.flush();
        }
    }

    /// Hands the counts to the metrics.
    pub fn flush(&mut self) {
        let counts = std::mem::take(&mut self.counts);
        for (name, count) in [("hit", counts.hits), ("miss", counts.misses), ("wait", counts.waits)] {
            metrics::counter!("logboom_score_lookups_total", "result" => name).increment(count);
        }
        let statuses = [("scored", counts.scored), ("pending", counts.pending), ("degraded", counts.degraded)];
        for (name, count) in statuses {
            metrics::counter!("logboom_score_records_total", "status" => name).increment(count);
        }
    }
}

/// The first case that holds for the line that was observed last.
#[inline]
fn choose(cases: &[Case], templates: &templates::Worker, found: &TemplateMatch, line: &str) -> Option<usize> {
    if cases.is_empty() {
        return None;
    }
    let values = templates.parameters(found).map(|range| line.get(range).unwrap_or_default());
    parameters::first_that_holds(cases, values)
}

impl Drop for WorkerScorer {
    fn drop(&mut self) {
        self.flush();
    }
}
