//! How well anomalies are told from the rest: precision, recall and F1 of the anomaly class, with 95 % intervals. Accuracy says
//! nothing where anomalies are rare, so it is only given for the detector that finds nothing.

use serde::Serialize;

/// Counts of lines (or sessions) by what they are and what was said of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Confusion {
    pub true_positives: u64,
    pub false_positives: u64,
    pub false_negatives: u64,
    pub true_negatives: u64,
}

impl Confusion {
    pub fn add(&mut self, is_anomaly: bool, said_anomaly: bool) {
        let count = match (is_anomaly, said_anomaly) {
            (true, true) => &mut self.true_positives,
            (false, true) => &mut self.false_positives,
            (true, false) => &mut self.false_negatives,
            (false, false) => &mut self.true_negatives,
        };
        *count += 1;
    }

    pub fn measures(&self) -> Measures {
        let Self { true_positives: tp, false_positives: fp, false_negatives: fn_, true_negatives: tn } = *self;
        let share = |part: u64, whole: u64| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
        Measures {
            precision: share(tp, tp + fp),
            precision_interval: wilson(tp, tp + fp),
            recall: share(tp, tp + fn_),
            recall_interval: wilson(tp, tp + fn_),
            f1: share(2 * tp, 2 * tp + fp + fn_),
            f1_interval: f1_interval(tp, fp + fn_),
            accuracy: share(tp + tn, tp + tn + fp + fn_),
            confusion: *self,
        }
    }
}

/// Figures of one way to find anomalies. Intervals hold with 95 %.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Measures {
    pub precision: f64,
    pub precision_interval: [f64; 2],
    pub recall: f64,
    pub recall_interval: [f64; 2],
    pub f1: f64,
    pub f1_interval: [f64; 2],
    pub accuracy: f64,
    pub confusion: Confusion,
}

/// The normal distribution's 97.5 % quantile.
const Z: f64 = 1.959_964;

/// Wilson's score interval for a share.
fn wilson(part: u64, whole: u64) -> [f64; 2] {
    if whole == 0 {
        return [0.0, 1.0];
    }
    let (n, p) = (whole as f64, part as f64 / whole as f64);
    let centre = p + Z * Z / (2.0 * n);
    let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    [((centre - half) / scale).max(0.0), ((centre + half) / scale).min(1.0)]
}

/// The posterior of F1 is U / (U + V) with U and V gamma distributed (Goutte and Gaussier, ECIR 2005); its quantiles by simulation with
/// a fixed seed.
fn f1_interval(hits: u64, misses: u64) -> [f64; 2] {
    const DRAWS: usize = 10_000;
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut draws: Vec<f64> = (0..DRAWS)
        .map(|_| {
            let u = 2.0 * random.gamma(hits as f64 + 0.5);
            let v = random.gamma(misses as f64 + 1.0);
            u / (u + v)
        })
        .collect();
    draws.sort_by(f64::total_cmp);
    let at = |share: f64| draws.get((share * DRAWS as f64) as usize).copied().unwrap_or_default();
    [at(0.025), at(0.975)]
}

/// A small generator, the same on every machine (SplitMix64).
struct Random(u64);

impl Random {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Box and Muller's.
    fn normal(&mut self) -> f64 {
        let (a, b) = (1.0 - self.uniform(), self.uniform());
        (-2.0 * a.ln()).sqrt() * (2.0 * std::f64::consts::PI * b).cos()
    }

    /// Marsaglia and Tsang's method.
    fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            let boost = (1.0 - self.uniform()).powf(1.0 / shape);
            return self.gamma(shape + 1.0) * boost;
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            if v > 0.0 && (1.0 - self.uniform()).ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_and_their_intervals() {
        let counts = Confusion { true_positives: 90, false_positives: 10, false_negatives: 30, true_negatives: 870 };
        let measures = counts.measures();
        assert!((measures.precision - 0.9).abs() < 1e-9 && (measures.recall - 0.75).abs() < 1e-9);
        assert!((measures.f1 - 0.818).abs() < 1e-3);
        // Wilson's interval of 90 in 100, from tables.
        assert!((measures.precision_interval[0] - 0.8256).abs() < 1e-3);
        assert!((measures.precision_interval[1] - 0.9448).abs() < 1e-3);
        let [low, high] = measures.f1_interval;
        assert!(low < 0.818 && 0.818 < high && low > 0.74 && high < 0.88, "{low} {high}");
    }

    #[test]
    fn nothing_is_no_reason_to_panic() {
        let measures = Confusion::default().measures();
        assert_eq!((measures.precision, measures.recall, measures.f1), (0.0, 0.0, 0.0));
    }
}
