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
        let path = self.field.path(doc)?;
        if !self.overrides && doc.find(&path).is_some_and(|v| !v.is_null()) {
            return Ok(());
        }
        let value = match &self.source {
            Source::Value(source) => source.resolve(doc),
            Source::CopyFrom(from) => doc.get(from)?.deep_copy(doc.arena),
        };
        if self.ignore_empty_value && matches!(value, Value::Null | Value::Str("")) {
            return Ok(());
        }
        Ok(doc.set(&path, value)?)
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
            ("set: {field: a, copy_from: b}", r#"{"b":[1]}"#, r#"{"b":[1],"a":[1]}"#),
            ("set: {field: a, copy_from: b}", "{}", "field [b] not present as part of path [b]"),
            ("set: {field: '{{b}}', value: 1}", r#"{"b":"c"}"#, r#"{"b":"c","c":1}"#),
        ]);
    }
}
