//! Ollama's own API: `POST /api/chat` with the answer's JSON schema in `format`.
//!
//! What real servers do beside the documentation, and what is done about it here:
//! - the schema may not be kept, and `think: false` drops it for some models: the answer is checked, and asked for again without `think`;
//! - models that cannot think refuse `think` with 400, old servers refuse a schema: both are left out from then on;
//! - a model that thinks may leave `content` empty and the answer in `thinking`: it is read there;
//! - the context is 4,096 tokens unless told, and what is more is cut off silently: `num_ctx` is always sent, and always the same, because a
//!   change of it loads the model anew;
//! - a full queue answers 503, a cold model answers late: both mean wait, not broken;
//! - errors may come with status 200, and several JSON lines though `stream` is off.

use super::http::{Posted, post, trouble_of};
use super::model::{ModelJudge, ModelSettings, Reply, Request, Transport};
use super::{Judge, Trouble};
use futures_util::future::BoxFuture;
use reqwest::Client;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

pub const NAME: &str = "ollama";

/// So many tokens more for a model that may think.
const THINKING_TOKENS: u64 = 2_048;

const SEED: u64 = 7;

/// How long the question whether the model is loaded may take.
const LOADED_TIMEOUT: Duration = Duration::from_secs(3);

const TOP_LOGPROBS: u64 = 20;

struct Ollama {
    client: Client,
    settings: ModelSettings,
    /// The server or the model refused `think`.
    omits_think: AtomicBool,
    /// The server refused a schema: it gets `"json"`.
    omits_schema: AtomicBool,
}

pub(super) fn build(settings: &ModelSettings, client: &Client) -> Result<Arc<dyn Judge>, String> {
    let transport = Ollama {
        client: client.clone(),
        settings: settings.clone(),
        omits_think: AtomicBool::new(false),
        omits_schema: AtomicBool::new(false),
    };
    Ok(Arc::new(ModelJudge::new(transport, settings.clone())?))
}

impl Ollama {
    fn body(&self, request: &Request<'_>) -> Value {
        let may_think = self.settings.think || request.repairs > 0;
        let num_predict = request.output_tokens_max + if may_think { THINKING_TOKENS } else { 0 };
        let mut body = json!({
            "model": self.settings.model,
            "messages": [
                { "role": "system", "content": request.system },
                { "role": "user", "content": request.user },
            ],
            "stream": false,
            "keep_alive": format!("{}s", self.settings.keep_alive.as_secs()),
            "options": {
                "temperature": 0,
                "seed": SEED,
                "num_ctx": self.settings.context_tokens,
                "num_predict": if request.schema.is_some() { num_predict } else { request.output_tokens_max },
            },
        });
        match &request.schema {
            Some(_) if self.omits_schema.load(Ordering::Relaxed) => set(&mut body, "format", json!("json")),
            Some(schema) => set(&mut body, "format", schema.clone()),
            None => {
                set(&mut body, "logprobs", json!(true));
                set(&mut body, "top_logprobs", json!(TOP_LOGPROBS));
            }
        }
        // A schema that was not kept may have been dropped because of `think`.
        if !self.omits_think.load(Ordering::Relaxed) && request.repairs == 0 {
            set(&mut body, "think", json!(self.settings.think));
        }
        body
    }

    async fn chat(&self, request: &Request<'_>) -> Result<Reply, Trouble> {
        let url = format!("{}/api/chat", self.settings.url);
        let key = self.settings.api_key.as_deref();
        loop {
            let body = self.body(request);
            match post(&self.client, &url, key, &body, self.settings.timeout).await? {
                Posted::Ok(bytes) => match read_reply(&bytes) {
                    Err(Refusal::Said(text)) if self.gives_in(&body, &text) => continue,
                    Err(Refusal::Said(text)) => return Err(Trouble::Away(text)),
                    Err(Refusal::Unreadable(text)) => return Err(Trouble::Rubbish(text)),
                    Ok(reply) => return Ok(reply),
                },
                Posted::Refused(status, text) if status.as_u16() == 400 && self.gives_in(&body, &text) => continue,
                Posted::Refused(status, text) => return Err(trouble_of(status, &text, &self.settings.model)),
                Posted::TimedOut if self.is_loaded().await => {
                    return Err(Trouble::Away(format!("no answer within {:?}", self.settings.timeout)));
                }
                Posted::TimedOut => return Err(Trouble::Busy("the model is being loaded".into())),
            }
        }
    }

