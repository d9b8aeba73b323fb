//! What the student was taught: the last verdict on each template, an operator's before a model's.

use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Lessons that are remembered; beyond that a model's oldest goes.
pub const LESSONS_MAX: usize = 20_000;

/// Who taught.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Teacher {
    #[default]
    Model,
    Operator,
}

impl Teacher {
    pub fn name(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Operator => "operator",
        }
    }

    /// What a lesson counts.
    pub fn weight(self) -> f32 {
        match self {
            Self::Model => 1.0,
            Self::Operator => 3.0,
        }
    }
}

/// A template and its verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lesson {
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    pub is_anomaly: bool,
    #[serde(default)]
    pub is_critical: bool,
    #[serde(default)]
    pub teacher: Teacher,
}

/// All lessons, each with the number under which it came.
#[derive(Debug, Default)]
pub struct Lessons {
    by_template: HashMap<(String, Option<String>), (u64, Lesson)>,
    next: u64,
    /// Lessons from here on have not been studied.
    studied: u64,
}

impl Lessons {
    /// False if it says nothing new.
    pub fn add(&mut self, lesson: Lesson) -> bool {
        let key = (lesson.text.clone(), lesson.level.clone());
        if let Some((_, known)) = self.by_template.get(&key)
            && (known.teacher > lesson.teacher || *known == lesson)
        {
            return false;
        }
        if self.by_template.len() >= LESSONS_MAX && !self.by_template.contains_key(&key) {
            self.forget_one();
        }
        self.by_template.insert(key, (self.next, lesson));
        self.next += 1;
        true
    }

    fn forget_one(&mut self) {
        let oldest = self.by_template.iter().min_by_key(|(_, (number, lesson))| (lesson.teacher, *number));
        if let Some(key) = oldest.map(|(key, _)| key.clone()) {
            self.by_template.remove(&key);
        }
    }

    /// In the order in which they came.
    pub fn all(&self) -> Vec<(u64, Lesson)> {
        let mut all: Vec<(u64, Lesson)> = self.by_template.values().cloned().collect();
        all.sort_by_key(|(number, _)| *number);
        all
    }

    pub fn len(&self) -> usize {
        self.by_template.len()
    }

    /// Lessons that have not been studied.
    pub fn fresh(&self) -> usize {
        (self.next - self.studied) as usize
    }

    pub fn has_fresh_of_operators(&self) -> bool {
        let fresh = |(number, lesson): &(u64, Lesson)| *number >= self.studied && lesson.teacher == Teacher::Operator;
        self.fresh() > 0 && self.by_template.values().any(fresh)
    }

    /// Everything counts as studied from now on; returns since when it was not.
    pub fn begin_study(&mut self) -> u64 {
        std::mem::replace(&mut self.studied, self.next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operators_word_stands() {
        let lesson =
            |is_anomaly, teacher| Lesson { text: "a".into(), level: None, is_anomaly, is_critical: false, teacher };
        let mut lessons = Lessons::default();
        assert!(lessons.add(lesson(true, Teacher::Model)));
        assert!(!lessons.add(lesson(true, Teacher::Model)), "nothing new");
        assert_eq!(lessons.begin_study(), 0);
        assert!(lessons.add(lesson(false, Teacher::Operator)) && lessons.has_fresh_of_operators());
        assert!(!lessons.add(lesson(true, Teacher::Model)));
        assert_eq!((lessons.len(), lessons.fresh()), (1, 1));
    }

    #[test]
    fn there_is_an_end_of_them() {
        let mut lessons = Lessons::default();
        for n in 0..LESSONS_MAX + 3 {
            let teacher = if n == 0 { Teacher::Operator } else { Teacher::Model };
            lessons.add(Lesson { text: n.to_string(), level: None, is_anomaly: true, is_critical: false, teacher });
        }
        assert_eq!(lessons.len(), LESSONS_MAX);
        assert_eq!(lessons.all().first().map(|(_, lesson)| lesson.text.clone()).as_deref(), Some("0"));
    }
}
