//! Verdicts that depend on a template's variables: `exit code 0` and `exit code 137` share a template and differ in verdict, without a
//! question to anybody.
//!
//! A case reads `$1 >= 500 -> anomaly CRITICAL`: the first variable, a comparison, what then holds. Some are built in, for words
//! whose numbers mean the same everywhere; an operator's replace them.

use super::verdict::{Kind, Severity, Verdict};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Cases of one template.
pub const CASES_MAX: usize = 16;

/// Values that one case lists.
const VALUES_MAX: usize = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    OneOf,
    NoneOf,
    Below,
    AtMost,
    Above,
    AtLeast,
}

const SIGNS: &[(&str, Comparison)] = &[
    ("!=", Comparison::NoneOf),
    ("<=", Comparison::AtMost),
    (">=", Comparison::AtLeast),
    ("=", Comparison::OneOf),
    ("<", Comparison::Below),
    (">", Comparison::Above),
];

/// What holds for some values of a variable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Case {
    /// From 0.
    parameter: usize,
    comparison: Comparison,
    values: Vec<String>,
    /// The first value, where it is compared as a number.
    bound: f64,
    pub kind: Kind,
    pub severity: Severity,
}

impl TryFrom<String> for Case {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

impl From<Case> for String {
    fn from(case: Case) -> Self {
        case.to_string()
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = SIGNS.iter().find(|(_, comparison)| *comparison == self.comparison).map_or("=", |(sign, _)| sign);
        let (kind, severity) = (self.kind.name(), self.severity);
        write!(f, "${} {sign} {} -> {kind} {severity}", self.parameter + 1, self.values.join(","))
    }
}

impl Case {
    /// Reads `$1 >= 500 -> anomaly CRITICAL`, `$2 = 137,139 -> anomaly`, `$1 != ok -> anomaly WARNING`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = |what: &str| format!("`{text}`: {what}; write it as `$1 >= 500 -> anomaly CRITICAL`");
        let (condition, outcome) = text.split_once("->").ok_or_else(|| wrong("there is no `->`"))?;
        let condition = condition.trim().strip_prefix('$').ok_or_else(|| wrong("it does not begin with `$`"))?;
        let digits = condition.find(|c: char| !c.is_ascii_digit()).unwrap_or(condition.len());
        let (number, rest) = condition.split_at(digits);
        let parameter = number.parse::<usize>().ok().filter(|n| (1..=100).contains(n));
        let parameter = parameter.ok_or_else(|| wrong("`$` needs the variable's number, from 1"))? - 1;
        let rest = rest.trim();
        let (sign, comparison) = SIGNS
            .iter()
            .find(|(sign, _)| rest.starts_with(sign))
            .ok_or_else(|| wrong("the comparison is none of = != < <= > >="))?;
        let values = rest.get(sign.len()..).unwrap_or_default().split(',').map(|value| value.trim().to_owned());
        let values: Vec<String> = values.filter(|value| !value.is_empty()).collect();
        if values.is_empty() || values.len() > VALUES_MAX {
            return Err(wrong("there is no value to compare with"));
        }
        let is_order = !matches!(comparison, Comparison::OneOf | Comparison::NoneOf);
        let bound = values.first().and_then(|value| number_of(value));
        if is_order && (bound.is_none() || values.len() > 1) {
            return Err(wrong("only a number can be less or more"));
        }
        let mut words = outcome.split_whitespace();
        let kind = words.next().and_then(Kind::parse).filter(|kind| *kind != Kind::Unknown);
        let kind = kind.ok_or_else(|| wrong("behind `->` stands neither `normal` nor `anomaly`"))?;
        let severity = match words.next() {
            None if kind == Kind::Anomaly => Severity::Warning,
            None => Severity::Info,
            Some(word) => {
                Severity::parse(word).ok_or_else(|| wrong("the severity is none of INFO, WARNING, CRITICAL"))?
            }
        };
        let comparison = *comparison;
        Ok(Self { parameter, comparison, values, bound: bound.unwrap_or_default(), kind, severity })
    }

    pub fn parameter(&self) -> usize {
        self.parameter
    }

