//! `html_strip`: a text without its HTML.

use crate::config::ConfigError;
use crate::document::{Document, Value};
use crate::ingest::text_processor::TextField;
use crate::ingest::{Build, Context, Failure, Processor, Settings, html};

struct HtmlStrip(TextField);

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    Ok(Box::new(HtmlStrip(TextField::compile(settings)?)))
}

impl Processor for HtmlStrip {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        self.0.change(doc, |text| {
            // Without both brackets the node does not even decode character references.
            if !text.contains('<') || !text.contains('>') {
                return Ok(Value::Str(text));
            }
            Ok(doc.string(&html::strip(text)))
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    #[test]
    fn strips_markup() {
        check(&[
            ("html_strip: {field: a}", r#"{"a":"<p>x &amp; <b>y</b></p>"}"#, r#"{"a":"\nx & y\n"}"#),
            (
                "html_strip: {field: a, target_field: b}",
                r#"{"a":["<i>x</i>","&amp;"]}"#,
                r#"{"a":["<i>x</i>","&amp;"],"b":["x","&amp;"]}"#,
            ),
        ]);
    }
}
