//! `equals`, `hashCode` and `compareTo`, as Java's classes define them.

use super::api::ClassId;
use super::api::time::time_at;
use super::keys;
use super::object::{Kind, MapRef, Obj, Order, View};
use super::ops::with_big_integer;
use super::run::Run;
use super::thrown::Thrown;
use super::value::{Number, Val};
use crate::document::{Array, Object};
use std::cmp::Ordering;

/// `a.equals(b)`, `null` equal to `null` only.
pub fn equals<'a>(run: &mut Run<'_, 'a>, a: Val<'a>, b: Val<'a>) -> Result<bool, Thrown> {
    Ok(match (a, b) {
        (Val::Null, Val::Null) => true,
        (Val::Bool(a), Val::Bool(b)) => a == b,
        (Val::Byte(a), Val::Byte(b)) => a == b,
        (Val::Short(a), Val::Short(b)) => a == b,
        (Val::Char(a), Val::Char(b)) => a == b,
        (Val::Int(a), Val::Int(b)) => a == b,
        (Val::Long(a), Val::Long(b)) => a == b,
        // Java's boxes compare bits: NaN equals NaN, 0.0 is not -0.0.
        (Val::Float(a), Val::Float(b)) => a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan(),
        (Val::Double(a), Val::Double(b)) => a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan(),
        (Val::Str(a), Val::Str(b)) => a == b,
        (Val::List(x), _) if run.is_frozen(x) => a.is_same(b),
        (Val::Map(x), _) if run.is_frozen(x) => a.is_same(b),
        (Val::List(_) | Val::Map(_) | Val::Obj(_), Val::List(_) | Val::Map(_) | Val::Obj(_)) => {
            a.is_same(b) || objects_equal(run, a, b)?
        }
        _ => false,
    })
}

fn objects_equal<'a>(run: &mut Run<'_, 'a>, a: Val<'a>, b: Val<'a>) -> Result<bool, Thrown> {
    run.check_stack()?;
    if let (Some(a), Some(b)) = (a.as_list(), b.as_list()) {
        return lists_equal(run, a, b);
    }
    if let (Some(a), Some(b)) = (a.as_map(), b.as_map()) {
        return maps_equal(run, a.object, b.object);
    }
    let (left, right) = (a, b);
    let (Val::Obj(Obj { kind: a, .. }), Val::Obj(Obj { kind: b, .. })) = (a, b) else { return Ok(false) };
    match (a, b) {
        (Kind::Entry(a), Kind::Entry(b)) => {
            Ok(equals(run, a.key, b.key)? && equals(run, a.value.get(), b.value.get())?)
        }
        (Kind::BigInteger(a), Kind::BigInteger(b)) => Ok(a == b),
        (Kind::Timestamp(a), Kind::Timestamp(b)) => Ok(a == b),
        (Kind::Optional { of: a, value: Some(x) }, Kind::Optional { of: b, value: Some(y) }) => {
            Ok(a == b && equals(run, *x, *y)?)
        }
        (Kind::Uuid(a), Kind::Uuid(b)) => Ok(a == b),
        (Kind::Optional { of: a, value: None }, Kind::Optional { of: b, value: None }) => Ok(a == b),
        (Kind::Time(_) | Kind::Timestamp(_), Kind::Time(_) | Kind::Timestamp(_)) => times_equal(left, right),
        _ => match (as_set(a), as_set(b)) {
            (Some(a), Some(b)) => sets_equal(run, a, b),
            _ => Ok(false),
        },
    }
}

fn times_equal<'a>(a: Val<'a>, b: Val<'a>) -> Result<bool, Thrown> {
    Ok(time_at(&[a], 0)?.equals(time_at(&[b], 0)?))
}

/// A set, or what Java also treats as one: the keys of a map.
fn as_set<'a>(kind: &Kind<'a>) -> Option<MapRef<'a>> {
    match kind {
        Kind::Set(set) => Some(*set),
        Kind::MapView { view: View::Keys, map } => Some(*map),
        _ => None,
    }
}

fn lists_equal<'a>(run: &mut Run<'_, 'a>, a: &'a Array<'a>, b: &'a Array<'a>) -> Result<bool, Thrown> {
    if a.len() != b.len() {
        return Ok(false);
    }
    for (x, y) in a.iter().zip(b.iter()) {
        let (x, y) = (run.val(x), run.val(y));
        if !equals(run, x, y)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn maps_equal<'a>(run: &mut Run<'_, 'a>, a: &'a Object<'a>, b: &'a Object<'a>) -> Result<bool, Thrown> {
    if a.len() != b.len() {
        return Ok(false);
    }
    for (key, x) in a.iter() {
        let key = keys::decode(run, key);
        let x = run.val(x);
        match run.map_get(b, key)? {
            Some(y) if equals(run, x, y)? => {}
            _ => return Ok(false),
        }
    }
    Ok(true)
}

