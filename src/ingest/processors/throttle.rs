//! `throttle`: lets a number of records of a kind pass within a window of time and drops the rest.

use super::dedupe::{Surplus, record_id};
use crate::config::ConfigError;
use crate::document::{Document, FieldPath, Value};
use crate::ingest::recent::{KeyFields, Recent};
use crate::ingest::{Build, Context, Failure, Processor, Settings};
use std::time::Duration;

const WINDOW: Duration = Duration::from_secs(60);
const KEYS_MAX: usize = 100_000;

struct Throttle {
    key: KeyFields,
    recent: Recent,
    limit: u64,
    count_field: Option<FieldPath>,
    surplus: Surplus,
}

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    settings.require("limit")?;
    let limit = settings.count_or("limit", 1)? as u64;
    let window = settings.duration_or("window", WINDOW)?;
    let keys_max = settings.count_or("max_keys", KEYS_MAX)?;
    Ok(Box::new(Throttle {
        key: KeyFields::compile(settings)?,
        recent: Recent::new(window, keys_max),
        limit,
        count_field: settings.opt_path("count_field")?,
        surplus: Surplus::compile(settings)?,
    }))
}

impl Processor for Throttle {
    fn execute(&self, doc: &Document<'_>, cx: &mut Context<'_>) -> Result<(), Failure> {
        let Some(key) = self.key.hash(doc)? else { return Ok(()) };
        let seen = self.recent.see(key, cx.now, record_id(doc));
        if seen.count > self.limit {
            return self.surplus.apply(doc);
        }
        let surplus = seen.count_before.saturating_sub(self.limit);
        match &self.count_field {
            Some(field) if surplus > 0 => Ok(doc.set(field, Value::integer(surplus as i64))?),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::{check, run_all};

    #[test]
    fn so_many_pass_in_a_window() {
        let pipeline = "processors: [{throttle: {fields: k, limit: 2, window: 10s, count_field: n}}]";
        let documents = [
            (0, r#"{"k":1}"#, r#"{"k":1}"#),
            (1, r#"{"k":1}"#, r#"{"k":1}"#),
            (2, r#"{"k":1}"#, "dropped"),
            (3, r#"{"k":2}"#, r#"{"k":2}"#),
            (4, r#"{"k":1}"#, "dropped"),
            (10, r#"{"k":1}"#, r#"{"k":1,"n":2}"#),
            (11, r#"{"k":1}"#, r#"{"k":1}"#),
            (12, "{}", "{}"),
        ];
        assert_eq!(
            run_all(pipeline, &documents.map(|(second, document, _)| (second, document))),
            documents.map(|(_, _, expected)| expected)
        );
    }

    #[test]
    fn without_fields_all_records_count_together() {
        let got = run_all("processors: [{throttle: {limit: 1, add_tag: late}}]", &[(0, "{}"), (0, "{}")]);
        assert_eq!(got, ["{}", r#"{"tags":["late"]}"#]);
        check(&[
            ("throttle: {}", "{}", "test.yml:1:25: [limit] required property is missing"),
            ("throttle: {limit: 0}", "{}", "test.yml:1:33: [limit] must be at least 1"),
        ]);
    }
}
