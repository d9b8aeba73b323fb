//! Pipelines out of a package's folder.

use super::{Imported, file_stem};
use crate::config::ConfigError;
use crate::package::Package;
use std::path::Path;

/// The pipelines of a package under the names that Fleet gives them, their references to each other resolved.
pub fn from_package(dir: &Path) -> Result<Imported, Vec<ConfigError>> {
    let package = Package::open(dir)?;
    let origin = format!("{} {}", package.name, package.version);
    let mut imported = Imported { origin, ..Imported::default() };
    for pipeline in package.pipelines()? {
        let extension = pipeline.file.extension().and_then(|e| e.to_str()).unwrap_or("yml");
        match file_stem(&pipeline.name) {
            Some(stem) => imported.add(format!("{stem}.{extension}"), pipeline.text.into_bytes()),
            None => imported.warn(format!("the pipeline [{}] has a name that no file can have", pipeline.name)),
        }
    }
    Ok(imported)
}
