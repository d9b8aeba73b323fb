//! `dot_expander`: makes objects of keys that hold dots (`{"a.b": 1}` becomes `{"a": {"b": 1}}`).

use crate::config::ConfigError;
use crate::document::{Document, FieldPath, Object, Value};
use crate::ingest::{Build, Context, Failure, Processor, Settings};

struct DotExpander {
    /// `None`: every key with a dot.
    field: Option<String>,
    /// The object whose keys are expanded; `None`: the document itself.
    path: Option<FieldPath>,
    overrides: bool,
}

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let field = settings.string("field")?;
    let at = settings.node.get("field").unwrap_or(settings.node);
    if field != "*" {
        if !field.contains('.') {
            return Err(settings.invalid("field", at, "field does not contain a dot and is not a wildcard"));
        }
        if field.starts_with('.') || field.ends_with('.') {
            return Err(settings.invalid("field", at, "Field can't start or end with a dot"));
        }
        if field.contains("..") {
            return Err(settings.invalid("field", at, "No space between dots"));
        }
    }
    Ok(Box::new(DotExpander {
        field: (field != "*").then(|| field.to_owned()),
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
                other => {
                    let (path, class) = (path.text(), other.java_class());
                    let reason = format!("field [{path}] of type [{class}] cannot be cast to [java.util.Map]");
                    return Err(Failure::illegal_argument(reason));
                }
            },
        };
        match &self.field {
            Some(field) => self.expand(doc, object, field),
            None => {
                let keys: Vec<&str> = object.keys().filter(|key| key.find('.').is_some_and(|at| at > 0)).collect();
                keys.into_iter().try_for_each(|key| self.expand(doc, object, key))
            }
        }
    }
}

impl DotExpander {
    fn expand<'a>(&self, doc: &Document<'a>, object: &Object<'a>, key: &str) -> Result<(), Failure> {
        if !object.contains_key(key) {
            return Ok(());
        }
        let full = self.path.as_ref().map_or_else(|| key.to_owned(), |path| format!("{}.{key}", path.text()));
        let path = FieldPath::parse(&full)?;
        if doc.has(&path) {
            let value = object.remove(key).unwrap_or(Value::Null);
            if self.overrides {
                return Ok(doc.set(&path, value)?);
            }
            let values: Vec<Value<'a>> = match value {
                Value::Array(items) => items.iter().collect(),
                value => vec![value],
            };
            return Ok(doc.append(&path, &values, true)?);
        }
        // A value where an object would have to be is refused before anything is moved.
        for (at, _) in full.match_indices('.') {
            let parent = full.get(..at).unwrap_or_default();
            match FieldPath::parse(parent).ok().and_then(|p| doc.find(&p)) {
                None => break,
                Some(Value::Object(_)) => {}
                Some(_) => {
                    let reason =
                        format!("cannot expand [{full}], because [{parent}] is not an object field, but a value field");
                    return Err(Failure::illegal_argument(reason));
                }
            }
        }
        let value = object.remove(key).unwrap_or(Value::Null);
        Ok(doc.set(&path, value)?)
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    #[test]
    fn expands_one_or_all() {
        check(&[
            ("dot_expander: {field: a.b}", r#"{"a.b":1}"#, r#"{"a":{"b":1}}"#),
            ("dot_expander: {field: a.b}", r#"{"a.b":1,"a":{"b":2}}"#, r#"{"a":{"b":[2,1]}}"#),
            ("dot_expander: {field: a.b, override: true}", r#"{"a.b":1,"a":{"b":2}}"#, r#"{"a":{"b":1}}"#),
            ("dot_expander: {field: '*'}", r#"{"a.b":1,"c.d.e":2,"f":3}"#, r#"{"f":3,"a":{"b":1},"c":{"d":{"e":2}}}"#),
            ("dot_expander: {field: b.c, path: a}", r#"{"a":{"b.c":1}}"#, r#"{"a":{"b":{"c":1}}}"#),
            (
                "dot_expander: {field: a.b}",
                r#"{"a.b":1,"a":2}"#,
                "cannot expand [a.b], because [a] is not an object field, but a value field",
            ),
        ]);
    }
}
