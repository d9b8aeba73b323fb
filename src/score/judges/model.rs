//! Settings that all judges with a model behind them share.

use crate::config::Section;
use crate::score::desk::Limits;
use std::time::Duration;

const TIMEOUT_DEFAULT: Duration = Duration::from_secs(30);
const CONCURRENCY_DEFAULT: u64 = 2;
const KEEP_ALIVE_DEFAULT: Duration = Duration::from_secs(30 * 60);
const OUTPUT_TOKENS_PER_TEMPLATE_DEFAULT: u64 = 160;

/// A model and the server it is reached at.
#[derive(Clone, Debug)]
pub struct ModelSettings {
    pub url: String,
    pub model: String,
    pub api_key: Option<String>,
    pub concurrency: usize,
    /// Of one question, cold load of the model included.
    pub timeout: Duration,
    pub limits: Limits,
    /// How long Ollama keeps the model loaded after a question.
    pub keep_alive: Duration,
    /// Whether the model may think before it answers.
    pub think: bool,
    /// Bounds the answer's length.
    pub output_tokens_per_template: u64,
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
            let mut limit = |key| budget.take(key).is_some().then(|| budget.count_or(key, 0, 0..=1_000_000_000));
            let limits = Limits { calls_per_hour: limit("calls_per_hour"), tokens_per_hour: limit("tokens_per_hour") };
            budget.finish();
            limits
        });
        let settings = Self {
            url: url.trim_end_matches('/').to_owned(),
            model: section.required_string("model"),
            api_key: section.string("api_key"),
            concurrency: section.count_or("concurrency", CONCURRENCY_DEFAULT, 1..=256) as usize,
            timeout: section.duration_or("timeout", TIMEOUT_DEFAULT),
            limits,
            keep_alive: if judge == "ollama" {
                section.duration_or("keep_alive", KEEP_ALIVE_DEFAULT)
            } else {
                KEEP_ALIVE_DEFAULT
            },
            think: section.bool_or("think", false),
            output_tokens_per_template: section.count_or(
                "output_tokens_per_template",
                OUTPUT_TOKENS_PER_TEMPLATE_DEFAULT,
                40..=4_096,
            ),
        };
        section.finish();
        settings
    }
}