    /// Whether the request can be asked again without what the server complains about.
    fn gives_in(&self, body: &Value, complaint: &str) -> bool {
        let complaint = complaint.to_ascii_lowercase();
        if body.get("think").is_some() && complaint.contains("think") {
            return !self.omits_think.swap(true, Ordering::Relaxed);
        }
        if body.get("format").is_some_and(Value::is_object) && complaint.contains("format") {
            return !self.omits_schema.swap(true, Ordering::Relaxed);
        }
        false
    }

    /// Whether the server has the model in memory; a server that does not say so is taken to have it.
    async fn is_loaded(&self) -> bool {
        let url = format!("{}/api/ps", self.settings.url);
        let mut request = self.client.get(url).timeout(LOADED_TIMEOUT);
        if let Some(key) = &self.settings.api_key {
            request = request.bearer_auth(key);
        }
        let Ok(response) = request.send().await else { return true };
        let Ok(json) = response.json::<Value>().await else { return true };
        let Some(models) = json.get("models").and_then(Value::as_array) else { return true };
        let named = |model: &Value| {
            let names = [model.get("name"), model.get("model")];
            names.into_iter().flatten().filter_map(Value::as_str).any(|name| same_model(name, &self.settings.model))
        };
        models.iter().any(named)
    }
}

/// `qwen2.5` and `qwen2.5:latest` are the same.
fn same_model(a: &str, b: &str) -> bool {
    a.strip_suffix(":latest").unwrap_or(a) == b.strip_suffix(":latest").unwrap_or(b)
}

fn set(body: &mut Value, key: &str, value: Value) {
    if let Some(body) = body.as_object_mut() {
        body.insert(key.to_owned(), value);
    }
}

enum Refusal {
    /// An error in a body of status 200.
    Said(String),
    Unreadable(String),
}

/// Reads the answer: one JSON object, or several lines of a stream.
fn read_reply(bytes: &[u8]) -> Result<Reply, Refusal> {
    let mut reply = Reply::default();
    let mut thinking = String::new();
    let mut count = 0;
    for object in serde_json::Deserializer::from_slice(bytes).into_iter::<Value>() {
        let object = object.map_err(|error| Refusal::Unreadable(format!("the server's answer is no JSON: {error}")))?;
        if let Some(error) = object.get("error") {
            return Err(Refusal::Said(error.as_str().map_or_else(|| error.to_string(), str::to_owned)));
        }
        count += 1;
        let message = |key: &str| object.get("message").and_then(|m| m.get(key)).and_then(Value::as_str);
        reply.content.push_str(message("content").unwrap_or_default());
        thinking.push_str(message("thinking").unwrap_or_default());
        reply.is_cut_off |= object.get("done_reason").and_then(Value::as_str) == Some("length");
        let number = |key: &str| object.get(key).and_then(Value::as_u64).unwrap_or_default();
        reply.tokens = reply.tokens.max(number("prompt_eval_count") + number("eval_count"));
        if reply.first_words.is_empty() {
            reply.first_words = read_first_words(&object);
        }
    }
    if count == 0 {
        return Err(Refusal::Unreadable("the server's answer is empty".into()));
    }
    if reply.content.trim().is_empty() {
        reply.content = thinking;
    }
    Ok(reply)
}

fn read_first_words(object: &Value) -> Vec<(String, f64)> {
    let Some(first) = object.get("logprobs").and_then(|logprobs| logprobs.get(0)) else { return Vec::new() };
    super::model::read_words(first)
}

