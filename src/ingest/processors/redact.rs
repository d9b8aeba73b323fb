//! `redact`: hides what matches grok patterns behind their names.

use super::grok::{pattern_definitions, strings};
use crate::config::ConfigError;
use crate::document::{Document, FieldPath, Value};
use crate::ingest::grok::{EcsCompatibility, Grok, MatchError, PatternBank};
use crate::ingest::{Build, Context, ErrorKind, Failure, Processor, Settings};

struct Redact {
    field: FieldPath,
    groks: Vec<Grok>,
    prefix: String,
    suffix: String,
    ignore_missing: bool,
    trace_redact: bool,
}

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let field = settings.path("field")?;
    let patterns = strings(settings, "patterns")?;
    if patterns.is_empty() {
        return Err(settings.invalid_option("patterns", "List of patterns must not be empty"));
    }
    let definitions = pattern_definitions(settings)?;
    let groks = PatternBank::built_in(EcsCompatibility::V1)
        .extend(definitions)
        .and_then(|bank| patterns.iter().map(|pattern| Grok::compile(&[pattern], &bank, false)).collect())
        .map_err(|error| {
            let patterns = patterns.join(", ");
            settings.invalid_option("patterns", format!("Invalid regex pattern found in: [{patterns}]. {error}"))
        })?;
    // There is no licence to lack here: the option is read for the sake of pipelines that have it.
    settings.bool_or("skip_if_unlicensed", false)?;
    Ok(Box::new(Redact {
        field,
        groks,
        prefix: settings.opt_string("prefix")?.unwrap_or("<").to_owned(),
        suffix: settings.opt_string("suffix")?.unwrap_or(">").to_owned(),
        ignore_missing: settings.bool_or("ignore_missing", true)?,
        trace_redact: settings.bool_or("trace_redact", false)?,
    }))
}

impl Processor for Redact {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        let Some(text) = doc.get_str(&self.field, true)? else {
            if self.ignore_missing {
                return Ok(());
            }
            return Err(Failure::illegal_argument(format!("field [{}] is null or missing", self.field.text())));
        };
        let regions = merge_overlapping(self.regions(text)?);
        if regions.is_empty() {
            return Ok(());
        }
        let redacted = self.replace(text, &regions);
        doc.set(&self.field, doc.string(&redacted))?;
        if self.trace_redact && redacted != text {
            let trace = match doc.ingest.get("_redact") {
                Some(Value::Object(trace)) => trace,
                _ => doc.object(),
            };
            trace.insert("_is_redacted", Value::Bool(true));
            doc.ingest.insert("_redact", Value::Object(trace));
        }
        Ok(())
    }
}

/// A part of the text that a pattern matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Region<'g> {
    start: usize,
    end: usize,
    name: &'g str,
}

impl Region<'_> {
    fn len(&self) -> usize {
        self.end - self.start
    }
}

impl Redact {
    /// All matches of all patterns, by pattern and place.
    fn regions(&self, text: &str) -> Result<Vec<Region<'_>>, Failure> {
        let mut regions = Vec::new();
        for grok in &self.groks {
            // The node finds out here, too, that there is no name to put in place of a match.
            let name = grok.fields().next().ok_or_else(|| timed_out(no_name()))?;
            let mut start = 0;
            while let Some((from, to)) = grok.find_at(text, start).map_err(|e: MatchError| timed_out(e.into()))? {
                regions.push(Region { start: from, end: to, name });
                start = if to > start { to } else { text.ceil_char_boundary(start + 1) };
                if start >= text.len() {
                    break;
                }
            }
        }
        Ok(regions)
    }

    fn replace(&self, text: &str, regions: &[Region<'_>]) -> String {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for region in regions {
            out.push_str(text.get(at..region.start).unwrap_or_default());
            out.push_str(&self.prefix);
            out.push_str(region.name);
            out.push_str(&self.suffix);
            at = region.end;
        }
        out.push_str(text.get(at..).unwrap_or_default());
        out
    }
}

