//! The student: a small linear model that is taught by the verdicts of language models and of operators. It answers in microseconds where
//! it is sure, and stands in with its best guess where no model can be asked.
//!
//! Each lesson is a template and its verdict. When enough lessons have come, all of them are studied anew and a *version* is cut: weights
//! that never change again. How sure it may be is measured on templates that it was not taught (five-fold cross-validation). A version
//! serves only if it errs no more on the newest lessons than the one before it, which had not seen them either; operators may promote another one or go back.

mod calibration;
mod features;
mod files;
mod lessons;
mod linear;
mod version;

pub use files::{FOLDER, Files, Service};
pub use lessons::{Lesson, Teacher};
pub use version::{Figures, Version};

use super::flight::lock;
use super::judges::{Case, Opinion};
use super::rules::Rules;
use super::verdict::{Kind, Severity};
use arc_swap::ArcSwapOption;
use lessons::Lessons;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use version::Study;

/// A version is cut when there are so many new lessons, and so large a share of all is new.
const NEW_LESSONS_MIN: usize = 16;
const NEW_LESSONS_SHARE: f64 = 0.1;

/// Below so many lessons there is nothing to study.
const LESSONS_MIN: usize = 8;

/// Of a template's words so many must have been taught, or the student is not sure.
const KNOWN_SHARE_MIN: f32 = 0.6;

/// What the student thinks of a template.
#[derive(Clone, Debug, PartialEq)]
pub struct Thought {
    pub opinion: Opinion,
    pub is_sure: bool,
}

/// The student of one process.
pub struct Student {
    rules: Arc<Rules>,
    serving: ArcSwapOption<Version>,
    lessons: Mutex<Lessons>,
    files: Option<Files>,
    is_studying: AtomicBool,
}

impl Student {
    /// With what it learned in earlier runs, if there is a folder.
    pub fn open(folder: Option<&Path>, rules: Arc<Rules>) -> io::Result<Arc<Self>> {
        let files = folder.map(Files::open).transpose()?;
        let lessons = files.as_ref().map(Files::lessons).transpose()?.unwrap_or_default();
        let student = Self {
            rules,
            serving: ArcSwapOption::empty(),
            lessons: Mutex::new(lessons),
            files,
            is_studying: AtomicBool::new(false),
        };
        student.follow()?;
        Ok(Arc::new(student))
    }

    /// The version that answers.
    pub fn serving(&self) -> Option<Arc<Version>> {
        self.serving.load_full()
    }

    /// Takes up what an operator promoted since the last call. True if another version serves now.
    pub fn follow(&self) -> io::Result<bool> {
        let Some(files) = &self.files else { return Ok(false) };
        let wanted = files.service()?.serving;
        if wanted == self.serving.load().as_ref().map(|version| version.number) {
            return Ok(false);
        }
        let version = wanted.map(|number| files.version(number)).transpose()?;
        self.serving.store(version.map(Arc::new));
        Ok(true)
    }

    /// What it thinks; `None` while it has learned nothing.
    pub fn think(&self, case: &Case) -> Option<Thought> {
        let version = self.serving.load();
        let version = version.as_ref()?;
        Some(version.think(&case.template.text, case.level, &self.rules.floor(&case.template.text)))
    }

    /// Takes a verdict as a lesson.
    pub fn teach(&self, lesson: Lesson) {
        let is_new = lock(&self.lessons).add(lesson.clone());
        if !is_new {
            return;
        }
        metrics::counter!("logboom_score_student_lessons_total", "teacher" => lesson.teacher.name()).increment(1);
        if let Some(files) = &self.files
            && let Err(error) = files.append_lesson(&lesson)
        {
            tracing::warn!(%error, "a lesson could not be kept");
        }
    }

    /// Whether there is enough new to study.
    pub fn is_due(&self) -> bool {
        let lessons = lock(&self.lessons);
        let needed = NEW_LESSONS_MIN.max((lessons.len() as f64 * NEW_LESSONS_SHARE) as usize);
        lessons.len() >= LESSONS_MIN && (lessons.fresh() >= needed || lessons.has_fresh_of_operators())
    }

    /// Studies all lessons and cuts a version. Takes seconds. True if the new version serves.
    pub fn study(&self) -> io::Result<bool> {
        if self.is_studying.swap(true, Ordering::AcqRel) {
            return Ok(false);
        }
        let studied = self.study_alone();
        self.is_studying.store(false, Ordering::Release);
        studied
    }

    fn study_alone(&self) -> io::Result<bool> {
        let (lessons, since) = {
            let mut lessons = lock(&self.lessons);
            let all = lessons.all();
            (all, lessons.begin_study())
        };
        if lessons.len() < LESSONS_MIN {
            return Ok(false);
        }
        let service = self.files.as_ref().map(Files::service).transpose()?.unwrap_or_default();
        let serving = self.serving();
        let last = service.last.max(serving.as_ref().map_or(0, |version| version.number));
        let study = Study::of(&lessons, &self.rules);
        let next = study.cut(last + 1);
        let is_better = serving.as_ref().is_none_or(|serving| study.is_not_worse_than(serving, since, &self.rules));
        let serves = is_better && !service.is_pinned;
        tracing::info!(
            version = next.number,
            lessons = lessons.len(),
            serves,
            f1 = next.figures.f1,
            "the student has a new version"
        );
        if let Some(files) = &self.files {
            files.keep(&next, serves)?;
        }
        if serves {
            self.serving.store(Some(Arc::new(next)));
        }
        metrics::gauge!("logboom_score_student_version").set(self.serving().map_or(0.0, |v| f64::from(v.number)));
        Ok(serves)
    }
}

