//! A run of batches. Retention and compaction take whole segments; the last one is the active one, which is written to.

use bytes::Bytes;
use wire::batch::Batch;

/// One batch, and its first offset, so that a search does not touch the data.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub base_offset: i64,
    pub bytes: Bytes,
}

impl Stored {
    pub(super) fn batch(&self) -> Batch<'_> {
        Batch::stored(&self.bytes)
    }
}

#[derive(Debug)]
pub(super) struct Segment {
    pub base_offset: i64,
    pub batches: Vec<Stored>,
    pub bytes: u64,
    /// Of all its records; -1 if it has none.
    pub max_timestamp: i64,
    /// When its first batch was appended.
    pub opened_ms: i64,
    /// When the last one was.
    pub appended_ms: i64,
    /// When all of it first went through compaction; `None` if it did not yet.
    pub cleaned_ms: Option<i64>,
    /// Compaction has left records without a value in it.
    pub has_tombstones: bool,
}

impl Segment {
    pub(super) fn new(base_offset: i64, now_ms: i64) -> Segment {
        Segment {
            base_offset,
            batches: Vec::new(),
            bytes: 0,
            max_timestamp: -1,
            opened_ms: now_ms,
            appended_ms: now_ms,
            cleaned_ms: None,
            has_tombstones: false,
        }
    }

    pub(super) fn push(&mut self, stored: Stored, now_ms: i64) {
        let len = self.batches.len();
        if len == self.batches.capacity() {
            // An eighth: doubling would waste more than a small batch is worth.
            self.batches.reserve_exact(len / 8 + 4);
        }
        if self.batches.is_empty() {
            self.opened_ms = now_ms;
        }
        self.appended_ms = now_ms;
        self.bytes += stored.bytes.len() as u64;
        self.max_timestamp = self.max_timestamp.max(stored.batch().max_timestamp());
        self.batches.push(stored);
    }

    /// The batch that holds `offset`, or the first one after it: compaction leaves gaps.
    pub(super) fn position(&self, offset: i64) -> usize {
        let after = self.batches.partition_point(|stored| stored.base_offset <= offset);
        match after.checked_sub(1) {
            Some(before) if self.batches[before].batch().last_offset() >= offset => before,
            _ => after,
        }
    }
}