    /// Whether it holds for this value.
    pub fn holds(&self, value: &str) -> bool {
        let number = || number_of(value);
        match self.comparison {
            Comparison::OneOf => self.is_listed(value),
            Comparison::NoneOf => !self.is_listed(value),
            Comparison::Below => number().is_some_and(|n| n < self.bound),
            Comparison::AtMost => number().is_some_and(|n| n <= self.bound),
            Comparison::Above => number().is_some_and(|n| n > self.bound),
            Comparison::AtLeast => number().is_some_and(|n| n >= self.bound),
        }
    }

    fn is_listed(&self, value: &str) -> bool {
        self.values.iter().any(|listed| {
            listed.eq_ignore_ascii_case(value) || number_of(listed).is_some_and(|n| number_of(value) == Some(n))
        })
    }

    /// The verdict that holds for the value, in place of the template's.
    pub fn apply(&self, verdict: &mut Verdict) {
        verdict.kind = self.kind;
        verdict.severity = self.severity;
        verdict.score = if self.kind == Kind::Anomaly { 0.9 } else { 0.05 };
        verdict.reason = format!("variable {self}").into();
        if !verdict.is_operators() {
            verdict.judge = super::rules::NAME.into();
            (verdict.model, verdict.prompt_version) = (None, None);
        }
    }
}

/// `137`, `-1`, `0x1f`, `85%`, `1.5ms`: the number in front.
pub(super) fn number_of(text: &str) -> Option<f64> {
    let text = text.trim_matches(['"', '\'', ' ', '(', ')', ',', '.', ';']);
    if let Some(hex) = text.strip_prefix("0x") {
        return u64::from_str_radix(hex, 16).ok().map(|n| n as f64);
    }
    let end = text
        .char_indices()
        .find(|(i, c)| !(c.is_ascii_digit() || *c == '.' || *i == 0 && matches!(c, '-' | '+')))
        .map_or(text.len(), |(i, _)| i);
    let (number, unit) = text.split_at(end);
    let is_unit = unit.chars().count() <= 3 && unit.chars().all(|c| c.is_alphabetic() || c == '%');
    if is_unit { number.parse().ok() } else { None }
}

/// Words in front of a number, and what it means.
const KNOWN: &[(&[&str], &[&str])] = &[
    (
        &[
            "exit code",
            "exit status",
            "exited with code",
            "exited with status",
            "exited with",
            "return code",
            "exitcode",
            "exit_code",
            "code=exited, status",
            "退出码",
            "返回码",
            "退出状态",
        ],
        &["= 0 -> normal", "= 134,137,139,143 -> anomaly CRITICAL", "!= 0 -> anomaly WARNING"],
    ),
    (
        &["on signal", "with signal", "by signal", "fatal signal"],
        &["= 4,6,7,8,11 -> anomaly CRITICAL", "= 9 -> anomaly WARNING"],
    ),
    (
        &[
            "status code",
            "statuscode",
            "status_code",
            "http status",
            "response code",
            "http/<*>\"",
            "http/1.1\"",
            "http/1.0\"",
            "http/2.0\"",
            "状态码",
        ],
        &["= 500,501,502,503,504,505,507,508 -> anomaly WARNING", "< 400 -> normal"],
    ),
    (
        &[
            "disk usage",
            "disk used",
            "memory usage",
            "cpu usage",
            "usage at",
            "磁盘使用率",
            "内存使用率",
            "cpu使用率",
            "使用率",
        ],
        &[">= 95 -> anomaly CRITICAL", ">= 85 -> anomaly WARNING"],
    ),
];

/// The built-in cases of a template.
pub fn built_in(template: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut before = String::new();
    for (parameter, part) in template.split("<*>").enumerate() {
        if cases.len() >= CASES_MAX {
            break;
        }
        before.push_str(&part.to_lowercase());
        let words = before.trim_end_matches([' ', ':', '=', '：', '(', '[', '是', '为', '达', '到']);
        let is_last = template.split("<*>").count() == parameter + 1;
        let known = KNOWN.iter().find(|(names, _)| names.iter().any(|name| ends_with_words(words, name)));
        if let (false, Some((_, meanings))) = (is_last, known) {
            let read = |meaning: &&str| Case::parse(&format!("${} {meaning}", parameter + 1)).ok();
            cases.extend(meanings.iter().filter_map(read));
        }
        before.push_str("<*>");
    }
    cases
}

