//! What is wrong with a pipeline, in the node's JSON: one exception a processor, the first with the others as `suppressed`.

use super::answer::Answer;
use crate::config::{ConfigError, Data, Node, Position};
use axum::http::StatusCode;
use serde_json::{Value, json};

/// Exceptions that one answer tells; a hostile pipeline may have a million.
const ERRORS_MAX: usize = 100;

/// The answer for a pipeline that does not compile.
pub fn refuse(name: &str, pipeline: &Node, mut errors: Vec<ConfigError>) -> Answer {
    let places = processors(pipeline);
    // The node does not look at the pipeline's own handlers when its processors are wrong.
    if let Some(handlers) = pipeline.get("on_failure").map(|node| before(&node.at)) {
        let processors = pipeline.get("processors").map(|node| before(&node.at)).unwrap_or_default();
        let in_handlers = |error: &ConfigError| before(&error.at) > handlers && handlers > processors;
        if errors.iter().any(|error| !in_handlers(error)) {
            errors.retain(|error| !in_handlers(error));
        }
    }
    errors.truncate(ERRORS_MAX);
    let mut exceptions: Vec<(Option<&Place<'_>>, Value)> = Vec::new();
    for error in &errors {
        let place = places.iter().rev().find(|place| before(place.at) <= before(&error.at));
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

fn before(at: &Position) -> (usize, usize) {
    (at.line, at.column)
}

/// A processor of the pipeline.
struct Place<'n> {
    kind: &'n str,
    options: &'n Node,
    at: &'n Position,
}

/// Every processor, handlers and inner ones included, in the order of the text.
fn processors(pipeline: &Node) -> Vec<Place<'_>> {
    let mut found = Vec::new();
    let mut lists: Vec<&Node> = ["processors", "on_failure"].iter().filter_map(|key| pipeline.get(key)).collect();
    while let Some(list) = lists.pop() {
        for (key, options) in
            list.as_list().unwrap_or_default().iter().flat_map(|item| item.as_map().unwrap_or_default())
        {
            note(&key.text, &key.at, options, &mut found, &mut lists);
        }
    }
    found.sort_by_key(|place| before(place.at));
    found
}

fn note<'n>(kind: &'n str, at: &'n Position, options: &'n Node, found: &mut Vec<Place<'n>>, lists: &mut Vec<&'n Node>) {
    let (mut kind, mut at, mut options) = (kind, at, options);
    // `foreach` holds one that may be a `foreach`.
    loop {
        found.push(Place { kind, options, at });
        lists.extend(options.get("on_failure"));
        let Some((key, inner)) = options.get("processor").and_then(Node::as_map).and_then(<[_]>::first) else { return };
        (kind, at, options) = (&key.text, &key.at, inner);
    }
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
    if let Some(script) = script {
        members.insert("type".to_owned(), json!("script_exception"));
        members.insert("reason".to_owned(), json!("compile error"));
        members.insert("script".to_owned(), json!(script));
        members.insert("lang".to_owned(), json!("painless"));
        members.insert("caused_by".to_owned(), json!({"type": "illegal_argument_exception", "reason": error.reason}));
    }
    exception
}

/// The script at this place, if it is one.
fn script_at<'n>(place: &Place<'n>, at: &Position) -> Option<&'n str> {
    let condition = place.options.get("if");
    let source = (place.kind == "script").then(|| place.options.get("source").unwrap_or(place.options));
    let script = condition.into_iter().chain(source).find(|node| node.at == *at)?;
    match &script.data {
        Data::String(text) => Some(text),
        _ => None,
    }
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
