//! `remove`: takes fields out of the document, or keeps only some (`keep`).

use crate::config::ConfigError;
use crate::document::{Document, FieldPath, Object, Value, is_metadata};
use crate::ingest::{Build, Context, Failure, Field, Processor, Settings, Template};

enum Remove {
    Fields { fields: Vec<Field>, ignore_missing: bool },
    Keep(Vec<Template>),
}

/// Objects inside each other that `keep` looks into.
const KEEP_DEPTH_MAX: usize = 1_100;

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let fields = settings.opt_fields("field")?;
    let keep = settings.opt_templates("keep")?;
    let ignore_missing = settings.bool_or("ignore_missing", false)?;
    let is_given = |n: usize| n > 0;
    Ok(Box::new(match (is_given(fields.len()), is_given(keep.len())) {
        (true, true) => {
            return Err(settings.node.error("[keep] and [field] cannot both be used in the same processor"));
        }
        (false, false) => return Err(settings.node.error("[keep] or [field] must be specified")),
        (true, false) => Remove::Fields { fields, ignore_missing },
        (false, true) => Remove::Keep(keep),
    }))
}

impl Processor for Remove {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        match self {
            Remove::Fields { fields, ignore_missing } => {
                for field in fields {
                    let path = field.path(doc)?;
                    if !*ignore_missing || doc.has(&path) {
                        doc.remove(&path, *ignore_missing)?;
                    }
                }
                Ok(())
            }
            Remove::Keep(templates) => keep(doc, templates),
        }
    }
}

fn keep(doc: &Document<'_>, templates: &[Template]) -> Result<(), Failure> {
    let kept: Vec<String> = templates.iter().map(|t| t.render(doc)).collect::<Result<_, _>>()?;
    let mut fields = Vec::new();
    collect_fields(doc.root, "", &mut fields, KEEP_DEPTH_MAX);
    for field in fields {
        if is_metadata(&field) || kept.iter().any(|k| *k == field || is_below(k, &field) || is_below(&field, k)) {
            continue;
        }
        // A name with a dot is read as a path, so that a key `a.b` stays, as on the node.
        let Ok(path) = FieldPath::parse(&field) else { continue };
        if doc.has(&path) {
            doc.remove(&path, false)?;
        }
    }
    Ok(())
}

fn is_below(path: &str, parent: &str) -> bool {
    path.strip_prefix(parent).is_some_and(|rest| rest.starts_with('.'))
}

/// The paths of all members, objects before what they hold.
fn collect_fields(object: &Object<'_>, prefix: &str, fields: &mut Vec<String>, depth: usize) {
    for (key, value) in object.iter() {
        let path = format!("{prefix}{key}");
        if let (Value::Object(inner), true) = (value, depth > 0) {
            fields.push(path.clone());
            collect_fields(inner, &format!("{path}."), fields, depth - 1);
        } else {
            fields.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    #[test]
    fn removes_fields() {
        check(&[
            ("remove: {field: a}", r#"{"a":1,"b":2}"#, r#"{"b":2}"#),
            ("remove: {field: [a.b, '{{c}}']}", r#"{"a":{"b":1},"c":"d","d":2}"#, r#"{"a":{},"c":"d"}"#),
            ("remove: {field: [x, a], ignore_missing: true}", r#"{"a":1}"#, "{}"),
            ("remove: {field: x}", "{}", "field [x] not present as part of path [x]"),
            ("remove: {field: a.0}", r#"{"a":[1,2]}"#, r#"{"a":[2]}"#),
            ("remove: {field: _version}", "{}", "field [_version] not present as part of path [_version]"),
        ]);
    }

    #[test]
    fn keeps_what_it_is_told_to() {
        check(&[
            ("remove: {keep: a}", r#"{"a":{"x":1},"b":2,"ab":3}"#, r#"{"a":{"x":1}}"#),
            ("remove: {keep: [a.x, '{{c}}']}", r#"{"a":{"x":1,"y":2},"c":"b","b":3}"#, r#"{"a":{"x":1},"b":3}"#),
        ]);
    }
}