fn sets_equal<'a>(run: &mut Run<'_, 'a>, a: MapRef<'a>, b: MapRef<'a>) -> Result<bool, Thrown> {
    if a.object.len() != b.object.len() {
        return Ok(false);
    }
    for key in a.object.keys() {
        let key = keys::decode(run, key);
        if !run.map_contains(b.object, key)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// `==` of the language: numbers by value whatever their class, everything else by `equals`.
pub fn loosely_equal<'a>(run: &mut Run<'_, 'a>, a: Val<'a>, b: Val<'a>) -> Result<bool, Thrown> {
    match (a, b) {
        (Val::Str(a), Val::Str(b)) => Ok(a == b),
        (Val::Int(a), Val::Int(b)) => Ok(a == b),
        _ => match (a.number(), b.number()) {
            (Some(a), Some(b)) => Ok(compare_numbers(a, b) == Some(Ordering::Equal)),
            (None, None) => equals(run, a, b),
            _ => match with_big_integer(a, b) {
                Some((a, b)) => Ok(compare_numbers(a, b) == Some(Ordering::Equal)),
                None => equals(run, a, b),
            },
        },
    }
}

/// Compares as Java's operators do, in the wider of the two types. `None` where one is NaN.
pub fn compare_numbers(a: Number, b: Number) -> Option<Ordering> {
    use Number::*;
    match (a, b) {
        (Int(a), Int(b)) => Some(a.cmp(&b)),
        (Double(_), _) | (_, Double(_)) => a.to_f64().partial_cmp(&b.to_f64()),
        (Float(_), _) | (_, Float(_)) => a.to_f32().partial_cmp(&b.to_f32()),
        _ => Some(a.to_i64().cmp(&b.to_i64())),
    }
}

/// `String.hashCode`.
pub fn string_hash(text: &str) -> i32 {
    if text.is_ascii() {
        return text.bytes().fold(0_i32, |h, b| h.wrapping_mul(31).wrapping_add(b.into()));
    }
    text.encode_utf16().fold(0_i32, |h, u| h.wrapping_mul(31).wrapping_add(u.into()))
}

fn long_hash(bits: u64) -> i32 {
    (bits ^ (bits >> 32)) as i32
}

/// `hashCode()`, 0 for null.
pub fn hash_code<'a>(run: &mut Run<'_, 'a>, val: Val<'a>) -> Result<i32, Thrown> {
    Ok(match val {
        Val::Null => 0,
        Val::Bool(b) => {
            if b {
                1231
            } else {
                1237
            }
        }
        Val::Byte(n) => n.into(),
        Val::Short(n) => n.into(),
        Val::Char(n) => n.into(),
        Val::Int(n) => n,
        Val::Long(n) => long_hash(n as u64),
        Val::Float(n) => if n.is_nan() { f32::NAN } else { n }.to_bits() as i32,
        Val::Double(n) => long_hash(if n.is_nan() { f64::NAN } else { n }.to_bits()),
        Val::Str(s) => string_hash(s),
        Val::List(_) | Val::Map(_) | Val::Obj(_) => object_hash(run, val)?,
    })
}

fn object_hash<'a>(run: &mut Run<'_, 'a>, val: Val<'a>) -> Result<i32, Thrown> {
    run.check_stack()?;
    if let Some(list) = val.as_list() {
        let mut hash = 1_i32;
        for item in list.iter() {
            let item = run.val(item);
            hash = hash.wrapping_mul(31).wrapping_add(hash_code(run, item)?);
        }
        return Ok(hash);
    }
    if let Some(map) = val.as_map() {
        let mut hash = 0_i32;
        for (key, value) in map.object.iter() {
            let (key, value) = (keys::decode(run, key), run.val(value));
            hash = hash.wrapping_add(hash_code(run, key)? ^ hash_code(run, value)?);
        }
        return Ok(hash);
    }
    let Val::Obj(object) = val else { return Ok(0) };
    Ok(match &object.kind {
        Kind::Entry(entry) => hash_code(run, entry.key)? ^ hash_code(run, entry.value.get())?,
        Kind::BigInteger(digits) => string_hash(digits),
        Kind::Uuid(bits) => long_hash((*bits >> 64) as u64 ^ *bits as u64),
        Kind::Timestamp(_) | Kind::Time(_) => match time_at(&[val], 0)? {
            super::time::Time::Date(date) => {
                let year = date.year() as i32;
                (year & -2048) ^ ((year << 11) + (i32::from(date.month()) << 6) + i32::from(date.day()))
            }
            super::time::Time::Duration(span) => {
                long_hash(span.seconds as u64).wrapping_add(51_i32.wrapping_mul(span.nanos as i32))
            }
            // Equal times print alike: any hash of the text will do where Java's is not known.
            other => string_hash(&other.to_string()),
        },
        kind => match as_set(kind) {
            Some(set) => {
                let mut hash = 0_i32;
                for key in set.object.keys() {
                    let key = keys::decode(run, key);
                    hash = hash.wrapping_add(hash_code(run, key)?);
                }
                hash
            }
            // Java hashes the address; ours only has to stay the same while the object lives.
            None => long_hash(std::ptr::from_ref(object) as u64 >> 3),
        },
    })
}

