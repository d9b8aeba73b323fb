//! What one worker counted in one batch. Counting a record allocates nothing once its series is there.

use super::{BUCKET_MS, Count, SERIES_MAX, Series, Sighting};
use crate::score::profiles::Surprise;
use crate::score::templates::TemplateId;
use hashbrown::HashMap;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Sightings of one batch; a batch that has more of them changes its ways as a whole.
const SIGHTINGS_MAX: usize = 64;

#[derive(Default)]
pub struct Tallies {
    /// By a digest of bucket and series: a worker looks up borrowed names.
    counts: HashMap<u64, (i64, Series, Count)>,
    /// With the bucket that each belongs to.
    sightings: Vec<(i64, Sighting)>,
}

impl Tallies {
    /// Counts a record that was written at `written_ms`.
    pub fn count(&mut self, route: &Arc<str>, service: &str, template: TemplateId, written_ms: i64, is_fault: bool) {
        let bucket = written_ms.div_euclid(BUCKET_MS);
        let seed = template.0 ^ (bucket as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let key = xxh3_64_with_seed(route.as_bytes(), xxh3_64_with_seed(service.as_bytes(), seed));
        if self.counts.len() >= SERIES_MAX && !self.counts.contains_key(&key) {
            return;
        }
        let fresh = || (bucket, Series { route: route.clone(), service: service.into(), template }, Count::default());
        let (_, _, count) = self.counts.entry(key).or_insert_with(fresh);
        count.records += 1;
        count.faults += u64::from(is_fault);
    }

    /// Notes a value that was never there.
    pub fn note(&mut self, route: &Arc<str>, service: &str, template: TemplateId, written_ms: i64, surprise: Surprise) {
        if self.sightings.len() < SIGHTINGS_MAX {
            let series = Series { route: route.clone(), service: service.into(), template };
            self.sightings.push((written_ms.div_euclid(BUCKET_MS), Sighting { series, surprise }));
        }
    }

    pub(super) fn take_sightings(&mut self) -> Vec<(i64, Sighting)> {
        std::mem::take(&mut self.sightings)
    }

    pub fn is_empty(&self) -> bool {
        self.counts.is_empty() && self.sightings.is_empty()
    }

    pub(super) fn into_counts(self) -> impl Iterator<Item = (i64, Series, Count)> {
        self.counts.into_values()
    }
}
