//! Where the counts of all workers come together, sorted into buckets by the time at which records were written.

use super::{BUCKET_MS, Bucket, Count, DETECTORS, Detector, Discovery, SERIES_MAX, Series, Sighting, Tallies};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

/// A bucket is over when records of so much later have come.
const LATENESS_MS: i64 = 5_000;

/// When nothing has come for so long, time goes on without records.
const IDLE_MS: i64 = 20_000;

/// Over a longer gap (the job did not run) the detectors do not look at every bucket in between.
const GAP_BUCKETS_MAX: i64 = 360;

/// Buckets open at once; records of later ones wait for nothing and are taken as late.
const OPEN_BUCKETS_MAX: usize = 64;

/// Sightings that wait for their bucket's end.
const SIGHTINGS_MAX: usize = 4_096;

pub struct Watch {
    state: Mutex<State>,
}

struct State {
    open: BTreeMap<i64, HashMap<Series, Count>>,
    sightings: Vec<(i64, Sighting)>,
    /// The bucket that was closed last.
    closed: Option<i64>,
    /// The time of the newest record, and when it came.
    newest_ms: i64,
    came_ms: i64,
    detectors: Vec<Box<dyn Detector>>,
}

impl Default for Watch {
    fn default() -> Self {
        let detectors = DETECTORS.iter().map(|(_, detector)| detector()).collect();
        let state =
            State { open: BTreeMap::new(), sightings: Vec::new(), closed: None, newest_ms: 0, came_ms: 0, detectors };
        Self { state: Mutex::new(state) }
    }
}

impl Watch {
    /// Takes in what a worker counted.
    pub fn take(&self, mut tallies: Tallies, now_ms: i64) {
        if tallies.is_empty() {
            return;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.came_ms = now_ms;
        let room = SIGHTINGS_MAX - state.sightings.len().min(SIGHTINGS_MAX);
        state.sightings.extend(tallies.take_sightings().into_iter().take(room));
        for (bucket, series, count) in tallies.into_counts() {
            state.add(bucket, series, count, now_ms);
        }
    }

    /// Closes the buckets that are over, and tells what the detectors found in them.
    pub fn close(&self, now_ms: i64) -> Vec<Discovery> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.close(now_ms)
    }
}

impl State {
    fn add(&mut self, bucket: i64, series: Series, mut count: Count, now_ms: i64) {
        // A clock that goes ahead must not close the buckets of the others.
        let bucket = bucket.min(now_ms.div_euclid(BUCKET_MS));
        self.newest_ms = self.newest_ms.max(bucket.saturating_mul(BUCKET_MS)).min(now_ms);
        let is_over = self.closed.is_some_and(|closed| bucket <= closed);
        let at = if is_over {
            metrics::counter!("logboom_detectors_late_records_total").increment(count.records);
            count = Count { late: count.records, ..Count::default() };
            self.closed.map_or(bucket, |closed| closed + 1)
        } else {
            bucket
        };
        if self.open.len() >= OPEN_BUCKETS_MAX && !self.open.contains_key(&at) {
            return;
        }
        let counts = self.open.entry(at).or_default();
        if counts.len() < SERIES_MAX || counts.contains_key(&series) {
            counts.entry(series).or_default().add(count);
        } else {
            metrics::counter!("logboom_detectors_uncounted_records_total").increment(count.records);
        }
    }

    fn close(&mut self, now_ms: i64) -> Vec<Discovery> {
        let mut found = Vec::new();
        let Some(first) = self.open.keys().next().copied().or(self.closed.map(|closed| closed + 1)) else {
            return found;
        };
        let reached_ms = if now_ms - self.came_ms >= IDLE_MS { now_ms - IDLE_MS / 2 } else { self.newest_ms };
        // The last bucket whose end lies far enough back.
        let last = (reached_ms - LATENESS_MS).div_euclid(BUCKET_MS) - 1;
        let mut number = self.closed.map_or(first, |closed| closed + 1);
        while number <= last {
            let counts = self.open.remove(&number).unwrap_or_default();
            // Those of buckets before, whose records came late, are told now.
            let sightings = self.sightings.extract_if(.., |(at, _)| *at <= number).map(|(_, one)| one).collect();
            let bucket = Bucket { number, counts, sightings };
            self.detectors.iter_mut().for_each(|detector| detector.close(&bucket, &mut found));
            self.closed = Some(number);
            number += 1;
            if last - number > GAP_BUCKETS_MAX {
                // Nothing lies in between: go to the next that has records, or near the end.
                let next = self.open.keys().next().copied().unwrap_or(last);
                number = number.max(next.min(last - GAP_BUCKETS_MAX));
            }
        }
        for discovery in &found {
            metrics::counter!("logboom_detectors_found_total", "detector" => discovery.detector).increment(1);
        }
        found
    }
}
