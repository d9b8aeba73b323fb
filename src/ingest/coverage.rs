//! What of a pipeline logboom runs, and how much of that has been compared with a real node.
//!
//! The second comes out of `docs/compatibility.md`, which the differential test writes.

use super::outline::{Place, index_at, order, outline};
use super::processors;
use crate::config::{ConfigError, Node};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

/// What the differential test has compared.
const COMPATIBILITY: &str = include_str!("../../docs/compatibility.md");

/// Options that every processor has; they are compared with each of them.
const EVERYWHERE: &[&str] = &["tag", "description", "if", "ignore_failure", "on_failure"];

/// Things of one kind, and how many of them do not compile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub all: usize,
    pub wrong: usize,
}

impl Count {
    fn add(&mut self, is_wrong: bool) {
        self.all += 1;
        self.wrong += usize::from(is_wrong);
    }
}

/// The report on one pipeline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// By type.
    pub processors: BTreeMap<String, Count>,
    pub conditions: Count,
    pub scripts: Count,
    /// Types that there are none of here.
    pub unknown: BTreeSet<String>,
    /// Options in use that no node was asked about, with the reason if there is one.
    pub not_compared: BTreeMap<String, String>,
}

impl Coverage {
    /// The report on a pipeline with what is wrong with it.
    pub fn of(pipeline: &Node, errors: &[ConfigError]) -> Self {
        let places = outline(pipeline);
        let wrong: BTreeSet<usize> = errors.iter().filter_map(|error| index_at(&places, &error.at)).collect();
        let wrong_at: BTreeSet<_> = errors.iter().map(|error| order(&error.at)).collect();
        let is_wrong = |node: &Node| wrong_at.contains(&order(&node.at));
        let mut coverage = Self::default();
        for (at, place) in places.iter().enumerate() {
            coverage.processors.entry(place.kind.to_owned()).or_default().add(wrong.contains(&at));
            if processors::find(place.kind).is_none() {
                coverage.unknown.insert(place.kind.to_owned());
                continue;
            }
            if let Some(condition) = place.condition() {
                coverage.conditions.add(is_wrong(condition));
            }
            if let Some(source) = place.source() {
                coverage.scripts.add(is_wrong(source));
            }
            coverage.note_options(place);
        }
        coverage
    }

    fn note_options(&mut self, place: &Place<'_>) {
        let options = place.options.as_map().unwrap_or_default().iter().map(|(key, _)| key.text.as_str());
        for option in options.filter(|option| !EVERYWHERE.contains(option)) {
            if let Err(reason) = compared(place.kind, option) {
                self.not_compared.insert(format!("{} {option}", place.kind), reason.to_owned());
            }
        }
    }
}

/// Whether documents went through this option here and on a node; else why not.
fn compared(kind: &str, option: &str) -> Result<(), &'static str> {
    let table = &*TABLE;
    let rows = [option, "all", "–"].into_iter().filter_map(|option| table.get(&(kind, option)));
    rows.into_iter().next().copied().unwrap_or(Err(""))
}

type Table = HashMap<(&'static str, &'static str), Result<(), &'static str>>;

/// Rows `| processor | option | documents by version … | reason |`.
static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table::new();
    for line in COMPATIBILITY.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [kind, option, counts @ .., reason] = cells.as_slice() else { continue };
        let is_compared = counts.iter().any(|count| count.parse::<u64>().is_ok_and(|count| count > 0));
        table.insert((*kind, option.trim_matches('`')), if is_compared { Ok(()) } else { Err(*reason) });
    }
    table
});

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::read_text;
    use crate::ingest::{PipelineOptions, Pipelines};

    #[test]
    fn a_pipeline_is_reported_on() {
        let text = "processors:\n- set: {field: a, value: 1, if: ctx.b == 1}\n- set: {field: a, value: 1, if: ctx.b ==}\n- nope: {x: 1}\n- script: {source: 'int x = '}\n- script: ctx.a = 1\n- truncate: {fields: [a], max_bytes: 5}\n- uppercase: {fieldd: a}\n";
        let node = read_text("t", text).unwrap();
        let errors = Pipelines::compile_one("t", &node, &PipelineOptions::default()).err().unwrap_or_default();
        let coverage = Coverage::of(&node, &errors);
        let count = |kind: &str| (coverage.processors[kind].all, coverage.processors[kind].wrong);
        assert_eq!(
            (count("set"), count("nope"), count("script"), count("uppercase")),
            ((2, 1), (1, 1), (2, 1), (1, 1))
        );
        assert_eq!((coverage.conditions, coverage.scripts), (Count { all: 2, wrong: 1 }, Count { all: 2, wrong: 1 }));
        assert_eq!(coverage.unknown.iter().collect::<Vec<_>>(), ["nope"]);
        assert!(coverage.not_compared["truncate fields"].contains("own"), "{:?}", coverage.not_compared);
        assert!(!coverage.not_compared.contains_key("set value"));
    }
}
