//! `foreach`: runs one processor for each item of a list or member of a map, which it finds as `_ingest._value` (and `_ingest._key`).

use crate::config::{ConfigError, Data};
use crate::document::{Array, Document, FieldPath, Object, Value};
use crate::ingest::{Build, Context, Failure, Processor, Settings, Step};

struct ForEach {
    field: FieldPath,
    step: [Step; 1],
    ignore_missing: bool,
}

pub fn compile(settings: &mut Settings<'_>, build: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let field = settings.path("field")?;
    let ignore_missing = settings.bool_or("ignore_missing", false)?;
    let node = settings.require("processor")?;
    let Data::Map(members) = &node.data else { return Err(settings.wrong_type("processor", node, "map")) };
    let [(kind, options)] = members.as_slice() else {
        return Err(settings.invalid("processor", node, "Must specify exactly one processor type"));
    };
    // An inner processor may have several problems; the first one is reported with its own place.
    let step = Step::compile(&kind.text, options, build)
        .map_err(|found| found.into_iter().next().unwrap_or_else(|| node.error("the processor is not valid")))?;
    Ok(Box::new(ForEach { field, step: [step], ignore_missing }))
}

impl Processor for ForEach {
    fn execute(&self, doc: &Document<'_>, cx: &mut Context<'_>) -> Result<(), Failure> {
        let text = self.field.text();
        let value =
            if self.ignore_missing { doc.find(&self.field).unwrap_or(Value::Null) } else { doc.get(&self.field)? };
        match value {
            Value::Array(items) => self.each_item(items, doc, cx),
            Value::Object(members) => self.each_member(members, doc, cx),
            Value::Null if self.ignore_missing => Ok(()),
            Value::Null => {
                Err(Failure::illegal_argument(format!("field [{text}] is null, cannot loop over its elements.")))
            }
            other => {
                let reason = format!("field [{text}] of type [{}] cannot be cast to a list or map", other.java_class());
                Err(Failure::illegal_argument(reason))
            }
        }
    }

    fn children(&self) -> &[Step] {
        &self.step
    }
}

impl ForEach {
    fn each_item<'a>(&self, items: &'a Array<'a>, doc: &Document<'a>, cx: &mut Context<'_>) -> Result<(), Failure> {
        let results = doc.array();
        // Items as they were: the processor may edit the list that is walked over.
        let items: Vec<Value<'a>> = items.iter().collect();
        for item in items {
            let outer = doc.ingest.insert("_value", item);
            let result = self.run(doc, cx);
            let value = restore(doc, "_value", outer);
            result?;
            if doc.end().is_some() {
                return Ok(());
            }
            results.push(value.unwrap_or(Value::Null));
        }
        Ok(doc.set(&self.field, Value::Array(results))?)
    }

    fn each_member<'a>(
        &self,
        members: &'a Object<'a>,
        doc: &Document<'a>,
        cx: &mut Context<'_>,
    ) -> Result<(), Failure> {
        let results = doc.object();
        let members: Vec<(&'a str, Value<'a>)> = members.iter().collect();
        for (key, member) in members {
            let outer_key = doc.ingest.insert("_key", Value::Str(key));
            let outer = doc.ingest.insert("_value", member);
            let result = self.run(doc, cx);
            let new_key = restore(doc, "_key", outer_key);
            let value = restore(doc, "_value", outer);
            result?;
            if doc.end().is_some() {
                return Ok(());
            }
            // A processor may rename the key; one that is emptied or no text any more removes the member.
            if let Some(Value::Str(key)) = new_key
                && !key.is_empty()
            {
                results.insert(key, value.unwrap_or(Value::Null));
            }
        }
        Ok(doc.set(&self.field, Value::Object(results))?)
    }

    fn run(&self, doc: &Document<'_>, cx: &mut Context<'_>) -> Result<(), Failure> {
        crate::ingest::run_steps(&self.step, doc, cx)
    }
}

/// Puts back what an outer `foreach` had there; gives what the inner one left.
fn restore<'a>(doc: &Document<'a>, key: &'static str, outer: Option<Value<'a>>) -> Option<Value<'a>> {
    match outer {
        Some(outer) => doc.ingest.insert(key, outer),
        None => doc.ingest.remove(key),
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    #[test]
    fn items_and_members() {
        check(&[
            (
                "foreach: {field: a, processor: {uppercase: {field: _ingest._value}}}",
                r#"{"a":["x","y"]}"#,
                r#"{"a":["X","Y"]}"#,
            ),
            (
                "foreach: {field: a, processor: {foreach: {field: _ingest._value.b, processor: {set: {field: _ingest._value, value: 1}}}}}",
                r#"{"a":[{"b":[0]},{"b":[2,3]}]}"#,
                r#"{"a":[{"b":[1]},{"b":[1,1]}]}"#,
            ),
            (
                "foreach: {field: a, processor: {uppercase: {field: _ingest._key}}}",
                r#"{"a":{"x":1}}"#,
                r#"{"a":{"X":1}}"#,
            ),
            ("foreach: {field: a, processor: {drop: {}}}", r#"{"a":[1]}"#, "dropped"),
            (
                "foreach: {field: a, processor: {drop: {}}}",
                r#"{"a":1}"#,
                "field [a] of type [java.lang.Integer] cannot be cast to a list or map",
            ),
            (
                "foreach: {field: a, processor: {drop: {}}}",
                r#"{"a":null}"#,
                "field [a] is null, cannot loop over its elements.",
            ),
            ("foreach: {field: a, ignore_missing: true, processor: {drop: {}}}", "{}", "{}"),
            ("foreach: {field: a, processor: {drop: {}}}", "{}", "field [a] not present as part of path [a]"),
        ]);
    }
}
