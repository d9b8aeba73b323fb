//! Field paths (`source.ip`, `tags.0`, `_ingest._value.name`), compiled once, and what Elasticsearch's `IngestDocument` does with
//! them: its error texts are part of the contract, because pipelines read them through `_ingest.on_failure_message`.

use super::{Array, Document, Object, Value};
use thiserror::Error;

/// Why a path could not be read or written. Elasticsearch raises these as `illegal_argument_exception`.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{0}")]
pub struct PathError(pub String);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    pub key: Box<str>,
    /// The key as a list index, if it is one.
    pub index: Option<usize>,
}

/// A compiled field path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldPath {
    text: Box<str>,
    in_ingest: bool,
    segments: Box<[Segment]>,
}

impl FieldPath {
    /// Compiles `text`. An empty path, or one with nothing but dots, is an error as on the node.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        if text.is_empty() {
            return Err(PathError("path cannot be null nor empty".into()));
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
        if keys.is_empty() {
            return Err(PathError(format!("path [{text}] is not valid")));
        }
        let segments = keys.iter().map(|k| Segment { key: (*k).into(), index: k.parse().ok() }).collect();
        Ok(Self { text: text.into(), in_ingest, segments })
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    fn start<'a>(&self, doc: &Document<'a>) -> &'a Object<'a> {
        if self.in_ingest { doc.ingest } else { doc.root }
    }

    fn split_last(&self) -> (&[Segment], Option<&Segment>) {
        match self.segments.split_last() {
            Some((last, parents)) => (parents, Some(last)),
            None => (&[], None),
        }
    }
}

