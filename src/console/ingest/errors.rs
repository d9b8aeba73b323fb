//! What is wrong with a pipeline, in the node's JSON: one exception a processor, the first with the others as `suppressed`.

use super::answer::Answer;
use crate::config::{ConfigError, Node, Position};
use crate::ingest::outline::{Place, index_at, order, outline};
use crate::ingest::painless::{Script, ScriptContext};
use axum::http::StatusCode;
use serde_json::{Map, Value, json};

/// Exceptions that one answer tells; a hostile pipeline may have a million.
const ERRORS_MAX: usize = 100;

/// The answer for a pipeline that does not compile.
pub fn refuse(name: &str, pipeline: &Node, mut errors: Vec<ConfigError>) -> Answer {
    let places = outline(pipeline);
    // The node does not look at the pipeline's own handlers when its processors are wrong.
    if let Some(handlers) = pipeline.get("on_failure").map(|node| order(&node.at)) {
        let processors = pipeline.get("processors").map(|node| order(&node.at)).unwrap_or_default();
        let in_handlers = |error: &ConfigError| order(&error.at) > handlers && handlers > processors;
        if errors.iter().any(|error| !in_handlers(error)) {
            errors.retain(|error| !in_handlers(error));
        }
    }
    errors.truncate(ERRORS_MAX);
    let mut exceptions: Vec<(Option<&Place<'_>>, Value)> = Vec::new();
    for error in &errors {
        let place = index_at(&places, &error.at).and_then(|at| places.get(at));
        let is_same = |other: Option<&Place<'_>>| match (other, place) {
            (Some(a), Some(b)) => std::ptr::eq(a, b),
            (None, None) => true,
            _ => false,
        };
        match exceptions.last_mut() {
            // One exception a processor: its unknown options are told together.
            Some((other, exception)) if is_same(*other) => join(exception, &error.reason),
            _ => exceptions.push((place, exception(name, place, error))),
        }
    }
    let mut exceptions = exceptions.into_iter().map(|(_, exception)| exception);
    let mut first = exceptions.next().unwrap_or_else(|| json!({"type": "parse_exception", "reason": null}));
    let others: Vec<Value> = exceptions.collect();
    if let Some(members) = first.as_object_mut().filter(|_| !others.is_empty()) {
        members.insert("suppressed".to_owned(), Value::Array(others));
    }
    Answer::exception(StatusCode::BAD_REQUEST, first)
}

const UNKNOWN: &str = "doesn't support one or more provided configuration parameters [";

fn exception(name: &str, place: Option<&Place<'_>>, error: &ConfigError) -> Value {
    let mut exception = json!({"type": "parse_exception", "reason": error.reason});
    let Some(members) = exception.as_object_mut() else { return exception };
    let script = place.and_then(|place| script_at(place, &error.at));
    if let Some(property) = property(&error.reason).filter(|_| script.is_none()) {
        members.insert("property_name".to_owned(), json!(property));
    }
    if let Some(place) = place {
        members.insert("processor_type".to_owned(), json!(place.kind));
        if let Some(tag) = place.options.get("tag").and_then(Node::as_str) {
            members.insert("processor_tag".to_owned(), json!(tag));
        }
    } else if error.reason.contains(UNKNOWN) {
        members.insert("reason".to_owned(), json!(error.reason.replace("pipeline []", &format!("pipeline [{name}]"))));
    }
    if let Some((source, context)) = script {
        members.insert("type".to_owned(), json!("script_exception"));
        members.insert("reason".to_owned(), json!("compile error"));
        describe(source, context, &error.reason, members);
    }
    exception
}

/// The script at this place, if it is one, and what for.
fn script_at<'n>(place: &Place<'n>, at: &Position) -> Option<(&'n str, ScriptContext)> {
    let condition = place.condition().map(|node| (node, ScriptContext::Condition));
    let source = place.source().map(|node| (node, ScriptContext::Ingest));
    let (node, context) = condition.into_iter().chain(source).find(|(node, _)| node.at == *at)?;
    Some((node.as_str()?, context))
}

/// Characters of a script that its exception quotes on either side of the place.
const MARGIN_BYTES: usize = 25;

/// Adds what the node tells of a script that does not compile.
fn describe(source: &str, context: ScriptContext, reason: &str, members: &mut Map<String, Value>) {
    let mut cause = json!({"type": "illegal_argument_exception", "reason": reason});
    if let Err(error) = Script::compile(source, context, None) {
        let offset = error.offset.min(source.len());
        let (start, end) = (offset.saturating_sub(MARGIN_BYTES), (offset + MARGIN_BYTES).min(source.len()));
        members.insert("script_stack".to_owned(), json!(error.script_stack()));
        members.insert("position".to_owned(), json!({"offset": offset, "start": start, "end": end}));
        cause = json!({"type": error.kind.name(), "reason": error.reason});
    }
    members.insert("script".to_owned(), json!(source));
    members.insert("lang".to_owned(), json!("painless"));
    members.insert("caused_by".to_owned(), cause);
}

/// `x` of `[x] …`.
fn property(reason: &str) -> Option<&str> {
    let (name, _) = reason.strip_prefix('[')?.split_once(']')?;
    name.chars().all(|c| c.is_ascii_lowercase() || c == '_').then_some(name)
}

/// Adds the options of another complaint about unknown ones.
fn join(exception: &mut Value, reason: &str) {
    let Some(old) = exception.get("reason").and_then(Value::as_str) else { return };
    let (Some((start, known)), Some((_, more))) = (old.split_once(UNKNOWN), reason.split_once(UNKNOWN)) else { return };
    let (known, more) = (known.trim_end_matches(']'), more.trim_end_matches(']'));
    let joined = format!("{start}{UNKNOWN}{known}, {more}]");
    if let Some(members) = exception.as_object_mut() {
        members.insert("reason".to_owned(), json!(joined));
    }
}
