//! What all judges with a language model behind them share: settings, the way a question is asked, what is believed of the answer.

use super::{Asked, Case, Judge, Opinion, Spent, Trouble};
use crate::config::Section;
use crate::score::desk::Limits;
use crate::score::question::fence::clean;
use crate::score::question::{Guard, PROMPT_VERSION, Prompt, Shown, Suspicion, read_answer, yes_or_no};
use crate::score::redact::{REDACTION_VERSION, Redactor};
use crate::score::verdict::{Kind, Severity};
use futures_util::future::BoxFuture;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::OnceCell;

const TIMEOUT_DEFAULT: Duration = Duration::from_secs(30);
const CONCURRENCY_DEFAULT: u64 = 2;
const KEEP_ALIVE_DEFAULT: Duration = Duration::from_secs(30 * 60);
const OUTPUT_TOKENS_PER_TEMPLATE_DEFAULT: u64 = 160;
const CONTEXT_TOKENS_DEFAULT: u64 = 8_192;
const EXAMPLES_DEFAULT: u64 = 2;

/// The first answer and one repair.
const TRIES_MAX: u32 = 2;

/// Faults that any model must know as such, and routine that any model must know as that. One of each is hidden in a question about
/// several templates: a model that gets one wrong has been talked into it by one of the others (or cannot judge), and what it said
/// of them is not believed.
const FAULT_CONTROLS: &[&str] = &[
    "kernel panic - not syncing: fatal exception in interrupt",
    "disk failure: all data on device ‹*› is lost",
    "database is corrupt and cannot be recovered, service stopped",
    "out of memory: killed process ‹*› (mysqld)",
    "file system full, all writes fail, service is down",
    "cluster has lost its quorum, all partitions are offline",
    "磁盘损坏，数据丢失，服务已停止",
    "power supply failure, server is shutting down",
];
const ROUTINE_CONTROLS: &[&str] = &[
    "scheduled backup completed successfully in ‹*› seconds",
    "user ‹*› logged in",
    "connection accepted from ‹*›",
    "health check passed",
    "configuration reloaded, ‹*› entries",
    "session closed for user ‹*›",
    "定时任务执行成功，耗时 ‹*› 毫秒",
    "request ‹*› served in ‹*› ms with status ‹*›",
];

/// How a model is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// For a JSON object with everything in it.
    Schema,
    /// For one word, whose probability is the score: for small models that cannot fill a schema.
    Logprobs,
}

/// A model and the server it is reached at.
#[derive(Clone, Debug)]
pub struct ModelSettings {
    pub url: String,
    pub model: String,
    pub api_key: Option<String>,
    pub mode: Mode,
    pub concurrency: usize,
    /// Of one request.
    pub timeout: Duration,
    pub limits: Limits,
    /// Example lines of each template that are shown, redacted.
    pub examples: usize,
    /// What the model reads at once, question and answer.
    pub context_tokens: usize,
    pub output_tokens_per_template: u64,
    /// How long Ollama keeps the model loaded after a question.
    pub keep_alive: Duration,
    /// Whether Ollama lets the model think before it answers.
    pub think: bool,
}

