//! Values, objects and arrays in the arena.

use super::Arena;
use bumpalo::collections::Vec as ArenaVec;
use hashbrown::HashMap;
use rustc_hash::FxBuildHasher;
use std::cell::{Cell, Ref, RefCell};

/// Objects and arrays inside each other that copying and printing follow. Parsing refuses deeper ones; only a script can make an
/// object that holds itself.
const VALUE_DEPTH_MAX: u32 = 1_100;

/// A JSON value with Java's number types. `Copy`: objects and arrays are shared by reference, as in Java.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    Null,
    Bool(bool),
    /// `java.lang.Integer`: what Jackson makes of an integer that fits 32 bits.
    Int(i32),
    /// `java.lang.Long`.
    Long(i64),
    /// `java.math.BigInteger`: an integer beyond 64 bits; its digits as they came.
    BigInteger(&'a str),
    /// `java.lang.Float`: only processors and scripts make these.
    Float(f32),
    /// `java.lang.Double`.
    Double(f64),
    Str(&'a str),
    /// `byte[]`: only scripts make these. JSON: Base64.
    Bytes(&'a [u8]),
    /// `java.time.ZonedDateTime` in UTC (`_ingest.timestamp`). JSON: ISO 8601.
    Timestamp(&'a jiff::Timestamp),
    Array(&'a Array<'a>),
    Object(&'a Object<'a>),
    /// An object of the script that runs now (an iterator, a matcher, a lambda, …): an index into that run's own table.
    /// Never left in a document when the script has ended.
    Script(u32),
}

impl<'a> Value<'a> {
    pub fn as_str(self) -> Option<&'a str> {
        match self {
            Value::Str(s) => Some(s),
            _ => None,
        }
    }

    pub fn as_object(self) -> Option<&'a Object<'a>> {
        match self {
            Value::Object(o) => Some(o),
            _ => None,
        }
    }

    pub fn as_array(self) -> Option<&'a Array<'a>> {
        match self {
            Value::Array(a) => Some(a),
            _ => None,
        }
    }

    /// The value as a 64-bit integer where it is an `Integer` or `Long`.
    pub fn as_i64(self) -> Option<i64> {
        match self {
            Value::Int(i) => Some(i64::from(i)),
            Value::Long(l) => Some(l),
            _ => None,
        }
    }

    pub fn is_null(self) -> bool {
        matches!(self, Value::Null)
    }

    /// An integer as JSON parsing would give it: `Int` where it fits 32 bits, else `Long`.
    pub fn integer(n: i64) -> Self {
        i32::try_from(n).map_or(Value::Long(n), Value::Int)
    }

    /// The Java class, as Elasticsearch's messages name it.
    pub fn java_class(self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "java.lang.Boolean",
            Value::Int(_) => "java.lang.Integer",
            Value::Long(_) => "java.lang.Long",
            Value::BigInteger(_) => "java.math.BigInteger",
            Value::Float(_) => "java.lang.Float",
            Value::Double(_) => "java.lang.Double",
            Value::Str(_) => "java.lang.String",
            Value::Bytes(_) => "[B",
            Value::Timestamp(_) => "java.time.ZonedDateTime",
            Value::Array(_) => "java.util.ArrayList",
            Value::Object(_) => "java.util.HashMap",
            Value::Script(_) => "java.lang.Object",
        }
    }

    /// A copy that shares no object or array with `self`. Deeper than [`VALUE_DEPTH_MAX`] it holds `null`.
    pub fn deep_copy(self, arena: &'a Arena) -> Value<'a> {
        self.copy_to_depth(arena, VALUE_DEPTH_MAX)
    }

    fn copy_to_depth(self, arena: &'a Arena, depth: u32) -> Value<'a> {
        match self {
            Value::Array(_) | Value::Object(_) if depth == 0 => Value::Null,
            Value::Array(a) => {
                let copy = Array::new_in(arena);
                a.iter().for_each(|v| copy.push(v.copy_to_depth(arena, depth - 1)));
                Value::Array(copy)
            }
            Value::Object(o) => {
                let copy = Object::with_capacity_in(o.len(), arena);
                o.iter().for_each(|(k, v)| copy.push_new(k, v.copy_to_depth(arena, depth - 1)));
                Value::Object(copy)
            }
            other => other,
        }
    }

    /// What Java's `toString()` prints: `{a=1, b=[x]}` for maps and lists, digits as Java writes them for numbers.
    pub fn to_java_string(self) -> String {
        let mut out = String::new();
        self.write_java_string(&mut out);
        out
    }

    pub fn write_java_string(self, out: &mut String) {
        self.write_java_to_depth(out, VALUE_DEPTH_MAX);
    }

    fn write_java_to_depth(self, out: &mut String, depth: u32) {
        use std::fmt::Write;
        match self {
            Value::Array(_) | Value::Object(_) if depth == 0 => out.push_str("..."),
            Value::Null => out.push_str("null"),
            Value::Bool(b) => out.push_str(if b { "true" } else { "false" }),
            Value::Int(i) => drop(write!(out, "{i}")),
            Value::Long(l) => drop(write!(out, "{l}")),
            Value::BigInteger(s) | Value::Str(s) => out.push_str(s),
            Value::Float(f) => super::format_float(f, out),
            Value::Double(d) => super::format_double(d, out),
            Value::Bytes(b) => drop(write!(out, "[B@{:x}", b.len())),
            Value::Timestamp(t) => super::format_instant(*t, out),
            Value::Array(a) => {
                out.push('[');
                for (i, v) in a.iter().enumerate() {
                    if i > 0 {
                        out.push_str(", ");
                    }
                    v.write_java_to_depth(out, depth - 1);
                }
                out.push(']');
            }
            Value::Object(o) => {
                out.push('{');
                for (i, (k, v)) in super::java_order(o).into_iter().enumerate() {
                    if i > 0 {
                        out.push_str(", ");
                    }
                    out.push_str(k);
                    out.push('=');
                    v.write_java_to_depth(out, depth - 1);
                }
                out.push('}');
            }
            Value::Script(_) => out.push_str("java.lang.Object"),
        }
    }
}

/// Equality as Java's `equals`: `Integer(1)` is not `Long(1)` nor `Double(1.0)`; maps by content whatever the order.
impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (*self, *other) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Long(a), Value::Long(b)) => a == b,
            (Value::BigInteger(a), Value::BigInteger(b)) => a == b,
            // Java's Double.equals compares bits: NaN equals NaN, 0.0 is not -0.0.
            (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
            (Value::Double(a), Value::Double(b)) => a.to_bits() == b.to_bits(),
            (Value::Str(a), Value::Str(b)) => a == b,
            (Value::Bytes(a), Value::Bytes(b)) => a == b,
            (Value::Timestamp(a), Value::Timestamp(b)) => a == b,
            (Value::Array(a), Value::Array(b)) => std::ptr::eq(a, b) || a.len() == b.len() && a.iter().eq(b.iter()),
            (Value::Object(a), Value::Object(b)) => {
                std::ptr::eq(a, b) || a.len() == b.len() && a.iter().all(|(k, v)| b.get(k) == Some(v))
            }
            (Value::Script(a), Value::Script(b)) => a == b,
            _ => false,
        }
    }
}

