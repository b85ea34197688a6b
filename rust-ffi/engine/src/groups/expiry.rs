//! Offset expiry, and the removal of empty groups. Kafka: `GroupCoordinatorShard.cleanupGroupMetadata`.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    LiveGroups, OffsetAndMetadata, Step,
    admin::remove,
    classic::{Classic, State},
    consumer::ConsumerGroup,
    offsets::Offsets,
    offsets_log::tombstone,
    registry::for_each_shard,
    state::DurableGroup,
};
use crate::{Engine, clock::Now};

/// Deletes the offsets that have expired, and the groups that have no members and no offsets.
pub(crate) fn expire(engine: &Engine, now: Now) {
    let retention_ms = engine.configs.int("offsets.retention.minutes").saturating_mul(60_000);
    for_each_shard(engine, now, |groups, step| expire_in(engine, groups, step, retention_ms));
}

/// Deletes stale offsets, too: what could not be written when their topic was deleted.
fn expire_in(engine: &Engine, groups: &mut LiveGroups, step: &mut Step<'_>, retention_ms: i64) {
    let names: Vec<Arc<str>> = groups.iter().map(|(name, _)| name.clone()).collect();
    for name in &names {
        let Some(group) = groups.get_mut(name) else { continue };
        let consumer = step.state().consumer(name).cloned();
        let offsets = step.state().offsets(name);
        let ended = offsets.map_or_else(BTreeSet::new, |all| {
            let expired = expired(all, &group.classic, consumer.as_deref(), step.now.wall_ms, retention_ms);
            expired.into_iter().chain(all.stale(engine)).collect()
        });
        let deleted = ended.iter().map(|(topic, partition)| tombstone(name, topic, *partition)).collect();
        // What cannot be written is tried again next time.
        let is_written = step.write(deleted).is_ok();
        group.charge_offsets(name, step.state());
        let has_offsets = step.state().get(name).is_some_and(DurableGroup::has_offsets);
        if is_written && !has_offsets && group.is_removable(name, step.state()) {
            let _ = remove(groups, step, name);
        }
    }
}

/// The offsets that have expired. A group of consumers keeps the offsets of the topics that it is subscribed to. An
/// empty group keeps all for the retention time after it became empty. Offsets of a simple group, and of a
/// consumer group, expire by the time of their commit. Kafka: `ClassicGroup.offsetExpirationCondition`.
fn expired(
    offsets: &Offsets,
    group: &Classic,
    consumer: Option<&ConsumerGroup>,
    now_ms: i64,
    retention_ms: i64,
) -> Vec<(Box<str>, i32)> {
    let empty_since_ms = match (group.protocol_type(), group.state()) {
        (None, _) => None,
        (Some(_), State::Empty) => Some(group.since_ms()),
        (Some(_), State::Stable) if group.uses_consumer_protocol() && group.knows_subscription() => None,
        (Some(_), _) => return Vec::new(),
    };
    let is_expired = |committed: &OffsetAndMetadata| match committed.expires_ms {
        Some(expires_ms) => now_ms >= expires_ms,
        None => {
            let committed_ms = committed.committed_ms.max(group.since_ms());
            now_ms.saturating_sub(empty_since_ms.unwrap_or(committed_ms)) >= retention_ms
        }
    };
    let is_subscribed = |topic: &str| match consumer {
        Some(consumer) => consumer.is_subscribed_to(topic),
        None => group.is_subscribed_to(topic),
    };
    offsets.select(|topic, committed| !is_subscribed(topic) && is_expired(committed))
}
