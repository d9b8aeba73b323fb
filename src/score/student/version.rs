//! A version of the student, and the study that it is cut from.

use super::calibration::Calibration;
use super::features::{Features, PLACES, telling_words};
use super::lessons::{Lesson, Teacher};
use super::linear::{Example, Linear};
use super::{KNOWN_SHARE_MIN, Thought};
use crate::score::judges::Opinion;
use crate::score::rules::{Level, Rules};
use crate::score::verdict::{Floor, Kind, Severity};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

/// Parts of the lessons that take turns in being left out.
const FOLDS: u64 = 5;

/// How good a version is on templates that it was not taught.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    pub lessons: usize,
    pub anomalies: usize,
    pub precision: f64,
    pub recall: f64,
    pub f1: f64,
    /// Share of templates on which it was sure, and how often it was wrong on them.
    pub sure_share: f64,
    pub sure_errors: f64,
}

/// Weights that never change again.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    pub number: u32,
    pub figures: Figures,
    pub calibration: Calibration,
    pub anomaly: Linear,
    /// Which anomalies are critical.
    pub critical: Linear,
    /// Places of words that were taught, as bits.
    pub known: Vec<u8>,
    /// What operators said of templates: hashes in order, the lowest bit says whether it is an anomaly.
    pub told: Vec<u64>,
}

fn hash_of(text: &str, level: Option<Level>) -> u64 {
    xxh3_64(format!("{}\0{text}", level.map_or("", Level::name)).as_bytes()) & !1
}

impl Version {
    pub fn think(&self, text: &str, level: Option<Level>, floor: &Floor) -> Thought {
        let features = Features::of(text, level, floor);
        let margin = self.anomaly.margin(&features);
        let probability = self.calibration.probability(margin);
        let told = self.told(text, level);
        let is_anomaly = told.unwrap_or(probability > 0.5);
        let is_sure = told.is_some()
            || self.knows(&features)
                && (probability >= self.calibration.anomaly_from || 1.0 - probability >= self.calibration.normal_from);
        let severity = match is_anomaly {
            false => Severity::Info,
            true if self.critical.margin(&features) > 0.0 => Severity::Critical,
            true => Severity::Warning,
        };
        let opinion = Opinion {
            kind: if is_anomaly { Kind::Anomaly } else { Kind::Normal },
            severity: severity.max(floor.severity),
            score: told.map_or(probability, |told| if told { 1.0 } else { 0.0 }),
            category: String::new(),
            reason: self.reason(text, is_anomaly),
        };
        Thought { opinion, is_sure }
    }

    /// What an operator said of this very template.
    fn told(&self, text: &str, level: Option<Level>) -> Option<bool> {
        let hash = hash_of(text, level);
        let at = self.told.partition_point(|told| *told < hash);
        self.told.get(at).filter(|told| **told & !1 == hash).map(|told| told & 1 == 1)
    }

    fn knows(&self, features: &Features) -> bool {
        let is_known =
            |place: &&u32| self.known.get(**place as usize / 8).is_some_and(|bits| bits >> (**place % 8) & 1 == 1);
        let known = features.words.iter().filter(is_known).count();
        known > 0 && known as f32 >= KNOWN_SHARE_MIN * features.words.len() as f32
    }

    fn reason(&self, text: &str, is_anomaly: bool) -> String {
        let sign = if is_anomaly { 1.0 } else { -1.0 };
        let words =
            telling_words(text, |place| sign * self.anomaly.weights.get(place as usize).copied().unwrap_or_default());
        let what = if is_anomaly { "an anomaly" } else { "normal" };
        if words.is_empty() {
            return format!("like templates that were judged {what}");
        }
        format!("like templates that were judged {what}: {}", words.join(", "))
    }
}

/// All lessons, studied, and what was said of each by a student that had not been taught it.
pub struct Study {
    lessons: Vec<(u64, Lesson)>,
    features: Vec<Features>,
    /// Margins of the students that were not taught the lesson.
    untaught: Vec<f32>,
}

impl Study {
    pub fn of(lessons: &[(u64, Lesson)], rules: &Rules) -> Self {
        let features: Vec<Features> = lessons.iter().map(|(_, lesson)| features_of(lesson, rules)).collect();
        let fold = |lesson: &Lesson| xxh3_64(lesson.text.as_bytes()) % FOLDS;
        let mut untaught = vec![0.0; lessons.len()];
        for left_out in 0..FOLDS {
            let taught = lessons.iter().zip(&features).filter(|((_, lesson), _)| fold(lesson) != left_out);
            let model =
                Linear::train(&taught.map(|((_, lesson), features)| example(lesson, features)).collect::<Vec<_>>());
            for (((_, lesson), features), margin) in lessons.iter().zip(&features).zip(&mut untaught) {
                if fold(lesson) == left_out {
                    *margin = model.margin(features);
                }
            }
        }
        Self { lessons: lessons.to_vec(), features, untaught }
    }

