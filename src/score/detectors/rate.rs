//! A template's rate leaving its band, up or down. What was usual at this hour of a week before is no wonder.

use super::bounded::Bounded;
use super::{BUCKET_MS, Band, Bucket, Detector, Discovery, SERIES_MAX, Series, Side, Step};
use crate::score::Severity;

pub const NAME: &str = "rate";

const HOURS_OF_WEEK: usize = 7 * 24;
const BUCKETS_PER_HOUR: i64 = 3_600_000 / BUCKET_MS;

/// How much the latest week's hour weighs against those before it.
const WEEK_WEIGHT: f32 = 0.3;

/// A rate within this factor of the same hour of earlier weeks is usual.
const SEASON_FACTOR: f64 = 2.0;

/// A rise to fewer records in a bucket is no flood.
const FLOOD_RECORDS_MIN: u64 = 10;

pub struct Rate {
    series: Bounded<Series, State>,
}

#[derive(Default)]
struct State {
    band: Band,
    hour: i64,
    hour_sum: f64,
    hour_buckets: u32,
    /// Records a bucket at each hour of the week, in the weeks before; `NAN` where none has been seen.
    season: Option<Box<[f32; HOURS_OF_WEEK]>>,
}

impl Default for Rate {
    fn default() -> Self {
        Self { series: Bounded::new(SERIES_MAX) }
    }
}

impl State {
    /// Whether a rate is what this hour of the week had before.
    fn is_seasonal(&self, hour: i64, records: f64) -> bool {
        let before = self.season.as_ref().and_then(|season| season.get(slot(hour))).copied().map(f64::from);
        before.is_some_and(|before| {
            let low = before / SEASON_FACTOR - before.sqrt();
            records >= low && records <= before * SEASON_FACTOR + before.max(1.0).sqrt()
        })
    }

    fn note(&mut self, hour: i64, records: f64) {
        if hour != self.hour && self.hour_buckets > 0 {
            let mean = (self.hour_sum / f64::from(self.hour_buckets)) as f32;
            let season = self.season.get_or_insert_with(|| Box::new([f32::NAN; HOURS_OF_WEEK]));
            if let Some(known) = season.get_mut(slot(self.hour)) {
                *known = if known.is_nan() { mean } else { *known + WEEK_WEIGHT * (mean - *known) };
            }
            (self.hour_sum, self.hour_buckets) = (0.0, 0);
        }
        self.hour = hour;
        self.hour_sum += records;
        self.hour_buckets += 1;
    }
}

fn slot(hour: i64) -> usize {
    hour.rem_euclid(HOURS_OF_WEEK as i64) as usize
}

impl Detector for Rate {
    fn name(&self) -> &'static str {
        NAME
    }

    fn close(&mut self, bucket: &Bucket, found: &mut Vec<Discovery>) {
        for (series, _) in bucket.counts.iter().filter(|(_, count)| count.records > 0) {
            self.series.touch(series, bucket.number, State::default);
        }
        let hour = bucket.number.div_euclid(BUCKETS_PER_HOUR);
        self.series.retain(|series, state| {
            let count = bucket.counts.get(series).copied().unwrap_or_default();
            // Records that came too late were part of the rate: without them it would seem to fall.
            if count.late > count.records {
                return true;
            }
            let records = count.records as f64;
            let (mean, usual) = (state.band.mean(), state.is_seasonal(hour, records));
            let step = state.band.observe(records, mean.max(1.0), usual);
            if !matches!(step, Step::StaysOut | Step::Leaves(_)) {
                state.note(hour, records);
            }
            // A fall to nothing is what `silence` looks for.
            let least = |side| if side == Side::Above { FLOOD_RECORDS_MIN } else { 1 };
            if let Step::Leaves(side) = step
                && count.records >= least(side)
            {
                found.push(discovery(series, side, count.records, mean, bucket.number));
            }
            true
        });
    }
}

fn discovery(series: &Series, side: Side, records: u64, mean: f64, bucket: i64) -> Discovery {
    let way = if side == Side::Above { "rose" } else { "fell" };
    let seconds = BUCKET_MS / 1_000;
    Discovery {
        detector: NAME,
        route: series.route.clone(),
        service: series.service.clone(),
        template: Some(series.template),
        severity: Severity::Warning,
        reason: format!("the rate {way} to {records} records in {seconds} s from {mean:.1}"),
        records,
        bucket,
    }
}
