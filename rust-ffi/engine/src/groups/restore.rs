//! What earlier runs have committed, read back from `__consumer_offsets`. Kafka: `CoordinatorLoaderImpl`.
//!
//! Offsets belong to a topic's id: those of a topic that is no more, or of another one of that name, are deleted, as a
//! crash may come in between the deletion of a topic and that of its offsets. (Kafka passes over them when it is asked:
//! `OffsetMetadataManager.isOffsetInvalid`.) If the topic has got more partitions since, groups are in others than
//! before: their offsets move. Kafka would not find them again.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::Arc,
};

use super::{
    Committed,
    durable::{append, home_of, sync},
};
use crate::{
    Engine, Topic,
    bugs::{self, Bug},
    clock::Now,
    log::Partition,
    storage::{OFFSETS_TOPIC, in_folder, read_offsets},
};

/// A group, and a topic's name and partition.
type Key = (String, String, i32);

/// The last word about an offset in one partition: `None` where it was deleted.
#[derive(Debug)]
struct Last {
    /// The partition of the offsets' topic.
    place: i32,
    written_ms: i64,
    committed: Option<Committed>,
}

impl Last {
    /// The latest word counts. An offset that has moved was written where it is and deleted where it was at one time.
    fn rank(&self) -> (i64, bool) {
        (self.written_ms, self.committed.is_some())
    }
}

/// What is written to a partition for a group: offsets, or that they are deleted.
type Records<'a> = BTreeMap<(i32, &'a str), Vec<(&'a str, i32, Option<&'a Committed>)>>;

pub(super) fn restore(engine: &Engine, now: Now) -> io::Result<()> {
    let Some(topic) = engine.topics.get(OFFSETS_TOPIC) else { return Ok(()) };
    engine.groups.partition_count.get_or_init(|| topic.partition_count());
    let mut newest_ms = now.wall_ms;
    let mut all = BTreeMap::<Key, Last>::new();
    // Where there is an offset of a key.
    let mut places = BTreeMap::<Key, BTreeSet<i32>>::new();
    for partition in topic.partitions() {
        for (key, last) in read(&partition).map_err(|e| in_folder(OFFSETS_TOPIC, e))? {
            newest_ms = newest_ms.max(last.written_ms);
            if last.committed.is_some() {
                places.entry(key.clone()).or_default().insert(last.place);
            }
            if all.get(&key).is_none_or(|before| before.rank() <= last.rank()) {
                all.insert(key, last);
            }
        }
    }
    let (mut moved, mut gone) = (Records::new(), Records::new());
    for (key @ (group, name, index), last) in &all {
        let home = home_of(engine, group, &topic);
        let committed = last.committed.as_ref().filter(|committed| is_current(engine, name, committed));
        for place in places.get(key).into_iter().flatten().filter(|place| committed.is_none() || **place != home) {
            gone.entry((*place, group)).or_default().push((name, *index, None));
        }
        let Some(committed) = committed else { continue };
        if last.place != home {
            moved.entry((home, group)).or_default().push((name, *index, Some(committed)));
        }
        let restored = engine.groups.restored(group, now);
        restored.enter(engine, now, |state, _| state.offsets.commit(name, *index, committed.clone()));
    }
    // They are the latest words, also if the clock went back. A disk that still fails is tried again next time.
    let now = Now { wall_ms: newest_ms, ..now };
    let _ = write(engine, now, &topic, &moved, true).and_then(|()| write(engine, now, &topic, &gone, false));
    Ok(())
}

/// The last word about each in one partition.
fn read(partition: &Partition) -> io::Result<BTreeMap<Key, Last>> {
    let mut found = BTreeMap::new();
    partition.for_each_batch(|batch| {
        for offset in read_offsets(batch) {
            let key = (offset.group, offset.topic, offset.partition);
            if bugs::planted(Bug::FirstCommitRestored) && found.contains_key(&key) {
                continue;
            }
            let (place, written_ms) = (partition.index, batch.max_timestamp());
            found.insert(key, Last { place, written_ms, committed: offset.committed });
        }
    })?;
    Ok(found)
}

/// Whether the topic is the one that it was committed for, as far as the record says.
fn is_current(engine: &Engine, name: &str, committed: &Committed) -> bool {
    let id = committed.topic_id;
    engine.topics.get(name).is_some_and(|topic| id.is_zero() || id == topic.id)
}

/// With one sync for each partition, if what is written `has_to_last`.
fn write(engine: &Engine, now: Now, topic: &Topic, records: &Records<'_>, has_to_last: bool) -> io::Result<()> {
    let mut ends = BTreeMap::<i32, (Arc<Partition>, i64)>::new();
    for ((place, group), offsets) in records {
        let partition = topic.partition(*place).ok_or(io::ErrorKind::NotFound)?;
        let end = append(engine, now, topic, &partition, group, offsets)?;
        ends.insert(*place, (partition, end));
    }
    match has_to_last {
        true => ends.values().try_for_each(|(partition, end)| sync(partition, *end)),
        false => Ok(()),
    }
}
