//! `fail`: fails with a message of the pipeline's own.

use crate::config::ConfigError;
use crate::document::Document;
use crate::ingest::{Build, Context, ErrorKind, Failure, MediaType, Processor, Settings, Template};

struct Fail {
    message: Template,
}

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let text = settings.string("message")?;
    let message = Template::compile(text, MediaType::default()).map_err(|e| settings.node.error(e))?;
    Ok(Box::new(Fail { message }))
}

impl Processor for Fail {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        Err(Failure::new(ErrorKind::FailProcessor, self.message.render(doc)?))
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::{check, run};

    #[test]
    fn the_message_is_the_reason() {
        check(&[("fail: {message: 'no {{a}}'}", r#"{"a":"b"}"#, "no b")]);
        let handled = "processors: [{fail: {message: x, tag: t, on_failure: [{set: {field: a, value: '{{_ingest.on_failure_message}}/{{_ingest.on_failure_processor_type}}/{{_ingest.on_failure_processor_tag}}/{{_ingest.on_failure_pipeline}}'}}]}}]";
        assert_eq!(run(handled, "{}"), r#"{"a":"x/fail/t/test"}"#);
    }
}
