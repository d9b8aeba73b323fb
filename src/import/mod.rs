//! Pipelines out of a live node or a package into a folder, pinned by their digests in a lock file.

mod lock;
mod node;
mod package;
#[cfg(test)]
mod tests;

pub use lock::{Drift, LOCK_FILE, Lock};
pub use node::from_node;
pub use package::from_package;

use std::path::{Component, Path};

/// The longest name of a pipeline, script or policy that becomes a file.
const NAME_BYTES_MAX: usize = 200;

/// A file to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Below the folder: `NAME.json`, `scripts/ID.json`, `enrich/NAME.ndjson`.
    pub path: String,
    pub bytes: Vec<u8>,
}

/// What was found, and what could not be taken along.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    /// Where it came from, without credentials.
    pub origin: String,
    pub assets: Vec<Asset>,
    pub warnings: Vec<String>,
}

impl Imported {
    fn add(&mut self, path: String, bytes: Vec<u8>) {
        self.assets.push(Asset { path, bytes });
    }

    fn warn(&mut self, warning: String) {
        self.warnings.push(warning);
    }
}

/// The name as a file's stem, unless it would lead anywhere else or be read as something else.
fn file_stem(name: &str) -> Option<&str> {
    let mut parts = Path::new(name).components();
    let is_one = matches!((parts.next(), parts.next()), (Some(Component::Normal(part)), None) if part == name);
    let is_plain = !name.contains(['\\', ':', '\0']) && !name.chars().any(char::is_control);
    (is_one && is_plain && name.len() <= NAME_BYTES_MAX && !name.ends_with(".test")).then_some(name)
}

fn pretty(value: &serde_json::Value) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}
