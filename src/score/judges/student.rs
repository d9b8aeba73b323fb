//! The student as a judge: answers at a glance where it is sure, and leans to one side where nobody else can be asked.

use super::{Case, Judge, Opinion};
use crate::score::student::Student;
use std::sync::Arc;

pub const NAME: &str = "student";

pub struct StudentJudge(pub Arc<Student>);

impl Judge for StudentJudge {
    fn name(&self) -> &'static str {
        NAME
    }

    fn model(&self) -> Option<Arc<str>> {
        self.0.serving().map(|version| format!("version {}", version.number).into())
    }

    fn glance(&self, case: &Case) -> Option<Opinion> {
        let thought = self.0.think(case).filter(|thought| thought.is_sure);
        let answer = if thought.is_some() { "sure" } else { "abstained" };
        metrics::counter!("logboom_score_student_answers_total", "answer" => answer).increment(1);
        thought.map(|thought| thought.opinion)
    }

    fn lean(&self, case: &Case) -> Option<Opinion> {
        self.0.think(case).map(|thought| thought.opinion)
    }

    fn student(&self) -> Option<&Arc<Student>> {
        Some(&self.0)
    }
}
