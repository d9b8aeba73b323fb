//! What `_bulk` answers, and the one treatment that each answer has.
//!
//! | item's status | meaning | treatment |
//! |---|---|---|
//! | 2xx | written | delivered; with `failure_store: used`, counted apart |
//! | 409 | the `_id` exists: ours from an earlier attempt, or one given by the sender or a pipeline | delivered before, counted apart |
//! | 429, 5xx | overloaded | retried with back-off |
//! | 403, 404 | the index is blocked or missing | retried for a bounded time, then dead letter |
//! | 400 and others | the document does not fit (mapping) | dead letter at once |

use crate::delivery::End;
use serde::Deserialize;

/// The answer for one item.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Answer {
    /// Which document it is about, where the server says so.
    #[serde(rename = "_id", default)]
    pub id: Option<String>,
    #[serde(default)]
    pub status: u16,
    #[serde(default)]
    pub error: Option<serde_json::Value>,
    #[serde(default)]
    pub failure_store: Option<String>,
}

/// What happens to an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Treatment {
    End(End),
    Retry,
    RetryWhileBlocked,
    DeadLetter,
}

impl Answer {
    pub fn treatment(&self) -> Treatment {
        match self.status {
            200..=299 if self.failure_store.as_deref() == Some("used") => Treatment::End(End::FailureStored),
            200..=299 => Treatment::End(End::Delivered),
            409 => Treatment::End(End::AlreadyDelivered),
            429 | 500..=599 => Treatment::Retry,
            403 | 404 => Treatment::RetryWhileBlocked,
            _ => Treatment::DeadLetter,
        }
    }

    pub fn error_type(&self) -> &str {
        self.error.as_ref().and_then(|e| e.get("type")?.as_str()).unwrap_or("unknown")
    }

    pub fn reason(&self) -> String {
        let mut text = String::new();
        let mut error = self.error.as_ref();
        while let Some(e) = error {
            if let Some(reason) = e.get("reason").and_then(|r| r.as_str()) {
                if !text.is_empty() {
                    text.push_str(": ");
                }
                text.push_str(reason);
            } else if let Some(reason) = e.as_str() {
                text.push_str(reason);
            }
            error = e.get("caused_by");
        }
        if text.is_empty() { format!("status {}", self.status) } else { text }
    }
}

#[derive(Deserialize)]
struct BulkResponse {
    #[serde(default)]
    items: Vec<OneItem>,
}

/// `{"create": {…}}`: whichever action, only its answer counts.
#[derive(Deserialize)]
struct OneItem {
    #[serde(alias = "create", alias = "update", alias = "delete")]
    index: Answer,
}

/// Reads the answers for `expected` items; a malformed or short body, or one for other items than asked, is an error.
pub(super) fn answers(body: &[u8], expected: usize) -> Result<Vec<Answer>, String> {
    let response: BulkResponse = serde_json::from_slice(body).map_err(|e| e.to_string())?;
    if response.items.len() != expected {
        return Err(format!("{} answers for {expected} items", response.items.len()));
    }
    Ok(response.items.into_iter().map(|item| item.index).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_status_has_one_treatment() {
        for (status, failure_store, treatment) in [
            (200, None, Treatment::End(End::Delivered)),
            (201, None, Treatment::End(End::Delivered)),
            (201, Some("used"), Treatment::End(End::FailureStored)),
            (409, None, Treatment::End(End::AlreadyDelivered)),
            (429, None, Treatment::Retry),
            (503, None, Treatment::Retry),
            (403, None, Treatment::RetryWhileBlocked),
            (404, None, Treatment::RetryWhileBlocked),
            (400, None, Treatment::DeadLetter),
            (0, None, Treatment::DeadLetter),
        ] {
            let answer = Answer { id: None, status, error: None, failure_store: failure_store.map(str::to_owned) };
            assert_eq!(answer.treatment(), treatment, "{status} {failure_store:?}");
        }
    }

    #[test]
    fn reads_answers_and_refuses_short_ones() {
        let body = br#"{"errors":true,"items":[{"create":{"status":201}},{"index":{"status":400,"error":{"type":"document_parsing_exception","reason":"failed","caused_by":{"reason":"not a number"}}}}]}"#;
        let found = answers(body, 2).unwrap();
        assert_eq!(
            (found[1].error_type(), found[1].reason()),
            ("document_parsing_exception", "failed: not a number".into())
        );
        assert_eq!(answers(body, 3).unwrap_err(), "2 answers for 3 items");
        assert!(answers(b"<html>", 1).is_err());
    }
}
