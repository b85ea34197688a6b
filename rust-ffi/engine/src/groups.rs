//! Groups: their members, and the offsets that they have committed. Kafka: `GroupCoordinatorService`,
//! `GroupCoordinatorShard`.
//!
//! Groups are a [`Coordinator`] over `__consumer_offsets`: a shard for each of its partitions holds the groups whose
//! names hash to it. `state.rs` is the durable state of a shard and `records.rs` its records; `classic/` is the
//! membership of a group, which is soft state. A request that has to wait is parked with a [`PendingReply`]. A
//! connection that is closed drops its end; the group goes on, as Kafka's does, by the member's session.

mod admin;
mod assignor;
mod classic;
mod commits;
mod consumer;
mod expiry;
pub mod host;
mod membership;
mod offsets;
mod offsets_log;
mod pending;
mod records;
mod registry;
mod restore;
mod state;
mod state_bytes;
#[cfg(test)]
mod tests;

use std::{collections::BTreeSet, sync::Arc};

use wire::{
    ErrorCode,
    codec::{DecodeError, EncodeError},
};

use crate::{
    Engine, Topic,
    appender::Unsynced,
    clock::Now,
    coordinator::{self, Coordinator, KeyValue, Observed, PendingReply},
    events::{Event, GroupEvent, LeaveReason},
    log::EndTxnMarker,
    waiters::WaitList,
};

pub(crate) use admin::{Described, DescribedMember, delete, describe, list};
pub(crate) use assignor::Assignor;
pub(crate) use classic::{JoinResult, SyncResult};
pub(crate) use commits::{
    Budget, Commit, FetchedPartition, FetchedTopic, Reads, commit, delete_offsets, fetch, fetch_all,
};
pub(crate) use consumer::{
    DescribedConsumerGroup, DescribedConsumerMember, Heartbeat, HeartbeatReply, LEAVE, LEAVE_STATIC, Refusal,
    check_fetch, describe as describe_consumer, heartbeat as consumer_heartbeat, partitions,
};
pub(crate) use expiry::expire;
pub(crate) use membership::{heartbeat, join, leave, sync};
pub(crate) use offsets::OffsetAndMetadata;
pub(crate) use offsets_log::{OFFSETS_TOPIC, partition_for, prepare};
pub(crate) use registry::Groups;
use registry::{LiveGroup, LiveGroups};
pub(crate) use restore::{check_replay, restore};

/// The coordinator of groups.
#[derive(Debug)]
pub(crate) enum GroupCoordinator {}

pub(crate) type Step<'a> = coordinator::Step<'a, GroupCoordinator>;

impl Coordinator for GroupCoordinator {
    type State = state::GroupsState;
    type Soft = registry::LiveGroups;
    type Record = records::GroupRecord;
    type Reply = GroupReply;
    type Timer = GroupTimer;
    /// The name of a group, and what happened to it.
    type Report = (Arc<str>, GroupEvent);

    fn encode(record: &Self::Record) -> Result<KeyValue, EncodeError> {
        records::encode(record)
    }

    fn decode(key: &[u8], value: Option<&[u8]>) -> Result<Option<Self::Record>, DecodeError> {
        records::decode(key, value)
    }

    fn replay(state: &mut Self::State, producer_id: Option<i64>, record: Self::Record) {
        state.replay(producer_id, record);
    }

    fn replay_marker(state: &mut Self::State, producer_id: i64, committed: bool) {
        state.end_transaction(producer_id, committed);
    }

    fn complete(reply: Self::Reply, until: Option<&Unsynced>) -> Arc<WaitList> {
        match reply {
            // Kafka does not hold a join either: what it tells is not in the log yet.
            GroupReply::Join(pending, result) => pending.complete(result, None),
            GroupReply::Sync(pending, result) => pending.complete(result, until.cloned()),
        }
    }
}

impl Observed for GroupCoordinator {
    fn changed(engine: &Engine) {
        engine.groups.changed.wake();
    }

    fn report(engine: &Engine, (group, event): &Self::Report) {
        engine.observer.report(&Event::Group { group, event });
    }
}

/// The result of a parked request.
#[derive(Debug)]
pub(crate) enum GroupReply {
    Join(Arc<PendingReply<JoinResult>>, JoinResult),
    Sync(Arc<PendingReply<SyncResult>>, SyncResult),
}