impl ModelSettings {
    pub fn read(judge: &str, mut section: Section<'_, '_>) -> Self {
        let url = section.required_string("url");
        let has_scheme = url.starts_with("http://") || url.starts_with("https://");
        if !has_scheme && !url.is_empty() {
            let error =
                section.node.error(format!("`url` of {judge} is {url:?}, it must begin with http:// or https://"));
            section.problem(error);
        }
        let limits = section.section("budget").map_or(Limits::default(), |mut budget| {
            let calls = budget.take("calls_per_hour").is_some();
            let tokens = budget.take("tokens_per_hour").is_some();
            let limits = Limits {
                calls_per_hour: calls.then(|| budget.count_or("calls_per_hour", 0, 0..=1_000_000_000)),
                tokens_per_hour: tokens.then(|| budget.count_or("tokens_per_hour", 0, 0..=1_000_000_000_000)),
            };
            budget.finish();
            limits
        });
        let is_ollama = judge == super::ollama::NAME;
        let output_default = OUTPUT_TOKENS_PER_TEMPLATE_DEFAULT;
        let settings = Self {
            url: url.trim_end_matches('/').to_owned(),
            model: section.required_string("model"),
            api_key: section.string("api_key"),
            mode: section.choice("mode", Mode::Schema, &[("schema", Mode::Schema), ("logprobs", Mode::Logprobs)]),
            concurrency: section.count_or("concurrency", CONCURRENCY_DEFAULT, 1..=256) as usize,
            timeout: section.duration_or("timeout", TIMEOUT_DEFAULT),
            limits,
            examples: section.count_or("examples", EXAMPLES_DEFAULT, 0..=3) as usize,
            context_tokens: section.count_or("context_tokens", CONTEXT_TOKENS_DEFAULT, 2_048..=1_000_000) as usize,
            output_tokens_per_template: section.count_or("output_tokens_per_template", output_default, 40..=4_096),
            keep_alive: if is_ollama { section.duration_or("keep_alive", KEEP_ALIVE_DEFAULT) } else { Duration::ZERO },
            think: is_ollama && section.bool_or("think", false),
        };
        section.finish();
        settings
    }
}

/// One request.
pub(super) struct Request<'a> {
    pub system: &'a str,
    pub user: &'a str,
    /// The schema of the answer; without one the probabilities of the first word are wanted.
    pub schema: Option<Value>,
    pub output_tokens_max: u64,
    /// 0 the first time; then the answer to the request before was unusable.
    pub repairs: u32,
}

/// What came back.
#[derive(Clone, Debug, Default)]
pub(super) struct Reply {
    pub content: String,
    /// The answer reached its length limit.
    pub is_cut_off: bool,
    pub tokens: u64,
    /// Words that could have come first, and their log-probabilities.
    pub first_words: Vec<(String, f64)>,
}

/// A way to a model's server.
pub(super) trait Transport: Send + Sync {
    fn name(&self) -> &'static str;

    fn send<'a>(&'a self, request: &'a Request<'a>) -> BoxFuture<'a, Result<Reply, Trouble>>;
}

/// A judge with a model behind it.
pub(super) struct ModelJudge<T> {
    transport: T,
    settings: ModelSettings,
    model: Arc<str>,
    prompt_version: Arc<str>,
    redactor: Redactor,
    guard: Guard,
    /// In log-probability mode: what the model says of nothing.
    prior: OnceCell<f64>,
    calls: AtomicU64,
    tokens: AtomicU64,
}