/// What a verdict teaches; `None` if it says nothing.
pub(super) fn lesson(case: &Case, kind: Kind, severity: Severity, teacher: Teacher) -> Option<Lesson> {
    (kind != Kind::Unknown && !case.template.text.is_empty()).then(|| Lesson {
        text: case.template.text.to_string(),
        level: case.level.map(|level| level.name().to_owned()),
        is_anomaly: kind == Kind::Anomaly,
        is_critical: severity == Severity::Critical,
        teacher,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::score::template::Template;
    use crate::score::templates::TemplateId;
    use crate::score::verdict::Floor;

    const THINGS: [&str; 12] = [
        "disk", "link", "node", "queue", "volume", "socket", "mirror", "broker", "shard", "replica", "tunnel",
        "gateway",
    ];
    const FAULTS: [&str; 4] = ["was severed", "lies in ruins", "went to pieces", "has vanished"];
    const ROUTINE: [&str; 4] = ["was greeted", "is in good shape", "took its turn", "has arrived"];

    fn case(text: &str) -> Case {
        Case {
            template: Template { id: TemplateId::of(text), text: text.into() },
            examples: Vec::new(),
            service: None,
            level: None,
            floor: Floor::default(),
        }
    }

    fn teach(student: &Student, things: &[&str], teacher: Teacher) {
        for thing in things {
            for (words, is_anomaly) in [(FAULTS, true), (ROUTINE, false)] {
                for word in words {
                    let kind = if is_anomaly { Kind::Anomaly } else { Kind::Normal };
                    let case = case(&format!("the {thing} <*> {word}"));
                    student.teach(lesson(&case, kind, Severity::Warning, teacher).unwrap());
                }
            }
        }
    }

    fn rules() -> Arc<Rules> {
        Arc::new(Rules::compile(&[], true).unwrap())
    }

    #[test]
    fn it_learns_abstains_and_remembers() {
        let folder = tempfile::tempdir().unwrap();
        let student = Student::open(Some(folder.path()), rules()).unwrap();
        assert!(student.think(&case("the disk <*> was severed")).is_none() && !student.is_due());
        teach(&student, &THINGS[..8], Teacher::Model);
        assert!(student.is_due());
        assert!(student.study().unwrap() && !student.is_due());
        let sure = |student: &Student, text: &str| {
            let thought = student.think(&case(text)).unwrap();
            thought.is_sure.then_some(thought.opinion.kind)
        };
        for (text, expected) in [
            ("the node <*> went to pieces", Some(Kind::Anomaly)),
            ("the node <*> took its turn", Some(Kind::Normal)),
            ("the tunnel <*> was severed", Some(Kind::Anomaly)),
            ("the tunnel <*> is in good shape", Some(Kind::Normal)),
            ("quarterly ledger reconciliation commenced for <*>", None),
        ] {
            assert_eq!(sure(&student, text), expected, "{text}");
        }
        let again = Student::open(Some(folder.path()), rules()).unwrap();
        assert_eq!(again.serving().unwrap().number, 1);
        assert_eq!(sure(&again, "the node <*> went to pieces"), Some(Kind::Anomaly));
    }

    #[test]
    fn operators_change_its_mind_and_choose_its_version() {
        let folder = tempfile::tempdir().unwrap();
        let student = Student::open(Some(folder.path()), rules()).unwrap();
        teach(&student, &THINGS, Teacher::Model);
        student.study().unwrap();
        let thinks = |student: &Student| student.think(&case("the disk <*> was severed")).unwrap().opinion.kind;
        assert_eq!(thinks(&student), Kind::Anomaly);
        for thing in THINGS {
            let case = case(&format!("the {thing} <*> was severed"));
            student.teach(lesson(&case, Kind::Normal, Severity::Info, Teacher::Operator).unwrap());
        }
        assert!(student.is_due(), "an operator's word is studied soon");
        assert!(student.study().unwrap());
        assert_eq!((thinks(&student), student.serving().unwrap().number), (Kind::Normal, 2));
        let files = Files::open(folder.path()).unwrap();
        files.promote(1, "li").unwrap();
        assert!(student.follow().unwrap());
        assert_eq!(thinks(&student), Kind::Anomaly);
        teach(&student, &["pump", "valve", "fan"], Teacher::Model);
        assert!(!student.study().unwrap(), "what an operator chose stays");
        files.roll_back("li").unwrap();
        student.follow().unwrap();
        assert_eq!(student.serving().unwrap().number, 2);
    }
}
