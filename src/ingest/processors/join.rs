//! `join`: the items of a list as one text.

use crate::config::ConfigError;
use crate::document::{Document, FieldPath, Value, cannot_cast};
use crate::ingest::{Build, Context, ErrorKind, Failure, Processor, Settings};
use bumpalo::collections::String as ArenaString;

struct Join {
    field: FieldPath,
    separator: Box<str>,
    target: Option<FieldPath>,
}

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    Ok(Box::new(Join {
        field: settings.path("field")?,
        separator: settings.string("separator")?.into(),
        target: settings.opt_path("target_field")?,
    }))
}

impl Processor for Join {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        let items = match doc.get(&self.field)? {
            Value::Array(items) => items,
            Value::Null => {
                let reason = format!("field [{}] is null, cannot join.", self.field.text());
                return Err(Failure::illegal_argument(reason));
            }
            other => return Err(cannot_cast(&self.field, other, "java.util.List").into()),
        };
        let mut joined = ArenaString::new_in(doc.arena);
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                joined.push_str(&self.separator);
            }
            match item {
                // Without a message on the node.
                Value::Null => return Err(Failure::new(ErrorKind::NullPointer, "")),
                Value::Str(text) => joined.push_str(text),
                other => joined.push_str(&other.to_java_string()),
            }
        }
        let joined = Value::Str(joined.into_bump_str());
        Ok(doc.set(self.target.as_ref().unwrap_or(&self.field), joined)?)
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    #[test]
    fn joins_lists() {
        check(&[
            (
                "join: {field: a, separator: '-'}",
                r#"{"a":[1,"b",1.5,[2,{"c":null}]]}"#,
                r#"{"a":"1-b-1.5-[2, {c=null}]"}"#,
            ),
            ("join: {field: a, separator: '', target_field: b}", r#"{"a":[]}"#, r#"{"a":[],"b":""}"#),
            ("join: {field: a, separator: ','}", r#"{"a":[null]}"#, ""),
            ("join: {field: a, separator: ','}", r#"{"a":null}"#, "field [a] is null, cannot join."),
            (
                "join: {field: a, separator: ','}",
                r#"{"a":"x"}"#,
                "field [a] of type [java.lang.String] cannot be cast to [java.util.List]",
            ),
        ]);
    }
}
