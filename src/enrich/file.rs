//! A file of look-up data that may change while the process runs.

use arc_swap::{ArcSwapOption, Guard};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;
use thiserror::Error;

/// Parses a file's bytes; the error says what is wrong in them.
pub type Parse<T> = Box<dyn Fn(&Path, Vec<u8>) -> Result<T, String> + Send + Sync>;

/// What a file held when it was last read. Readers take the contents without locking and see a new version with their next take.
pub struct DataFile<T> {
    path: PathBuf,
    parse: Parse<T>,
    current: ArcSwapOption<T>,
    stamp: Mutex<Option<Stamp>>,
}

/// A data file that could not be used. What was read before stays in use.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{}: {reason}", path.display())]
pub struct RefreshError {
    pub path: PathBuf,
    pub reason: String,
}

/// Tells versions of a file apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    modified: SystemTime,
    bytes: u64,
}

impl<T> DataFile<T> {
    /// Nothing is read yet: that is [`DataFile::refresh`].
    pub fn new(path: PathBuf, parse: Parse<T>) -> Self {
        Self { path, parse, current: ArcSwapOption::empty(), stamp: Mutex::default() }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The contents, unless the file is absent or was never sound.
    pub fn contents(&self) -> Guard<Option<Arc<T>>> {
        self.current.load()
    }

    /// Reads the file if it is another than before; true if the contents changed.
    pub fn refresh(&self) -> Result<bool, RefreshError> {
        let mut stamp = self.stamp.lock().unwrap_or_else(PoisonError::into_inner);
        let now = std::fs::metadata(&self.path)
            .ok()
            .map(|meta| Stamp { modified: meta.modified().unwrap_or(SystemTime::UNIX_EPOCH), bytes: meta.len() });
        if now == *stamp {
            return Ok(false);
        }
        *stamp = now;
        if stamp.is_none() {
            return Ok(self.current.swap(None).is_some());
        }
        let failed = |reason: String| RefreshError { path: self.path.clone(), reason };
        let bytes = std::fs::read(&self.path).map_err(|e| failed(e.to_string()))?;
        let contents = (self.parse)(&self.path, bytes).map_err(failed)?;
        self.current.store(Some(Arc::new(contents)));
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_changed_file_is_swapped_in_and_a_broken_one_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("n.txt");
        let parse: Parse<u32> = Box::new(|_, bytes| {
            let text = String::from_utf8(bytes).map_err(|e| e.to_string())?;
            text.parse().map_err(|_| format!("not a number: {text}"))
        });
        let file = DataFile::new(path.clone(), parse);
        let now = || file.contents().as_deref().copied();

        assert_eq!((file.refresh(), now()), (Ok(false), None));
        std::fs::write(&path, "1").unwrap();
        assert_eq!((file.refresh(), now()), (Ok(true), Some(1)));
        assert_eq!((file.refresh(), now()), (Ok(false), Some(1)));
        std::fs::write(&path, "23x").unwrap();
        let refused = RefreshError { path: path.clone(), reason: "not a number: 23x".into() };
        assert_eq!((file.refresh(), now()), (Err(refused), Some(1)));
        std::fs::write(&path, "4567").unwrap();
        assert_eq!((file.refresh(), now()), (Ok(true), Some(4567)));
        std::fs::remove_file(&path).unwrap();
        assert_eq!((file.refresh(), now()), (Ok(true), None));
    }
}
