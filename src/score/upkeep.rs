//! What the scorer does on the side while records pass: templates are saved, feedback is taken in, the student studies.

use super::feedback::{Feedback, Follower};
use super::scorer::{Core, StartError};
use super::template_file;
use super::templates::Miner;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::Duration;

/// How often the templates are saved, beside at the end.
const TEMPLATES_EVERY: Duration = Duration::from_secs(300);

pub(super) async fn keep_templates(miner: Arc<Miner>, path: PathBuf) {
    loop {
        tokio::time::sleep(TEMPLATES_EVERY).await;
        let (miner, path) = (miner.clone(), path.clone());
        let _ = tokio::task::spawn_blocking(move || save_templates(&miner, &path)).await;
    }
}

pub(super) fn save_templates(miner: &Miner, path: &Path) {
    if let Err(error) = template_file::save(path, &miner.export()) {
        tracing::warn!(path = %path.display(), %error, "the templates could not be saved");
    }
}

/// How often the feedback's file is looked at.
const FEEDBACK_EVERY: Duration = Duration::from_secs(2);

/// What operators said before this start.
pub(super) fn take_feedback(core: &Core, mut follower: Follower) -> Result<(Follower, Vec<Feedback>), StartError> {
    let feedback =
        follower.read_new().map_err(|error| StartError::Feedback { path: follower.path().to_owned(), error })?;
    core.overrule(&feedback);
    Ok((follower, feedback))
}

pub(super) async fn follow_feedback(core: Weak<Core>, mut follower: Follower) {
    loop {
        tokio::time::sleep(FEEDBACK_EVERY).await;
        let read = tokio::task::spawn_blocking(move || {
            let feedback = follower.read_new();
            (follower, feedback)
        });
        let (Ok((back, feedback)), Some(core)) = (read.await, core.upgrade()) else { return };
        follower = back;
        match feedback {
            Ok(feedback) => {
                core.overrule(&feedback);
                core.share(&feedback);
            }
            Err(error) => tracing::warn!(path = %follower.path().display(), %error, "the feedback cannot be read"),
        }
    }
}

/// How often it is looked whether the student has something to study, or an operator promoted a version.
const SCHOOL_EVERY: Duration = Duration::from_secs(2);

pub(super) async fn school(core: Weak<Core>) {
    loop {
        tokio::time::sleep(SCHOOL_EVERY).await;
        let Some(student) = core.upgrade().and_then(|core| core.student.clone()) else { return };
        let schooled = tokio::task::spawn_blocking(move || {
            let followed = student.follow()?;
            Ok::<bool, std::io::Error>(student.is_due() && student.study()? || followed)
        });
        match (schooled.await, core.upgrade()) {
            (Ok(Ok(true)), Some(core)) => core.forget_student(),
            (Ok(Ok(false)), Some(_)) => {}
            (Ok(Err(error)), Some(_)) => tracing::warn!(%error, "the student's folder cannot be used"),
            _ => return,
        }
    }
}
