//! Offsets that outlive the broker: records of the internal topic `__consumer_offsets`, as in Kafka.

use std::{collections::BTreeMap, io, sync::Arc};

use wire::batch;

use super::{Committed, registry::with_new};
use crate::{
    Engine, Topic, TopicError,
    bugs::{self, Bug},
    clock::Now,
    configs::TopicConfig,
    disk::{OFFSETS_TOPIC, in_folder, offset_record, partition_of, read_offsets},
    store::Fsync,
};

/// Makes the topic if it is not there: at the latest when somebody asks for a coordinator, which is when Kafka does.
/// In memory nothing is written to it, but clients see it. Kafka: `GroupCoordinator.groupMetadataTopicConfigs`.
pub(super) fn topic(engine: &Engine) -> io::Result<Arc<Topic>> {
    if let Some(topic) = engine.topics.get(OFFSETS_TOPIC) {
        return Ok(topic);
    }
    let configs = BTreeMap::from(
        [("cleanup.policy", "compact"), ("compression.type", "producer"), ("segment.bytes", "104857600")]
            .map(|(key, value)| (key.to_owned(), value.to_owned())),
    );
    let _held = engine.configs.hold();
    let config = TopicConfig::new(&engine.configs, configs).map_err(|e| io::Error::other(e.0))?;
    let count = engine.configs.int("offsets.topic.num.partitions").clamp(1, 1_000) as i32;
    match engine.create_topic(OFFSETS_TOPIC, Some(count), config) {
        Ok(topic) => Ok(topic),
        Err(TopicError::Exists(_)) => engine.topics.get(OFFSETS_TOPIC).ok_or_else(|| io::ErrorKind::NotFound.into()),
        Err(e) => Err(io::Error::other(e.to_string())),
    }
}

/// One batch for all; it is there once this returns. The caller holds the group, so that the order in the log is that
/// of the commits.
pub(super) fn write<'a>(
    engine: &Engine,
    now: Now,
    group: &str,
    offsets: impl Iterator<Item = (&'a str, i32, Option<&'a Committed>)>,
) -> io::Result<()> {
    let record = |(topic, partition, committed)| offset_record(group, topic, partition, committed);
    let records = offsets.map(record).collect::<Result<Vec<_>, _>>().map_err(io::Error::other)?;
    if records.is_empty() {
        return Ok(());
    }
    let pairs: Vec<_> = records.iter().map(|(key, value)| (Some(&key[..]), value.as_deref())).collect();
    let topic = topic(engine)?;
    let index = partition_of(group, topic.partition_count());
    let partition = topic.partition(index).ok_or(io::ErrorKind::NotFound)?;
    let config = TopicConfig { max_message_bytes: i64::MAX, ..(*topic.config()).clone() };
    let appended = partition.append(&batch::build(&pairs, now.wall_ms), &config, now);
    let end = appended.map_err(|e| io::Error::other(e.to_string()))?.end;
    let Some(disk) = &engine.disk else { return Ok(()) };
    if disk.appended(&partition) && disk.store.fsync == Fsync::Always {
        partition.sync();
        if !partition.is_synced(end).map_err(|e| io::Error::other(e.to_string()))? {
            return Err(io::Error::other("the offsets could not be synced"));
        }
    }
    Ok(())
}

/// What earlier runs have committed, but for topics that are no more: a crash, or a disk that failed, has come in
/// between the deletion of the topic and that of its offsets. They are deleted now, or a topic that is made anew under
/// that name would have them after another start.
pub(super) fn restore(engine: &Engine, now: Now) -> io::Result<()> {
    let Some(topic) = engine.topics.get(OFFSETS_TOPIC) else { return Ok(()) };
    for partition in topic.partitions() {
        // The last word about each, so that a group all of whose offsets were deleted is not made again.
        let mut found = BTreeMap::new();
        let read = partition.each(|batch| {
            for offset in read_offsets(batch) {
                let key = (offset.group, offset.topic, offset.partition);
                if bugs::has(Bug::FirstCommitRestored) && found.contains_key(&key) {
                    continue;
                }
                found.insert(key, offset.committed);
            }
        });
        read.map_err(|e| in_folder(OFFSETS_TOPIC, e))?;
        let mut gone: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for ((group, topic, partition), committed) in found {
            let Some(committed) = committed else { continue };
            if engine.topics.get(&topic).is_none() {
                gone.entry(group).or_default().push((topic, partition));
                continue;
            }
            with_new(engine, now, &group, |state, _| state.offsets.commit(&topic, partition, committed.clone()));
        }
        for (group, parts) in gone {
            // A disk that still fails is tried again at the next start.
            let _ = write(engine, now, &group, parts.iter().map(|(topic, partition)| (&**topic, *partition, None)));
        }
    }
    Ok(())
}
