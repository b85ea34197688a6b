//! Sparse index of a segment file by offset and by timestamp, in Kafka's own form (`OffsetIndex`, `TimeIndex`), so that
//! Kafka's tools read it.

use bytes::{Buf, BufMut};

/// Kafka: `index.interval.bytes`.
pub(super) const INTERVAL: u64 = 4_096;

#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// Relative offset of the last record of a batch, and the position of the batch.
    offsets: Vec<(u32, u32)>,
    /// The largest timestamp up to some batch, and the relative offset of that batch's last record.
    times: Vec<(i64, u32)>,
    /// Bytes since the last entry.
    since: u64,
    max_timestamp: i64,
    /// Relative offset of the batch with the largest timestamp.
    max_timestamp_offset: u32,
    /// Loaded from a file, not built from the data.
    is_from_file: bool,
}

impl Index {
    pub(super) fn new() -> Index {
        Index { max_timestamp: -1, ..Index::default() }
    }

    /// Adds a batch at `position`.
    pub(super) fn add(&mut self, last_offset: u32, position: u64, bytes: u64, max_timestamp: i64) {
        if max_timestamp > self.max_timestamp {
            (self.max_timestamp, self.max_timestamp_offset) = (max_timestamp, last_offset);
        }
        if self.since > INTERVAL
            && let Ok(position) = u32::try_from(position)
        {
            self.offsets.push((last_offset, position));
            self.note_time();
            self.since = 0;
        }
        self.since += bytes;
    }

    fn note_time(&mut self) {
        if self.max_timestamp >= 0 && self.times.last().is_none_or(|last| last.0 < self.max_timestamp) {
            self.times.push((self.max_timestamp, self.max_timestamp_offset));
        }
    }

    /// Returns the position at which to start the search for an offset.
    pub(super) fn position(&self, offset: u32) -> u64 {
        let after = self.offsets.partition_point(|entry| entry.0 <= offset);
        after.checked_sub(1).map_or(0, |i| self.offsets[i].1.into())
    }

    /// Returns the position of the last indexed batch at or before `position`.
    pub(super) fn last_before(&self, position: u64) -> u64 {
        let after = self.offsets.partition_point(|entry| u64::from(entry.1) <= position);
        after.checked_sub(1).map_or(0, |i| self.offsets[i].1.into())
    }

    /// Returns the position at which to start the search for a timestamp.
    pub(super) fn position_since(&self, timestamp: i64) -> u64 {
        // Before the batch of this entry, nothing is as late as `timestamp`.
        let after = self.times.partition_point(|entry| entry.0 < timestamp);
        after.checked_sub(1).map_or(0, |i| self.position(self.times[i].1))
    }

    pub(super) fn is_from_file(&self) -> bool {
        self.is_from_file
    }

    pub(super) fn max_timestamp(&self) -> i64 {
        self.max_timestamp
    }

    /// Returns the last entry; what follows it is not indexed.
    pub(super) fn last(&self) -> Option<(u32, u64)> {
        self.offsets.last().map(|entry| (entry.0, entry.1.into()))
    }

    /// Returns the contents of `.index` and `.timeindex`.
    pub(super) fn encode(&mut self) -> (Vec<u8>, Vec<u8>) {
        self.note_time();
        let (mut offsets, mut times) = (Vec::new(), Vec::new());
        for (offset, position) in &self.offsets {
            offsets.put_u32(*offset);
            offsets.put_u32(*position);
        }
        for (timestamp, offset) in &self.times {
            times.put_i64(*timestamp);
            times.put_u32(*offset);
        }
        (offsets, times)
    }

    /// Parses the index files; `None` if they cannot belong to a file of this length. Entries are hints where to start
    /// a search: what a search finds is checked against the data.
    pub(super) fn decode(mut offsets: &[u8], mut times: &[u8], file_len: u64) -> Option<Index> {
        let mut index = Index { is_from_file: true, ..Index::new() };
        if !offsets.len().is_multiple_of(8) || !times.len().is_multiple_of(12) {
            return None;
        }
        while offsets.has_remaining() {
            let entry = (offsets.get_u32(), offsets.get_u32());
            let grows = index.offsets.last().is_none_or(|last| last.0 < entry.0 && last.1 < entry.1);
            // Kafka fills a preallocated file with zeros behind the last entry.
            if entry == (0, 0) && !index.offsets.is_empty() {
                break;
            }
            if !grows || u64::from(entry.1) >= file_len {
                return None;
            }
            index.offsets.push(entry);
        }
        while times.has_remaining() {
            let entry = (times.get_i64(), times.get_u32());
            if entry == (0, 0) && !index.times.is_empty() {
                break;
            }
            if index.times.last().is_some_and(|last| last.0 >= entry.0) {
                return None;
            }
            index.times.push(entry);
        }
        if let Some((timestamp, offset)) = index.times.last() {
            (index.max_timestamp, index.max_timestamp_offset) = (*timestamp, *offset);
        }
        Some(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_finds_what_it_was_told_and_survives_its_files() {
        let mut index = Index::new();
        // Batches of 1,000 bytes and two records, timestamps that jump about.
        for batch in 0..100u32 {
            index.add(batch * 2 + 1, u64::from(batch) * 1_000, 1_000, i64::from(batch * 37 % 100));
        }
        let (offsets, times) = index.encode();
        let again = Index::decode(&offsets, &times, 100_000).unwrap();
        for offset in 0..200 {
            let position = again.position(offset);
            assert_eq!(position, index.position(offset));
            assert!(position <= u64::from(offset / 2) * 1_000);
            assert!(u64::from(offset / 2) * 1_000 - position <= 6_000);
        }
        assert_eq!(again.max_timestamp(), 99);
        for timestamp in 0..100 {
            let first = (0..100u64).find(|batch| (batch * 37 % 100) as i64 >= timestamp).unwrap();
            assert!(again.position_since(timestamp) <= first * 1_000);
        }
    }

    #[test]
    fn what_is_no_index_is_refused() {
        assert!(Index::decode(&[0; 7], &[], 100).is_none());
        assert!(Index::decode(&[], &[0; 13], 100).is_none());
        let (mut offsets, mut position) = (Vec::new(), Vec::new());
        offsets.put_u32(5);
        offsets.put_u32(100);
        assert!(Index::decode(&offsets, &[], 100).is_none(), "beyond the file");
        position.put_u32(5);
        position.put_u32(1);
        position.extend_from_slice(&position.clone());
        assert!(Index::decode(&position, &[], 100).is_none(), "not growing");
    }
}
