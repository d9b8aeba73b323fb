//! `feishu`: a card in a Feishu (or Lark) group through its custom bot.
//!
//! Format: card JSON 2.0, signed as the bot's page says: Base64 of HMAC-SHA256 with `"{timestamp}\n{secret}"` as the *key* and
//! nothing as the message. The bot answers 200 to what it refuses: the body's `code` counts.

use super::{Channel, Message, Verdict};
use crate::alert::{Severity, State, Telling};
use crate::config::Section;
use base64::Engine;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;
use std::time::Duration;

#[derive(Clone)]
pub struct FeishuSettings {
    pub url: String,
    pub secret: Option<String>,
    /// A link on the card; `{alert.id}`, `{index}` and `{id}` (of a sample record) are put in.
    pub link: Option<String>,
}

/// The URL is the bot's key.
impl std::fmt::Debug for FeishuSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FeishuSettings").finish_non_exhaustive()
    }
}

impl FeishuSettings {
    pub fn read(section: &mut Section<'_, '_>) -> Self {
        Self { url: section.required_string("url"), secret: section.string("secret"), link: section.string("link") }
    }
}

pub(super) struct Feishu {
    settings: FeishuSettings,
}

/// The bot refuses bodies above 20 KB; log text is cut far below.
const SAMPLE_CHARS_MAX: usize = 1_000;
const LINE_CHARS_MAX: usize = 300;

impl Feishu {
    pub fn new(settings: FeishuSettings) -> Self {
        Self { settings }
    }

    fn card(&self, telling: &Telling) -> serde_json::Value {
        let alert = &telling.alert;
        let (color, state) = match (alert.state, alert.severity) {
            (State::Resolved, _) => ("green", "已恢复 Resolved"),
            (_, Severity::Critical) => ("red", "告警 Firing"),
            (_, Severity::Warning) => ("orange", "告警 Firing"),
            (_, Severity::Info) => ("blue", "告警 Firing"),
        };
        let time = |ms: i64| jiff::Timestamp::from_millisecond(ms).unwrap_or_default().to_string();
        let labels: Vec<String> = alert.labels.iter().map(|(k, v)| format!("{}: {}", plain(k), plain(v))).collect();
        let facts = [
            format!("**级别 Severity** {}", alert.severity.name()),
            format!("**原因 Reason** {}", plain(&alert.reason)),
            format!("**次数 Count** {}", alert.count),
            format!("**首次 First** {}", time(alert.first_ms)),
            format!("**最近 Last** {}", time(alert.last_ms)),
            format!("**来源 Route** {} {}", plain(&alert.route), labels.join(" ")),
        ];
        let mut elements = vec![json!({"tag": "markdown", "content": facts.join("\n")})];
        if let Some(sample) = alert.samples.first() {
            elements.push(json!({"tag": "markdown", "content": fenced(&sample.message)}));
            if let Some(link) = &self.settings.link {
                let url =
                    link.replace("{alert.id}", &alert.id).replace("{index}", &sample.index).replace("{id}", &sample.id);
                elements.push(json!({
                    "tag": "button", "type": "primary", "text": {"tag": "plain_text", "content": "查看 Open"},
                    "behaviors": [{"type": "open_url", "default_url": url}]
                }));
            }
        }
        let title = format!("{state}: {}", cut(&alert.template_text, LINE_CHARS_MAX));
        json!({
            "schema": "2.0",
            "config": {"update_multi": true, "width_mode": "fill", "summary": {"content": title}},
            "header": {"title": {"tag": "plain_text", "content": title}, "template": color},
            "body": {"elements": elements}
        })
    }
}

impl Channel for Feishu {
    fn render(&self, telling: &Telling, now_seconds: i64) -> Message {
        let mut body = json!({"msg_type": "interactive", "card": self.card(telling)});
        if let (Some(secret), Some(object)) = (&self.settings.secret, body.as_object_mut()) {
            object.insert("timestamp".into(), now_seconds.to_string().into());
            object.insert("sign".into(), sign(now_seconds, secret).into());
        }
        Message {
            url: self.settings.url.clone(),
            headers: vec![("content-type".into(), "application/json".into())],
            body: body.to_string().into_bytes(),
        }
    }

