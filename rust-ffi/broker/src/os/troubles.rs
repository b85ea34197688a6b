//! What the disk has refused to do, for whoever runs the broker: the engine answers clients with an error and goes on.

use std::{
    io,
    path::Path,
    sync::{Mutex, PoisonError},
};

#[derive(Debug, Default)]
pub(crate) struct Troubles(Mutex<Option<String>>);

impl Troubles {
    /// Kept until somebody takes it: the first of many says as much as all of them.
    pub(super) fn note(&self, path: &Path, e: &io::Error) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get_or_insert_with(|| {
            format!(
                "{} could not be written: {e}. What was acknowledged is safe; producers get errors.",
                path.display()
            )
        });
    }

    pub(crate) fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
