//! What `logboom demo` runs on: sample logs, a configuration and the shipped pipelines, all built in.

mod records;

pub use records::record;

use crate::config::{ConfigError, Settings, read_text};
use crate::ingest::{PipelineOptions, Pipelines};
use rust_embed::RustEmbed;
use std::path::Path;

/// The pipelines that ship with logboom.
#[derive(RustEmbed)]
#[folder = "pipelines/"]
struct ShippedPipelines;

/// The demo's settings; what it writes goes to `folder`.
pub fn settings(folder: &Path) -> Result<Settings, Vec<ConfigError>> {
    let node = read_text("demo.yml", include_str!("demo.yml")).map_err(|e| vec![e])?;
    Settings::read(&node, folder)
}

/// The shipped pipelines, compiled.
pub fn pipelines() -> Result<Pipelines, Vec<ConfigError>> {
    let mut nodes = Vec::new();
    let mut problems = Vec::new();
    let is_pipeline = |file: &str| file.ends_with(".yml") && !file.ends_with(".test.yml");
    for file in ShippedPipelines::iter().filter(|file| is_pipeline(file)) {
        let Some(embedded) = ShippedPipelines::get(&file) else { continue };
        let name = file.trim_end_matches(".yml").to_owned();
        match read_text(&format!("pipelines/{file}"), &String::from_utf8_lossy(&embedded.data)) {
            Ok(node) => nodes.push((name, node)),
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Pipelines::compile(&nodes, &PipelineOptions::default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_built_in_is_sound() {
        let pipelines = pipelines().unwrap();
        let settings = settings(Path::new("/tmp")).unwrap();
        for route in &settings.routes {
            if let Some((name, _)) = &route.pipeline {
                assert!(pipelines.get(name).is_some(), "{name}");
            }
        }
    }
}
