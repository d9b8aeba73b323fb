//! `attachment` is refused: text out of PDF and office files is work for a service that may crash and be restarted, not for the one
//! that delivers logs.

use crate::config::ConfigError;
use crate::ingest::{Build, Processor, Settings};

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let error = settings.node.error("the attachment processor is not supported");
    Err(error.help(
        "extract the text before it comes here (Apache Tika as a service), or let Elasticsearch do it: keep the processor in a \
         pipeline there and name it as `index.default_pipeline` of the index that these documents go to",
    ))
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::run;

    #[test]
    fn is_refused_with_a_way_out() {
        let refused = run("processors: [{attachment: {field: a}}]", "{}");
        assert!(refused.contains("index.default_pipeline"), "{refused}");
    }
}
