//! How far each log was compacted. Compaction leaves gaps between segments; any other gap is a lost segment.
//! Kafka: `cleaner-offset-checkpoint`.

use crate::sync::{Lock, lock, rank};
use std::{collections::BTreeMap, fmt, io};

/// Writes all offsets, by the name of the partition's folder, so that they survive a power cut.
type Persist = Box<dyn Fn(&BTreeMap<String, i64>) -> io::Result<()> + Send + Sync>;

pub(crate) struct CleanerCheckpoint {
    persist: Persist,
    offsets: Lock<{ rank::CLEANER }, BTreeMap<String, i64>>,
}

impl fmt::Debug for CleanerCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CleanerCheckpoint").field("offsets", &self.offsets).finish_non_exhaustive()
    }
}

impl CleanerCheckpoint {
    pub(crate) fn new(offsets: BTreeMap<String, i64>, persist: Persist) -> CleanerCheckpoint {
        CleanerCheckpoint { persist, offsets: Lock::new(offsets) }
    }

    /// A gap before this offset may be the work of compaction.
    pub(crate) fn compacted_until(&self, folder: &str) -> i64 {
        lock(&self.offsets).get(folder).copied().unwrap_or(0)
    }

    /// To be called before segments up to `offset` are replaced or removed.
    pub(crate) fn advance(&self, folder: &str, offset: i64) -> io::Result<()> {
        let mut offsets = lock(&self.offsets);
        if offsets.get(folder).is_some_and(|before| *before >= offset) {
            return Ok(());
        }
        let mut next = offsets.clone();
        next.insert(folder.to_owned(), offset);
        (self.persist)(&next)?;
        *offsets = next;
        Ok(())
    }

    /// Of a deleted topic: gaps of a new one of that name are its own.
    pub(crate) fn forget(&self, folder: &str) -> io::Result<()> {
        let mut offsets = lock(&self.offsets);
        if !offsets.contains_key(folder) {
            return Ok(());
        }
        let mut next = offsets.clone();
        next.remove(folder);
        (self.persist)(&next)?;
        *offsets = next;
        Ok(())
    }

    /// Replaces all of it.
    pub(crate) fn replace(&self, offsets: BTreeMap<String, i64>) -> io::Result<()> {
        (self.persist)(&offsets)?;
        *lock(&self.offsets) = offsets;
        Ok(())
    }
}
