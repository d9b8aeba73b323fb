//! Field paths (`source.ip`, `tags.0`, `_ingest._value.name`), compiled once, and what Elasticsearch's `IngestDocument` does with
//! them: its error texts are part of the contract, because pipelines read them through `_ingest.on_failure_message`.
//!
//! How a path is read depends on the pipeline that runs ([`AccessPattern`]); `flexible.rs` has the second way.

use super::flexible::{self, Element};
use super::metadata::{check_removal, check_update};
use super::{AccessPattern, Array, Document, Object, Value};
use std::borrow::Cow;
use std::sync::OnceLock;
use thiserror::Error;

/// Why a path could not be read or written. Elasticsearch raises these as `illegal_argument_exception`.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{reason}")]
pub struct PathError {
    pub reason: String,
    /// What stood where a list wants a number: the exception behind this one then is Java's `NumberFormatException`.
    pub not_a_number: Option<String>,
}

impl PathError {
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), not_a_number: None }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    pub key: Box<str>,
    /// The key as a list index, if it is a Java `int`; a negative one is out of every list's bounds.
    pub index: Option<i32>,
}

/// A compiled field path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldPath {
    text: Box<str>,
    in_ingest: bool,
    segments: Box<[Segment]>,
    /// The path as `field_access_pattern: flexible` reads it; made when first needed.
    flexible: OnceLock<Result<Box<[Element]>, PathError>>,
}

impl FieldPath {
    /// Compiles `text`. An empty path, or one with nothing but dots, is an error as on the node.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        if text.is_empty() {
            return Err(PathError::new("path cannot be null nor empty"));
        }
        let (in_ingest, rest) = match text.strip_prefix("_ingest.") {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix("_source.").unwrap_or(text)),
        };
        // Java's String.split drops trailing empty parts.
        let mut keys: Vec<&str> = rest.split('.').collect();
        while keys.last().is_some_and(|k| k.is_empty()) {
            keys.pop();
        }
        // An empty first key is an error on every node: 8.x stumbles over it in the document's own map.
        if keys.first().is_none_or(|key| key.is_empty() && !in_ingest) {
            return Err(PathError::new(format!("path [{text}] is not valid")));
        }
        let segments = keys.iter().map(|k| Segment { key: (*k).into(), index: k.parse().ok() }).collect();
        Ok(Self { text: text.into(), in_ingest, segments, flexible: OnceLock::new() })
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    fn elements(&self) -> Result<&[Element], PathError> {
        self.flexible.get_or_init(|| flexible::parse(&self.text, &self.segments)).as_deref().map_err(Clone::clone)
    }

    fn start<'a>(&self, doc: &Document<'a>) -> &'a Object<'a> {
        if self.in_ingest { doc.ingest } else { doc.root }
    }
}

/// The last step of a path: what is read, set or removed in the value that the steps before it led to.
struct Leaf<'p> {
    key: Cow<'p, str>,
    index: Option<i32>,
    /// How the path is read decides what may be an index: `3` or `[3]`.
    kind: LeafKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum LeafKind {
    /// `name` or `3`, whichever fits.
    Classic,
    /// `name`, never an index.
    FlexibleName,
    /// `[3]`.
    FlexibleIndex,
}

impl Leaf<'_> {
    /// The position in `array` that this step means.
    fn position(&self, array: &Array<'_>, path: &FieldPath) -> Result<usize, Unreached> {
        match self.kind {
            LeafKind::FlexibleName => {
                Err(flexible::cannot_resolve(&self.key, "java.util.ArrayList", &path.text).into())
            }
            _ => position(&self.key, self.index, array, &path.text),
        }
    }
}

/// Why a path led nowhere.
pub(super) struct Unreached {
    error: PathError,
    /// A list on the way has no such position: `hasField` may be told to fail for that.
    out_of_bounds: bool,
    /// A list on the way is asked for something that is no number.
    not_a_number: bool,
}

/// Writing, unlike reading, names the exception behind a list index that is no number.
fn with_cause(unreached: Unreached, key: &str) -> PathError {
    let mut error = unreached.error;
    error.not_a_number = unreached.not_a_number.then(|| key.to_owned());
    error
}

impl From<PathError> for Unreached {
    fn from(error: PathError) -> Self {
        Self { error, out_of_bounds: false, not_a_number: false }
    }
}

impl From<Unreached> for PathError {
    fn from(unreached: Unreached) -> Self {
        unreached.error
    }
}

