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
    PathError::new(format!("field [{field}] of type [{found}] cannot be cast to [{class}]"))
}

impl Value<'_> {
    /// A number as Java's `Number.intValue()` gives it: truncated, wrapped round, or (for fractions) cut to the range.
    pub fn to_java_int(self) -> Option<i32> {
        Some(match self {
            Value::Int(n) => n,
            Value::Long(n) => n as i32,
            Value::Float(n) => n as i32,
            Value::Double(n) => n as i32,
            Value::BigInteger(digits) => {
                let magnitude = digits
                    .bytes()
                    .filter(u8::is_ascii_digit)
                    .fold(0_i32, |n, digit| n.wrapping_mul(10).wrapping_add(i32::from(digit - b'0')));
                if digits.starts_with('-') { magnitude.wrapping_neg() } else { magnitude }
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn int_value_of_every_number() {
        for (value, expected) in [
            (Value::Int(-1), Some(-1)),
            (Value::Long(4_294_967_297), Some(1)),
            (Value::Double(1e300), Some(i32::MAX)),
            (Value::Double(-1.9), Some(-1)),
            (Value::BigInteger("-18446744073709551617"), Some(-1)),
            (Value::Str("1"), None),
        ] {
            assert_eq!(value.to_java_int(), expected, "{value:?}");
        }
    }
}
