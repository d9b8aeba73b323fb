//! `set`: puts a value into a field.

use crate::config::{ConfigError, Data, Node};
use crate::document::{Document, FieldPath, Value};
use crate::ingest::{Build, Context, Failure, Field, Processor, Settings, ValueSource};

struct Set {
    field: Field,
    source: Source,
    overrides: bool,
    ignore_empty_value: bool,
}

enum Source {
    Value(ValueSource),
    CopyFrom(FieldPath),
}

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let field = settings.field("field")?;
    let media_type = settings.media_type("media_type")?;
    let copy_from = settings.opt_path("copy_from")?;
    let value = settings.take_nullable("value");
    let source = match (copy_from, value) {
        (Some(_), Some(value)) => {
            return Err(settings.invalid(
                "copy_from",
                value,
                "cannot set both `copy_from` and `value` in the same processor",
            ));
        }
        (Some(path), None) => Source::CopyFrom(path),
        (None, Some(Node { data: Data::Null, .. }) | None) => return Err(settings.missing("value")),
        (None, Some(value)) => Source::Value(ValueSource::compile(value, media_type)?),
    };
    Ok(Box::new(Set {
        field,
        source,
        overrides: settings.bool_or("override", true)?,
        ignore_empty_value: settings.bool_or("ignore_empty_value", false)?,
    }))
}

impl Processor for Set {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        // Without `override` the node looks at the target first, else at what goes there.
        if !self.overrides {
            let path = self.field.path(doc)?;
            if doc.find(&path).is_some_and(|v| !v.is_null()) {
                return Ok(());
            }
        }
        let is_empty = |value: Value<'_>| matches!(value, Value::Null | Value::Str(""));
        let value = match &self.source {
            Source::Value(source) => {
                let value = source.resolve(doc)?;
                // Only what a template made may be passed over, not an empty text that stands in the pipeline.
                if self.ignore_empty_value && matches!(source, ValueSource::Template(_)) && is_empty(value) {
                    return Ok(());
                }
                value
            }
            Source::CopyFrom(from) => {
                let value = match doc.find(from) {
                    Some(value) => copied(value, doc)?,
                    None if self.ignore_empty_value => return Ok(()),
                    None => doc.get(from)?,
                };
                if self.ignore_empty_value && is_empty(value) {
                    return Ok(());
                }
                value
            }
        };
        let path = self.field.path(doc)?;
        Ok(doc.set(&path, value)?)
    }
}

/// A copy that shares nothing. Elasticsearch knows no copy of an integer beyond 64 bits.
fn copied<'a>(value: Value<'a>, doc: &Document<'a>) -> Result<Value<'a>, Failure> {
    if holds_big_integer(value, 0) {
        return Err(Failure::illegal_argument("unexpected value type [class java.math.BigInteger]"));
    }
    Ok(value.deep_copy(doc.arena))
}

/// Objects and lists inside each other that are searched; parsing refuses deeper ones.
const COPY_DEPTH_MAX: u32 = 1_100;

fn holds_big_integer(value: Value<'_>, depth: u32) -> bool {
    match value {
        Value::BigInteger(_) => true,
        _ if depth > COPY_DEPTH_MAX => false,
        Value::Array(items) => items.iter().any(|v| holds_big_integer(v, depth + 1)),
        Value::Object(object) => object.iter().any(|(_, v)| holds_big_integer(v, depth + 1)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    #[test]
    fn sets_values_templates_and_copies() {
        check(&[
            ("set: {field: a.b, value: 1}", "{}", r#"{"a":{"b":1}}"#),
            ("set: {field: a, value: '{{{b}}}-x'}", r#"{"b":"é\""}"#, r#"{"b":"é\"","a":"é\"-x"}"#),
            ("set: {field: a, value: [1, {c: '{{b}}'}]}", r#"{"b":2}"#, r#"{"b":2,"a":[1,{"c":"2"}]}"#),
            ("set: {field: a, value: 1, override: false}", r#"{"a":null}"#, r#"{"a":1}"#),
            ("set: {field: a, value: 1, override: false}", r#"{"a":0}"#, r#"{"a":0}"#),
            ("set: {field: a, value: '{{b}}', ignore_empty_value: true}", "{}", "{}"),
            ("set: {field: a, value: '', ignore_empty_value: true}", "{}", r#"{"a":""}"#),
            ("set: {field: '{{x}}', copy_from: b}", "{}", "field [b] not present as part of path [b]"),
            ("set: {field: '{{x}}', copy_from: b, ignore_empty_value: true}", "{}", "{}"),
            ("set: {field: a, copy_from: b}", r#"{"b":[1]}"#, r#"{"b":[1],"a":[1]}"#),
            ("set: {field: a, copy_from: b}", "{}", "field [b] not present as part of path [b]"),
            ("set: {field: a, copy_from: b, ignore_empty_value: true}", "{}", "{}"),
            (
                "set: {field: a, copy_from: b}",
                r#"{"b":[99999999999999999999]}"#,
                "unexpected value type [class java.math.BigInteger]",
            ),
            ("set: {field: '{{b}}', value: 1}", r#"{"b":"c"}"#, r#"{"b":"c","c":1}"#),
            (
                "set: {field: _version, value: x}",
                "{}",
                "_version [x] is wrong type, expected assignable to [java.lang.Number], not [java.lang.String]",
            ),
        ]);
    }
}
