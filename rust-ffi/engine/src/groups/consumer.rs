//! Groups of the consumer protocol (KIP-848): the coordinator assigns partitions, members learn of them by heartbeats.
//! Kafka: `ConsumerGroup` and the parts of `GroupMetadataManager` whose names begin with `consumerGroup`.
//!
//! All of a group is durable. An event works on a [`Draft`]: it reads the state as it will be, and collects the records
//! that lead there. `replay` is the only change, of a draft and of the group itself.

mod assignment;
mod describe;
mod draft;
mod events;
mod heartbeat;
mod member;
mod reconciliation;
mod records;
mod subscription;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use wire::{ErrorCode, Uuid};

pub(crate) use describe::{DescribedConsumerGroup, DescribedConsumerMember, describe};
pub(super) use draft::Draft;
pub(super) use events::{check_commit, member_is_due, restore, tombstones};
pub(crate) use events::{check_fetch, heartbeat};
pub(crate) use heartbeat::{Heartbeat, HeartbeatReply};
pub(crate) use member::partitions;
pub(super) use records::{ConsumerRecord, decode, encode};
pub(super) use subscription::compile;

/// Partitions by topic id; no topic without partitions.
pub(crate) type Partitions = BTreeMap<Uuid, BTreeSet<i32>>;

/// Sent by a dynamic member that leaves.
pub(crate) const LEAVE: i32 = -1;
/// Sent by a static member that leaves for a while.
pub(crate) const LEAVE_STATIC: i32 = -2;

/// What a request is refused with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) error: ErrorCode,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(error: ErrorCode, message: impl Into<String>) -> Refusal {
        Refusal { error, message: message.into() }
    }
}

/// The topics as the coordinator sees them.
pub(crate) trait TopicImage {
    /// The id and the number of partitions.
    fn topic(&self, name: &str) -> Option<(Uuid, i32)>;

    fn names(&self) -> Vec<String>;
}

/// Kafka: `ConsumerGroupMemberMetadataValue`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct MemberMetadata {
    pub(crate) instance_id: Option<Arc<str>>,
    pub(crate) rack_id: Option<Arc<str>>,
    pub(crate) client_id: Arc<str>,
    pub(crate) client_host: Arc<str>,
    pub(crate) topics: BTreeSet<Arc<str>>,
    pub(crate) regex: Option<Arc<str>>,
    pub(crate) rebalance_ms: i32,
    pub(crate) assignor: Option<Arc<str>>,
}

/// Kafka: `MemberState`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum MemberState {
    /// The member has reached the target assignment of its epoch.
    #[default]
    Stable,
    /// The member has to revoke partitions.
    UnrevokedPartitions,
    /// The member waits for partitions that other members have not revoked yet.
    UnreleasedPartitions,
}

/// What a member owns. Kafka: `ConsumerGroupCurrentMemberAssignmentValue`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CurrentAssignment {
    pub(crate) epoch: i32,
    pub(crate) previous_epoch: i32,
    pub(crate) state: MemberState,
    pub(crate) assigned: Partitions,
    pub(crate) revoking: Partitions,
}

/// The topics that match a regular expression. Kafka: `ConsumerGroupRegularExpressionValue`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ResolvedRegex {
    pub(crate) topics: BTreeSet<Arc<str>>,
    /// The version of the topics that it was resolved against.
    pub(crate) version: i64,
    pub(crate) resolved_ms: i64,
}

/// The durable state of a group.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ConsumerGroup {
    pub(crate) epoch: i32,
    /// Of the topics that the group is subscribed to.
    pub(super) metadata_hash: i64,
    /// By member id, as everything below.
    pub(crate) members: BTreeMap<Arc<str>, Arc<MemberMetadata>>,
    /// By pattern.
    pub(super) regexes: BTreeMap<Arc<str>, Arc<ResolvedRegex>>,
    pub(crate) assignment_epoch: i32,
    pub(super) assigned_ms: i64,
    pub(super) target: BTreeMap<Arc<str>, Arc<Partitions>>,
    pub(super) current: BTreeMap<Arc<str>, Arc<CurrentAssignment>>,
}

