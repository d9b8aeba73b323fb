//! `json`: a text that holds JSON becomes the value that it holds.

use crate::config::ConfigError;
use crate::document::{Document, FieldPath, Object, PathError, Value, check_update, java_order};
use crate::ingest::jackson::{JsonOptions, parse_value};
use crate::ingest::{Build, Context, Failure, Processor, Settings};

struct Json {
    field: FieldPath,
    target: Target,
    options: JsonOptions,
}

enum Target {
    Field(Option<FieldPath>),
    Root { merge: bool },
}

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let field = settings.path("field")?;
    let target = settings.opt_path("target_field")?;
    let add_to_root = settings.bool_or("add_to_root", false)?;
    let allow_duplicate_keys = settings.bool_or("allow_duplicate_keys", false)?;
    let strict = settings.bool_or("strict_json_parsing", true)?;
    let strategy = settings.opt_string("add_to_root_conflict_strategy")?;
    let at = |option: &str| settings.node.get(option).unwrap_or(settings.node);
    let merge = match strategy.map(str::to_ascii_lowercase).as_deref() {
        None | Some("replace") => false,
        Some("merge") => true,
        Some(_) => {
            let reason = format!("conflict strategy [{}] not supported, cannot convert field.", strategy.unwrap_or(""));
            let option = "add_to_root_conflict_strategy";
            return Err(settings.invalid(option, at(option), reason).help("use one of replace, merge"));
        }
    };
    let target = match (add_to_root, target, strategy) {
        (true, Some(_), _) => {
            let reason = "Cannot set a target field while also setting `add_to_root` to true";
            return Err(settings.invalid("target_field", at("target_field"), reason));
        }
        (false, _, Some(_)) => {
            let option = "add_to_root_conflict_strategy";
            let reason = "Cannot set `add_to_root_conflict_strategy` if `add_to_root` is false";
            return Err(settings.invalid(option, at(option), reason));
        }
        (true, None, _) => Target::Root { merge },
        (false, target, None) => Target::Field(target),
    };
    Ok(Box::new(Json { field, target, options: JsonOptions { allow_duplicate_keys, strict } }))
}

impl Processor for Json {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        let value = match doc.get(&self.field)? {
            Value::Str(text) => parse_value(text, doc.arena, self.options)?,
            // The node parses what any other value prints as: a number is itself, a map no JSON.
            other => parse_value(doc.alloc_str(&other.to_java_string()), doc.arena, self.options)?,
        };
        match (&self.target, value) {
            (Target::Field(target), value) => Ok(doc.set(target.as_ref().unwrap_or(&self.field), value)?),
            (Target::Root { merge }, Value::Object(members)) => Ok(add_to_root(doc, members, *merge)?),
            _ => Err(Failure::illegal_argument("cannot add non-map fields to root of document")),
        }
    }
}

fn add_to_root<'a>(doc: &Document<'a>, members: &'a Object<'a>, merge: bool) -> Result<(), PathError> {
    // In the order of the node's map: where one member is refused, those before it are there.
    for (key, value) in java_order(members) {
        match (doc.root.get(key), value) {
            (Some(Value::Object(old)), Value::Object(new)) if merge => merge_into(old, new),
            _ => {
                check_update(key, value)?;
                doc.root.insert(key, value);
            }
        }
    }
    Ok(())
}

/// Objects on both sides are merged member by member; else the new value wins. The parser bounds the depth of `from`.
fn merge_into<'a>(into: &'a Object<'a>, from: &'a Object<'a>) {
    for (key, value) in from.iter() {
        match (into.get(key), value) {
            (Some(Value::Object(old)), Value::Object(new)) => merge_into(old, new),
            _ => {
                into.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    #[test]
    fn parses_texts() {
        check(&[
            ("json: {field: a}", r#"{"a":"{\"b\":[1,{\"c.d\":null}]}"}"#, r#"{"a":{"b":[1,{"c.d":null}]}}"#),
            ("json: {field: a, target_field: b.c}", r#"{"a":" 12 "}"#, r#"{"a":" 12 ","b":{"c":12}}"#),
            ("json: {field: a}", r#"{"a":[1,2]}"#, r#"{"a":[1,2]}"#),
            ("json: {field: a}", r#"{"a":null}"#, r#"{"a":null}"#),
            ("json: {field: a}", r#"{"a":""}"#, r#"{"a":null}"#),
            ("json: {field: a, strict_json_parsing: false}", r#"{"a":"1 x"}"#, r#"{"a":1}"#),
            ("json: {field: a, allow_duplicate_keys: true}", r#"{"a":"{\"b\":1,\"b\":2}"}"#, r#"{"a":{"b":2}}"#),
            ("json: {field: a}", "{}", "field [a] not present as part of path [a]"),
            (
                "json: {field: a}",
                r#"{"a":"1 x"}"#,
                "The input 1 x is not valid JSON and the strict_json_parsing parameter is true",
            ),
        ]);
    }

    #[test]
    fn adds_to_the_root() {
        check(&[
            (
                "json: {field: a, add_to_root: true}",
                r#"{"a":"{\"x\":{\"y\":1}}","x":{"z":2}}"#,
                r#"{"a":"{\"x\":{\"y\":1}}","x":{"y":1}}"#,
            ),
            (
                "json: {field: n.a, add_to_root: true, add_to_root_conflict_strategy: merge}",
                r#"{"n":{"a":"{\"x\":{\"y\":{\"q\":1},\"w\":3}}"},"x":{"z":2,"y":{"p":0},"w":{}}}"#,
                r#"{"n":{"a":"{\"x\":{\"y\":{\"q\":1},\"w\":3}}"},"x":{"z":2,"y":{"p":0,"q":1},"w":3}}"#,
            ),
            ("json: {field: a, add_to_root: true}", r#"{"a":"[1]"}"#, "cannot add non-map fields to root of document"),
            (
                "json: {field: a, add_to_root: true}",
                r#"{"a":"{\"_id\":5}"}"#,
                "_id [5] is wrong type, expected assignable to [java.lang.String], not [java.lang.Integer]",
            ),
        ]);
    }
}
