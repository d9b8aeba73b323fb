//! Where two JSON values differ, field by field, for people and tests to read.

use serde_json::{Map, Value};

/// Objects inside each other that are compared member by member; deeper ones as a whole.
const DEPTH_MAX: usize = 128;

/// A field that differs. None: it is not there.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// `a.b`; empty for the whole.
    pub path: String,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

/// Every field that differs. The order of an object's members does not count; lists are compared as a whole.
pub fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(String::new(), Some(before), Some(after), 0, &mut found);
    found
}

fn compare(path: String, before: Option<&Value>, after: Option<&Value>, depth: usize, out: &mut Vec<Difference>) {
    match (before, after) {
        (Some(Value::Object(before)), Some(Value::Object(after))) if depth < DEPTH_MAX => {
            for key in before.keys().chain(after.keys().filter(|key| !before.contains_key(*key))) {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                compare(path, before.get(key), after.get(key), depth + 1, out);
            }
        }
        (Some(before), Some(after)) if same(before, after) => {}
        (before, after) => out.push(Difference { path, before: before.cloned(), after: after.cloned() }),
    }
}

/// Whether two values are the same JSON: the order of members does not count, nor how a number is written (`1`, `1.0`).
pub fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => match (a.as_i64(), b.as_i64()) {
            (Some(a), Some(b)) => a == b,
            _ => a == b || a.as_f64() == b.as_f64(),
        },
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        (a, b) => a == b,
    }
}

/// Appends `{"path": {"before": …, "after": …}}`.
pub(super) fn write(differences: &[Difference], out: &mut Vec<u8>) {
    let mut changes = Map::new();
    for Difference { path, before, after } in differences {
        let sides = [("before", before), ("after", after)];
        let sides = sides.into_iter().filter_map(|(key, side)| Some((key.to_owned(), side.clone()?)));
        changes.insert(path.clone(), Value::Object(sides.collect()));
    }
    out.extend_from_slice(Value::Object(changes).to_string().as_bytes());
}
