//! `pipeline`: runs another pipeline over the document.

use crate::config::ConfigError;
use crate::document::Document;
use crate::ingest::{Build, Context, Failure, MediaType, Processor, Settings, Template};

struct CallPipeline {
    name: Template,
    ignore_missing_pipeline: bool,
}

pub fn compile(settings: &mut Settings<'_>, build: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let text = settings.string("name")?;
    let at = settings.node.get("name").unwrap_or(settings.node);
    let name = Template::compile(text, MediaType::PlainText).map_err(|e| at.error(e))?;
    let ignore_missing_pipeline = settings.bool_or("ignore_missing_pipeline", false)?;
    if name.is_static() && !ignore_missing_pipeline {
        build.references.borrow_mut().push((at.at.clone(), text.to_owned()));
    }
    Ok(Box::new(CallPipeline { name, ignore_missing_pipeline }))
}

impl Processor for CallPipeline {
    fn execute(&self, doc: &Document<'_>, cx: &mut Context<'_>) -> Result<(), Failure> {
        let rendered;
        let name = if self.name.is_static() {
            self.name.text()
        } else {
            rendered = self.name.render(doc)?;
            &rendered
        };
        let pipelines = cx.pipelines;
        if self.ignore_missing_pipeline && pipelines.get(name).is_none() {
            return Ok(());
        }
        pipelines.call(name, doc, cx)
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::run;

    #[test]
    fn missing_ones_are_found_at_start_or_ignored() {
        assert_eq!(run("processors: [{pipeline: {name: no, ignore_missing_pipeline: true}}]", "{}"), "{}");
        let missing = run("processors: [{pipeline: {name: tset}}]", "{}");
        assert_eq!(missing, "test.yml:1:32: there is no pipeline [tset] (did you mean `test`?)");
        let dynamic = run("processors: [{pipeline: {name: '{{a}}'}}]", r#"{"a":"b"}"#);
        assert_eq!(dynamic, "Pipeline processor configured for non-existent pipeline [b]");
    }

    #[test]
    fn a_cycle_is_an_error() {
        assert_eq!(run("processors: [{pipeline: {name: test}}]", "{}"), "Cycle detected for pipeline: test");
    }
}
