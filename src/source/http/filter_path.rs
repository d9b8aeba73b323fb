//! `?filter_path=`: which parts of an answer a client wants. Elasticsearch's rules: comma-separated paths, `*` for one name, or a part of
//! one, `**` for any number of names, a leading `-` takes away. Arrays are looked through.

use crate::rest::matches;
use serde_json::{Map, Value};

/// More paths, or longer ones, than any client sends.
const PATHS_MAX: usize = 64;
const NAMES_MAX: usize = 32;

pub struct FilterPath {
    wanted: Vec<Vec<String>>,
    unwanted: Vec<Vec<String>>,
}

impl FilterPath {
    pub fn new(text: &str) -> Self {
        let paths = text.split(',').map(str::trim).filter(|path| !path.is_empty()).take(PATHS_MAX);
        let (unwanted, wanted): (Vec<&str>, Vec<&str>) = paths.partition(|path| path.starts_with('-'));
        let names = |path: &str| path.split('.').take(NAMES_MAX).map(str::to_owned).collect();
        Self {
            wanted: wanted.into_iter().map(names).collect(),
            unwanted: unwanted.iter().map(|path| names(path.trim_start_matches('-'))).collect(),
        }
    }

    pub fn apply(&self, value: Value) -> Value {
        let value = match self.unwanted.is_empty() {
            true => value,
            false => without(value, &views(&self.unwanted)).unwrap_or_else(empty),
        };
        match self.wanted.is_empty() {
            true => value,
            false => only(value, &views(&self.wanted)).unwrap_or_else(empty),
        }
    }
}

fn empty() -> Value {
    Value::Object(Map::new())
}

fn views(paths: &[Vec<String>]) -> Vec<&[String]> {
    paths.iter().map(Vec::as_slice).collect()
}

/// What is left of `paths` below `name`. An empty rest: this is it.
fn below<'p>(paths: &[&'p [String]], name: &str) -> Vec<&'p [String]> {
    let mut rests = Vec::new();
    for path in paths {
        match path.split_first() {
            Some((first, rest)) if first == "**" => {
                rests.push(*path);
                rests.extend(below(&[rest], name));
            }
            Some((first, rest)) if matches(first, name) => rests.push(rest),
            _ => {}
        }
    }
    rests
}

/// Whether nothing more is asked for below: everything there is meant.
fn is_whole(paths: &[&[String]]) -> bool {
    paths.iter().any(|path| path.iter().all(|name| name == "**"))
}

fn only(value: Value, paths: &[&[String]]) -> Option<Value> {
    match value {
        Value::Object(map) => {
            let kept = map.into_iter().filter_map(|(name, value)| {
                let rests = below(paths, &name);
                if is_whole(&rests) { Some((name, value)) } else { only(value, &rests).map(|value| (name, value)) }
            });
            Some(kept.collect::<Map<_, _>>()).filter(|map| !map.is_empty()).map(Value::Object)
        }
        Value::Array(items) => {
            let kept: Vec<Value> = items.into_iter().filter_map(|item| only(item, paths)).collect();
            (!kept.is_empty()).then_some(Value::Array(kept))
        }
        _ => None,
    }
}

fn without(value: Value, paths: &[&[String]]) -> Option<Value> {
    Some(match value {
        Value::Object(map) => {
            let kept = map.into_iter().filter_map(|(name, value)| {
                let rests = below(paths, &name);
                if is_whole(&rests) { None } else { without(value, &rests).map(|value| (name, value)) }
            });
            Value::Object(kept.collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().filter_map(|item| without(item, paths)).collect()),
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn gives_what_is_asked_for() {
        let answer = json!({"took": 1, "errors": true, "items": [
            {"create": {"_index": "i", "_id": "1", "status": 201}},
            {"index": {"_index": "i", "_id": "2", "status": 400, "error": {"type": "t", "reason": "r"}}}
        ]});
        let cases = [
            ("", answer.clone()),
            ("took", json!({"took": 1})),
            (
                "errors,items.*.error,items.*.status",
                json!({"errors": true, "items": [{"create": {"status": 201}}, {"index": {"status": 400, "error": {"type": "t", "reason": "r"}}}]}),
            ),
            ("items.*.error.type", json!({"items": [{"index": {"error": {"type": "t"}}}]})),
            ("**.reason", json!({"items": [{"index": {"error": {"reason": "r"}}}]})),
            ("items.cr*.st*us", json!({"items": [{"create": {"status": 201}}]})),
            ("-items", json!({"took": 1, "errors": true})),
            (
                "-items.*._*,items",
                json!({"items": [{"create": {"status": 201}}, {"index": {"status": 400, "error": {"type": "t", "reason": "r"}}}]}),
            ),
            ("nothing", json!({})),
        ];
        for (path, expected) in cases {
            assert_eq!(FilterPath::new(path).apply(answer.clone()), expected, "{path}");
        }
    }
}
