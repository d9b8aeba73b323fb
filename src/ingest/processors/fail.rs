//! `fail`: fails on purpose, with a message.

use crate::config::ConfigError;
use crate::document::Document;
use crate::ingest::{Build, Context, ErrorKind, Failure, MediaType, Processor, Settings, Template};

struct Fail {
    message: Template,
}

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let text = settings.string("message")?;
    let at = settings.node.get("message").unwrap_or(settings.node);
    let message = Template::compile(text, MediaType::Json).map_err(|e| settings.invalid("message", at, e))?;
    Ok(Box::new(Fail { message }))
}

impl Processor for Fail {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        Err(Failure::new(ErrorKind::FailProcessor, self.message.render(doc)?))
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    #[test]
    fn fails_with_its_message() {
        check(&[
            ("fail: {message: 'no {{a}} in {{{b}}}'}", r#"{"b":"x\"y"}"#, "no  in x\"y"),
            (
                "fail: {message: 'm', on_failure: [{set: {field: e, value: '{{_ingest.on_failure_message}}'}}]}",
                "{}",
                r#"{"e":"m"}"#,
            ),
            (
                "fail: {message: '', on_failure: [{set: {field: e, value: '[{{_ingest.on_failure_message}}]'}}]}",
                "{}",
                r#"{"e":"[]"}"#,
            ),
        ]);
    }
}
