//! `dissect`: takes a text apart at literal delimiters.

use crate::config::ConfigError;
use crate::document::{Document, FieldPath, Value};
use crate::ingest::dissect::{Dissect, PartValue};
use crate::ingest::{Build, Context, ErrorKind, Failure, Processor, Settings};

struct DissectProcessor {
    field: FieldPath,
    dissect: Dissect,
    /// Paths of the fields that the pattern names; fields named by the text (`*name`) are parsed when they come.
    paths: Vec<FieldPath>,
    ignore_missing: bool,
}

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let field = settings.path("field")?;
    let pattern = settings.string("pattern")?;
    let separator = settings.opt_string("append_separator")?.unwrap_or("");
    let ignore_missing = settings.bool_or("ignore_missing", false)?;
    let at = settings.node.get("pattern").unwrap_or(settings.node);
    let dissect = Dissect::new(pattern, separator).map_err(|error| settings.invalid("pattern", at, error))?;
    let paths = dissect.names().filter_map(|name| FieldPath::parse(name).ok()).collect();
    Ok(Box::new(DissectProcessor { field, dissect, paths, ignore_missing }))
}

impl Processor for DissectProcessor {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        let text = match doc.get_str(&self.field, self.ignore_missing)? {
            Some(text) => text,
            None if self.ignore_missing => return Ok(()),
            None => {
                let reason = format!("field [{}] is null, cannot process it.", self.field.text());
                return Err(Failure::illegal_argument(reason));
            }
        };
        let Some(parts) = self.dissect.matches(text) else {
            let pattern = self.dissect.pattern();
            let reason = format!("Unable to find match for dissect pattern: {pattern} against source: {text}");
            return Err(Failure::new(ErrorKind::Other("find_match"), reason));
        };
        for part in parts {
            let value = match part.value {
                PartValue::Piece(piece) => Value::Str(piece),
                PartValue::Joined(joined) => doc.string(&joined),
                PartValue::Null => Value::Null,
            };
            match self.paths.iter().find(|path| path.text() == part.name) {
                Some(path) => doc.set(path, value)?,
                None => doc.set(&FieldPath::parse(part.name)?, value)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    #[test]
    fn takes_texts_apart() {
        check(&[
            (
                "dissect: {field: a, pattern: '[%{ts}] %{log.level} %{?x} %{message}'}",
                r#"{"a":"[1] WARN - b c"}"#,
                r#"{"a":"[1] WARN - b c","log":{"level":"WARN"},"message":"b c","ts":"1"}"#,
            ),
            (
                "dissect: {field: a, pattern: '%{+x} %{+x} %{*k}=%{&k}', append_separator: '-'}",
                r#"{"a":"b c d.e=f"}"#,
                r#"{"a":"b c d.e=f","x":"b-c","d":{"e":"f"}}"#,
            ),
            (
                "dissect: {field: a, pattern: '%{x} %{y}'}",
                r#"{"a":"b"}"#,
                "Unable to find match for dissect pattern: %{x} %{y} against source: b",
            ),
            ("dissect: {field: a, pattern: '%{x}', ignore_missing: true}", r#"{"a":null}"#, r#"{"a":null}"#),
            ("dissect: {field: a, pattern: '%{x}'}", r#"{"a":null}"#, "field [a] is null, cannot process it."),
            ("dissect: {field: a, pattern: '%{*k}:%{&k}'}", r#"{"a":":v"}"#, "path cannot be null nor empty"),
            (
                "dissect: {field: a, pattern: '%{t} %{é} %{t.u}'}",
                r#"{"a":"x y z"}"#,
                r#"{"a":"x y z","é":"y","t":"x"}"#,
            ),
            ("dissect: {field: a, pattern: '%{*k} %{*k}'}", r#"{"a":"p q"}"#, r#"{"a":"p q","q":null}"#),
            ("dissect: {field: a, pattern: '%{&k} %{&k}'}", r#"{"a":"p q"}"#, "path cannot be null nor empty"),
        ]);
    }
}