/// The position that a list index means.
pub(super) fn position(key: &str, index: Option<i32>, array: &Array<'_>, text: &str) -> Result<usize, Unreached> {
    let index = index.ok_or_else(|| {
        let reason = format!("[{key}] is not an integer, cannot be used as an index as part of path [{text}]");
        Unreached { error: PathError::new(reason), out_of_bounds: false, not_a_number: true }
    })?;
    let len = array.len();
    usize::try_from(index).ok().filter(|i| *i < len).ok_or_else(|| Unreached {
        error: PathError::new(format!(
            "[{index}] is out of bounds for array with length [{len}] as part of path [{text}]"
        )),
        out_of_bounds: true,
        not_a_number: false,
    })
}

pub(super) fn not_present(key: &str, text: &str) -> PathError {
    PathError::new(format!("field [{key}] not present as part of path [{text}]"))
}

impl<'a> Document<'a> {
    /// The value at `path`; a missing one, or one that no path can reach, is an error with Elasticsearch's words.
    pub fn get(&self, path: &FieldPath) -> Result<Value<'a>, PathError> {
        Ok(self.reach(path)?)
    }

    /// The value at `path`, if there is one.
    pub fn find(&self, path: &FieldPath) -> Option<Value<'a>> {
        if self.access_pattern() == AccessPattern::Flexible {
            return self.reach(path).ok();
        }
        // As `reach`, without making messages that nobody reads.
        let mut at = Value::Object(path.start(self));
        for segment in &*path.segments {
            at = match at {
                Value::Object(object) => object.get(&segment.key)?,
                Value::Array(array) => array.get(usize::try_from(segment.index?).ok()?)?,
                _ => return None,
            };
        }
        Some(at)
    }

    pub fn has(&self, path: &FieldPath) -> bool {
        self.find(path).is_some()
    }

    /// As [`Document::has`], but a position outside a list is an error.
    pub fn has_in_bounds(&self, path: &FieldPath) -> Result<bool, PathError> {
        match self.reach(path) {
            Ok(_) => Ok(true),
            Err(Unreached { error, out_of_bounds: true, .. }) => Err(error),
            Err(_) => Ok(false),
        }
    }

    fn reach(&self, path: &FieldPath) -> Result<Value<'a>, Unreached> {
        let start = Value::Object(path.start(self));
        match self.access_pattern() {
            AccessPattern::Classic => path.segments.iter().try_fold(start, |at, segment| step(at, segment, path)),
            AccessPattern::Flexible => match flexible::resolve(start, path.elements()?, &path.text)? {
                flexible::Resolved::Found(value) => Ok(value),
                flexible::Resolved::Incomplete { missing, .. } => Err(not_present(&missing, &path.text).into()),
            },
        }
    }

    /// Sets the value at `path`, making objects on the way where nothing is.
    pub fn set(&self, path: &FieldPath, value: Value<'a>) -> Result<(), PathError> {
        let (parent, leaf) = self.parent_for_write(path)?;
        match parent {
            Value::Object(object) => self.put(object, &leaf, value, path),
            Value::Array(array) => {
                array.set(leaf.position(array, path).map_err(|e| with_cause(e, &leaf.key))?, value);
                Ok(())
            }
            other => Err(cannot_set(&leaf.key, other, path)),
        }
    }

    /// Appends `values` to the list at `path`; a scalar there becomes the list's first item, nothing there a new list.
    pub fn append(&self, path: &FieldPath, values: &[Value<'a>], allow_duplicates: bool) -> Result<(), PathError> {
        let (parent, leaf) = self.parent_for_write(path)?;
        match parent {
            Value::Object(object) => {
                let list = match object.get(&leaf.key) {
                    None => {
                        let list = self.array();
                        append_to(list, values, allow_duplicates);
                        Some(Value::Array(list))
                    }
                    Some(existing) => self.appended(existing, values, allow_duplicates),
                };
                list.map_or(Ok(()), |list| self.put(object, &leaf, list, path))
            }
            Value::Array(array) => {
                let at = leaf.position(array, path).map_err(|e| with_cause(e, &leaf.key))?;
                let existing = array.get(at).unwrap_or(Value::Null);
                if let Some(list) = self.appended(existing, values, allow_duplicates) {
                    array.set(at, list);
                }
                Ok(())
            }
            other => Err(cannot_set(&leaf.key, other, path)),
        }
    }

    /// The list that replaces `existing` once `values` are appended. `None`: what is there stays, be it a list that was grown in
    /// place or a scalar, since every value is a duplicate that may not be added.
    fn appended(&self, existing: Value<'a>, values: &[Value<'a>], allow_duplicates: bool) -> Option<Value<'a>> {
        if let Value::Array(list) = existing {
            append_to(list, values, allow_duplicates);
            return None;
        }
        let list = self.array();
        list.push(existing);
        append_to(list, values, allow_duplicates);
        (allow_duplicates || list.len() > 1).then_some(Value::Array(list))
    }

    /// Removes the value at `path`; it must be there unless `ignore_missing`.
    pub fn remove(&self, path: &FieldPath, ignore_missing: bool) -> Result<(), PathError> {
        let (at, leaf) = match self.parent_for_removal(path) {
            Ok(found) => found,
            Err(_) if ignore_missing => return Ok(()),
            Err(e) => return Err(e),
        };
        let (key, text) = (&*leaf.key, &*path.text);
        match at {
            Value::Object(_) if leaf.kind == LeafKind::FlexibleIndex && !ignore_missing => {
                Err(flexible::cannot_resolve(key, at.java_class(), text))
            }
            Value::Object(object) if leaf.kind != LeafKind::FlexibleIndex => {
                if std::ptr::eq(object, self.root) && object.contains_key(key) {
                    check_removal(key)?;
                }
                match object.remove(key) {
                    None if !ignore_missing => Err(not_present(key, text)),
                    _ => Ok(()),
                }
            }
            Value::Array(array) => match leaf.position(array, path) {
                Ok(position) => {
                    array.remove(position);
                    Ok(())
                }
                Err(_) if ignore_missing => Ok(()),
                Err(e) => Err(with_cause(e, &leaf.key)),
            },
            _ if ignore_missing => Ok(()),
            Value::Null => Err(PathError::new(format!("cannot remove [{key}] from null as part of path [{text}]"))),
            other => Err(PathError::new(format!(
                "cannot remove [{key}] from object of type [{}] as part of path [{text}]",
                other.java_class()
            ))),
        }
    }

    fn put(
        &self,
        object: &'a Object<'a>,
        leaf: &Leaf<'_>,
        value: Value<'a>,
        path: &FieldPath,
    ) -> Result<(), PathError> {
        if leaf.kind == LeafKind::FlexibleIndex {
            return Err(flexible::cannot_resolve_index(leaf.index, Value::Object(object), &path.text));
        }
        if std::ptr::eq(object, self.root) {
            check_update(&leaf.key, value)?;
        }
        if !object.replace(&leaf.key, value) {
            object.insert(self.alloc_str(&leaf.key), value);
        }
        Ok(())
    }

    fn parent_for_write<'p>(&self, path: &'p FieldPath) -> Result<(Value<'a>, Leaf<'p>), PathError> {
        if self.access_pattern() == AccessPattern::Flexible {
            return self.flexible_parent(path);
        }
        let (parents, leaf) = classic_leaf(path)?;
        let mut at = Value::Object(path.start(self));
        for segment in parents {
            at = match at {
                Value::Object(object) => match object.get(&segment.key) {
                    Some(next) => next,
                    None => {
                        let next = Value::Object(self.object());
                        if std::ptr::eq(object, self.root) {
                            check_update(&segment.key, next)?;
                        }
                        object.insert(self.alloc_str(&segment.key), next);
                        next
                    }
                },
                other => step(other, segment, path).map_err(|e| with_cause(e, &segment.key))?,
            };
        }
        Ok((at, leaf))
    }

    fn parent_for_removal<'p>(&self, path: &'p FieldPath) -> Result<(Value<'a>, Leaf<'p>), PathError> {
        if self.access_pattern() == AccessPattern::Flexible {
            return self.flexible_parent(path);
        }
        let (parents, leaf) = classic_leaf(path)?;
        let start = Value::Object(path.start(self));
        Ok((parents.iter().try_fold(start, |at, segment| step(at, segment, path))?, leaf))
    }

    /// Where the objects of a path end, what is left of it is one key with dots.
    fn flexible_parent<'p>(&self, path: &'p FieldPath) -> Result<(Value<'a>, Leaf<'p>), PathError> {
        let (last, parents) = path.elements()?.split_last().ok_or_else(|| not_present("", &path.text))?;
        let (at, prefix) = match flexible::resolve(Value::Object(path.start(self)), parents, &path.text)? {
            flexible::Resolved::Found(value) => (value, None),
            flexible::Resolved::Incomplete { at, missing } => (at, Some(missing)),
        };
        let leaf = match (last, prefix) {
            (Element::Index(_), Some(missing)) => return Err(not_present(&missing, &path.text)),
            (Element::Index(index), None) => {
                Leaf { key: Cow::Owned(last.to_string()), index: Some(*index), kind: LeafKind::FlexibleIndex }
            }
            (Element::Name(name), None) => Leaf { key: Cow::Borrowed(name), index: None, kind: LeafKind::FlexibleName },
            (Element::Name(name), Some(missing)) => {
                Leaf { key: Cow::Owned(format!("{missing}.{name}")), index: None, kind: LeafKind::FlexibleName }
            }
        };
        Ok((at, leaf))
    }
}

