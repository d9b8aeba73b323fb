//! `drop`: discards the document.

use crate::config::ConfigError;
use crate::document::{Document, End};
use crate::ingest::{Build, Context, Failure, Processor, Settings};

struct Drop;

pub fn compile(_: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    Ok(Box::new(Drop))
}

impl Processor for Drop {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        doc.set_end(Some(End::Dropped));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::{check, run};

    #[test]
    fn drops_documents() {
        check(&[("drop: {}", r#"{"a":1}"#, "dropped")]);
        let in_a_handler = "processors: [{fail: {message: m, on_failure: [{drop: {}}]}}, {fail: {message: n}}]";
        assert_eq!(run(in_a_handler, "{}"), "dropped");
    }
}
