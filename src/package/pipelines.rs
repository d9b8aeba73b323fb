//! The pipelines of a package, with `{{ IngestPipeline "name" }}` resolved as Fleet does when it installs the package.

use super::{DataStream, PIPELINES, Package, start_of};
use crate::config::{ConfigError, Node, Position, nearest, read_json, read_text};
use regex::Regex;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// A pipeline file of a package.
#[derive(Clone, Debug)]
pub struct PackagePipeline {
    /// What it is called when it is installed.
    pub name: String,
    pub file: PathBuf,
    /// The file with its references to other pipelines resolved.
    pub text: String,
    pub node: Node,
}

/// The files of a folder: stem and path.
type Files = Vec<(String, PathBuf)>;

/// `NAME` is installed as this.
pub(super) fn stream_name(package: &Package, stream: &DataStream, stem: &str) -> String {
    let base = format!("{}-{}", stream.name, package.version);
    if stem == stream.entry { base } else { format!("{base}-{stem}") }
}

fn package_name(package: &Package, stem: &str) -> String {
    format!("{}-{stem}", package.version)
}

pub(super) fn of_stream(package: &Package, stream: &DataStream) -> Result<Vec<PackagePipeline>, Vec<ConfigError>> {
    let own = files(&stream.folder.join(PIPELINES))?;
    let shared = files(&package.root.join(PIPELINES))?;
    let mut names: Vec<(String, String)> =
        own.iter().map(|(stem, _)| (stem.clone(), stream_name(package, stream, stem))).collect();
    names.extend(shared.iter().map(|(stem, _)| (stem.clone(), package_name(package, stem))));
    read(&own, &names)
}

pub(super) fn of_package(package: &Package) -> Result<Vec<PackagePipeline>, Vec<ConfigError>> {
    // A folder that is a data stream itself, without a package around it, has none of its own.
    if package.streams.iter().any(|stream| stream.folder == package.root) {
        return Ok(Vec::new());
    }
    let own = files(&package.root.join(PIPELINES))?;
    let names: Vec<(String, String)> =
        own.iter().map(|(stem, _)| (stem.clone(), package_name(package, stem))).collect();
    read(&own, &names)
}

fn files(dir: &Path) -> Result<Files, Vec<ConfigError>> {
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(vec![ConfigError::new(&start_of(dir), format!("cannot read the folder: {error}"))]),
    };
    let paths = entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.is_file());
    let is_pipeline =
        |path: &PathBuf| path.extension().is_some_and(|e| ["yml", "yaml", "json"].iter().any(|known| e == *known));
    let mut found: Files =
        paths.filter(is_pipeline).filter_map(|path| Some((path.file_stem()?.to_str()?.to_owned(), path))).collect();
    found.sort();
    Ok(found)
}

fn read(files: &Files, names: &[(String, String)]) -> Result<Vec<PackagePipeline>, Vec<ConfigError>> {
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    for (stem, path) in files {
        let name = names.iter().find(|(other, _)| other == stem).map_or(stem, |(_, name)| name);
        match read_one(path, name, names) {
            Ok(pipeline) => found.push(pipeline),
            Err(more) => errors.extend(more),
        }
    }
    if errors.is_empty() { Ok(found) } else { Err(errors) }
}

fn read_one(path: &Path, name: &str, names: &[(String, String)]) -> Result<PackagePipeline, Vec<ConfigError>> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| vec![ConfigError::new(&start_of(path), format!("cannot read the file: {error}"))])?;
    let text = resolve(&text, path, names)?;
    let file = path.display().to_string();
    let is_json = path.extension().is_some_and(|extension| extension == "json");
    let node = if is_json { read_json(&file, &text) } else { read_text(&file, &text) }.map_err(|error| vec![error])?;
    Ok(PackagePipeline { name: name.to_owned(), file: path.to_owned(), text, node })
}

/// `{{ IngestPipeline "name" }}`, with any white space and either quotes.
static REFERENCE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"\{\{-?\s*IngestPipeline\s+\\?["'`]([^"'`\\]*)\\?["'`]\s*-?\}\}"#).ok());

/// Puts the installed names into the text.
fn resolve(text: &str, path: &Path, names: &[(String, String)]) -> Result<String, Vec<ConfigError>> {
    let Some(reference) = REFERENCE.as_ref() else { return Ok(text.to_owned()) };
    let mut errors = Vec::new();
    let resolved = reference.replace_all(text, |found: &regex::Captures<'_>| {
        let stem = found.get(1).map_or("", |name| name.as_str());
        if let Some((_, name)) = names.iter().find(|(other, _)| other == stem) {
            return name.clone();
        }
        let at = found.get(0).map_or(0, |whole| whole.start());
        let known: Vec<&str> = names.iter().map(|(stem, _)| stem.as_str()).collect();
        let error = ConfigError::new(&position(path, text, at), format!("the package has no pipeline [{stem}]"));
        errors.push(match nearest(stem, &known) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error,
        });
        String::new()
    });
    if errors.is_empty() { Ok(resolved.into_owned()) } else { Err(errors) }
}

fn position(path: &Path, text: &str, at: usize) -> Position {
    let before = text.get(..at).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
    Position { line: before.matches('\n').count() + 1, column, ..start_of(path) }
}
