// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! DescribeTopicPartitionsResponse (key 75), versions 0, flexible in all.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Uuid, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeTopicPartitionsResponse<'a> {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota.
    pub throttle_time_ms: i32,
    /// Each topic in the response.
    pub topics: Vec<DescribeTopicPartitionsResponseTopic<'a>>,
    /// The next topic and partition index to fetch details for.
    pub next_cursor: Option<Cursor<'a>>,
}

impl DescribeTopicPartitionsResponse<'_> {
    pub const KEY: i16 = 75;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=0;
}

#[cfg(any(test, feature = "client"))]
impl<'a> DescribeTopicPartitionsResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            throttle_time_ms: r.i32()?,
            topics: r.array(true, 26, |r| DescribeTopicPartitionsResponseTopic::decode(r, version))?,
            next_cursor: r.nullable_struct(|r| Cursor::decode(r, version))?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl DescribeTopicPartitionsResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.i32(self.throttle_time_ms);
        w.array(&self.topics, true, |w, value| value.encode(w, version))?;
        w.nullable_struct(self.next_cursor.as_ref(), |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// Each topic in the response.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeTopicPartitionsResponseTopic<'a> {
    /// The topic error, or 0 if there was no error.
    pub error_code: i16,
    /// The topic name.
    pub name: Option<&'a str>,
    /// The topic id.
    pub topic_id: Uuid,
    /// True if the topic is internal.
    pub is_internal: bool,
    /// Each partition in the topic.
    pub partitions: Vec<DescribeTopicPartitionsResponsePartition>,
    /// 32-bit bitfield to represent authorized operations for this topic.
    pub topic_authorized_operations: i32,
}

impl Default for DescribeTopicPartitionsResponseTopic<'_> {
    fn default() -> Self {
        Self {
            error_code: 0,
            name: Some(""),
            topic_id: Uuid::ZERO,
            is_internal: false,
            partitions: Vec::new(),
            topic_authorized_operations: i32::MIN,
        }
    }
}

#[cfg(any(test, feature = "client"))]
impl<'a> DescribeTopicPartitionsResponseTopic<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            error_code: r.i16()?,
            name: r.nullable_string(true)?,
            topic_id: r.uuid()?,
            is_internal: r.bool()?,
            partitions: r.array(true, 20, |r| DescribeTopicPartitionsResponsePartition::decode(r, version))?,
            topic_authorized_operations: r.i32()?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl DescribeTopicPartitionsResponseTopic<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.error_code(self.error_code);
        w.nullable_string(self.name, true)?;
        w.uuid(self.topic_id);
        w.bool(self.is_internal);
        w.array(&self.partitions, true, |w, value| value.encode(w, version))?;
        w.i32(self.topic_authorized_operations);
        w.uvarint(0);
        Ok(())
    }
}

/// Each partition in the topic.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeTopicPartitionsResponsePartition {
    /// The partition error, or 0 if there was no error.
    pub error_code: i16,
    /// The partition index.
    pub partition_index: i32,
    /// The ID of the leader broker.
    pub leader_id: i32,
    /// The leader epoch of this partition.
    pub leader_epoch: i32,
    /// The set of all nodes that host this partition.
    pub replica_nodes: Vec<i32>,
    /// The set of nodes that are in sync with the leader for this partition.
    pub isr_nodes: Vec<i32>,
    /// The new eligible leader replicas otherwise.
    pub eligible_leader_replicas: Option<Vec<i32>>,
    /// The last known ELR.
    pub last_known_elr: Option<Vec<i32>>,
    /// The set of offline replicas of this partition.
    pub offline_replicas: Vec<i32>,
}

impl Default for DescribeTopicPartitionsResponsePartition {
    fn default() -> Self {
        Self {
            error_code: 0,
            partition_index: 0,
            leader_id: 0,
            leader_epoch: -1,
            replica_nodes: Vec::new(),
            isr_nodes: Vec::new(),
            eligible_leader_replicas: None,
            last_known_elr: None,
            offline_replicas: Vec::new(),
        }
    }
}

#[cfg(any(test, feature = "client"))]
impl DescribeTopicPartitionsResponsePartition {
    pub fn decode(r: &mut Reader<'_>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            error_code: r.i16()?,
            partition_index: r.i32()?,
            leader_id: r.i32()?,
            leader_epoch: r.i32()?,
            replica_nodes: r.array(true, 4, Reader::i32)?,
            isr_nodes: r.array(true, 4, Reader::i32)?,
            eligible_leader_replicas: r.nullable_array(true, 4, Reader::i32)?,
            last_known_elr: r.nullable_array(true, 4, Reader::i32)?,
            offline_replicas: r.array(true, 4, Reader::i32)?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl DescribeTopicPartitionsResponsePartition {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.error_code(self.error_code);
        w.i32(self.partition_index);
        w.i32(self.leader_id);
        w.i32(self.leader_epoch);
        w.array(&self.replica_nodes, true, |w, value| {
            w.i32(*value);
            Ok(())
        })?;
        w.array(&self.isr_nodes, true, |w, value| {
            w.i32(*value);
            Ok(())
        })?;
        w.nullable_array(self.eligible_leader_replicas.as_deref(), true, |w, value| {
            w.i32(*value);
            Ok(())
        })?;
        w.nullable_array(self.last_known_elr.as_deref(), true, |w, value| {
            w.i32(*value);
            Ok(())
        })?;
        w.array(&self.offline_replicas, true, |w, value| {
            w.i32(*value);
            Ok(())
        })?;
        w.uvarint(0);
        Ok(())
    }
}

/// The next topic and partition index to fetch details for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cursor<'a> {
    /// The name for the first topic to process.
    pub topic_name: &'a str,
    /// The partition index to start with.
    pub partition_index: i32,
}

#[cfg(any(test, feature = "client"))]
impl<'a> Cursor<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { topic_name: r.string(true)?, partition_index: r.i32()? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl Cursor<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.string(self.topic_name, true)?;
        w.i32(self.partition_index);
        w.uvarint(0);
        Ok(())
    }
}
