//! What earlier runs have committed, read back from `__consumer_offsets`. Kafka: `CoordinatorLoaderImpl`.
//!
//! Offsets belong to a topic's id: those of a topic that is no more, or of another one of that name, are deleted, as a
//! crash may come in between the deletion of a topic and that of its offsets. (Kafka passes over them when it is asked:
//! `OffsetMetadataManager.isOffsetInvalid`.) If the topic has got more partitions since, groups are in others than
//! before: their offsets move. Kafka would not find them again.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use wire::Uuid;

use super::{
    Committed,
    durable::{home_of, write_to},
    registry::with_new,
};
use crate::{
    Engine, Topic,
    bugs::{self, Bug},
    clock::Now,
    disk::{OFFSETS_TOPIC, in_folder, read_offsets},
    log::Partition,
};

/// A group, and a topic's name and partition.
type Key = (String, String, i32);

/// The last word about an offset: `None` where it was deleted.
#[derive(Debug)]
struct Last {
    /// Of the partition that it was found in, which counts if it is the group's.
    is_home: bool,
    written_ms: i64,
    topic_id: Uuid,
    committed: Option<Committed>,
}

impl Last {
    /// An offset that has moved was deleted where it was at the same time.
    fn rank(&self) -> (bool, i64, bool) {
        (self.is_home, self.written_ms, self.committed.is_some())
    }
}

/// A partition of the offsets' topic, and a group that has records there: partitions of topics by name.
type Gone = BTreeMap<(i32, String), BTreeSet<(String, i32)>>;

pub(super) fn restore(engine: &Engine, now: Now) -> io::Result<()> {
    let Some(topic) = engine.topics.get(OFFSETS_TOPIC) else { return Ok(()) };
    engine.groups.partition_count.get_or_init(|| topic.partition_count());
    let (mut all, mut gone) = (BTreeMap::<Key, Last>::new(), Gone::new());
    for partition in topic.partitions() {
        for (key, last) in read(engine, &topic, &partition).map_err(|e| in_folder(OFFSETS_TOPIC, e))? {
            let (group, name, index) = key.clone();
            if last.committed.is_some() && !(last.is_home && is_current(engine, &name, &last)) {
                gone.entry((partition.index, group)).or_default().insert((name, index));
            }
            if all.get(&key).is_none_or(|before| before.rank() <= last.rank()) {
                all.insert(key, last);
            }
        }
    }
    let mut moved = BTreeMap::<String, Vec<(String, i32, Committed)>>::new();
    for ((group, name, index), last) in all {
        let is_current = is_current(engine, &name, &last);
        let Some(committed) = last.committed.filter(|_| is_current) else { continue };
        if !last.is_home {
            moved.entry(group.clone()).or_default().push((name.clone(), index, committed.clone()));
        }
        with_new(engine, now, &group, |state, _| state.offsets.commit(&name, index, committed.clone()));
    }
    // A disk that still fails is tried again at the next start. Where they were they are deleted last.
    let _ = tidy(engine, now, &topic, &moved, &gone);
    Ok(())
}

/// The last word about each in one partition.
fn read(engine: &Engine, topic: &Topic, partition: &Partition) -> io::Result<BTreeMap<Key, Last>> {
    let mut found = BTreeMap::new();
    partition.each(|batch| {
        for offset in read_offsets(batch) {
            let is_home = home_of(engine, &offset.group, topic) == partition.index;
            let (written_ms, topic_id) = (batch.max_timestamp(), offset.topic_id);
            let key = (offset.group, offset.topic, offset.partition);
            if bugs::has(Bug::FirstCommitRestored) && found.contains_key(&key) {
                continue;
            }
            found.insert(key, Last { is_home, written_ms, topic_id, committed: offset.committed });
        }
    })?;
    Ok(found)
}

/// Whether the topic is the one that it was committed for, as far as the record says.
fn is_current(engine: &Engine, name: &str, last: &Last) -> bool {
    let is_same = |id: Uuid| last.topic_id.is_zero() || last.topic_id == id;
    engine.topics.get(name).is_some_and(|topic| is_same(topic.id))
}

fn tidy(
    engine: &Engine,
    now: Now,
    topic: &Topic,
    moved: &BTreeMap<String, Vec<(String, i32, Committed)>>,
    gone: &Gone,
) -> io::Result<()> {
    for (group, offsets) in moved {
        let index = home_of(engine, group, topic);
        let offsets: Vec<_> = offsets.iter().map(|(name, index, new)| (&**name, *index, Some(new))).collect();
        write_to(engine, now, topic, index, group, &offsets, true)?;
    }
    for ((index, group), offsets) in gone {
        let offsets: Vec<_> = offsets.iter().map(|(name, index)| (&**name, *index, None)).collect();
        write_to(engine, now, topic, *index, group, &offsets, true)?;
    }
    Ok(())
}
