// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! FetchResponse (key 1), versions 4-18, flexible from 12.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Records, Uuid, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct FetchResponse<'a> {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota.
    pub throttle_time_ms: i32,
    /// The top level response error code. (versions 7+)
    pub error_code: i16,
    /// The fetch session ID, or 0 if this is not part of a fetch session. (versions 7+)
    pub session_id: i32,
    /// The response topics.
    pub responses: Vec<FetchableTopicResponse<'a>>,
    /// Endpoints for all current-leaders enumerated in PartitionData, with errors NOT_LEADER_OR_FOLLOWER &
    /// FENCED_LEADER_EPOCH. (versions 16+, tag 0)
    pub node_endpoints: Vec<NodeEndpoint<'a>>,
}

impl FetchResponse<'_> {
    pub const KEY: i16 = 1;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 4..=18;
}

#[cfg(any(test, feature = "client"))]
impl<'a> FetchResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 12;
        let mut message = Self {
            throttle_time_ms: r.i32()?,
            error_code: if version >= 7 { r.i16()? } else { 0 },
            session_id: if version >= 7 { r.i32()? } else { 0 },
            responses: r.array(flexible, 1, |r| FetchableTopicResponse::decode(r, version))?,
            ..Self::default()
        };
        if flexible {
            r.tags(|tag, r| {
                match tag {
                    0 if version < 16 => return Err(DecodeError::TagVersion),
                    0 => message.node_endpoints = r.array(true, 11, |r| NodeEndpoint::decode(r, version))?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(message)
    }
}

impl FetchResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        w.i32(self.throttle_time_ms);
        if version >= 7 {
            w.error_code(self.error_code);
        }
        if version >= 7 {
            w.i32(self.session_id);
        }
        w.array(&self.responses, flexible, |w, value| value.encode(w, version))?;
        if flexible {
            let has_node_endpoints = version >= 16 && !self.node_endpoints.is_empty();
            w.uvarint(u32::from(has_node_endpoints));
            if has_node_endpoints {
                w.tag(0, |w| w.array(&self.node_endpoints, true, |w, value| value.encode(w, version)))?;
            }
        }
        Ok(())
    }
}

/// The response topics.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FetchableTopicResponse<'a> {
    /// The topic name. (versions 4-12)
    pub topic: &'a str,
    /// The unique topic ID. (versions 13+)
    pub topic_id: Uuid,
    /// The topic partitions.
    pub partitions: Vec<PartitionData<'a>>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> FetchableTopicResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 12;
        let message = Self {
            topic: if version <= 12 { r.string(flexible)? } else { "" },
            topic_id: if version >= 13 { r.uuid()? } else { Uuid::ZERO },
            partitions: r.array(flexible, 24, |r| PartitionData::decode(r, version))?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl FetchableTopicResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        if version <= 12 {
            w.string(self.topic, flexible)?;
        }
        if version >= 13 {
            w.uuid(self.topic_id);
        }
        w.array(&self.partitions, flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// The topic partitions.
#[derive(Clone, Debug, PartialEq)]
pub struct PartitionData<'a> {
    /// The partition index.
    pub partition_index: i32,
    /// The error code, or 0 if there was no fetch error.
    pub error_code: i16,
    /// The current high water mark.
    pub high_watermark: i64,
    /// The last stable offset (or LSO) of the partition. This is the last offset such that the state of all
    /// transactional records prior to this offset have been decided (ABORTED or COMMITTED).
    pub last_stable_offset: i64,
    /// The current log start offset. (versions 5+)
    pub log_start_offset: i64,
    /// In case divergence is detected based on the `LastFetchedEpoch` and `FetchOffset` in the request, this field
    /// indicates the largest epoch and its end offset such that subsequent records are known to diverge. (versions
    /// 12+, tag 0)
    pub diverging_epoch: EpochEndOffset,
    /// The current leader of the partition. (versions 12+, tag 1)
    pub current_leader: LeaderIdAndEpoch,
    /// In the case of fetching an offset less than the LogStartOffset, this is the end offset and epoch that should
    /// be used in the FetchSnapshot request. (versions 12+, tag 2)
    pub snapshot_id: SnapshotId,
    /// The aborted transactions.
    pub aborted_transactions: Option<Vec<AbortedTransaction>>,
    /// The preferred read replica for the consumer to use on its next fetch request. (versions 11+)
    pub preferred_read_replica: i32,
    /// The record data.
    pub records: Option<Records<'a>>,
}

impl Default for PartitionData<'_> {
    fn default() -> Self {
        Self {
            partition_index: 0,
            error_code: 0,
            high_watermark: 0,
            last_stable_offset: -1,
            log_start_offset: -1,
            diverging_epoch: EpochEndOffset::default(),
            current_leader: LeaderIdAndEpoch::default(),
            snapshot_id: SnapshotId::default(),
            aborted_transactions: Some(Vec::new()),
            preferred_read_replica: -1,
            records: Some(Records::default()),
        }
    }
}