    fn judge(&self, status: u16, body: &[u8]) -> Verdict {
        let answer: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
        let message = answer.get("msg").and_then(|m| m.as_str()).unwrap_or_default().to_owned();
        let code = answer.get("code").or_else(|| answer.get("StatusCode")).and_then(serde_json::Value::as_i64);
        match (code, status) {
            (Some(0), _) => Verdict::Taken,
            // Rate limits: `frequency limited` with 200, `too many request` with 400.
            (Some(11232), _) => Verdict::Later(message, Some(Duration::from_secs(5))),
            (Some(9499), _) if message.contains("too many") => Verdict::Later(message, Some(Duration::from_secs(2))),
            (Some(19021), _) => Verdict::Refused(format!(
                "{message} (19021): wrong `secret`, or this machine's clock is off by more than an hour"
            )),
            (Some(19001), _) => {
                Verdict::Refused(format!("{message} (19001): the bot's `url` is wrong or the bot was removed"))
            }
            (Some(19022), _) => {
                Verdict::Refused(format!("{message} (19022): add this machine's address to the bot's allowed IPs"))
            }
            (Some(19024), _) => {
                Verdict::Refused(format!("{message} (19024): the bot wants a keyword; use a signature instead"))
            }
            (Some(code), _) => Verdict::Refused(format!("{message} ({code})")),
            (None, 429 | 500..=599) => Verdict::Later(format!("HTTP {status}"), None),
            (None, _) => Verdict::Refused(format!("HTTP {status}, and no code in the answer")),
        }
    }

    /// 100 a minute and 5 a second are the bot's bounds; a fifth is left to others.
    fn rate(&self) -> (u32, u32) {
        (80, 4)
    }
}

fn sign(timestamp: i64, secret: &str) -> String {
    let key = format!("{timestamp}\n{secret}");
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else { return String::new() };
    base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes())
}

/// Log text in running markdown: whatever could be a tag, a mention or a link is made harmless.
fn plain(text: &str) -> String {
    cut(text, LINE_CHARS_MAX)
        .chars()
        .map(|c| match c {
            '<' => '＜',
            '>' => '＞',
            '[' => '［',
            ']' => '］',
            '`' => 'ˋ',
            '*' => '＊',
            '\n' | '\r' => ' ',
            c => c,
        })
        .filter(|c| !c.is_control())
        .collect()
}

/// Log text in a code block that it can't close.
fn fenced(text: &str) -> String {
    let text: String =
        cut(text, SAMPLE_CHARS_MAX).chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    format!("```\n{}\n```", text.replace('`', "ˋ").replace("<at", "＜at"))
}

fn cut(text: &str, chars_max: usize) -> String {
    match text.char_indices().nth(chars_max) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel() -> Feishu {
        Feishu::new(FeishuSettings { url: "http://x".into(), secret: Some("demo".into()), link: None })
    }

    #[test]
    fn signs_as_the_bots_page_says() {
        assert_eq!(sign(1_599_360_473, "demo"), "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=");
    }

    #[test]
    fn the_answers_code_counts_not_its_status() {
        for (status, body, taken, later) in [
            (200, r#"{"code":0,"msg":"success"}"#, true, false),
            (200, r#"{"StatusCode":0}"#, true, false),
            (200, r#"{"code":11232,"msg":"frequency limited"}"#, false, true),
            (400, r#"{"code":9499,"msg":"too many request"}"#, false, true),
            (400, r#"{"code":9499,"msg":"Bad Request"}"#, false, false),
            (200, r#"{"code":19021,"msg":"sign match fail"}"#, false, false),
            (502, "<html>", false, true),
            (200, "<html>", false, false),
        ] {
            let verdict = channel().judge(status, body.as_bytes());
            assert_eq!(verdict == Verdict::Taken, taken, "{body}");
            assert_eq!(matches!(verdict, Verdict::Later(..)), later, "{body}");
        }
    }

    #[test]
    fn log_text_cannot_mention_or_link() {
        assert_eq!(plain("<at id=all></at> [x](http://y) `z`"), "＜at id=all＞＜/at＞ ［x］(http://y) ˋzˋ");
        assert_eq!(fenced("a\n```\n<at id=all></at>"), "```\na\nˋˋˋ\n＜at id=all></at>\n```");
        assert_eq!(cut("宕机宕机", 2), "宕机…");
    }
}
