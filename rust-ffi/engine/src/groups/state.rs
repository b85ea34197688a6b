//! The durable state of the groups of one shard: what a replay of its log gives. Kafka: `GroupMetadataManager.replay`,
//! `OffsetMetadataManager.replay`.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    consumer::{ConsumerGroup, ConsumerRecord},
    offsets::Offsets,
    records::{GroupMetadata, GroupRecord},
};
use crate::bugs::{self, Bug};

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct GroupsState {
    /// By name; no group without metadata and offsets.
    groups: BTreeMap<Arc<str>, DurableGroup>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct DurableGroup {
    /// A group of the classic protocol. A group that only commits offsets has neither.
    pub(crate) metadata: Option<GroupMetadata>,
    /// A group of the consumer protocol.
    pub(crate) consumer: Option<Arc<ConsumerGroup>>,
    pub(crate) offsets: Offsets,
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

    pub(super) fn replay(&mut self, record: GroupRecord) {
        match record {
            GroupRecord::Metadata { group, value } => self.change(group, |group| group.metadata = value),
            GroupRecord::Consumer { group, record } => self.change(group, |group| group.replay(record)),
            GroupRecord::Offset { group, topic, partition, value: None } => {
                self.change(group, |group| group.offsets.delete(&topic, partition));
            }
            GroupRecord::Offset { group, topic, partition, value: Some(offset) } => self.change(group, |group| {
                if bugs::planted(Bug::FirstCommitKept) && group.offsets.get(&topic, partition).is_some() {
                    return;
                }
                group.offsets.commit(topic, partition, offset);
            }),
        }
    }

    fn change(&mut self, name: Arc<str>, change: impl FnOnce(&mut DurableGroup)) {
        let group = self.groups.entry(name.clone()).or_default();
        change(group);
        if group.metadata.is_none() && group.consumer.is_none() && group.offsets.is_empty() {
            self.groups.remove(&name);
        }
    }
}

impl DurableGroup {
    fn replay(&mut self, record: ConsumerRecord) {
        if let ConsumerRecord::Epoch(None) = record {
            self.consumer = None;
        } else if self.consumer.is_some() || !record.is_tombstone() {
            Arc::make_mut(self.consumer.get_or_insert_default()).replay(record);
        }
    }
}
