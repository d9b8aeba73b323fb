//! `terminate`: ends this pipeline for the document; whoever called the pipeline goes on.

use crate::config::ConfigError;
use crate::document::{Document, End};
use crate::ingest::{Build, Context, Failure, Processor, Settings};

struct Terminate;

pub fn compile(_: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    Ok(Box::new(Terminate))
}

impl Processor for Terminate {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        doc.set_end(Some(End::Terminated));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::run;

    #[test]
    fn what_follows_does_not_run() {
        let pipeline = "processors: [{set: {field: a, value: 1}}, {terminate: {}}, {fail: {message: x}}]";
        assert_eq!(run(pipeline, "{}"), r#"{"a":1}"#);
    }
}
