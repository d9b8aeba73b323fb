//! Enrich policies as snapshots in files: what Elasticsearch keeps in an enrich index.
//!
//! `enrich/<name>.yml` (or `.json`) holds the policy as `PUT _enrich/policy/<name>` takes it, `enrich/<name>.ndjson` the documents of
//! its source index, one a line.

mod ranges;

use crate::config::Node;
use hashbrown::HashMap;
use ranges::Ranges;
use serde_json::{Map, Value};

/// Documents that a snapshot may have.
const DOCUMENTS_MAX: usize = 5_000_000;

/// What a policy asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    kind: PolicyKind,
    match_field: String,
    enrich_fields: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PolicyKind {
    Match,
    Range,
}

impl Policy {
    /// Reads a policy; the error is in words of its own.
    pub fn read(node: &Node) -> Result<Self, String> {
        let Some([(kind, body)]) = node.as_map() else {
            return Err("a policy is an object with one of [match] and [range]".into());
        };
        let kind = match kind.text.as_str() {
            "match" => PolicyKind::Match,
            "range" => PolicyKind::Range,
            "geo_match" => {
                return Err(
                    "policies of type [geo_match] need an index of shapes: run them in Elasticsearch, or look \
                            places up with `geoip` or `table`"
                        .into(),
                );
            }
            other => return Err(format!("unsupported policy type [{other}], supported types are [match, range]")),
        };
        if body.get("query").is_some() {
            return Err("[query] cannot be applied to a snapshot: apply it when you export the documents".into());
        }
        let match_field = body.get("match_field").and_then(Node::as_str).ok_or("[match_field] is missing")?;
        let fields = body.get("enrich_fields").and_then(Node::as_list).ok_or("[enrich_fields] is missing")?;
        let enrich_fields = fields.iter().map(|f| f.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>();
        let enrich_fields = enrich_fields.ok_or("[enrich_fields] must be a list of names")?;
        Ok(Self { kind, match_field: match_field.to_owned(), enrich_fields })
    }
}

/// The documents of a policy, by what they are found by.
pub struct Snapshot {
    documents: Vec<Value>,
    index: Index,
}

enum Index {
    Match(HashMap<Box<str>, Vec<u32>>),
    Range(Ranges),
}

impl Snapshot {
    /// Reads the source index' documents, one a line: `{"email": …}` or `{"_source": {"email": …}}`.
    pub fn parse(policy: &Policy, bytes: Vec<u8>) -> Result<Self, String> {
        let text = String::from_utf8(bytes).map_err(|_| "the snapshot is not UTF-8".to_owned())?;
        let mut documents = Vec::new();
        let mut keys: Vec<Vec<Value>> = Vec::new();
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let mut line: Map<String, Value> =
                serde_json::from_str(line).map_err(|e| format!("line {}: not a JSON object: {e}", at + 1))?;
            let source = match line.remove("_source") {
                Some(Value::Object(source)) => source,
                _ => line,
            };
            keys.push(match find(&source, &policy.match_field) {
                Some(Value::Array(values)) => values.clone(),
                Some(value) => vec![value.clone()],
                None => Vec::new(),
            });
            let fields = policy.enrich_fields.iter().chain([&policy.match_field]);
            documents.push(Value::Object(only(&source, "", &fields.map(String::as_str).collect::<Vec<_>>())));
            if documents.len() > DOCUMENTS_MAX {
                return Err(format!("the snapshot has more than {DOCUMENTS_MAX} documents"));
            }
        }
        let index = match policy.kind {
            PolicyKind::Match => Index::Match(by_key(&keys)),
            PolicyKind::Range => Index::Range(Ranges::build(&keys)?),
        };
        Ok(Self { documents, index })
    }

    /// The documents for any of `keys`, in the snapshot's order, at most so many.
    pub fn look_up<'k>(&self, keys: impl Iterator<Item = &'k str>, max_matches: usize) -> Vec<&Value> {
        let mut found: Vec<u32> = match &self.index {
            Index::Match(rows) => keys.filter_map(|key| rows.get(key)).flatten().copied().collect(),
            Index::Range(ranges) => keys.flat_map(|key| ranges.around(key)).collect(),
        };
        found.sort_unstable();
        found.dedup();
        found.into_iter().take(max_matches).filter_map(|at| self.documents.get(at as usize)).collect()
    }
}