impl std::fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut out = Vec::new();
        super::write_json(*self, &mut out);
        f.write_str(&String::from_utf8_lossy(&out))
    }
}

/// A list of values.
pub struct Array<'a> {
    items: RefCell<ArenaVec<'a, Value<'a>>>,
}

impl<'a> Array<'a> {
    pub fn new_in(arena: &'a Arena) -> &'a Self {
        arena.alloc(Self { items: RefCell::new(ArenaVec::new_in(arena)) })
    }

    pub fn from_iter_in(arena: &'a Arena, items: impl IntoIterator<Item = Value<'a>>) -> &'a Self {
        arena.alloc(Self { items: RefCell::new(ArenaVec::from_iter_in(items, arena)) })
    }

    pub fn len(&self) -> usize {
        self.items.borrow().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn get(&self, index: usize) -> Option<Value<'a>> {
        self.items.borrow().get(index).copied()
    }

    /// Replaces the item at `index`; false if there is none.
    pub fn set(&self, index: usize, value: Value<'a>) -> bool {
        match self.items.borrow_mut().get_mut(index) {
            Some(slot) => {
                *slot = value;
                true
            }
            None => false,
        }
    }

    pub fn push(&self, value: Value<'a>) {
        self.items.borrow_mut().push(value);
    }

