//! Reading a map of settings key by key: wrong types and unknown keys are noted with their place, and reading goes on, so that a
//! user sees all problems at once.

use super::{ConfigError, Data, Key, Node};
use std::cell::RefCell;
use std::time::Duration;

/// Where problems are noted while a configuration is read.
#[derive(Default)]
pub struct Problems(RefCell<Vec<ConfigError>>);

impl Problems {
    pub fn add(&self, error: ConfigError) {
        self.0.borrow_mut().push(error);
    }

    /// The problems found, in the files' order.
    pub fn into_vec(self) -> Vec<ConfigError> {
        let mut found = self.0.into_inner();
        found.sort_by(|a, b| (&a.at.file, a.at.line, a.at.column).cmp(&(&b.at.file, b.at.line, b.at.column)));
        found
    }
}

/// One map of settings. Call [`Section::finish`] at the end: it reports the keys that nobody asked for.
pub struct Section<'n, 'p> {
    pub node: &'n Node,
    problems: &'p Problems,
    asked: Vec<&'static str>,
}

impl<'n, 'p> Section<'n, 'p> {
    /// `node` must be a map; anything else is noted and read as an empty one.
    pub fn new(node: &'n Node, problems: &'p Problems) -> Self {
        if !matches!(node.data, Data::Map(_) | Data::Null) {
            problems.add(node.error(format!("expected a map of settings, found {}", node.describe())));
        }
        Self { node, problems, asked: Vec::new() }
    }

    pub fn problems(&self) -> &'p Problems {
        self.problems
    }

    pub fn problem(&self, error: ConfigError) {
        self.problems.add(error);
    }

    /// The value of `key`, where it is set to something.
    pub fn take(&mut self, key: &'static str) -> Option<&'n Node> {
        self.asked.push(key);
        self.node.get(key).filter(|n| n.data != Data::Null)
    }

    pub fn require(&mut self, key: &'static str) -> Option<&'n Node> {
        let found = self.take(key);
        if found.is_none() {
            self.problem(self.node.error(format!("the setting `{key}` is missing")));
        }
        found
    }

    /// A section inside this one.
    pub fn section(&mut self, key: &'static str) -> Option<Section<'n, 'p>> {
        let problems = self.problems;
        self.take(key).map(|node| Section::new(node, problems))
    }

    /// A string, with `${env:NAME}` and `${file:PATH}` put in.
    pub fn string(&mut self, key: &'static str) -> Option<String> {
        let node = self.take(key)?;
        self.text_of(node)
    }

    pub fn string_or(&mut self, key: &'static str, default: &str) -> String {
        self.string(key).unwrap_or_else(|| default.to_owned())
    }

    pub fn required_string(&mut self, key: &'static str) -> String {
        self.require(key).and_then(|node| self.text_of(node)).unwrap_or_default()
    }

    /// A node of this section as a string, with `${env:NAME}` and `${file:PATH}` put in.
    pub fn text_of(&self, node: &Node) -> Option<String> {
        let text = match &node.data {
            Data::String(s) => s.clone(),
            Data::Int(i) => i.to_string(),
            Data::Float(f) => f.to_string(),
            Data::Bool(b) => b.to_string(),
            _ => return self.wrong(node, "a string"),
        };
        super::secret::resolve(&text).map_err(|reason| self.problem(node.error(reason))).ok()
    }

    pub fn bool_or(&mut self, key: &'static str, default: bool) -> bool {
        match self.take(key) {
            None => default,
            Some(node) => node.as_bool().or_else(|| self.wrong(node, "true or false")).unwrap_or(default),
        }
    }

    /// A whole number within bounds.
    pub fn count_or(&mut self, key: &'static str, default: u64, range: std::ops::RangeInclusive<u64>) -> u64 {
        let Some(node) = self.take(key) else { return default };
        match node.as_i64().and_then(|n| u64::try_from(n).ok()) {
            Some(n) if range.contains(&n) => n,
            Some(n) => {
                let (low, high) = (range.start(), range.end());
                self.problem(node.error(format!("`{key}` is {n}, it must lie between {low} and {high}")));
                default
            }
            None => self.wrong(node, "a whole number").unwrap_or(default),
        }
    }

    pub fn float_or(&mut self, key: &'static str, default: f64) -> f64 {
        match self.take(key) {
            None => default,
            Some(node) => match node.data {
                Data::Float(f) => f,
                Data::Int(i) => i as f64,
                _ => self.wrong(node, "a number").unwrap_or(default),
            },
        }
    }

    /// A duration such as `500ms`, `2s`, `5m`, `1h`, `7d`.
    pub fn duration_or(&mut self, key: &'static str, default: Duration) -> Duration {
        let Some(node) = self.take(key) else { return default };
        let parsed = match &node.data {
            Data::Int(0) => Some(Duration::ZERO),
            Data::String(text) => parse_duration(text),
            _ => None,
        };
        parsed.or_else(|| self.wrong(node, "a duration such as 500ms, 2s, 5m, 1h or 7d")).unwrap_or(default)
    }

    /// A size in bytes such as `512kb`, `10mb`, `1gb` (powers of 1024), or a plain number of bytes.
    pub fn bytes_or(&mut self, key: &'static str, default: u64) -> u64 {
        let Some(node) = self.take(key) else { return default };
        let parsed = match &node.data {
            Data::Int(n) => u64::try_from(*n).ok(),
            Data::String(s) => parse_bytes(s),
            _ => None,
        };
        parsed.or_else(|| self.wrong(node, "a size such as 512kb, 10mb or 1gb")).unwrap_or(default)
    }

    /// A list of strings, or one string for a list of one.
    pub fn strings(&mut self, key: &'static str) -> Option<Vec<String>> {
        let node = self.take(key)?;
        match &node.data {
            Data::List(items) => Some(items.iter().filter_map(|item| self.text_of(item)).collect()),
            _ => self.text_of(node).map(|s| vec![s]),
        }
    }

    /// One of a few words.
    pub fn choice<T: Copy>(&mut self, key: &'static str, default: T, choices: &[(&'static str, T)]) -> T {
        let Some(node) = self.take(key) else { return default };
        let found = node.as_str().and_then(|s| choices.iter().find(|(word, _)| *word == s));
        match found {
            Some((_, value)) => *value,
            None => {
                let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
                let error =
                    node.error(format!("`{key}` is {}, it must be one of {}", node.describe(), words.join(", ")));
                self.problem(suggest(error, node.as_str().unwrap_or_default(), &words));
                default
            }
        }
    }

    /// The members of a map whose keys are the user's own names.
    pub fn named(&mut self, key: &'static str) -> &'n [(Key, Node)] {
        match self.take(key) {
            None => &[],
            Some(node) => node.as_map().or_else(|| self.wrong(node, "a map")).unwrap_or(&[]),
        }
    }

    pub fn list(&mut self, key: &'static str) -> &'n [Node] {
        match self.take(key) {
            None => &[],
            Some(node) => node.as_list().or_else(|| self.wrong(node, "a list")).unwrap_or(&[]),
        }
    }

    /// Notes that `node` is not `wanted`.
    pub fn wrong<T>(&self, node: &Node, wanted: &str) -> Option<T> {
        self.problem(node.error(format!("expected {wanted}, found {}", node.describe())));
        None
    }

    /// Reports every key that was never asked for, with the nearest known one.
    pub fn finish(self) {
        for (key, _) in self.node.as_map().unwrap_or(&[]) {
            if !self.asked.contains(&key.text.as_str()) {
                let error = ConfigError::new(&key.at, format!("unknown setting `{}`", key.text));
                self.problems.add(suggest(error, &key.text, &self.asked));
            }
        }
    }
}

fn suggest(error: ConfigError, word: &str, words: &[&str]) -> ConfigError {
    match nearest(word, words) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None if words.is_empty() => error,
        None => {
            let mut known = words.to_vec();
            known.sort_unstable();
            error.help(format!("known here: {}", known.join(", ")))
        }
    }
}

