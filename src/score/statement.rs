//! What an operator says of a template, as it comes in by the command line or by HTTP.

use super::feedback::Feedback;
use super::parameters::{CASES_MAX, Case};
use super::templates::{Miner, MinerSettings, TemplateId, Worker};
use super::verdict::{Kind, Severity};
use serde::Deserialize;

/// A statement; [`Statement::into_feedback`] checks it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Statement {
    /// The template's id: sixteen hexadecimal digits.
    pub template: Option<String>,
    /// A line of the template instead.
    pub line: Option<String>,
    /// `normal` or `anomaly`; without it what was said before is taken back.
    pub verdict: Option<String>,
    pub severity: Option<String>,
    pub category: String,
    pub reason: String,
    pub runbook: Option<String>,
    /// Only for routes of this class.
    pub class: Option<String>,
    /// Other verdicts for certain values of a variable, such as `$1 >= 500 -> anomaly CRITICAL`.
    pub when: Vec<String>,
    pub author: String,
}

impl Statement {
    pub fn into_feedback(self, now: jiff::Timestamp) -> Result<Feedback, String> {
        let verdict = match &self.verdict {
            None => None,
            Some(name) => {
                let kind = Kind::parse(name).filter(|kind| *kind != Kind::Unknown);
                Some(kind.ok_or_else(|| format!("`{name}` is neither `normal` nor `anomaly`"))?)
            }
        };
        let severity = match &self.severity {
            None => None,
            Some(name) => {
                let severity = Severity::parse(name);
                Some(severity.ok_or_else(|| format!("`{name}` is none of INFO, WARNING, CRITICAL"))?)
            }
        };
        if self.when.len() > CASES_MAX {
            return Err(format!("{} cases are too many: {CASES_MAX} at most", self.when.len()));
        }
        let when = self.when.iter().map(|text| Case::parse(text)).collect::<Result<_, _>>()?;
        if self.author.trim().is_empty() {
            return Err("nobody says so: `author` is missing".into());
        }
        let (template, text) = named(self.template, self.line.as_deref())?;
        Ok(Feedback {
            template,
            text,
            verdict: verdict.map(|kind| kind.name().to_owned()),
            severity: severity.map(|severity| severity.name().to_owned()),
            category: self.category,
            reason: self.reason,
            runbook: self.runbook,
            class: self.class,
            when,
            example: self.line,
            author: self.author,
            at: now.to_string(),
        })
    }
}

/// The id of the template, and its text where a line was given.
fn named(template: Option<String>, line: Option<&str>) -> Result<(String, String), String> {
    match (template, line) {
        (Some(_), Some(_)) => Err("`template` and `line` cannot both be given".into()),
        (None, None) => Err("nothing is named: `template` (an id) or `line` is missing".into()),
        (Some(id), None) => match TemplateId::parse(&id) {
            Some(id) => Ok((id.to_string(), String::new())),
            None => Err(format!("`{id}` is no template's id: it has sixteen hexadecimal digits")),
        },
        (None, Some(line)) => {
            let miner = Miner::new(MinerSettings::default());
            let id = Worker::new(miner.clone()).observe_raw(line).0.id;
            Ok((id.to_string(), miner.template(id).map(|template| template.text.to_string()).unwrap_or_default()))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn read(json: &str) -> Result<Feedback, String> {
        let statement: Statement = serde_json::from_str(json).map_err(|error| error.to_string())?;
        statement.into_feedback(jiff::Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn statements_are_checked() {
        let said = read(
            r#"{"line":"exit code 3 of worker 7","verdict":"Anomaly","severity":"critical","reason":"seen","class":"batch",
            "when":["$1=0 -> normal"],"author":"li"}"#,
        )
        .unwrap();
        assert_eq!(said.text, "exit code <*> of worker <*>");
        assert_eq!(said.template, TemplateId::of(&said.text).to_string());
        assert_eq!((said.verdict.as_deref(), said.severity.as_deref()), (Some("anomaly"), Some("CRITICAL")));
        assert_eq!(
            (said.class.as_deref(), said.when.len(), said.at.as_str()),
            (Some("batch"), 1, "1970-01-01T00:00:00Z")
        );
        assert_eq!(read(r#"{"template":"00000000000000aa","author":"li"}"#).unwrap().verdict, None);
        for (json, expected) in [
            (r#"{"author":"li","verdict":"normal"}"#, "nothing is named"),
            (r#"{"author":"li","template":"aa","verdict":"normal"}"#, "sixteen"),
            (r#"{"author":"li","template":"+0000000000000aa","verdict":"normal"}"#, "sixteen"),
            (r#"{"author":"li","template":"00000000000000aa","line":"x"}"#, "both"),
            (r#"{"author":"li","line":"x","verdict":"unknown"}"#, "neither"),
            (r#"{"author":"li","line":"x","verdict":"normal","severity":"HUGE"}"#, "none of"),
            (r#"{"author":"li","line":"x","verdict":"normal","when":["$1"]}"#, "`$1`"),
            (r#"{"author":" ","line":"x","verdict":"normal"}"#, "author"),
            (r#"{"author":"li","line":"x","verdit":"normal"}"#, "verdit"),
        ] {
            let error = read(json).unwrap_err();
            assert!(error.contains(expected), "{json}: {error}");
        }
    }
}
