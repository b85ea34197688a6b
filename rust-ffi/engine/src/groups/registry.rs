//! The shards of the group coordinator, their soft state, and the way into a group.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use super::{
    GroupCoordinator, GroupTimer, Step,
    classic::Classic,
    offsets_log::{OFFSETS_TOPIC, partition_count, partition_for},
    state::{DurableGroup, GroupsState},
    state_bytes::{Charge, StateBytes},
};
use crate::{
    Engine,
    clock::Now,
    coordinator::{EngineEnv, Ran, Shard},
    waiters::WaitList,
};

#[derive(Debug, Default)]
pub(crate) struct Groups {
    /// One for each partition that `__consumer_offsets` had when the first group was looked up. A group stays in its
    /// partition until a restart. Kafka: `GroupCoordinatorService.startup`, which is told the count once.
    shards: OnceLock<Vec<Shard<GroupCoordinator>>>,
    pub(super) bytes: StateBytes,
    /// Woken by each change of a group.
    pub(crate) changed: Arc<WaitList>,
}

/// The soft state of a shard.
#[derive(Debug)]
pub(crate) struct LiveGroups {
    groups: BTreeMap<Arc<str>, LiveGroup>,
    bytes: StateBytes,
    initial_delay_ms: i64,
}

/// The soft state of a group. Every group has it, also one that only commits offsets.
#[derive(Debug)]
pub(crate) struct LiveGroup {
    pub(super) classic: Classic,
    /// The version of the topics that a consumer group has seen.
    pub(super) seen_topics: i64,
    /// The bytes of the state of a consumer group.
    pub(super) consumer_charge: Charge,
    /// The bytes of the group and its offsets.
    charge: Charge,
}

/// No version of the topics.
const UNSEEN: i64 = -1;

/// Bytes of a group in memory, roughly, without its name, members and offsets.
const GROUP_BYTES: usize = 1_024;

impl LiveGroups {
    pub(super) fn new(bytes: StateBytes, initial_delay_ms: i64) -> LiveGroups {
        LiveGroups { groups: BTreeMap::new(), bytes, initial_delay_ms }
    }

    pub(super) fn get(&self, name: &str) -> Option<&LiveGroup> {
        self.groups.get(name)
    }

    /// By name.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &LiveGroup)> {
        self.groups.iter()
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut LiveGroup> {
        self.groups.get_mut(name)
    }

    /// Returns `None` if the budget has no room for another group.
    pub(super) fn get_or_create(&mut self, name: &str, now: Now) -> Option<&mut LiveGroup> {
        if !self.groups.contains_key(name) {
            let charge = self.bytes.claim(GROUP_BYTES + name.len())?;
            let classic = Classic::new(name.into(), self.initial_delay_ms, now);
            let consumer_charge = Charge::of(&self.bytes);
            self.groups.insert(name.into(), LiveGroup { classic, seen_topics: UNSEEN, consumer_charge, charge });
        }
        self.groups.get_mut(name)
    }

    /// A group of an earlier run, whatever the budget is.
    pub(super) fn restore(&mut self, step: &mut Step<'_>, name: &Arc<str>, durable: &DurableGroup) {
        let mut classic = Classic::new(name.clone(), self.initial_delay_ms, step.now);
        if let Some(metadata) = &durable.metadata {
            classic.restore(step, metadata, &self.bytes);
        }
        let mut charge = Charge::of(&self.bytes);
        charge.force(GROUP_BYTES + name.len() + durable.offsets.bytes() + durable.pending.bytes());
        let mut consumer_charge = Charge::of(&self.bytes);
        consumer_charge.force(durable.consumer.as_ref().map_or(0, |group| group.bytes()));
        self.groups.insert(name.clone(), LiveGroup { classic, seen_topics: UNSEEN, consumer_charge, charge });
    }

    /// Removes a group whose deadlines were cancelled.
    pub(super) fn remove(&mut self, name: &str) {
        self.groups.remove(name);
    }

    /// Brings the charges of all groups in line with their offsets.
    pub(super) fn charge_offsets(&mut self, state: &GroupsState) {
        self.groups.iter_mut().for_each(|(name, group)| group.charge_offsets(name, state));
    }
}

impl LiveGroup {
    /// Whether the group has no members, and has assigned no member id that may still be used.
    pub(super) fn is_removable(&self, name: &str, state: &GroupsState) -> bool {
        self.classic.is_removable() && state.consumer(name).is_none_or(|group| group.is_empty())
    }

