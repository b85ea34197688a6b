//! Offsets that outlive the broker: records of the internal topic `__consumer_offsets`, as in Kafka.

use std::{collections::BTreeMap, io, sync::Arc};

use wire::batch;

use super::Committed;
use crate::{
    Engine, Topic, TopicError,
    clock::Now,
    configs::TopicConfig,
    log::Partition,
    storage::{OFFSETS_TOPIC, offset_record, partition_of},
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
    let _held = engine.configs.read_lock();
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

/// Writes offsets; they are there once this returns. The caller holds the group, so that the order in the log is that
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
    match &engine.data_dir {
        Some(disk) if disk.store.fsync == Fsync::Always => sync(&partition, end),
        _ => Ok(()),
    }
}

/// Whether a commit fits into one record batch of at most `max` bytes. Kafka holds commits to `max.message.bytes` of
/// `__consumer_offsets`.
pub(super) fn fits(group: &str, offsets: &[(&str, i32, Committed)], max: usize) -> bool {
    /// More than a record takes besides its texts.
    const RECORD: usize = 96;
    let texts = |(topic, _, new): &(&str, i32, Committed)| RECORD + group.len() + topic.len() + new.metadata.len();
    if batch::HEADER + offsets.iter().map(texts).sum::<usize>() <= max {
        return true;
    }
    let records = offsets.iter().map(|(topic, partition, new)| offset_record(group, topic, *partition, Some(new)));
    let Ok(records) = records.collect::<Result<Vec<_>, _>>() else { return false };
    let pairs: Vec<_> = records.iter().map(|(key, value)| (Some(&key[..]), value.as_deref())).collect();
    batch::build(&pairs, 0).len() <= max
}

/// Into a partition that need not be the group's, with the time of `now`, in batches that the topic takes. Returns
/// where it ends then.
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
    let config = topic.config();
    let max = usize::try_from(config.max_message_bytes).unwrap_or(0);
    // A record that is too large alone was taken by an earlier version.
    let config = TopicConfig { max_message_bytes: i64::MAX, ..(*config).clone() };
    let mut end = 0;
    for pairs in batches(&pairs, max) {
        let appended = partition.append(&batch::build(pairs, now.wall_ms), &config, now);
        end = appended.map_err(|e| io::Error::other(e.to_string()))?.end;
    }
    if let Some(disk) = &engine.data_dir {
        disk.appended(partition);
    }
    Ok(end)
}

/// Splits records into runs whose batches have at most `max` bytes, or one record.
fn batches<'a, 'b>(pairs: &'a [batch::Pair<'b>], max: usize) -> Vec<&'a [batch::Pair<'b>]> {
    /// More than a record takes besides its key and value.
    const RECORD: usize = 32;
    let bytes = |(key, value): &batch::Pair<'_>| RECORD + key.map_or(0, <[u8]>::len) + value.map_or(0, <[u8]>::len);
    let (mut runs, mut begin, mut held) = (Vec::new(), 0, batch::HEADER);
    for (at, pair) in pairs.iter().enumerate() {
        held += bytes(pair);
        if held > max && at > begin {
            runs.push(&pairs[begin..at]);
            (begin, held) = (at, batch::HEADER + bytes(pair));
        }
    }
    runs.push(&pairs[begin..]);
    runs
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
