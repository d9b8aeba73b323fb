//! Field paths under `field_access_pattern: flexible` (Elasticsearch 9.2 and later).
//!
//! A dot may step into an object or be part of a key: at each object the shortest run of path elements that is one of its keys is
//! taken, and what remains when no object goes further is one key with dots. List indexes are written `tags[0]`, never `tags.0`.

use super::Value;
use super::path::{PathError, Segment, Unreached, not_present, position};
use std::fmt;

/// One element of a flexible path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Element {
    Name(Box<str>),
    Index(i32),
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Index(index) => write!(f, "[{index}]"),
        }
    }
}

/// How far a path led.
pub(super) enum Resolved<'a> {
    Found(Value<'a>),
    /// No key of the object `at` begins what is left of the path.
    Incomplete {
        at: Value<'a>,
        missing: String,
    },
}

/// Splits the parts of a path into names and indexes.
pub(super) fn parse(text: &str, parts: &[Segment]) -> Result<Box<[Element]>, PathError> {
    let mut elements = Vec::with_capacity(parts.len());
    for part in parts {
        let (name, mut rest) = match part.key.find('[') {
            Some(open) => part.key.split_at(open),
            None => (&*part.key, ""),
        };
        if name.is_empty() || name.contains(']') {
            return Err(invalid(text));
        }
        elements.push(Element::Name(name.into()));
        while !rest.is_empty() {
            let (raw, after) = rest.strip_prefix('[').and_then(|r| r.split_once(']')).ok_or_else(|| invalid(text))?;
            let index = raw.parse().map_err(|_| {
                PathError::new(format!(
                    "[{raw}] is not an integer, cannot be used as an index as part of path [{text}]"
                ))
            })?;
            elements.push(Element::Index(index));
            rest = after;
        }
    }
    Ok(elements.into())
}

/// Follows `elements` from `at` as far as the document goes.
pub(super) fn resolve<'a>(mut at: Value<'a>, elements: &[Element], text: &str) -> Result<Resolved<'a>, Unreached> {
    let mut rest = elements;
    while let Some((element, after)) = rest.split_first() {
        (at, rest) = match (at, element) {
            (Value::Object(_), Element::Index(index)) => {
                return Err(cannot_resolve_index(Some(*index), at, text).into());
            }
            (Value::Object(object), Element::Name(name)) => match object.get(name) {
                Some(next) => (next, after),
                None => {
                    let mut key = name.to_string();
                    let mut found = None;
                    for (i, next) in after.iter().enumerate() {
                        let Element::Name(next) = next else { return Err(not_present(&key, text).into()) };
                        key.push('.');
                        key.push_str(next);
                        if let Some(value) = object.get(&key) {
                            found = Some((value, after.get(i + 1..).unwrap_or_default()));
                            break;
                        }
                    }
                    match found {
                        Some(found) => found,
                        None => return Ok(Resolved::Incomplete { at, missing: key }),
                    }
                }
            },
            (Value::Array(array), Element::Index(index)) => {
                let position = position(&element.to_string(), Some(*index), array, text)?;
                (array.get(position).unwrap_or(Value::Null), after)
            }
            (Value::Null, _) => {
                let reason = format!("cannot resolve [{element}] from null as part of path [{text}]");
                return Err(PathError::new(reason).into());
            }
            (other, _) => return Err(cannot_resolve(&element.to_string(), other.java_class(), text).into()),
        };
    }
    Ok(Resolved::Found(at))
}

pub(super) fn cannot_resolve(key: &str, class: &str, text: &str) -> PathError {
    PathError::new(format!("cannot resolve [{key}] from object of type [{class}] as part of path [{text}]"))
}

pub(super) fn cannot_resolve_index(index: Option<i32>, at: Value<'_>, text: &str) -> PathError {
    let index = index.unwrap_or_default();
    let class = at.java_class();
    PathError::new(format!(
        "cannot resolve array index [{index}] from object of type [{class}] as part of path [{text}]"
    ))
}

fn invalid(text: &str) -> PathError {
    PathError::new(format!("path [{text}] is not valid"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::super::{AccessPattern, Arena, Document, FieldPath, PathError, parse};
    use super::*;

    fn edited(json: &str, edit: impl Fn(&Document<'_>) -> Result<(), PathError>) -> String {
        let arena = Arena::new();
        let root = parse(json, &arena).unwrap().as_object().unwrap();
        let doc = Document::new(&arena, root, jiff::Timestamp::UNIX_EPOCH);
        doc.set_access_pattern(AccessPattern::Flexible);
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
    fn set_takes_the_deepest_object_and_keeps_the_dots_of_the_rest() {
        for (json, at, expected) in [
            ("{}", "a.b", r#"{"a.b":1}"#),
            (r#"{"a":{}}"#, "a.b.c", r#"{"a":{"b.c":1}}"#),
            (r#"{"a.b":{"x":0}}"#, "a.b.c", r#"{"a.b":{"x":0,"c":1}}"#),
            (r#"{"a":[5,6]}"#, "a[1]", r#"{"a":[5,1]}"#),
            (r#"{"a":[5]}"#, "a[3]", "[3] is out of bounds for array with length [1] as part of path [a[3]]"),
            (
                r#"{"a":[5]}"#,
                "a.0",
                "cannot resolve [0] from object of type [java.util.ArrayList] as part of path [a.0]",
            ),
            ("{}", "a[0]", "field [a] not present as part of path [a[0]]"),
            ("{}", "a]", "path [a]] is not valid"),
            ("{}", "a[x]", "[x] is not an integer, cannot be used as an index as part of path [a[x]]"),
            (
                r#"{"a":{}}"#,
                "a[0]",
                "cannot resolve array index [0] from object of type [java.util.HashMap] as part of path [a[0]]",
            ),
        ] {
            assert_eq!(edited(json, |d| d.set(&path(at), Value::Int(1))), expected, "{json} {at}");
        }
    }

    #[test]
    fn get_and_remove_find_keys_with_dots() {
        for (json, at, expected) in [
            (r#"{"a.b":1,"c":2}"#, "a.b", r#"{"c":2}"#),
            (r#"{"a":{"b.c":1}}"#, "a.b.c", r#"{"a":{}}"#),
            (r#"{"a":{}}"#, "a.b.c", "field [b.c] not present as part of path [a.b.c]"),
            (r#"{"a":[1,2]}"#, "a[0]", r#"{"a":[2]}"#),
        ] {
            let edit = |d: &Document<'_>| d.get(&path(at)).and_then(|_| d.remove(&path(at), false));
            assert_eq!(edited(json, edit), expected, "{json} {at}");
        }
        assert_eq!(edited("{}", |d| d.remove(&path("a.b[1]"), true)), "{}");
    }
}
