//! A URL's query, with the node's complaint about parameters that it does not know.

use super::answer::Answer;
use crate::config::nearest;
use percent_encoding::percent_decode_str;

/// What every request may carry. `timeout` and `master_timeout` are about a cluster, which we are not: nothing waits here.
const EVERYWHERE: &[&str] = &["pretty", "human", "error_trace", "filter_path", "format", "timeout", "master_timeout"];

/// Names and values, decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    pub fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        Self(
            pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(k, v)| (decode(k), decode(v))).collect(),
        )
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A flag: there without a value, or `true`.
    pub fn flag(&self, name: &str) -> Result<bool, Answer> {
        match self.get(name) {
            None | Some("false") => Ok(false),
            Some("" | "true") => Ok(true),
            Some(other) => Err(Answer::bad_request(
                "illegal_argument_exception",
                &format!("Failed to parse value [{other}] as only [true] or [false] are allowed."),
            )),
        }
    }

    /// Refuses what neither `known` nor every request has.
    pub fn allow(&self, path: &str, known: &[&str]) -> Result<(), Answer> {
        let all: Vec<&str> = known.iter().chain(EVERYWHERE).copied().collect();
        let unknown: Vec<&str> = self.0.iter().map(|(key, _)| key.as_str()).filter(|key| !all.contains(key)).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let told = unknown.iter().map(|name| match nearest(name, &all) {
            Some(near) => format!("[{name}] -> did you mean [{near}]?"),
            None => format!("[{name}]"),
        });
        let plural = if unknown.len() == 1 { "" } else { "s" };
        let told = told.collect::<Vec<_>>().join(", ");
        let reason = format!("request [{path}] contains unrecognized parameter{plural}: {told}");
        Err(Answer::bad_request("illegal_argument_exception", &reason))
    }
}

fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}
