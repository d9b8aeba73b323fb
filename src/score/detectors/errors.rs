//! The share of faults among a service's records leaving its band upwards.

use super::bounded::Bounded;
use super::{Band, Bucket, Count, Detector, Discovery, SERIES_MAX, Service, Side, Step};
use crate::score::Severity;
use std::collections::HashMap;

pub const NAME: &str = "errors";

/// A share is taken over so many records at least; buckets are put together until there are as many.
const RECORDS_MIN: u64 = 50;

/// Shares below this are nothing to be told of, however rare faults were before.
const SHARE_MIN: f64 = 0.05;

pub struct Errors {
    services: Bounded<Service, State>,
}

#[derive(Default)]
struct State {
    band: Band,
    open: Count,
}

impl Default for Errors {
    fn default() -> Self {
        Self { services: Bounded::new(SERIES_MAX) }
    }
}

impl Detector for Errors {
    fn name(&self) -> &'static str {
        NAME
    }

    fn close(&mut self, bucket: &Bucket, found: &mut Vec<Discovery>) {
        let mut sums: HashMap<Service, Count> = HashMap::new();
        for (series, count) in &bucket.counts {
            sums.entry((series.route.clone(), series.service.clone())).or_default().add(*count);
        }
        for (of, sum) in sums {
            let state = self.services.touch(&of, bucket.number, State::default);
            state.open.add(sum);
            if state.open.records < RECORDS_MIN {
                continue;
            }
            let Count { records, faults, .. } = std::mem::take(&mut state.open);
            let share = faults as f64 / records as f64;
            let before = state.band.mean();
            // What chance alone does to the share of so many records.
            let chance = (before * (1.0 - before)).max(1.0 / records as f64) / records as f64;
            let step = state.band.observe(share, chance, false);
            if step == Step::Leaves(Side::Above) && share >= SHARE_MIN {
                let (now, was) = (share * 100.0, before * 100.0);
                found.push(Discovery {
                    detector: NAME,
                    route: of.0,
                    service: of.1,
                    template: None,
                    severity: Severity::Warning,
                    reason: format!("{now:.1} % of {records} records are faults, usually {was:.1} %"),
                    records: faults,
                    bucket: bucket.number,
                });
            }
        }
    }
}
