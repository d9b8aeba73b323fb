//! Packages of Elastic's integrations: the pipelines in them, and the tests that `elastic-package test pipeline` runs.
//!
//! ```text
//! manifest.yml                                       name, version
//! elasticsearch/ingest_pipeline/NAME.yml             pipelines of the package
//! data_stream/STREAM/manifest.yml                    type, dataset, entry pipeline
//! data_stream/STREAM/elasticsearch/ingest_pipeline/NAME.yml
//! data_stream/STREAM/_dev/test/pipeline/test-*.log   tests of the stream
//! ```
//!
//! Pipelines get the names that Fleet installs them under: `TYPE-DATASET-VERSION` for the entry, `TYPE-DATASET-VERSION-NAME` for the others.

mod case;
mod pipelines;
#[cfg(test)]
mod tests;

pub use case::{Case, CaseError, Verdict};
pub use pipelines::PackagePipeline;

use crate::config::{ConfigError, Node, Position, read_file};
use std::path::{Path, PathBuf};

/// Folders below a package that are looked at.
const STREAMS_MAX: usize = 1_000;

/// A package, or one data stream of it.
#[derive(Clone, Debug)]
pub struct Package {
    pub name: String,
    pub version: String,
    pub root: PathBuf,
    pub streams: Vec<DataStream>,
}

/// A data stream of a package.
#[derive(Clone, Debug)]
pub struct DataStream {
    pub folder: PathBuf,
    /// `logs-nginx.access`.
    pub name: String,
    /// The file's stem of the pipeline that documents enter by.
    entry: String,
}

impl Package {
    /// Whether `dir` is laid out as a package, or as a data stream of one.
    pub fn is_at(dir: &Path) -> bool {
        is_stream(dir) || dir.join("data_stream").is_dir() || dir.join(PIPELINES).is_dir()
    }

    /// Reads the package at `dir`, or the one data stream that `dir` is.
    pub fn open(dir: &Path) -> Result<Self, Vec<ConfigError>> {
        let parent = dir.parent().and_then(Path::parent);
        let (root, folders) = match parent.filter(|_| is_stream(dir)) {
            Some(parent) => (parent.to_owned(), vec![dir.to_owned()]),
            None if is_stream(dir) && !dir.join("data_stream").is_dir() => (dir.to_owned(), vec![dir.to_owned()]),
            None => (dir.to_owned(), folders(&dir.join("data_stream"))),
        };
        let manifest = root.join("manifest.yml");
        let manifest = if manifest.is_file() { Some(read_file(&manifest).map_err(|error| vec![error])?) } else { None };
        let text =
            |key: &str| manifest.as_ref().and_then(|node| node.get(key)).and_then(Node::as_str).map(str::to_owned);
        let folder_name = root.file_name().and_then(|name| name.to_str()).unwrap_or("package");
        let name = text("name").unwrap_or_else(|| folder_name.to_owned());
        let version = text("version").unwrap_or_else(|| "0.0.0".to_owned());
        let mut errors = Vec::new();
        let mut streams = Vec::new();
        for folder in folders {
            match DataStream::open(&folder, &name) {
                Ok(stream) => streams.push(stream),
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() { Ok(Self { name, version, root, streams }) } else { Err(errors) }
    }

    /// The pipelines of the package itself, and of all its data streams.
    pub fn pipelines(&self) -> Result<Vec<PackagePipeline>, Vec<ConfigError>> {
        let mut all = pipelines::of_package(self)?;
        let mut errors = Vec::new();
        for stream in &self.streams {
            match pipelines::of_stream(self, stream) {
                Ok(found) => all.extend(found),
                Err(found) => errors.extend(found),
            }
        }
        if errors.is_empty() { Ok(all) } else { Err(errors) }
    }

    /// The name of the pipeline that documents of `stream` enter by.
    pub fn entry(&self, stream: &DataStream) -> String {
        pipelines::stream_name(self, stream, &stream.entry)
    }
}

impl DataStream {
    fn open(folder: &Path, package: &str) -> Result<Self, ConfigError> {
        let manifest = folder.join("manifest.yml");
        let manifest = if manifest.is_file() { Some(read_file(&manifest)?) } else { None };
        let get = |path: &[&str]| {
            let mut node = manifest.as_ref()?;
            for key in path {
                node = node.get(key)?;
            }
            node.as_str().map(str::to_owned)
        };
        let stream = folder.file_name().and_then(|name| name.to_str()).unwrap_or("stream");
        let kind = get(&["type"]).unwrap_or_else(|| "logs".to_owned());
        let dataset = get(&["dataset"]).unwrap_or_else(|| format!("{package}.{stream}"));
        let entry = get(&["elasticsearch", "ingest_pipeline", "name"]).or_else(|| get(&["ingest_pipeline"]));
        Ok(Self {
            folder: folder.to_owned(),
            name: format!("{kind}-{dataset}"),
            entry: entry.unwrap_or_else(|| "default".to_owned()),
        })
    }

    /// The data stream that test documents are sent to.
    pub fn index(&self) -> String {
        format!("{}-default", self.name)
    }

    /// The tests of the stream, by the name of their file.
    pub fn cases(&self) -> Result<Vec<PathBuf>, ConfigError> {
        case::files(&self.folder.join(TESTS))
    }
}

const PIPELINES: &str = "elasticsearch/ingest_pipeline";
const TESTS: &str = "_dev/test/pipeline";

fn is_stream(dir: &Path) -> bool {
    let in_package = dir.parent().and_then(Path::file_name).is_some_and(|name| name == "data_stream");
    in_package || dir.join(TESTS).is_dir()
}

fn folders(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok);
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    found.sort();
    found.truncate(STREAMS_MAX);
    found
}

fn start_of(path: &Path) -> Position {
    Position { file: path.display().to_string().into(), line: 1, column: 1 }
}
