//! Posting JSON to a model's server.

use super::Trouble;
use reqwest::{Client, StatusCode};
use serde_json::Value;
use std::time::Duration;

/// A longer body is refused.
const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;

/// What of an error's body goes into a message.
const ERROR_CHARS_MAX: usize = 200;

/// What a server answered.
pub(super) enum Posted {
    Ok(Vec<u8>),
    Refused(StatusCode, String),
    TimedOut,
}

pub(super) async fn post(
    client: &Client,
    url: &str,
    api_key: Option<&str>,
    body: &Value,
    timeout: Duration,
) -> Result<Posted, Trouble> {
    let mut request = client.post(url).json(body).timeout(timeout);
    if let Some(key) = api_key {
        request = request.bearer_auth(key);
    }
    let away = |error: reqwest::Error| {
        if error.is_timeout() { Ok(Posted::TimedOut) } else { Err(Trouble::Away(causes(&error.without_url()))) }
    };
    let mut response = match request.send().await {
        Ok(response) => response,
        Err(error) => return away(error),
    };
    let status = response.status();
    let mut bytes = Vec::new();
    loop {
        match response.chunk().await {
            Ok(None) => break,
            Ok(Some(chunk)) if bytes.len() + chunk.len() <= BODY_BYTES_MAX => bytes.extend_from_slice(&chunk),
            Ok(Some(_)) => return Err(Trouble::Rubbish(format!("more than {BODY_BYTES_MAX} bytes"))),
            Err(error) => return away(error),
        }
    }
    if status.is_success() {
        return Ok(Posted::Ok(bytes));
    }
    Ok(Posted::Refused(status, error_text(&bytes)))
}

/// The message of an error's body: `{"error": "…"}`, `{"error": {"message": "…"}}`, or the body.
fn error_text(bytes: &[u8]) -> String {
    let json: Option<Value> = serde_json::from_slice(bytes).ok();
    let error = json.as_ref().and_then(|json| json.get("error"));
    let said = error.and_then(|error| error.as_str().or_else(|| error.get("message")?.as_str()));
    let text = said.map_or_else(|| String::from_utf8_lossy(bytes).into_owned(), str::to_owned);
    crate::score::question::fence::clean(&text).chars().take(ERROR_CHARS_MAX).collect()
}

/// What a status that is no success means; the request's own faults have been dealt with before.
pub(super) fn trouble_of(status: StatusCode, text: &str, model: &str) -> Trouble {
    match status.as_u16() {
        429 | 503 => Trouble::Busy(format!("HTTP {status}: {text}")),
        404 => Trouble::Away(format!("HTTP {status}: {text} (is the model `{model}` there?)")),
        401 | 403 => Trouble::Away(format!("HTTP {status}: {text} (is `api_key` right?)")),
        _ => Trouble::Away(format!("HTTP {status}: {text}")),
    }
}

fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
