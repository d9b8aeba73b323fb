//! `dedupe`: lets the first of equal records pass and drops those that follow within a window of time.

use crate::config::ConfigError;
use crate::document::{Document, End, FieldPath, Value};
use crate::ingest::recent::{KeyFields, Recent};
use crate::ingest::{Build, Context, Failure, Processor, Settings};
use std::time::Duration;
use xxhash_rust::xxh3::xxh3_64;

const WINDOW: Duration = Duration::from_secs(60);
const KEYS_MAX: usize = 100_000;

struct Dedupe {
    key: KeyFields,
    recent: Recent,
    count_field: Option<FieldPath>,
    surplus: Surplus,
}

/// What happens with a record that is one too many.
pub(super) struct Surplus {
    tags: FieldPath,
    /// None: it is dropped.
    add_tag: Option<String>,
}

impl Surplus {
    /// The option `add_tag`.
    pub fn compile(settings: &mut Settings<'_>) -> Result<Self, ConfigError> {
        let tags = FieldPath::parse("tags").map_err(|e| settings.invalid_option("add_tag", e))?;
        Ok(Self { tags, add_tag: settings.opt_string("add_tag")?.map(str::to_owned) })
    }

    pub fn apply(&self, doc: &Document<'_>) -> Result<(), Failure> {
        match &self.add_tag {
            Some(tag) => Ok(doc.append(&self.tags, &[doc.string(tag)], false)?),
            None => {
                doc.set_end(Some(End::Dropped));
                Ok(())
            }
        }
    }
}

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let key = KeyFields::compile(settings)?;
    if key.is_empty() {
        return Err(settings.missing("fields"));
    }
    let window = settings.duration_or("window", WINDOW)?;
    let keys_max = settings.count_or("max_keys", KEYS_MAX)?;
    Ok(Box::new(Dedupe {
        key,
        recent: Recent::new(window, keys_max),
        count_field: settings.opt_path("count_field")?,
        surplus: Surplus::compile(settings)?,
    }))
}

impl Processor for Dedupe {
    fn execute(&self, doc: &Document<'_>, cx: &mut Context<'_>) -> Result<(), Failure> {
        let Some(key) = self.key.hash(doc)? else { return Ok(()) };
        let seen = self.recent.see(key, cx.now, record_id(doc));
        if seen.count > 1 {
            return self.surplus.apply(doc);
        }
        match &self.count_field {
            Some(field) if seen.count_before > 1 => Ok(doc.set(field, Value::integer((seen.count_before - 1) as i64))?),
            _ => Ok(()),
        }
    }
}

/// What tells a record from another that says the same; `_id` is what the simulation calls documents without an ID.
pub(super) fn record_id(doc: &Document<'_>) -> Option<u64> {
    doc.metadata("_id").filter(|id| *id != "_id").map(|id| xxh3_64(id.as_bytes()))
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::{check, run_all};

    #[test]
    fn the_first_passes_and_copies_go() {
        let pipeline = "processors: [{dedupe: {fields: [host, message], window: 10s, count_field: n}}]";
        let documents = [
            (0, r#"{"host":"a","message":"x"}"#, r#"{"host":"a","message":"x"}"#),
            (1, r#"{"host":"a","message":"x","t":1}"#, "dropped"),
            (2, r#"{"host":"b","message":"x"}"#, r#"{"host":"b","message":"x"}"#),
            (3, r#"{"message":"x"}"#, r#"{"message":"x"}"#),
            (4, r#"{"message":"x"}"#, r#"{"message":"x"}"#),
            (9, r#"{"host":"a","message":"x"}"#, "dropped"),
            (10, r#"{"host":"a","message":"x"}"#, r#"{"host":"a","message":"x","n":2}"#),
            (25, r#"{"host":"a","message":"x"}"#, r#"{"host":"a","message":"x"}"#),
        ];
        assert_eq!(
            run_all(pipeline, &documents.map(|(second, document, _)| (second, document))),
            documents.map(|(_, _, expected)| expected)
        );
    }

    #[test]
    fn copies_can_be_tagged() {
        let pipeline = "processors: [{dedupe: {fields: a, add_tag: copy}}]";
        let got = run_all(pipeline, &[(0, r#"{"a":1}"#), (0, r#"{"a":1,"tags":"t"}"#), (0, r#"{"a":1.0}"#)]);
        assert_eq!(got, [r#"{"a":1}"#, r#"{"a":1,"tags":["t","copy"]}"#, r#"{"a":1.0}"#]);
    }

    #[test]
    fn wrong_options() {
        check(&[
            ("dedupe: {}", "{}", "test.yml:1:23: [fields] required property is missing"),
            (
                "dedupe: {fields: a, window: soon}",
                "{}",
                "test.yml:1:43: [window] [soon] is no duration such as 500ms, 10s, 5m or 1h",
            ),
            ("dedupe: {fields: a, max_keys: 0}", "{}", "test.yml:1:45: [max_keys] must be at least 1"),
            ("dedupe: {fields: a, ignore_missing: false}", "{}", "field [a] not present as part of path [a]"),
        ]);
    }
}
