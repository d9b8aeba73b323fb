//! All pipelines of a folder, and running a document through one by name.

use super::{Build, Context, ErrorKind, Failure, Pipeline};
use crate::config::{self, ConfigError, Node};
use crate::document::{Document, End};
use crate::enrich::{Enrich, EnrichOptions};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The compiled pipelines, by name.
#[derive(Default)]
pub struct Pipelines {
    by_name: BTreeMap<String, Pipeline>,
    enrich: Arc<Enrich>,
}

/// How a document left its pipelines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    Dropped,
}

/// Settings that all pipelines are compiled with.
#[derive(Clone, Default)]
pub struct PipelineOptions {
    /// Look-up data. Pipelines that are loaded anew with the same data keep their caches and counts.
    pub enrich: Arc<Enrich>,
}

impl PipelineOptions {
    /// Look-up data out of these folders.
    pub fn with_data(options: EnrichOptions) -> Self {
        Self { enrich: Arc::new(Enrich::new(options)) }
    }
}

impl Pipelines {
    /// Compiles every `*.yml`, `*.yaml` and `*.json` in `dir`; a pipeline's name is its file's stem. Where the same stem comes
    /// in two formats, the JSON is taken. All errors of all files are reported.
    pub fn load(dir: &Path, options: &PipelineOptions) -> Result<Self, Vec<ConfigError>> {
        let at = config::Position { file: dir.display().to_string().into(), line: 1, column: 1 };
        let entries = std::fs::read_dir(dir)
            .map_err(|e| vec![ConfigError::new(&at, format!("cannot read the pipelines folder: {e}"))])?;
        let mut files: BTreeMap<String, PathBuf> = BTreeMap::new();
        for path in entries.filter_map(Result::ok).map(|e| e.path()) {
            let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
            let Some(stem) = path.file_stem().and_then(|s| s.to_str()) else { continue };
            // `NAME.test.yml` holds the tests of a pipeline (`logboom test`).
            if stem.ends_with(".test") {
                continue;
            }
            match extension {
                "json" => files.insert(stem.to_owned(), path.clone()),
                "yml" | "yaml" => {
                    files.entry(stem.to_owned()).or_insert(path.clone());
                    None
                }
                _ => None,
            };
        }
        let mut errors = Vec::new();
        let mut nodes = Vec::new();
        for (name, path) in files {
            match config::read_file(&path) {
                Ok(node) => nodes.push((name, node)),
                Err(e) => errors.push(e),
            }
        }
        match Self::compile(&nodes, options) {
            Ok(pipelines) if errors.is_empty() => Ok(pipelines),
            Ok(_) => Err(errors),
            Err(found) => {
                errors.extend(found);
                Err(errors)
            }
        }
    }

    /// Compiles pipelines from nodes already read.
    pub fn compile(nodes: &[(String, Node)], options: &PipelineOptions) -> Result<Self, Vec<ConfigError>> {
        let mut errors = Vec::new();
        let mut by_name = BTreeMap::new();
        for (name, node) in nodes {
            let build = Build { pipeline: name, enrich: options.enrich.clone(), ..Build::default() };
            match Pipeline::compile(name, node, &build) {
                Ok(pipeline) => drop(by_name.insert(name.clone(), pipeline)),
                Err(found) => errors.extend(found),
            }
            for (at, reference) in build.references.take() {
                if !nodes.iter().any(|(n, _)| *n == reference) {
                    let names: Vec<&str> = nodes.iter().map(|(n, _)| n.as_str()).collect();
                    let error = ConfigError::new(&at, format!("there is no pipeline [{reference}]"));
                    errors.push(match config::nearest(&reference, &names) {
                        Some(near) => error.help(format!("did you mean `{near}`?")),
                        None => {
                            error.help("add its file to the pipelines folder, or set `ignore_missing_pipeline: true`")
                        }
                    });
                }
            }
        }
        if errors.is_empty() { Ok(Self { by_name, enrich: options.enrich.clone() }) } else { Err(errors) }
    }

    pub fn get(&self, name: &str) -> Option<&Pipeline> {
        self.by_name.get(name)
    }

    /// The look-up data that the processors use: for refreshing and for metrics.
    pub fn enrich(&self) -> &Arc<Enrich> {
        &self.enrich
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// Runs `doc` through the pipeline `name`.
    pub fn run<'c>(&'c self, name: &str, doc: &Document<'_>, cx: &mut Context<'c>) -> Result<Outcome, Failure> {
        let pipeline = self
            .get(name)
            .ok_or_else(|| Failure::illegal_argument(format!("pipeline with id [{name}] does not exist")))?;
        pipeline.execute(doc, cx)?;
        Ok(if doc.end() == Some(End::Dropped) { Outcome::Dropped } else { Outcome::Done })
    }

    /// Runs the pipeline `name` from inside another (the `pipeline` processor); cycles are errors.
    pub fn call<'c>(&'c self, name: &str, doc: &Document<'_>, cx: &mut Context<'c>) -> Result<(), Failure> {
        let Some(pipeline) = self.get(name) else {
            let reason = format!("Pipeline processor configured for non-existent pipeline [{name}]");
            return Err(Failure::new(ErrorKind::IllegalState, reason));
        };
        pipeline.execute(doc, cx)
    }
}