impl Transport for Ollama {
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
    use super::super::stub::{Canned, Stub, case, is_fault, settings, shown, verdicts};
    use super::*;
    use crate::score::judges::{Case, Mode, Opinion};
    use crate::score::verdict::Kind;

    fn chat(content: &str) -> Canned {
        Canned::ok(
            json!({ "model": "m", "message": { "role": "assistant", "content": content }, "done": true,
                "done_reason": "stop", "prompt_eval_count": 300, "eval_count": 40 })
            .to_string(),
        )
    }

    async fn ask_with(settings: ModelSettings, cases: &[Case]) -> Result<Vec<Option<Opinion>>, Trouble> {
        let judge = build(&settings, &Client::new()).unwrap();
        judge.asked().unwrap().ask(cases).await
    }

    async fn ask(stub: &Stub, templates: &[&str]) -> Result<Vec<Option<Kind>>, Trouble> {
        let cases: Vec<Case> = templates.iter().map(|template| case(template)).collect();
        let opinions = ask_with(settings(&stub.url), &cases).await?;
        Ok(opinions.into_iter().map(|opinion| opinion.map(|opinion| opinion.kind)).collect())
    }

    const ANOMALY: Option<Kind> = Some(Kind::Anomaly);
    const NORMAL: Option<Kind> = Some(Kind::Normal);

    #[tokio::test]
    async fn several_templates_and_a_control_share_a_question() {
        let stub = Stub::start(|_, body, _| chat(&verdicts(body, is_fault))).await;
        let found = ask(&stub, &["disk is gone", "user logged in", "heap corrupt"]).await;
        assert_eq!(found, Ok(vec![ANOMALY, NORMAL, ANOMALY]));
        let bodies = stub.bodies();
        assert_eq!(bodies.len(), 1);
        assert_eq!(shown(&bodies[0]).len(), 5, "three templates and two controls");
        assert_eq!((&bodies[0]["stream"], &bodies[0]["think"]), (&json!(false), &json!(false)));
        assert_eq!(bodies[0]["options"]["temperature"], 0);
        assert_eq!(bodies[0]["options"]["num_ctx"], 8_192);
        assert_eq!(
            bodies[0]["format"]["properties"]["verdicts"]["items"]["properties"]["id"]["enum"]
                .as_array()
                .unwrap()
                .len(),
            5
        );
        assert!(!bodies[0]["format"].to_string().contains("pattern"));
    }

    #[tokio::test]
    async fn a_model_that_calls_everything_normal_is_not_believed() {
        let stub = Stub::start(|_, body, _| chat(&verdicts(body, |_| false))).await;
        assert_eq!(ask(&stub, &["disk is gone", "user logged in"]).await, Ok(vec![None, None]));
        assert_eq!(ask(&stub, &["user logged in"]).await, Ok(vec![NORMAL]), "alone there is nothing to be swayed by");
    }

    #[tokio::test]
    async fn unusable_answers_are_asked_for_again_once() {
        let good = |body: &Value| verdicts(body, is_fault);
        type Spoil = fn(&str) -> String;
        let spoiled: [(&str, Spoil); 8] = [
            ("cut off", |good| good[..good.len() / 2].to_owned()),
            ("prose", |_| "I am sorry, but I cannot grade this.".to_owned()),
            ("empty", |_| String::new()),
            ("other ids", |good| good.replace("\"id\":\"", "\"id\":\"x")),
            ("no such severity", |good| good.replace("CRITICAL", "SEVERE").replace("INFO", "FINE")),
            ("no such verdict", |good| good.replace("anomaly", "bad").replace("normal", "good")),
            ("score out of range", |good| good.replace("0.9", "90").replace("0.1", "-1")),
            ("missing field", |good| good.replace("reason", "why")),
        ];
        for (what, spoil) in spoiled {
            let stub = Stub::start(move |_, body, before| {
                let answer = good(body);
                chat(&if before == 0 { spoil(&answer) } else { answer })
            })
            .await;
            assert_eq!(ask(&stub, &["disk is gone"]).await, Ok(vec![ANOMALY]), "{what}");
            let bodies = stub.bodies();
            assert_eq!(bodies.len(), 2, "{what}");
            assert!(bodies[1].get("think").is_none(), "`think: false` may have dropped the schema");
            let stub = Stub::start(move |_, body, _| chat(&spoil(&verdicts(body, is_fault)))).await;
            let refused = ask(&stub, &["disk is gone"]).await;
            assert!(matches!(refused, Err(Trouble::Rubbish(_))), "{what}: {refused:?}");
            assert_eq!(stub.bodies().len(), 2, "{what}: one repair, no more");
        }
    }

