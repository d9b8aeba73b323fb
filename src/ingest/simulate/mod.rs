//! A document through a pipeline with an answer as `_ingest/pipeline/_simulate` gives it: what the document became, or why it failed;
//! with [`Simulation::verbose`] what each processor did.
//!
//! The node's own simulation is not quite its ingestion: in a verbose one a failing condition counts as the processor's own failure. Ours
//! runs what would run in earnest; `docs/simulate.md` names the difference.

mod answer;
mod difference;
mod given;
mod steps;
#[cfg(test)]
mod tests;

pub use answer::write_failure;
pub use difference::{Difference, differences, same};
pub use given::{GivenError, from_item, from_line};
pub use steps::{Status, StepResult};

use super::{Context, Failure, Outcome, Pipelines};
use crate::document::Document;
use steps::Recorder;

/// What the answer for one document may take: a verbose one holds the document once for each processor.
pub const ANSWER_BYTES_MAX: usize = 256 * 1024 * 1024;

/// A pipeline to run documents through.
#[derive(Clone, Copy)]
pub struct Simulation<'p> {
    pub pipelines: &'p Pipelines,
    pub name: &'p str,
    pub now: jiff::Timestamp,
}

impl Simulation<'_> {
    /// Appends `{"doc": …}`, `{"error": …}` or `null`, exactly as the node does.
    pub fn plain(&self, doc: &Document<'_>, out: &mut Vec<u8>) {
        self.answer(doc, out, answer::write_bare_failure);
    }

    /// As [`Simulation::plain`], and a failure is told with the processor that it came from.
    pub fn plain_with_origin(&self, doc: &Document<'_>, out: &mut Vec<u8>) {
        self.answer(doc, out, write_failure);
    }

    fn answer(&self, doc: &Document<'_>, out: &mut Vec<u8>, write_failure: fn(&Failure, &mut Vec<u8>)) {
        let mut cx = Context::new(self.pipelines, self.now);
        match self.pipelines.run(self.name, doc, &mut cx) {
            Ok(Outcome::Dropped) => out.extend_from_slice(b"null"),
            Ok(Outcome::Done) => {
                out.extend_from_slice(b"{\"doc\":");
                answer::write_document(doc, out);
                out.push(b'}');
            }
            Err(failure) => write_failure(&failure, out),
        }
    }

    /// What each step did, in the order in which they began.
    fn steps(&self, doc: &Document<'_>, follows_foreach: bool) -> Result<Vec<StepResult>, Failure> {
        let mut recorder = Recorder::new(ANSWER_BYTES_MAX, follows_foreach);
        {
            let mut cx = Context::new(self.pipelines, self.now);
            cx.trace = Some(&mut recorder);
            // How it ended is what the last steps say.
            let _ = self.pipelines.run(self.name, doc, &mut cx);
        }
        recorder.into_results()
    }

    /// Appends `{"processor_results": […]}`, exactly as the node does: what a `foreach` holds is not told.
    pub fn verbose(&self, doc: &Document<'_>, out: &mut Vec<u8>) -> Result<(), Failure> {
        let steps = self.steps(doc, false)?;
        out.extend_from_slice(b"{\"processor_results\":[");
        let mut separator: &[u8] = b"";
        for step in steps.iter().filter(|step| step.is_told_by_node()) {
            out.extend_from_slice(separator);
            out.push(b'{');
            step.write_members(out);
            out.push(b'}');
            separator = b",";
        }
        out.extend_from_slice(b"]}");
        Ok(())
    }

    /// As [`Simulation::verbose`], with every step there was, how deep inside others it is, and the difference that it made.
    pub fn verbose_with_changes(&self, doc: &Document<'_>, out: &mut Vec<u8>) -> Result<(), Failure> {
        out.extend_from_slice(b"{\"processor_results\":[");
        for (at, (step, changes)) in self.steps_with_changes(doc)?.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            out.push(b'{');
            step.write_members(out);
            out.extend_from_slice(format!(",\"depth\":{},\"changes\":", step.depth).as_bytes());
            difference::write(changes, out);
            out.push(b'}');
        }
        out.extend_from_slice(b"]}");
        Ok(())
    }

    /// What each step did with the difference that it made, for a person.
    pub fn steps_with_changes(&self, doc: &Document<'_>) -> Result<Vec<(StepResult, Vec<Difference>)>, Failure> {
        let before = answer::snapshot(doc);
        let steps = self.steps(doc, true)?;
        let changes = steps::changes(&steps, before);
        Ok(steps.into_iter().zip(changes).collect())
    }
}
