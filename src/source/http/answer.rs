//! Answers in Elasticsearch's own form.

use axum::http::StatusCode;
use serde_json::{Value, json};

/// An answer: its status and body.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub status: StatusCode,
    pub content: Content,
    /// Seconds after which the sender may try again.
    pub retry_after: Option<u32>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    Json(Value),
    /// JSON that is written already.
    Text(String),
}

impl Answer {
    pub fn new(status: StatusCode, body: Value) -> Self {
        Self { status, content: Content::Json(body), retry_after: None }
    }

    pub fn ok(body: Value) -> Self {
        Self::new(StatusCode::OK, body)
    }

    /// A request that failed as a whole.
    pub fn error(status: StatusCode, kind: &str, reason: &str) -> Self {
        let cause = json!({"type": kind, "reason": reason});
        Self::new(
            status,
            json!({"error": {"root_cause": [cause], "type": kind, "reason": reason}, "status": status.as_u16()}),
        )
    }

    /// The request may come again later.
    pub fn busy(reason: &str, retry_after: u32) -> Self {
        let answer = Self::error(StatusCode::TOO_MANY_REQUESTS, "es_rejected_execution_exception", reason);
        Self { retry_after: Some(retry_after), ..answer }
    }
}
