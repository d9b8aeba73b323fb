//! Whether the process is live and ready, and why not.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What is wrong now, by part. Ready means: nothing is.
#[derive(Clone, Default)]
pub struct Health {
    problems: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Health {
    pub fn output_ok(&self, name: &str) {
        self.problems().remove(&format!("output {name}"));
    }

    pub fn output_down(&self, name: &str, reason: String) {
        self.problems().insert(format!("output {name}"), reason);
    }

    pub fn source_ok(&self, name: &str) {
        self.problems().remove(&format!("source {name}"));
    }

    pub fn source_down(&self, name: &str, reason: String) {
        self.problems().insert(format!("source {name}"), reason);
    }

    /// Empty when the process is ready.
    pub fn report(&self) -> BTreeMap<String, String> {
        self.problems().clone()
    }

    fn problems(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.problems.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
