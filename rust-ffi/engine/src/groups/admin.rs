//! DeleteGroups, ListGroups and DescribeGroups. Kafka: `GroupCoordinatorService.deleteGroups`, `listGroups`,
//! `describeGroups`.

use std::{collections::BTreeSet, sync::Arc};

use bytes::Bytes;
use wire::error_code::ErrorCode;

use super::{
    LiveGroup, LiveGroups, Step,
    classic::{Classic, State},
    consumer,
    offsets_log::tombstone,
    records::GroupRecord,
    registry::{on_shard_of, shard_of, shards},
    state::GroupsState,
};
use crate::{Engine, context::RequestContext, coordinator::Ran};

/// Deletes a group without members, and its offsets.
pub(crate) fn delete(engine: &Engine, context: &RequestContext<'_>, name: &str) -> Result<Ran<()>, ErrorCode> {
    let ran = on_shard_of(engine, context.now, name, |groups, step| {
        let group = groups.get_mut(name).ok_or(ErrorCode::GroupIdNotFound)?;
        let has_members = step.state().consumer(name).is_some_and(|group| !group.is_empty());
        if group.classic.state() != State::Empty || has_members {
            return Err(ErrorCode::NonEmptyGroup);
        }
        remove(groups, step, name)
    });
    ran.result.map(|()| Ran { result: (), until: ran.until })
}

/// Writes that a group does not exist any more, and removes it. Kafka: `ClassicGroup.createGroupTombstoneRecords`.
pub(super) fn remove(groups: &mut LiveGroups, step: &mut Step<'_>, name: &str) -> Result<(), ErrorCode> {
    let group: Arc<str> = name.into();
    if let Some(durable) = step.state().get(name) {
        let topics = durable.offsets.iter();
        let offsets = topics.flat_map(|(topic, partitions)| partitions.keys().map(move |index| (topic, *index)));
        let offsets: BTreeSet<_> = offsets.chain(durable.pending.iter()).collect();
        let mut records: Vec<GroupRecord> =
            offsets.into_iter().map(|(topic, index)| tombstone(&group, topic, index)).collect();
        match &durable.consumer {
            Some(consumer) => records.extend(consumer::tombstones(&group, consumer)),
            // Kafka deletes the record of a group that never had one, too.
            None => records.push(GroupRecord::Metadata { group, value: None }),
        }
        step.write(records)?;
    }
    if let Some(group) = groups.get_mut(name) {
        group.classic.close(step);
    }
    groups.remove(name);
    Ok(())
}

/// The type of a group, as Kafka's tools show it.
const CLASSIC: &str = "classic";

#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) name: Arc<str>,
    pub(crate) protocol_type: String,
    pub(crate) state: &'static str,
    pub(crate) kind: &'static str,
}

/// All groups, by name.
pub(crate) fn list(engine: &Engine) -> Vec<Listed> {
    let mut listed = Vec::new();
    for shard in shards(engine) {
        let groups = |state: &GroupsState, groups: &LiveGroups| {
            let show = |(name, group): (&Arc<str>, &LiveGroup)| match state.consumer(name) {
                Some(consumer) => Listed {
                    name: name.clone(),
                    protocol_type: "consumer".to_owned(),
                    state: consumer.state(),
                    kind: "consumer",
                },
                None => Listed {
                    name: name.clone(),
                    protocol_type: group.classic.protocol_type().unwrap_or_default().to_owned(),
                    state: group.classic.state().name(),
                    kind: CLASSIC,
                },
            };
            groups.iter().map(show).collect::<Vec<_>>()
        };
        listed.extend(shard.read(groups).result);
    }
    listed.sort_by(|one, other| one.name.cmp(&other.name));
    listed
}

#[derive(Debug)]
pub(crate) struct Described {
    pub(crate) state: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) protocol_type: String,
    pub(crate) protocol_name: String,
    pub(crate) members: Vec<DescribedMember>,
}

#[derive(Debug)]
pub(crate) struct DescribedMember {
    pub(crate) member_id: Arc<str>,
    pub(crate) instance_id: Option<Arc<str>>,
    pub(crate) client_id: Arc<str>,
    pub(crate) client_host: Arc<str>,
    pub(crate) metadata: Bytes,
    pub(crate) assignment: Bytes,
}

impl DescribedMember {
    /// Bytes in a response, roughly.
    pub(crate) fn bytes(&self) -> usize {
        let texts = self.member_id.len() + self.client_id.len() + self.client_host.len();
        const REST: usize = 50;
        REST + texts + self.metadata.len() + self.assignment.len()
    }
}

/// Returns `None` if the group does not exist, or is a consumer group.
pub(crate) fn describe(engine: &Engine, name: &str) -> Option<Described> {
    let classic = |state: &GroupsState, groups: &LiveGroups| {
        groups.get(name).filter(|_| state.consumer(name).is_none()).map(|group| described(&group.classic))
    };
    shard_of(engine, name).1.read(classic).result
}

fn described(group: &Classic) -> Described {
    // Kafka shows protocol and metadata of a stable group only.
    let protocol = group.protocol_name().filter(|_| group.state() == State::Stable);
    let members = group.members().map(|(member_id, member)| DescribedMember {
        member_id: member_id.clone(),
        instance_id: member.instance_id.clone(),
        client_id: member.client_id.clone(),
        client_host: member.client_host.clone(),
        metadata: protocol.map(|name| member.metadata(name)).unwrap_or_default(),
        assignment: member.assignment.clone(),
    });
    Described {
        state: group.state().name(),
        kind: CLASSIC,
        protocol_type: group.protocol_type().unwrap_or_default().to_owned(),
        protocol_name: protocol.unwrap_or_default().to_owned(),
        members: members.collect(),
    }
}