/// Names a deadline of a group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct GroupTimer {
    group: Arc<str>,
    due: GroupDue,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum GroupDue {
    /// A member's session, or the time in which an assigned member id has to be used.
    Member(Arc<str>),
    /// The session of a member of a consumer group.
    ConsumerSession(Arc<str>),
    /// The time in which a member of a consumer group has to revoke partitions.
    Revocation(Arc<str>),
    /// The join phase.
    Join,
    /// The time in which members that have joined have to send SyncGroup.
    Sync,
}

pub(crate) fn fire(engine: &Engine, now: Now, timer: &GroupTimer) {
    registry::fire(engine, now, timer, |group, step| match &timer.due {
        GroupDue::Member(member_id) => group.classic.member_is_due(step, member_id),
        GroupDue::ConsumerSession(member_id) => {
            consumer::member_is_due(group, step, timer, member_id, LeaveReason::SessionTimeout);
        }
        GroupDue::Revocation(member_id) => {
            consumer::member_is_due(group, step, timer, member_id, LeaveReason::RebalanceTimeout);
        }
        GroupDue::Join => group.classic.join_is_due(step),
        GroupDue::Sync => group.classic.sync_is_due(step),
    });
}

/// Deletes the offsets of a topic that was deleted. If that topic is `__consumer_offsets`, all groups are forgotten:
/// they were in its log alone, as in Kafka.
pub(crate) fn topic_deleted(engine: &Engine, now: Now, topic: &Topic) {
    if topic.name == OFFSETS_TOPIC {
        return registry::unload(engine, now);
    }
    registry::for_each_shard(engine, now, |groups, step| {
        let deleted = step.state().iter().flat_map(|(name, group)| {
            let partitions: BTreeSet<i32> = group.offsets.partitions(&topic.name, topic.id).into_iter().collect();
            let partitions: BTreeSet<i32> = partitions.into_iter().chain(group.pending.of_topic(&topic.name)).collect();
            partitions.into_iter().map(|partition| offsets_log::tombstone(name, &topic.name, partition))
        });
        let deleted = deleted.collect();
        // After a failure the next start deletes them: their topic does not exist.
        let _ = step.write(deleted);
        groups.charge_offsets(step.state());
    });
}

/// The partition of `__consumer_offsets` that a group belongs to.
pub(crate) fn partition_of(engine: &Engine, group: &str) -> i32 {
    i32::try_from(registry::shard_of(engine, group).0).unwrap_or(i32::MAX)
}

/// Ends a producer's transaction in a partition of `__consumer_offsets`: what it has committed there is shown, or
/// forgotten. Kafka: `GroupCoordinatorService.completeTransaction`.
pub(crate) fn end_transaction(
    engine: &Engine,
    now: Now,
    partition: i32,
    marker: &EndTxnMarker,
) -> Result<Option<Unsynced>, ErrorCode> {
    let index = usize::try_from(partition).map_err(|_| ErrorCode::UnknownTopicOrPartition)?;
    if engine.topics.get(OFFSETS_TOPIC).is_none() {
        return Err(ErrorCode::UnknownTopicOrPartition);
    }
    // The topic may have got more partitions, which have no groups before the next start.
    let shard = registry::shards(engine).get(index).ok_or(ErrorCode::UnknownTopicOrPartition)?;
    let ran = shard.run(&registry::env(engine, index), now, |groups, step| {
        let written = step.state().in_transaction(marker.producer_id);
        step.end_transaction(marker)?;
        for name in &written {
            if let Some(group) = groups.get_mut(name) {
                group.charge_offsets(name, step.state());
            }
        }
        Ok(())
    });
    ran.result.map(|()| ran.until)
}

/// Compiles a pattern in RE2's syntax that matches whole names; `None` if it is invalid.
pub(crate) fn pattern(pattern: &str) -> Option<regex::Regex> {
    consumer::compile(pattern).ok()
}

/// Kafka counts UTF-16 units, of which a string has no more than bytes.
pub(crate) fn is_metadata_too_large(engine: &Engine, metadata: &str) -> bool {
    let max = usize::try_from(engine.configs.int("offset.metadata.max.bytes")).unwrap_or(0);
    metadata.len() > max && metadata.encode_utf16().count() > max
}

/// Kafka accepts an empty name for offsets only.
fn check_name(group: &str) -> Result<(), ErrorCode> {
    if group.is_empty() { Err(ErrorCode::InvalidGroupId) } else { Ok(()) }
}
