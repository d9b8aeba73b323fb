//! The pipelines of a server: those of its folder, and what was put over HTTP, which lives in memory only.

use crate::config::{ConfigError, Node};
use crate::enrich::{Enrich, EnrichOptions};
use crate::ingest::{Pipeline, PipelineOptions, Pipelines};
use crate::rest::matches;
use arc_swap::ArcSwap;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// Pipelines that are held at once.
const PIPELINES_MAX: usize = 10_000;
/// The text of all pipelines that were put over HTTP together.
const TEXT_BYTES_MAX: usize = 256 * 1024 * 1024;

/// What requests work on at one moment.
#[derive(Clone, Default)]
pub struct Held {
    pub pipelines: Pipelines,
    /// Each pipeline as it was given.
    pub sources: BTreeMap<String, Arc<Source>>,
}

/// A pipeline as it was given.
pub struct Source {
    pub json: Value,
    bytes: usize,
}

/// The pipelines. Readers take what is held without waiting; writers come one after the other.
pub struct Store {
    held: ArcSwap<Held>,
    writing: Mutex<()>,
    /// What pipelines that came over HTTP are compiled with: no files but databases, no servers.
    confined: PipelineOptions,
}

/// Why a pipeline was not taken.
#[derive(Debug)]
pub enum PutError {
    Wrong(Vec<ConfigError>),
    Full(String),
    Version(String),
}

impl Store {
    /// The pipelines of the folder `dir`, if there is one. `geoip_dir` is for all.
    pub fn open(dir: Option<&Path>, geoip_dir: Option<&Path>) -> Result<Self, Vec<ConfigError>> {
        let folders = |data_dir: Option<&Path>| EnrichOptions {
            geoip_dir: geoip_dir.map(Path::to_owned),
            data_dir: data_dir.map(Path::to_owned),
        };
        let mut held = Held::default();
        if let Some(dir) = dir {
            let options = PipelineOptions::with_data(folders(Some(dir)));
            let nodes = Pipelines::read(dir)?;
            held.pipelines = Pipelines::compile(&nodes, &options)?;
            let source = |node: &Node| Arc::new(Source { json: node.to_json(), bytes: 0 });
            held.sources = nodes.iter().map(|(name, node)| (name.clone(), source(node))).collect();
        }
        let confined = PipelineOptions { enrich: Arc::new(Enrich::confined(folders(None))) };
        Ok(Self { held: ArcSwap::from_pointee(held), writing: Mutex::new(()), confined })
    }

    pub fn held(&self) -> Arc<Held> {
        self.held.load_full()
    }

    /// Compiles a pipeline that came over HTTP.
    pub fn compile(&self, name: &str, node: &Node) -> Result<Arc<Pipeline>, Vec<ConfigError>> {
        Pipelines::compile_one(name, node, &self.confined)
    }

    /// Puts a pipeline, or another in its place, unless it has not the `version` that is expected.
    pub fn put(&self, name: &str, node: &Node, bytes: usize, version: Option<i64>) -> Result<(), PutError> {
        let pipeline = self.compile(name, node).map_err(PutError::Wrong)?;
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut held = Held::clone(&self.held());
        if let Some(expected) = version {
            check_version(name, expected, held.pipelines.get(name), pipeline.version).map_err(PutError::Version)?;
        }
        let others = held.sources.iter().filter(|(other, _)| *other != name);
        let (count, used) = others.fold((0, 0), |(count, used), (_, source)| (count + 1, used + source.bytes));
        if count >= PIPELINES_MAX || used + bytes > TEXT_BYTES_MAX {
            let reason = format!(
                "there is no room for pipeline [{name}]: {PIPELINES_MAX} pipelines and {TEXT_BYTES_MAX} bytes of them are held at most"
            );
            return Err(PutError::Full(reason));
        }
        held.pipelines = held.pipelines.with(pipeline);
        held.sources.insert(name.to_owned(), Arc::new(Source { json: node.to_json(), bytes }));
        self.held.store(Arc::new(held));
        Ok(())
    }

    /// Takes away the pipelines that `pattern` means; false when there are none.
    pub fn delete(&self, pattern: &str) -> bool {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut held = Held::clone(&self.held());
        let names: Vec<String> = held.sources.keys().filter(|name| matches(pattern, name)).cloned().collect();
        held.sources.retain(|name, _| !names.contains(name));
        held.pipelines = held.pipelines.without(&names);
        self.held.store(Arc::new(held));
        !names.is_empty() || pattern == "*"
    }
}

fn check_version(name: &str, expected: i64, current: Option<&Pipeline>, new: Option<i64>) -> Result<(), String> {
    let Some(current) = current else {
        return Err(format!(
            "version conflict, required version [{expected}] for pipeline [{name}] but no pipeline was found"
        ));
    };
    if current.version != Some(expected) {
        let current = current.version.map_or_else(|| "null".to_owned(), |version| version.to_string());
        return Err(format!(
            "version conflict, required version [{expected}] for pipeline [{name}] but current version is [{current}]"
        ));
    }
    if new == current.version {
        return Err(format!("cannot update pipeline [{name}] with the same version [{expected}]"));
    }
    Ok(())
}
