//! Answers in Elasticsearch's form.

use crate::source::FilterPath;
use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

/// An answer: its status and its JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: StatusCode,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn new(status: StatusCode, body: &Value) -> Self {
        Self { status, body: body.to_string().into_bytes() }
    }

    pub fn ok(body: &Value) -> Self {
        Self::new(StatusCode::OK, body)
    }

    /// A request that failed as a whole.
    pub fn error(status: StatusCode, kind: &str, reason: &str) -> Self {
        Self::exception(status, json!({"type": kind, "reason": reason}))
    }

    pub fn bad_request(kind: &str, reason: &str) -> Self {
        Self::error(StatusCode::BAD_REQUEST, kind, reason)
    }

    /// An exception with what it says besides type and reason.
    pub fn exception(status: StatusCode, exception: Value) -> Self {
        // The cause of a cause is told once.
        let mut root = exception.clone();
        if let Some(members) = root.as_object_mut() {
            members.remove("caused_by");
        }
        let mut error = json!({"root_cause": [root]});
        if let (Some(error), Value::Object(members)) = (error.as_object_mut(), exception) {
            error.extend(members);
        }
        Self::new(status, &json!({"error": error, "status": status.as_u16()}))
    }

    /// The node's short form, for requests that no handler took.
    pub fn plain(status: StatusCode, error: &str) -> Self {
        Self::new(status, &json!({"error": error, "status": status.as_u16()}))
    }

    pub fn broken() -> Self {
        let reason = "the request could not be worked on: this is a bug in logboom, please report it with the request";
        Self::error(StatusCode::INTERNAL_SERVER_ERROR, "illegal_state_exception", reason)
    }

    /// Only the parts that `filter_path` asks for.
    pub fn filtered(self, paths: &str) -> Self {
        match serde_json::from_slice(&self.body) {
            Ok(value) => Self { body: FilterPath::new(paths).apply(value).to_string().into_bytes(), ..self },
            Err(_) => self,
        }
    }

    /// With line breaks, where `pretty` is asked for.
    pub fn pretty(self) -> Self {
        let value: Result<Value, _> = serde_json::from_slice(&self.body);
        match value.and_then(|value| serde_json::to_vec_pretty(&value)) {
            Ok(body) => Self { body, ..self },
            Err(_) => self,
        }
    }

    pub fn respond(self, is_head: bool) -> Response<Body> {
        let body = if is_head { Body::empty() } else { Body::from(self.body) };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        // Elastic's clients talk to nobody who does not say this.
        headers.insert("X-elastic-product", HeaderValue::from_static("Elasticsearch"));
        response
    }
}
