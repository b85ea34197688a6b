//! What the disk has refused to do, for whoever runs the broker: the engine answers clients with an error and goes on.

use std::{
    io,
    path::Path,
    sync::{Mutex, PoisonError},
};

#[derive(Debug, Default)]
pub(crate) struct StorageErrors(Mutex<Vec<String>>);

/// More damages at once are counted by the log alone.
const KEPT_MAX: usize = 10;

impl StorageErrors {
    /// Kept until somebody takes it: the first of many says as much as all of them.
    pub(super) fn note(&self, path: &Path, e: &io::Error) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.is_empty() {
            kept.push(format!(
                "{} could not be written: {e}. What was acknowledged is safe; producers get errors.",
                path.display()
            ));
        }
    }

    /// Each is kept: they are of different files.
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
