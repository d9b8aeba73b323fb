//! The band in which a series of values usually lies: an exponentially weighted mean and variance that single outliers move little,
//! a floor under the variance, and hysteresis so that a value at the band's edge does not flap.

/// Weight of a new value in mean and variance.
const WEIGHT: f64 = 0.05;

/// Values before anything is judged.
const LEARNT_AFTER: u32 = 30;

/// A value further out than so many standard deviations moves the band as if it lay there.
const CLIP_Z: f64 = 3.0;

/// The series leaves its band beyond the first and is back within the second.
const LEAVE_Z: f64 = 4.0;
const RETURN_Z: f64 = 2.0;

/// It is back after so many values in a row.
const BACK_AFTER: u32 = 3;

/// One value so far out is enough; nearer ones have to come twice in a row.
const AT_ONCE_Z: f64 = 8.0;
const IN_A_ROW: u32 = 2;

/// After so many values outside, that is how things are now: the band is learnt anew.
const NEW_NORMAL_AFTER: u32 = 180;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Above,
    Below,
}

/// What a value means for the series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// Nothing new.
    Usual,
    /// The series has just left its band.
    Leaves(Side),
    /// It is still outside.
    StaysOut,
    /// It is back, or what was outside is the band now.
    Returns,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Band {
    mean: f64,
    variance: f64,
    seen: u32,
    /// Values in a row beyond [`LEAVE_Z`], on this side.
    streak: u32,
    streak_side: Option<Side>,
    /// Values since the series left.
    outside_for: u32,
    /// Values in a row within [`RETURN_Z`] since then.
    back_for: u32,
    outside: Option<Side>,
    /// How far out the first value was that has not been learnt yet.
    held_z: Option<f64>,
}

impl Band {
    pub fn mean(&self) -> f64 {
        self.mean
    }

    pub fn is_learnt(&self) -> bool {
        self.seen >= LEARNT_AFTER
    }

    /// How far out a value lies, in standard deviations of at least `variance_floor`.
    pub fn z(&self, value: f64, variance_floor: f64) -> f64 {
        let deviation = (self.variance + variance_floor).sqrt();
        if deviation > 0.0 { (value - self.mean) / deviation } else { 0.0 }
    }

    /// Takes a value in. `usual` says that it is no wonder for other reasons (the hour of the week): it is learnt and not judged.
    pub fn observe(&mut self, value: f64, variance_floor: f64, usual: bool) -> Step {
        let z = self.z(value, variance_floor);
        let step = if self.is_learnt() { self.judge(z, usual) } else { Step::Usual };
        if self.outside_for > NEW_NORMAL_AFTER {
            *self = Self { mean: value, ..Self::default() };
            return Step::Returns;
        }
        match step {
            Step::Leaves(_) | Step::StaysOut => {
                self.held_z = self.held_z.or(Some(z));
            }
            // It may be the first of several: it must not widen the band before the next one has come.
            Step::Usual if self.streak > 0 => self.held_z = Some(z),
            Step::Usual | Step::Returns => {
                if let Some(z) = self.held_z.take() {
                    self.learn(z, variance_floor);
                }
                self.learn(z, variance_floor);
            }
        }
        step
    }

    fn judge(&mut self, z: f64, usual: bool) -> Step {
        if self.outside.is_some() {
            self.outside_for += 1;
            let is_within = z.abs() <= RETURN_Z || usual;
            self.back_for = if is_within { self.back_for + 1 } else { 0 };
            if self.back_for < BACK_AFTER {
                return Step::StaysOut;
            }
            (self.outside, self.outside_for, self.back_for, self.streak) = (None, 0, 0, 0);
            return Step::Returns;
        }
        let side = if z > 0.0 { Side::Above } else { Side::Below };
        if z.abs() < LEAVE_Z || usual {
            self.streak = 0;
            return Step::Usual;
        }
        self.streak = if self.streak_side == Some(side) { self.streak + 1 } else { 1 };
        self.streak_side = Some(side);
        if z.abs() < AT_ONCE_Z && self.streak < IN_A_ROW {
            return Step::Usual;
        }
        self.outside = Some(side);
        Step::Leaves(side)
    }

    /// Moves the band by a value that lies `z` out. A whole time outside teaches as one value, or bursts that come again and again
    /// would never be known.
    fn learn(&mut self, z: f64, variance_floor: f64) {
        self.seen = self.seen.saturating_add(1);
        let deviation = (self.variance + variance_floor).sqrt();
        let weight = (1.0 / f64::from(self.seen)).max(WEIGHT);
        let z = if self.is_learnt() { z.clamp(-CLIP_Z, CLIP_Z) } else { z };
        let difference = z * deviation;
        self.mean += weight * difference;
        self.variance = (1.0 - weight) * (self.variance + weight * difference * difference);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The floor of counts: what chance alone does to them.
    fn steps(values: impl IntoIterator<Item = f64>) -> Vec<Step> {
        let mut band = Band::default();
        values.into_iter().map(|value| band.observe(value, band.mean().max(1.0), false)).collect()
    }

    fn leaves(steps: &[Step]) -> Vec<(usize, Side)> {
        let at = |(at, step): (usize, &Step)| match step {
            Step::Leaves(side) => Some((at, *side)),
            _ => None,
        };
        steps.iter().enumerate().filter_map(at).collect()
    }

    #[test]
    fn a_series_leaves_and_returns_once() {
        let quiet = || (0..100).map(|n| 20.0 + f64::from(n % 5));
        let flood = quiet().chain([200.0, 180.0, 30.0, 210.0]).chain(quiet());
        assert_eq!(leaves(&steps(flood)), [(100, Side::Above)], "a flood that flickers is one");
        let gone = quiet().chain([0.0; 6]).chain(quiet());
        assert_eq!(leaves(&steps(gone)), [(101, Side::Below)], "less far out it has to come twice");
        assert_eq!(leaves(&steps(quiet())), []);
        assert_eq!(leaves(&steps((0..300).map(|n| f64::from(n % 2) * 2.0))), [], "few are chance");
    }

    #[test]
    fn a_lasting_change_becomes_the_norm() {
        let values = (0..100).map(|_| 10.0).chain((0..500).map(|_| 300.0)).chain([310.0; 50]);
        let steps = steps(values);
        assert_eq!(leaves(&steps), [(100, Side::Above)]);
        assert_eq!(steps.last(), Some(&Step::Usual));
    }

    #[test]
    fn what_is_usual_at_this_hour_is_learnt_and_not_judged() {
        let mut band = Band::default();
        for _ in 0..100 {
            band.observe(10.0, 10.0, false);
        }
        for _ in 0..300 {
            assert_eq!(band.observe(500.0, 10.0, true), Step::Usual);
        }
        assert!(band.mean() > 100.0);
    }
}
