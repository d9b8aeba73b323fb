//! `foreach`: runs a processor for each item of a list or member of an object, as `_ingest._value` (and `_ingest._key`).

use crate::config::{ConfigError, Node};
use crate::document::{Array, Document, End, FieldPath, Object, Value, java_order};
use crate::ingest::{Build, Context, ErrorKind, Failure, Processor, Settings, Step};

struct Foreach {
    field: FieldPath,
    /// The processor, as a list of one.
    inner: Vec<Step>,
    ignore_missing: bool,
}

pub fn compile(settings: &mut Settings<'_>, build: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let field = settings.path("field")?;
    let ignore_missing = settings.bool_or("ignore_missing", false)?;
    let node = settings.require("processor")?;
    let entries = node.as_map().ok_or_else(|| settings.wrong_type("processor", node, "map"))?;
    let [(kind, options)] = entries else {
        return Err(settings.invalid("processor", node, "Must specify exactly one processor type"));
    };
    let inner = compile_inner(&kind.text, options, build)?;
    Ok(Box::new(Foreach { field, inner: vec![inner], ignore_missing }))
}

fn compile_inner(kind: &str, options: &Node, build: &Build<'_>) -> Result<Step, ConfigError> {
    Step::compile(kind, options, build).map_err(|mut errors| {
        let first = if errors.is_empty() { options.error("no processor") } else { errors.remove(0) };
        match errors.as_slice() {
            [] => first,
            more => {
                let others: Vec<String> = more.iter().map(ToString::to_string).collect();
                first.help(format!("and in the same processor: {}", others.join("; ")))
            }
        }
    })
}

impl Processor for Foreach {
    fn execute(&self, doc: &Document<'_>, cx: &mut Context<'_>) -> Result<(), Failure> {
        let name = self.field.text();
        match doc.get_or_null(&self.field, self.ignore_missing)? {
            Value::Null if self.ignore_missing => Ok(()),
            Value::Null => {
                Err(Failure::illegal_argument(format!("field [{name}] is null, cannot loop over its elements.")))
            }
            Value::Array(items) => self.over_list(items, doc, cx),
            Value::Object(members) => self.over_object(members, doc, cx),
            other => {
                let class = other.java_class();
                let reason = format!("field [{name}] of type [{class}] cannot be cast to a list or map");
                Err(Failure::illegal_argument(reason))
            }
        }
    }

    fn children(&self) -> &[Step] {
        &self.inner
    }
}

impl Foreach {
    fn over_list<'a>(&self, items: &Array<'a>, doc: &Document<'a>, cx: &mut Context<'_>) -> Result<(), Failure> {
        let results = doc.array();
        // The list may be edited by what runs for its items: they are those from before.
        let items: Vec<Value<'a>> = items.iter().collect();
        for item in items {
            let outer = doc.ingest.insert("_value", item).unwrap_or(Value::Null);
            let outcome = self.run_inner(doc, cx);
            if doc.end() == Some(End::Dropped) {
                doc.set_end(None);
                // A document cannot be dropped from inside a list: the node stumbles over it.
                let reason = "Cannot invoke \"org.elasticsearch.ingest.IngestDocument.getIngestMetadata()\" because \"ingestDocument\" is null";
                return Err(Failure::new(ErrorKind::NullPointer, reason));
            }
            results.push(doc.ingest.insert("_value", outer).unwrap_or(Value::Null));
            outcome?;
        }
        Ok(doc.set(&self.field, Value::Array(results))?)
    }

    fn over_object<'a>(&self, members: &Object<'a>, doc: &Document<'a>, cx: &mut Context<'_>) -> Result<(), Failure> {
        let results = doc.object();
        for (key, value) in java_order(members) {
            let outer_key = doc.ingest.insert("_key", Value::Str(key)).unwrap_or(Value::Null);
            let outer_value = doc.ingest.insert("_value", value).unwrap_or(Value::Null);
            let outcome = self.run_inner(doc, cx);
            if doc.end() == Some(End::Dropped) {
                // Nor from inside an object: that only ends the loop, without a result.
                doc.set_end(None);
                doc.ingest.insert("_value", outer_value);
                doc.ingest.insert("_key", outer_key);
                return Ok(());
            }
            match doc.ingest.get("_key") {
                Some(Value::Str(key)) if !key.trim().is_empty() => {
                    let value = doc.ingest.insert("_value", outer_value).unwrap_or(Value::Null);
                    results.insert(key, value);
                }
                None | Some(Value::Null | Value::Str(_)) => {}
                Some(other) => return Err(not_a_key(other)),
            }
            doc.ingest.insert("_key", outer_key);
            outcome?;
        }
        Ok(doc.set(&self.field, Value::Object(results))?)
    }

    fn run_inner(&self, doc: &Document<'_>, cx: &mut Context<'_>) -> Result<(), Failure> {
        self.inner.iter().try_for_each(|step| step.execute_inside(doc, cx))
    }
}

