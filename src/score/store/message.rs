//! What the messages of the shared topic say. The key names what is spoken of, so that compaction keeps the last word on it; a
//! message without value takes a verdict back.
//!
//! Whoever may write to the topic may write anything: what cannot be read is passed over, and nothing in here panics or grows on it.

use super::StoredVerdict;
use crate::score::feedback::Feedback;
use serde::{Deserialize, Serialize};

/// A longer key is none of ours.
const KEY_BYTES_MAX: usize = 1_024;

/// A longer value is neither read nor written.
pub const VALUE_BYTES_MAX: usize = 16 * 1_024;

/// What a verdict is given for, and by whom: during a change of models both have theirs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerdictKey {
    pub template: String,
    pub class: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    pub judge: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt_version: Option<String>,
}

impl VerdictKey {
    pub fn of(verdict: &StoredVerdict) -> Self {
        Self {
            template: verdict.template.clone(),
            class: verdict.class.clone(),
            level: verdict.level.clone(),
            judge: verdict.judge.clone(),
            model: verdict.model.clone(),
            prompt_version: verdict.prompt_version.clone(),
        }
    }
}

/// The key of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Key {
    Verdict(VerdictKey),
    /// What operators say of a template, for all routes or for those of one class.
    #[serde(rename = "override")]
    Override {
        template: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        class: Option<String>,
    },
}

/// What a message says.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    Verdict(StoredVerdict),
    /// The verdict is taken back.
    Gone(VerdictKey),
    /// An operator has spoken, or has taken back what was said.
    Said(Feedback),
}

/// Why a message was passed over; the names are those of the metric's label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skipped {
    Key,
    Value,
    TooLong,
    /// Key and value speak of different things.
    Mismatch,
    /// There is no room for more overrides.
    Full,
}

impl Skipped {
    pub fn name(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Value => "value",
            Self::TooLong => "too_long",
            Self::Mismatch => "mismatch",
            Self::Full => "full",
        }
    }
}

impl News {
    pub fn read(key: Option<&[u8]>, value: Option<&[u8]>) -> Result<Self, Skipped> {
        let key = key.ok_or(Skipped::Key)?;
        if key.len() > KEY_BYTES_MAX || value.is_some_and(|value| value.len() > VALUE_BYTES_MAX) {
            return Err(Skipped::TooLong);
        }
        let key: Key = serde_json::from_slice(key).map_err(|_| Skipped::Key)?;
        match (&key, value) {
            (Key::Verdict(of), None) => Ok(Self::Gone(of.clone())),
            (Key::Verdict(of), Some(value)) => {
                let verdict: StoredVerdict = serde_json::from_slice(value).map_err(|_| Skipped::Value)?;
                if verdict.read().is_none() {
                    return Err(Skipped::Value);
                }
                if VerdictKey::of(&verdict) != *of {
                    return Err(Skipped::Mismatch);
                }
                Ok(Self::Verdict(verdict))
            }
            (Key::Override { template, class }, None) => {
                Ok(Self::Said(Feedback { template: template.clone(), class: class.clone(), ..Feedback::default() }))
            }
            (Key::Override { template, class }, Some(value)) => {
                let said: Feedback = serde_json::from_slice(value).map_err(|_| Skipped::Value)?;
                if said.template != *template || said.class != *class {
                    return Err(Skipped::Mismatch);
                }
                let is_known = said.id().is_some() && (said.verdict.is_none() || said.to_verdict().is_some());
                if is_known { Ok(Self::Said(said)) } else { Err(Skipped::Value) }
            }
        }
    }

    /// Key and value of the message; `None` for what is too long to share.
    pub fn write(&self) -> Option<(Vec<u8>, Option<Vec<u8>>)> {
        let (key, value) = match self {
            Self::Verdict(verdict) => (Key::Verdict(VerdictKey::of(verdict)), Some(serde_json::to_vec(verdict).ok()?)),
            Self::Gone(key) => (Key::Verdict(key.clone()), None),
            // What was taken back stays there as a value: a tombstone would be gone before a replica that was long away is back.
            Self::Said(said) => {
                let key = Key::Override { template: said.template.clone(), class: said.class.clone() };
                (key, Some(serde_json::to_vec(said).ok()?))
            }
        };
        let key = serde_json::to_vec(&key).ok()?;
        let fits = key.len() <= KEY_BYTES_MAX && value.as_ref().is_none_or(|value| value.len() <= VALUE_BYTES_MAX);
        fits.then_some((key, value))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use proptest::prelude::*;

    fn verdict() -> StoredVerdict {
        serde_json::from_str(
            r#"{"template":"00000000000000aa","text":"t <*>","class":"7","level":"ERROR","expires_ms":9,"verdict":"anomaly",
            "severity":"WARNING","score":0.5,"judge":"ollama","model":"m","prompt_version":"3"}"#,
        )
        .unwrap()
    }

    fn said(verdict: Option<&str>) -> Feedback {
        Feedback {
            template: "00000000000000aa".into(),
            verdict: verdict.map(str::to_owned),
            author: "li".into(),
            at: "2026-01-01T00:00:00Z".into(),
            ..Feedback::default()
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let web = Feedback { class: Some("web".into()), ..said(Some("normal")) };
        for news in [
            News::Verdict(verdict()),
            News::Gone(VerdictKey::of(&verdict())),
            News::Said(said(Some("anomaly"))),
            News::Said(said(None)),
            News::Said(web),
        ] {
            let (key, value) = news.write().unwrap();
            assert_eq!(News::read(Some(&key), value.as_deref()), Ok(news));
        }
    }

    #[test]
    fn what_is_not_ours_is_passed_over() {
        let (key, value) = News::Verdict(verdict()).write().unwrap();
        let (other_key, other) = News::Said(said(Some("normal"))).write().unwrap();
        let (value, other) = (value.unwrap(), other.unwrap());
        let severe = String::from_utf8(value.clone()).unwrap().replace("WARNING", "HUGE").into_bytes();
        let moved = String::from_utf8(value.clone()).unwrap().replace("00aa", "00ab").into_bytes();
        let odd = String::from_utf8(other.clone()).unwrap().replace("normal", "odd").into_bytes();
        let (long_key, long) = (vec![b'['; KEY_BYTES_MAX + 1], vec![b'['; VALUE_BYTES_MAX + 1]);
        for (key, value, expected) in [
            (None, Some(&value), Skipped::Key),
            (Some(&b"k".to_vec()), Some(&value), Skipped::Key),
            (Some(&long_key), None, Skipped::TooLong),
            (Some(&key), Some(&long), Skipped::TooLong),
            (Some(&key), Some(&b"{\"cut".to_vec()), Skipped::Value),
            (Some(&key), Some(&severe), Skipped::Value),
            (Some(&key), Some(&moved), Skipped::Mismatch),
            (Some(&key), Some(&other), Skipped::Value),
            (Some(&other_key), Some(&odd), Skipped::Value),
        ] {
            assert_eq!(
                News::read(key.map(Vec::as_slice), value.map(Vec::as_slice)),
                Err(expected),
                "{key:?} {value:?}"
            );
        }
        let long = Feedback { example: Some("x".repeat(VALUE_BYTES_MAX)), ..said(Some("normal")) };
        assert_eq!(News::Said(long).write(), None);
    }

    proptest! {
        #[test]
        fn nothing_panics(key in ".{0,80}", value in proptest::option::of(".{0,200}")) {
            let _ = News::read(Some(key.as_bytes()), value.as_deref().map(str::as_bytes));
        }
    }
}
