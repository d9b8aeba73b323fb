//! `drop`: discards the document on purpose.

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
    use crate::ingest::testing::run;

    #[test]
    fn nothing_runs_after_it() {
        assert_eq!(run("processors: [{drop: {}}, {fail: {message: x}}]", "{}"), "dropped");
    }
}
