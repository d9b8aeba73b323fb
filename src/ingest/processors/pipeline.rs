//! `pipeline`: runs another pipeline.

use crate::config::ConfigError;
use crate::document::Document;
use crate::ingest::{Build, Context, Failure, MediaType, Processor, Settings, Template};

struct CallPipeline {
    name: Template,
    ignore_missing: bool,
}

pub fn compile(settings: &mut Settings<'_>, build: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let text = settings.string("name")?;
    let at = settings.node.get("name").unwrap_or(settings.node);
    let name = Template::compile(text, MediaType::Json).map_err(|e| settings.invalid("name", at, e))?;
    let ignore_missing = settings.bool_or("ignore_missing_pipeline", false)?;
    if name.is_static() && !ignore_missing {
        build.references.borrow_mut().push((at.at.clone(), text.to_owned()));
    }
    Ok(Box::new(CallPipeline { name, ignore_missing }))
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
        if self.ignore_missing && cx.pipelines.get(name).is_none() {
            if let Some(trace) = &mut cx.trace {
                trace.missing_pipeline(name);
            }
            return Ok(());
        }
        cx.pipelines.call(name, doc, cx)
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    #[test]
    fn missing_pipelines_and_cycles() {
        check(&[
            (
                "pipeline: {name: '{{n}}'}",
                r#"{"n":"x"}"#,
                "Pipeline processor configured for non-existent pipeline [x]",
            ),
            ("pipeline: {name: x, ignore_missing_pipeline: true}", "{}", "{}"),
            ("pipeline: {name: test}", "{}", "Cycle detected for pipeline: test"),
        ]);
    }
}