fn classic_leaf(path: &FieldPath) -> Result<(&[Segment], Leaf<'_>), PathError> {
    let (last, parents) = path.segments.split_last().ok_or_else(|| not_present("", &path.text))?;
    Ok((parents, Leaf { key: Cow::Borrowed(&last.key), index: last.index, kind: LeafKind::Classic }))
}

fn step<'a>(at: Value<'a>, segment: &Segment, path: &FieldPath) -> Result<Value<'a>, Unreached> {
    let (key, text) = (&*segment.key, &*path.text);
    match at {
        Value::Object(object) => object.get(key).ok_or_else(|| not_present(key, text).into()),
        Value::Array(array) => Ok(array.get(position(key, segment.index, array, text)?).unwrap_or(Value::Null)),
        Value::Null => Err(PathError::new(format!("cannot resolve [{key}] from null as part of path [{text}]")).into()),
        other => Err(flexible::cannot_resolve(key, other.java_class(), text).into()),
    }
}

fn cannot_set(key: &str, parent: Value<'_>, path: &FieldPath) -> PathError {
    let text = &path.text;
    PathError::new(match parent {
        Value::Null => format!("cannot set [{key}] with null parent as part of path [{text}]"),
        other => {
            format!("cannot set [{key}] with parent object of type [{}] as part of path [{text}]", other.java_class())
        }
    })
}

