//! The processors: one file each, registered in one table.
//!
//! To add one: write its file with a `compile` function ([`super::Factory`]), add its line to [`PROCESSORS`] (kept in alphabetical
//! order) and its page to `docs/processors/`.

use super::Factory;

mod set;

/// Every processor by the name that pipelines use.
pub const PROCESSORS: &[(&str, Factory)] = &[("set", set::compile)];

/// The processor `kind`, with its name as a static string.
pub fn find(kind: &str) -> Option<(&'static str, Factory)> {
    PROCESSORS.iter().find(|(name, _)| *name == kind).copied()
}

/// The processor whose name is nearest to a misspelt one.
pub fn suggest(kind: &str) -> Option<&'static str> {
    let names: Vec<&'static str> = PROCESSORS.iter().map(|(name, _)| *name).collect();
    crate::config::nearest(kind, &names)
}
