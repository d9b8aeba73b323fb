//! Judges give verdicts on templates. Each is one file, and one line in [`JUDGES`].

mod http;
mod model;
mod ollama;
mod openai;
mod rules;
#[cfg(test)]
pub(in crate::score) mod stub;
pub(in crate::score) mod student;

pub use model::{Mode, ModelSettings};

use super::flight::{EXAMPLE_BYTES_MAX, EXAMPLES_MAX};
use super::rules::{Level, Rules};
use super::scorer::StartError;
use super::settings::Settings;
use super::student::Student;
use super::template::Template;
use super::verdict::{Floor, Kind, Severity, Verdict};
use futures_util::future::BoxFuture;
use std::sync::Arc;
use thiserror::Error;

/// What a judge is asked about.
#[derive(Clone, Debug)]
pub struct Case {
    pub template: Template,
    /// Raw lines of the template; never to leave the process unredacted.
    pub examples: Vec<String>,
    pub service: Option<Arc<str>>,
    pub level: Option<Level>,
    /// What the template's own words say.
    pub floor: Floor,
}

impl Case {
    /// Keeps `line` as an example if there is room and it is new.
    pub fn add_example(&mut self, line: &str) {
        let line = line.get(..line.floor_char_boundary(EXAMPLE_BYTES_MAX)).unwrap_or(line);
        if self.examples.len() < EXAMPLES_MAX && !self.examples.iter().any(|known| known == line) {
            self.examples.push(line.to_owned());
        }
    }
}

/// What a judge says.
#[derive(Clone, Debug, PartialEq)]
pub struct Opinion {
    pub kind: Kind,
    pub severity: Severity,
    /// From 0 to 1.
    pub score: f32,
    pub category: String,
    pub reason: String,
}

/// Why a judge gave no opinion.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum Trouble {
    /// The model's server says that it has enough to do, or loads the model: no fault, ask again later.
    #[error("the model server is busy: {0}")]
    Busy(String),
    /// No connection, no answer in time, an error of the server.
    #[error("the model server is away: {0}")]
    Away(String),
    /// It answered, but nothing that can be used, not even when asked again.
    #[error("the model's answer is unusable: {0}")]
    Rubbish(String),
    /// The question must not leave: what it holds could not be redacted.
    #[error("the question could not be redacted: {0}")]
    Unredacted(String),
}

impl Trouble {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Busy(_) => "busy",
            Self::Away(_) => "away",
            Self::Rubbish(_) => "rubbish",
            Self::Unredacted(_) => "unredacted",
        }
    }
}

/// What questions cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    pub calls: u64,
    pub tokens: u64,
}

/// Who gives verdicts.
pub trait Judge: Send + Sync {
    fn name(&self) -> &'static str;

    fn model(&self) -> Option<Arc<str>> {
        None
    }

    fn prompt_version(&self) -> Option<Arc<str>> {
        None
    }

    /// An opinion at once, if this judge can give one and is sure. Runs on the worker's thread, within microseconds.
    fn glance(&self, _case: &Case) -> Option<Opinion> {
        None
    }

    /// What it would say if it had to, though it is not sure: for when nobody else can be asked.
    fn lean(&self, _case: &Case) -> Option<Opinion> {
        None
    }

    /// Whom the others' verdicts teach.
    fn student(&self) -> Option<&Arc<Student>> {
        None
    }

    /// How to ask this judge when a glance is not enough; `None` for judges that never wait.
    fn asked(&self) -> Option<&dyn Asked> {
        None
    }
}

/// A judge that takes its time: a model behind a server.
pub trait Asked: Send + Sync {
    /// Opinions in the order of `cases`; `None` for those that the judge said nothing usable about.
    fn ask<'a>(&'a self, cases: &'a [Case]) -> BoxFuture<'a, Result<Vec<Option<Opinion>>, Trouble>>;

    /// Questions under way at once.
    fn concurrency(&self) -> usize;

    /// What was spent since this was last asked.
    fn spent(&self) -> Spent;
}

/// An opinion becomes a verdict.
pub fn sign(opinion: Opinion, judge: &dyn Judge) -> Verdict {
    Verdict {
        kind: opinion.kind,
        severity: opinion.severity,
        score: opinion.score.clamp(0.0, 1.0),
        category: opinion.category.into(),
        reason: opinion.reason.into(),
        judge: judge.name().into(),
        model: judge.model(),
        prompt_version: judge.prompt_version(),
        runbook: None,
    }
}

/// Builds a judge that asks a model.
type BuildModel = fn(&ModelSettings, &reqwest::Client) -> Result<Arc<dyn Judge>, String>;

/// The judges that ask a model: the name in `scoring.judges`, which is also that of their section.
pub const MODELS: &[(&str, BuildModel)] = &[(ollama::NAME, ollama::build), (openai::NAME, openai::build)];

/// The names that `scoring.judges` may hold.
pub fn names() -> impl Iterator<Item = &'static str> {
    [super::rules::NAME, student::NAME].into_iter().chain(MODELS.iter().map(|(name, _)| *name))
}

/// The judges of `settings`, in their order.
pub(super) fn build(
    settings: &Settings,
    rules: &Arc<Rules>,
    client: &reqwest::Client,
    pupil: Option<Arc<Student>>,
) -> Result<Vec<Arc<dyn Judge>>, StartError> {
    let mut judges: Vec<Arc<dyn Judge>> = Vec::new();
    for name in &settings.judges {
        if name == super::rules::NAME {
            judges.push(Arc::new(rules::RulesJudge(rules.clone())));
        }
        if name == student::NAME {
            let folder = settings.data_dir.as_ref().map(|dir| dir.join(super::student::FOLDER));
            let opened = pupil.clone().map_or_else(|| Student::open(folder.as_deref(), rules.clone()), Ok);
            let student =
                opened.map_err(|error| StartError::Judge { judge: student::NAME, reason: error.to_string() })?;
            judges.push(Arc::new(student::StudentJudge(student)));
        }
        let Some((name, build)) = MODELS.iter().find(|(known, _)| known == name) else { continue };
        let Some(model) = settings.model(name) else { continue };
        judges.push(build(model, client).map_err(|reason| StartError::Judge { judge: name, reason })?);
    }
    Ok(judges)
}