fn append_to<'a>(list: &Array<'a>, values: &[Value<'a>], allow_duplicates: bool) {
    for value in values {
        if allow_duplicates || !list.contains(*value) {
            list.push(*value);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::super::{Arena, parse};
    use super::*;

    fn with_doc(json: &str, edit: impl Fn(&Document<'_>) -> Result<(), PathError>) -> String {
        let arena = Arena::new();
        let root = parse(json, &arena).unwrap().as_object().unwrap();
        let doc = Document::new(&arena, root, jiff::Timestamp::UNIX_EPOCH);
        match edit(&doc) {
            Ok(()) => {
                let mut out = Vec::new();
                doc.write_source(&mut out);
                String::from_utf8(out).unwrap()
            }
            Err(e) => e.reason,
        }
    }

    fn path(text: &str) -> FieldPath {
        FieldPath::parse(text).unwrap()
    }

    #[test]
    fn set_makes_objects_and_names_what_is_in_the_way() {
        for (json, at, expected) in [
            ("{}", "a.b", r#"{"a":{"b":1}}"#),
            (r#"{"a":[5,6]}"#, "a.1", r#"{"a":[5,1]}"#),
            (
                r#"{"a":"x"}"#,
                "a.b",
                "cannot set [b] with parent object of type [java.lang.String] as part of path [a.b]",
            ),
            (r#"{"a":[5]}"#, "a.3", "[3] is out of bounds for array with length [1] as part of path [a.3]"),
            (r#"{"a":[5]}"#, "a.b", "[b] is not an integer, cannot be used as an index as part of path [a.b]"),
            (r#"{"a":null}"#, "a.b", "cannot set [b] with null parent as part of path [a.b]"),
            ("{}", "_source.a", r#"{"a":1}"#),
        ] {
            assert_eq!(with_doc(json, |d| d.set(&path(at), Value::Int(1))), expected, "{json} {at}");
        }
    }

    #[test]
    fn get_and_remove_name_what_is_missing() {
        for (json, at, expected) in [
            (r#"{"a":{"b":1}}"#, "a.c", "field [c] not present as part of path [a.c]"),
            (r#"{"a":1}"#, "a.c", "cannot resolve [c] from object of type [java.lang.Integer] as part of path [a.c]"),
            (r#"{"a":null}"#, "a.c", "cannot resolve [c] from null as part of path [a.c]"),
        ] {
            assert_eq!(with_doc(json, |d| d.get(&path(at)).map(|_| ())), expected);
        }
        assert_eq!(with_doc(r#"{"a":{"b":1}}"#, |d| d.remove(&path("a.b"), false)), r#"{"a":{}}"#);
        assert_eq!(with_doc("{}", |d| d.remove(&path("a.b"), true)), "{}");
    }

    #[test]
    fn append_grows_lists_and_wraps_scalars() {
        fn two<'a>() -> [Value<'a>; 2] {
            [Value::Int(1), Value::Int(2)]
        }
        assert_eq!(with_doc("{}", |d| d.append(&path("a"), &two(), true)), r#"{"a":[1,2]}"#);
        assert_eq!(with_doc(r#"{"a":1}"#, |d| d.append(&path("a"), &two(), true)), r#"{"a":[1,1,2]}"#);
        assert_eq!(with_doc(r#"{"a":1}"#, |d| d.append(&path("a"), &two()[..1], false)), r#"{"a":1}"#);
    }
}
