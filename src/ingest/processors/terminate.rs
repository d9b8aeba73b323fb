//! `terminate`: ends the pipeline; one that called it goes on.

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
    fn ends_its_pipeline() {
        for (pipeline, expected) in [
            ("processors: [{terminate: {}}, {set: {field: a, value: 1}}]", "{}"),
            // Handlers go on, what follows the failed step does not.
            (
                "processors: [{fail: {message: m, on_failure: [{terminate: {}}, {set: {field: a, value: 1}}]}}, {set: {field: b, value: 1}}]",
                r#"{"a":1}"#,
            ),
        ] {
            assert_eq!(run(pipeline, "{}"), expected);
        }
    }
}
