//! What of a model's answer is believed. A schema that the server was given promises little: answers come wrapped in prose or
//! Markdown, with thinking in front, cut off, with other ids, with words that are no category. Whatever is not exactly as asked is
//! refused.

use super::fence::clean;
use super::prompt::CATEGORIES;
use crate::score::judges::Opinion;
use crate::score::verdict::{Kind, Severity};
use serde_json::{Map, Value};
use thiserror::Error;

/// A longer answer is refused.
pub const ANSWER_BYTES_MAX: usize = 256 * 1024;

/// A reason is cut after so many characters.
const REASON_CHARS_MAX: usize = 240;

#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Unusable {
    #[error("the answer is empty")]
    Empty,
    #[error("the answer has {0} bytes")]
    TooLong(usize),
    #[error("no JSON: {0}")]
    NoJson(String),
    #[error("the JSON ends too early")]
    CutOff,
    #[error("not as asked: {0}")]
    Shape(String),
    #[error("an id that was not asked about: {0:?}")]
    StrangeId(String),
}

/// Reads the verdicts on `ids`; `None` where there is none that can be used. An answer that speaks of ids that were not asked is
/// refused as a whole: it does not know what it speaks of.
pub fn read_answer(text: &str, ids: &[String]) -> Result<Vec<Option<Opinion>>, Unusable> {
    if text.len() > ANSWER_BYTES_MAX {
        return Err(Unusable::TooLong(text.len()));
    }
    let json = read_json(strip_wrapping(text))?;
    let verdicts = match &json {
        Value::Array(verdicts) => verdicts.as_slice(),
        Value::Object(object) => match object.get("verdicts") {
            Some(Value::Array(verdicts)) => verdicts.as_slice(),
            // One verdict needs no list.
            _ if object.contains_key("id") && ids.len() == 1 => std::slice::from_ref(&json),
            _ => return Err(Unusable::Shape("there is no list `verdicts`".into())),
        },
        _ => return Err(Unusable::Shape("neither an object nor a list".into())),
    };
    let mut found: Vec<Vec<Option<Opinion>>> = vec![Vec::new(); ids.len()];
    for verdict in verdicts {
        let object = verdict.as_object().ok_or_else(|| Unusable::Shape("a verdict is no object".into()))?;
        let id = object.get("id").and_then(Value::as_str).unwrap_or_default();
        let place = ids.iter().position(|known| known == id).and_then(|at| found.get_mut(at));
        place.ok_or_else(|| Unusable::StrangeId(id.chars().take(32).collect()))?.push(read_opinion(object).ok());
    }
    // Two verdicts on one id are none.
    Ok(found.into_iter().map(|mut said| if said.len() == 1 { said.pop().flatten() } else { None }).collect())
}

/// Takes off what stands around the JSON: thinking, Markdown fences.
pub fn strip_wrapping(text: &str) -> &str {
    let mut text = text.trim();
    for end in ["</think>", "</thinking>", "</thought>", "<|end_of_thought|>", "<|message|>"] {
        if let Some(at) = text.rfind(end) {
            text = text.get(at + end.len()..).unwrap_or_default().trim();
        }
    }
    if let Some(open) = text.find("```") {
        let inner = text.get(open + 3..).unwrap_or_default();
        let inner = inner.strip_prefix("json").or_else(|| inner.strip_prefix("JSON")).unwrap_or(inner);
        text = inner.split("```").next().unwrap_or_default().trim();
    }
    text
}

/// The first JSON object or list in `text`; prose before and after it is passed over.
fn read_json(text: &str) -> Result<Value, Unusable> {
    if text.is_empty() {
        return Err(Unusable::Empty);
    }
    let Some(start) = text.find(['{', '[']) else {
        return Err(Unusable::NoJson(text.chars().take(60).collect()));
    };
    let mut values = serde_json::Deserializer::from_str(text.get(start..).unwrap_or_default()).into_iter::<Value>();
    match values.next() {
        Some(Ok(value)) => Ok(value),
        Some(Err(error)) if error.is_eof() => Err(Unusable::CutOff),
        Some(Err(error)) => Err(Unusable::NoJson(error.to_string())),
        None => Err(Unusable::Empty),
    }
}

fn read_opinion(object: &Map<String, Value>) -> Result<Opinion, &'static str> {
    let text = |key: &str| object.get(key).and_then(Value::as_str).map(str::trim);
    let kind = match text("verdict").and_then(Kind::parse) {
        Some(kind @ (Kind::Normal | Kind::Anomaly)) => kind,
        _ => return Err("verdict"),
    };
    let severity = text("severity").and_then(Severity::parse).ok_or("severity")?;
    let score =
        object.get("score").and_then(Value::as_f64).filter(|score| (0.0..=1.0).contains(score)).ok_or("score")?;
    let category = text("category").ok_or("category")?;
    let category = CATEGORIES.iter().find(|known| known.eq_ignore_ascii_case(category)).ok_or("category")?;
    let reason = text("reason").ok_or("reason")?;
    if kind == Kind::Normal && severity == Severity::Critical {
        return Err("a normal template cannot be CRITICAL");
    }
    Ok(Opinion {
        kind,
        severity: if kind == Kind::Normal { Severity::Info } else { severity },
        // Models are careless with numbers: the score follows the verdict.
        score: match kind {
            Kind::Normal => score.min(0.49) as f32,
            _ => score.max(0.51) as f32,
        },
        category: if *category == "none" { String::new() } else { (*category).to_owned() },
        reason: tame(reason),
    })
}

