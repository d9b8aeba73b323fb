//! `webhook`: the alert's document as JSON, posted to a URL. Any 2xx takes it.

use super::{Channel, Message, Verdict};
use crate::alert::{AlertDocument, Telling};
use crate::config::Section;

#[derive(Clone)]
pub struct WebhookSettings {
    pub url: String,
    pub headers: Vec<(String, String)>,
}

/// URLs and headers of webhooks carry tokens.
impl std::fmt::Debug for WebhookSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebhookSettings").finish_non_exhaustive()
    }
}

impl WebhookSettings {
    pub fn read(section: &mut Section<'_, '_>) -> Self {
        let url = section.required_string("url");
        let named = section.named("headers");
        let headers = named.iter().filter_map(|(key, node)| Some((key.text.clone(), section.text_of(node)?))).collect();
        Self { url, headers }
    }
}

pub(super) struct Webhook {
    settings: WebhookSettings,
}

impl Webhook {
    pub fn new(settings: WebhookSettings) -> Self {
        Self { settings }
    }
}

impl Channel for Webhook {
    fn render(&self, telling: &Telling, _: i64) -> Message {
        let mut headers = self.settings.headers.clone();
        headers.push(("content-type".into(), "application/json".into()));
        // The same for every attempt at one message, so that the receiver can drop a repetition.
        let told = telling.alert.told_ms.unwrap_or_default();
        headers.push(("idempotency-key".into(), format!("{}-{told}", telling.alert.id)));
        let body = serde_json::to_vec(&AlertDocument::of(&telling.alert)).unwrap_or_default();
        Message { url: self.settings.url.clone(), headers, body }
    }

    fn judge(&self, status: u16, body: &[u8]) -> Verdict {
        let answer = || format!("HTTP {status}: {}", String::from_utf8_lossy(&body[..body.len().min(200)]));
        match status {
            200..=299 => Verdict::Taken,
            408 | 425 | 429 | 500..=599 => Verdict::Later(answer(), None),
            _ => Verdict::Refused(answer()),
        }
    }

    fn rate(&self) -> (u32, u32) {
        (600, 50)
    }
}
