//! Watches a document go through its steps and remembers what each did (Elasticsearch's `TrackingResultProcessor`).

use super::answer;
use super::difference::{Difference, differences};
use crate::document::{Document, End, write_string};
use crate::ingest::{ErrorKind, Failure, Step, Trace};

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Success,
    Error,
    ErrorIgnored,
    Skipped,
    Dropped,
}

impl Status {
    pub fn label(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Error => "error",
            Self::ErrorIgnored => "error_ignored",
            Self::Skipped => "skipped",
            Self::Dropped => "dropped",
        }
    }
}

/// What one step did.
#[derive(Clone, Debug)]
pub struct StepResult {
    pub kind: &'static str,
    pub tag: Option<String>,
    pub description: Option<String>,
    /// The condition's text, and whether it held.
    pub condition: Option<(String, bool)>,
    pub status: Status,
    pub failure: Option<Failure>,
    /// The document after the step, as JSON; none where it failed, was passed over or dropped, and for `pipeline`, whose own steps follow.
    pub doc: Option<Vec<u8>>,
    /// Steps that this one is inside of: calls of pipelines, `foreach`, handlers of a failure.
    pub depth: usize,
    inside_foreach: bool,
    failed_condition: bool,
    /// The document before a step inside a `foreach`, with the item of that time.
    before: Option<Vec<u8>>,
    /// When the step ended, counted in steps that did.
    ended: usize,
}

/// What each step changed, out of a document that was `before`. A step that holds others is told what it changed beyond them.
pub(super) fn changes(steps: &[StepResult], mut before: serde_json::Value) -> Vec<Vec<Difference>> {
    let mut order: Vec<(usize, &StepResult)> = steps.iter().enumerate().collect();
    order.sort_by_key(|(_, step)| step.ended);
    let mut found = vec![Vec::new(); steps.len()];
    for (at, step) in order {
        let Some(doc) = &step.doc else { continue };
        let after = answer::read(doc);
        let since = step.before.as_deref().map(answer::read);
        let changes = step.visible(differences(since.as_ref().unwrap_or(&before), &after));
        if let Some(place) = found.get_mut(at) {
            *place = changes;
        }
        before = after;
    }
    found
}

impl StepResult {
    /// The node does not look into a `foreach`, and says nothing of a step whose condition failed.
    pub(super) fn is_told_by_node(&self) -> bool {
        !self.inside_foreach && !self.failed_condition
    }

    /// Whether it was the condition that failed.
    pub fn failed_in_condition(&self) -> bool {
        self.failed_condition
    }

    /// Appends the members that the node's answer has.
    pub(super) fn write_members(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"\"processor_type\":");
        write_string(self.kind, out);
        out.extend_from_slice(b",\"status\":");
        write_string(self.status.label(), out);
        for (key, text) in [("description", &self.description), ("tag", &self.tag)] {
            if let Some(text) = text {
                out.extend_from_slice(format!(",\"{key}\":").as_bytes());
                write_string(text, out);
            }
        }
        if let Some((source, held)) = &self.condition {
            out.extend_from_slice(b",\"if\":{\"condition\":");
            write_string(source, out);
            out.extend_from_slice(format!(",\"result\":{held}}}").as_bytes());
        }
        if let Some(failure) = &self.failure {
            let ignored = self.status == Status::ErrorIgnored;
            let (start, end): (&[u8], &[u8]) =
                if ignored { (b",\"ignored_error\":{\"error\":{", b"}}") } else { (b",\"error\":{", b"}") };
            out.extend_from_slice(start);
            answer::write_exception(failure, out);
            out.extend_from_slice(end);
        }
        if let Some(doc) = &self.doc {
            out.extend_from_slice(b",\"doc\":");
            out.extend_from_slice(doc);
        }
    }

    /// `_ingest` is the node's own and not told, but for the item of a `foreach` that goes through its steps.
    fn visible(&self, differences: Vec<Difference>) -> Vec<Difference> {
        let item = |path: &str| ["_ingest._value", "_ingest._key"].iter().any(|name| path.starts_with(name));
        let is_told = |path: &str| !path.starts_with("_ingest.") || (self.inside_foreach && item(path));
        let told = differences.into_iter().filter(|difference| is_told(&difference.path));
        told.map(|mut difference| {
            if let Some(inside) = difference.path.strip_prefix("_source.") {
                difference.path = inside.to_owned();
            }
            difference
        })
        .collect()
    }
}

/// A step that runs.
struct Frame {
    /// Its place among the results.
    at: usize,
    is_foreach: bool,
}

/// Remembers what the steps did.
pub(super) struct Recorder {
    results: Vec<StepResult>,
    running: Vec<Frame>,
    /// Handlers of failures inside each other.
    handling: usize,
    bytes_left: usize,
    is_full: bool,
    /// Whether the documents inside a `foreach` are wanted.
    follows_foreach: bool,
    ended: usize,
}

/// What a result takes beside its document.
const RESULT_BYTES: usize = 256;

impl Recorder {
    pub fn new(bytes_max: usize, follows_foreach: bool) -> Self {
        Self {
            results: Vec::new(),
            running: Vec::new(),
            handling: 0,
            bytes_left: bytes_max,
            is_full: false,
            follows_foreach,
            ended: 0,
        }
    }