/// What is shown to people and comes from elsewhere: without invisible characters, links and markup, and short.
pub fn tame(reason: &str) -> String {
    let mut out = String::new();
    for word in clean(reason).split(' ') {
        if !out.is_empty() {
            out.push(' ');
        }
        let lower = word.to_ascii_lowercase();
        if lower.contains("://") || lower.contains("www.") || lower.contains("javascript:") || lower.contains("](") {
            out.push_str("[link]");
        } else {
            out.extend(word.chars().filter(|c| !matches!(c, '`' | '[' | ']' | '{' | '}' | '|' | '\\')));
        }
    }
    out.chars().take(REASON_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"verdicts":[
        {"id":"aaaa","reason":"disk is full","category":"storage","severity":"CRITICAL","verdict":"anomaly","score":0.9},
        {"id":"bbbb","reason":"routine","category":"none","severity":"INFO","verdict":"normal","score":0.1}]}"#;

    fn ids() -> Vec<String> {
        vec!["aaaa".into(), "bbbb".into()]
    }

    fn kinds(text: &str) -> Result<Vec<Option<Kind>>, Unusable> {
        read_answer(text, &ids()).map(|all| all.into_iter().map(|one| one.map(|opinion| opinion.kind)).collect())
    }

    #[test]
    fn good_answers_in_any_wrapping() {
        let expected = Ok(vec![Some(Kind::Anomaly), Some(Kind::Normal)]);
        for text in [
            GOOD.to_owned(),
            format!("```json\n{GOOD}\n```"),
            format!("Sure! Here is the JSON:\n```\n{GOOD}\n```\nAnything else?"),
            format!("<think>Let me {{see}}. [1]</think>\n{GOOD}"),
            format!("half a thought</think>{GOOD}"),
            format!("<|channel|>analysis<|message|>hm<|end|><|channel|>final<|message|>{GOOD}"),
            format!("{GOOD} I hope this helps."),
            GOOD.trim_start_matches(r#"{"verdicts":"#).trim_end_matches('}').to_owned() + "}]",
        ] {
            let text = if text.ends_with("}]") && text.starts_with('[') {
                text.trim_end_matches("}]").to_owned() + "}]"
            } else {
                text
            };
            assert_eq!(kinds(&text), expected, "{text}");
        }
    }

    #[test]
    fn bad_answers() {
        let verdict = |change: &str| GOOD.replace(r#""severity":"CRITICAL","verdict":"anomaly","score":0.9"#, change);
        let half = Ok(vec![None, Some(Kind::Normal)]);
        for (text, expected) in [
            (String::new(), Err(Unusable::Empty)),
            ("I cannot help with that.".into(), Err(Unusable::NoJson("I cannot help with that.".into()))),
            (GOOD.get(..150).unwrap_or_default().to_owned(), Err(Unusable::CutOff)),
            ("{\"verdicts\": 5}".into(), Err(Unusable::Shape("there is no list `verdicts`".into()))),
            ("{\"verdicts\": [5]}".into(), Err(Unusable::Shape("a verdict is no object".into()))),
            (GOOD.replace("bbbb", "cccc"), Err(Unusable::StrangeId("cccc".into()))),
            (GOOD.replace("bbbb", "aaaa"), Ok(vec![None, None])),
            (verdict(r#""severity":"BAD","verdict":"anomaly","score":0.9"#), half.clone()),
            (verdict(r#""severity":"CRITICAL","verdict":"maybe","score":0.9"#), half.clone()),
            (verdict(r#""severity":"CRITICAL","verdict":"unknown","score":0.9"#), half.clone()),
            (verdict(r#""severity":"CRITICAL","verdict":"anomaly","score":90"#), half.clone()),
            (verdict(r#""severity":"CRITICAL","verdict":"anomaly","score":"high""#), half.clone()),
            (verdict(r#""severity":"CRITICAL","verdict":"anomaly""#), half.clone()),
            (verdict(r#""severity":"CRITICAL","verdict":"normal","score":0.9"#), half.clone()),
            (GOOD.replace("storage", "nonsense"), half.clone()),
            (r#"{"verdicts":[]}"#.into(), Ok(vec![None, None])),
        ] {
            assert_eq!(kinds(&text), expected, "{text}");
        }
    }

    #[test]
    fn reasons_are_tamed() {
        assert_eq!(tame("see https://evil.example/x and [click](http://x)\u{202e}"), "see [link] and [link]");
        assert_eq!(tame("<b>bold</b> `code`"), "‹b›bold‹/b› code");
        assert_eq!(tame(&"x".repeat(1_000)).len(), REASON_CHARS_MAX);
    }

    proptest::proptest! {
        #[test]
        fn any_answer_is_read_or_refused(text in "\\PC{0,200}|[\\[{\"a-z:,0-9\\]}]{0,80}") {
            let _ = read_answer(&text, &ids());
        }
    }
}
