//! Groups: who reads what together, and how far they have come. One mutex per group; the registry holds them by name.
//!
//! A request that has to wait is parked with a [`promise::Promise`], whose other end the group keeps until it can
//! answer. A connection that dies drops its end; the group goes on as Kafka's does: by the member's session.

mod classic;
mod durable;
mod offsets;
mod promise;
mod registry;
mod requests;
mod restore;
mod state_bytes;
#[cfg(test)]
mod tests;

use std::sync::{Arc, atomic::Ordering};

use wire::error_code::ErrorCode;

use crate::{
    Engine, Topic,
    clock::{Instant, Now},
    context::RequestContext,
    outcome::{Outcome, Parked, ParkedRequest},
    storage::OFFSETS_TOPIC,
    waiters::Ticket,
};

pub(crate) use classic::{Joined, Synced};
pub(crate) use offsets::Committed;
pub(crate) use promise::Promise;
pub(crate) use registry::Groups;
pub(crate) use requests::{
    Budget, Commit, Described, DescribedMember, FetchedTopic, commit, delete, delete_offsets, describe, fetch,
    fetch_all, heartbeat, join, leave, list, sync,
};

/// A deadline of a group.
#[derive(Clone, Debug)]
pub(crate) struct GroupTimer {
    group: Arc<str>,
    due: GroupDue,
}

#[derive(Clone, Debug)]
enum GroupDue {
    /// A member's session ends, or the time in which an id that was given out is to be used.
    Member(Arc<str>),
    /// The join phase ends.
    Join,
    /// Members that have joined should have asked for their assignment.
    Sync,
}

/// A parked JoinGroup or SyncGroup.
#[derive(Debug)]
pub(crate) enum Waiting {
    Join(Arc<Promise<Joined>>),
    Sync(Arc<Promise<Synced>>),
}

pub(crate) fn fire(engine: &Engine, now: Now, timer: GroupTimer) {
    registry::with(engine, now, &timer.group, |group, turn| match &timer.due {
        GroupDue::Member(member_id) => group.classic.member_is_due(turn, member_id),
        GroupDue::Join => group.classic.join_is_due(turn),
        GroupDue::Sync => group.classic.sync_is_due(turn),
    });
}

pub(crate) fn resume(_engine: &Engine, cx: &RequestContext<'_>, waiting: Waiting, ticket: Ticket) -> Outcome {
    drop(ticket);
    match waiting {
        Waiting::Join(promise) => {
            let ticket = promise.ticket();
            answer_or_park(promise, ticket, Waiting::Join, |joined| crate::api::join_group::reply(cx, &joined))
        }
        Waiting::Sync(promise) => {
            let ticket = promise.ticket();
            answer_or_park(promise, ticket, Waiting::Sync, |synced| crate::api::sync_group::reply(cx, &synced))
        }
    }
}

/// The ticket was taken before the group was asked.
pub(crate) fn answer_or_park<T>(
    promise: Arc<Promise<T>>,
    ticket: Ticket,
    waiting: impl FnOnce(Arc<Promise<T>>) -> Waiting,
    reply: impl FnOnce(T) -> Outcome,
) -> Outcome {
    match promise.take() {
        Some(answer) => reply(answer),
        None => Outcome::Park(Parked { ticket, request: ParkedRequest::Group(waiting(promise)) }),
    }
}

/// Somebody looks for a group's coordinator: from then on there is the topic of the offsets.
pub(crate) fn prepare(engine: &Engine) -> Result<(), ErrorCode> {
    durable::topic(engine).map(drop).map_err(|_| ErrorCode::CoordinatorNotAvailable)
}

/// What earlier runs have left on disk.
pub(crate) fn restore(engine: &Engine, now: Now) -> std::io::Result<()> {
    restore::restore(engine, now)
}

/// Drops offsets that have expired and groups that nobody needs, as often as Kafka does.
pub(crate) fn maintain(engine: &Engine, now: Now) {
    let cleanup_at = &engine.groups.cleanup_at;
    let due = cleanup_at.load(Ordering::Relaxed);
    if now.instant < Instant(due) {
        return;
    }
    let interval_ms = engine.configs.int("offsets.retention.check.interval.ms");
    cleanup_at.store(now.instant.after_ms(interval_ms).0, Ordering::Relaxed);
    if due == 0 {
        // The first one, too, comes after an interval.
        return;
    }
    let retention_ms = engine.configs.int("offsets.retention.minutes").saturating_mul(60_000);
    for group in engine.groups.list() {
        let is_over = group.enter(engine, now, |state, _| {
            let over = state.offsets.expired(&state.classic, now.wall_ms, retention_ms);
            let gone = over.iter().map(|(topic, partition)| (&**topic, *partition, None));
            // Where that cannot be written down they stay until next time: they would be back after a restart.
            if requests::keep(engine, now, &group.name, gone).is_ok() {
                over.iter().for_each(|(topic, partition)| state.offsets.delete(topic, *partition));
            }
            state.dead = state.offsets.is_empty() && state.classic.is_abandoned();
            state.dead
        });
        if is_over == Some(true) {
            engine.groups.forget(&group);
        }
    }
}

/// Deletes the offsets of a topic that was deleted. If that topic is `__consumer_offsets`, every group goes with it.
pub(crate) fn topic_deleted(engine: &Engine, now: Now, topic: &Topic) {
    if topic.name == OFFSETS_TOPIC {
        return unload(engine, now);
    }
    for group in engine.groups.list() {
        group.enter(engine, now, |state, _| {
            let gone = state.offsets.partitions(&topic.name, topic.id);
            // If the disk does not take it the next start leaves them out: they are of a topic that is no more.
            let records = gone.iter().map(|partition| (&*topic.name, *partition, None));
            let _ = requests::keep(engine, now, &group.name, records);
            gone.iter().for_each(|partition| state.offsets.delete(&topic.name, *partition));
        });
    }
}

/// Forgets all groups: their members and offsets are in the log of `__consumer_offsets` alone, as in Kafka.
fn unload(engine: &Engine, now: Now) {
    for group in engine.groups.list() {
        group.enter(engine, now, |state, turn| {
            state.classic.unload(turn);
            state.dead = true;
        });
        engine.groups.forget(&group);
    }
}

/// Kafka counts UTF-16 units, which are never more than bytes.
pub(crate) fn is_metadata_too_large(engine: &Engine, metadata: &str) -> bool {
    let max = usize::try_from(engine.configs.int("offset.metadata.max.bytes")).unwrap_or(0);
    metadata.len() > max && metadata.encode_utf16().count() > max
}

/// Kafka takes an empty name only where offsets are concerned.
fn check_name(group: &str) -> Result<(), ErrorCode> {
    if group.is_empty() { Err(ErrorCode::InvalidGroupId) } else { Ok(()) }
}
