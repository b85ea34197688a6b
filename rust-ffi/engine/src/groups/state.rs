//! The durable state of the groups of one shard: what a replay of its log gives. Kafka: `GroupMetadataManager.replay`,
//! `OffsetMetadataManager.replay`.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    OffsetAndMetadata,
    consumer::{ConsumerGroup, ConsumerRecord},
    offsets::Offsets,
    pending::PendingOffsets,
    records::{GroupMetadata, GroupRecord},
};
use crate::bugs::{self, Bug};

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct GroupsState {
    /// By name; no group without metadata and offsets.
    groups: BTreeMap<Arc<str>, DurableGroup>,
    /// The groups that have pending offsets, by the producer of the transaction.
    in_transactions: BTreeMap<i64, BTreeSet<Arc<str>>>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct DurableGroup {
    /// A group of the classic protocol. A group that only commits offsets has neither.
    pub(crate) metadata: Option<GroupMetadata>,
    /// A group of the consumer protocol.
    pub(crate) consumer: Option<Arc<ConsumerGroup>>,
    pub(crate) offsets: Offsets,
    pub(crate) pending: PendingOffsets,
}

impl GroupsState {
    pub(super) fn get(&self, group: &str) -> Option<&DurableGroup> {
        self.groups.get(group)
    }

    pub(super) fn offsets(&self, group: &str) -> Option<&Offsets> {
        self.groups.get(group).map(|group| &group.offsets)
    }

    pub(super) fn consumer(&self, group: &str) -> Option<&Arc<ConsumerGroup>> {
        self.groups.get(group)?.consumer.as_ref()
    }

    /// The first group that is not the same in another state.
    pub(super) fn difference(&self, other: &GroupsState) -> Option<Arc<str>> {
        let mut names = self.groups.keys().chain(other.groups.keys());
        names.find(|name| self.groups.get(*name) != other.groups.get(*name)).cloned()
    }

    /// By name.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &DurableGroup)> {
        self.groups.iter()
    }

    pub(super) fn replay(&mut self, producer_id: Option<i64>, record: GroupRecord) {
        match record {
            GroupRecord::Metadata { group, value } => self.change(group, |group| group.metadata = value),
            GroupRecord::Consumer { group, record } => self.change(group, |group| group.replay(record)),
            GroupRecord::Offset { group, topic, partition, value: None } => self.change(group, |group| {
                group.offsets.delete(&topic, partition);
                group.pending.replaced(&topic, partition);
            }),
            GroupRecord::Offset { group, topic, partition, value: Some(offset) } => match producer_id {
                Some(producer_id) => {
                    self.in_transactions.entry(producer_id).or_default().insert(group.clone());
                    self.change(group, |group| group.pending.add(producer_id, topic, partition, offset));
                }
                None => self.change(group, |group| group.commit(topic, partition, offset)),
            },
        }
    }

    /// The groups that a producer's transaction has committed offsets of.
    pub(super) fn in_transaction(&self, producer_id: i64) -> Vec<Arc<str>> {
        self.in_transactions.get(&producer_id).into_iter().flatten().cloned().collect()
    }

    /// What a transaction has committed is shown, or forgotten.
    pub(super) fn end_transaction(&mut self, producer_id: i64, committed: bool) {
        for group in self.in_transactions.remove(&producer_id).into_iter().flatten() {
            self.change(group, |group| {
                for (topic, partition, offset) in group.pending.end(producer_id, committed) {
                    group.offsets.commit(topic, partition, offset);
                }
            });
        }
    }

    fn change(&mut self, name: Arc<str>, change: impl FnOnce(&mut DurableGroup)) {
        let group = self.groups.entry(name.clone()).or_default();
        change(group);
        if group.metadata.is_none() && group.consumer.is_none() && !group.has_offsets() {
            self.groups.remove(&name);
        }
    }
}

impl DurableGroup {
    /// Whether it has offsets, committed or pending.
    pub(super) fn has_offsets(&self) -> bool {
        !self.offsets.is_empty() || !self.pending.is_empty()
    }

    fn commit(&mut self, topic: Box<str>, partition: i32, offset: OffsetAndMetadata) {
        if bugs::planted(Bug::FirstCommitKept) && self.offsets.get(&topic, partition).is_some() {
            return;
        }
        self.pending.replaced(&topic, partition);
        self.offsets.commit(topic, partition, offset);
    }

    fn replay(&mut self, record: ConsumerRecord) {
        if let ConsumerRecord::Epoch(None) = record {
            self.consumer = None;
        } else if self.consumer.is_some() || !record.is_tombstone() {
            Arc::make_mut(self.consumer.get_or_insert_default()).replay(record);
        }
    }
}
