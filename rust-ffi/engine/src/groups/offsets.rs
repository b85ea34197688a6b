//! The offsets that a group has committed. Kafka: `OffsetMetadataManager`.

use std::collections::BTreeMap;

use wire::Uuid;

use crate::Engine;

/// Returns whether the topic is the one that an offset was committed for. Old records have no topic id.
pub(super) fn is_current(engine: &Engine, topic: &str, id: Uuid) -> bool {
    engine.topics.get(topic).is_some_and(|topic| id.is_zero() || id == topic.id)
}

/// Kafka: `OffsetAndMetadata`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OffsetAndMetadata {
    /// The id of the topic that it was committed for; zero if an old record does not have it.
    pub(crate) topic_id: Uuid,
    pub(crate) offset: i64,
    /// -1 if the client did not send one.
    pub(crate) leader_epoch: i32,
    pub(crate) metadata: Box<str>,
    pub(crate) committed_ms: i64,
    /// Set by clients before version 5 of OffsetCommit.
    pub(crate) expires_ms: Option<i64>,
}

impl OffsetAndMetadata {
    /// Bytes in memory, roughly.
    pub(super) fn bytes(&self) -> usize {
        ENTRY_BYTES + self.metadata.len()
    }
}

/// An entry of a map and its value, without the strings.
pub(super) const ENTRY_BYTES: usize = 128;

/// Bytes of a topic besides its partitions.
fn topic_bytes(topic: &str) -> usize {
    ENTRY_BYTES + topic.len()
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Offsets {
    /// By topic, then by partition; no topic without partitions.
    topics: BTreeMap<Box<str>, BTreeMap<i32, OffsetAndMetadata>>,
    bytes: usize,
}

impl Offsets {
    /// Bytes in memory, roughly.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Bytes that these offsets take at most.
    pub(super) fn bytes_of(new: &[(&str, i32, OffsetAndMetadata)]) -> usize {
        new.iter().map(|(topic, _, committed)| topic_bytes(topic) + committed.bytes()).sum()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.topics.is_empty()
    }

    pub(super) fn get(&self, topic: &str, partition: i32) -> Option<&OffsetAndMetadata> {
        self.topics.get(topic)?.get(&partition)
    }

    /// The offset of a partition, unless its topic was deleted.
    pub(super) fn current(&self, engine: &Engine, topic: &str, partition: i32) -> Option<&OffsetAndMetadata> {
        self.get(topic, partition).filter(|offset| is_current(engine, topic, offset.topic_id))
    }

    /// All topics by name, with the partitions by index.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &BTreeMap<i32, OffsetAndMetadata>)> {
        self.topics.iter().map(|(topic, partitions)| (&**topic, partitions))
    }

    pub(super) fn commit(&mut self, topic: Box<str>, partition: i32, offset: OffsetAndMetadata) {
        if !self.topics.contains_key(&topic) {
            self.bytes += topic_bytes(&topic);
        }
        self.bytes += offset.bytes();
        let replaced = self.topics.entry(topic).or_default().insert(partition, offset);
        self.bytes -= replaced.map_or(0, |replaced| replaced.bytes());
    }

    pub(super) fn delete(&mut self, topic: &str, partition: i32) {
        let Some(partitions) = self.topics.get_mut(topic) else { return };
        self.bytes -= partitions.remove(&partition).map_or(0, |deleted| deleted.bytes());
        if partitions.is_empty() {
            self.topics.remove(topic);
            self.bytes -= topic_bytes(topic);
        }
    }

    /// The partitions of a topic whose offsets were committed for this topic id, or for none.
    pub(super) fn partitions(&self, topic: &str, id: Uuid) -> Vec<i32> {
        let is_of_topic = |committed: &OffsetAndMetadata| committed.topic_id == id || committed.topic_id.is_zero();
        let all = self.topics.get(topic).into_iter().flatten();
        all.filter(|(_, committed)| is_of_topic(committed)).map(|(partition, _)| *partition).collect()
    }

    /// The offsets whose topic was deleted, or created anew under the name.
    pub(super) fn stale(&self, engine: &Engine) -> Vec<(Box<str>, i32)> {
        self.select(|topic, committed| !is_current(engine, topic, committed.topic_id))
    }

    /// The partitions whose offset is meant.
    pub(super) fn select(&self, is_meant: impl Fn(&str, &OffsetAndMetadata) -> bool) -> Vec<(Box<str>, i32)> {
        let mut selected = Vec::new();
        for (topic, partitions) in &self.topics {
            let of_topic = partitions.iter().filter(|(_, committed)| is_meant(topic, committed));
            selected.extend(of_topic.map(|(index, _)| (topic.clone(), *index)));
        }
        selected
    }
}
