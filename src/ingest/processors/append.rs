//! `append`: adds values to a list; makes the list where there is none.

use crate::config::ConfigError;
use crate::document::{Document, FieldPath, Value};
use crate::ingest::{Build, Context, Failure, Field, Processor, Settings, ValueSource};

struct Append {
    field: Field,
    source: Source,
    allow_duplicates: bool,
    ignore_empty_values: bool,
}

enum Source {
    Value(ValueSource),
    CopyFrom(FieldPath),
}

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let field = settings.field("field")?;
    let media_type = settings.media_type("media_type")?;
    let source = match (settings.opt_path("copy_from")?, settings.take("value")) {
        (Some(_), Some(value)) => {
            let reason = "cannot set both `copy_from` and `value` in the same processor";
            return Err(settings.invalid("copy_from", value, reason));
        }
        (Some(path), None) => Source::CopyFrom(path),
        (None, None) => return Err(settings.missing("value")),
        (None, Some(value)) => Source::Value(ValueSource::compile(value, media_type)?),
    };
    Ok(Box::new(Append {
        field,
        source,
        allow_duplicates: settings.bool_or("allow_duplicates", true)?,
        ignore_empty_values: settings.bool_or("ignore_empty_values", false)?,
    }))
}

impl Processor for Append {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        let path = self.field.path(doc)?;
        let value = match &self.source {
            Source::Value(source) => source.resolve(doc)?,
            Source::CopyFrom(from) if self.ignore_empty_values && doc.find(from).is_none() => return Ok(()),
            Source::CopyFrom(from) => doc.get(from)?.deep_copy(doc.arena),
        };
        let mut values: Vec<Value<'_>> = match value {
            Value::Array(items) => items.iter().collect(),
            other => vec![other],
        };
        if self.ignore_empty_values {
            values.retain(|v| !matches!(v, Value::Null | Value::Str("")));
            if values.is_empty() {
                return Ok(());
            }
        }
        Ok(doc.append(&path, &values, self.allow_duplicates)?)
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    #[test]
    fn appends_values() {
        check(&[
            ("append: {field: a, value: 1}", "{}", r#"{"a":[1]}"#),
            ("append: {field: a, value: ['{{b}}', 2]}", r#"{"a":"x","b":"y"}"#, r#"{"a":["x","y",2],"b":"y"}"#),
            ("append: {field: a, value: [1, 2], allow_duplicates: false}", r#"{"a":[1]}"#, r#"{"a":[1,2]}"#),
            ("append: {field: a, value: x, allow_duplicates: false}", r#"{"a":"x"}"#, r#"{"a":"x"}"#),
            ("append: {field: a, copy_from: b, ignore_empty_values: true}", "{}", "{}"),
            ("append: {field: a, copy_from: b}", r#"{"a":[1],"b":[2,[3]]}"#, r#"{"a":[1,2,[3]],"b":[2,[3]]}"#),
            (
                "append: {field: a, value: ['', '{{b}}', x], ignore_empty_values: true}",
                r#"{"a":[1]}"#,
                r#"{"a":[1,"x"]}"#,
            ),
            ("append: {field: a, value: '{{b}}', ignore_empty_values: true}", "{}", "{}"),
            (
                "append: {field: _id, value: x}",
                "{}",
                "_id [[x]] is wrong type, expected assignable to [java.lang.String], not [java.util.ArrayList]",
            ),
        ]);
    }
}
