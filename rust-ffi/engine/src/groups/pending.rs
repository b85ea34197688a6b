//! Offsets that were committed in transactions which have not ended. Kafka: `OffsetMetadataManager`,
//! `pendingTransactionalOffsets`.

use std::collections::BTreeMap;

use super::{OffsetAndMetadata, offsets::ENTRY_BYTES};

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct PendingOffsets {
    /// By topic and partition, those of all transactions in the order of their records; no partition without any.
    partitions: BTreeMap<(Box<str>, i32), Vec<Pending>>,
    bytes: usize,
}

#[derive(Clone, Debug, PartialEq)]
struct Pending {
    producer_id: i64,
    /// `None` once a later record of this partition counts. The latest record counts, whichever transaction ends first.
    offset: Option<OffsetAndMetadata>,
}

impl Pending {
    fn bytes(&self) -> usize {
        ENTRY_BYTES + self.offset.as_ref().map_or(0, OffsetAndMetadata::bytes)
    }
}

impl PendingOffsets {
    /// Bytes in memory, roughly.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.partitions.is_empty()
    }

    /// Whether a transaction that has not ended has committed an offset of a partition.
    pub(super) fn contains(&self, topic: &str, partition: i32) -> bool {
        !self.is_empty() && self.partitions.contains_key(&(Box::from(topic), partition))
    }

    /// The partitions of a topic that have pending offsets.
    pub(super) fn of_topic<'a>(&'a self, topic: &'a str) -> impl Iterator<Item = i32> + 'a {
        self.partitions.keys().filter(move |(name, _)| **name == *topic).map(|(_, partition)| *partition)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, i32)> {
        self.partitions.keys().map(|(topic, partition)| (&**topic, *partition))
    }

    pub(super) fn add(&mut self, producer_id: i64, topic: Box<str>, partition: i32, offset: OffsetAndMetadata) {
        let pending = Pending { producer_id, offset: Some(offset) };
        self.bytes += pending.bytes();
        let of_partition = self.partitions.entry((topic, partition)).or_default();
        if let Some(place) = of_partition.iter().position(|earlier| earlier.producer_id == producer_id) {
            self.bytes -= of_partition.remove(place).bytes();
        }
        of_partition.push(pending);
    }

    /// An offset was committed, or deleted, outside of transactions: the pending ones do not count any more.
    pub(super) fn replaced(&mut self, topic: &str, partition: i32) {
        if self.is_empty() {
            return;
        }
        for pending in self.partitions.get_mut(&(Box::from(topic), partition)).into_iter().flatten() {
            self.bytes -= pending.offset.take().map_or(0, |offset| offset.bytes());
        }
    }

    /// Removes the offsets of a transaction that has ended. Returns those that are committed now.
    pub(super) fn end(&mut self, producer_id: i64, committed: bool) -> Vec<(Box<str>, i32, OffsetAndMetadata)> {
        let mut found = Vec::new();
        for ((topic, partition), of_partition) in &mut self.partitions {
            let Some(place) = of_partition.iter().position(|pending| pending.producer_id == producer_id) else {
                continue;
            };
            let ended = of_partition.remove(place);
            self.bytes -= ended.bytes();
            let Some(offset) = ended.offset.filter(|_| committed) else { continue };
            for earlier in &mut of_partition[..place] {
                self.bytes -= earlier.offset.take().map_or(0, |offset| offset.bytes());
            }
            found.push((topic.clone(), *partition, offset));
        }
        self.partitions.retain(|_, of_partition| !of_partition.is_empty());
        found
    }
}

#[cfg(test)]
mod tests {
    use wire::Uuid;

    use super::*;

    fn offset(offset: i64) -> OffsetAndMetadata {
        let (topic_id, metadata) = (Uuid::ZERO, "".into());
        OffsetAndMetadata { topic_id, offset, leader_epoch: -1, metadata, committed_ms: 0, expires_ms: None }
    }

    fn ended(pending: &mut PendingOffsets, producer_id: i64, committed: bool) -> Vec<i64> {
        pending.end(producer_id, committed).iter().map(|(_, _, offset)| offset.offset).collect()
    }

    #[test]
    fn the_latest_record_counts_whichever_transaction_ends_first() {
        let mut pending = PendingOffsets::default();
        for (producer_id, at) in [(1, 10), (2, 20)] {
            pending.add(producer_id, "t".into(), 0, offset(at));
        }
        assert_eq!(ended(&mut pending.clone(), 1, true), [10]);
        assert_eq!(ended(&mut pending, 2, true), [20]);
        assert!(pending.contains("t", 0), "the first transaction has not ended");
        assert_eq!(ended(&mut pending, 1, true), []);
        assert_eq!(pending, PendingOffsets::default());
    }

    #[test]
    fn an_aborted_transaction_and_one_that_was_replaced_commit_nothing() {
        let mut pending = PendingOffsets::default();
        pending.add(1, "t".into(), 0, offset(1));
        pending.add(1, "t".into(), 0, offset(2));
        pending.add(1, "u".into(), 3, offset(3));
        assert_eq!(ended(&mut pending.clone(), 1, false), []);
        pending.replaced("t", 0);
        assert!(pending.contains("t", 0) && pending.contains("u", 3) && !pending.contains("u", 0));
        assert_eq!(ended(&mut pending, 1, true), [3]);
        assert_eq!(pending, PendingOffsets::default());
    }
}
