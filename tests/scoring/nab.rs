//! The detectors' band on the labelled series of the Numenta Anomaly Benchmark, by that benchmark's own score (standard profile, Lavin
//! and Ahmad, ICMLA 2015), beside its windowed Gaussian.
//!
//! The band is as shipped: nothing is chosen by these series. The baseline has the threshold that is best on them, as the benchmark
//! grants every entry. `cargo test --test scoring nab -- --nocapture` prints the figures.

use logboom::score::detectors::{Band, Step};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

const FALSE_ALARM_WEIGHT: f64 = 0.11;
/// The first part of a series is there to learn from.
const PROBATION_SHARE: f64 = 0.15;
const PROBATION_OF_MAX: usize = 5_000;

struct Series {
    values: Vec<f64>,
    /// First and last place of each labelled window.
    windows: Vec<(usize, usize)>,
}

impl Series {
    fn probation(&self) -> usize {
        (PROBATION_SHARE * self.values.len().min(PROBATION_OF_MAX) as f64) as usize
    }
}

fn folder() -> Option<PathBuf> {
    let named = std::env::var_os("LOGBOOM_SHARED").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| "../shared".into()).join("data/rates_nab");
    folder.is_dir().then_some(folder)
}

fn series() -> Option<Vec<Series>> {
    let folder = folder()?;
    let labels = fs::read_to_string(folder.join("labels/combined_windows.json")).unwrap();
    let labels: BTreeMap<String, Vec<[String; 2]>> = serde_json::from_str(&labels).unwrap();
    let read = |(name, windows): (String, Vec<[String; 2]>)| {
        let text = fs::read_to_string(folder.join("data").join(name)).ok()?;
        let rows: Vec<(&str, f64)> =
            text.lines().skip(1).filter_map(|l| l.split_once(',')).map(|(t, v)| (t, v.parse().unwrap())).collect();
        // Times of one format: the text's order is the time's.
        let place = |time: &str| rows.partition_point(|(t, _)| *t < &time[..19]);
        let windows = windows.iter().map(|[from, to]| (place(from), place(to).min(rows.len() - 1))).collect();
        Some(Series { values: rows.iter().map(|(_, value)| *value).collect(), windows })
    };
    Some(labels.into_iter().filter_map(read).collect())
}

/// From 1 far before the end of a window through 0 to -1 far behind it.
fn sigmoid(position: f64) -> f64 {
    if position > 3.0 { -1.0 } else { 2.0 / (1.0 + (5.0 * position).exp()) - 1.0 }
}

/// What one series' alarms are worth, before scaling.
fn worth(series: &Series, alarms: &[usize]) -> f64 {
    let alarms = || alarms.iter().copied().filter(|at| *at >= series.probation());
    let mut sum = 0.0;
    for (from, to) in &series.windows {
        let width = (to - from + 1) as f64;
        sum += match alarms().find(|at| (from..=to).contains(&at)) {
            Some(at) => sigmoid(-((to - at + 1) as f64) / width) / sigmoid(-1.0),
            None => -1.0,
        };
    }
    for at in alarms().filter(|at| !series.windows.iter().any(|(from, to)| (from..=to).contains(&at))) {
        let before = series.windows.iter().rev().find(|(_, to)| *to < at);
        let worth = before.map_or(-1.0, |(from, to)| sigmoid((at - to) as f64 / ((to - from).max(1)) as f64));
        sum += FALSE_ALARM_WEIGHT * worth;
    }
    sum
}

/// 0 for no alarm at all, 100 for one at the beginning of every window and none elsewhere.
fn score(all: &[Series], alarms: impl Fn(&Series) -> Vec<usize>) -> f64 {
    let windows: usize = all.iter().map(|series| series.windows.len()).sum();
    let sum: f64 = all.iter().map(|series| worth(series, &alarms(series))).sum();
    100.0 * (sum + windows as f64) / (2.0 * windows as f64)
}

fn band(series: &Series) -> Vec<usize> {
    let mut band = Band::default();
    let mut alarms = Vec::new();
    for (at, value) in series.values.iter().enumerate() {
        // These are no counts; what stands for chance is a hundredth of the value.
        let floor = (0.01 * band.mean()).powi(2).max(f64::MIN_POSITIVE);
        if let Step::Leaves(_) = band.observe(*value, floor, false) {
            alarms.push(at);
        }
    }
    alarms
}

const WINDOW: usize = 6_400;
const WINDOW_STEP: usize = 100;

/// The benchmark's windowed Gaussian: how unlikely each value is by mean and variance of a window that moves on in steps. Comes back
/// as distances in standard deviations.
fn windowed_gaussian(series: &Series) -> Vec<f64> {
    let (mut mean, mut deviation) = (0.0, 1.0);
    let mut distances = Vec::new();
    for (at, value) in series.values.iter().enumerate() {
        let known = &series.values[at.saturating_sub(WINDOW)..at];
        let is_due = known.len() < WINDOW || at % WINDOW_STEP == 0;
        if is_due && !known.is_empty() {
            mean = known.iter().sum::<f64>() / known.len() as f64;
            deviation = (known.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / known.len() as f64).sqrt().max(1e-6);
        }
        distances.push((value - mean).abs() / deviation);
    }
    distances
}

#[test]
fn nab() {
    let Some(all) = series() else {
        println!("no labelled series (LOGBOOM_SHARED, ../shared): nothing measured");
        return;
    };
    let ours = score(&all, band);
    let distances: Vec<Vec<f64>> = all.iter().map(windowed_gaussian).collect();
    let at_threshold = |threshold: f64| {
        let sum: f64 = all
            .iter()
            .zip(&distances)
            .map(|(series, distances)| {
                let alarms: Vec<usize> = (0..distances.len()).filter(|at| distances[*at] > threshold).collect();
                worth(series, &alarms)
            })
            .sum();
        let windows: usize = all.iter().map(|series| series.windows.len()).sum();
        100.0 * (sum + windows as f64) / (2.0 * windows as f64)
    };
    let (baseline, threshold) = (1..=100)
        .map(|n| f64::from(n) * 0.1)
        .map(|threshold| (at_threshold(threshold), threshold))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .unwrap();
    let windows: usize = all.iter().map(|series| series.windows.len()).sum();
    let alarms: usize = all.iter().map(|series| band(series).len()).sum();
    println!("NAB standard profile, {} series, {windows} windows", all.len());
    println!("band as shipped:   {ours:.1} ({alarms} alarms)");
    println!(
        "windowed Gaussian: {baseline:.1} (best threshold {threshold:.1}), {:.1} at the band's own 4",
        at_threshold(4.0)
    );
    assert!((score(&all, |_| Vec::new())).abs() < 1e-9, "no alarm is worth nothing");
    let perfect = score(&all, |series| series.windows.iter().map(|(from, _)| *from).collect());
    assert!((95.0..=100.0).contains(&perfect), "{perfect}");
}
