//! A template that came regularly and comes no more. Several of one service that fall silent together are one finding.

use super::bounded::Bounded;
use super::{BUCKET_MS, Bucket, Detector, Discovery, SERIES_MAX, Series, Service};
use crate::score::Severity;
use std::collections::HashMap;
use std::sync::Arc;

pub const NAME: &str = "silence";

/// A template is expected once it has come in so many buckets.
const EXPECTED_AFTER: u32 = 60;

/// It is missed after so many times its longest pause, and so many buckets at least.
const PAUSE_FACTOR: f64 = 3.0;
const PAUSE_BUCKETS_MIN: f64 = 6.0;

/// What comes more rarely than once in so many buckets is not expected at all.
const PAUSE_EXPECTED_BUCKETS_MAX: f64 = 360.0;

/// A long pause is forgotten slowly: by this share each time the template comes.
const PAUSE_FADES: f64 = 0.001;

/// From so many templates of a service on it is the service that fell silent.
const SERVICE_TEMPLATES_MIN: usize = 3;

pub struct Silence {
    series: Bounded<Series, State>,
}

struct State {
    seen: u32,
    last: i64,
    longest_pause: f64,
    is_missed: bool,
}

impl Default for Silence {
    fn default() -> Self {
        Self { series: Bounded::new(SERIES_MAX) }
    }
}

impl State {
    fn comes(&mut self, bucket: i64) {
        let pause = (bucket - self.last) as f64;
        self.longest_pause = (self.longest_pause * (1.0 - PAUSE_FADES)).max(pause);
        (self.seen, self.last, self.is_missed) = (self.seen.saturating_add(1), bucket, false);
    }

    fn is_overdue(&self, bucket: i64) -> bool {
        let patience = (self.longest_pause * PAUSE_FACTOR).max(PAUSE_BUCKETS_MIN);
        self.seen >= EXPECTED_AFTER
            && self.longest_pause <= PAUSE_EXPECTED_BUCKETS_MAX
            && (bucket - self.last) as f64 > patience
    }
}

impl Detector for Silence {
    fn name(&self) -> &'static str {
        NAME
    }

    fn close(&mut self, bucket: &Bucket, found: &mut Vec<Discovery>) {
        let now = bucket.number;
        for series in bucket.counts.keys() {
            let fresh = || State { seen: 0, last: now, longest_pause: 0.0, is_missed: false };
            self.series.touch(series, now, fresh).comes(now);
        }
        let mut missed: HashMap<Service, Vec<(Series, i64)>> = HashMap::new();
        self.series.retain(|series, state| {
            if !state.is_missed && state.is_overdue(now) {
                state.is_missed = true;
                let of = (series.route.clone(), series.service.clone());
                missed.entry(of).or_default().push((series.clone(), state.last));
            }
            true
        });
        for ((route, service), missed) in missed {
            if missed.len() < SERVICE_TEMPLATES_MIN {
                found.extend(
                    missed.iter().map(|(series, last)| discovery(&route, &service, Some(series), 1, now - last, now)),
                );
            } else {
                let since = missed.iter().map(|(_, last)| now - last).min().unwrap_or_default();
                found.push(discovery(&route, &service, None, missed.len(), since, now));
            }
        }
    }
}

fn discovery(
    route: &Arc<str>,
    service: &Arc<str>,
    series: Option<&Series>,
    templates: usize,
    buckets: i64,
    now: i64,
) -> Discovery {
    let seconds = buckets * BUCKET_MS / 1_000;
    let who =
        if series.is_some() { "an expected template".to_owned() } else { format!("{templates} expected templates") };
    Discovery {
        detector: NAME,
        route: route.clone(),
        service: service.clone(),
        template: series.map(|series| series.template),
        severity: Severity::Warning,
        reason: format!("{who} silent for {seconds} s"),
        records: 0,
        bucket: now,
    }
}
