//! A segment: a run of batches. Retention and compaction work on whole segments; the last one is the active one.

mod file;
mod index;

pub(crate) use file::parse_name;
pub(super) use file::{BatchHead, SegmentFile, aborted_name, names_of};

use std::sync::Arc;

use bytes::Bytes;
use wire::batch::Batch;

/// One batch in memory. The base offset is beside it so that a search does not touch the data.
#[derive(Clone, Debug)]
pub(super) struct MemoryBatch {
    pub base_offset: i64,
    pub bytes: Bytes,
}

impl MemoryBatch {
    pub(super) fn batch(&self) -> Batch<'_> {
        Batch::stored(&self.bytes)
    }
}

/// The batches of a segment.
#[derive(Debug)]
pub(super) enum SegmentData {
    Memory(Vec<MemoryBatch>),
    File(Arc<SegmentFile>),
}

#[derive(Debug)]
pub(super) struct Segment {
    pub base_offset: i64,
    pub data: SegmentData,
    pub bytes: u64,
    /// Largest timestamp of its records; -1 if it has none.
    pub max_timestamp: i64,
    /// Append time of its first batch, and the timestamp of that batch; -1 if it has none.
    pub opened_ms: i64,
    pub first_timestamp: i64,
    /// Append time of its last batch.
    pub appended_ms: i64,
    /// Time of the first compaction of the whole segment; `None` before that.
    pub cleaned_ms: Option<i64>,
    /// It holds tombstones, seen by compaction.
    pub has_tombstones: bool,
    /// Compaction skips it: it is damaged, or cleaning would make it larger.
    pub is_left: bool,
}

impl Segment {
    pub(super) fn new(base_offset: i64, data: SegmentData, now_ms: i64) -> Segment {
        Segment {
            base_offset,
            data,
            bytes: 0,
            max_timestamp: -1,
            opened_ms: now_ms,
            first_timestamp: -1,
            appended_ms: now_ms,
            cleaned_ms: None,
            has_tombstones: false,
            is_left: false,
        }
    }

    /// Returns whether compaction has not cleaned it yet.
    pub(super) fn is_dirty(&self) -> bool {
        self.cleaned_ms.is_none() && !self.is_left
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// Returns the batches in memory; none for a file.
    pub(super) fn stored(&self) -> &[MemoryBatch] {
        match &self.data {
            SegmentData::Memory(batches) => batches,
            SegmentData::File(_) => &[],
        }
    }

    pub(super) fn file(&self) -> Option<&Arc<SegmentFile>> {
        match &self.data {
            SegmentData::Memory(_) => None,
            SegmentData::File(file) => Some(file),
        }
    }

    /// Accounts for an appended batch.
    pub(super) fn appended(&mut self, bytes: usize, max_timestamp: i64, now_ms: i64) {
        if self.is_empty() {
            self.opened_ms = now_ms;
            self.first_timestamp = max_timestamp;
        }
        self.appended_ms = now_ms;
        self.bytes += bytes as u64;
        self.max_timestamp = self.max_timestamp.max(max_timestamp);
    }

    pub(super) fn push(&mut self, stored: MemoryBatch, now_ms: i64) {
        self.appended(stored.bytes.len(), stored.batch().max_timestamp(), now_ms);
        let SegmentData::Memory(batches) = &mut self.data else { unreachable!("only what is in memory is pushed to") };
        let len = batches.len();
        if len == batches.capacity() {
            // Grows by an eighth: doubling would waste more memory than a small batch needs.
            batches.reserve_exact(len / 8 + 4);
        }
        batches.push(stored);
    }

    /// Returns the index of the batch in memory that holds `offset`, or of the first one after it, as compaction leaves
    /// gaps.
    pub(super) fn position(&self, offset: i64) -> usize {
        let batches = self.stored();
        let after = batches.partition_point(|stored| stored.base_offset <= offset);
        match after.checked_sub(1) {
            Some(before) if batches[before].batch().last_offset() >= offset => before,
            _ => after,
        }
    }

    /// Returns the age of the segment at the time of a batch. Kafka: `LogSegment.timeWaitedForRoll`.
    pub(super) fn open_for_ms(&self, max_timestamp: i64, now_ms: i64) -> i64 {
        match self.first_timestamp {
            ..0 => now_ms - self.opened_ms,
            first => max_timestamp.saturating_sub(first),
        }
    }

    /// Returns the time that retention compares: the largest timestamp. Kafka: `LogSegment.largestTimestamp`.
    pub(super) fn newest_ms(&self) -> i64 {
        if self.max_timestamp >= 0 { self.max_timestamp } else { self.appended_ms }
    }
}
