//! Operators' verdicts of the running job, for the console: what is in force, and what is said now.

use super::{Job, worker};
use crate::score::feedback::{FILE_NAME, Feedback, append, in_force_with};
use arc_swap::ArcSwap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Weak};

/// A handle that outlives reloads, and holds up no stop: outputs end when nobody can send to them any more. Its calls read and write
/// files.
#[derive(Clone)]
pub struct Verdicts {
    path: PathBuf,
    current: Weak<ArcSwap<worker::Shared>>,
}

impl Verdicts {
    pub(super) fn of(job: &Job) -> Self {
        Self { path: job.data_dir.join(FILE_NAME), current: Arc::downgrade(&job.current) }
    }

    /// Those of a file alone.
    #[cfg(test)]
    pub fn in_file(path: PathBuf) -> Self {
        Self { path, current: Weak::new() }
    }

    /// All in force, whichever replica they were said to.
    pub fn in_force(&self) -> io::Result<Vec<Feedback>> {
        let scorer = self.current.upgrade().and_then(|current| current.load().scorer.clone());
        let elsewhere = scorer.map(|scorer| scorer.said_elsewhere()).unwrap_or_default();
        in_force_with(&self.path, &elsewhere)
    }

    /// Notes what an operator says; the scorer follows within seconds.
    pub fn say(&self, feedback: Feedback) -> io::Result<()> {
        append(&self.path, &[feedback])
    }
}
