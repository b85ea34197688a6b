//! Offsets that outlive the broker: records of the internal topic `__consumer_offsets`, as in Kafka.

use std::{collections::BTreeMap, io, sync::Arc};

use wire::batch;

use super::Committed;
use crate::{
    Engine, Topic, TopicError,
    clock::Now,
    configs::TopicConfig,
    disk::{OFFSETS_TOPIC, offset_record, partition_of},
    log::Partition,
    store::Fsync,
};

/// Makes the topic if it is not there: at the latest when somebody asks for a coordinator, which is when Kafka does.
/// In memory nothing is written to it, but clients see it. Kafka: `GroupCoordinator.groupMetadataTopicConfigs`.
pub(super) fn topic(engine: &Engine) -> io::Result<Arc<Topic>> {
    let topic = engine.topics.get(OFFSETS_TOPIC).map_or_else(|| create(engine), Ok)?;
    engine.groups.partition_count.get_or_init(|| topic.partition_count());
    Ok(topic)
}

fn create(engine: &Engine) -> io::Result<Arc<Topic>> {
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

/// A group stays in its partition as long as the broker runs, whatever becomes of the topic. Kafka:
/// `GroupCoordinatorService.startup`, which is told the count once.
pub(super) fn home_of(engine: &Engine, group: &str, topic: &Topic) -> i32 {
    let count = topic.partition_count();
    partition_of(group, engine.groups.partition_count.get().copied().unwrap_or(count).min(count))
}

/// One batch for all; it is there once this returns. The caller holds the group, so that the order in the log is that
/// of the commits.
pub(super) fn write<'a>(
    engine: &Engine,
    now: Now,
    group: &str,
    offsets: impl Iterator<Item = (&'a str, i32, Option<&'a Committed>)>,
) -> io::Result<()> {
    let offsets: Vec<_> = offsets.collect();
    if offsets.is_empty() {
        return Ok(());
    }
    let topic = topic(engine)?;
    let partition = topic.partition(home_of(engine, group, &topic)).ok_or(io::ErrorKind::NotFound)?;
    let end = append(engine, now, &topic, &partition, group, &offsets)?;
    match &engine.disk {
        Some(disk) if disk.store.fsync == Fsync::Always => sync(&partition, end),
        _ => Ok(()),
    }
}

/// Into a partition that need not be the group's, with the time of `now`. Returns where it ends then.
pub(super) fn append(
    engine: &Engine,
    now: Now,
    topic: &Topic,
    partition: &Arc<Partition>,
    group: &str,
    offsets: &[(&str, i32, Option<&Committed>)],
) -> io::Result<i64> {
    let record = |(name, partition, committed): &(&str, i32, Option<&Committed>)| {
        offset_record(group, name, *partition, *committed)
    };
    let records = offsets.iter().map(record).collect::<Result<Vec<_>, _>>().map_err(io::Error::other)?;
    let pairs: Vec<_> = records.iter().map(|(key, value)| (Some(&key[..]), value.as_deref())).collect();
    let config = TopicConfig { max_message_bytes: i64::MAX, ..(*topic.config()).clone() };
    let appended = partition.append(&batch::build(&pairs, now.wall_ms), &config, now);
    let end = appended.map_err(|e| io::Error::other(e.to_string()))?.end;
    if let Some(disk) = &engine.disk {
        disk.appended(partition);
    }
    Ok(end)
}

/// So that a power cut does not take what is before `end`.
pub(super) fn sync(partition: &Partition, end: i64) -> io::Result<()> {
    partition.sync();
    match partition.is_synced(end) {
        Ok(true) => Ok(()),
        Ok(false) => Err(io::Error::other("the offsets could not be synced")),
        Err(e) => Err(io::Error::other(e.to_string())),
    }
}