impl ConsumerGroup {
    /// Kafka: `ConsumerGroup.ConsumerGroupState`.
    pub(crate) fn state(&self) -> &'static str {
        let is_stable = |current: &Arc<CurrentAssignment>| {
            current.epoch == LEAVE_STATIC
                || (current.state == MemberState::Stable && current.epoch == self.assignment_epoch)
        };
        match self.members.is_empty() {
            true => "Empty",
            _ if self.epoch > self.assignment_epoch => "Assigning",
            _ if !self.current.values().all(is_stable) => "Reconciling",
            _ => "Stable",
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// A static member by its instance id.
    pub(super) fn static_member(&self, instance_id: &str) -> Option<&Arc<str>> {
        let is_meant = |member: &MemberMetadata| member.instance_id.as_deref() == Some(instance_id);
        self.members.iter().find(|(_, member)| is_meant(member)).map(|(member_id, _)| member_id)
    }

    /// The topics that a member is subscribed to, by name or by pattern.
    pub(super) fn topics_of<'a>(&'a self, member: &'a MemberMetadata) -> BTreeSet<&'a Arc<str>> {
        let matched = member.regex.as_ref().and_then(|regex| self.regexes.get(regex));
        member.topics.iter().chain(matched.into_iter().flat_map(|matched| &matched.topics)).collect()
    }

    pub(crate) fn is_subscribed_to(&self, topic: &str) -> bool {
        self.members.values().any(|member| self.topics_of(member).into_iter().any(|name| &**name == topic))
    }

    pub(super) fn current(&self, member_id: &str) -> CurrentAssignment {
        self.current.get(member_id).map(|current| (**current).clone()).unwrap_or_default()
    }

    /// Bytes in memory, roughly.
    pub(crate) fn bytes(&self) -> usize {
        const MEMBER: usize = 1_024;
        const ENTRY: usize = 64;
        let texts = |topics: &BTreeSet<Arc<str>>| topics.iter().map(|topic| ENTRY + topic.len()).sum::<usize>();
        let optional = |text: &Option<Arc<str>>| text.as_ref().map_or(0, |text| text.len());
        let member = |(id, member): (&Arc<str>, &Arc<MemberMetadata>)| {
            MEMBER
                + id.len()
                + member.client_id.len()
                + member.client_host.len()
                + optional(&member.instance_id)
                + optional(&member.rack_id)
                + optional(&member.regex)
                + optional(&member.assignor)
                + texts(&member.topics)
        };
        let members: usize = self.members.iter().map(member).sum();
        let regexes: usize = self.regexes.iter().map(|(regex, matched)| regex.len() + texts(&matched.topics)).sum();
        let target: usize = self.target.values().map(|partitions| partition_bytes(partitions)).sum();
        let owned = |one: &Arc<CurrentAssignment>| partition_bytes(&one.assigned) + partition_bytes(&one.revoking);
        members + regexes + target + self.current.values().map(owned).sum::<usize>()
    }

    /// The only change of a group.
    pub(super) fn replay(&mut self, record: ConsumerRecord) {
        fn put<V>(map: &mut BTreeMap<Arc<str>, Arc<V>>, key: Arc<str>, value: Option<V>) {
            match value {
                Some(value) => drop(map.insert(key, Arc::new(value))),
                None => drop(map.remove(&key)),
            }
        }
        match record {
            ConsumerRecord::Epoch(value) => (self.epoch, self.metadata_hash) = value.unwrap_or_default(),
            ConsumerRecord::Member(id, value) => put(&mut self.members, id, value),
            ConsumerRecord::Regex(pattern, value) => put(&mut self.regexes, pattern, value),
            ConsumerRecord::TargetEpoch(value) => {
                (self.assignment_epoch, self.assigned_ms) = value.unwrap_or_default();
            }
            ConsumerRecord::Target(id, value) => put(&mut self.target, id, value),
            ConsumerRecord::Current(id, value) => put(&mut self.current, id, value),
        }
    }
}

fn partition_bytes(partitions: &Partitions) -> usize {
    const TOPIC: usize = 96;
    const PARTITION: usize = 16;
    partitions.values().map(|indexes| TOPIC + PARTITION * indexes.len()).sum()
}
