//! OpenAI's chat completions, as OpenAI, vLLM, llama.cpp, LM Studio, DeepSeek, Qwen and many others serve them.
//!
//! Servers differ in what they take. Whatever one refuses by name (`response_format`, `seed`, `temperature`, `max_tokens`) is left out or put
//! differently from then on; the answer is checked in any case.

use super::http::{Posted, post, trouble_of};
use super::model::{ModelJudge, ModelSettings, Reply, Request, Transport};
use super::{Judge, Trouble};
use futures_util::future::BoxFuture;
use reqwest::Client;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

pub const NAME: &str = "openai";

const SEED: u64 = 7;
const TOP_LOGPROBS: u64 = 20;

struct OpenAi {
    client: Client,
    settings: ModelSettings,
    url: String,
    /// 0: a JSON schema; 1: any JSON object; 2: nothing said about the form.
    looseness: AtomicU8,
    omits_seed: AtomicBool,
    omits_temperature: AtomicBool,
    /// Newer models know `max_completion_tokens` only.
    says_completion_tokens: AtomicBool,
}

pub(super) fn build(settings: &ModelSettings, client: &Client) -> Result<Arc<dyn Judge>, String> {
    let has_version = settings.url.rsplit('/').next().is_some_and(|last| {
        last.strip_prefix('v').is_some_and(|version| version.bytes().next().is_some_and(|b| b.is_ascii_digit()))
    });
    let transport = OpenAi {
        client: client.clone(),
        settings: settings.clone(),
        url: format!("{}{}/chat/completions", settings.url, if has_version { "" } else { "/v1" }),
        looseness: AtomicU8::new(0),
        omits_seed: AtomicBool::new(false),
        omits_temperature: AtomicBool::new(false),
        says_completion_tokens: AtomicBool::new(false),
    };
    Ok(Arc::new(ModelJudge::new(transport, settings.clone())?))
}

impl OpenAi {
    fn body(&self, request: &Request<'_>) -> Value {
        let mut body = serde_json::Map::new();
        body.insert("model".into(), json!(self.settings.model));
        body.insert(
            "messages".into(),
            json!([{ "role": "system", "content": request.system }, { "role": "user", "content": request.user }]),
        );
        let tokens =
            if self.says_completion_tokens.load(Ordering::Relaxed) { "max_completion_tokens" } else { "max_tokens" };
        body.insert(tokens.into(), json!(request.output_tokens_max));
        if !self.omits_temperature.load(Ordering::Relaxed) {
            body.insert("temperature".into(), json!(0));
        }
        if !self.omits_seed.load(Ordering::Relaxed) {
            body.insert("seed".into(), json!(SEED));
        }
        match (&request.schema, self.looseness.load(Ordering::Relaxed)) {
            (None, _) => {
                body.insert("logprobs".into(), json!(true));
                body.insert("top_logprobs".into(), json!(TOP_LOGPROBS));
            }
            (Some(schema), 0) => {
                let schema = json!({ "name": "verdicts", "strict": true, "schema": schema });
                body.insert("response_format".into(), json!({ "type": "json_schema", "json_schema": schema }));
            }
            (Some(_), 1) => drop(body.insert("response_format".into(), json!({ "type": "json_object" }))),
            (Some(_), _) => {}
        }
        Value::Object(body)
    }

    async fn chat(&self, request: &Request<'_>) -> Result<Reply, Trouble> {
        loop {
            let body = self.body(request);
            let key = self.settings.api_key.as_deref();
            match post(&self.client, &self.url, key, &body, self.settings.timeout).await? {
                Posted::Ok(bytes) => return read_reply(&bytes),
                Posted::Refused(status, text)
                    if matches!(status.as_u16(), 400 | 422) && self.gives_in(&body, &text) =>
                {
                    continue;
                }
                Posted::Refused(status, text) if text.contains("insufficient_quota") => {
                    return Err(Trouble::Away(format!("HTTP {status}: {text}")));
                }
                Posted::Refused(status, text) => return Err(trouble_of(status, &text, &self.settings.model)),
                Posted::TimedOut => return Err(Trouble::Away(format!("no answer within {:?}", self.settings.timeout))),
            }
        }
    }

