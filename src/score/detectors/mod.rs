//! Detectors find what no single line shows: a template's rate leaving its band, one that falls silent, one that was never there, a
//! service whose share of faults rises. They read no text and ask no model.
//!
//! Workers count records by [`Series`] and hand their [`Tallies`] to the [`Watch`], which sorts them into buckets of time. When a
//! bucket is over each detector looks at it once. Nothing here reads a clock: the time comes in.

mod band;
mod bounded;
mod errors;
mod novelty;
mod parameters;
mod rate;
mod silence;
mod tallies;
mod watch;

pub use band::{Band, Side, Step};
pub use parameters::NAME as PARAMETERS;
pub use tallies::Tallies;
pub use watch::Watch;

use super::profiles::Surprise;
use super::templates::TemplateId;
use super::verdict::Severity;
use std::collections::HashMap;
use std::sync::Arc;

/// The length of a bucket.
pub const BUCKET_MS: i64 = 10_000;

/// Series that are told apart, in a bucket and by each detector.
pub const SERIES_MAX: usize = 20_000;

/// What is counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Series {
    pub route: Arc<str>,
    /// `service.name`; empty where records do not say.
    pub service: Arc<str>,
    pub template: TemplateId,
}

/// Records of one series in one bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub records: u64,
    /// Of these, records whose verdict is an anomaly or whose severity is above `INFO`.
    pub faults: u64,
    /// Records of buckets that were over when they came: they show that the series lives and say nothing of its rate.
    pub late: u64,
}

impl Count {
    fn add(&mut self, other: Self) {
        self.records += other.records;
        self.faults += other.faults;
        self.late += other.late;
    }
}

/// A value of a variable that was never there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    pub series: Series,
    pub surprise: Surprise,
}

/// A bucket that is over.
#[derive(Default)]
pub struct Bucket {
    /// Buckets since the epoch.
    pub number: i64,
    pub counts: HashMap<Series, Count>,
    pub sightings: Vec<Sighting>,
}

/// What a detector found.
#[derive(Clone, Debug, PartialEq)]
pub struct Discovery {
    pub detector: &'static str,
    pub route: Arc<str>,
    pub service: Arc<str>,
    /// `None` where it is about a whole service or route.
    pub template: Option<TemplateId>,
    pub severity: Severity,
    pub reason: String,
    /// Records that it stands for.
    pub records: u64,
    /// The bucket in which it was seen.
    pub bucket: i64,
}

/// One way of finding anomalies in counts.
pub trait Detector: Send {
    fn name(&self) -> &'static str;

    /// Looks at a bucket that is over. Buckets come in order, empty ones too.
    fn close(&mut self, bucket: &Bucket, found: &mut Vec<Discovery>);
}

type Make = fn() -> Box<dyn Detector>;

/// A route's name and a service's.
type Service = (Arc<str>, Arc<str>);

/// Every detector; a route's `detectors` names them.
pub const DETECTORS: &[(&str, Make)] = &[
    (rate::NAME, || Box::<rate::Rate>::default()),
    (novelty::NAME, || Box::<novelty::Novelty>::default()),
    (silence::NAME, || Box::<silence::Silence>::default()),
    (errors::NAME, || Box::<errors::Errors>::default()),
    (parameters::NAME, || Box::<parameters::Parameters>::default()),
];

/// The detectors that a route wants, by their places in [`DETECTORS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted(u32);

impl Wanted {
    pub const NONE: Self = Self(0);
    pub const ALL: Self = Self(u32::MAX);

    /// This and one more; `None` if there is no detector of the name.
    pub fn with(self, name: &str) -> Option<Self> {
        let at = DETECTORS.iter().position(|(known, _)| *known == name)?;
        Some(Self(self.0 | 1 << at))
    }

    pub fn has(self, name: &str) -> bool {
        DETECTORS.iter().position(|(known, _)| *known == name).is_some_and(|at| self.0 & (1 << at) != 0)
    }

    pub fn is_none(self) -> bool {
        self.0 == 0
    }
}

#[cfg(test)]
mod tests;