/// Regions that touch become one, which has the name of the longest; in order of their place.
fn merge_overlapping(mut regions: Vec<Region<'_>>) -> Vec<Region<'_>> {
    regions.sort_by_key(|region| region.start);
    let mut merged: Vec<Region<'_>> = Vec::new();
    let mut rest = regions.into_iter().peekable();
    while let Some(first) = rest.next() {
        let (mut longest, mut end) = (first, first.end);
        while let Some(region) = rest.next_if(|next| end >= next.start) {
            if region.len() > longest.len() {
                longest = region;
            }
            end = end.max(region.end);
        }
        merged.push(Region { start: first.start, end, name: longest.name });
    }
    merged
}

fn timed_out(cause: Failure) -> Failure {
    Failure::new(ErrorKind::Other("timeout_exception"), "Grok pattern matching timed out").caused_by(cause)
}

fn no_name() -> Failure {
    Failure::new(ErrorKind::IndexOutOfBounds, "Index 0 out of bounds for length 0")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::testing::{check, run};

    #[test]
    fn hides_what_matches() {
        check(&[
            (
                "redact: {field: m, patterns: ['%{IP:client}', '%{EMAILADDRESS:email}']}",
                r#"{"m":"10.0.0.1 wrote to a@b.org and ::1, é c@d.org"}"#,
                r#"{"m":"<client> wrote to <email> and <client>, é <email>"}"#,
            ),
            (
                "redact: {field: m, patterns: ['%{GITHUB_NAME:GITHUB_NAME}'], pattern_definitions: {GITHUB_NAME: '@%{USERNAME}'}, prefix: '*', suffix: ''}",
                r#"{"m":"ask @octo-cat"}"#,
                r#"{"m":"ask *GITHUB_NAME"}"#,
            ),
            (
                "redact: {field: m, patterns: ['%{NUMBER:n}', '%{DATE:d}']}",
                r#"{"m":"on 11/23/2026 at 7"}"#,
                r#"{"m":"on <d> at <n>"}"#,
            ),
            ("redact: {field: m, patterns: ['%{IP:ip}']}", r#"{"m":"nothing"}"#, r#"{"m":"nothing"}"#),
            ("redact: {field: m, patterns: ['(?<x>日?)']}", r#"{"m":"é日"}"#, r#"{"m":"<x>é<x>"}"#),
            ("redact: {field: m, patterns: ['%{IP}']}", r#"{"m":"1.2.3.4"}"#, "Grok pattern matching timed out"),
        ]);
    }

    #[test]
    fn fields_that_are_not_there() {
        check(&[
            ("redact: {field: m, patterns: ['%{IP:ip}']}", "{}", "{}"),
            ("redact: {field: m, patterns: ['%{IP:ip}']}", r#"{"m":null}"#, r#"{"m":null}"#),
            ("redact: {field: m, patterns: ['%{IP:ip}'], ignore_missing: false}", "{}", "field [m] is null or missing"),
            (
                "redact: {field: m, patterns: ['%{IP:ip}']}",
                r#"{"m":1}"#,
                "field [m] of type [java.lang.Integer] cannot be cast to [java.lang.String]",
            ),
        ]);
    }

    #[test]
    fn the_trace_tells_that_something_was_hidden() {
        let pipeline = "processors: [{redact: {field: m, patterns: ['%{IP:ip}'], trace_redact: true}}, {set: {field: t, copy_from: _ingest._redact}}]";
        assert_eq!(run(pipeline, r#"{"m":"::1"}"#), r#"{"m":"<ip>","t":{"_is_redacted":true}}"#);
        assert_eq!(run(pipeline, r#"{"m":"x"}"#), "field [_redact] not present as part of path [_ingest._redact]");
    }

    #[test]
    fn regions_that_touch_become_one() {
        let check = |regions: &[(usize, usize, &'static str)], expected: &[(usize, usize, &'static str)]| {
            let region = |&(start, end, name): &(usize, usize, &'static str)| Region { start, end, name };
            let merged = merge_overlapping(regions.iter().map(region).collect());
            assert_eq!(merged, expected.iter().map(region).collect::<Vec<_>>(), "{regions:?}");
        };
        check(&[(0, 3, "a"), (5, 7, "b")], &[(0, 3, "a"), (5, 7, "b")]);
        check(&[(5, 7, "b"), (0, 5, "a")], &[(0, 7, "a")]);
        check(&[(0, 3, "a"), (2, 8, "b"), (9, 10, "c")], &[(0, 8, "b"), (9, 10, "c")]);
        check(&[(0, 20, "a"), (2, 4, "b"), (6, 8, "c")], &[(0, 20, "a")]);
        check(&[(0, 2, "a"), (0, 2, "b")], &[(0, 2, "a")]);
    }
}
