//! What processors that turn one text into another value share (Elasticsearch's `AbstractStringProcessor`): the options `field`,
//! `target_field` and `ignore_missing`, lists handled item by item, and the words for what is not text.

use super::{ErrorKind, Failure, Settings};
use crate::config::ConfigError;
use crate::document::{Document, FieldPath, Value, cannot_cast};

/// Where the text comes from and where the result goes.
pub struct TextField {
    field: FieldPath,
    target: Option<FieldPath>,
    ignore_missing: bool,
}

impl TextField {
    pub fn compile(settings: &mut Settings<'_>) -> Result<Self, ConfigError> {
        Ok(Self {
            field: settings.path("field")?,
            target: settings.opt_path("target_field")?,
            ignore_missing: settings.bool_or("ignore_missing", false)?,
        })
    }

    /// Puts what `change` makes of the text, or of each text of a list, into the target field.
    pub fn change<'a>(
        &self,
        doc: &Document<'a>,
        mut change: impl FnMut(&'a str) -> Result<Value<'a>, Failure>,
    ) -> Result<(), Failure> {
        let name = self.field.text();
        let new = match doc.get_or_null(&self.field, self.ignore_missing)? {
            Value::Null if self.ignore_missing => return Ok(()),
            Value::Null => {
                return Err(Failure::illegal_argument(format!("field [{name}] is null, cannot process it.")));
            }
            Value::Str(text) => change(text)?,
            Value::Array(items) => {
                let list = doc.array();
                for item in items.iter() {
                    list.push(match item {
                        Value::Str(text) => change(text)?,
                        Value::Null => return Err(null_item()),
                        other => return Err(wrong_item(name, other)),
                    });
                }
                Value::Array(list)
            }
            other => return Err(cannot_cast(&self.field, other, "java.lang.String").into()),
        };
        Ok(doc.set(self.target.as_ref().unwrap_or(&self.field), new)?)
    }
}

fn null_item() -> Failure {
    Failure::new(ErrorKind::NullPointer, "Cannot invoke \"Object.getClass()\" because \"value\" is null")
}

fn wrong_item(field: &str, value: Value<'_>) -> Failure {
    Failure::illegal_argument(format!(
        "value [{}] of type [{}] in list field [{field}] cannot be cast to [java.lang.String]",
        value.to_java_string(),
        value.java_class()
    ))
}
