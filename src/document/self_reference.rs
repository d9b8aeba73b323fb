//! Documents that contain themselves, which scripts can build (`ctx.a = ctx`) and nobody can write.

use super::{Object, Value};

/// Nested deeper than this a document is taken to contain itself.
const DEPTH_MAX: usize = 1_000;

/// Whether `root` is, or is held by, one of its own members.
pub(super) fn contains_itself<'a>(root: &'a Object<'a>) -> bool {
    value_contains(Value::Object(root), &mut Vec::new())
}

fn value_contains(value: Value<'_>, above: &mut Vec<usize>) -> bool {
    let address = match value {
        Value::Object(object) => std::ptr::from_ref(object).cast::<()>() as usize,
        Value::Array(array) => std::ptr::from_ref(array).cast::<()>() as usize,
        _ => return false,
    };
    if above.len() >= DEPTH_MAX || above.contains(&address) {
        return true;
    }
    above.push(address);
    let found = match value {
        Value::Object(object) => object.iter().any(|(_, member)| value_contains(member, above)),
        Value::Array(array) => array.iter().any(|item| value_contains(item, above)),
        _ => false,
    };
    above.pop();
    found
}