impl<'a> Document<'a> {
    /// The value at `path`; a missing one, or one that no path can reach, is an error with Elasticsearch's words.
    pub fn get(&self, path: &FieldPath) -> Result<Value<'a>, PathError> {
        let mut at = Value::Object(path.start(self));
        for segment in &*path.segments {
            at = self.step(at, segment, path)?;
        }
        Ok(at)
    }

    /// The value at `path`, if there is one.
    pub fn find(&self, path: &FieldPath) -> Option<Value<'a>> {
        let mut at = Value::Object(path.start(self));
        for segment in &*path.segments {
            at = match at {
                Value::Object(object) => object.get(&segment.key)?,
                Value::Array(array) => array.get(segment.index?)?,
                _ => return None,
            };
        }
        Some(at)
    }

    pub fn has(&self, path: &FieldPath) -> bool {
        self.find(path).is_some()
    }

    fn step(&self, at: Value<'a>, segment: &Segment, path: &FieldPath) -> Result<Value<'a>, PathError> {
        let Segment { key, .. } = segment;
        let text = &path.text;
        match at {
            Value::Object(object) => {
                object.get(key).ok_or_else(|| PathError(format!("field [{key}] not present as part of path [{text}]")))
            }
            Value::Array(array) => {
                let index = list_index(segment, text)?;
                array.get(index).ok_or_else(|| out_of_bounds(index, array, text))
            }
            Value::Null => Err(PathError(format!("cannot resolve [{key}] from null as part of path [{text}]"))),
            other => Err(PathError(format!(
                "cannot resolve [{key}] from object of type [{}] as part of path [{text}]",
                other.java_class()
            ))),
        }
    }

    /// Sets the value at `path`, making objects on the way where nothing is.
    pub fn set(&self, path: &FieldPath, value: Value<'a>) -> Result<(), PathError> {
        let (parent, last) = self.parent_for_write(path)?;
        let (key, text) = (&last.key, &path.text);
        match parent {
            Value::Object(object) => {
                match object.get(key) {
                    Some(_) => object.insert(key_in(self, object, key), value),
                    None => object.insert(self.alloc_str(key), value),
                };
                Ok(())
            }
            Value::Array(array) => {
                let index = list_index(last, text)?;
                if array.set(index, value) { Ok(()) } else { Err(out_of_bounds(index, array, text)) }
            }
            Value::Null => Err(PathError(format!("cannot set [{key}] with null parent as part of path [{text}]"))),
            other => Err(PathError(format!(
                "cannot set [{key}] with parent object of type [{}] as part of path [{text}]",
                other.java_class()
            ))),
        }
    }

    /// Appends `values` to the list at `path`; a scalar there becomes the list's first item, nothing there a new list.
    pub fn append(&self, path: &FieldPath, values: &[Value<'a>], allow_duplicates: bool) -> Result<(), PathError> {
        let (parent, last) = self.parent_for_write(path)?;
        let (key, text) = (&last.key, &path.text);
        match parent {
            Value::Object(object) => {
                match object.get(key) {
                    None => {
                        let list = self.array();
                        append_to(list, values, allow_duplicates);
                        object.insert(self.alloc_str(key), Value::Array(list));
                    }
                    Some(existing) => {
                        if let Some(list) = self.appended(existing, values, allow_duplicates) {
                            object.insert(key_in(self, object, key), list);
                        }
                    }
                }
                Ok(())
            }
            Value::Array(array) => {
                let index = list_index(last, text)?;
                let existing = array.get(index).ok_or_else(|| out_of_bounds(index, array, text))?;
                if let Some(list) = self.appended(existing, values, allow_duplicates) {
                    array.set(index, list);
                }
                Ok(())
            }
            Value::Null => Err(PathError(format!("cannot set [{key}] with null parent as part of path [{text}]"))),
            other => Err(PathError(format!(
                "cannot set [{key}] with parent object of type [{}] as part of path [{text}]",
                other.java_class()
            ))),
        }
    }

    /// The list that replaces `existing` once `values` are appended. `None`: a scalar stays as it is, since every value is a
    /// duplicate that may not be added.
    fn appended(&self, existing: Value<'a>, values: &[Value<'a>], allow_duplicates: bool) -> Option<Value<'a>> {
        if let Value::Array(list) = existing {
            append_to(list, values, allow_duplicates);
            return Some(existing);
        }
        let list = self.array();
        list.push(existing);
        append_to(list, values, allow_duplicates);
        (allow_duplicates || list.len() > 1).then_some(Value::Array(list))
    }

    /// Removes the value at `path`; it must be there unless `ignore_missing`.
    pub fn remove(&self, path: &FieldPath, ignore_missing: bool) -> Result<(), PathError> {
        let (parents, Some(last)) = path.split_last() else { return Ok(()) };
        let mut at = Value::Object(path.start(self));
        for segment in parents {
            at = match self.step(at, segment, path) {
                Ok(v) => v,
                Err(_) if ignore_missing => return Ok(()),
                Err(e) => return Err(e),
            };
        }
        let (key, text) = (&last.key, &path.text);
        match at {
            Value::Object(object) => {
                if object.remove(key).is_none() && !ignore_missing {
                    return Err(PathError(format!("field [{key}] not present as part of path [{text}]")));
                }
                Ok(())
            }
            Value::Array(array) => {
                let index = list_index(last, text)?;
                match array.remove(index) {
                    None if !ignore_missing => Err(out_of_bounds(index, array, text)),
                    _ => Ok(()),
                }
            }
            _ if ignore_missing => Ok(()),
            Value::Null => Err(PathError(format!("cannot remove [{key}] from null as part of path [{text}]"))),
            other => Err(PathError(format!(
                "cannot remove [{key}] from object of type [{}] as part of path [{text}]",
                other.java_class()
            ))),
        }
    }

    fn parent_for_write<'p>(&self, path: &'p FieldPath) -> Result<(Value<'a>, &'p Segment), PathError> {
        let (parents, Some(last)) = path.split_last() else {
            return Err(PathError(format!("path [{}] is not valid", path.text)));
        };
        let mut at = Value::Object(path.start(self));
        for segment in parents {
            at = match at {
                Value::Object(object) => match object.get(&segment.key) {
                    Some(next) => next,
                    None => {
                        let next = Value::Object(self.object());
                        object.insert(self.alloc_str(&segment.key), next);
                        next
                    }
                },
                other => self.step(other, segment, path)?,
            };
        }
        Ok((at, last))
    }
}

/// The key as the object already holds it, so that an overwrite copies no text.
fn key_in<'a>(doc: &Document<'a>, object: &Object<'a>, key: &str) -> &'a str {
    object.keys().find(|k| *k == key).unwrap_or_else(|| doc.alloc_str(key))
}

fn append_to<'a>(list: &Array<'a>, values: &[Value<'a>], allow_duplicates: bool) {
    for value in values {
        if allow_duplicates || !list.contains(*value) {
            list.push(*value);
        }
    }
}

fn list_index(segment: &Segment, text: &str) -> Result<usize, PathError> {
    segment.index.ok_or_else(|| {
        PathError(format!("[{}] is not an integer, cannot be used as an index as part of path [{text}]", segment.key))
    })
}

fn out_of_bounds(index: usize, array: &Array<'_>, text: &str) -> PathError {
    PathError(format!("[{index}] is out of bounds for array with length [{}] as part of path [{text}]", array.len()))
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
            Err(e) => e.0,
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