fn ends_with_words(text: &str, words: &str) -> bool {
    text.strip_suffix(words).is_some_and(|rest| {
        !words.starts_with(|c: char| c.is_ascii_alphanumeric()) || !rest.ends_with(|c: char| c.is_ascii_alphanumeric())
    })
}

/// The place of the first case that holds for the line, if one does. `values` gives the line's variables in order.
pub fn first_that_holds<'l>(cases: &[Case], values: impl Iterator<Item = &'l str>) -> Option<usize> {
    let mut first = None;
    for (parameter, value) in values.enumerate() {
        let before = first.unwrap_or(cases.len());
        let found = cases.iter().take(before).position(|case| case.parameter == parameter && case.holds(value));
        first = found.or(first);
    }
    first
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn cases_are_read_and_written() {
        for (text, written) in [
            ("$1 >= 500 -> anomaly CRITICAL", "$1 >= 500 -> anomaly CRITICAL"),
            ("$2=137, 139->anomaly", "$2 = 137,139 -> anomaly WARNING"),
            ("$12 != ok -> normal", "$12 != ok -> normal INFO"),
        ] {
            assert_eq!(Case::parse(text).unwrap().to_string(), written);
        }
        for text in [
            "1 > 5 -> anomaly",
            "$0 > 5 -> anomaly",
            "$1 ~ 5 -> anomaly",
            "$1 > five -> anomaly",
            "$1 = 5",
            "$1 = 5 -> odd",
            "$1 = -> normal",
        ] {
            assert!(Case::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn values_are_compared() {
        for (case, value, expected) in [
            ("$1 >= 500 -> anomaly", "503", true),
            ("$1 >= 500 -> anomaly", "200", false),
            ("$1 >= 85 -> anomaly", "93%", true),
            ("$1 < 5 -> anomaly", "many", false),
            ("$1 = 0 -> normal", "0x0", true),
            ("$1 = 0 -> normal", "00", true),
            ("$1 != 0 -> anomaly", "-1", true),
            ("$1 = failed,lost -> anomaly", "Failed", true),
            ("$1 > 1 -> anomaly", "1.5ms", true),
            ("$1 > 1 -> anomaly", "10.0.0.1", false),
        ] {
            assert_eq!(Case::parse(case).unwrap().holds(value), expected, "{case} {value}");
        }
    }

    #[test]
    fn known_numbers() {
        let outcome = |template: &str, values: &[&str]| {
            let cases = built_in(template);
            first_that_holds(&cases, values.iter().copied()).and_then(|at| cases.get(at)).map(|c| (c.kind, c.severity))
        };
        let (normal, anomaly) = (Some((Kind::Normal, Severity::Info)), |s| Some((Kind::Anomaly, s)));
        let access = "<*> - <*> [<*>] \"GET <*> HTTP/<*>\" <*> <*>";
        for (template, values, expected) in [
            ("job <*> ended with exit code <*>", &["7", "0"][..], normal),
            ("job <*> ended with exit code <*>", &["0", "137"], anomaly(Severity::Critical)),
            ("job <*> ended with exit code: <*>", &["0", "2"], anomaly(Severity::Warning)),
            ("worker process <*> exited on signal <*>", &["7", "11"], anomaly(Severity::Critical)),
            (access, &["a", "b", "c", "/x", "1.1", "503", "17"], anomaly(Severity::Warning)),
            (access, &["a", "b", "c", "/x", "1.1", "200", "503"], normal),
            (access, &["a", "b", "c", "/x", "1.1", "404", "503"], None),
            ("磁盘使用率 <*>", &["96%"], anomaly(Severity::Critical)),
            ("磁盘使用率：<*>", &["40%"], None),
            ("user <*> logged in", &["137"], None),
            ("exit code", &[], None),
        ] {
            assert_eq!(outcome(template, values), expected, "{template} {values:?}");
        }
    }
}