    /// Whether the request can be asked again without what the server complains about.
    fn gives_in(&self, body: &Value, complaint: &str) -> bool {
        let complaint = complaint.to_ascii_lowercase();
        let complains = |key: &str| body.get(key).is_some() && complaint.contains(key);
        if complains("max_tokens") {
            return !self.says_completion_tokens.swap(true, Ordering::Relaxed);
        }
        if complains("temperature") {
            return !self.omits_temperature.swap(true, Ordering::Relaxed);
        }
        if complains("seed") {
            return !self.omits_seed.swap(true, Ordering::Relaxed);
        }
        let about_form = ["response_format", "json_schema", "json_object", "schema"];
        if body.get("response_format").is_some() && about_form.iter().any(|word| complaint.contains(word)) {
            return self.looseness.fetch_add(1, Ordering::Relaxed) < 2;
        }
        false
    }
}

fn read_reply(bytes: &[u8]) -> Result<Reply, Trouble> {
    let json: Value = serde_json::from_slice(bytes)
        .map_err(|error| Trouble::Rubbish(format!("the server's answer is no JSON: {error}")))?;
    if let Some(error) = json.get("error").filter(|error| !error.is_null()) {
        return Err(Trouble::Away(error.get("message").and_then(Value::as_str).unwrap_or("an error").to_owned()));
    }
    let choice = json.pointer("/choices/0").ok_or_else(|| Trouble::Rubbish("an answer without choices".into()))?;
    let finish = choice.get("finish_reason").and_then(Value::as_str).unwrap_or_default();
    let message = choice.get("message").cloned().unwrap_or_default();
    if let Some(refusal) = message.get("refusal").and_then(Value::as_str) {
        return Err(Trouble::Rubbish(format!("the model refused: {}", refusal.chars().take(80).collect::<String>())));
    }
    if finish == "content_filter" {
        return Err(Trouble::Rubbish("stopped by the server's content filter".into()));
    }
    let mut content = match message.get("content") {
        Some(Value::String(text)) => text.clone(),
        // Some servers answer in parts.
        Some(Value::Array(parts)) => parts.iter().filter_map(|part| part.get("text")?.as_str()).collect(),
        _ => String::new(),
    };
    if content.trim().is_empty() {
        let reasoning = message.get("reasoning_content").or_else(|| message.get("reasoning"));
        content = reasoning.and_then(Value::as_str).unwrap_or_default().to_owned();
    }
    let first = choice.pointer("/logprobs/content/0");
    Ok(Reply {
        content,
        is_cut_off: finish == "length",
        tokens: json.pointer("/usage/total_tokens").and_then(Value::as_u64).unwrap_or_default(),
        first_words: first.map(super::model::read_words).unwrap_or_default(),
    })
}

