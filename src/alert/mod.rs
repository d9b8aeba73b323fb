//! Alerts: what scoring found, told to people once.
//!
//! A [`Finding`] becomes an [`Alert`] by its fingerprint: the first fires it, the next ones are counted. A firing alert is told to its
//! policy's channels after `group_wait`, again at most every `repeat_interval`, and once more when it resolves (nothing found for
//! `resolve_after`). Each state is a document in the alert index.
//!
//! Workers hand findings to one task ([`Alerts`]) that holds the states in memory and on disk; each channel has a task and a queue
//! of its own ([`channels`]), so that one that refuses delays nobody else.

pub mod channels;
mod document;
mod finding;
mod index;
mod lifecycle;
mod settings;
mod store;
mod task;

pub use document::AlertDocument;
pub use finding::{Finding, Fingerprint, Sample, Severity};
pub use index::{AlertIndex, ElasticsearchIndex, FileIndex, NoIndex};
pub use lifecycle::{Alert, Book, State, Telling};
pub use settings::{AlertSettings, Policy};
pub use task::Alerts;
