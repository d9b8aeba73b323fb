//! `sort`: a list in the order of its items.

use crate::config::ConfigError;
use crate::document::{Document, FieldPath, Value, cannot_cast};
use crate::ingest::{Build, Context, ErrorKind, Failure, Processor, Settings};
use std::cmp::Ordering;

struct Sort {
    field: FieldPath,
    target: Option<FieldPath>,
    descending: bool,
}

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let field = settings.path("field")?;
    let target = settings.opt_path("target_field")?;
    let descending = match settings.opt_string("order")? {
        None | Some("asc") => false,
        Some("desc") => true,
        Some(other) => {
            let at = settings.node.get("order").unwrap_or(settings.node);
            let reason = format!("Sort direction [{other}] not recognized. Valid values are: [asc, desc]");
            return Err(settings.invalid("order", at, reason));
        }
    };
    Ok(Box::new(Sort { field, target, descending }))
}

impl Processor for Sort {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        let list = match doc.get(&self.field)? {
            Value::Array(items) => items,
            Value::Null => {
                let reason = format!("field [{}] is null, cannot sort.", self.field.text());
                return Err(Failure::illegal_argument(reason));
            }
            other => return Err(cannot_cast(&self.field, other, "java.util.List").into()),
        };
        let mut items: Vec<Value<'_>> = list.iter().collect();
        if are_comparable(&items) {
            items.sort_by(|a, b| {
                let order = compare(*a, *b).unwrap_or(Ordering::Equal);
                if self.descending { order.reverse() } else { order }
            });
        } else {
            insertion_sort(&mut items, self.descending)?;
        }
        let sorted = doc.array();
        items.into_iter().for_each(|item| sorted.push(item));
        Ok(doc.set(self.target.as_ref().unwrap_or(&self.field), Value::Array(sorted))?)
    }
}

/// Whether all items are of one type that has an order. A list of one is never compared.
fn are_comparable(items: &[Value<'_>]) -> bool {
    let Some(first) = items.first() else { return true };
    items.len() == 1 || items.iter().all(|item| compare(*first, *item).is_some())
}

/// Java's `compareTo` of two values of the same type.
fn compare(a: Value<'_>, b: Value<'_>) -> Option<Ordering> {
    Some(match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a.cmp(&b),
        (Value::Int(a), Value::Int(b)) => a.cmp(&b),
        (Value::Long(a), Value::Long(b)) => a.cmp(&b),
        (Value::Float(a), Value::Float(b)) => java_total_order(f64::from(a), f64::from(b)),
        (Value::Double(a), Value::Double(b)) => java_total_order(a, b),
        (Value::Str(a), Value::Str(b)) if a.is_ascii() && b.is_ascii() => a.cmp(b),
        // By UTF-16 units.
        (Value::Str(a), Value::Str(b)) => a.encode_utf16().cmp(b.encode_utf16()),
        (Value::BigInteger(a), Value::BigInteger(b)) => compare_digits(a, b),
        (Value::Timestamp(a), Value::Timestamp(b)) => a.cmp(b),
        _ => return None,
    })
}

/// `Double.compare`: -0.0 before 0.0, NaN last.
fn java_total_order(a: f64, b: f64) -> Ordering {
    match (a.is_nan(), b.is_nan()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        _ => a.total_cmp(&b),
    }
}

fn compare_digits(a: &str, b: &str) -> Ordering {
    let by_size = |a: &str, b: &str| a.len().cmp(&b.len()).then_with(|| a.cmp(b));
    match (a.strip_prefix('-'), b.strip_prefix('-')) {
        (Some(a), Some(b)) => by_size(b, a),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => by_size(a, b),
    }
}

