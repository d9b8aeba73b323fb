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

    /// What a node (8.19) made of a handler after one that ended the document's way: it skips what takes care of its own failures.
    #[test]
    fn handlers_after_it() {
        for (handler, expected) in [
            ("set: {field: x, value: 1}", r#"{"x":1}"#),
            ("set: {field: x, value: 1, ignore_failure: true}", "{}"),
            ("set: {field: x, value: 1, on_failure: [{set: {field: y, value: 2}}]}", "{}"),
            ("set: {if: 'true', field: x, value: 1, ignore_failure: true}", "{}"),
            ("fail: {message: again}", "again"),
            ("fail: {message: again, ignore_failure: true}", "{}"),
            ("fail: {message: again, on_failure: [{set: {field: y, value: 2}}]}", "{}"),
            // The condition is looked at first, and is outside of what the step takes care of.
            ("set: {if: 'throw new Exception()', field: x, value: 1, ignore_failure: true}", "runtime error"),
        ] {
            let pipeline = format!(
                "processors: [{{fail: {{message: first, on_failure: [{{terminate: {{}}}}, {{{handler}}}]}}}}, {{set: {{field: after, value: 1}}}}]"
            );
            assert_eq!(run(&pipeline, "{}"), expected, "{handler}");
        }
    }
}
