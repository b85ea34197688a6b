//! The groups of an earlier run. Kafka: `CoordinatorLoaderImpl`, `GroupMetadataManager.onLoaded`.
//!
//! Each shard is loaded by a replay of its partition. Two things that a crash may have left are mended then. Offsets
//! belong to a topic id: those of a topic that does not exist any more, or was created anew under the name, are
//! deleted, since a crash may come between the deletion of a topic and that of its offsets. And if `__consumer_offsets`
//! has got more partitions since, groups hash to others than before: they are moved. Kafka would not find them again.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::Arc,
};

use super::{
    GroupCoordinator,
    offsets_log::{OFFSETS_TOPIC, partition_for, tombstone},
    records::GroupRecord,
    registry::{env, for_each_shard, shards},
};
use crate::{
    Engine, Topic,
    clock::Now,
    coordinator::{self, Entry},
    storage::in_folder,
};

/// Loads the groups from `__consumer_offsets`.
pub(crate) fn restore(engine: &Engine, now: Now) -> io::Result<()> {
    let Some(topic) = engine.topics.get(OFFSETS_TOPIC) else { return Ok(()) };
    let shards = shards(engine);
    for (shard, partition) in shards.iter().zip(topic.partitions()) {
        coordinator::for_each_entry::<GroupCoordinator>(&partition, |entry, _| shard.load(entry))
            .map_err(|error| in_folder(OFFSETS_TOPIC, error))?;
    }
    let strays = strays(engine);
    if !strays.is_empty() {
        relocate(engine, now, &topic, &strays).map_err(|error| in_folder(OFFSETS_TOPIC, error))?;
    }
    for_each_shard(engine, now, |groups, step| {
        let stale = step.state().iter().flat_map(|(name, group)| {
            let stale = group.offsets.stale(engine);
            stale.into_iter().map(|(topic, partition)| tombstone(name, &topic, partition))
        });
        let stale = stale.collect();
        // What cannot be written is tried again at the next start.
        let _ = step.write(stale);
        let durable: Vec<_> = step.state().iter().map(|(name, group)| (name.clone(), group.clone())).collect();
        for (name, group) in &durable {
            groups.restore(step, name, group);
            if let Some(consumer) = &group.consumer {
                let session_ms = engine.configs.group_int(name, "consumer.session.timeout.ms");
                super::consumer::restore(step, name, consumer, session_ms);
            }
        }
    });
    Ok(())
}

/// The groups that are in a partition that they do not hash to.
fn strays(engine: &Engine) -> BTreeSet<Arc<str>> {
    let shards = shards(engine);
    let of_shard = |(index, shard): (usize, &coordinator::Shard<GroupCoordinator>)| {
        let is_stray = |name: &Arc<str>| partition_for(name, shards.len()) != index;
        let strays = |state: &super::state::GroupsState| {
            state.iter().map(|(name, _)| name.clone()).filter(is_stray).collect::<Vec<_>>()
        };
        shard.read(|state, _| strays(state)).result
    };
    shards.iter().enumerate().flat_map(of_shard).collect()
}

/// The group, and the key in the log.
type Key = (Arc<str>, Vec<u8>);

/// The last record with a key in one partition.
struct Last {
    /// The index of the partition.
    place: usize,
    written_ms: i64,
    record: GroupRecord,
}

impl Last {
    /// The latest record counts. A record that has moved was written to one partition and deleted in the other at the
    /// same time.
    fn rank(&self) -> (i64, bool) {
        (self.written_ms, !self.record.is_tombstone())
    }
}

