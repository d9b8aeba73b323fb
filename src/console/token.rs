//! Who may use `/api`: whoever brings the token, where there is one.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// The token's digest. Comparing digests tells nothing of how much of a secret was right.
#[derive(Clone)]
pub(super) struct Token(Option<Arc<[u8; 32]>>);

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

impl Token {
    pub fn new(token: Option<&str>) -> Self {
        Self(token.map(|token| Arc::new(digest(token))))
    }

    fn admits(&self, headers: &HeaderMap) -> bool {
        let Some(expected) = &self.0 else { return true };
        let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let given =
            given.and_then(|text| text.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        given.is_some_and(|(_, token)| digest(token.trim()) == **expected)
    }
}

/// Lets requests pass that bring the token; others are answered with 401.
pub(super) async fn check(State(token): State<Token>, request: Request, next: Next) -> Response {
    if token.admits(request.headers()) {
        return next.run(request).await;
    }
    let answer =
        json!({ "error": "the header `Authorization: Bearer …` with the console's token is missing or wrong" });
    (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer")], Json(answer)).into_response()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn only_the_token_is_let_in() {
        for (token, given, expected) in [
            (None, None, true),
            (None, Some("Bearer whatever"), true),
            (Some("s3cret"), None, false),
            (Some("s3cret"), Some("Bearer s3cret"), true),
            (Some("s3cret"), Some("bearer  s3cret"), true),
            (Some("s3cret"), Some("Bearer s3cre"), false),
            (Some("s3cret"), Some("Basic s3cret"), false),
            (Some("s3cret"), Some("s3cret"), false),
            (Some("s3cret"), Some("Bearer"), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.extend(given.map(|given| (header::AUTHORIZATION, given.parse().unwrap())));
            assert_eq!(Token::new(token).admits(&headers), expected, "{token:?} {given:?}");
        }
    }
}
