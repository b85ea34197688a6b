//! `__consumer_offsets`: the internal topic, and which of its partitions a group belongs to.

use std::{collections::BTreeMap, io, sync::Arc};

use wire::{ErrorCode, batch};

use super::{OffsetAndMetadata, records::GroupRecord};
use crate::{Engine, Topic, TopicError, configs::TopicConfig, coordinator};

pub(crate) const OFFSETS_TOPIC: &str = "__consumer_offsets";

/// Creates the topic if it does not exist, as Kafka does on the first request for a group's coordinator.
pub(crate) fn prepare(engine: &Engine) -> Result<(), ErrorCode> {
    if engine.topics.get(OFFSETS_TOPIC).is_some() {
        return Ok(());
    }
    create(engine).map(drop).map_err(|_| ErrorCode::CoordinatorNotAvailable)
}

/// Kafka: `GroupCoordinator.groupMetadataTopicConfigs`.
fn create(engine: &Engine) -> io::Result<Arc<Topic>> {
    let configs = BTreeMap::from(
        [("cleanup.policy", "compact"), ("compression.type", "producer"), ("segment.bytes", "104857600")]
            .map(|(key, value)| (key.to_owned(), value.to_owned())),
    );
    let _held = engine.configs.read_lock();
    let config = TopicConfig::new(&engine.configs, configs).map_err(|e| io::Error::other(e.0))?;
    match engine.create_topic(OFFSETS_TOPIC, Some(partition_count(engine)), config) {
        Ok(topic) => Ok(topic),
        Err(TopicError::Exists(_)) => engine.topics.get(OFFSETS_TOPIC).ok_or_else(|| io::ErrorKind::NotFound.into()),
        Err(e) => Err(io::Error::other(e.to_string())),
    }
}

/// The number of partitions of a new topic.
pub(super) fn partition_count(engine: &Engine) -> i32 {
    engine.configs.int("offsets.topic.num.partitions").clamp(1, 1_000) as i32
}

/// The partition of a group, or of a transactional id: Java's `String.hashCode` over UTF-16. Kafka: `Utils.abs(hash) %
/// count`, where `abs` of the smallest number is 0.
pub(crate) fn partition_for(group: &str, count: usize) -> usize {
    let hash = group.encode_utf16().fold(0i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(unit.into()));
    usize::try_from(hash.checked_abs().unwrap_or(0)).unwrap_or(0) % count.max(1)
}

/// The record that deletes an offset.
pub(super) fn tombstone(group: &Arc<str>, topic: &str, partition: i32) -> GroupRecord {
    GroupRecord::Offset { group: group.clone(), topic: topic.into(), partition, value: None }
}

/// Returns whether a commit fits into one record batch of at most `max` bytes. Kafka holds commits to
/// `max.message.bytes` of `__consumer_offsets`.
pub(super) fn fits(group: &Arc<str>, offsets: &[(&str, i32, OffsetAndMetadata)], max: usize) -> bool {
    /// More than a record takes besides its strings.
    const RECORD: usize = 96;
    let strings =
        |(topic, _, new): &(&str, i32, OffsetAndMetadata)| RECORD + group.len() + topic.len() + new.metadata.len();
    if batch::HEADER + offsets.iter().map(strings).sum::<usize>() <= max {
        return true;
    }
    let record = |(topic, partition, offset): &(&str, i32, OffsetAndMetadata)| GroupRecord::Offset {
        group: group.clone(),
        topic: (*topic).into(),
        partition: *partition,
        value: Some(offset.clone()),
    };
    let records = offsets.iter().map(|offset| super::records::encode(&record(offset))).collect::<Result<Vec<_>, _>>();
    records.is_ok_and(|records| coordinator::fits(&records, max))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_groups_partition_is_kafkas() {
        // From Kafka 4.3.1: `Utils.abs("...".hashCode()) % 50`.
        assert_eq!(partition_for("", 50), 0);
        assert_eq!(partition_for("a", 50), 97 % 50);
        assert_eq!(partition_for("ab", 50), (97 * 31 + 98) % 50);
        // A negative hash, and the smallest, which has no absolute value.
        assert_eq!(partition_for("orders", 50), 1_008_770_331 % 50);
        assert_eq!(partition_for("polygenelubricants", 50), 0);
    }
}
