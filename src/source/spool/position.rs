//! What a spool remembers beside its segments: `position.json`, written beside and renamed, so that a crash leaves the old one or the new.

use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// How far everything has ended, and what was known to be synced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Position {
    pub identity: [u8; 16],
    /// Everything before this position of this segment has ended.
    pub segment: u32,
    pub position: u64,
    /// At least so far (segment, position) entries were synced, and perhaps acknowledged.
    pub synced: (u32, u64),
    /// Numbers below this one have been used.
    pub next_segment: u32,
}

const FILE: &str = "position.json";

impl Position {
    pub fn new(identity: [u8; 16]) -> Self {
        Self { identity, segment: 1, position: 0, synced: (0, 0), next_segment: 1 }
    }

    /// `None` when there is none, or it cannot be read: then everything that is left is read again.
    pub fn load(folder: &Path) -> Option<Self> {
        let path = folder.join(FILE);
        let bytes = fs::read(&path).ok()?;
        serde_json::from_slice(&bytes)
            .map_err(|error| {
                tracing::warn!(%error, file = %path.display(), "The spool's position cannot be read; what is left is delivered again under the same ids.");
            })
            .ok()
    }

    pub fn save(&self, folder: &Path) -> io::Result<()> {
        let beside = folder.join("position.tmp");
        let mut file = File::create(&beside)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.sync_all()?;
        fs::rename(&beside, folder.join(FILE))?;
        sync_folder(folder)
    }
}

/// Makes names in a folder durable.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
