//! A compiled pipeline and the rules of its failures (Elasticsearch's `CompoundProcessor`).

use super::failure::Origin;
use super::{Build, Context, ErrorKind, Failure, Processor, processors, settings::Settings};
use crate::config::{ConfigError, Data, Node};
use crate::document::{AccessPattern, Document, End, Value};

/// Pipelines that call pipelines: Elasticsearch's own bound (`es.ingest.max_pipelines`).
const PIPELINE_DEPTH_MAX: usize = 100;

/// Processors inside processors (`foreach` in `foreach`, `on_failure` in `on_failure`) in a pipeline file.
const STEP_DEPTH_MAX: usize = 64;

/// A compiled pipeline.
pub struct Pipeline {
    pub name: String,
    pub description: Option<String>,
    pub version: Option<i64>,
    /// How the processors of this pipeline read field paths.
    pub access: AccessPattern,
    pub steps: Vec<Step>,
    pub on_failure: Vec<Step>,
}

/// One processor with what surrounds it: condition, tag, error handling.
pub struct Step {
    pub kind: &'static str,
    pub tag: Option<String>,
    pub description: Option<String>,
    pub condition: Option<super::Condition>,
    pub ignore_failure: bool,
    pub on_failure: Vec<Step>,
    pub processor: Box<dyn Processor>,
}

/// Somebody who watches a document go through its steps.
pub trait Trace {
    /// A step is about to run; `false` from its condition is told by [`Trace::skipped`] instead.
    fn before(&mut self, step: &Step, doc: &Document<'_>);
    fn after(&mut self, step: &Step, doc: &Document<'_>, failure: Option<&Failure>);
    fn skipped(&mut self, step: &Step);
    /// The condition itself failed: the step does not run.
    fn condition_failed(&mut self, _step: &Step, _failure: &Failure) {}
    /// A `pipeline` processor passes over a pipeline that is not there (`ignore_missing_pipeline`).
    fn missing_pipeline(&mut self, _name: &str) {}
    /// Steps of an `on_failure` begin, and end.
    fn handling(&mut self, _begins: bool) {}
}

impl Pipeline {
    /// Compiles a pipeline. All errors are reported, not just the first.
    pub fn compile(name: &str, node: &Node, build: &Build<'_>) -> Result<Self, Vec<ConfigError>> {
        let mut errors = Vec::new();
        let Some(_) = node.as_map() else {
            return Err(vec![node.error(format!("pipeline [{name}] must be a map, not {}", node.describe()))]);
        };
        let steps = match node.get("processors") {
            Some(list) => Step::compile_list("processors", list, build, 0, &mut errors),
            None => {
                errors.push(node.error("[processors] required property is missing"));
                Vec::new()
            }
        };
        let on_failure = match node.get("on_failure") {
            Some(list) => {
                if list.as_list().is_some_and(<[Node]>::is_empty) {
                    errors
                        .push(list.error(format!("pipeline [{name}] cannot have an empty on_failure option defined")));
                }
                Step::compile_list("on_failure", list, build, 0, &mut errors)
            }
            None => Vec::new(),
        };
        let access = match node.get("field_access_pattern").map(|pattern| (pattern, pattern.as_str())) {
            None | Some((_, Some("classic"))) => AccessPattern::Classic,
            Some((_, Some("flexible"))) => AccessPattern::Flexible,
            Some((pattern, other)) => {
                let other = other.map_or_else(|| pattern.describe(), str::to_owned);
                let reason = format!(
                    "pipeline [{name}] doesn't support value of [{other}] for parameter [field_access_pattern]"
                );
                errors.push(pattern.error(reason).help("use classic or flexible"));
                AccessPattern::Classic
            }
        };
        // Other keys (`_meta`, `deprecated`, `created_date_millis`, …) are bookkeeping: newer nodes add more, and refusing
        // them would break pipelines that work.
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self {
            name: name.to_owned(),
            description: node.get("description").and_then(Node::as_str).map(str::to_owned),
            version: node.get("version").and_then(Node::as_i64),
            access,
            steps,
            on_failure,
        })
    }

    /// Runs the pipeline over `doc`. A failure that no `on_failure` handled comes back.
    pub(super) fn execute<'c>(&'c self, doc: &Document<'_>, cx: &mut Context<'c>) -> Result<(), Failure> {
        // An empty pipeline is not entered, so that it is part of no cycle.
        if self.steps.is_empty() {
            return Ok(());
        }
        if cx.stack.len() >= PIPELINE_DEPTH_MAX {
            let reason =
                format!("Too many nested pipelines. Cannot have more than {PIPELINE_DEPTH_MAX} nested pipelines");
            return Err(Failure::new(ErrorKind::GraphStructure, reason));
        }
        if cx.stack.contains(&self.name.as_str()) {
            return Err(Failure::new(ErrorKind::GraphStructure, format!("Cycle detected for pipeline: {}", self.name)));
        }
        cx.stack.push(&self.name);
        let caller = doc.ingest.insert("pipeline", doc.string(&self.name));
        let access = doc.access_pattern();
        doc.set_access_pattern(self.access);
        let result = self.execute_steps(doc, cx);
        doc.set_access_pattern(access);
        cx.stack.pop();
        match caller {
            Some(name) => doc.ingest.insert("pipeline", name),
            None => doc.ingest.remove("pipeline"),
        };
        if doc.end() == Some(End::Terminated) {
            doc.set_end(None);
        }
        result
    }

