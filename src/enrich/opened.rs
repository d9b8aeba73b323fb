//! What has been opened already, so that all who ask for the same thing share it.

use std::sync::{Arc, Mutex, PoisonError};

/// Things by what they were asked for.
pub struct Opened<K, T>(Mutex<Vec<(K, Arc<T>)>>);

impl<K, T> Default for Opened<K, T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: PartialEq + Clone, T> Opened<K, T> {
    /// The thing for `key`, opened if nobody has asked for it yet.
    pub fn get_or_open<E>(&self, key: &K, open: impl FnOnce() -> Result<T, E>) -> Result<Arc<T>, E> {
        let mut opened = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, thing)) = opened.iter().find(|(known, _)| known == key) {
            return Ok(thing.clone());
        }
        let thing = Arc::new(open()?);
        opened.push((key.clone(), thing.clone()));
        Ok(thing)
    }

    pub fn list(&self) -> Vec<(K, Arc<T>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