    /// Inserts before `index`; false if that lies beyond the end.
    pub fn insert(&self, index: usize, value: Value<'a>) -> bool {
        let mut items = self.items.borrow_mut();
        if index > items.len() {
            return false;
        }
        items.insert(index, value);
        true
    }

    pub fn remove(&self, index: usize) -> Option<Value<'a>> {
        let mut items = self.items.borrow_mut();
        (index < items.len()).then(|| items.remove(index))
    }

    pub fn clear(&self) {
        self.items.borrow_mut().clear();
    }

    /// Keeps the items for which `keep` holds. `keep` must not touch this array.
    pub fn retain(&self, mut keep: impl FnMut(Value<'a>) -> bool) {
        self.items.borrow_mut().retain(|v| keep(*v));
    }

    /// Sorts stably. `compare` must not touch this array.
    pub fn sort_by(&self, mut compare: impl FnMut(&Value<'a>, &Value<'a>) -> std::cmp::Ordering) {
        self.items.borrow_mut().sort_by(|a, b| compare(a, b));
    }

    pub fn contains(&self, value: Value<'a>) -> bool {
        self.items.borrow().contains(&value)
    }

    /// The items as they stand; editing the array while they are borrowed is refused by a panic, so this is for those who only read.
    pub(super) fn items(&self) -> Ref<'_, ArenaVec<'a, Value<'a>>> {
        self.items.borrow()
    }

    /// The items by index: editing the array while iterating is sound and sees the edits.
    pub fn iter(&self) -> impl Iterator<Item = Value<'a>> + '_ {
        (0..).map_while(|i| self.get(i))
    }
}

/// From this many members on, an object keeps a hash index of its keys; below it a linear scan is faster.
const INDEX_FROM_LEN: usize = 24;