    fn found(&self) -> Vec<(f32, bool)> {
        self.untaught.iter().copied().zip(self.lessons.iter().map(|(_, lesson)| lesson.is_anomaly)).collect()
    }

    /// A version with this number.
    pub fn cut(&self, number: u32) -> Version {
        let taught = || self.lessons.iter().map(|(_, lesson)| lesson).zip(&self.features);
        let examples: Vec<Example<'_>> = taught().map(|(lesson, features)| example(lesson, features)).collect();
        let grave: Vec<Example<'_>> = taught()
            .filter(|(lesson, _)| lesson.is_anomaly)
            .map(|(lesson, features)| Example { is_positive: lesson.is_critical, ..example(lesson, features) })
            .collect();
        let found = self.found();
        let calibration = Calibration::fit(&found);
        let mut known = vec![0_u8; PLACES / 8];
        for place in self.features.iter().flat_map(|features| &features.words) {
            if let Some(bits) = known.get_mut(*place as usize / 8) {
                *bits |= 1 << (place % 8);
            }
        }
        let operators = self.lessons.iter().filter(|(_, lesson)| lesson.teacher == Teacher::Operator);
        let mut told: Vec<u64> = operators
            .map(|(_, lesson)| {
                hash_of(&lesson.text, lesson.level.as_deref().and_then(Level::parse)) | u64::from(lesson.is_anomaly)
            })
            .collect();
        told.sort_unstable();
        Version {
            number,
            figures: figures(&found, &calibration),
            calibration,
            anomaly: Linear::train(&examples),
            critical: Linear::train(&grave),
            known,
            told,
        }
    }

    /// Whether what is cut from this study would err no more than `serving` on lessons since `since`, which neither had been taught.
    pub fn is_not_worse_than(&self, serving: &Version, since: u64, rules: &Rules) -> bool {
        let calibration = Calibration::fit(&self.found());
        let (mut own, mut theirs) = (0.0, 0.0);
        for ((number, lesson), margin) in self.lessons.iter().zip(&self.untaught) {
            if *number < since {
                continue;
            }
            let weight = lesson.teacher.weight();
            let said = serving.calibration.probability(serving.anomaly.margin(&features_of(lesson, rules))) > 0.5;
            own += if (calibration.probability(*margin) > 0.5) == lesson.is_anomaly { 0.0 } else { weight };
            theirs += if said == lesson.is_anomaly { 0.0 } else { weight };
        }
        own <= theirs
    }
}

fn features_of(lesson: &Lesson, rules: &Rules) -> Features {
    Features::of(&lesson.text, lesson.level.as_deref().and_then(Level::parse), &rules.floor(&lesson.text))
}

fn example<'f>(lesson: &Lesson, features: &'f Features) -> Example<'f> {
    Example { features, is_positive: lesson.is_anomaly, weight: lesson.teacher.weight() }
}

fn figures(found: &[(f32, bool)], calibration: &Calibration) -> Figures {
    let count = |holds: &dyn Fn(f32, bool) -> bool| {
        found.iter().filter(|(margin, truth)| holds(*margin, *truth)).count() as f64
    };
    let share = |part: f64, whole: f64| if whole == 0.0 { 0.0 } else { part / whole };
    let says = |margin: f32| calibration.probability(margin) > 0.5;
    let right = count(&|margin, truth| says(margin) && truth);
    let said = count(&|margin, _| says(margin));
    let anomalies = count(&|_, truth| truth);
    let is_sure = |margin: f32| {
        let probability = calibration.probability(margin);
        probability >= calibration.anomaly_from || 1.0 - probability >= calibration.normal_from
    };
    let sure = count(&|margin, _| is_sure(margin));
    Figures {
        lessons: found.len(),
        anomalies: anomalies as usize,
        precision: share(right, said),
        recall: share(right, anomalies),
        f1: share(2.0 * right, said + anomalies),
        sure_share: share(sure, found.len() as f64),
        sure_errors: share(count(&|margin, truth| is_sure(margin) && says(margin) != truth), sure),
    }
}
