//! Holes: assigned offsets without a batch. Most are being written, by this broker or another one; the others are never
//! filled, because the write failed after the offset was assigned.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// After this time a write by another broker has ended or failed.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug, Default)]
pub(crate) struct Holes(Mutex<HashMap<(String, i32, i64), Instant>>);

impl Holes {
    /// Returns whether the hole at `offset` is older than any write.
    pub(super) fn is_old(&self, topic: &str, partition: i32, offset: i64) -> bool {
        let now = Instant::now();
        let mut holes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Removes old entries, so that the table stays small.
        holes.retain(|_, seen| now - *seen < PATIENCE * 6);
        let seen = *holes.entry((topic.to_owned(), partition, offset)).or_insert(now);
        now - seen >= PATIENCE
    }
}
