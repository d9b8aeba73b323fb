//! A logistic regression, trained by stochastic gradient descent with AdaGrad's steps (Duchi et al., JMLR 2011). The same lessons give
//! the same weights on every machine.

use super::features::{Features, PLACES};

const PASSES: usize = 30;
const STEP: f32 = 0.5;
/// Pulls weights back to nothing, so that a word seen once decides nothing.
const DECAY: f32 = 1e-4;

/// One example.
pub struct Example<'f> {
    pub features: &'f Features,
    pub is_positive: bool,
    pub weight: f32,
}

/// Weights, ready to be asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Linear {
    pub weights: Vec<f32>,
    pub bias: f32,
}

impl Default for Linear {
    fn default() -> Self {
        Self { weights: vec![0.0; PLACES], bias: 0.0 }
    }
}

impl Linear {
    pub fn train(examples: &[Example<'_>]) -> Self {
        let mut model = Self::default();
        let sum = |positive: bool| examples.iter().filter(|e| e.is_positive == positive).map(|e| e.weight).sum::<f32>();
        let (positive, negative) = (sum(true), sum(false));
        if positive == 0.0 || negative == 0.0 {
            // One class alone teaches nothing but its name.
            model.bias = if positive > 0.0 { 1.0 } else { -1.0 };
            return model;
        }
        let mut squares = vec![1e-6; PLACES];
        let mut bias_square = 1e-6;
        let mut order: Vec<usize> = (0..examples.len()).collect();
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        for _ in 0..PASSES {
            shuffle(&mut order, &mut state);
            for example in order.iter().filter_map(|at| examples.get(*at)) {
                let target = if example.is_positive { 1.0 } else { 0.0 };
                let error = (sigmoid(model.margin(example.features)) - target) * example.weight;
                bias_square += error * error;
                model.bias -= STEP * error / bias_square.sqrt();
                for (place, value) in &example.features.places {
                    let place = *place as usize;
                    let (Some(weight), Some(square)) = (model.weights.get_mut(place), squares.get_mut(place)) else {
                        continue;
                    };
                    let slope = error * value + DECAY * *weight;
                    *square += slope * slope;
                    *weight -= STEP * slope / square.sqrt();
                }
            }
        }
        model
    }

    /// Above 0 for the positive class.
    pub fn margin(&self, features: &Features) -> f32 {
        let weight = |place: &u32| self.weights.get(*place as usize).copied().unwrap_or_default();
        self.bias + features.places.iter().map(|(place, value)| weight(place) * value).sum::<f32>()
    }
}

pub fn sigmoid(margin: f32) -> f32 {
    1.0 / (1.0 + (-margin).exp())
}

/// Fisher and Yates', with SplitMix64.
fn shuffle(order: &mut [usize], state: &mut u64) {
    for i in (1..order.len()).rev() {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        order.swap(i, ((z ^ (z >> 31)) % (i as u64 + 1)) as usize);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::verdict::Floor;

    #[test]
    fn what_was_taught_is_known_and_carries_over() {
        let taught = [
            ("disk <*> is broken", true),
            ("link to <*> lost", true),
            ("connection lost to <*>", true),
            ("user <*> logged in", false),
            ("job <*> done", false),
            ("cache warmed in <*>", false),
        ];
        let features: Vec<Features> =
            taught.iter().map(|(text, _)| Features::of(text, None, &Floor::default())).collect();
        let examples: Vec<Example<'_>> = features
            .iter()
            .zip(&taught)
            .map(|(features, (_, is_positive))| Example { features, is_positive: *is_positive, weight: 1.0 })
            .collect();
        let model = Linear::train(&examples);
        assert_eq!(model, Linear::train(&examples), "the same lessons give the same weights");
        for (text, expected) in
            taught.into_iter().chain([("link lost to <*>", true), ("user <*> logged out", false), ("job done", false)])
        {
            assert_eq!(model.margin(&Features::of(text, None, &Floor::default())) > 0.0, expected, "{text}");
        }
    }

    #[test]
    fn one_class_or_none_is_no_reason_to_panic() {
        assert!(Linear::train(&[]).margin(&Features::default()) < 0.0);
        let features = Features::of("a", None, &Floor::default());
        let model = Linear::train(&[Example { features: &features, is_positive: true, weight: 1.0 }]);
        assert!(model.margin(&features) > 0.0);
    }
}
