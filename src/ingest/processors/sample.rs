//! `sample`: keeps a share of the records.

use crate::config::ConfigError;
use crate::document::{Document, End, FieldPath, Value};
use crate::ingest::recent::KeyFields;
use crate::ingest::{Build, Context, Failure, Processor, Settings};
use std::sync::atomic::{AtomicU64, Ordering};

struct Sample {
    /// Greater than 0, at most 1.
    rate: f64,
    key: KeyFields,
    rate_field: Option<FieldPath>,
    /// Records so far, where no key decides.
    records: AtomicU64,
}

pub fn compile(settings: &mut Settings<'_>, _: &Build<'_>) -> Result<Box<dyn Processor>, ConfigError> {
    let rate = settings.opt_float("rate")?.ok_or_else(|| settings.missing("rate"))?;
    if !(rate > 0.0 && rate <= 1.0) {
        return Err(settings.invalid_option("rate", "must be greater than 0 and at most 1"));
    }
    Ok(Box::new(Sample {
        rate,
        key: KeyFields::compile(settings)?,
        rate_field: settings.opt_path("rate_field")?,
        records: AtomicU64::new(0),
    }))
}

impl Processor for Sample {
    fn execute(&self, doc: &Document<'_>, _: &mut Context<'_>) -> Result<(), Failure> {
        let keep = if self.key.is_empty() {
            // Not at random: of every n records just the share, evenly spread.
            let before = self.records.fetch_add(1, Ordering::Relaxed) as f64;
            ((before + 1.0) * self.rate).floor() > (before * self.rate).floor()
        } else {
            // Records of one key stay together. One without a key is kept.
            self.key.hash(doc)?.is_none_or(|hash| ((hash >> 64) as u64 as f64 / u64::MAX as f64) < self.rate)
        };
        if !keep {
            doc.set_end(Some(End::Dropped));
            return Ok(());
        }
        match &self.rate_field {
            Some(field) => Ok(doc.set(field, Value::Double(self.rate))?),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::testing::{check, run_all};

    #[test]
    fn the_share_is_exact_and_even() {
        let got = run_all("processors: [{sample: {rate: 0.25}}]", &[(0, "{}"); 100]);
        assert!(got.chunks(4).all(|four| four.iter().filter(|d| *d == "{}").count() == 1));
        assert_eq!(run_all("processors: [{sample: {rate: 1, rate_field: r}}]", &[(0, "{}")]), [r#"{"r":1.0}"#]);
    }

    #[test]
    fn records_of_a_key_stay_together() {
        let documents: Vec<String> = (0..2000).map(|i| format!(r#"{{"trace":"{}"}}"#, i % 1000)).collect();
        let input: Vec<(i64, &str)> = documents.iter().map(|d| (0, d.as_str())).collect();
        let got = run_all("processors: [{sample: {rate: 0.3, fields: trace}}]", &input);
        let (first, second) = got.split_at(1000);
        assert_eq!(first, second);
        let kept = first.iter().filter(|d| *d != "dropped").count();
        assert!((250..350).contains(&kept), "{kept}");
    }

    #[test]
    fn wrong_rates() {
        check(&[
            ("sample: {rate: 0}", "{}", "test.yml:1:30: [rate] must be greater than 0 and at most 1"),
            ("sample: {rate: 1.1}", "{}", "test.yml:1:30: [rate] must be greater than 0 and at most 1"),
            ("sample: {}", "{}", "test.yml:1:23: [rate] required property is missing"),
        ]);
    }
}
