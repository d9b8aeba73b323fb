//! `rename`: moves a value to another field.

use crate::config::ConfigError;
use crate::document::Document;
use crate::ingest::{Build, Context, Failure, Field, Processor, Settings};

struct Rename {
    field: Field,
    target: Field,
    ignore_missing: bool,
    overrides: bool,
}

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    Ok(Box::new(Rename {
        field: settings.field("field")?,
        target: settings.field("target_field")?,
        ignore_missing: settings.bool_or("ignore_missing", false)?,
        overrides: settings.bool_or("override", false)?,
    }))
}

impl Processor for Rename {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        let from = self.field.non_empty_path(doc)?;
        let from = match &from {
            Some(path) if doc.has_in_bounds(path)? => path,
            _ if self.ignore_missing => return Ok(()),
            missing => {
                let name = missing.as_ref().map_or("", |path| path.text());
                return Err(Failure::illegal_argument(format!("field [{name}] doesn't exist")));
            }
        };
        let to = self.target.path(doc)?;
        // A target outside a list fails before anything is moved.
        if doc.has_in_bounds(&to)? && !self.overrides {
            return Err(Failure::illegal_argument(format!("field [{}] already exists", to.text())));
        }
        let value = doc.get(from)?;
        doc.remove(from, false)?;
        if let Err(error) = doc.set(&to, value) {
            doc.set(from, value)?;
            return Err(error.into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    #[test]
    fn moves_values() {
        check(&[
            ("rename: {field: a, target_field: b.c}", r#"{"a":null}"#, r#"{"b":{"c":null}}"#),
            ("rename: {field: a, target_field: '{{b}}'}", r#"{"a":1,"b":"x"}"#, r#"{"b":"x","x":1}"#),
            ("rename: {field: a, target_field: b, ignore_missing: true}", "{}", "{}"),
            ("rename: {field: a, target_field: b, override: true}", r#"{"a":1,"b":2}"#, r#"{"b":1}"#),
            ("rename: {field: a, target_field: b}", r#"{"a":1,"b":2}"#, "field [b] already exists"),
            ("rename: {field: a, target_field: b}", "{}", "field [a] doesn't exist"),
            (
                "rename: {field: a.3, target_field: b}",
                r#"{"a":[1]}"#,
                "[3] is out of bounds for array with length [1] as part of path [a.3]",
            ),
            (
                "rename: {field: a, target_field: b.c}",
                r#"{"a":1,"b":"x"}"#,
                "cannot set [c] with parent object of type [java.lang.String] as part of path [b.c]",
            ),
        ]);
    }
}
