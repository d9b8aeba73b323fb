//! Verdicts that outlive the process: in a [file](FileStore) of its own, or in a [topic](SharedTopic) that replicas share.

mod clients;
mod file;
mod message;
mod said;
mod stored;
mod topic;

pub use file::{FILE_NAME, FileStore};
pub use message::{News, VerdictKey};
pub use stored::StoredVerdict;
pub use topic::{NAME_DEFAULT as TOPIC_DEFAULT, Reader, SharedTopic, TopicSettings};

use super::feedback::Feedback;

/// Where verdicts are kept.
pub enum Store {
    File(FileStore),
    Topic(SharedTopic),
}

impl Store {
    /// Hands a verdict over; never waits.
    pub fn keep(&self, verdict: StoredVerdict) {
        match self {
            Self::File(file) => file.append(verdict),
            Self::Topic(topic) => topic.keep(&verdict),
        }
    }

    /// A verdict is in doubt and no longer held. A file needs no word of it: the verdict that is asked for now takes its place there.
    pub fn remove(&self, verdict: &StoredVerdict) {
        if let Self::Topic(topic) = self {
            topic.remove(verdict);
        }
    }

    /// Operators have spoken to this process; whoever shares the store hears of it.
    pub fn say(&self, feedback: &[Feedback]) {
        if let Self::Topic(topic) = self {
            topic.say(feedback);
        }
    }

    /// What operators said to whoever shares the store.
    pub fn said(&self) -> Vec<Feedback> {
        match self {
            Self::File(_) => Vec::new(),
            Self::Topic(topic) => topic.said(),
        }
    }
}
