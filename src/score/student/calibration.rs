//! How sure is sure: margins become probabilities (Platt's scaling), and the student answers only beyond thresholds at which it was
//! right often enough on templates that it had not been taught.

use super::linear::sigmoid;
use serde::{Deserialize, Serialize};

/// Of its sure answers so many may be wrong at most, and there must be so many to tell.
const ANOMALY_ERRORS_MAX: f64 = 0.05;
const ANOMALY_ANSWERS_MIN: usize = 8;
const NORMAL_ERRORS_MAX: f64 = 0.02;
const NORMAL_ANSWERS_MIN: usize = 20;

/// A student that is never sure has a threshold that no probability reaches.
const NEVER: f32 = 2.0;

const STEPS: usize = 500;
const STEP: f64 = 0.05;

/// From margins to what may be said.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    slope: f32,
    shift: f32,
    /// From this probability on it is surely an anomaly.
    pub anomaly_from: f32,
    /// From this probability of being normal on it is surely normal.
    pub normal_from: f32,
}

impl Default for Calibration {
    fn default() -> Self {
        Self { slope: 1.0, shift: 0.0, anomaly_from: NEVER, normal_from: NEVER }
    }
}

impl Calibration {
    /// Fits to margins of templates that the student had not been taught when it gave them.
    pub fn fit(found: &[(f32, bool)]) -> Self {
        let mut calibration = Self::scale(found);
        let mut sure: Vec<(f32, bool)> =
            found.iter().map(|(margin, truth)| (calibration.probability(*margin), *truth)).collect();
        sure.sort_by(|a, b| b.0.total_cmp(&a.0));
        calibration.anomaly_from = threshold(&sure, ANOMALY_ERRORS_MAX, ANOMALY_ANSWERS_MIN);
        let normal: Vec<(f32, bool)> = sure.iter().rev().map(|(p, truth)| (1.0 - p, !truth)).collect();
        calibration.normal_from = threshold(&normal, NORMAL_ERRORS_MAX, NORMAL_ANSWERS_MIN);
        calibration
    }

    /// Platt's targets keep the fit from certainty that few examples do not bear.
    fn scale(found: &[(f32, bool)]) -> Self {
        let positive = found.iter().filter(|(_, truth)| *truth).count() as f64;
        let negative = found.len() as f64 - positive;
        if positive == 0.0 || negative == 0.0 {
            return Self::default();
        }
        let (high, low) = ((positive + 1.0) / (positive + 2.0), 1.0 / (negative + 2.0));
        let (mut slope, mut shift) = (1.0_f64, 0.0_f64);
        for _ in 0..STEPS {
            let (mut by_slope, mut by_shift) = (0.0, 0.0);
            for (margin, truth) in found {
                let margin = f64::from(*margin);
                let error = 1.0 / (1.0 + (-(slope * margin + shift)).exp()) - if *truth { high } else { low };
                by_slope += error * margin;
                by_shift += error;
            }
            let count = found.len() as f64;
            slope = (slope - STEP * by_slope / count).max(0.05);
            shift -= STEP * by_shift / count;
        }
        Self { slope: slope as f32, shift: shift as f32, ..Self::default() }
    }

    /// How probably it is an anomaly.
    pub fn probability(&self, margin: f32) -> f32 {
        sigmoid(self.slope * margin + self.shift)
    }
}

/// The lowest probability from which on, in `sorted` (most probable first), few enough are wrong.
fn threshold(sorted: &[(f32, bool)], errors_max: f64, answers_min: usize) -> f32 {
    let mut errors = 0.0;
    let mut found = NEVER;
    for (count, (probability, is_right)) in sorted.iter().enumerate() {
        if *probability < 0.5 {
            break;
        }
        errors += f64::from(u8::from(!is_right));
        let count = count + 1;
        if count >= answers_min && errors <= errors_max * count as f64 {
            found = *probability;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_hold_what_they_say() {
        // From a margin of 1 on all are anomalies, below -1 none, between them half.
        let found: Vec<(f32, bool)> = (-300..300)
            .map(|n| {
                (
                    n as f32 / 100.0,
                    if n > 100 {
                        true
                    } else if n < -100 {
                        false
                    } else {
                        n % 2 == 0
                    },
                )
            })
            .collect();
        let calibration = Calibration::fit(&found);
        assert!(calibration.probability(2.5) > 0.8 && calibration.probability(-2.5) < 0.2);
        let sure = calibration.anomaly_from;
        let answered = found.iter().filter(|(margin, _)| calibration.probability(*margin) >= sure);
        let (right, all) = answered.fold((0, 0), |(right, all), (_, truth)| (right + i32::from(*truth), all + 1));
        assert!(all >= 190 && f64::from(all - right) <= 0.05 * f64::from(all), "{right} of {all}");
    }

    #[test]
    fn few_examples_make_nobody_sure() {
        for found in [&[][..], &[(1.0, true)], &[(1.0, true), (-1.0, false)]] {
            let calibration = Calibration::fit(found);
            assert!(calibration.probability(100.0) < calibration.anomaly_from);
            assert!(1.0 - calibration.probability(-100.0) < calibration.normal_from);
        }
    }
}