impl Transport for OpenAi {
    fn name(&self) -> &'static str {
        NAME
    }

    fn send<'a>(&'a self, request: &'a Request<'a>) -> BoxFuture<'a, Result<Reply, Trouble>> {
        Box::pin(self.chat(request))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::stub::{Canned, Stub, case, is_fault, settings, verdicts};
    use super::*;
    use crate::score::verdict::Kind;
    use std::time::Duration;

    fn completion(content: &Value) -> Canned {
        let choice =
            json!({ "index": 0, "finish_reason": "stop", "message": { "role": "assistant", "content": content } });
        Canned::ok(json!({ "choices": [choice], "usage": { "total_tokens": 321 } }).to_string())
    }

    async fn ask(url: &str) -> Result<Option<Kind>, Trouble> {
        let judge = build(&settings(url), &Client::new()).unwrap();
        let opinions = judge.asked().unwrap().ask(&[case("disk is gone")]).await?;
        Ok(opinions.into_iter().next().flatten().map(|opinion| opinion.kind))
    }

    const ANOMALY: Option<Kind> = Some(Kind::Anomaly);

    #[tokio::test]
    async fn a_schema_is_sent_and_the_answer_read() {
        let stub = Stub::start(|_, body, _| completion(&json!(verdicts(body, is_fault)))).await;
        for url in [stub.url.clone(), format!("{}/v1", stub.url), format!("{}/v1/", stub.url)] {
            assert_eq!(ask(&url).await, Ok(ANOMALY));
        }
        let requests = stub.requests.lock().unwrap();
        assert!(requests.iter().all(|(path, _)| path == "/v1/chat/completions"), "{requests:?}");
        assert_eq!(requests[0].1["response_format"]["json_schema"]["strict"], true);
    }

    #[tokio::test]
    async fn what_a_server_refuses_is_left_out_or_put_differently() {
        for (field, complaint) in [
            ("response_format", "This response_format type is unavailable now"),
            (
                "max_tokens",
                "Unsupported parameter: 'max_tokens' is not supported, use 'max_completion_tokens' instead.",
            ),
            ("temperature", "Unsupported value: 'temperature' does not support 0 with this model."),
            ("seed", "extra fields not permitted: seed"),
        ] {
            let stub = Stub::start(move |_, body, _| {
                if body.get(field).is_some() {
                    return Canned(400, json!({ "error": { "message": complaint } }).to_string(), Duration::ZERO);
                }
                completion(&json!(format!("Here you are: {}", verdicts(body, is_fault))))
            })
            .await;
            assert_eq!(ask(&stub.url).await, Ok(ANOMALY), "{field}");
        }
    }

    #[tokio::test]
    async fn answers_in_other_places() {
        let stub =
            Stub::start(|_, body, _| completion(&json!([{ "type": "text", "text": verdicts(body, is_fault) }]))).await;
        assert_eq!(ask(&stub.url).await, Ok(ANOMALY));
        let stub = Stub::start(|_, body, _| {
            let message = json!({ "content": null, "reasoning_content": verdicts(body, is_fault) });
            Canned::ok(json!({ "choices": [{ "message": message, "finish_reason": "stop" }] }).to_string())
        })
        .await;
        assert_eq!(ask(&stub.url).await, Ok(ANOMALY));
    }

    #[tokio::test]
    async fn servers_in_trouble() {
        type Is = fn(&Trouble) -> bool;
        let busy: Is = |trouble| matches!(trouble, Trouble::Busy(_));
        let away: Is = |trouble| matches!(trouble, Trouble::Away(_));
        let rubbish: Is = |trouble| matches!(trouble, Trouble::Rubbish(_));
        for (status, body, is) in [
            (429, json!({ "error": { "message": "Rate limit reached" } }), busy),
            (429, json!({ "error": { "message": "insufficient_quota" } }), away),
            (503, json!({ "error": { "message": "Loading model" } }), busy),
            (500, json!({}), away),
            (401, json!({ "error": { "message": "bad key" } }), away),
            (200, json!({ "error": { "message": "no" } }), away),
            (200, json!({ "choices": [] }), rubbish),
            (200, json!({ "choices": [{ "message": { "refusal": "I can't" } }] }), rubbish),
            (
                200,
                json!({ "choices": [{ "message": { "content": "x" }, "finish_reason": "content_filter" }] }),
                rubbish,
            ),
        ] {
            let text = body.to_string();
            let stub = Stub::start(move |_, _, _| Canned(status, text.clone(), Duration::ZERO)).await;
            let trouble = ask(&stub.url).await.unwrap_err();
            assert!(is(&trouble), "{status} {body}: {trouble:?}");
        }
        let stub = Stub::start(|_, _, _| Canned(200, String::new(), Duration::from_secs(5))).await;
        assert!(matches!(ask(&stub.url).await, Err(Trouble::Away(_))));
    }
}
