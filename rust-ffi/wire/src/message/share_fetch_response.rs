// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! ShareFetchResponse (key 78), versions 1-2, flexible in all.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Records, Uuid, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareFetchResponse<'a> {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota.
    pub throttle_time_ms: i32,
    /// The top-level response error code.
    pub error_code: i16,
    /// The top-level error message, or null if there was no error.
    pub error_message: Option<&'a str>,
    /// The time in milliseconds for which the acquired records are locked.
    pub acquisition_lock_timeout_ms: i32,
    /// The response topics.
    pub responses: Vec<ShareFetchableTopicResponse<'a>>,
    /// Endpoints for all current leaders enumerated in PartitionData with error NOT_LEADER_OR_FOLLOWER.
    pub node_endpoints: Vec<NodeEndpoint<'a>>,
}

impl ShareFetchResponse<'_> {
    pub const KEY: i16 = 78;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 1..=2;
}

#[cfg(any(test, feature = "client"))]
impl<'a> ShareFetchResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            throttle_time_ms: r.i32()?,
            error_code: r.i16()?,
            error_message: r.nullable_string(true)?,
            acquisition_lock_timeout_ms: r.i32()?,
            responses: r.array(true, 18, |r| ShareFetchableTopicResponse::decode(r, version))?,
            node_endpoints: r.array(true, 11, |r| NodeEndpoint::decode(r, version))?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl ShareFetchResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.i32(self.throttle_time_ms);
        w.error_code(self.error_code);
        w.nullable_string(self.error_message, true)?;
        w.i32(self.acquisition_lock_timeout_ms);
        w.array(&self.responses, true, |w, value| value.encode(w, version))?;
        w.array(&self.node_endpoints, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The response topics.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareFetchableTopicResponse<'a> {
    /// The unique topic ID.
    pub topic_id: Uuid,
    /// The topic partitions.
    pub partitions: Vec<PartitionData<'a>>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> ShareFetchableTopicResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message =
            Self { topic_id: r.uuid()?, partitions: r.array(true, 22, |r| PartitionData::decode(r, version))? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl ShareFetchableTopicResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.uuid(self.topic_id);
        w.array(&self.partitions, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The topic partitions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionData<'a> {
    /// The partition index.
    pub partition_index: i32,
    /// The fetch error code, or 0 if there was no fetch error.
    pub error_code: i16,
    /// The fetch error message, or null if there was no fetch error.
    pub error_message: Option<&'a str>,
    /// The acknowledge error code, or 0 if there was no acknowledge error.
    pub acknowledge_error_code: i16,
    /// The acknowledge error message, or null if there was no acknowledge error.
    pub acknowledge_error_message: Option<&'a str>,
    /// The current leader of the partition.
    pub current_leader: LeaderIdAndEpoch,
    /// The record data.
    pub records: Records<'a>,
    /// The acquired records.
    pub acquired_records: Vec<AcquiredRecords>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> PartitionData<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            partition_index: r.i32()?,
            error_code: r.i16()?,
            error_message: r.nullable_string(true)?,
            acknowledge_error_code: r.i16()?,
            acknowledge_error_message: r.nullable_string(true)?,
            current_leader: LeaderIdAndEpoch::decode(r, version)?,
            records: Records::Whole(r.bytes(true)?),
            acquired_records: r.array(true, 19, |r| AcquiredRecords::decode(r, version))?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl PartitionData<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.i32(self.partition_index);
        w.error_code(self.error_code);
        w.nullable_string(self.error_message, true)?;
        w.i16(self.acknowledge_error_code);
        w.nullable_string(self.acknowledge_error_message, true)?;
        self.current_leader.encode(w, version)?;
        w.records(self.records, true)?;
        w.array(&self.acquired_records, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The current leader of the partition.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeaderIdAndEpoch {
    /// The ID of the current leader or -1 if the leader is unknown.
    pub leader_id: i32,
    /// The latest known leader epoch.
    pub leader_epoch: i32,
}

#[cfg(any(test, feature = "client"))]
impl LeaderIdAndEpoch {
    pub fn decode(r: &mut Reader<'_>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { leader_id: r.i32()?, leader_epoch: r.i32()? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl LeaderIdAndEpoch {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.i32(self.leader_id);
        w.i32(self.leader_epoch);
        w.uvarint(0);
        Ok(())
    }
}

/// The acquired records.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AcquiredRecords {
    /// The earliest offset in this batch of acquired records.
    pub first_offset: i64,
    /// The last offset of this batch of acquired records.
    pub last_offset: i64,
    /// The delivery count of this batch of acquired records.
    pub delivery_count: i16,
}

#[cfg(any(test, feature = "client"))]
impl AcquiredRecords {
    pub fn decode(r: &mut Reader<'_>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { first_offset: r.i64()?, last_offset: r.i64()?, delivery_count: r.i16()? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl AcquiredRecords {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.i64(self.first_offset);
        w.i64(self.last_offset);
        w.i16(self.delivery_count);
        w.uvarint(0);
        Ok(())
    }
}

/// Endpoints for all current leaders enumerated in PartitionData with error NOT_LEADER_OR_FOLLOWER.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NodeEndpoint<'a> {
    /// The ID of the associated node.
    pub node_id: i32,
    /// The node's hostname.
    pub host: &'a str,
    /// The node's port.
    pub port: i32,
    /// The rack of the node, or null if it has not been assigned to a rack.
    pub rack: Option<&'a str>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> NodeEndpoint<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { node_id: r.i32()?, host: r.string(true)?, port: r.i32()?, rack: r.nullable_string(true)? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl NodeEndpoint<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.i32(self.node_id);
        w.string(self.host, true)?;
        w.i32(self.port);
        w.nullable_string(self.rack, true)?;
        w.uvarint(0);
        Ok(())
    }
}