    fn execute_steps(&self, doc: &Document<'_>, cx: &mut Context<'_>) -> Result<(), Failure> {
        match run_steps(&self.steps, doc, cx) {
            Err(failure) if !self.on_failure.is_empty() => handle(&failure, &self.on_failure, doc, cx),
            other => other,
        }
    }
}

/// Runs steps one after the other until one fails or ends the document's way.
fn run_steps(steps: &[Step], doc: &Document<'_>, cx: &mut Context<'_>) -> Result<(), Failure> {
    for step in steps {
        if doc.end().is_some() {
            break;
        }
        step.execute(doc, cx)?;
    }
    Ok(())
}

/// Runs `handlers` with `_ingest.on_failure_*` set to tell of `failure`.
fn handle(failure: &Failure, handlers: &[Step], doc: &Document<'_>, cx: &mut Context<'_>) -> Result<(), Failure> {
    let origin = failure.origin.as_deref().cloned().unwrap_or_default();
    let optional = |text: Option<&str>| text.map_or(Value::Null, |t| doc.string(t));
    doc.ingest.insert("on_failure_message", optional(failure.root_cause().reason()));
    doc.ingest.insert("on_failure_processor_type", doc.string(&origin.processor_type));
    doc.ingest.insert("on_failure_processor_tag", optional(origin.processor_tag.as_deref()));
    if let Some(pipeline) = &origin.pipeline {
        doc.ingest.insert("on_failure_pipeline", doc.string(pipeline));
    }
    if let Some(trace) = &mut cx.trace {
        trace.handling(true);
    }
    let mut result = Ok(());
    for handler in handlers {
        result = handler.execute(doc, cx);
        // Handlers after `terminate` and `reroute` still run; what follows the step that failed does not.
        if result.is_err() || doc.end() == Some(End::Dropped) {
            break;
        }
    }
    if let Some(trace) = &mut cx.trace {
        trace.handling(false);
    }
    for key in ["on_failure_message", "on_failure_processor_type", "on_failure_processor_tag", "on_failure_pipeline"] {
        doc.ingest.remove(key);
    }
    result
}

impl Step {
    fn execute(&self, doc: &Document<'_>, cx: &mut Context<'_>) -> Result<(), Failure> {
        // What has a condition is the condition's business when it fails, unless its own handlers take it.
        let kind = if self.condition.is_some() { "conditional" } else { self.kind };
        self.execute_inside(doc, cx).map_err(|failure| self.blame(kind, failure, cx))
    }

    /// Runs the step for a processor that holds it (`foreach`): a failure that no handler took is the holder's.
    pub(super) fn execute_inside(&self, doc: &Document<'_>, cx: &mut Context<'_>) -> Result<(), Failure> {
        // A failing condition is outside the step's own `ignore_failure` and `on_failure`.
        if let Some(condition) = &self.condition {
            let holds = condition.test(doc, cx);
            match (&holds, &mut cx.trace) {
                (Ok(false), Some(trace)) => trace.skipped(self),
                (Err(failure), Some(trace)) => trace.condition_failed(self, failure),
                _ => {}
            }
            if !holds? {
                return Ok(());
            }
        }
        // Among handlers, what takes care of its own failures does not begin on a document whose way has ended; others do.
        if doc.end().is_some() && (self.ignore_failure || !self.on_failure.is_empty()) {
            return Ok(());
        }
        if let Some(trace) = &mut cx.trace {
            trace.before(self, doc);
        }
        let result = self.processor.execute(doc, cx);
        if let Some(trace) = &mut cx.trace {
            trace.after(self, doc, result.as_ref().err());
        }
        match result {
            Err(_) if self.ignore_failure => Ok(()),
            Err(failure) if !self.on_failure.is_empty() => {
                handle(&self.blame(self.kind, failure, cx), &self.on_failure, doc, cx)
            }
            other => other,
        }
    }

