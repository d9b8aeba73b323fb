//! `split`: cuts a text at a Java regular expression into a list.

use crate::config::ConfigError;
use crate::document::{Document, FieldPath, Value};
use crate::ingest::java_regex::{Flags, JavaRegex};
use crate::ingest::{Build, Context, Failure, Processor, Settings};

struct Split {
    field: FieldPath,
    target: Option<FieldPath>,
    separator: JavaRegex,
    /// As for `String.split`: 0 drops empty parts at the end, -1 keeps them.
    limit: i32,
    ignore_missing: bool,
}

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    Ok(Box::new(Split {
        field: settings.path("field")?,
        separator: settings.java_regex("separator", Flags::default())?,
        ignore_missing: settings.bool_or("ignore_missing", false)?,
        target: settings.opt_path("target_field")?,
        limit: if settings.bool_or("preserve_trailing", false)? { -1 } else { 0 },
    }))
}

impl Processor for Split {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        let text = match doc.get_str(&self.field, self.ignore_missing)? {
            Some(text) => text,
            None if self.ignore_missing => return Ok(()),
            None => {
                let reason = format!("field [{}] is null, cannot split.", self.field.text());
                return Err(Failure::illegal_argument(reason));
            }
        };
        let list = doc.array();
        for part in self.separator.split(text, self.limit)? {
            list.push(Value::Str(part));
        }
        Ok(doc.set(self.target.as_ref().unwrap_or(&self.field), Value::Array(list))?)
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    #[test]
    fn splits_texts() {
        check(&[
            ("split: {field: a, separator: ','}", r#"{"a":",,a,b,,"}"#, r#"{"a":["","","a","b"]}"#),
            (
                "split: {field: a, separator: ',', preserve_trailing: true, target_field: b}",
                r#"{"a":"a,,"}"#,
                r#"{"a":"a,,","b":["a","",""]}"#,
            ),
            ("split: {field: a, separator: '\\s+'}", r#"{"a":""}"#, r#"{"a":[""]}"#),
            ("split: {field: a, separator: ','}", r#"{"a":null}"#, "field [a] is null, cannot split."),
            (
                "split: {field: a, separator: ','}",
                r#"{"a":[1]}"#,
                "field [a] of type [java.util.ArrayList] cannot be cast to [java.lang.String]",
            ),
            ("split: {field: a, separator: ',', ignore_missing: true}", "{}", "{}"),
        ]);
    }
}
