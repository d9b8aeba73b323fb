//! All pipelines of a folder, and running a document through one by name.

use super::{Build, Context, ErrorKind, Failure, Pipeline};
use crate::config::{self, ConfigError, Node};
use crate::document::{Document, End};
use crate::enrich::{Enrich, EnrichOptions};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The compiled pipelines, by name.
#[derive(Clone, Default)]
pub struct Pipelines {
    by_name: BTreeMap<String, Arc<Pipeline>>,
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
        let (nodes, mut errors) = Self::read_all(dir);
        match Self::compile(&nodes, options) {
            Ok(pipelines) if errors.is_empty() => Ok(pipelines),
            Ok(_) => Err(errors),
            Err(found) => {
                errors.extend(found);
                Err(errors)
            }
        }
    }

    /// The pipelines of a folder as they are written, by name.
    pub fn read(dir: &Path) -> Result<Vec<(String, Node)>, Vec<ConfigError>> {
        let (nodes, errors) = Self::read_all(dir);
        if errors.is_empty() { Ok(nodes) } else { Err(errors) }
    }

    /// As [`Pipelines::read`]: those that can be read, and what is wrong with the others.
    pub fn read_all(dir: &Path) -> (Vec<(String, Node)>, Vec<ConfigError>) {
        let at = config::Position { file: dir.display().to_string().into(), line: 1, column: 1 };
        let entries = match std::fs::read_dir(dir) {
            Ok(entries) => entries,
            Err(error) => {
                let reason = format!("cannot read the pipelines folder: {error}");
                return (Vec::new(), vec![ConfigError::new(&at, reason)]);
            }
        };
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
        let (mut nodes, mut errors) = (Vec::new(), Vec::new());
        for (name, path) in files {
            match config::read_file(&path) {
                Ok(node) => nodes.push((name, node)),
                Err(e) => errors.push(e),
            }
        }
        (nodes, errors)
    }

    /// Compiles pipelines from nodes already read.
    pub fn compile(nodes: &[(String, Node)], options: &PipelineOptions) -> Result<Self, Vec<ConfigError>> {
        let mut errors = Vec::new();
        let mut by_name = BTreeMap::new();
        let known: BTreeSet<&str> = nodes.iter().map(|(name, _)| name.as_str()).collect();
        for (name, compiled, references) in on_all_cores(nodes, |(name, node)| {
            let build = Build { pipeline: name, enrich: options.enrich.clone(), ..Build::default() };
            let compiled = Pipeline::compile(name, node, &build);
            (name, compiled, build.references.take())
        }) {
            match compiled {
                Ok(pipeline) => drop(by_name.insert(name.clone(), Arc::new(pipeline))),
                Err(found) => errors.extend(found),
            }
            for (at, reference) in references {
                if !known.contains(reference.as_str()) {
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

    /// Compiles one pipeline that is given at run time. Pipelines that it calls need not be there yet.
    pub fn compile_one(name: &str, node: &Node, options: &PipelineOptions) -> Result<Arc<Pipeline>, Vec<ConfigError>> {
        let build = Build { pipeline: name, enrich: options.enrich.clone(), ..Build::default() };
        Pipeline::compile(name, node, &build).map(Arc::new)
    }

    /// These pipelines with one more, or another of that name.
    pub fn with(&self, pipeline: Arc<Pipeline>) -> Self {
        let mut pipelines = self.clone();
        pipelines.by_name.insert(pipeline.name.clone(), pipeline);
        pipelines
    }

    /// These pipelines without those of `names`.
    pub fn without(&self, names: &[String]) -> Self {
        let mut pipelines = self.clone();
        pipelines.by_name.retain(|name, _| !names.contains(name));
        pipelines
    }

    pub fn get(&self, name: &str) -> Option<&Pipeline> {
        self.by_name.get(name).map(Arc::as_ref)
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
        if doc.end() == Some(End::Dropped) {
            return Ok(Outcome::Dropped);
        }
        if doc.contains_itself() {
            return Err(Failure::illegal_argument("Iterable object is self-referencing itself"));
        }
        Ok(Outcome::Done)
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

/// Fewer items than this are not worth a thread.
const ITEMS_PER_THREAD_MIN: usize = 16;

/// What `work` makes of each item, in their order. A folder of thousands of pipelines is compiled by all cores.
fn on_all_cores<'i, T: Sync, R: Send>(items: &'i [T], work: impl Fn(&'i T) -> R + Sync) -> Vec<R> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let share = items.len().div_ceil(cores).max(ITEMS_PER_THREAD_MIN);
    if items.len() <= share {
        return items.iter().map(work).collect();
    }
    let work = &work;
    std::thread::scope(|scope| {
        let threads: Vec<_> =
            items.chunks(share).map(|chunk| scope.spawn(move || chunk.iter().map(work).collect::<Vec<R>>())).collect();
        let joined = threads.into_iter().map(|thread| thread.join());
        joined.flat_map(|made| made.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::on_all_cores;

    #[test]
    fn what_all_cores_make_keeps_its_order() {
        for count in [0, 1, 15, 1_000] {
            let items: Vec<usize> = (0..count).collect();
            assert_eq!(on_all_cores(&items, |item| *item), items);
        }
    }
}
