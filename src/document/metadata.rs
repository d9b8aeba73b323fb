//! What may be written to a document's metadata fields, in Elasticsearch's words.

use super::path::PathError;
use super::{Value, is_metadata};

/// Whether `_source`'s neighbour `key` may become `value`. Other keys always may.
pub fn check_update(key: &str, value: Value<'_>) -> Result<(), PathError> {
    if !is_metadata(key) {
        return Ok(());
    }
    match (key, value) {
        ("_type", _) => Err(PathError::new("_type cannot be updated")),
        ("_version", Value::Null) => Err(PathError::new("_version cannot be null")),
        (_, Value::Null) => Ok(()),
        ("_version" | "_if_seq_no" | "_if_primary_term", _) => check_long(key, value),
        ("_dynamic_templates", Value::Object(_)) => Ok(()),
        ("_dynamic_templates", _) => Err(wrong_type(key, value, "java.util.Map")),
        ("_version_type", Value::Str("internal" | "external" | "external_gte")) => Ok(()),
        ("_version_type", Value::Str(other)) => Err(PathError::new(format!(
            "_version_type must be a null or one of [internal, external, external_gte] but was [{other}] \
             with type [java.lang.String]"
        ))),
        (_, Value::Str(_)) => Ok(()),
        _ => Err(wrong_type(key, value, "java.lang.String")),
    }
}

/// Whether `key`, which is there, may be removed.
pub fn check_removal(key: &str) -> Result<(), PathError> {
    match key {
        "_version" | "_type" => Err(PathError::new(format!("{key} cannot be removed"))),
        _ => Ok(()),
    }
}

fn check_long(key: &str, value: Value<'_>) -> Result<(), PathError> {
    let is_whole = match value {
        Value::Int(_) | Value::Long(_) => true,
        Value::Float(f) => f.fract() == 0.0 && f.abs() <= i64::MAX as f32,
        Value::Double(d) => d.fract() == 0.0 && d.abs() <= i64::MAX as f64,
        Value::BigInteger(_) => false,
        _ => return Err(wrong_type(key, value, "java.lang.Number")),
    };
    if is_whole {
        return Ok(());
    }
    Err(PathError::new(format!(
        "{key} may only be set to an int or a long but was [{}] with type [{}]",
        value.to_java_string(),
        value.java_class()
    )))
}

fn wrong_type(key: &str, value: Value<'_>, wanted: &str) -> PathError {
    PathError::new(format!(
        "{key} [{}] is wrong type, expected assignable to [{wanted}], not [{}]",
        value.to_java_string(),
        value.java_class()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a node (8.19) answers to `set`.
    #[test]
    fn updates_are_checked_as_on_the_node() {
        for (key, value, expected) in [
            ("_index", Value::Str(""), ""),
            ("_id", Value::Null, ""),
            (
                "_index",
                Value::Int(1),
                "_index [1] is wrong type, expected assignable to [java.lang.String], not [java.lang.Integer]",
            ),
            ("_version", Value::Double(5.0), ""),
            (
                "_version",
                Value::Float(1e20),
                "_version may only be set to an int or a long but was [1.0E20] with type [java.lang.Float]",
            ),
            (
                "_version",
                Value::Double(5.5),
                "_version may only be set to an int or a long but was [5.5] with type [java.lang.Double]",
            ),
            (
                "_version",
                Value::Str("x"),
                "_version [x] is wrong type, expected assignable to [java.lang.Number], not [java.lang.String]",
            ),
            ("_version", Value::Null, "_version cannot be null"),
            (
                "_version_type",
                Value::Str("x"),
                "_version_type must be a null or one of [internal, external, external_gte] but was [x] with type [java.lang.String]",
            ),
            ("_type", Value::Str("x"), "_type cannot be updated"),
            ("_op_type", Value::Int(1), ""),
            ("message", Value::Int(1), ""),
        ] {
            let got = check_update(key, value).err().map(|e| e.reason).unwrap_or_default();
            assert_eq!(got, expected, "{key} {value:?}");
        }
        assert!(check_removal("_version").is_err());
        assert!(check_removal("_id").is_ok());
    }
}
