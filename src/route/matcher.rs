//! `match:` of a route: fields compared with a value, a list of values, or globs.

use crate::config::{Data, Node, Problems};
use crate::document::{Document, FieldPath, Value};

/// All fields must match.
#[derive(Clone, Debug, Default)]
pub struct Match {
    fields: Vec<(FieldPath, Vec<Pattern>)>,
}

#[derive(Clone, Debug)]
enum Pattern {
    /// The text of the value, as JSON would show it without quotes.
    Equals(String),
    Glob(glob::Pattern),
}

impl Match {
    pub fn read(node: &Node, problems: &Problems) -> Self {
        let Some(members) = node.as_map() else {
            problems.add(node.error(format!("expected a map from field to value, found {}", node.describe())));
            return Self::default();
        };
        let mut fields = Vec::new();
        for (key, value) in members {
            let path = FieldPath::parse(&key.text);
            let values = value.as_list().unwrap_or(std::slice::from_ref(value));
            let patterns = values.iter().filter_map(|v| pattern(v, problems)).collect();
            match path {
                Ok(path) => fields.push((path, patterns)),
                Err(e) => problems.add(value.error(e.reason)),
            }
        }
        Self { fields }
    }

    /// Whether every field matches one of its patterns. A list matches when one of its items does; a dotted key of the document
    /// (`{"event.dataset": …}`) counts like the nested field.
    pub fn holds(&self, doc: &Document<'_>) -> bool {
        self.fields.iter().all(|(path, patterns)| {
            let found = doc.find(path).or_else(|| doc.root.get(path.text()));
            found.is_some_and(|value| match value {
                Value::Array(items) => items.iter().any(|item| patterns.iter().any(|p| p.matches(item))),
                value => patterns.iter().any(|p| p.matches(value)),
            })
        })
    }
}

fn pattern(node: &Node, problems: &Problems) -> Option<Pattern> {
    Some(match &node.data {
        Data::String(s) if s.contains(['*', '?', '[']) => match glob::Pattern::new(s) {
            Ok(glob) => Pattern::Glob(glob),
            Err(e) => {
                problems.add(node.error(format!("invalid glob `{s}`: {e}")));
                return None;
            }
        },
        Data::String(s) => Pattern::Equals(s.clone()),
        Data::Bool(b) => Pattern::Equals(b.to_string()),
        Data::Int(i) => Pattern::Equals(i.to_string()),
        Data::Float(f) => Pattern::Equals(f.to_string()),
        _ => {
            problems.add(node.error(format!("expected a value, found {}", node.describe())));
            return None;
        }
    })
}

impl Pattern {
    fn matches(&self, value: Value<'_>) -> bool {
        match (self, value) {
            (Pattern::Equals(wanted), Value::Str(s)) => wanted == s,
            (Pattern::Glob(glob), Value::Str(s)) => glob.matches(s),
            (_, Value::Object(_) | Value::Array(_) | Value::Null) => false,
            (Pattern::Equals(wanted), other) => *wanted == other.to_java_string(),
            (Pattern::Glob(glob), other) => glob.matches(&other.to_java_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::read_text;
    use crate::document::{Arena, parse};

    #[test]
    fn equality_lists_and_globs() {
        for (pattern, json, expected) in [
            ("a.b: x", r#"{"a":{"b":"x"}}"#, true),
            ("a.b: x", r#"{"a.b":"x"}"#, true),
            ("a.b: x", r#"{"a":{"b":"y"}}"#, false),
            ("a: [1, x]", r#"{"a":1}"#, true),
            ("a: '/var/log/*.log'", r#"{"a":"/var/log/x.log"}"#, true),
            ("a: x", r#"{"a":["y","x"]}"#, true),
            ("{a: x, b: y}", r#"{"a":"x"}"#, false),
            ("a: null-ish", r#"{"a":null}"#, false),
        ] {
            let problems = Problems::default();
            let matcher = Match::read(&read_text("r", pattern).unwrap(), &problems);
            assert!(problems.into_vec().is_empty());
            let arena = Arena::new();
            let root = parse(json, &arena).unwrap().as_object().unwrap();
            let doc = Document::new(&arena, root, jiff::Timestamp::UNIX_EPOCH);
            assert_eq!(matcher.holds(&doc), expected, "{pattern} {json}");
        }
    }
}
