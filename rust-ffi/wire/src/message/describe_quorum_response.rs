// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! DescribeQuorumResponse (key 55), versions 0-2, flexible in all.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Uuid, Writer};

#[derive(Clone, Debug, PartialEq)]
pub struct DescribeQuorumResponse<'a> {
    /// The top level error code.
    pub error_code: i16,
    /// The error message, or null if there was no error. (versions 2+)
    pub error_message: Option<&'a str>,
    /// The response from the describe quorum API.
    pub topics: Vec<TopicData<'a>>,
    /// The nodes in the quorum. (versions 2+)
    pub nodes: Vec<Node<'a>>,
}

impl Default for DescribeQuorumResponse<'_> {
    fn default() -> Self {
        Self { error_code: 0, error_message: Some(""), topics: Vec::new(), nodes: Vec::new() }
    }
}

impl DescribeQuorumResponse<'_> {
    pub const KEY: i16 = 55;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=2;
}

#[cfg(any(test, feature = "client"))]
impl<'a> DescribeQuorumResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            error_code: r.i16()?,
            error_message: if version >= 2 { r.nullable_string(true)? } else { Some("") },
            topics: r.array(true, 3, |r| TopicData::decode(r, version))?,
            nodes: if version >= 2 { r.array(true, 6, |r| Node::decode(r, version))? } else { Vec::new() },
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl DescribeQuorumResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.error_code(self.error_code);
        if version >= 2 {
            w.nullable_string(self.error_message, true)?;
        }
        w.array(&self.topics, true, |w, value| value.encode(w, version))?;
        if version >= 2 {
            w.array(&self.nodes, true, |w, value| value.encode(w, version))?;
        }
        w.uvarint(0);
        Ok(())
    }
}

/// The response from the describe quorum API.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicData<'a> {
    /// The topic name.
    pub topic_name: &'a str,
    /// The partition data.
    pub partitions: Vec<PartitionData<'a>>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> TopicData<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message =
            Self { topic_name: r.string(true)?, partitions: r.array(true, 25, |r| PartitionData::decode(r, version))? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl TopicData<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.string(self.topic_name, true)?;
        w.array(&self.partitions, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The partition data.
#[derive(Clone, Debug, PartialEq)]
pub struct PartitionData<'a> {
    /// The partition index.
    pub partition_index: i32,
    /// The partition error code.
    pub error_code: i16,
    /// The error message, or null if there was no error. (versions 2+)
    pub error_message: Option<&'a str>,
    /// The ID of the current leader or -1 if the leader is unknown.
    pub leader_id: i32,
    /// The latest known leader epoch.
    pub leader_epoch: i32,
    /// The high water mark.
    pub high_watermark: i64,
    /// The current voters of the partition.
    pub current_voters: Vec<ReplicaState>,
    /// The observers of the partition.
    pub observers: Vec<ReplicaState>,
}

impl Default for PartitionData<'_> {
    fn default() -> Self {
        Self {
            partition_index: 0,
            error_code: 0,
            error_message: Some(""),
            leader_id: 0,
            leader_epoch: 0,
            high_watermark: 0,
            current_voters: Vec::new(),
            observers: Vec::new(),
        }
    }
}

#[cfg(any(test, feature = "client"))]
impl<'a> PartitionData<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            partition_index: r.i32()?,
            error_code: r.i16()?,
            error_message: if version >= 2 { r.nullable_string(true)? } else { Some("") },
            leader_id: r.i32()?,
            leader_epoch: r.i32()?,
            high_watermark: r.i64()?,
            current_voters: r.array(true, 13, |r| ReplicaState::decode(r, version))?,
            observers: r.array(true, 13, |r| ReplicaState::decode(r, version))?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl PartitionData<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.i32(self.partition_index);
        w.error_code(self.error_code);
        if version >= 2 {
            w.nullable_string(self.error_message, true)?;
        }
        w.i32(self.leader_id);
        w.i32(self.leader_epoch);
        w.i64(self.high_watermark);
        w.array(&self.current_voters, true, |w, value| value.encode(w, version))?;
        w.array(&self.observers, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The nodes in the quorum.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Node<'a> {
    /// The ID of the associated node.
    pub node_id: i32,
    /// The listeners of this controller.
    pub listeners: Vec<Listener<'a>>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> Node<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self { node_id: r.i32()?, listeners: r.array(true, 5, |r| Listener::decode(r, version))? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl Node<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.i32(self.node_id);
        w.array(&self.listeners, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The listeners of this controller.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listener<'a> {
    /// The name of the endpoint.
    pub name: &'a str,
    /// The hostname.
    pub host: &'a str,
    /// The port.
    pub port: u16,
}

#[cfg(any(test, feature = "client"))]
impl<'a> Listener<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { name: r.string(true)?, host: r.string(true)?, port: r.u16()? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl Listener<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.string(self.name, true)?;
        w.string(self.host, true)?;
        w.u16(self.port);
        w.uvarint(0);
        Ok(())
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct ReplicaState {
    /// The ID of the replica.
    pub replica_id: i32,
    /// The replica directory ID of the replica. (versions 2+)
    pub replica_directory_id: Uuid,
    /// The last known log end offset of the follower or -1 if it is unknown.
    pub log_end_offset: i64,
    /// The last known leader wall clock time time when a follower fetched from the leader. This is reported as -1
    /// both for the current leader or if it is unknown for a voter. (versions 1+)
    pub last_fetch_timestamp: i64,
    /// The leader wall clock append time of the offset for which the follower made the most recent fetch request.
    /// This is reported as the current time for the leader and -1 if unknown for a voter. (versions 1+)
    pub last_caught_up_timestamp: i64,
}

impl Default for ReplicaState {
    fn default() -> Self {
        Self {
            replica_id: 0,
            replica_directory_id: Uuid::ZERO,
            log_end_offset: 0,
            last_fetch_timestamp: -1,
            last_caught_up_timestamp: -1,
        }
    }
}

#[cfg(any(test, feature = "client"))]
impl ReplicaState {
    pub fn decode(r: &mut Reader<'_>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            replica_id: r.i32()?,
            replica_directory_id: if version >= 2 { r.uuid()? } else { Uuid::ZERO },
            log_end_offset: r.i64()?,
            last_fetch_timestamp: if version >= 1 { r.i64()? } else { -1 },
            last_caught_up_timestamp: if version >= 1 { r.i64()? } else { -1 },
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl ReplicaState {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.i32(self.replica_id);
        if version >= 2 {
            w.uuid(self.replica_directory_id);
        }
        w.i64(self.log_end_offset);
        if version >= 1 {
            w.i64(self.last_fetch_timestamp);
        }
        if version >= 1 {
            w.i64(self.last_caught_up_timestamp);
        }
        w.uvarint(0);
        Ok(())
    }
}
