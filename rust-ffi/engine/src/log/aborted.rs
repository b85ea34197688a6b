//! The aborted transactions of a log, which read_committed consumers pass over, and their files in Kafka's format: a
//! `.txnindex` beside each closed segment that holds a marker of one. Kafka: `TransactionIndex`, `AbortedTxn`.

use bytes::{Buf, BufMut};

/// Kafka: `AbortedTxn`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AbortedTransaction {
    pub(crate) producer_id: i64,
    pub(crate) first_offset: i64,
    /// The offset of the marker.
    pub(crate) last_offset: i64,
    /// The last stable offset after the marker.
    pub(crate) last_stable_offset: i64,
}

/// In the order of their markers.
#[derive(Clone, Debug, Default)]
pub(super) struct AbortedIndex(Vec<AbortedTransaction>);

const VERSION: i16 = 0;
/// Version and four offsets.
const ENTRY: usize = 2 + 4 * 8;

impl AbortedIndex {
    pub(super) fn add(&mut self, aborted: AbortedTransaction) {
        self.0.push(aborted);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those of which a reader of `from..until` may see records.
    pub(super) fn overlapping(&self, from: i64, until: i64) -> Vec<AbortedTransaction> {
        let first = self.0.partition_point(|aborted| aborted.last_offset < from);
        let mut found = Vec::new();
        for aborted in &self.0[first..] {
            if aborted.first_offset < until {
                found.push(*aborted);
            }
            // All transactions that began before this offset have ended.
            if aborted.last_stable_offset >= until {
                break;
            }
        }
        found
    }

    /// Whether the records of a producer at an offset were aborted.
    pub(super) fn contains(&self, producer_id: i64, offset: i64) -> bool {
        let first = self.0.partition_point(|aborted| aborted.last_offset < offset);
        let of_producer = self.0[first..].iter().find(|aborted| aborted.producer_id == producer_id);
        of_producer.is_some_and(|aborted| aborted.first_offset <= offset)
    }

    /// Forgets those whose markers are gone.
    pub(super) fn forget_before(&mut self, log_start: i64) {
        let gone = self.0.partition_point(|aborted| aborted.last_offset < log_start);
        self.0.drain(..gone);
    }

    /// Forgets the transactions with these markers, which compaction has removed.
    pub(super) fn forget(&mut self, markers: &[i64]) {
        self.0.retain(|aborted| markers.binary_search(&aborted.last_offset).is_err());
    }

    /// The contents of the file of a segment; `None` if it needs no file.
    pub(super) fn encode(&self, segment: std::ops::Range<i64>) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        for aborted in self.0.iter().filter(|aborted| segment.contains(&aborted.last_offset)) {
            out.put_i16(VERSION);
            out.put_i64(aborted.producer_id);
            out.put_i64(aborted.first_offset);
            out.put_i64(aborted.last_offset);
            out.put_i64(aborted.last_stable_offset);
        }
        (!out.is_empty()).then_some(out)
    }

    /// Parses the file of a segment; `None` if it is damaged.
    pub(super) fn decode(mut bytes: &[u8], segment: std::ops::Range<i64>) -> Option<Vec<AbortedTransaction>> {
        if !bytes.len().is_multiple_of(ENTRY) {
            return None;
        }
        let (mut found, mut last) = (Vec::with_capacity(bytes.len() / ENTRY), -1);
        while bytes.has_remaining() {
            let is_known = bytes.get_i16() == VERSION;
            let [producer_id, first_offset, last_offset, last_stable_offset] = [(); 4].map(|()| bytes.get_i64());
            let is_whole = segment.contains(&last_offset) && last < last_offset && first_offset <= last_offset;
            if !is_known || !is_whole {
                return None;
            }
            last = last_offset;
            found.push(AbortedTransaction { producer_id, first_offset, last_offset, last_stable_offset });
        }
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(all: &[(i64, i64, i64, i64)]) -> AbortedIndex {
        let of = |&(producer_id, first_offset, last_offset, last_stable_offset): &_| AbortedTransaction {
            producer_id,
            first_offset,
            last_offset,
            last_stable_offset,
        };
        AbortedIndex(all.iter().map(of).collect())
    }

    #[test]
    fn a_reader_is_told_of_what_overlaps_its_range() {
        let index = index(&[(1, 0, 5, 2), (2, 2, 8, 9), (3, 20, 30, 31)]);
        let told = |from, until| index.overlapping(from, until).iter().map(|one| one.producer_id).collect::<Vec<_>>();
        assert_eq!(told(0, 1), [1]);
        assert_eq!(told(0, 9), [1, 2]);
        assert_eq!(told(6, 100), [2, 3]);
        assert_eq!(told(9, 20), []);
        assert_eq!((index.contains(2, 1), index.contains(2, 2), index.contains(2, 9)), (false, true, false));
    }

    #[test]
    fn a_file_is_read_as_it_was_written_and_a_damaged_one_is_refused() {
        let index = index(&[(1, 0, 5, 2), (2, 2, 8, 9), (3, 20, 30, 31)]);
        let bytes = index.encode(6..31).unwrap();
        assert_eq!(bytes.len(), 2 * ENTRY);
        assert_eq!(AbortedIndex::decode(&bytes, 6..31).unwrap(), index.0[1..]);
        assert_eq!(AbortedIndex::decode(&bytes, 6..30), None, "of another segment");
        assert_eq!(AbortedIndex::decode(&bytes[1..], 6..31), None);
        assert_eq!(index.encode(9..30), None);
    }
}
