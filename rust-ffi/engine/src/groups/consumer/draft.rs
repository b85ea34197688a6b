//! The state of a group as an event will leave it, and the records that lead there.

use std::sync::Arc;

use super::{ConsumerGroup, ConsumerRecord};
use crate::groups::records::GroupRecord;

/// The epoch that a new group has before its first member, as in Kafka 4.3.1.
const NEW_GROUP_EPOCH: i32 = 1;

pub(in crate::groups) struct Draft {
    name: Arc<str>,
    group: Arc<ConsumerGroup>,
    records: Vec<GroupRecord>,
}

impl Draft {
    /// Without a state, the group is created by the event.
    pub(in crate::groups) fn new(name: Arc<str>, group: Option<Arc<ConsumerGroup>>) -> Draft {
        Draft { name, group: group.unwrap_or_default(), records: Vec::new() }
    }

    pub(super) fn name(&self) -> &Arc<str> {
        &self.name
    }

    pub(in crate::groups) fn group(&self) -> &ConsumerGroup {
        &self.group
    }

    pub(super) fn push(&mut self, record: ConsumerRecord) {
        Arc::make_mut(&mut self.group).replay(record.clone());
        self.records.push(GroupRecord::Consumer { group: self.name.clone(), record });
    }

    /// The new epoch of the group, with the hash that it keeps.
    pub(super) fn bump_epoch(&mut self, metadata_hash: i64) {
        let epoch = self.group.epoch.max(NEW_GROUP_EPOCH).saturating_add(1);
        self.push(ConsumerRecord::Epoch(Some((epoch, metadata_hash))));
    }

    pub(in crate::groups) fn into_records(self) -> Vec<GroupRecord> {
        self.records
    }
}
