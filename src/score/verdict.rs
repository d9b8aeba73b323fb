//! What a judgement says. Names are those of the `anomaly.*` fields.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// How grave it is. A later judge may raise it, never lower it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Severity {
    #[default]
    Info,
    Warning,
    Critical,
}

impl Severity {
    pub const ALL: [Self; 3] = [Self::Info, Self::Warning, Self::Critical];

    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
        }
    }

    /// Reads `INFO`, `WARNING`, `CRITICAL` in any case.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.name().eq_ignore_ascii_case(text.trim()))
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What was judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Kind {
    Normal,
    Anomaly,
    /// Nobody could tell.
    #[default]
    Unknown,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Normal, Self::Anomaly, Self::Unknown];

    pub fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Anomaly => "anomaly",
            Self::Unknown => "unknown",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(text.trim()))
    }
}

/// How a record came by its verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// The judges that are configured have answered.
    Scored,
    /// A model has been asked and its answer will mend the document; until then the rules' view stands.
    Pending,
    /// The route has a text to score, this record does not.
    Skipped,
    /// The models are away, over budget or answer rubbish: the rules' view.
    Degraded,
}

impl Status {
    pub fn name(self) -> &'static str {
        match self {
            Self::Scored => "scored",
            Self::Pending => "pending",
            Self::Skipped => "skipped",
            Self::Degraded => "degraded",
        }
    }
}

/// The name under which operators' overrides are recorded.
pub const OPERATOR: &str = "operator";

/// A judgement of a template.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    pub kind: Kind,
    pub severity: Severity,
    /// From 0 (harmless) to 1 (an anomaly without doubt).
    pub score: f32,
    /// A short word such as `storage` or `network`; empty if there is none.
    pub category: Arc<str>,
    /// Why, for people. It may come from a model: untrusted text.
    pub reason: Arc<str>,
    /// Who judged: `rules`, `ollama`, `openai`, `student`, `operator`.
    pub judge: Arc<str>,
    pub model: Option<Arc<str>>,
    pub prompt_version: Option<Arc<str>>,
    /// Where the way to mend it is written down.
    pub runbook: Option<Arc<str>>,
}

impl Verdict {
    pub fn is_operators(&self) -> bool {
        &*self.judge == OPERATOR
    }

    /// Whether two verdicts say the same, in whatever words.
    pub fn agrees(&self, other: &Self) -> bool {
        (self.kind, self.severity) == (other.kind, other.severity)
    }

    /// Raises this verdict to what the line itself says: its level and its keywords. Operators' verdicts stand as they are.
    pub fn raise_to(&mut self, floor: &Floor, rules: &super::rules::Rules) {
        if self.is_operators() {
            return;
        }
        let rules_know_more = &*self.judge == super::rules::NAME && floor.severity > self.severity;
        self.severity = self.severity.max(floor.severity);
        if rules_know_more || floor.is_sure && self.kind != Kind::Anomaly {
            let said = rules.explain(floor);
            self.kind = Kind::Anomaly;
            self.score = self.score.max(said.score);
            (self.category, self.reason, self.judge) = (said.category, said.reason, said.judge);
            (self.model, self.prompt_version) = (None, None);
        }
        if self.runbook.is_none() {
            self.runbook = rules.runbook(floor);
        }
    }
}

/// What a line's own words and level say at least.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Floor {
    pub severity: Severity,
    /// Whether it *is* an anomaly, whatever a model says; else only the severity is held.
    pub is_sure: bool,
    pub cause: Cause,
}

/// Which rule gave a floor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Cause {
    #[default]
    Nothing,
    /// The record's level field.
    Level,
    /// The keyword at this place in the rules' table.
    Keyword(u16),
}

impl Floor {
    /// The graver of two.
    pub fn or(self, other: Self) -> Self {
        if (other.severity, other.is_sure) > (self.severity, self.is_sure) {
            Self { is_sure: self.is_sure || other.is_sure, ..other }
        } else {
            Self { is_sure: self.is_sure || other.is_sure, ..self }
        }
    }
}
