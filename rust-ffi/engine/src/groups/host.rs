//! Groups as the program that embeds the broker sees them.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    admin::{DescribedMember, Listed, describe, list},
    classic::assigned_partitions,
    consumer::{self, DescribedConsumerMember},
    registry::shard_of,
};
use crate::{Engine, waiters::Ticket};

/// The type of a group of the consumer protocol (KIP-848), and the protocol type of both kinds of consumers.
const CONSUMER: &str = "consumer";

/// A group and its members. Kafka: `ConsumerGroupDescription`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub name: String,
    /// As Kafka's tools show it: `Stable`.
    pub state: &'static str,
    /// The group's type, as Kafka's tools show it: `classic` or `consumer`.
    pub kind: &'static str,
    /// `consumer` for groups of consumers; empty for a group that only commits offsets.
    pub protocol_type: String,
    /// The assignor; of a classic group while it is stable.
    pub protocol: String,
    /// By member id.
    pub members: Vec<Member>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub member_id: String,
    /// Kafka: `group.instance.id`.
    pub instance_id: Option<String>,
    pub client_id: String,
    pub client_host: String,
    /// By topic; empty if the member is no consumer or has no assignment yet.
    pub partitions: BTreeMap<String, Vec<i32>>,
}

/// A partition that a group has committed an offset of, or that is assigned to one of its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupPartition {
    pub topic: String,
    pub partition: i32,
    /// `None` if nothing is committed.
    pub committed: Option<i64>,
    pub metadata: String,
    pub high_watermark: i64,
    /// The records from the committed offset, or else from the first kept one, to the high watermark.
    pub lag: i64,
}

/// All groups, by name.
pub(crate) fn groups(engine: &Engine) -> Vec<Group> {
    list(engine).iter().filter_map(|Listed { name, .. }| group(engine, name)).collect()
}

/// Returns `None` if the group does not exist.
pub(crate) fn group(engine: &Engine, name: &str) -> Option<Group> {
    consumer_group(engine, name).or_else(|| classic_group(engine, name))
}

fn consumer_group(engine: &Engine, name: &str) -> Option<Group> {
    let described = consumer::describe(engine, name)?;
    let member = |member: &DescribedConsumerMember| Member {
        member_id: member.member_id.to_string(),
        instance_id: member.metadata.instance_id.as_ref().map(ToString::to_string),
        client_id: member.metadata.client_id.to_string(),
        client_host: member.metadata.client_host.to_string(),
        partitions: member.assigned.iter().map(|(_, topic, indexes)| (topic.clone(), indexes.clone())).collect(),
    };
    Some(Group {
        name: name.to_owned(),
        state: described.state,
        kind: CONSUMER,
        protocol_type: CONSUMER.to_owned(),
        protocol: described.assignor.to_owned(),
        members: described.members.iter().map(member).collect(),
    })
}

fn classic_group(engine: &Engine, name: &str) -> Option<Group> {
    let described = describe(engine, name)?;
    let member = |member: &DescribedMember| Member {
        member_id: member.member_id.to_string(),
        instance_id: member.instance_id.as_ref().map(ToString::to_string),
        client_id: member.client_id.to_string(),
        client_host: member.client_host.to_string(),
        partitions: assigned_partitions(&described.protocol_type, &member.assignment),
    };
    Some(Group {
        name: name.to_owned(),
        state: described.state,
        kind: described.kind,
        members: described.members.iter().map(member).collect(),
        protocol_type: described.protocol_type,
        protocol: described.protocol_name,
    })
}

/// The partitions of a group that exist, by topic and index; none if the group does not exist.
pub(crate) fn partitions(engine: &Engine, name: &str) -> Vec<GroupPartition> {
    let mut all = BTreeSet::new();
    for member in group(engine, name).into_iter().flat_map(|group| group.members) {
        for (topic, indexes) in member.partitions {
            all.extend(indexes.into_iter().map(|index| (topic.clone(), index)));
        }
    }
    let committed = shard_of(engine, name).1.read(|state, _| state.offsets(name).cloned()).result.unwrap_or_default();
    for (topic, partitions) in committed.iter() {
        all.extend(partitions.keys().map(|index| (topic.to_owned(), *index)));
    }
    let partition = |(topic, index): (String, i32)| {
        let offsets = engine.topics.get(&topic)?.partition(index)?.offsets();
        let found = committed.current(engine, &topic, index);
        let from = found.map_or(offsets.log_start, |found| found.offset);
        Some(GroupPartition {
            topic,
            partition: index,
            committed: found.map(|found| found.offset),
            metadata: found.map(|found| found.metadata.to_string()).unwrap_or_default(),
            high_watermark: offsets.high_watermark,
            lag: (offsets.high_watermark - from).max(0),
        })
    };
    all.into_iter().filter_map(partition).collect()
}

/// A ticket that the next change of any group wakes: a member, a rebalance, a committed offset.
pub(crate) fn watch(engine: &Engine) -> Ticket {
    Ticket::register(vec![engine.groups.changed.clone()])
}
