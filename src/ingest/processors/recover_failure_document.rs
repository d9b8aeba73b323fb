//! `recover_failure_document`: the document that was meant, out of one from a failure store.

use crate::config::ConfigError;
use crate::document::{Document, Object, Value, check_update, is_metadata};
use crate::ingest::{Build, Context, ErrorKind, Failure, Processor, Settings};

struct RecoverFailureDocument;

pub fn compile(_: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    Ok(Box::new(RecoverFailureDocument))
}

impl Processor for RecoverFailureDocument {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        let missing = |field: &str| {
            let reason = format!("failure store document has unexpected structure, missing required [{field}] field");
            Err(Failure::illegal_argument(reason))
        };
        let Some(failed) = doc.root.get("document") else { return missing("document") };
        let Some((failed, source)) = failed.as_object().and_then(|o| Some((o, o.get("source")?))) else {
            return missing("document.source");
        };
        if !doc.root.contains_key("error") {
            return missing("error");
        }
        doc.ingest.insert("pre_recovery", Value::Object(before(doc, failed)));
        for (key, metadata) in [("index", "_index"), ("routing", "_routing"), ("id", "_id")] {
            match failed.get(key) {
                None | Some(Value::Null) => {}
                Some(Value::Str(text)) => {
                    doc.root.insert(metadata, Value::Str(text));
                }
                Some(other) => return Err(class_cast(other, "java.lang.String")),
            }
        }
        let source = match source {
            Value::Object(source) => source,
            Value::Null => {
                let reason = "Cannot invoke \"java.util.Map.size()\" because \"m\" is null";
                return Err(Failure::new(ErrorKind::NullPointer, reason));
            }
            other => return Err(class_cast(other, "java.util.Map")),
        };
        doc.root.retain(|key, _| is_metadata(key));
        for (key, value) in source.iter() {
            check_update(key, value)?;
            doc.root.insert(key, value);
        }
        Ok(())
    }
}

/// What the document was, without the source that takes its place.
fn before<'a>(doc: &Document<'a>, failed: &Object<'a>) -> &'a Object<'a> {
    let whole = doc.object();
    for (key, value) in doc.root.iter() {
        whole.insert(key, value);
    }
    let without_source = doc.object();
    for (key, value) in failed.iter().filter(|(key, _)| *key != "source") {
        without_source.insert(key, value);
    }
    whole.insert("document", Value::Object(without_source));
    whole
}

fn class_cast(value: Value<'_>, to: &str) -> Failure {
    let class = value.java_class();
    let reason = format!(
        "class {class} cannot be cast to class {to} ({class} and {to} are in module java.base of loader 'bootstrap')"
    );
    Failure::new(ErrorKind::ClassCast, reason)
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    /// What a node (9.4) answered.
    #[test]
    fn takes_the_document_out() {
        let missing = "failure store document has unexpected structure, missing required";
        check(&[
            (
                "recover_failure_document: {}",
                r#"{"document":{"source":{"a":1},"index":"i","id":"q"},"error":{"x":1},"@timestamp":"t"}"#,
                r#"{"a":1}"#,
            ),
            ("recover_failure_document: {}", "{}", &format!("{missing} [document] field")),
            ("recover_failure_document: {}", r#"{"document":{}}"#, &format!("{missing} [document.source] field")),
            ("recover_failure_document: {}", r#"{"document":{"source":{}}}"#, &format!("{missing} [error] field")),
            (
                "recover_failure_document: {}",
                r#"{"document":{"source":null},"error":1}"#,
                "Cannot invoke \"java.util.Map.size()\" because \"m\" is null",
            ),
        ]);
    }
}