/// Moves groups to the partitions that they hash to: writes their latest records there, and then deletes what other
/// partitions have of them.
fn relocate(engine: &Engine, now: Now, topic: &Topic, strays: &BTreeSet<Arc<str>>) -> io::Result<()> {
    let mut newest_ms = now.wall_ms;
    let mut latest = BTreeMap::<Key, Last>::new();
    let mut places = BTreeMap::<Key, BTreeSet<usize>>::new();
    for (place, partition) in topic.partitions().iter().enumerate() {
        let mut here = BTreeMap::<Key, Last>::new();
        // Records of transactions that have not ended are not moved.
        let mut pending = BTreeMap::<i64, Vec<Last>>::new();
        coordinator::for_each_entry::<GroupCoordinator>(partition, |entry, written_ms| {
            newest_ms = newest_ms.max(written_ms);
            match entry {
                Entry::Record(_, record) if !strays.contains(record.group()) => {}
                Entry::Record(Some(producer_id), record) => {
                    pending.entry(producer_id).or_default().push(Last { place, written_ms, record });
                }
                Entry::Record(None, record) => {
                    here.insert(record.key(), Last { place, written_ms, record });
                }
                Entry::Marker { producer_id, committed } => {
                    let ended = pending.remove(&producer_id).into_iter().flatten().filter(|_| committed);
                    here.extend(ended.map(|last| (last.record.key(), last)));
                }
            }
        })?;
        for (key, last) in here {
            if !last.record.is_tombstone() {
                places.entry(key.clone()).or_default().insert(place);
            }
            if latest.get(&key).is_none_or(|before| before.rank() <= last.rank()) {
                latest.insert(key, last);
            }
        }
    }
    let shards = shards(engine);
    let (mut moved, mut deleted) = (BTreeMap::<usize, Vec<_>>::new(), BTreeMap::<usize, Vec<_>>::new());
    for (key, last) in latest {
        let home = partition_for(&key.0, shards.len());
        let is_deleted = last.record.is_tombstone();
        for place in places.remove(&key).into_iter().flatten().filter(|place| is_deleted || *place != home) {
            deleted.entry(place).or_default().push(last.record.tombstone());
        }
        if !is_deleted && last.place != home {
            moved.entry(home).or_default().push(last.record);
        }
    }
    // These are the latest records, also if the clock went back. A disk that still fails is tried again next time.
    let now = Now { wall_ms: newest_ms, ..now };
    let write = |records: BTreeMap<usize, Vec<GroupRecord>>| {
        records.into_iter().all(|(place, records)| {
            let ran = shards[place].run(&env(engine, place), now, |_, step| step.write(records));
            ran.result.is_ok()
        })
    };
    let homes: Vec<usize> = moved.keys().copied().collect();
    let is_moved = write(moved) && homes.into_iter().all(|home| sync(topic, home));
    if is_moved {
        write(deleted);
    }
    Ok(())
}

/// Returns whether everything in a partition survives a power cut after this. Nothing is served yet, so that this may
/// wait for the disk.
fn sync(topic: &Topic, index: usize) -> bool {
    let partition = i32::try_from(index).ok().and_then(|index| topic.partition(index));
    partition.is_some_and(|partition| {
        partition.sync();
        partition.is_synced(partition.range().1) == Ok(true)
    })
}

/// Compares each shard with a replay of its log. For tests and the simulation: nothing else may run.
pub(crate) fn check_replay(engine: &Engine) -> Result<(), String> {
    let Some(topic) = engine.topics.get(OFFSETS_TOPIC) else { return Ok(()) };
    for (index, (shard, partition)) in shards(engine).iter().zip(topic.partitions()).enumerate() {
        // What is not synced yet is not read, and what cannot be read proves nothing.
        if shard.read(|_, _| ()).until.is_some() {
            continue;
        }
        let Ok(replayed) = coordinator::replay::<GroupCoordinator>(&partition) else { continue };
        let live = shard.snapshot();
        if let Some(group) = live.difference(&replayed) {
            let (live, replayed) = (live.get(&group), replayed.get(&group));
            return Err(format!("partition {index}, group {group}: {live:?}, and its log describes {replayed:?}"));
        }
    }
    Ok(())
}
