//! What the processors did to a document, for a person to read.

use crate::ingest::simulate::{Difference, Status, StepResult};
use serde_json::Value;

/// A value longer than this is cut, so that one field does not hide the others.
const VALUE_CHARS_MAX: usize = 160;

/// Appends the story of one document.
pub fn write(number: usize, steps: &[(StepResult, Vec<Difference>)], out: &mut Vec<u8>) {
    let mut lines = vec![format!("document {number}")];
    if steps.is_empty() {
        lines.push("  no processor ran".to_owned());
    }
    for (step, changes) in steps {
        tell(step, changes, &mut lines);
    }
    out.extend_from_slice(lines.join("\n").as_bytes());
}

fn tell(step: &StepResult, changes: &[Difference], lines: &mut Vec<String>) {
    let indent = "  ".repeat(step.depth + 1);
    let mark = match step.status {
        Status::Success => "ok     ",
        Status::Error => "FAILED ",
        Status::ErrorIgnored => "ignored",
        Status::Skipped => "skipped",
        Status::Dropped => "DROPPED",
    };
    let tag = step.tag.as_ref().map(|tag| format!(" [{tag}]")).unwrap_or_default();
    let note = step.description.as_ref().map(|text| format!("  # {}", short(text))).unwrap_or_default();
    lines.push(format!("{indent}{mark} {}{tag}{note}", step.kind));
    if let Some((source, held)) = step.condition.as_ref().filter(|_| !step.failed_in_condition()) {
        lines.push(format!("{indent}          if {}: {held}", short(source)));
    }
    if let Some(failure) = &step.failure {
        let place = if step.failed_in_condition() { "its condition: " } else { "" };
        let cause = failure.root_cause();
        lines.push(format!("{indent}        ! {place}{}: {}", cause.kind.name(), short(&cause.reason)));
    }
    for Difference { path, before, after } in changes {
        lines.push(match (before, after) {
            (None, Some(after)) => format!("{indent}        + {path}: {}", shown(after)),
            (Some(before), None) => format!("{indent}        - {path}: {}", shown(before)),
            (before, after) => {
                let (before, after) = (before.as_ref().map(shown), after.as_ref().map(shown));
                format!("{indent}        ~ {path}: {} -> {}", before.unwrap_or_default(), after.unwrap_or_default())
            }
        });
    }
}

/// A value on one line.
pub fn shown(value: &Value) -> String {
    short(&value.to_string())
}

fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(VALUE_CHARS_MAX) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use crate::config::read_text;
    use crate::document::Arena;
    use crate::ingest::simulate::{Simulation, from_line};
    use crate::ingest::{PipelineOptions, Pipelines};

    const PIPELINE: &str = r#"
processors:
  - set: { field: event.kind, value: event, tag: kind, description: what it is }
  - rename: { field: message, target_field: event.original, if: ctx.message != null }
  - grok: { field: event.original, patterns: ['%{IP:source.ip} %{GREEDYDATA:rest}'], on_failure: [{ append: { field: tags, value: unparsed } }] }
  - foreach: { field: hosts, processor: { uppercase: { field: _ingest._value } } }
  - pipeline: { name: clean }
  - fail: { message: 'too late', if: ctx.tags != null, ignore_failure: true }
  - set: { if: ctx.nothing.at.all == 1, field: x, value: 1 }
"#;
    const CLEAN: &str =
        "processors: [{ remove: { field: rest, ignore_missing: true } }, { drop: { if: ctx.noise == true } }]";

    /// The golden file is what people see. Write it anew with `LOGBOOM_GOLDEN=write cargo test`.
    #[test]
    fn people_see_what_happened() {
        let nodes = [("main", PIPELINE), ("clean", CLEAN)]
            .map(|(name, text)| (name.to_owned(), read_text(name, text).unwrap()));
        let pipelines = Pipelines::compile(&nodes, &PipelineOptions::default()).unwrap();
        let now = jiff::Timestamp::UNIX_EPOCH;
        let mut out = Vec::new();
        for (at, line) in [
            r#"{"message":"192.0.2.7 logged in","hosts":["a","b"]}"#,
            r#"{"message":"no address","hosts":[]}"#,
            r#"{"message":"192.0.2.7 x","hosts":["c"],"noise":true}"#,
        ]
        .iter()
        .enumerate()
        {
            let arena = Arena::new();
            let doc = from_line(line.as_bytes(), &arena, now).unwrap();
            let steps = Simulation { pipelines: &pipelines, name: "main", now }.steps_with_changes(&doc).unwrap();
            super::write(at + 1, &steps, &mut out);
            out.push(b'\n');
        }
        let seen = String::from_utf8(out).unwrap();
        if std::env::var_os("LOGBOOM_GOLDEN").is_some() {
            std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cli/simulate/story.golden.txt"), &seen).unwrap();
        }
        assert_eq!(seen, include_str!("story.golden.txt"));
    }
}