fn not_a_key(value: Value<'_>) -> Failure {
    let class = value.java_class();
    let reason = format!(
        "class {class} cannot be cast to class java.lang.String ({class} and java.lang.String are in module java.base of loader 'bootstrap')"
    );
    Failure::new(ErrorKind::ClassCast, reason)
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::{check, run};

    #[test]
    fn runs_for_items_and_members() {
        check(&[
            (
                "foreach: {field: a, processor: {uppercase: {field: _ingest._value}}}",
                r#"{"a":["b","c"]}"#,
                r#"{"a":["B","C"]}"#,
            ),
            (
                "foreach: {field: a, processor: {set: {field: _ingest._key, value: '{{_ingest._key}}-{{_ingest._value}}'}}}",
                r#"{"a":{"k":"v","l":1}}"#,
                r#"{"a":{"k-v":"v","l-1":1}}"#,
            ),
            (
                "foreach: {field: a, processor: {foreach: {field: _ingest._value.b, processor: {uppercase: {field: _ingest._value}}}}}",
                r#"{"a":[{"b":["x"]},{"b":["y","z"]}]}"#,
                r#"{"a":[{"b":["X"]},{"b":["Y","Z"]}]}"#,
            ),
            ("foreach: {field: a, processor: {remove: {field: _ingest._value}}}", r#"{"a":[1]}"#, r#"{"a":[null]}"#),
            ("foreach: {field: a, processor: {remove: {field: _ingest._key}}}", r#"{"a":{"k":1}}"#, r#"{"a":{}}"#),
            (
                "foreach: {field: a, processor: {append: {field: keys, value: '{{_ingest._key}}'}}}",
                r#"{"a":{"zeta":"v","alpha":1,"b":2,"c":3}}"#,
                r#"{"a":{"zeta":"v","b":2,"c":3,"alpha":1},"keys":["zeta","b","c","alpha"]}"#,
            ),
            ("foreach: {field: a, ignore_missing: true, processor: {drop: {}}}", "{}", "{}"),
            ("foreach: {field: a, processor: {drop: {}}}", r#"{"a":{"b":1,"c":2}}"#, r#"{"a":{"b":1,"c":2}}"#),
            (
                "foreach: {field: a, processor: {drop: {}}}",
                r#"{"a":[1]}"#,
                "Cannot invoke \"org.elasticsearch.ingest.IngestDocument.getIngestMetadata()\" because \"ingestDocument\" is null",
            ),
        ]);
    }

    #[test]
    fn failures_are_the_foreachs_own() {
        let inner = "processors: [{foreach: {field: a, tag: f, processor: {fail: {message: m, tag: inner}}}}]\n";
        let handler = "on_failure: [{set: {field: e, value: '{{_ingest.on_failure_processor_type}} {{_ingest.on_failure_processor_tag}}'}}]";
        assert_eq!(run(&format!("{inner}{handler}"), r#"{"a":[1]}"#), r#"{"a":[1],"e":"foreach f"}"#);
        check(&[
            (
                "foreach: {field: a, processor: {uppercase: {field: _ingest._value}}}",
                r#"{"a":"x"}"#,
                "field [a] of type [java.lang.String] cannot be cast to a list or map",
            ),
            (
                "foreach: {field: a, processor: {uppercase: {field: _ingest._value}}}",
                r#"{"a":null}"#,
                "field [a] is null, cannot loop over its elements.",
            ),
            (
                "foreach: {field: a, processor: {uppercase: {field: _ingest._value, on_failure: [{set: {field: _ingest._value, value: e}}]}}}",
                r#"{"a":["x",1]}"#,
                r#"{"a":["X","e"]}"#,
            ),
        ]);
    }
}
