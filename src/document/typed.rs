//! Reading a field in the type that a processor wants (`IngestDocument.getFieldValue`).

use super::{Document, FieldPath, PathError, Value};

impl<'a> Document<'a> {
    /// The value at `path`; null where there is none and `ignore_missing` says that this is well.
    pub fn get_or_null(&self, path: &FieldPath, ignore_missing: bool) -> Result<Value<'a>, PathError> {
        if ignore_missing { Ok(self.find(path).unwrap_or(Value::Null)) } else { self.get(path) }
    }

    /// The string at `path`, None for null; any other type is an error.
    pub fn get_str(&self, path: &FieldPath, ignore_missing: bool) -> Result<Option<&'a str>, PathError> {
        match self.get_or_null(path, ignore_missing)? {
            Value::Null => Ok(None),
            Value::Str(text) => Ok(Some(text)),
            other => Err(cannot_cast(path, other, "java.lang.String")),
        }
    }
}

/// The error of a field whose value has another class than the processor wants.
pub fn cannot_cast(path: &FieldPath, value: Value<'_>, class: &str) -> PathError {
    let (field, found) = (path.text(), value.java_class());
    PathError(format!("field [{field}] of type [{found}] cannot be cast to [{class}]"))
}
