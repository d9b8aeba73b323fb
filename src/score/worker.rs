//! One worker thread's view of the scorer: it remembers what it wrote last for a template, so that a record of a known template
//! costs a template look-up, a pass of the rules' automaton and one hash look-up.

use super::cache::Key;
use super::flight::{Judged, Ticket};
use super::rules::Level;
use super::scorer::{Core, Found, Origin};
use super::settings::RouteSettings;
use super::template::Template;
use super::templates;
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
    pub route: &'a RouteSettings,
}

/// The answer to [`WorkerScorer::score`].
pub enum Scored {
    Known(Judged),
    /// A model is being asked: [`Ticket::wait`] ends with its answer or at the deadline.
    Wait(Ticket),
}

struct Held {
    judged: Judged,
    until_ms: u64,
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
    generation: u64,
    counts: Counts,
}

impl WorkerScorer {
    pub(super) fn new(core: Arc<Core>) -> Self {
        let templates = templates::Worker::new(core.miner.clone());
        let generation = core.generation.load(Ordering::Acquire);
        Self { core, templates, held: HashMap::new(), generation, counts: Counts::default() }
    }

    /// The verdict on a record. Never waits.
    pub fn score(&mut self, line: &str, hints: Hints<'_>) -> Scored {
        let generation = self.core.generation.load(Ordering::Acquire);
        if generation != self.generation {
            self.generation = generation;
            self.held.clear();
        }
        let (found, header) = self.templates.observe_raw(line);
        let mut floor = self.core.rules.floor(line);
        let mut level = hints.level.and_then(Level::parse);
        if let Some(level) = level {
            floor = floor.or(level.floor());
        } else if let Some(name) = header.level.and_then(|range| line.get(range)) {
            level = Level::parse(name);
            floor = floor.or(level.map(Level::found_floor).unwrap_or_default());
        }
        let key = Key { template: found.id, class: hints.route.class, level };
        if let Some(held) = self.held.get(&(key, floor))
            && held.until_ms > self.core.clock.now_ms()
        {
            self.counts.hits += 1;
            let judged = held.judged.clone();
            self.count(judged.annotation.status);
            return Scored::Known(judged);
        }
        self.look_up(key, floor, line, hints)
    }

    #[cold]
    fn look_up(&mut self, key: Key, floor: Floor, line: &str, hints: Hints<'_>) -> Scored {
        let template = Template::of(&self.core.miner, key.template);
        let origin = Origin { service: hints.service, level: key.level };
        match self.core.find(key, || template.clone(), line, origin) {
            Found::Verdict(entry) => {
                self.counts.misses += 1;
                let judged = Judged::of(&entry, &template, &floor, &self.core.rules, true, Duration::ZERO);
                self.hold(key, floor, &judged, entry.expires_ms);
                self.count(entry.status);
                Scored::Known(judged)
            }
            Found::Question(flight) => {
                let taken = Instant::now();
                let deadline = flight.started + hints.route.deadline.unwrap_or(self.core.deadline);
                let ticket = Ticket { flight, floor, rules: self.core.rules.clone(), deadline, taken };
                if deadline > taken {
                    self.counts.waits += 1;
                    return Scored::Wait(ticket);
                }
                // This question has had its time: records that come later do not wait for it again.
                let judged = ticket.pending();
                self.hold(key, floor, &judged, self.core.clock.now_ms() + PENDING_HELD_MS);
                self.count(Status::Pending);
                Scored::Known(judged)
            }
        }
    }

    fn hold(&mut self, key: Key, floor: Floor, judged: &Judged, until_ms: u64) {
        if self.held.len() >= HELD_MAX {
            self.held.clear();
        }
        self.held.insert((key, floor), Held { judged: judged.clone(), until_ms });
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

impl Drop for WorkerScorer {
    fn drop(&mut self) {
        self.flush();
    }
}