    /// The results, or the failure that they were too large.
    pub fn into_results(self) -> Result<Vec<StepResult>, Failure> {
        if self.is_full {
            let reason =
                "the results of all processors together are too large: simulate fewer documents, or not verbosely";
            return Err(Failure::new(ErrorKind::Other("circuit_breaking_exception"), reason));
        }
        Ok(self.results)
    }

    fn push(&mut self, step: &Step, status: Status, held: bool) -> usize {
        let at = self.results.len();
        if !self.spend(RESULT_BYTES) {
            return at;
        }
        self.results.push(StepResult {
            kind: step.kind,
            tag: step.tag.clone(),
            description: step.description.clone(),
            condition: step.condition.as_ref().map(|condition| (condition.source().to_owned(), held)),
            status,
            failure: None,
            doc: None,
            depth: self.running.len() + self.handling,
            inside_foreach: self.running.iter().any(|frame| frame.is_foreach),
            failed_condition: false,
            before: None,
            ended: 0,
        });
        at
    }

    fn spend(&mut self, bytes: usize) -> bool {
        match self.bytes_left.checked_sub(bytes) {
            Some(left) if !self.is_full => {
                self.bytes_left = left;
                true
            }
            _ => {
                self.is_full = true;
                self.results.clear();
                false
            }
        }
    }

    fn end(&mut self, at: usize, left: Option<Vec<u8>>) {
        self.ended += 1;
        if let Some(result) = self.results.get_mut(at) {
            (result.ended, result.doc) = (self.ended, left);
        }
    }

    fn snapshot(&mut self, doc: &Document<'_>) -> Option<Vec<u8>> {
        if self.is_full {
            return None;
        }
        let mut json = Vec::new();
        answer::write_document(doc, &mut json);
        self.spend(json.len()).then_some(json)
    }
}

impl Trace for Recorder {
    fn before(&mut self, step: &Step, doc: &Document<'_>) {
        let at = self.push(step, Status::Success, true);
        if self.follows_foreach && self.results.get(at).is_some_and(|result| result.inside_foreach) {
            let before = self.snapshot(doc);
            if let Some(result) = self.results.get_mut(at) {
                result.before = before;
            }
        }
        self.running.push(Frame { at, is_foreach: step.kind == "foreach" });
    }

    fn after(&mut self, step: &Step, doc: &Document<'_>, failure: Option<&Failure>) {
        let Some(frame) = self.running.pop() else { return };
        let mut failure = failure.cloned();
        if step.kind == "pipeline" {
            let is_cycle = failure.as_ref().is_some_and(|failure| failure.kind == ErrorKind::GraphStructure);
            if is_cycle {
                // The node looks for cycles before it lets the pipeline begin: what ran of it is not told.
                self.results.truncate(frame.at + 1);
            } else if frame.at + 1 < self.results.len() || failure.is_none() {
                // Its own steps tell what happened; of one that is not there, the document as it was.
                if self.results.get(frame.at).is_some_and(|result| result.failure.is_some()) {
                    let left = self.snapshot(doc);
                    self.end(frame.at, left);
                }
                return;
            }
            if let Some(failure) = failure.as_mut().filter(|failure| failure.kind == ErrorKind::IllegalState) {
                failure.kind = ErrorKind::IllegalArgument;
            }
        }
        let status = match (&failure, doc.end()) {
            // A pipeline that is not there is never told as ignored.
            (Some(failure), _)
                if step.ignore_failure && (step.kind != "pipeline" || failure.kind == ErrorKind::GraphStructure) =>
            {
                Status::ErrorIgnored
            }
            (Some(_), _) => Status::Error,
            (None, Some(End::Dropped)) => Status::Dropped,
            (None, _) => Status::Success,
        };
        let is_inside = self.running.iter().any(|frame| frame.is_foreach);
        let is_left = matches!(status, Status::Success | Status::ErrorIgnored) && (self.follows_foreach || !is_inside);
        let left = if is_left { self.snapshot(doc) } else { None };
        if let Some(result) = self.results.get_mut(frame.at) {
            (result.status, result.failure) = (status, failure);
        }
        self.end(frame.at, left);
    }

    fn skipped(&mut self, step: &Step) {
        self.push(step, Status::Skipped, false);
    }

    fn condition_failed(&mut self, step: &Step, failure: &Failure) {
        let at = self.push(step, Status::Error, false);
        if let Some(result) = self.results.get_mut(at) {
            result.failure = Some(failure.clone());
            result.failed_condition = true;
        }
    }

    fn missing_pipeline(&mut self, name: &str) {
        let reason = format!("Pipeline processor configured for non-existent pipeline [{name}]");
        let running = self.running.last().map(|frame| frame.at);
        if let Some(result) = running.and_then(|at| self.results.get_mut(at)) {
            result.status = Status::ErrorIgnored;
            result.failure = Some(Failure::illegal_argument(reason));
        }
    }

    fn handling(&mut self, begins: bool) {
        self.handling = if begins { self.handling + 1 } else { self.handling.saturating_sub(1) };
    }
}