fn by_key(keys: &[Vec<Value>]) -> HashMap<Box<str>, Vec<u32>> {
    let mut rows: HashMap<Box<str>, Vec<u32>> = HashMap::new();
    for (at, keys) in keys.iter().enumerate() {
        for key in keys {
            let text = match key {
                Value::String(text) => text.clone(),
                Value::Null | Value::Object(_) | Value::Array(_) => continue,
                other => other.to_string(),
            };
            rows.entry(text.into_boxed_str()).or_default().push(at as u32);
        }
    }
    rows
}

/// The value at a path, through objects and keys with dots.
fn find<'v>(object: &'v Map<String, Value>, path: &str) -> Option<&'v Value> {
    if let Some(value) = object.get(path) {
        return Some(value);
    }
    path.match_indices('.').find_map(|(dot, _)| {
        let inner = object.get(path.get(..dot)?)?.as_object()?;
        find(inner, path.get(dot + 1..)?)
    })
}

/// The members whose paths are among `fields` or lie within one of them.
fn only(object: &Map<String, Value>, prefix: &str, fields: &[&str]) -> Map<String, Value> {
    let mut kept = Map::new();
    for (key, value) in object {
        let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        if fields.contains(&path.as_str()) {
            kept.insert(key.clone(), value.clone());
        } else if let Value::Object(inner) = value {
            let inner = only(inner, &path, fields);
            if !inner.is_empty() {
                kept.insert(key.clone(), Value::Object(inner));
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::read_text;

    fn policy(yaml: &str) -> Result<Policy, String> {
        Policy::read(&read_text("p.yml", yaml).unwrap())
    }

    #[test]
    fn documents_by_key_with_the_policy_s_fields_only() {
        let policy =
            policy("match: {indices: users, match_field: user.email, enrich_fields: [name, geo.city]}").unwrap();
        let lines = concat!(
            r#"{"user":{"email":["a","b"],"age":1},"name":"A","geo":{"city":"X","zip":1},"extra":1}"#,
            "\n\n",
            r#"{"_source":{"user.email":"b","name":"B"}}"#,
            "\n",
            r#"{"name":"no key"}"#,
        );
        let snapshot = Snapshot::parse(&policy, lines.as_bytes().to_vec()).unwrap();
        let look_up = |key: &str, max| {
            snapshot.look_up([key].into_iter(), max).into_iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let (a, b) =
            (r#"{"user":{"email":["a","b"]},"name":"A","geo":{"city":"X"}}"#, r#"{"user.email":"b","name":"B"}"#);
        assert_eq!(look_up("a", 1), [a]);
        assert_eq!(look_up("b", 9), [a, b]);
        assert_eq!(look_up("b", 1), [a]);
        assert!(look_up("c", 1).is_empty());
        assert_eq!(snapshot.look_up(["b", "a"].into_iter(), 9).len(), 2);
    }

    #[test]
    fn ranges() {
        let policy = policy("range: {indices: nets, match_field: net, enrich_fields: [zone]}").unwrap();
        let lines = r#"{"net":"10.0.0.0/8","zone":"inside"}
            {"net":{"gte":"10.1.0.0","lt":"10.2.0.0"},"zone":"lab"}"#;
        let snapshot = Snapshot::parse(&policy, lines.as_bytes().to_vec()).unwrap();
        let zones = |key: &str| {
            let found = snapshot.look_up([key].into_iter(), 9);
            found.into_iter().filter_map(|d| d.get("zone")?.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(zones("10.1.2.3"), ["inside", "lab"]);
        assert_eq!(zones("10.2.0.0"), ["inside"]);
        assert!(zones("11.0.0.0").is_empty());
    }

    #[test]
    fn what_is_wrong_with_a_policy() {
        for (yaml, expected) in [
            ("x: {}", "unsupported policy type [x], supported types are [match, range]"),
            ("match: {enrich_fields: [a]}", "[match_field] is missing"),
            ("match: {match_field: a}", "[enrich_fields] is missing"),
            (
                "match: {match_field: a, enrich_fields: [a], query: {}}",
                "[query] cannot be applied to a snapshot: apply it when you export the documents",
            ),
            ("[]", "a policy is an object with one of [match] and [range]"),
        ] {
            assert_eq!(policy(yaml).unwrap_err(), expected);
        }
        let policy = policy("match: {match_field: a, enrich_fields: [b]}").unwrap();
        let error = Snapshot::parse(&policy, b"{}\n[1]".to_vec()).err().unwrap();
        assert!(error.starts_with("line 2: not a JSON object: "), "{error}");
    }
}