impl<T: Transport + 'static> ModelJudge<T> {
    pub fn new(transport: T, settings: ModelSettings) -> Result<Self, String> {
        let mode = match settings.mode {
            Mode::Schema => "s",
            Mode::Logprobs => "l",
        };
        Ok(Self {
            model: settings.model.as_str().into(),
            prompt_version: format!("{PROMPT_VERSION}{mode}{REDACTION_VERSION}").into(),
            redactor: Redactor::new().map_err(|error| format!("redaction: {error}"))?,
            guard: Guard::new()?,
            prior: OnceCell::new(),
            calls: AtomicU64::new(0),
            tokens: AtomicU64::new(0),
            transport,
            settings,
        })
    }

    /// What may be shown of a case, and how it looks to the guard.
    fn show(&self, case: &Case) -> Result<(Shown, Suspicion), Trouble> {
        let shown = Shown::of(case, self.settings.examples, &self.redactor)
            .map_err(|reason| Trouble::Unredacted(reason.to_string()))?;
        // What was redacted counts, too: it may be an order in disguise.
        let words: Vec<&str> =
            std::iter::once(&*case.template.text).chain(case.examples.iter().map(String::as_str)).collect();
        let suspicion = self.guard.inspect(&clean(&words.join(" ")));
        Ok((shown, suspicion))
    }

    async fn ask_all(&self, cases: &[Case]) -> Result<Vec<Option<Opinion>>, Trouble> {
        let mut opinions: Vec<Option<Opinion>> = vec![None; cases.len()];
        let mut trouble = None;
        let mut together = Vec::new();
        for (at, case) in cases.iter().enumerate() {
            match self.show(case) {
                Err(error) => trouble = Some(error),
                // No need to ask: whoever writes instructions into a log is up to something.
                Ok((_, Suspicion::Instructs)) => set(&mut opinions, at, suspect()),
                Ok((shown, Suspicion::None)) => together.push((at, shown)),
                Ok((shown, Suspicion::Odd)) => match self.ask_one(shown).await {
                    Ok(opinion) => set(&mut opinions, at, opinion.map(doubt)),
                    Err(error) => trouble = Some(error),
                },
            }
        }
        if self.settings.mode == Mode::Logprobs || together.len() == 1 {
            for (at, shown) in together {
                match self.ask_one(shown).await {
                    Ok(opinion) => set(&mut opinions, at, opinion),
                    Err(error) => trouble = Some(error),
                }
            }
        } else if !together.is_empty() {
            let (places, shown): (Vec<usize>, Vec<Shown>) = together.into_iter().unzip();
            match self.ask_together(shown).await {
                Ok(answers) => {
                    places.into_iter().zip(answers).for_each(|(at, opinion)| set(&mut opinions, at, opinion))
                }
                Err(error) => trouble = Some(error),
            }
        }
        match trouble {
            Some(trouble) if opinions.iter().all(Option::is_none) => Err(trouble),
            _ => Ok(opinions),
        }
    }

    async fn ask_one(&self, shown: Shown) -> Result<Option<Opinion>, Trouble> {
        if self.settings.mode == Mode::Logprobs {
            return self.ask_yes_or_no(&shown).await.map(Some);
        }
        Ok(self.ask_for_json(&[shown]).await?.pop().flatten())
    }

    /// Asks about several templates and two that are none of them.
    async fn ask_together(&self, mut shown: Vec<Shown>) -> Result<Vec<Option<Opinion>>, Trouble> {
        let service = shown.first().and_then(|first| first.service.clone());
        let mut hide = |controls: &[&str]| {
            let at = rand::random_range(0..=shown.len());
            let control = controls.get(rand::random_range(0..controls.len())).copied().unwrap_or_default();
            let control =
                Shown { template: control.to_owned(), examples: Vec::new(), level: None, service: service.clone() };
            shown.insert(at, control);
            at
        };
        let (fault_at, routine_at) = (hide(FAULT_CONTROLS), hide(ROUTINE_CONTROLS));
        let mut opinions = self.ask_for_json(&shown).await?;
        // The one that was put in last comes out first: it may have moved the other.
        let routine = opinions.remove(routine_at).map(|opinion| opinion.kind);
        let fault = opinions.remove(fault_at).map(|opinion| opinion.kind);
        let is_passed = fault == Some(Kind::Anomaly) && routine == Some(Kind::Normal);
        let result = if is_passed { "passed" } else { "failed" };
        metrics::counter!("logboom_score_controls_total", "judge" => self.transport.name(), "result" => result)
            .increment(1);
        if !is_passed {
            opinions.iter_mut().for_each(|opinion| *opinion = None);
        }
        Ok(opinions)
    }

    async fn ask_for_json(&self, shown: &[Shown]) -> Result<Vec<Option<Opinion>>, Trouble> {
        let mut output_tokens_max = self.settings.output_tokens_per_template * shown.len() as u64 + 40;
        let mut complaint = String::new();
        for repairs in 0..TRIES_MAX {
            let prompt = Prompt::new(shown, self.settings.context_tokens, output_tokens_max as usize);
            let user = format!("{}{complaint}", prompt.user);
            let schema = Some(prompt.schema());
            let request = Request { system: &prompt.system, user: &user, schema, output_tokens_max, repairs };
            let reply = self.send(&request).await?;
            let unusable = match read_answer(&reply.content, &prompt.ids) {
                Ok(opinions) if opinions.iter().any(Option::is_some) => return Ok(opinions),
                Ok(_) => "no verdict in it is as asked".to_owned(),
                Err(unusable) => unusable.to_string(),
            };
            if reply.is_cut_off {
                output_tokens_max *= 2;
            }
            metrics::counter!("logboom_score_repairs_total", "judge" => self.transport.name()).increment(1);
            tracing::debug!(judge = self.transport.name(), %unusable, "a model's answer is unusable");
            complaint = "\nYour last answer was not usable. Answer with the JSON object alone, complete, and with the ids above.".to_owned();
            if repairs + 1 == TRIES_MAX {
                return Err(Trouble::Rubbish(unusable));
            }
        }
        Err(Trouble::Rubbish("no answer".into()))
    }

    async fn ask_yes_or_no(&self, shown: &Shown) -> Result<Opinion, Trouble> {
        let nothing = yes_or_no::nothing();
        let prior = *self.prior.get_or_try_init(|| self.probability(&nothing)).await?;
        let probability = yes_or_no::calibrate(self.probability(shown).await?, prior);
        Ok(yes_or_no::opinion(probability))
    }

    /// How probable the model holds "yes".
    async fn probability(&self, shown: &Shown) -> Result<f64, Trouble> {
        let prompt = yes_or_no::prompt(shown);
        let request =
            Request { system: yes_or_no::SYSTEM, user: &prompt, schema: None, output_tokens_max: 1, repairs: 0 };
        let reply = self.send(&request).await?;
        yes_or_no::read(&reply.first_words)
            .ok_or_else(|| Trouble::Rubbish("neither yes nor no is among the first words".into()))
    }

    async fn send(&self, request: &Request<'_>) -> Result<Reply, Trouble> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let reply = self.transport.send(request).await?;
        self.tokens.fetch_add(reply.tokens, Ordering::Relaxed);
        Ok(reply)
    }
}

