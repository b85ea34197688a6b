// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! MetadataResponse (key 3), versions 0-13, flexible from 9.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Uuid, Writer};

#[derive(Clone, Debug, PartialEq)]
pub struct MetadataResponse<'a> {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota. (versions 3+)
    pub throttle_time_ms: i32,
    /// A list of brokers present in the cluster.
    pub brokers: Vec<MetadataResponseBroker<'a>>,
    /// The cluster ID that responding broker belongs to. (versions 2+)
    pub cluster_id: Option<&'a str>,
    /// The ID of the controller broker. (versions 1+)
    pub controller_id: i32,
    /// Each topic in the response.
    pub topics: Vec<MetadataResponseTopic<'a>>,
    /// 32-bit bitfield to represent authorized operations for this cluster. (versions 8-10)
    pub cluster_authorized_operations: i32,
    /// The top-level error code, or 0 if there was no error. (versions 13+)
    pub error_code: i16,
}

impl Default for MetadataResponse<'_> {
    fn default() -> Self {
        Self {
            throttle_time_ms: 0,
            brokers: Vec::new(),
            cluster_id: None,
            controller_id: -1,
            topics: Vec::new(),
            cluster_authorized_operations: i32::MIN,
            error_code: 0,
        }
    }
}

impl MetadataResponse<'_> {
    pub const KEY: i16 = 3;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=13;
}

#[cfg(any(test, feature = "client"))]
impl<'a> MetadataResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let message = Self {
            throttle_time_ms: if version >= 3 { r.i32()? } else { 0 },
            brokers: r.array(flexible, 9, |r| MetadataResponseBroker::decode(r, version))?,
            cluster_id: if version >= 2 { r.nullable_string(flexible)? } else { None },
            controller_id: if version >= 1 { r.i32()? } else { -1 },
            topics: r.array(flexible, 4, |r| MetadataResponseTopic::decode(r, version))?,
            cluster_authorized_operations: if (8..=10).contains(&version) { r.i32()? } else { i32::MIN },
            error_code: if version >= 13 { r.i16()? } else { 0 },
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl MetadataResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        if version >= 3 {
            w.i32(self.throttle_time_ms);
        }
        w.array(&self.brokers, flexible, |w, value| value.encode(w, version))?;
        if version >= 2 {
            w.nullable_string(self.cluster_id, flexible)?;
        }
        if version >= 1 {
            w.i32(self.controller_id);
        }
        w.array(&self.topics, flexible, |w, value| value.encode(w, version))?;
        if (8..=10).contains(&version) {
            w.i32(self.cluster_authorized_operations);
        }
        if version >= 13 {
            w.error_code(self.error_code);
        }
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// A list of brokers present in the cluster.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MetadataResponseBroker<'a> {
    /// The broker ID.
    pub node_id: i32,
    /// The broker hostname.
    pub host: &'a str,
    /// The broker port.
    pub port: i32,
    /// The rack of the broker, or null if it has not been assigned to a rack. (versions 1+)
    pub rack: Option<&'a str>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> MetadataResponseBroker<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let message = Self {
            node_id: r.i32()?,
            host: r.string(flexible)?,
            port: r.i32()?,
            rack: if version >= 1 { r.nullable_string(flexible)? } else { None },
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl MetadataResponseBroker<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        w.i32(self.node_id);
        w.string(self.host, flexible)?;
        w.i32(self.port);
        if version >= 1 {
            w.nullable_string(self.rack, flexible)?;
        }
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// Each topic in the response.
#[derive(Clone, Debug, PartialEq)]
pub struct MetadataResponseTopic<'a> {
    /// The topic error, or 0 if there was no error.
    pub error_code: i16,
    /// The topic name. Null for non-existing topics queried by ID. This is never null when ErrorCode is zero. One
    /// of Name and TopicId is always populated. (nullable from 12)
    pub name: Option<&'a str>,
    /// The topic id. Zero for non-existing topics queried by name. This is never zero when ErrorCode is zero. One
    /// of Name and TopicId is always populated. (versions 10+)
    pub topic_id: Uuid,
    /// True if the topic is internal. (versions 1+)
    pub is_internal: bool,
    /// Each partition in the topic.
    pub partitions: Vec<MetadataResponsePartition>,
    /// 32-bit bitfield to represent authorized operations for this topic. (versions 8+)
    pub topic_authorized_operations: i32,
}

impl Default for MetadataResponseTopic<'_> {
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
impl<'a> MetadataResponseTopic<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let message = Self {
            error_code: r.i16()?,
            name: Reader::null_if(version >= 12, r.nullable_string(flexible)?)?,
            topic_id: if version >= 10 { r.uuid()? } else { Uuid::ZERO },
            is_internal: if version >= 1 { r.bool()? } else { false },
            partitions: r.array(flexible, 12, |r| MetadataResponsePartition::decode(r, version))?,
            topic_authorized_operations: if version >= 8 { r.i32()? } else { i32::MIN },
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl MetadataResponseTopic<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        w.error_code(self.error_code);
        Writer::null_if(version >= 12, &self.name)?;
        w.nullable_string(self.name, flexible)?;
        if version >= 10 {
            w.uuid(self.topic_id);
        }
        if version >= 1 {
            w.bool(self.is_internal);
        }
        w.array(&self.partitions, flexible, |w, value| value.encode(w, version))?;
        if version >= 8 {
            w.i32(self.topic_authorized_operations);
        }
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// Each partition in the topic.
#[derive(Clone, Debug, PartialEq)]
pub struct MetadataResponsePartition {
    /// The partition error, or 0 if there was no error.
    pub error_code: i16,
    /// The partition index.
    pub partition_index: i32,
    /// The ID of the leader broker.
    pub leader_id: i32,
    /// The leader epoch of this partition. (versions 7+)
    pub leader_epoch: i32,
    /// The set of all nodes that host this partition.
    pub replica_nodes: Vec<i32>,
    /// The set of nodes that are in sync with the leader for this partition.
    pub isr_nodes: Vec<i32>,
    /// The set of offline replicas of this partition. (versions 5+)
    pub offline_replicas: Vec<i32>,
}

impl Default for MetadataResponsePartition {
    fn default() -> Self {
        Self {
            error_code: 0,
            partition_index: 0,
            leader_id: 0,
            leader_epoch: -1,
            replica_nodes: Vec::new(),
            isr_nodes: Vec::new(),
            offline_replicas: Vec::new(),
        }
    }
}

#[cfg(any(test, feature = "client"))]
impl MetadataResponsePartition {
    pub fn decode(r: &mut Reader<'_>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let message = Self {
            error_code: r.i16()?,
            partition_index: r.i32()?,
            leader_id: r.i32()?,
            leader_epoch: if version >= 7 { r.i32()? } else { -1 },
            replica_nodes: r.array(flexible, 4, Reader::i32)?,
            isr_nodes: r.array(flexible, 4, Reader::i32)?,
            offline_replicas: if version >= 5 { r.array(flexible, 4, Reader::i32)? } else { Vec::new() },
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl MetadataResponsePartition {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        w.error_code(self.error_code);
        w.i32(self.partition_index);
        w.i32(self.leader_id);
        if version >= 7 {
            w.i32(self.leader_epoch);
        }
        w.array(&self.replica_nodes, flexible, |w, value| {
            w.i32(*value);
            Ok(())
        })?;
        w.array(&self.isr_nodes, flexible, |w, value| {
            w.i32(*value);
            Ok(())
        })?;
        if version >= 5 {
            w.array(&self.offline_replicas, flexible, |w, value| {
                w.i32(*value);
                Ok(())
            })?;
        }
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
