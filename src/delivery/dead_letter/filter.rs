//! Which dead letters are meant.

use super::{DeadLetter, Stage};
use jiff::Timestamp;
use std::ops::RangeInclusive;
use thiserror::Error;

/// All that is set must hold.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub topic: Option<String>,
    pub partition: Option<i32>,
    pub offsets: Option<RangeInclusive<i64>>,
    pub stage: Option<Stage>,
    pub pipeline: Option<String>,
    pub error_type: Option<String>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

/// A filter that is not understood.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum FilterError {
    #[error("`{0}` is no offset or range of offsets: write 17, 17..42 (both included), 17.. or ..42")]
    Offsets(String),
    #[error("`{0}` is no time: write 2026-11-23T06:00:00Z, or how long ago: 90s, 15m, 2h, 7d")]
    Time(String),
    #[error("`{0}` is no stage: decode, route, pipeline or output")]
    Stage(String),
}

impl Filter {
    pub fn matches(&self, letter: &DeadLetter) -> bool {
        let same = |wanted: &Option<String>, found: Option<&str>| wanted.is_none() || wanted.as_deref() == found;
        let time = || letter.timestamp.parse::<Timestamp>().ok();
        same(&self.topic, Some(&letter.topic))
            && self.partition.is_none_or(|partition| partition == letter.partition)
            && self.offsets.as_ref().is_none_or(|offsets| offsets.contains(&letter.offset))
            && (self.stage.is_none() || self.stage == letter.stage)
            && same(&self.pipeline, letter.pipeline.as_deref())
            && same(&self.error_type, Some(&letter.error_type))
            && self.since.is_none_or(|since| time().is_some_and(|time| time >= since))
            && self.until.is_none_or(|until| time().is_some_and(|time| time <= until))
    }

    /// `17`, `17..42` (both included), `17..`, `..42`.
    pub fn offsets(text: &str) -> Result<RangeInclusive<i64>, FilterError> {
        let number = |part: &str, empty| match part.trim() {
            "" => Ok(empty),
            part => part.parse().map_err(|_| FilterError::Offsets(text.to_owned())),
        };
        match text.split_once("..") {
            Some((from, to)) => Ok(number(from, 0)?..=number(to, i64::MAX)?),
            None => text.trim().parse().map(|n| n..=n).map_err(|_| FilterError::Offsets(text.to_owned())),
        }
    }

    /// A time, or how long before `now` it was.
    pub fn time(text: &str, now: Timestamp) -> Result<Timestamp, FilterError> {
        let wrong = || FilterError::Time(text.to_owned());
        if let Ok(time) = text.parse() {
            return Ok(time);
        }
        let ago = crate::config::parse_duration(text).ok_or_else(wrong)?;
        now.checked_sub(ago).map_err(|_| wrong())
    }

    pub fn stage(text: &str) -> Result<Stage, FilterError> {
        let found = Stage::ALL.into_iter().find(|stage| stage.name() == text);
        found.ok_or_else(|| FilterError::Stage(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn letter() -> DeadLetter {
        DeadLetter {
            timestamp: "2026-11-23T06:00:00Z".into(),
            stage: Some(Stage::Pipeline),
            topic: "app".into(),
            partition: 3,
            offset: 17,
            pipeline: Some("nginx".into()),
            error_type: "illegal_argument_exception".into(),
            ..DeadLetter::default()
        }
    }

    #[test]
    fn each_part_of_a_filter_narrows() {
        let matching = Filter {
            topic: Some("app".into()),
            partition: Some(3),
            offsets: Some(10..=17),
            stage: Some(Stage::Pipeline),
            pipeline: Some("nginx".into()),
            error_type: Some("illegal_argument_exception".into()),
            since: Some("2026-11-23T06:00:00Z".parse().unwrap()),
            until: Some("2026-11-23T06:00:00Z".parse().unwrap()),
        };
        assert!(matching.matches(&letter()) && Filter::default().matches(&letter()));
        for narrower in [
            Filter { topic: Some("other".into()), ..Filter::default() },
            Filter { partition: Some(4), ..Filter::default() },
            Filter { offsets: Some(18..=20), ..Filter::default() },
            Filter { stage: Some(Stage::Decode), ..Filter::default() },
            Filter { pipeline: Some("x".into()), ..Filter::default() },
            Filter { error_type: Some("x".into()), ..Filter::default() },
            Filter { since: Some("2026-11-23T06:00:01Z".parse().unwrap()), ..Filter::default() },
            Filter { until: Some("2026-11-23T05:59:59Z".parse().unwrap()), ..Filter::default() },
        ] {
            assert!(!narrower.matches(&letter()), "{narrower:?}");
        }
    }

    #[test]
    fn ranges_and_times() {
        let now: Timestamp = "2026-11-23T06:00:00Z".parse().unwrap();
        for (text, range) in [("17", 17..=17), ("17..42", 17..=42), ("17..", 17..=i64::MAX), ("..42", 0..=42)] {
            assert_eq!(Filter::offsets(text), Ok(range), "{text}");
        }
        assert_eq!(Filter::offsets("a..b"), Err(FilterError::Offsets("a..b".into())));
        assert_eq!(Filter::time("2h", now).unwrap().to_string(), "2026-11-23T04:00:00Z");
        assert_eq!(Filter::time("2026-11-22T00:00:00Z", now).unwrap().to_string(), "2026-11-22T00:00:00Z");
        assert_eq!(Filter::time("soon", now), Err(FilterError::Time("soon".into())));
        assert_eq!(Filter::stage("route"), Ok(Stage::Route));
        assert_eq!(Filter::stage("x"), Err(FilterError::Stage("x".into())));
    }
}
