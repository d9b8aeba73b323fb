//! Templates that a route has never had. The longer a route has been known and the fewer new ones it had of late, the more a new one
//! means; many at once (a deploy) are one finding.

use super::bounded::Bounded;
use super::{BUCKET_MS, Bucket, Detector, Discovery, SERIES_MAX};
use crate::score::Severity;
use crate::score::templates::TemplateId;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

pub const NAME: &str = "novelty";

const BUCKETS_PER_HOUR: i64 = 3_600_000 / BUCKET_MS;

/// A route younger than this is still being learnt.
const LEARNT_AFTER_BUCKETS: i64 = BUCKETS_PER_HOUR;

/// New templates are counted over this time; where there were this many before it, another one is nothing to be told of.
const LOOK_BACK_BUCKETS: i64 = 6 * BUCKETS_PER_HOUR;
const FEW: usize = 3;

/// From so many within [`BURST_BUCKETS`] on, they are one finding, and no further ones follow for that time.
const BURST_TEMPLATES_MIN: usize = 8;
const BURST_BUCKETS: i64 = 30;

/// Times of new templates that are remembered for a route.
const TIMES_MAX: usize = 256;

/// Templates that are new in a bucket: the first service that wrote them, and how many records.
type Fresh = HashMap<TemplateId, (Arc<str>, u64)>;

pub struct Novelty {
    known: Bounded<(Arc<str>, TemplateId), ()>,
    routes: HashMap<Arc<str>, Route>,
}

struct Route {
    since: i64,
    /// When new templates came, the oldest first.
    times: VecDeque<i64>,
    burst_at: Option<i64>,
}

impl Default for Novelty {
    fn default() -> Self {
        Self { known: Bounded::new(SERIES_MAX), routes: HashMap::new() }
    }
}

impl Detector for Novelty {
    fn name(&self) -> &'static str {
        NAME
    }

    fn close(&mut self, bucket: &Bucket, found: &mut Vec<Discovery>) {
        let now = bucket.number;
        let mut fresh: HashMap<Arc<str>, Fresh> = HashMap::new();
        for (series, count) in &bucket.counts {
            let key = (series.route.clone(), series.template);
            if !self.known.contains(&key) {
                let of = fresh.entry(series.route.clone()).or_default();
                of.entry(series.template).or_insert((series.service.clone(), 0)).1 += count.records + count.late;
            }
        }
        for series in bucket.counts.keys() {
            self.known.touch(&(series.route.clone(), series.template), now, || ());
        }
        for (name, fresh) in fresh {
            let new_route = || Route { since: now, times: VecDeque::new(), burst_at: None };
            let route = self.routes.entry(name.clone()).or_insert_with(new_route);
            route.note(&name, fresh, now, found);
        }
    }
}

impl Route {
    fn note(&mut self, name: &Arc<str>, fresh: Fresh, now: i64, found: &mut Vec<Discovery>) {
        if now - self.since < LEARNT_AFTER_BUCKETS {
            return;
        }
        let few = self.times.iter().filter(|time| now - **time <= LOOK_BACK_BUCKETS).count() < FEW;
        for _ in 0..fresh.len().min(TIMES_MAX) {
            if self.times.len() >= TIMES_MAX {
                self.times.pop_front();
            }
            self.times.push_back(now);
        }
        let lately = self.times.iter().filter(|time| now - **time < BURST_BUCKETS).count();
        let records = fresh.values().map(|(_, records)| records).sum();
        if self.burst_at.is_some_and(|at| now - at < BURST_BUCKETS) {
            return;
        }
        let discovery = |template, service: Arc<str>, severity, reason, records| Discovery {
            detector: NAME,
            route: name.clone(),
            service,
            template,
            severity,
            reason,
            records,
            bucket: now,
        };
        if lately >= BURST_TEMPLATES_MIN {
            self.burst_at = Some(now);
            let minutes = BURST_BUCKETS * BUCKET_MS / 60_000;
            let reason = format!("{lately} templates that were never there came within {minutes} min: a deploy?");
            found.push(discovery(None, Arc::default(), Severity::Warning, reason, records));
            return;
        }
        let hours = (now - self.since) / BUCKETS_PER_HOUR;
        let severity = if few { Severity::Warning } else { Severity::Info };
        found.extend(fresh.into_iter().map(|(template, (service, records))| {
            let reason = format!("a template that was never there in {hours} h");
            discovery(Some(template), service, severity, reason, records)
        }));
    }
}
