//! Scoring: every record gets a verdict at the price of a look-up.
//!
//! A record's line belongs to a *template* (the line with its variables cut out). A *verdict* is given for a template, once, by the
//! *judges*, cheapest first: [`rules`], then models behind a server. A [`WorkerScorer`] remembers annotations ready to be copied;
//! behind it stands the verdict cache that all workers share; behind that, one question to the models however many records
//! wait (a *flight*). Records wait up to a deadline and then leave as `pending`; [`LateVerdicts`] tells what to mend.
//!
//! What no single line shows is for the [`detectors`], which count.
//!
//! What a line says by itself (its level, its keywords) is a floor under every verdict: models raise, they never lower.

mod annotation;
mod breaker;
mod budget;
mod cache;
mod clock;
mod desk;
pub mod detectors;
pub mod evaluation;
pub mod feedback;
mod flight;
mod inference;
#[cfg(test)]
mod injection;
pub mod judges;
mod late;
mod mend;
pub mod parameters;
pub mod profiles;
mod question;
mod queue;
mod quota;
mod redact;
pub mod rules;
mod scorer;
mod settings;
mod sharing;
mod statement;
mod store;
pub mod student;
mod template;
mod template_file;
pub mod templates;
#[cfg(test)]
mod tests;
mod upkeep;
mod verdict;
mod worker;

pub use annotation::{Annotation, write_annotation};
pub use evaluation::Confusion;
pub use flight::{Judged, Target, Ticket};
pub use inference::JudgeModels;
pub use late::{LateVerdict, LateVerdicts};
pub use mend::{Documents, MendError, UpdateByQuery};
pub use rules::Rules;
pub use scorer::{Scorer, StartError};
pub use settings::{CacheSettings, RouteSettings, RulesSettings, Settings, StoreSettings, Terms};
pub use statement::Statement;
pub use store::TopicSettings;
pub use template::Template;
pub use templates::TemplateId;
pub use verdict::{Floor, Kind, OPERATOR, Severity, Status, Verdict};
pub use worker::{Hints, SKIPPED, Scored, WorkerScorer};