/// `a.compareTo(b)`: numbers, strings, booleans and chars of the same class.
pub fn compare<'a>(run: &mut Run<'_, 'a>, a: Val<'a>, b: Val<'a>) -> Result<Ordering, Thrown> {
    Ok(match (a, b) {
        (Val::Str(a), Val::Str(b)) => compare_strings(a, b),
        (Val::Int(a), Val::Int(b)) => a.cmp(&b),
        (Val::Long(a), Val::Long(b)) => a.cmp(&b),
        (Val::Short(a), Val::Short(b)) => a.cmp(&b),
        (Val::Byte(a), Val::Byte(b)) => a.cmp(&b),
        (Val::Char(a), Val::Char(b)) => a.cmp(&b),
        (Val::Bool(a), Val::Bool(b)) => a.cmp(&b),
        (Val::Float(a), Val::Float(b)) => java_total_order(a.into(), b.into()),
        (Val::Double(a), Val::Double(b)) => java_total_order(a, b),
        (Val::Null, _) => {
            return Err(no_compare(
                b,
                "Cannot invoke \"java.lang.Comparable.compareTo(Object)\" because \"a\" is null",
            ));
        }
        (_, Val::Null) => return Err(no_compare(a, "Cannot read field \"value\" because \"anotherString\" is null")),
        (Val::Obj(Obj { kind: Kind::Timestamp(a), .. }), Val::Obj(Obj { kind: Kind::Timestamp(b), .. })) => a.cmp(b),
        (
            Val::Obj(Obj { kind: Kind::Timestamp(_) | Kind::Time(_), .. }),
            Val::Obj(Obj { kind: Kind::Timestamp(_) | Kind::Time(_), .. }),
        ) if times_compare(a, b).is_some() => times_compare(a, b).unwrap_or(Ordering::Equal),
        _ => {
            let target = if a.class_id().is_subclass_of(ClassId::Comparable) { b } else { a };
            let other =
                if a.class_id().is_subclass_of(ClassId::Comparable) { run.class_of(a) } else { ClassId::Comparable };
            return Err(run.cannot_cast(target, other));
        }
    })
}

fn times_compare<'a>(a: Val<'a>, b: Val<'a>) -> Option<Ordering> {
    time_at(&[a], 0).ok()?.compare(time_at(&[b], 0).ok()?)
}

fn no_compare(_other: Val<'_>, message: &str) -> Thrown {
    Thrown::null_pointer(message)
}

/// `Double.compare`: -0.0 before 0.0, NaN last.
pub fn java_total_order(a: f64, b: f64) -> Ordering {
    match (a.is_nan(), b.is_nan()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => a.total_cmp(&b),
    }
}

/// `String.compareTo`: by UTF-16 units, which differs from code points beyond the basic plane.
pub fn compare_strings(a: &str, b: &str) -> Ordering {
    if a.is_ascii() && b.is_ascii() { a.cmp(b) } else { a.encode_utf16().cmp(b.encode_utf16()) }
}

impl<'a> Val<'a> {
    /// The items, if it is a list of any kind.
    pub fn as_list(self) -> Option<&'a Array<'a>> {
        match self {
            Val::List(array) => Some(array),
            Val::Obj(Obj { kind: Kind::List { array, .. }, .. }) => Some(array),
            _ => None,
        }
    }

    /// The map, if it is one of any kind.
    pub fn as_map(self) -> Option<MapRef<'a>> {
        match self {
            Val::Map(object) => Some(MapRef { object, order: Order::Hash, unmodifiable: false }),
            Val::Obj(Obj { kind: Kind::Map(map), .. }) => Some(*map),
            _ => None,
        }
    }
}

impl<'a> Run<'_, 'a> {
    /// Java's complaint when `val` is no `target`.
    #[cold]
    pub fn cannot_cast(&self, val: Val<'a>, target: ClassId) -> Thrown {
        let (from, to) = (self.class_of(val).binary_name(), target.binary_name());
        Thrown::class_cast(format!("class {from} cannot be cast to class {to} ({})", loader_note(from, to)))
    }
}

/// The part in parentheses of a `ClassCastException`: which module each class is in.
pub fn loader_note(from: &str, to: &str) -> String {
    let java = |name: &str| name.starts_with("java.") || name.starts_with('[');
    match (java(from), java(to)) {
        (true, true) => format!("{from} and {to} are in module java.base of loader 'bootstrap'"),
        _ => {
            let place = |name: &str| {
                if java(name) {
                    format!("{name} is in module java.base of loader 'bootstrap'")
                } else {
                    format!("{name} is in module org.elasticsearch.server@8.19.8 of loader 'app'")
                }
            };
            format!("{}; {}", place(from), place(to))
        }
    }
}
