//! `script`: edits the document with a Painless script.

use crate::config::{ConfigError, Data};
use crate::document::Document;
use crate::ingest::painless::{Script, ScriptContext};
use crate::ingest::{Build, Context, Failure, Processor, Settings};

struct RunScript {
    script: Script,
}

pub fn compile(settings: &mut Settings<'_>, build: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    // `script: "source"` is short for `script: { source: "source" }`.
    if let Data::String(source) = &settings.node.data {
        let script = Script::compile(source, ScriptContext::Ingest, None);
        return Ok(Box::new(RunScript { script: script.map_err(|e| settings.node.error(e.to_string()))? }));
    }
    let params = settings.take("params");
    if let Some(lang) = settings.opt_string("lang")?
        && lang != "painless"
    {
        let at = settings.node.get("lang").unwrap_or(settings.node);
        return Err(settings.invalid("lang", at, format!("script_lang not supported [{lang}]")));
    }
    if let Some(id) = settings.opt_string("id")? {
        let at = settings.node.get("id").unwrap_or(settings.node);
        let source = build.enrich.script(id).map_err(|reason| settings.invalid("id", at, reason))?;
        let script = Script::compile(&source, ScriptContext::Ingest, params);
        let script = script.map_err(|error| settings.invalid("id", at, format!("stored script [{id}]: {error}")))?;
        return Ok(Box::new(RunScript { script }));
    }
    // `inline` is what `source` was called before Elasticsearch 6.
    let node = settings.take("source").or(settings.take("inline")).ok_or_else(|| settings.missing("source"))?;
    let source = node.as_str().ok_or_else(|| settings.wrong_type("source", node, "string"))?;
    let script = Script::compile(source, ScriptContext::Ingest, params).map_err(|e| node.error(e.to_string()))?;
    Ok(Box::new(RunScript { script }))
}

impl Processor for RunScript {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        self.script.run(doc)
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    #[test]
    fn scripts_edit_and_conditions_decide() {
        check(&[
            ("script: {source: 'ctx.a = params.b + 1', params: {b: 2}}", "{}", r#"{"a":3}"#),
            ("script: {source: 'ctx.a += 1'}", r#"{"a":1}"#, r#"{"a":2}"#),
            ("set: {if: 'ctx.a?.b == \"x\"', field: c, value: 1}", r#"{"a":{"b":"x"}}"#, r#"{"a":{"b":"x"},"c":1}"#),
            ("set: {if: 'ctx.a?.b == \"x\"', field: c, value: 1}", "{}", "{}"),
            (
                "set: {if: {source: 'ctx.a == params.p', params: {p: 1}}, field: c, value: 1}",
                r#"{"a":1}"#,
                r#"{"a":1,"c":1}"#,
            ),
        ]);
    }
}
