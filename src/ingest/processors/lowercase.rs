//! `lowercase`: a text in lower case.

use crate::config::ConfigError;
use crate::document::{Document, Value};
use crate::ingest::text_processor::TextField;
use crate::ingest::{Build, Context, Failure, Processor, Settings};
use bumpalo::collections::String as ArenaString;

struct Lowercase(TextField);

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    Ok(Box::new(Lowercase(TextField::compile(settings)?)))
}

impl Processor for Lowercase {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        self.0.change(doc, |text| {
            if !text.is_ascii() {
                return Ok(doc.string(&text.to_lowercase()));
            }
            if !text.bytes().any(|b| b.is_ascii_uppercase()) {
                return Ok(Value::Str(text));
            }
            let mut lower = ArenaString::from_str_in(text, doc.arena);
            lower.make_ascii_lowercase();
            Ok(Value::Str(lower.into_bump_str()))
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    #[test]
    fn lowers_texts_and_lists_of_texts() {
        check(&[
            ("lowercase: {field: a}", r#"{"a":"A b"}"#, r#"{"a":"a b"}"#),
            ("lowercase: {field: a, target_field: b}", r#"{"a":"ΑΣ İ"}"#, r#"{"a":"ΑΣ İ","b":"ας i̇"}"#),
            ("lowercase: {field: a}", r#"{"a":["A","b"]}"#, r#"{"a":["a","b"]}"#),
            ("lowercase: {field: a, ignore_missing: true}", r#"{"a":null}"#, r#"{"a":null}"#),
            ("lowercase: {field: a, ignore_missing: true}", "{}", "{}"),
        ]);
    }

    /// The node's own words.
    #[test]
    fn refuses_what_is_not_text() {
        check(&[
            ("lowercase: {field: a}", "{}", "field [a] not present as part of path [a]"),
            ("lowercase: {field: a}", r#"{"a":null}"#, "field [a] is null, cannot process it."),
            (
                "lowercase: {field: a}",
                r#"{"a":1}"#,
                "field [a] of type [java.lang.Integer] cannot be cast to [java.lang.String]",
            ),
            (
                "lowercase: {field: a}",
                r#"{"a":["A",{"z":1}]}"#,
                "value [{z=1}] of type [java.util.HashMap] in list field [a] cannot be cast to [java.lang.String]",
            ),
            (
                "lowercase: {field: a}",
                r#"{"a":[null]}"#,
                "Cannot invoke \"Object.getClass()\" because \"value\" is null",
            ),
        ]);
    }
}