#[cfg(any(test, feature = "client"))]
impl<'a> PartitionData<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 12;
        let mut message = Self {
            partition_index: r.i32()?,
            error_code: r.i16()?,
            high_watermark: r.i64()?,
            last_stable_offset: r.i64()?,
            log_start_offset: if version >= 5 { r.i64()? } else { -1 },
            aborted_transactions: r.nullable_array(flexible, 16, |r| AbortedTransaction::decode(r, version))?,
            preferred_read_replica: if version >= 11 { r.i32()? } else { -1 },
            records: r.nullable_bytes(flexible)?.map(Records::Whole),
            ..Self::default()
        };
        if flexible {
            r.tags(|tag, r| {
                match tag {
                    0 => message.diverging_epoch = EpochEndOffset::decode(r, version)?,
                    1 => message.current_leader = LeaderIdAndEpoch::decode(r, version)?,
                    2 => message.snapshot_id = SnapshotId::decode(r, version)?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(message)
    }
}

impl PartitionData<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        w.i32(self.partition_index);
        w.error_code(self.error_code);
        w.i64(self.high_watermark);
        w.i64(self.last_stable_offset);
        if version >= 5 {
            w.i64(self.log_start_offset);
        }
        w.nullable_array(self.aborted_transactions.as_deref(), flexible, |w, value| value.encode(w, version))?;
        if version >= 11 {
            w.i32(self.preferred_read_replica);
        }
        w.nullable_records(self.records, flexible)?;
        if flexible {
            let has_diverging_epoch = self.diverging_epoch != EpochEndOffset::default();
            let has_current_leader = self.current_leader != LeaderIdAndEpoch::default();
            let has_snapshot_id = self.snapshot_id != SnapshotId::default();
            w.uvarint(u32::from(has_diverging_epoch) + u32::from(has_current_leader) + u32::from(has_snapshot_id));
            if has_diverging_epoch {
                w.tag(0, |w| self.diverging_epoch.encode(w, version))?;
            }
            if has_current_leader {
                w.tag(1, |w| self.current_leader.encode(w, version))?;
            }
            if has_snapshot_id {
                w.tag(2, |w| self.snapshot_id.encode(w, version))?;
            }
        }
        Ok(())
    }
}

/// In case divergence is detected based on the `LastFetchedEpoch` and `FetchOffset` in the request, this field
/// indicates the largest epoch and its end offset such that subsequent records are known to diverge.
#[derive(Clone, Debug, PartialEq)]
pub struct EpochEndOffset {
    /// The largest epoch.
    pub epoch: i32,
    /// The end offset of the epoch.
    pub end_offset: i64,
}

impl Default for EpochEndOffset {
    fn default() -> Self {
        Self { epoch: -1, end_offset: -1 }
    }
}

#[cfg(any(test, feature = "client"))]
impl EpochEndOffset {
    pub fn decode(r: &mut Reader<'_>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { epoch: r.i32()?, end_offset: r.i64()? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl EpochEndOffset {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.i32(self.epoch);
        w.i64(self.end_offset);
        w.uvarint(0);
        Ok(())
    }
}

/// The current leader of the partition.
#[derive(Clone, Debug, PartialEq)]
pub struct LeaderIdAndEpoch {
    /// The ID of the current leader or -1 if the leader is unknown.
    pub leader_id: i32,
    /// The latest known leader epoch.
    pub leader_epoch: i32,
}

impl Default for LeaderIdAndEpoch {
    fn default() -> Self {
        Self { leader_id: -1, leader_epoch: -1 }
    }
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

/// In the case of fetching an offset less than the LogStartOffset, this is the end offset and epoch that should
/// be used in the FetchSnapshot request.
#[derive(Clone, Debug, PartialEq)]
pub struct SnapshotId {
    /// The end offset of the epoch.
    pub end_offset: i64,
    /// The largest epoch.
    pub epoch: i32,
}

impl Default for SnapshotId {
    fn default() -> Self {
        Self { end_offset: -1, epoch: -1 }
    }
}

#[cfg(any(test, feature = "client"))]
impl SnapshotId {
    pub fn decode(r: &mut Reader<'_>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { end_offset: r.i64()?, epoch: r.i32()? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl SnapshotId {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.i64(self.end_offset);
        w.i32(self.epoch);
        w.uvarint(0);
        Ok(())
    }
}

/// The aborted transactions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AbortedTransaction {
    /// The producer id associated with the aborted transaction.
    pub producer_id: i64,
    /// The first offset in the aborted transaction.
    pub first_offset: i64,
}

#[cfg(any(test, feature = "client"))]
impl AbortedTransaction {
    pub fn decode(r: &mut Reader<'_>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 12;
        let message = Self { producer_id: r.i64()?, first_offset: r.i64()? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl AbortedTransaction {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        w.i64(self.producer_id);
        w.i64(self.first_offset);
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// Endpoints for all current-leaders enumerated in PartitionData, with errors NOT_LEADER_OR_FOLLOWER &
/// FENCED_LEADER_EPOCH.
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
