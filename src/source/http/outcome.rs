//! What became of each item, and how the sender is told.

use super::answer::{Answer, Content};
use super::bulk::Action;
use super::filter_path::FilterPath;
use crate::source::spool::Appended;
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Instant;

/// What became of an item.
pub struct Outcome {
    pub action: Arc<Action>,
    /// `None`: made of where it lies.
    pub id: Option<String>,
    pub error: Option<(&'static str, String)>,
}

/// The items' answers in the order of the request, written one by one: a request may have very many.
pub fn bulk_answer(
    items: &[Outcome],
    appended: &Appended,
    id_prefix: &str,
    filter: Option<&FilterPath>,
    started: Instant,
) -> Answer {
    let took = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let errors = items.iter().any(|item| item.error.is_some());
    let head = json!({"took": took, "errors": errors});
    let mut text = filter.map_or(head.clone(), |filter| filter.apply(head)).to_string();
    text.pop();
    let mut ends = appended.ends.iter();
    let mut plain = PlainAnswers { filter, last: None };
    let mut is_first = true;
    for item in items {
        let is_taken = item.error.is_none();
        let end = if is_taken { ends.next().copied() } else { None };
        let own;
        let answer = match plain.of(item) {
            Some(plain) => plain,
            None => {
                own = filtered(filter, item_answer(item, end.unwrap_or(1), id_prefix));
                &own
            }
        };
        if answer.is_empty() {
            continue;
        }
        text.push_str(match (is_first, text.len()) {
            (true, 1) => "\"items\":[",
            (true, _) => ",\"items\":[",
            (false, _) => ",",
        });
        text.push_str(answer);
        is_first = false;
    }
    text.push_str(if is_first { "}" } else { "]}" });
    Answer { status: StatusCode::OK, content: Content::Text(text), retry_after: None }
}

/// What is left of an item's answer; empty when nothing is.
fn filtered(filter: Option<&FilterPath>, answer: Value) -> String {
    let Some(filter) = filter else { return answer.to_string() };
    let left = filter.apply(json!({"items": [answer]}));
    left.pointer("/items/0").map(Value::to_string).unwrap_or_default()
}

/// Answers that are the same for every item that was taken, as they are for a Beat, which asks for the status only.
struct PlainAnswers<'f> {
    filter: Option<&'f FilterPath>,
    /// The action last asked for; `None` where its answers differ.
    last: Option<(Arc<Action>, Option<String>)>,
}

impl PlainAnswers<'_> {
    fn of(&mut self, item: &Outcome) -> Option<&str> {
        if self.filter.is_none() || item.error.is_some() {
            return None;
        }
        let is_same = |action: &Action| action.operation == item.action.operation && action.index == item.action.index;
        if !self.last.as_ref().is_some_and(|(action, _)| is_same(action)) {
            // Whatever differs between two items that were taken differs between these.
            let probe = |id: &str, end| {
                let outcome = Outcome { action: item.action.clone(), id: Some(id.to_owned()), error: None };
                filtered(self.filter, item_answer(&outcome, end, ""))
            };
            let one = probe("a", 1);
            let plain = (one == probe("b", 2)).then_some(one);
            self.last = Some((item.action.clone(), plain));
        }
        self.last.as_ref().and_then(|(_, plain)| plain.as_deref())
    }
}

fn item_answer(item: &Outcome, end: u64, id_prefix: &str) -> Value {
    let action = &item.action;
    let answer = match &item.error {
        Some((kind, reason)) => {
            json!({"_index": action.index, "_id": item.id, "status": 400, "error": {"type": kind, "reason": reason}})
        }
        None => {
            // As the worker makes it: the offset is that of the entry's last byte.
            let offset = end.saturating_sub(1);
            let id = item.id.clone().unwrap_or_else(|| format!("{id_prefix}{offset}"));
            json!({
                "_index": action.index, "_id": id, "_version": 1, "result": "created",
                "_shards": {"total": 1, "successful": 1, "failed": 0},
                "_seq_no": offset, "_primary_term": 1, "status": 201
            })
        }
    };
    json!({action.operation.name(): answer})
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::source::http::bulk::Operation;

    #[test]
    fn a_filtered_answer_is_the_filter_of_the_answer() {
        let action = |index: &str, operation| {
            let index = index.to_owned();
            Arc::new(Action { operation, index, id: None, pipeline: None, routing: None, unsupported: None })
        };
        let (one, two) = (action("one", Operation::Create), action("two", Operation::Index));
        let outcome = |action: &Arc<Action>, id: Option<&str>, error: Option<&'static str>| Outcome {
            action: action.clone(),
            id: id.map(str::to_owned),
            error: error.map(|kind| (kind, "because".to_owned())),
        };
        let items = [
            outcome(&one, None, None),
            outcome(&one, Some("x"), None),
            outcome(&two, None, Some("illegal_argument_exception")),
            outcome(&two, Some("y"), None),
        ];
        let appended = Appended { segment: 1, ends: vec![10, 20, 30] };
        let parsed = |filter: Option<&FilterPath>| -> Value {
            let answer = bulk_answer(&items, &appended, "p-", filter, Instant::now());
            let Content::Text(text) = answer.content else { panic!() };
            serde_json::from_str(&text).unwrap()
        };
        let whole = parsed(None);
        assert_eq!(whole.pointer("/items/0/create/_id"), Some(&json!("p-9")));
        assert_eq!(whole.pointer("/items/3/index/_seq_no"), Some(&json!(29)));
        for paths in
            ["errors,items.*.error,items.*.status", "items.*._id", "items.create", "-items.*._*,-took", "-items", "x"]
        {
            let filter = FilterPath::new(paths);
            let mut expected = filter.apply(whole.clone());
            let mut found = parsed(Some(&filter));
            // `took` is a time.
            for value in [&mut expected, &mut found] {
                value.as_object_mut().unwrap().remove("took");
            }
            assert_eq!(found, expected, "{paths}");
        }
    }
}
