//! Who may send: names with passwords (Basic), and API keys, as an Elasticsearch takes them.

use super::answer::Answer;
use super::settings::AuthSettings;
use axum::http::{HeaderMap, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// Digests of all that is let in. Comparing digests tells nothing of how much of a secret was right.
#[derive(Clone, Debug)]
pub struct Gate {
    allowed: Vec<[u8; 32]>,
}

impl Gate {
    pub fn new(settings: &AuthSettings) -> Self {
        let users = settings.users.iter().map(|(name, password)| digest("basic", &format!("{name}:{password}")));
        let keys = settings.api_keys.iter().map(|key| digest("apikey", key));
        Self { allowed: users.chain(keys).collect() }
    }

    pub fn is_open(&self) -> bool {
        self.allowed.is_empty()
    }

    /// The answer for who is not let in.
    pub fn refuse(&self, headers: &HeaderMap) -> Option<Answer> {
        if self.is_open() {
            return None;
        }
        let credentials = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let reason = match credentials {
            None => "missing authentication credentials for REST request".to_owned(),
            Some(text) => match credential(text) {
                Some(digest) if self.knows(&digest) => return None,
                Some(_) => "unable to authenticate with the given credentials".to_owned(),
                None => "the Authorization header is neither `Basic` nor `ApiKey`".to_owned(),
            },
        };
        Some(Answer::error(StatusCode::UNAUTHORIZED, "security_exception", &reason))
    }

    fn knows(&self, digest: &[u8; 32]) -> bool {
        // Without an early end: each known secret takes the same time.
        self.allowed.iter().fold(false, |found, allowed| {
            let difference = allowed.iter().zip(digest).fold(0, |sum, (a, b)| sum | (a ^ b));
            found | (difference == 0)
        })
    }
}

/// The digest of an Authorization header's credentials.
fn credential(text: &str) -> Option<[u8; 32]> {
    let (scheme, encoded) = text.split_once(' ')?;
    let scheme = scheme.to_ascii_lowercase();
    if scheme != "basic" && scheme != "apikey" {
        return None;
    }
    let decoded = STANDARD.decode(encoded.trim()).ok()?;
    Some(digest(&scheme, std::str::from_utf8(&decoded).ok()?))
}

fn digest(scheme: &str, secret: &str) -> [u8; 32] {
    Sha256::new().chain_update(scheme).chain_update([0]).chain_update(secret).finalize().into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_who_is_known_is_let_in() {
        let gate = Gate::new(&AuthSettings {
            users: vec![("beat".into(), "se:cret".into())],
            api_keys: vec!["id:key".into()],
        });
        let header = |scheme: &str, secret: &str| format!("{scheme} {}", STANDARD.encode(secret));
        for (value, is_let_in) in [
            (Some(header("Basic", "beat:se:cret")), true),
            (Some(header("basic", "beat:se:cret")), true),
            (Some(header("ApiKey", "id:key")), true),
            (Some(header("Basic", "beat:secret")), false),
            (Some(header("Basic", "id:key")), false),
            (Some(header("ApiKey", "beat:se:cret")), false),
            (Some("Bearer x".into()), false),
            (Some("Basic !".into()), false),
            (None, false),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(value) = &value {
                headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            }
            let refused = gate.refuse(&headers);
            assert_eq!(refused.is_none(), is_let_in, "{value:?}");
            assert!(refused.is_none_or(|answer| answer.status == StatusCode::UNAUTHORIZED));
        }
        assert!(Gate::new(&AuthSettings::default()).refuse(&HeaderMap::new()).is_none());
    }
}
