//! The body of a `_bulk` request: action lines and documents. What is wrong is said in the words of a node (8.19).

use serde_json::Value;
use std::sync::Arc;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Create,
    Index,
    Delete,
    Update,
}

impl Operation {
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Index => "index",
            Self::Delete => "delete",
            Self::Update => "update",
        }
    }
}

/// An action line.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    pub operation: Operation,
    pub index: String,
    pub id: Option<String>,
    pub pipeline: Option<String>,
    pub routing: Option<String>,
    /// Something that is asked for and that we do not do.
    pub unsupported: Option<&'static str>,
}

#[derive(Clone, Debug)]
pub struct BulkItem<'a> {
    pub action: Arc<Action>,
    /// Empty for `delete`.
    pub source: &'a [u8],
}

/// What the URL says for items that do not say it themselves.
#[derive(Clone, Debug, Default)]
pub struct Defaults {
    pub index: Option<String>,
    pub pipeline: Option<String>,
    pub routing: Option<String>,
}

/// A request that cannot be taken as a whole: Elasticsearch's type and reason of a 400.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    pub kind: &'static str,
    pub reason: String,
    /// Halves of it could be taken.
    pub is_too_large: bool,
}

impl Malformed {
    fn new(kind: &'static str, reason: impl Into<String>) -> Self {
        Self { kind, reason: reason.into(), is_too_large: false }
    }
}

/// Each item costs memory beside its bytes, in the answer too. Senders bundle a few thousand.
const ITEMS_MAX: usize = 200_000;

fn illegal(reason: String) -> Malformed {
    Malformed::new("illegal_argument_exception", reason)
}

/// What an action may say without meaning anything to us: where a document may go is for the output to know.
const HARMLESS: &[&str] = &[
    "_type",
    "require_alias",
    "require_data_stream",
    "list_executed_pipelines",
    "retry_on_conflict",
    "_source",
    "op_type",
];
/// What we would have to hold to and can't, since the document is written later, and not by the sender's terms.
const UNSUPPORTED: &[&str] = &["version", "version_type", "if_seq_no", "if_primary_term", "dynamic_templates"];

/// Takes a body apart.
pub fn parse<'a>(body: &'a [u8], defaults: &Defaults) -> Result<Vec<BulkItem<'a>>, Malformed> {
    if body.is_empty() {
        return Err(Malformed::new("parse_exception", "request body is required"));
    }
    if body.last() != Some(&b'\n') {
        return Err(illegal("The bulk request must be terminated by a newline [\\n]".into()));
    }
    let mut items = Vec::new();
    // Senders mostly say the same of every document.
    let mut last: Option<(&[u8], Arc<Action>)> = None;
    let mut rest = body;
    let mut number = 0;
    while let Some(line) = take_line(&mut rest) {
        number += 1;
        if line.trim_ascii().is_empty() {
            continue;
        }
        let action = match &last {
            Some((same, action)) if *same == line => action.clone(),
            _ => Arc::new(action(line, number, defaults)?),
        };
        last = Some((line, action.clone()));
        let source = if action.operation == Operation::Delete {
            &[]
        } else {
            // An action at the very end has no document: Elasticsearch ignores it too.
            let Some(source) = take_line(&mut rest) else { break };
            number += 1;
            source
        };
        if items.len() >= ITEMS_MAX {
            let reason = format!("the request has more than {ITEMS_MAX} items");
            return Err(Malformed { is_too_large: true, ..Malformed::new("content_too_long_exception", reason) });
        }
        items.push(BulkItem { action, source });
    }
    let missing: Vec<String> = (items.iter().enumerate())
        .filter(|(_, item)| item.action.index.is_empty())
        .map(|(at, _)| format!("{}: index is missing;", at + 1))
        .take(MISSING_TOLD_MAX)
        .collect();
    let invalid =
        |what: &str| Malformed::new("action_request_validation_exception", format!("Validation Failed: {what}"));
    if !missing.is_empty() {
        return Err(invalid(&missing.join("")));
    }
    if items.is_empty() {
        return Err(invalid("1: no requests added;"));
    }
    Ok(items)
}

/// An answer names no more items than this that lack an index.
const MISSING_TOLD_MAX: usize = 100;

/// The next line, without its end.
fn take_line<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let end = memchr::memchr(b'\n', rest)?;
    let (line, after) = rest.split_at(end);
    *rest = after.get(1..).unwrap_or_default();
    Some(line.strip_suffix(b"\r").unwrap_or(line))
}