/// The word of `words` that a misspelt `word` most likely means.
pub fn nearest<'w>(word: &str, words: &[&'w str]) -> Option<&'w str> {
    let (distance, best) = words.iter().map(|w| (strsim::damerau_levenshtein(word, w), *w)).min()?;
    (distance <= 1 + best.len() / 4).then_some(best)
}

/// `500ms`, `2s`, `5m`, `1h`, `7d`; `0` alone is zero.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    if text == "0" {
        return Some(Duration::ZERO);
    }
    let split = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(split);
    let number: f64 = number.trim().parse().ok().filter(|n: &f64| *n >= 0.0)?;
    let seconds = match unit {
        "ms" => number / 1e3,
        "s" => number,
        "m" => number * 60.0,
        "h" => number * 3_600.0,
        "d" => number * 86_400.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(seconds).ok()
}

/// `512kb`, `10mb`, `1gb`, `100b`, or a plain number; powers of 1024 as in Elasticsearch.
pub fn parse_bytes(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    let split = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let number: f64 = number.trim().parse().ok().filter(|n: &f64| *n >= 0.0)?;
    let factor = match unit {
        "" | "b" => 1.0,
        "k" | "kb" | "kib" => 1024.0,
        "m" | "mb" | "mib" => 1024.0 * 1024.0,
        "g" | "gb" | "gib" => 1024.0 * 1024.0 * 1024.0,
        _ => return None,
    };
    Some((number * factor) as u64)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::read_text;

    #[test]
    fn all_problems_are_reported_with_their_place() {
        let node = read_text("c.yml", "brokrs: x\ncount: many\nwait: 3 parsecs\nsize: 10mb\n").unwrap();
        let problems = Problems::default();
        let mut section = Section::new(&node, &problems);
        section.strings("brokers");
        section.count_or("count", 1, 0..=10);
        section.duration_or("wait", Duration::ZERO);
        assert_eq!(section.bytes_or("size", 0), 10 << 20);
        section.finish();
        let found: Vec<String> = problems.into_vec().iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "c.yml:1:1: unknown setting `brokrs` (did you mean `brokers`?)",
                "c.yml:2:8: expected a whole number, found the string \"many\"",
                "c.yml:3:7: expected a duration such as 500ms, 2s, 5m, 1h or 7d, found the string \"3 parsecs\"",
            ]
        );
    }
}
