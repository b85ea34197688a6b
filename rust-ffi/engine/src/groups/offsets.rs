//! The offsets that a group has committed. Kafka: `OffsetMetadataManager`.

use std::collections::BTreeMap;

use wire::Uuid;

use super::{
    classic::{Classic, State},
    state_bytes::{Charge, StateBytes},
};

/// Kafka: `OffsetAndMetadata`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Committed {
    /// Of the topic that it was committed for; zero where an old record does not say.
    pub(crate) topic_id: Uuid,
    pub(crate) offset: i64,
    /// -1 if the client did not say.
    pub(crate) leader_epoch: i32,
    pub(crate) metadata: Box<str>,
    pub(crate) committed_ms: i64,
    /// Old clients (before version 5) say how long to keep it.
    pub(crate) expires_ms: Option<i64>,
}

impl Committed {
    /// What it takes, roughly.
    pub(super) fn bytes(&self) -> usize {
        ENTRY_BYTES + self.metadata.len()
    }
}

/// An entry of a map with what it holds, but for its texts.
const ENTRY_BYTES: usize = 128;

/// What a topic with its partitions takes besides them.
fn topic_bytes(topic: &str) -> usize {
    ENTRY_BYTES + topic.len()
}

#[derive(Debug, Default)]
pub(super) struct Offsets {
    /// By topic, then by partition; no topic without partitions.
    topics: BTreeMap<Box<str>, BTreeMap<i32, Committed>>,
    charge: Charge,
}

impl Offsets {
    pub(super) fn new(all: &StateBytes) -> Offsets {
        Offsets { topics: BTreeMap::new(), charge: Charge::of(all) }
    }

    /// What these offsets take at most.
    pub(super) fn bytes_of(new: &[(&str, i32, Committed)]) -> usize {
        new.iter().map(|(topic, _, committed)| topic_bytes(topic) + committed.bytes()).sum()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.topics.is_empty()
    }

    pub(super) fn get(&self, topic: &str, partition: i32) -> Option<&Committed> {
        self.topics.get(topic)?.get(&partition)
    }

    /// All topics by name, with the partitions by index.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &BTreeMap<i32, Committed>)> {
        self.topics.iter().map(|(topic, partitions)| (&**topic, partitions))
    }

    /// The caller has made sure that there is room.
    pub(super) fn commit(&mut self, topic: &str, partition: i32, committed: Committed) {
        let mut bytes = self.charge.bytes() + committed.bytes();
        match self.topics.get_mut(topic) {
            Some(partitions) => {
                let replaced = partitions.insert(partition, committed);
                bytes -= replaced.map_or(0, |replaced| replaced.bytes());
            }
            None => {
                bytes += topic_bytes(topic);
                self.topics.insert(topic.into(), BTreeMap::from([(partition, committed)]));
            }
        }
        self.charge.force(bytes);
    }

    pub(super) fn delete(&mut self, topic: &str, partition: i32) {
        let Some(partitions) = self.topics.get_mut(topic) else { return };
        let mut bytes = self.charge.bytes() - partitions.remove(&partition).map_or(0, |deleted| deleted.bytes());
        if partitions.is_empty() {
            self.topics.remove(topic);
            bytes -= topic_bytes(topic);
        }
        self.charge.force(bytes);
    }

    /// The partitions of a topic with offsets that are of this id, as far as they say.
    pub(super) fn partitions(&self, topic: &str, id: Uuid) -> Vec<i32> {
        let is_its = |committed: &Committed| committed.topic_id == id || committed.topic_id.is_zero();
        let all = self.topics.get(topic).into_iter().flatten();
        all.filter(|(_, committed)| is_its(committed)).map(|(partition, _)| *partition).collect()
    }

    /// What nobody needs any more. A group of consumers keeps the offsets of the topics it reads; a group that is empty
    /// keeps all for a while after it became so; offsets that were committed without a membership count from their
    /// commit. Kafka: `ClassicGroup.offsetExpirationCondition`.
    pub(super) fn expired(&self, group: &Classic, now_ms: i64, retention_ms: i64) -> Vec<(Box<str>, i32)> {
        let empty_since_ms = match (group.protocol_type(), group.state()) {
            // Whether it had members before a restart is not known: it counts from there at the earliest.
            (None, _) => None,
            (Some(_), State::Empty) => Some(group.since_ms()),
            (Some(_), State::Stable) if group.uses_consumer_protocol() && group.knows_subscription() => None,
            (Some(_), _) => return Vec::new(),
        };
        let is_over = |committed: &Committed| match committed.expires_ms {
            Some(expires_ms) => now_ms >= expires_ms,
            None => {
                let committed_ms = committed.committed_ms.max(group.since_ms());
                now_ms.saturating_sub(empty_since_ms.unwrap_or(committed_ms)) >= retention_ms
            }
        };
        let unread = self.topics.iter().filter(|(topic, _)| !group.is_subscribed_to(topic));
        unread
            .flat_map(|(topic, partitions)| partitions.iter().map(move |(index, committed)| (topic, index, committed)))
            .filter(|(_, _, committed)| is_over(committed))
            .map(|(topic, index, _)| (topic.clone(), *index))
            .collect()
    }
}