fn action(line: &[u8], number: usize, defaults: &Defaults) -> Result<Action, Malformed> {
    let malformed = |what: String| illegal(format!("Malformed action/metadata line [{number}], {what}"));
    let value: Value = serde_json::from_slice(line).map_err(|e| malformed(format!("which is no JSON: {e}")))?;
    let Value::Object(map) = value else {
        return Err(malformed(format!("expected START_OBJECT but found [{}]", token(&value))));
    };
    let mut pairs = map.into_iter();
    let Some((name, meta)) = pairs.next() else {
        return Err(malformed("expected FIELD_NAME but found [END_OBJECT]".into()));
    };
    let operation = match name.as_str() {
        "create" => Operation::Create,
        "index" => Operation::Index,
        "delete" => Operation::Delete,
        "update" => Operation::Update,
        _ => {
            let expected = "expected field [create], [delete], [index] or [update]";
            return Err(malformed(format!("{expected} but found [{name}]")));
        }
    };
    if pairs.next().is_some() {
        return Err(malformed("expected END_OBJECT but found [FIELD_NAME]".into()));
    }
    let Value::Object(meta) = meta else {
        return Err(malformed(format!("expected START_OBJECT but found [{}]", token(&meta))));
    };
    let mut action = Action {
        operation,
        index: defaults.index.clone().unwrap_or_default(),
        id: None,
        pipeline: defaults.pipeline.clone(),
        routing: defaults.routing.clone(),
        unsupported: None,
    };
    for (key, value) in meta {
        let text = match value {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(yes) => Some(yes.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        };
        match (key.as_str(), text) {
            ("_index", Some(text)) => action.index = text,
            ("_id", text) => action.id = text,
            ("pipeline", text) => action.pipeline = text,
            ("routing" | "_routing", text) => action.routing = text,
            (known, _) if HARMLESS.contains(&known) => {}
            (key, text) => match UNSUPPORTED.iter().find(|known| **known == key) {
                Some(known) => action.unsupported = action.unsupported.or(Some(*known)),
                None if key == "_index" && text.is_none() => {}
                None => {
                    let reason = format!("Action/metadata line [{number}] contains an unknown parameter [{key}]");
                    return Err(illegal(reason));
                }
            },
        }
    }
    Ok(action)
}

fn token(value: &Value) -> &'static str {
    match value {
        Value::Null => "VALUE_NULL",
        Value::Bool(_) => "VALUE_BOOLEAN",
        Value::Number(_) => "VALUE_NUMBER",
        Value::String(_) => "VALUE_STRING",
        Value::Array(_) => "START_ARRAY",
        Value::Object(_) => "START_OBJECT",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    /// An item as `operation index id pipeline source`.
    fn shown(item: &BulkItem<'_>) -> String {
        let action = &item.action;
        let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".into());
        let source = String::from_utf8_lossy(item.source);
        let (id, pipeline) = (text(&action.id), text(&action.pipeline));
        format!("{} {} {id} {pipeline} {source}", action.operation.name(), action.index)
    }

    #[test]
    fn bodies_are_taken_apart() {
        let defaults = Defaults { index: Some("d".into()), pipeline: Some("p".into()), routing: None };
        for (body, expected) in [
            ("{\"create\":{}}\n{\"a\":1}\n", vec!["create d - p {\"a\":1}"]),
            ("{\"index\":{\"_index\":\"x\",\"_id\":7,\"pipeline\":\"q\"}}\r\n{}\r\n", vec!["index x 7 q {}"]),
            (
                "{\"delete\":{\"_id\":\"z\"}}\n{\"update\":{\"_id\":\"z\"}}\n{\"doc\":{}}\n",
                vec!["delete d z p ", "update d z p {\"doc\":{}}"],
            ),
            ("\n{\"create\":{\"pipeline\":null}}\n1\n\n{\"create\":{}}\n2\n", vec!["create d - - 1", "create d - p 2"]),
            ("{\"create\":{}}\n\n", vec!["create d - p "]),
        ] {
            let items = parse(body.as_bytes(), &defaults).unwrap();
            assert_eq!(items.iter().map(shown).collect::<Vec<_>>(), expected, "{body}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_as_a_node_says_it() {
        for (body, expected) in [
            ("", "request body is required"),
            ("{\"create\":{\"_index\":\"x\"}}\n{\"a\":1}", "The bulk request must be terminated by a newline [\\n]"),
            ("\"create\"\n{}\n", "Malformed action/metadata line [1], expected START_OBJECT but found [VALUE_STRING]"),
            (
                "{\"creat\":{}}\n{}\n",
                "Malformed action/metadata line [1], expected field [create], [delete], [index] or [update] but found [creat]",
            ),
            ("{}\n{}\n", "Malformed action/metadata line [1], expected FIELD_NAME but found [END_OBJECT]"),
            (
                "{\"create\":{\"_index\":\"x\"}}\n{}\n{\"create\":{\"_index\":\"x\",\"foo\":1}}\n{}\n",
                "Action/metadata line [3] contains an unknown parameter [foo]",
            ),
            ("{\"create\":{}}\n{}\n", "Validation Failed: 1: index is missing;"),
            ("{\"create\":{\"_index\":\"x\"}}\n", "Validation Failed: 1: no requests added;"),
            ("\n", "Validation Failed: 1: no requests added;"),
        ] {
            assert_eq!(parse(body.as_bytes(), &Defaults::default()).unwrap_err().reason, expected, "{body}");
        }
        let body = b"{\"create\":{\"_index\":\"x\",\"if_seq_no\":1}}\n{}\n";
        let items = parse(body, &Defaults::default()).unwrap();
        assert_eq!(items[0].action.unsupported, Some("if_seq_no"));
    }

    proptest! {
        #[test]
        fn any_body_is_taken_or_refused(body in prop::collection::vec(prop_oneof![
            Just(b"{\"create\":{\"_index\":\"x\"}}\n".to_vec()),
            Just(b"{\"a\":1}\n".to_vec()),
            Just(b"\n".to_vec()),
            prop::collection::vec(any::<u8>(), 0..20),
        ], 0..12)) {
            let body = body.concat();
            let _ = parse(&body, &Defaults::default());
        }
    }
}
