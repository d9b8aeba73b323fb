//! `trim`: a text without the spaces around it. As Java's `String.trim`, that is every character up to U+0020, and no other space.

use crate::config::ConfigError;
use crate::document::{Document, Value};
use crate::ingest::text_processor::TextField;
use crate::ingest::{Build, Context, Failure, Processor, Settings};

struct Trim(TextField);

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    Ok(Box::new(Trim(TextField::compile(settings)?)))
}

impl Processor for Trim {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        self.0.change(doc, |text| Ok(Value::Str(text.trim_matches(|c| c <= ' '))))
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    #[test]
    fn cuts_what_java_calls_spaces() {
        check(&[
            ("trim: {field: a}", r#"{"a":" \t\u0001 x y\n"}"#, r#"{"a":"x y"}"#),
            ("trim: {field: a}", "{\"a\":\"\u{2003}x\u{a0}\"}", "{\"a\":\"\u{2003}x\u{a0}\"}"),
            ("trim: {field: a, target_field: b}", r#"{"a":[" x","y "]}"#, r#"{"a":[" x","y "],"b":["x","y"]}"#),
        ]);
    }
}
