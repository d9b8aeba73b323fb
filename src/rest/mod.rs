//! What logboom answers by where it stands in for an Elasticsearch node: to Filebeat (the `http` source) and to tools (`logboom serve`).

use serde_json::{Value, json};

/// Who a node says it is.
#[derive(Clone, Debug)]
pub struct Identity {
    pub cluster_name: String,
    pub cluster_uuid: String,
    /// The version of Elasticsearch whose answers these are; clients choose by it what they ask.
    pub version: String,
}

impl Identity {
    /// The answer to `GET /`.
    pub fn about(&self) -> Value {
        json!({
            "name": "logboom",
            "cluster_name": self.cluster_name,
            "cluster_uuid": self.cluster_uuid,
            "version": {
                "number": self.version,
                "build_flavor": "default",
                "build_type": "logboom",
                "build_hash": env!("CARGO_PKG_VERSION"),
                "build_date": "1970-01-01T00:00:00.000Z",
                "build_snapshot": false,
                "lucene_version": "9.12.2",
                "minimum_wire_compatibility_version": "7.17.0",
                "minimum_index_compatibility_version": "7.0.0"
            },
            "tagline": "You Know, for Search"
        })
    }
}

/// Whether `name` is what `pattern` means; `*` stands for any characters.
pub fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    true
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn names_match_patterns() {
        for (pattern, name, expected) in [
            ("*", "", true),
            ("**", "x", true),
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("a*c", "abc", true),
            ("a*bc", "abc", true),
            ("a*b*c", "axbxc", true),
            ("a*b*c", "acb", false),
            ("abc", "abcd", false),
            ("a*a", "a", false),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
