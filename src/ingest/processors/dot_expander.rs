//! `dot_expander`: a key with dots (`"a.b": 1`) to objects (`"a": {"b": 1}`).

use crate::config::ConfigError;
use crate::document::{Document, FieldPath, Object, Value, cannot_cast, is_metadata, java_order};
use crate::ingest::{Build, Context, ErrorKind, Failure, Processor, Settings};

struct DotExpander {
    /// The key, or none for all keys with dots (`*`).
    field: Option<Box<str>>,
    path: Option<FieldPath>,
    overrides: bool,
}

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let field = settings.string("field")?;
    let at = settings.node.get("field").unwrap_or(settings.node);
    let refused = |reason: &str| Err(settings.invalid("field", at, reason));
    if !field.contains('.') && field != "*" {
        return refused("field does not contain a dot and is not a wildcard");
    }
    if field.starts_with('.') || field.ends_with('.') {
        return refused("Field can't start or end with a dot");
    }
    if field.contains("..") {
        return refused("No space between dots");
    }
    Ok(Box::new(DotExpander {
        field: (field != "*").then(|| field.into()),
        path: settings.opt_path("path")?,
        overrides: settings.bool_or("override", false)?,
    }))
}

impl Processor for DotExpander {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        let object = match &self.path {
            None => doc.root,
            Some(path) => match doc.get(path)? {
                Value::Object(object) => object,
                Value::Null => {
                    let method = if self.field.is_some() { "containsKey(Object)" } else { "keySet()" };
                    let reason = format!("Cannot invoke \"java.util.Map.{method}\" because \"map\" is null");
                    return Err(Failure::new(ErrorKind::NullPointer, reason));
                }
                other => return Err(cannot_cast(path, other, "java.util.Map").into()),
            },
        };
        let Some(field) = &self.field else {
            let members = if self.path.is_none() { doc.java_members() } else { java_order(object) };
            let has_dot = |key: &&str| key.find('.').is_some_and(|at| at > 0) && !is_metadata(key);
            let keys: Vec<&str> = members.into_iter().map(|(key, _)| key).filter(has_dot).collect();
            return keys.into_iter().try_for_each(|key| self.expand(doc, object, key));
        };
        self.expand(doc, object, field)
    }
}

impl DotExpander {
    fn expand<'a>(&self, doc: &Document<'a>, object: &Object<'a>, key: &str) -> Result<(), Failure> {
        let Some(value) = object.get(key) else { return Ok(()) };
        let text = match &self.path {
            Some(path) => format!("{}.{key}", path.text()),
            None => key.to_owned(),
        };
        let path = FieldPath::parse(&text)?;
        if doc.has(&path) {
            object.remove(key);
            if self.overrides {
                return Ok(doc.set(&path, value)?);
            }
            let values: Vec<Value<'a>> = match value {
                Value::Array(items) => items.iter().collect(),
                other => vec![other],
            };
            return Ok(doc.append(&path, &values, true)?);
        }
        // What is on the way must be objects, as far as there is something.
        for (at, _) in text.match_indices('.') {
            let parent = text.get(..at).unwrap_or_default();
            match doc.find(&FieldPath::parse(parent)?) {
                None => break,
                Some(Value::Object(_)) => {}
                Some(_) => {
                    return Err(Failure::illegal_argument(format!(
                        "cannot expand [{text}], because [{parent}] is not an object field, but a value field"
                    )));
                }
            }
        }
        object.remove(key);
        Ok(doc.set(&path, value)?)
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    #[test]
    fn makes_objects_of_dots() {
        check(&[
            ("dot_expander: {field: a.b}", r#"{"a.b":1,"a":{"c":2}}"#, r#"{"a":{"c":2,"b":1}}"#),
            ("dot_expander: {field: a.b}", r#"{"a.b":1,"a":{"b":2}}"#, r#"{"a":{"b":[2,1]}}"#),
            ("dot_expander: {field: a.b, override: true}", r#"{"a.b":1,"a":{"b":2}}"#, r#"{"a":{"b":1}}"#),
            ("dot_expander: {field: b.c, path: a}", r#"{"a":{"b.c":1}}"#, r#"{"a":{"b":{"c":1}}}"#),
            (
                "dot_expander: {field: '*'}",
                r#"{"a.b":1,"c.d.e":2,".y":3,"m":{"n.o":4}}"#,
                r#"{".y":3,"m":{"n.o":4},"a":{"b":1},"c":{"d":{"e":2}}}"#,
            ),
            ("dot_expander: {field: a.b}", "{}", "{}"),
        ]);
    }

    #[test]
    fn values_in_the_way_are_named() {
        check(&[
            (
                "dot_expander: {field: a.b}",
                r#"{"a.b":1,"a":5}"#,
                "cannot expand [a.b], because [a] is not an object field, but a value field",
            ),
            ("dot_expander: {field: a.b, ignore_failure: true}", r#"{"a.b":1,"a":5}"#, r#"{"a.b":1,"a":5}"#),
            (
                "dot_expander: {field: '*', path: m}",
                r#"{"m":1}"#,
                "field [m] of type [java.lang.Integer] cannot be cast to [java.util.Map]",
            ),
            (
                "dot_expander: {field: '*', path: m}",
                r#"{"m":null}"#,
                "Cannot invoke \"java.util.Map.keySet()\" because \"map\" is null",
            ),
        ]);
    }
}