    /// Notes where the failure came from, unless an inner step has already.
    fn blame(&self, kind: &str, mut failure: Failure, cx: &Context<'_>) -> Failure {
        if failure.origin.is_none() {
            failure.origin = Some(Box::new(Origin {
                processor_type: kind.to_owned(),
                processor_tag: self.tag.clone(),
                pipeline: cx.stack.last().map(|name| (*name).to_owned()),
            }));
        }
        failure
    }

    fn compile_list(
        option: &str,
        node: &Node,
        build: &Build<'_>,
        depth: usize,
        errors: &mut Vec<ConfigError>,
    ) -> Vec<Step> {
        let Some(items) = node.as_list() else {
            errors.push(node.error(format!("[{option}] property isn't a list, but of type [{}]", node.java_class())));
            return Vec::new();
        };
        let mut steps = Vec::with_capacity(items.len());
        for item in items {
            let entries = item.as_map().unwrap_or(&[]);
            if entries.is_empty() {
                errors.push(item.error("a processor must be a map from its type to its options"));
            }
            for (kind, options) in entries {
                match Step::compile_at(&kind.text, options, build, depth) {
                    Ok(step) => steps.push(step),
                    Err(found) => errors.extend(found),
                }
            }
        }
        steps
    }

    /// Compiles one processor, for processors that hold one (`foreach`).
    pub fn compile(kind: &str, options: &Node, build: &Build<'_>) -> Result<Step, Vec<ConfigError>> {
        Self::compile_at(kind, options, build, 0)
    }

    fn compile_at(kind: &str, options: &Node, build: &Build<'_>, depth: usize) -> Result<Step, Vec<ConfigError>> {
        if depth > STEP_DEPTH_MAX {
            return Err(vec![options.error(format!("processors nested deeper than {STEP_DEPTH_MAX}"))]);
        }
        let Some((kind, factory)) = processors::find(kind) else {
            let error = options.error(format!("No processor type exists with name [{kind}]"));
            return Err(vec![match processors::suggest(kind) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error,
            }]);
        };
        // `script: "source"` and the like: a bare value is only allowed where the processor says so.
        if !matches!(options.data, Data::Map(_) | Data::String(_)) {
            return Err(vec![options.error(format!("property isn't a map, but of type [{}]", options.java_class()))]);
        }
        let mut errors = Vec::new();
        let mut settings = Settings::new(kind, options);
        let tag = settings.take("tag").map(|n| n.as_str().map_or_else(|| n.describe(), str::to_owned));
        let description = settings.take("description").and_then(Node::as_str).map(str::to_owned);
        let ignore_failure = settings.bool_or("ignore_failure", false).unwrap_or_else(|e| {
            errors.push(e);
            false
        });
        let on_failure = match settings.take("on_failure") {
            None => Vec::new(),
            Some(list) => {
                if list.as_list().is_some_and(<[Node]>::is_empty) {
                    errors.push(list.error("[on_failure] processors list cannot be empty"));
                }
                Self::compile_list("on_failure", list, build, depth + 1, &mut errors)
            }
        };
        let condition = settings
            .take("if")
            .and_then(|node| super::Condition::compile(node).map_err(|found| errors.push(found)).ok());
        let processor = factory(&mut settings, build).map_err(|e| errors.push(e)).ok();
        for key in settings.unknown() {
            let near = crate::config::nearest(&key.text, settings.known());
            // A processor that gave up early has not asked for all its options: then only what is plainly misspelt is reported, that is,
            // near to an option that is not there.
            if processor.is_none() && near.is_none_or(|near| options.get(near).is_some()) {
                continue;
            }
            let reason = format!(
                "processor [{kind}] doesn't support one or more provided configuration parameters [{}]",
                key.text
            );
            let error = ConfigError::new(&key.at, reason);
            errors.push(match near {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error,
            });
        }
        match processor {
            Some(processor) if errors.is_empty() => {
                Ok(Step { kind, tag, description, condition, ignore_failure, on_failure, processor })
            }
            _ => Err(errors),
        }
    }
}
