//! Alerts on disk, so that a restart neither forgets what fires nor tells it twice.

use super::Alert;
use std::path::{Path, PathBuf};

/// A JSON file, replaced as a whole.
pub struct Store {
    path: PathBuf,
}

impl Store {
    pub fn new(data_dir: &Path) -> Self {
        Self { path: data_dir.join("alerts.json") }
    }

    /// What was saved; nothing if there is no file. A file that cannot be read is set aside, not overwritten.
    pub fn load(&self) -> Vec<Alert> {
        let Ok(bytes) = std::fs::read(&self.path) else { return Vec::new() };
        serde_json::from_slice(&bytes).unwrap_or_else(|error| {
            let aside = self.path.with_extension("broken");
            tracing::error!(%error, file = %self.path.display(), "The saved alerts cannot be read; the file is set aside.");
            let _ = std::fs::rename(&self.path, aside);
            Vec::new()
        })
    }

    pub async fn save(&self, alerts: &[&Alert]) -> anyhow::Result<()> {
        if let Some(folder) = self.path.parent() {
            tokio::fs::create_dir_all(folder).await?;
        }
        let beside = self.path.with_extension("tmp");
        tokio::fs::write(&beside, serde_json::to_vec(alerts)?).await?;
        Ok(tokio::fs::rename(&beside, &self.path).await?)
    }
}