    #[tokio::test]
    async fn an_answer_that_was_cut_off_gets_more_room() {
        let stub = Stub::start(|_, body, before| {
            let answer = verdicts(body, is_fault);
            if before > 0 {
                return chat(&answer);
            }
            Canned::ok(
                json!({ "message": { "content": &answer[..40] }, "done": true, "done_reason": "length" }).to_string(),
            )
        })
        .await;
        assert_eq!(ask(&stub, &["disk is gone"]).await, Ok(vec![ANOMALY]));
        let room: Vec<u64> = stub.bodies().iter().map(|b| b["options"]["num_predict"].as_u64().unwrap()).collect();
        assert!(room[1] >= 2 * room[0], "{room:?}");
    }

    #[tokio::test]
    async fn what_a_server_refuses_is_left_out() {
        for (field, complaint) in [
            ("think", json!({ "error": "\"m\" does not support thinking" })),
            ("format", json!({ "error": "invalid format: expected \"json\" or a JSON schema" })),
        ] {
            let refusal = complaint.to_string();
            let stub = Stub::start(move |_, body, _| {
                if body.get(field).is_some_and(|value| value.is_boolean() || value.is_object()) {
                    return Canned(400, refusal.clone(), Duration::ZERO);
                }
                chat(&verdicts(body, is_fault))
            })
            .await;
            let judge = build(&settings(&stub.url), &Client::new()).unwrap();
            for asked in [2, 3] {
                let opinions = judge.asked().unwrap().ask(&[case("disk is gone")]).await.unwrap();
                assert_eq!(opinions[0].as_ref().map(|o| o.kind), ANOMALY, "{field}");
                assert_eq!(stub.bodies().len(), asked, "{field}: the complaint is remembered");
            }
        }
    }

    #[tokio::test]
    async fn thinking_is_no_answer_unless_the_answer_is_there() {
        let stub = Stub::start(|_, body, _| {
            let message = json!({ "content": "", "thinking": format!("Hm. {}", verdicts(body, is_fault)) });
            Canned::ok(json!({ "message": message, "done": true }).to_string())
        })
        .await;
        assert_eq!(ask(&stub, &["disk is gone"]).await, Ok(vec![ANOMALY]));
        let stub = Stub::start(|_, body, _| {
            chat(&format!("<think>a disk…</think>\n```json\n{}\n```", verdicts(body, is_fault)))
        })
        .await;
        assert_eq!(ask(&stub, &["disk is gone"]).await, Ok(vec![ANOMALY]));
    }

    #[tokio::test]
    async fn a_stream_is_read_though_none_was_asked_for() {
        let stub = Stub::start(|_, body, _| {
            let answer = verdicts(body, is_fault);
            let (a, b) = answer.split_at(30);
            let line = |content: &str, done| json!({ "message": { "content": content }, "done": done }).to_string();
            Canned::ok(format!("{}\n{}\n{}\n", line(a, false), line(b, false), line("", true)))
        })
        .await;
        assert_eq!(ask(&stub, &["disk is gone"]).await, Ok(vec![ANOMALY]));
    }