/// The first word and those that could have come in its place.
pub(super) fn read_words(first: &Value) -> Vec<(String, f64)> {
    let word = |entry: &Value| Some((entry.get("token")?.as_str()?.to_owned(), entry.get("logprob")?.as_f64()?));
    let others = first.get("top_logprobs").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let words: Vec<(String, f64)> = others.iter().filter_map(word).collect();
    if words.is_empty() { word(first).into_iter().collect() } else { words }
}

fn set(opinions: &mut [Option<Opinion>], at: usize, opinion: impl Into<Option<Opinion>>) {
    if let Some(place) = opinions.get_mut(at) {
        *place = opinion.into();
    }
}

/// The opinion on a text that gives instructions to whoever reads it.
fn suspect() -> Opinion {
    Opinion {
        kind: Kind::Anomaly,
        severity: Severity::Warning,
        score: 0.8,
        category: "security".into(),
        reason: "the text gives instructions to whoever judges it: possible prompt injection".into(),
    }
}

/// "Normal" is not taken for a text that may have asked for it.
fn doubt(opinion: Opinion) -> Opinion {
    if opinion.kind != Kind::Normal {
        return opinion;
    }
    let reason = "the text speaks to whoever judges it, so the model's “normal” is not taken";
    Opinion { kind: Kind::Unknown, score: 0.5, reason: reason.into(), ..opinion }
}

impl<T: Transport + 'static> Judge for ModelJudge<T> {
    fn name(&self) -> &'static str {
        self.transport.name()
    }
    fn model(&self) -> Option<Arc<str>> {
        Some(self.model.clone())
    }
    fn prompt_version(&self) -> Option<Arc<str>> {
        Some(self.prompt_version.clone())
    }
    fn asked(&self) -> Option<&dyn Asked> {
        Some(self)
    }
}

impl<T: Transport + 'static> Asked for ModelJudge<T> {
    fn ask<'a>(&'a self, cases: &'a [Case]) -> BoxFuture<'a, Result<Vec<Option<Opinion>>, Trouble>> {
        Box::pin(self.ask_all(cases))
    }
    fn concurrency(&self) -> usize {
        self.settings.concurrency
    }
    fn spent(&self) -> Spent {
        Spent { calls: self.calls.swap(0, Ordering::Relaxed), tokens: self.tokens.swap(0, Ordering::Relaxed) }
    }
}
