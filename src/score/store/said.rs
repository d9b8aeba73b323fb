//! The operators' words that a shared topic holds, and which of two words counts.

use super::message::{Skipped, VALUE_BYTES_MAX};
use crate::score::feedback::Feedback;
use std::collections::BTreeMap;

/// Overrides of the topic that are remembered.
pub(super) const SAID_MAX: usize = 10_000;
const SAID_BYTES_MAX: usize = 32 * 1024 * 1024;

/// The operators' words in the topic, the last one on each template and class.
#[derive(Default)]
pub(super) struct Said {
    words: BTreeMap<(String, Option<String>), (Feedback, usize)>,
    bytes: usize,
}

impl Said {
    /// Notes a word; true if it was not known.
    pub fn note(&mut self, said: &Feedback) -> Result<bool, Skipped> {
        let key = said.key();
        let bytes = serde_json::to_vec(said).map_or(VALUE_BYTES_MAX, |text| text.len());
        let known = self.words.get(&key);
        if known.is_some_and(|(known, _)| known == said) {
            return Ok(false);
        }
        let total = self.bytes - known.map_or(0, |(_, bytes)| *bytes) + bytes;
        if total > SAID_BYTES_MAX || known.is_none() && self.words.len() >= SAID_MAX {
            return Err(Skipped::Full);
        }
        self.bytes = total;
        self.words.insert(key, (said.clone(), bytes));
        Ok(true)
    }

    pub fn all(&self) -> Vec<Feedback> {
        self.words.values().map(|(said, _)| said.clone()).collect()
    }

    /// Of what was said here and what the topic says of the same, the newer word counts: those of the topic that do, and those of
    /// `own` that the topic lacks.
    pub fn merge(&mut self, own: Vec<Feedback>) -> (Vec<Feedback>, Vec<Feedback>) {
        let mut last = BTreeMap::new();
        for said in own {
            last.insert(said.key(), said);
        }
        let is_newer = |a: &Feedback, b: &Feedback| a.moment() > b.moment();
        let theirs = self
            .words
            .iter()
            .filter(|(key, (said, _))| last.get(key).is_none_or(|own| own != said && !is_newer(own, said)));
        let theirs: Vec<Feedback> = theirs.map(|(_, (said, _))| said.clone()).collect();
        let ours =
            last.into_iter().filter(|(key, own)| self.words.get(key).is_none_or(|(said, _)| is_newer(own, said)));
        let mut ours: Vec<Feedback> = ours.map(|(_, said)| said).collect();
        ours.retain(|said| self.note(said).is_ok());
        (theirs, ours)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn said(template: u64, verdict: Option<&str>, second: u8) -> Feedback {
        Feedback {
            template: format!("{template:016x}"),
            verdict: verdict.map(str::to_owned),
            author: "li".into(),
            at: format!("2026-01-01T00:00:{second:02}Z"),
            ..Feedback::default()
        }
    }

    #[test]
    fn the_newer_word_counts() {
        let mut topic = Said::default();
        for word in [said(1, Some("normal"), 5), said(2, Some("normal"), 5), said(3, None, 5), said(4, None, 5)] {
            assert_eq!(topic.note(&word), Ok(true));
            assert_eq!(topic.note(&word), Ok(false), "its echo is no news");
        }
        let own = vec![
            said(1, Some("anomaly"), 4),
            said(2, Some("normal"), 3),
            said(2, Some("anomaly"), 6),
            said(3, Some("anomaly"), 4),
            said(4, None, 5),
            said(5, Some("normal"), 1),
        ];
        let (theirs, ours) = topic.merge(own);
        assert_eq!(theirs, [said(1, Some("normal"), 5), said(3, None, 5)]);
        assert_eq!(ours, [said(2, Some("anomaly"), 6), said(5, Some("normal"), 1)]);
        assert_eq!(topic.note(&said(5, Some("normal"), 1)), Ok(false));
    }

    #[test]
    fn overrides_are_bounded() {
        let mut topic = Said::default();
        let noted = (0..SAID_MAX as u64 + 10).filter(|n| topic.note(&said(*n, Some("normal"), 1)).is_ok()).count();
        assert_eq!(noted, SAID_MAX);
        assert_eq!(topic.note(&said(7, None, 2)), Ok(true), "what is known may change");
        let mut topic = Said::default();
        let long = |n| Feedback { reason: "x".repeat(15_000), ..said(n, Some("normal"), 1) };
        let noted = (0..SAID_MAX as u64).filter(|n| topic.note(&long(*n)).is_ok()).count();
        assert!(noted < SAID_BYTES_MAX / 15_000 + 1, "{noted}");
    }
}