    #[tokio::test]
    async fn servers_in_trouble() {
        type Is = fn(&Trouble) -> bool;
        let busy: Is = |trouble| matches!(trouble, Trouble::Busy(_));
        let away: Is = |trouble| matches!(trouble, Trouble::Away(_));
        let rubbish: Is = |trouble| matches!(trouble, Trouble::Rubbish(_));
        for (status, body, is) in [
            (503, "{\"error\":\"server busy, please try again. maximum pending requests exceeded\"}", busy),
            (429, "slow down", busy),
            (500, "{\"error\":\"llama runner process has terminated\"}", away),
            (502, "<html>bad gateway</html>", away),
            (404, "{\"error\":\"model 'm' not found\"}", away),
            (401, "", away),
            (400, "{\"error\":\"invalid options\"}", away),
            (200, "{\"error\":\"out of memory\"}", away),
            (200, "<html>login</html>", rubbish),
            (200, "", rubbish),
        ] {
            let stub = Stub::start(move |_, _, _| Canned(status, body.to_owned(), Duration::ZERO)).await;
            let trouble = ask(&stub, &["disk is gone"]).await.unwrap_err();
            assert!(is(&trouble), "{status} {body}: {trouble:?}");
        }
        let nobody = ask_with(settings("http://127.0.0.1:9"), &[case("disk is gone")]).await;
        assert!(matches!(nobody, Err(Trouble::Away(_))), "{nobody:?}");
    }

    #[tokio::test]
    async fn a_slow_answer_means_away_or_loading() {
        for (loaded, is_busy) in [("other:latest", true), ("m:latest", false)] {
            let stub = Stub::start(move |path, _, _| match path {
                "/api/ps" => Canned::ok(json!({ "models": [{ "name": loaded, "model": loaded }] }).to_string()),
                _ => Canned(200, String::new(), Duration::from_secs(5)),
            })
            .await;
            let trouble = ask(&stub, &["disk is gone"]).await.unwrap_err();
            assert_eq!(matches!(trouble, Trouble::Busy(_)), is_busy, "{loaded}: {trouble:?}");
        }
    }

    #[tokio::test]
    async fn what_cannot_be_redacted_is_not_sent() {
        let stub = Stub::start(|_, body, _| chat(&verdicts(body, is_fault))).await;
        let long = "x ".repeat(crate::score::redact::TEXT_BYTES_MAX);
        let mut hidden = case("disk is gone, password=hunter2 of li@example.com at 10.0.0.1");
        hidden.examples = vec!["token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc_DEF".into()];
        let opinions = ask_with(settings(&stub.url), &[case(&long), hidden]).await.unwrap();
        assert!(opinions[0].is_none() && opinions[1].is_some());
        let sent = stub.bodies()[0].to_string();
        for secret in ["hunter2", "li@example.com", "10.0.0.1", "eyJhbGciOiJIUzI1NiJ9"] {
            assert!(!sent.contains(secret), "{secret} in {sent}");
        }
        let alone = ask_with(settings(&stub.url), &[case(&long)]).await;
        assert!(matches!(alone, Err(Trouble::Unredacted(_))), "{alone:?}");
    }

    #[tokio::test]
    async fn probabilities_instead_of_a_schema() {
        let stub = Stub::start(|_, body, _| {
            let user = body["messages"][1]["content"].as_str().unwrap_or_default();
            let (yes, no) = if user.contains("gone") { (-0.1, -2.4) } else { (-0.7, -0.7) };
            let top = json!([{ "token": " yes", "logprob": yes }, { "token": "No", "logprob": no }]);
            let first = json!({ "token": " yes", "logprob": yes, "top_logprobs": top });
            Canned::ok(json!({ "message": { "content": "yes" }, "done": true, "logprobs": [first] }).to_string())
        })
        .await;
        let settings = ModelSettings { mode: Mode::Logprobs, ..settings(&stub.url) };
        let opinions = ask_with(settings, &[case("disk is gone"), case("user logged in")]).await.unwrap();
        let scores: Vec<f32> = opinions.iter().flatten().map(|opinion| opinion.score).collect();
        assert!(scores[0] > 0.85 && (0.4..0.6).contains(&scores[1]), "{scores:?}");
        let bodies = stub.bodies();
        assert_eq!(bodies.len(), 3, "one to learn what the model says of nothing");
        assert!(bodies[0].get("format").is_none());
        assert_eq!(bodies[0]["options"]["num_predict"], 1);
    }
}