/// A linear scan that compares lengths and first bytes before it calls out for the rest.
fn scan(members: &[(&str, Value<'_>)], key: &str) -> Option<usize> {
    let (len, first) = (key.len(), key.as_bytes().first());
    members.iter().position(|(k, _)| k.len() == len && k.as_bytes().first() == first && *k == key)
}

type KeyIndex<'a> = HashMap<&'a str, u32, FxBuildHasher, &'a Arena>;

/// A map from string to value that keeps insertion order.
pub struct Object<'a> {
    members: RefCell<ArenaVec<'a, (&'a str, Value<'a>)>>,
    /// Built on the first look-up in a large object, dropped when a removal moves members.
    index: Cell<Option<&'a RefCell<KeyIndex<'a>>>>,
}

impl<'a> Object<'a> {
    pub fn new_in(arena: &'a Arena) -> &'a Self {
        Self::with_capacity_in(0, arena)
    }

    pub fn with_capacity_in(capacity: usize, arena: &'a Arena) -> &'a Self {
        arena.alloc(Self { members: RefCell::new(ArenaVec::with_capacity_in(capacity, arena)), index: Cell::new(None) })
    }

    pub fn len(&self) -> usize {
        self.members.borrow().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn position(&self, key: &str) -> Option<usize> {
        let members = self.members.borrow();
        if members.len() < INDEX_FROM_LEN {
            return scan(&members, key);
        }
        let index = match self.index.get() {
            Some(index) => index,
            None => {
                let arena = members.bump();
                let mut map = KeyIndex::with_capacity_and_hasher_in(members.len() * 2, FxBuildHasher, arena);
                members.iter().enumerate().for_each(|(i, (k, _))| {
                    map.insert(k, i as u32);
                });
                // The map's own memory is the arena's, so leaving it undropped leaks nothing.
                let index: &'a RefCell<KeyIndex<'a>> = arena.alloc(RefCell::new(map));
                self.index.set(Some(index));
                index
            }
        };
        index.borrow().get(key).map(|i| *i as usize)
    }

    pub fn get(&self, key: &str) -> Option<Value<'a>> {
        let at = self.position(key)?;
        self.members.borrow().get(at).map(|(_, v)| *v)
    }

    pub fn contains_key(&self, key: &str) -> bool {
        self.position(key).is_some()
    }

    /// Sets `key`; an existing member keeps its place. Returns what was there.
    pub fn insert(&self, key: &'a str, value: Value<'a>) -> Option<Value<'a>> {
        match self.position(key) {
            Some(at) => self.members.borrow_mut().get_mut(at).map(|slot| std::mem::replace(&mut slot.1, value)),
            None => {
                self.push_new(key, value);
                None
            }
        }
    }

    /// Sets `key` where it is a member already, keeping its place and its text; false if it is none.
    pub fn replace(&self, key: &str, value: Value<'a>) -> bool {
        let Some(at) = self.position(key) else { return false };
        match self.members.borrow_mut().get_mut(at) {
            Some(slot) => {
                slot.1 = value;
                true
            }
            None => false,
        }
    }

    /// Appends a member whose key is known to be absent.
    pub(super) fn push_new(&self, key: &'a str, value: Value<'a>) {
        let mut members = self.members.borrow_mut();
        if let Some(index) = self.index.get() {
            index.borrow_mut().insert(key, members.len() as u32);
        }
        members.push((key, value));
    }

    pub fn remove(&self, key: &str) -> Option<Value<'a>> {
        let at = self.position(key)?;
        let mut members = self.members.borrow_mut();
        self.index.set(None);
        Some(members.remove(at).1)
    }

    pub fn clear(&self) {
        self.index.set(None);
        self.members.borrow_mut().clear();
    }

    /// Keeps the members for which `keep` holds. `keep` must not touch this object.
    pub fn retain(&self, mut keep: impl FnMut(&'a str, Value<'a>) -> bool) {
        self.index.set(None);
        self.members.borrow_mut().retain(|(k, v)| keep(k, *v));
    }

    /// The member at a position, in insertion order.
    pub fn member(&self, at: usize) -> Option<(&'a str, Value<'a>)> {
        self.members.borrow().get(at).copied()
    }

    /// The members as they stand; as [`Array::items`].
    pub(super) fn members(&self) -> Ref<'_, ArenaVec<'a, (&'a str, Value<'a>)>> {
        self.members.borrow()
    }

    /// The members by position: editing the object while iterating is sound and sees the edits.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, Value<'a>)> + '_ {
        (0..).map_while(|i| self.member(i))
    }

    pub fn keys(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.iter().map(|(k, _)| k)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_object_finds_keys_after_edits() {
        let arena = Arena::new();
        let object = Object::new_in(&arena);
        for i in 0..200 {
            object.insert(arena.alloc_str(&format!("k{i}")), Value::Int(i));
        }
        assert_eq!(object.get("k150"), Some(Value::Int(150)));
        object.remove("k10");
        object.insert("new", Value::Null);
        assert_eq!(object.get("k150"), Some(Value::Int(150)));
        assert_eq!(object.get("new"), Some(Value::Null));
        assert_eq!(object.get("k10"), None);
        assert_eq!(object.len(), 200);
    }

    #[test]
    fn java_equality_minds_number_types() {
        assert_ne!(Value::Int(1), Value::Long(1));
        assert_ne!(Value::Int(1), Value::Double(1.0));
        assert_eq!(Value::Double(f64::NAN), Value::Double(f64::NAN));
    }
}
