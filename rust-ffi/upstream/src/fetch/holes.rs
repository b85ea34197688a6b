//! Offsets that a storage has given out but shows no batch for. Most are being written right now, by this broker or by
//! another one; the rest will never be filled, because the write failed after the offset was taken.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// A write by another broker has ended by then, one way or the other.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug, Default)]
pub(crate) struct Holes(Mutex<HashMap<(String, i32, i64), Instant>>);

impl Holes {
    /// True if the hole at `offset` has been there for longer than any write takes.
    pub(super) fn is_old(&self, topic: &str, partition: i32, offset: i64) -> bool {
        let now = Instant::now();
        let mut holes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // What nobody has asked for since is forgotten, so that the table stays small.
        holes.retain(|_, seen| now - *seen < PATIENCE * 6);
        let seen = *holes.entry((topic.to_owned(), partition, offset)).or_insert(now);
        now - seen >= PATIENCE
    }
}