    /// Brings the charge in line with the group's offsets, for which there was room.
    pub(super) fn charge_offsets(&mut self, name: &str, state: &GroupsState) {
        let offsets = state.get(name).map_or(0, |group| group.offsets.bytes() + group.pending.bytes());
        let bytes = GROUP_BYTES + name.len() + offsets;
        if bytes != self.charge.bytes() {
            self.charge.force(bytes);
        }
    }
}

pub(super) fn shards(engine: &Engine) -> &[Shard<GroupCoordinator>] {
    engine.groups.shards.get_or_init(|| {
        let count = engine.topics.get(OFFSETS_TOPIC).map_or_else(|| partition_count(engine), |t| t.partition_count());
        let delay_ms = engine.settings.group_initial_rebalance_delay_ms.max(0);
        (0..count).map(|_| Shard::new(LiveGroups::new(engine.groups.bytes.clone(), delay_ms))).collect()
    })
}

pub(super) fn env(engine: &Engine, partition: usize) -> EngineEnv<'_> {
    EngineEnv { engine, topic: OFFSETS_TOPIC, partition: i32::try_from(partition).unwrap_or(i32::MAX) }
}

/// The shard of a group, and its index.
pub(super) fn shard_of<'a>(engine: &'a Engine, name: &str) -> (usize, &'a Shard<GroupCoordinator>) {
    let shards = shards(engine);
    let index = partition_for(name, shards.len());
    (index, &shards[index])
}

/// Runs an event of a shard, with all its groups.
pub(super) fn on_shard_of<R>(
    engine: &Engine,
    now: Now,
    name: &str,
    event: impl FnOnce(&mut LiveGroups, &mut Step<'_>) -> R,
) -> Ran<R> {
    let (index, shard) = shard_of(engine, name);
    shard.run(&env(engine, index), now, event)
}

/// Runs an event of every shard, one after the other.
pub(super) fn for_each_shard(engine: &Engine, now: Now, mut event: impl FnMut(&mut LiveGroups, &mut Step<'_>)) {
    // Before the first group is looked up, the number of shards is open.
    for (index, shard) in engine.groups.shards.get().into_iter().flatten().enumerate() {
        shard.run(&env(engine, index), now, &mut event);
    }
}

/// Runs an event of a group. The result is `None` if the group does not exist.
pub(super) fn with<R>(
    engine: &Engine,
    now: Now,
    name: &str,
    event: impl FnOnce(&mut LiveGroup, &mut Step<'_>) -> R,
) -> Ran<Option<R>> {
    on_shard_of(engine, now, name, |groups, step| {
        let group = groups.get_mut(name)?;
        let result = event(group, step);
        group.charge_offsets(name, step.state());
        Some(result)
    })
}

/// As [`with`], but creates a group that does not exist, and tells the event so. The result is `None` if the budget has
/// no room for another group.
pub(super) fn with_new<R>(
    engine: &Engine,
    now: Now,
    name: &str,
    event: impl FnOnce(&mut LiveGroup, &mut Step<'_>, bool) -> R,
) -> Ran<Option<R>> {
    on_shard_of(engine, now, name, |groups, step| {
        let is_new = groups.get(name).is_none();
        let group = groups.get_or_create(name, now)?;
        let result = event(group, step, is_new);
        group.charge_offsets(name, step.state());
        Some(result)
    })
}

/// Runs the event of a deadline.
pub(super) fn fire(engine: &Engine, now: Now, timer: &GroupTimer, event: impl FnOnce(&mut LiveGroup, &mut Step<'_>)) {
    let (index, shard) = shard_of(engine, &timer.group);
    shard.fire(&env(engine, index), now, timer, |groups, step| {
        if let Some(group) = groups.get_mut(&timer.group) {
            event(group, step);
        }
    });
}

/// Forgets all groups, whose log was deleted. Kafka: `GroupCoordinatorShard.onUnloaded`.
pub(super) fn unload(engine: &Engine, now: Now) {
    for (index, shard) in shards(engine).iter().enumerate() {
        shard.unload(&env(engine, index), now, |groups, step| {
            let all = std::mem::take(&mut groups.groups);
            all.into_values().for_each(|mut group| group.classic.unload(step));
        });
    }
}
