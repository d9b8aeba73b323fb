//! The lock file: the digest of every imported file, so that a change on either side is seen.

use super::{Asset, Imported};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path};

/// Its name in the folder of pipelines. No `.json`: it is no pipeline.
pub const LOCK_FILE: &str = "pipelines.lock";

/// What was imported, and what it was like.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    pub origin: String,
    /// `sha256:…` by path.
    pub files: BTreeMap<String, String>,
}

/// A file that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Drift {
    /// The file was edited, or is gone, since it was imported.
    EditedHere(String),
    GoneHere(String),
    /// The origin has another version, none, or one that we have not.
    ChangedThere(String),
    GoneThere(String),
    NewThere(String),
}

impl std::fmt::Display for Drift {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::EditedHere(path) => write!(f, "{path}: edited here since it was imported"),
            Self::GoneHere(path) => write!(f, "{path}: deleted here since it was imported"),
            Self::ChangedThere(path) => write!(f, "{path}: changed at its origin since it was imported"),
            Self::GoneThere(path) => write!(f, "{path}: its origin does not have it any more"),
            Self::NewThere(path) => write!(f, "{path}: its origin has it, here it is not"),
        }
    }
}

fn digest(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

impl Lock {
    /// The lock of a folder; None where there is none.
    pub fn read(dir: &Path) -> io::Result<Option<Self>> {
        let text = match std::fs::read(dir.join(LOCK_FILE)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let lock: Self = serde_json::from_slice(&text)?;
        // It may be anybody's: what it names stays inside the folder.
        let is_inside = |path: &String| Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
        if lock.files.keys().all(is_inside) {
            return Ok(Some(lock));
        }
        Err(io::Error::new(io::ErrorKind::InvalidData, format!("{LOCK_FILE} names files outside of its folder")))
    }

    pub fn of(imported: &Imported) -> Self {
        let files = imported.assets.iter().map(|asset| (asset.path.clone(), digest(&asset.bytes)));
        Self { origin: imported.origin.clone(), files: files.collect() }
    }

    /// Files that are not any more what was imported.
    pub fn drift_here(&self, dir: &Path) -> io::Result<Vec<Drift>> {
        let mut found = Vec::new();
        for (path, expected) in &self.files {
            match std::fs::read(dir.join(path)) {
                Ok(bytes) if digest(&bytes) == *expected => {}
                Ok(_) => found.push(Drift::EditedHere(path.clone())),
                Err(error) if error.kind() == io::ErrorKind::NotFound => found.push(Drift::GoneHere(path.clone())),
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    /// What the origin has otherwise now.
    pub fn drift_there(&self, imported: &Imported) -> Vec<Drift> {
        let now = Self::of(imported);
        let mut found = Vec::new();
        for (path, digest) in &self.files {
            match now.files.get(path) {
                Some(other) if other == digest => {}
                Some(_) => found.push(Drift::ChangedThere(path.clone())),
                None => found.push(Drift::GoneThere(path.clone())),
            }
        }
        found.extend(now.files.keys().filter(|path| !self.files.contains_key(*path)).cloned().map(Drift::NewThere));
        found
    }

    /// Files in `dir` that writing `imported` would destroy: there, not what it brings, and not as an earlier import left them.
    pub fn in_the_way(before: Option<&Self>, dir: &Path, imported: &Imported) -> Vec<String> {
        let is_foreign = |asset: &&Asset| match std::fs::read(dir.join(&asset.path)) {
            Err(_) => false,
            Ok(bytes) if bytes == asset.bytes => false,
            Ok(bytes) => before.and_then(|lock| lock.files.get(&asset.path)) != Some(&digest(&bytes)),
        };
        imported.assets.iter().filter(is_foreign).map(|asset| asset.path.clone()).collect()
    }

    /// Writes the files and the lock.
    pub fn write(imported: &Imported, dir: &Path) -> io::Result<()> {
        for asset in &imported.assets {
            let path = dir.join(&asset.path);
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            std::fs::write(path, &asset.bytes)?;
        }
        let mut text = serde_json::to_vec_pretty(&Self::of(imported))?;
        text.push(b'\n');
        std::fs::write(dir.join(LOCK_FILE), text)
    }
}
