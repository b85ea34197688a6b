//! Errors of the data folder, for `on_error`. The engine returns an error to clients and continues.

use std::{
    io,
    path::Path,
    sync::{Mutex, PoisonError},
};

#[derive(Debug, Default)]
pub(crate) struct StorageErrors(Mutex<Vec<String>>);

/// Messages kept at most; the log has all of them.
const KEPT_MAX: usize = 10;

impl StorageErrors {
    /// Keeps the first write error until it is taken.
    pub(super) fn note(&self, path: &Path, e: &io::Error) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.is_empty() {
            kept.push(format!(
                "{} could not be written: {e}. Acknowledged records are kept; producers get errors.",
                path.display()
            ));
        }
    }

    /// Keeps a message about a damaged file.
    pub(super) fn damaged(&self, what: &str) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT_MAX {
            kept.push(what.to_owned());
        }
    }

    pub(crate) fn take(&self) -> Option<String> {
        let kept = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        (!kept.is_empty()).then(|| kept.join("; "))
    }
}
