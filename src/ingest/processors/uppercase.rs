//! `uppercase`: a text in upper case.

use crate::config::ConfigError;
use crate::document::{Document, Value};
use crate::ingest::text_processor::TextField;
use crate::ingest::{Build, Context, Failure, Processor, Settings};
use bumpalo::collections::String as ArenaString;

struct Uppercase(TextField);

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    Ok(Box::new(Uppercase(TextField::compile(settings)?)))
}

impl Processor for Uppercase {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        self.0.change(doc, |text| {
            if !text.is_ascii() {
                return Ok(doc.string(&text.to_uppercase()));
            }
            if !text.bytes().any(|b| b.is_ascii_lowercase()) {
                return Ok(Value::Str(text));
            }
            let mut upper = ArenaString::from_str_in(text, doc.arena);
            upper.make_ascii_uppercase();
            Ok(Value::Str(upper.into_bump_str()))
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    #[test]
    fn raises_texts_and_lists_of_texts() {
        check(&[
            ("uppercase: {field: a}", r#"{"a":"A b"}"#, r#"{"a":"A B"}"#),
            ("uppercase: {field: a}", r#"{"a":"straße ŉ ı"}"#, r#"{"a":"STRASSE ʼN I"}"#),
            ("uppercase: {field: a, target_field: b.c}", r#"{"a":["x"]}"#, r#"{"a":["x"],"b":{"c":["X"]}}"#),
            ("uppercase: {field: a}", r#"{"a":null}"#, "field [a] is null, cannot process it."),
        ]);
    }
}
