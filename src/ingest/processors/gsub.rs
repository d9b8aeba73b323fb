//! `gsub`: replaces what a Java regular expression matches.

use crate::config::ConfigError;
use crate::document::{Document, Value};
use crate::ingest::java_regex::{Flags, JavaRegex, Replacement};
use crate::ingest::text_processor::TextField;
use crate::ingest::{Build, Context, Failure, Processor, Settings};

struct Gsub {
    text: TextField,
    regex: JavaRegex,
    replacement: Replacement,
}

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let text = TextField::compile(settings)?;
    let regex = settings.java_regex("pattern", Flags::default())?;
    let replacement = Replacement::new(settings.string("replacement")?, &regex);
    Ok(Box::new(Gsub { text, regex, replacement }))
}

impl Processor for Gsub {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        self.text.change(doc, |text| {
            let replaced = self.regex.replace_all(text, &self.replacement)?;
            Ok(replaced.map_or(Value::Str(text), |text| doc.string(&text)))
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    #[test]
    fn replaces_matches() {
        check(&[
            ("gsub: {field: a, pattern: '\\.', replacement: '-'}", r#"{"a":"1.2.3"}"#, r#"{"a":"1-2-3"}"#),
            (
                "gsub: {field: a, pattern: '(\\w+)=(?<v>\\w+)', replacement: '${v}:$1\\$'}",
                r#"{"a":["x=y","z"]}"#,
                r#"{"a":["y:x$","z"]}"#,
            ),
            (
                "gsub: {field: a, pattern: x, replacement: y, target_field: b, ignore_missing: true}",
                r#"{"a":"xx"}"#,
                r#"{"a":"xx","b":"yy"}"#,
            ),
            ("gsub: {field: a, pattern: b, replacement: '$2'}", r#"{"a":"abc"}"#, "No group 2"),
            ("gsub: {field: a, pattern: b, replacement: '$2'}", r#"{"a":"ac"}"#, r#"{"a":"ac"}"#),
        ]);
    }
}