/// Sorts as Java sorts a short list: find the run at the start, then insert the others by halving. It compares items that cannot be
/// compared in the order in which Java does, so that the failure is the same.
fn insertion_sort<'a>(items: &mut [Value<'a>], descending: bool) -> Result<(), Failure> {
    let mut run = 2;
    let at = |items: &[Value<'a>], i: usize| items.get(i).copied().unwrap_or(Value::Null);
    let falls = java_compare(at(items, 1), at(items, 0), descending, "a[runHi]")? == Ordering::Less;
    while run < items.len() {
        let order = java_compare(at(items, run), at(items, run - 1), descending, "a[runHi]")?;
        if (order == Ordering::Less) != falls {
            break;
        }
        run += 1;
    }
    if falls {
        items.get_mut(..run).unwrap_or_default().reverse();
    }
    for start in run..items.len() {
        let pivot = at(items, start);
        let (mut left, mut right) = (0, start);
        while left < right {
            let middle = (left + right) / 2;
            if java_compare(pivot, at(items, middle), descending, "pivot")? == Ordering::Less {
                right = middle;
            } else {
                left = middle + 1;
            }
        }
        items.get_mut(left..=start).unwrap_or_default().rotate_right(1);
    }
    Ok(())
}

/// `left.compareTo(right)`, or the other way round for a descending order; `name` is what Java's code calls `left`.
fn java_compare<'a>(left: Value<'a>, right: Value<'a>, descending: bool, name: &str) -> Result<Ordering, Failure> {
    let (receiver, argument, name) = if descending { (right, left, "c2") } else { (left, right, name) };
    if let Some(order) = compare(receiver, argument) {
        return Ok(order);
    }
    let comparable =
        |value: Value<'_>| !matches!(value, Value::Array(_) | Value::Object(_) | Value::Bytes(_) | Value::Script(_));
    let casts: &[Value<'_>] = if descending { &[left, right] } else { &[left] };
    if let Some(value) = casts.iter().find(|value| !comparable(**value)) {
        return Err(class_cast(value.java_class(), "java.lang.Comparable"));
    }
    match (receiver, argument) {
        (Value::Null, _) => {
            let reason = format!("Cannot invoke \"java.lang.Comparable.compareTo(Object)\" because \"{name}\" is null");
            Err(Failure::new(ErrorKind::NullPointer, reason))
        }
        (_, Value::Null) => Err(Failure::new(ErrorKind::NullPointer, null_argument(receiver))),
        _ => Err(class_cast(argument.java_class(), receiver.java_class())),
    }
}

/// What Java says when `compareTo` of this type is given null.
fn null_argument(receiver: Value<'_>) -> String {
    let name = match receiver {
        Value::Bool(_) => "b",
        Value::Int(_) => "anotherInteger",
        Value::Long(_) => "anotherLong",
        Value::Float(_) => "anotherFloat",
        Value::Double(_) => "anotherDouble",
        Value::Str(_) => "anotherString",
        _ => "val",
    };
    format!("Cannot read field \"value\" because \"{name}\" is null")
}

fn class_cast(from: &str, to: &str) -> Failure {
    let reason = format!(
        "class {from} cannot be cast to class {to} ({from} and {to} are in module java.base of loader 'bootstrap')"
    );
    Failure::new(ErrorKind::ClassCast, reason)
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::check;

    #[test]
    fn sorts_lists() {
        check(&[
            ("sort: {field: a}", r#"{"a":[3,1,2]}"#, r#"{"a":[1,2,3]}"#),
            (
                "sort: {field: a, order: desc, target_field: b}",
                r#"{"a":["b","C","ä"]}"#,
                r#"{"a":["b","C","ä"],"b":["ä","b","C"]}"#,
            ),
            // U+FF5E comes after the surrogates that U+1F600 is made of.
            ("sort: {field: a}", "{\"a\":[\"\u{ff5e}\",\"😀\"]}", "{\"a\":[\"😀\",\"\u{ff5e}\"]}"),
            ("sort: {field: a}", r#"{"a":[0.0,-0.0,1e300]}"#, r#"{"a":[-0.0,0.0,1.0E300]}"#),
            ("sort: {field: a}", r#"{"a":[{"b":1}]}"#, r#"{"a":[{"b":1}]}"#),
            (
                "sort: {field: a}",
                r#"{"a":[99999999999999999999,-99999999999999999999]}"#,
                r#"{"a":[-99999999999999999999,99999999999999999999]}"#,
            ),
        ]);
    }

    #[test]
    fn what_has_no_order_fails_as_in_java() {
        let cast = |a: &str, b: &str| {
            format!("class {a} cannot be cast to class {b} ({a} and {b} are in module java.base of loader 'bootstrap')")
        };
        for (order, list, expected) in [
            ("asc", r#"[1,"a"]"#, cast("java.lang.Integer", "java.lang.String")),
            ("desc", r#"[1,"a"]"#, cast("java.lang.String", "java.lang.Integer")),
            ("asc", "[[1],[2]]", cast("java.util.ArrayList", "java.lang.Comparable")),
            (
                "asc",
                "[1,null]",
                "Cannot invoke \"java.lang.Comparable.compareTo(Object)\" because \"a[runHi]\" is null".into(),
            ),
            ("desc", "[1,null]", "Cannot read field \"value\" because \"anotherInteger\" is null".into()),
        ] {
            let processor = format!("sort: {{field: a, order: {order}}}");
            check(&[(&processor, &format!(r#"{{"a":{list}}}"#), &expected)]);
        }
        check(&[("sort: {field: a}", r#"{"a":null}"#, "field [a] is null, cannot sort.")]);
    }
}
