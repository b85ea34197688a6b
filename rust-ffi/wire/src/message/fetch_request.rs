// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! FetchRequest (key 1), versions 4-18, flexible from 12.

use crate::codec::{DecodeError, Reader, Uuid};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, PartialEq)]
pub struct FetchRequest<'a> {
    /// The clusterId if known. This is used to validate metadata fetches prior to broker registration. (versions
    /// 12+, tag 0)
    pub cluster_id: Option<&'a str>,
    /// The broker ID of the follower, of -1 if this request is from a consumer. (versions 4-14)
    pub replica_id: i32,
    /// The state of the replica in the follower. (versions 15+, tag 1)
    pub replica_state: ReplicaState,
    /// The maximum time in milliseconds to wait for the response.
    pub max_wait_ms: i32,
    /// The minimum bytes to accumulate in the response.
    pub min_bytes: i32,
    /// The maximum bytes to fetch. See KIP-74 for cases where this limit may not be honored.
    pub max_bytes: i32,
    /// This setting controls the visibility of transactional records. Using READ_UNCOMMITTED (isolation_level = 0)
    /// makes all records visible. With READ_COMMITTED (isolation_level = 1), non-transactional and COMMITTED
    /// transactional records are visible. To be more concrete, READ_COMMITTED returns all data from offsets smaller
    /// than the current LSO (last stable offset), and enables the inclusion of the list of aborted transactions in
    /// the result, which allows consumers to discard ABORTED transactional records.
    pub isolation_level: i8,
    /// The fetch session ID. (versions 7+)
    pub session_id: i32,
    /// The fetch session epoch, which is used for ordering requests in a session. (versions 7+)
    pub session_epoch: i32,
    /// The topics to fetch.
    pub topics: Vec<FetchTopic<'a>>,
    /// In an incremental fetch request, the partitions to remove. (versions 7+)
    pub forgotten_topics_data: Vec<ForgottenTopic<'a>>,
    /// Rack ID of the consumer making this request. (versions 11+)
    pub rack_id: &'a str,
}

impl Default for FetchRequest<'_> {
    fn default() -> Self {
        Self {
            cluster_id: None,
            replica_id: -1,
            replica_state: ReplicaState::default(),
            max_wait_ms: 0,
            min_bytes: 0,
            max_bytes: i32::MAX,
            isolation_level: 0,
            session_id: 0,
            session_epoch: -1,
            topics: Vec::new(),
            forgotten_topics_data: Vec::new(),
            rack_id: "",
        }
    }
}

impl FetchRequest<'_> {
    pub const KEY: i16 = 1;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 4..=18;
}

impl<'a> FetchRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 12;
        let mut message = Self {
            replica_id: if version <= 14 { r.i32()? } else { -1 },
            max_wait_ms: r.i32()?,
            min_bytes: r.i32()?,
            max_bytes: r.i32()?,
            isolation_level: r.i8()?,
            session_id: if version >= 7 { r.i32()? } else { 0 },
            session_epoch: if version >= 7 { r.i32()? } else { -1 },
            topics: r.array(flexible, 1, |r| FetchTopic::decode(r, version))?,
            forgotten_topics_data: if version >= 7 {
                r.array(flexible, 1, |r| ForgottenTopic::decode(r, version))?
            } else {
                Vec::new()
            },
            rack_id: if version >= 11 { r.string(flexible)? } else { "" },
            ..Self::default()
        };
        if flexible {
            r.tags(|tag, r| {
                match tag {
                    0 => message.cluster_id = r.nullable_string(true)?,
                    1 if version < 15 => return Err(DecodeError::TagVersion),
                    1 => message.replica_state = ReplicaState::decode(r, version)?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl FetchRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        if version <= 14 {
            w.i32(self.replica_id);
        }
        w.i32(self.max_wait_ms);
        w.i32(self.min_bytes);
        w.i32(self.max_bytes);
        w.i8(self.isolation_level);
        if version >= 7 {
            w.i32(self.session_id);
        }
        if version >= 7 {
            w.i32(self.session_epoch);
        }
        w.array(&self.topics, flexible, |w, value| value.encode(w, version))?;
        if version >= 7 {
            w.array(&self.forgotten_topics_data, flexible, |w, value| value.encode(w, version))?;
        }
        if version >= 11 {
            w.string(self.rack_id, flexible)?;
        }
        if flexible {
            let has_cluster_id = self.cluster_id.is_some();
            let has_replica_state = version >= 15 && self.replica_state != ReplicaState::default();
            w.uvarint(u32::from(has_cluster_id) + u32::from(has_replica_state));
            if has_cluster_id {
                w.tag(0, |w| w.nullable_string(self.cluster_id, true))?;
            }
            if has_replica_state {
                w.tag(1, |w| self.replica_state.encode(w, version))?;
            }
        }
        Ok(())
    }
}

/// The state of the replica in the follower.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplicaState {
    /// The replica ID of the follower, or -1 if this request is from a consumer.
    pub replica_id: i32,
    /// The epoch of this follower, or -1 if not available.
    pub replica_epoch: i64,
}

impl Default for ReplicaState {
    fn default() -> Self {
        Self { replica_id: -1, replica_epoch: -1 }
    }
}

impl ReplicaState {
    pub fn decode(r: &mut Reader<'_>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { replica_id: r.i32()?, replica_epoch: r.i64()? };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl ReplicaState {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.i32(self.replica_id);
        w.i64(self.replica_epoch);
        w.uvarint(0);
        Ok(())
    }
}

/// The topics to fetch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FetchTopic<'a> {
    /// The name of the topic to fetch. (versions 4-12)
    pub topic: &'a str,
    /// The unique topic ID. (versions 13+)
    pub topic_id: Uuid,
    /// The partitions to fetch.
    pub partitions: Vec<FetchPartition>,
}

impl<'a> FetchTopic<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 12;
        let message = Self {
            topic: if version <= 12 { r.string(flexible)? } else { "" },
            topic_id: if version >= 13 { r.uuid()? } else { Uuid::ZERO },
            partitions: r.array(flexible, 16, |r| FetchPartition::decode(r, version))?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl FetchTopic<'_> {
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

/// The partitions to fetch.
#[derive(Clone, Debug, PartialEq)]
pub struct FetchPartition {
    /// The partition index.
    pub partition: i32,
    /// The current leader epoch of the partition. (versions 9+)
    pub current_leader_epoch: i32,
    /// The message offset.
    pub fetch_offset: i64,
    /// The epoch of the last fetched record or -1 if there is none. (versions 12+)
    pub last_fetched_epoch: i32,
    /// The earliest available offset of the follower replica. The field is only used when the request is sent by
    /// the follower. (versions 5+)
    pub log_start_offset: i64,
    /// The maximum bytes to fetch from this partition. See KIP-74 for cases where this limit may not be honored.
    pub partition_max_bytes: i32,
    /// The directory id of the follower fetching. (versions 17+, tag 0)
    pub replica_directory_id: Uuid,
    /// The high-watermark known by the replica. -1 if the high-watermark is not known and 9223372036854775807 if
    /// the feature is not supported. (versions 18+, tag 1)
    pub high_watermark: i64,
}

impl Default for FetchPartition {
    fn default() -> Self {
        Self {
            partition: 0,
            current_leader_epoch: -1,
            fetch_offset: 0,
            last_fetched_epoch: -1,
            log_start_offset: -1,
            partition_max_bytes: 0,
            replica_directory_id: Uuid::ZERO,
            high_watermark: i64::MAX,
        }
    }
}

impl FetchPartition {
    pub fn decode(r: &mut Reader<'_>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 12;
        let mut message = Self {
            partition: r.i32()?,
            current_leader_epoch: if version >= 9 { r.i32()? } else { -1 },
            fetch_offset: r.i64()?,
            last_fetched_epoch: if version >= 12 { r.i32()? } else { -1 },
            log_start_offset: if version >= 5 { r.i64()? } else { -1 },
            partition_max_bytes: r.i32()?,
            ..Self::default()
        };
        if flexible {
            r.tags(|tag, r| {
                match tag {
                    0 if version < 17 => return Err(DecodeError::TagVersion),
                    0 => message.replica_directory_id = r.uuid()?,
                    1 if version < 18 => return Err(DecodeError::TagVersion),
                    1 => message.high_watermark = r.i64()?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl FetchPartition {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        w.i32(self.partition);
        if version >= 9 {
            w.i32(self.current_leader_epoch);
        }
        w.i64(self.fetch_offset);
        if version >= 12 {
            w.i32(self.last_fetched_epoch);
        }
        if version >= 5 {
            w.i64(self.log_start_offset);
        }
        w.i32(self.partition_max_bytes);
        if flexible {
            let has_replica_directory_id = version >= 17 && self.replica_directory_id != Uuid::ZERO;
            let has_high_watermark = version >= 18 && self.high_watermark != i64::MAX;
            w.uvarint(u32::from(has_replica_directory_id) + u32::from(has_high_watermark));
            if has_replica_directory_id {
                w.tag(0, |w| {
                    w.uuid(self.replica_directory_id);
                    Ok(())
                })?;
            }
            if has_high_watermark {
                w.tag(1, |w| {
                    w.i64(self.high_watermark);
                    Ok(())
                })?;
            }
        }
        Ok(())
    }
}

/// In an incremental fetch request, the partitions to remove.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ForgottenTopic<'a> {
    /// The topic name. (versions 7-12)
    pub topic: &'a str,
    /// The unique topic ID. (versions 13+)
    pub topic_id: Uuid,
    /// The partitions indexes to forget.
    pub partitions: Vec<i32>,
}

impl<'a> ForgottenTopic<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 12;
        let message = Self {
            topic: if version <= 12 { r.string(flexible)? } else { "" },
            topic_id: if version >= 13 { r.uuid()? } else { Uuid::ZERO },
            partitions: r.array(flexible, 4, Reader::i32)?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl ForgottenTopic<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        if version <= 12 {
            w.string(self.topic, flexible)?;
        }
        if version >= 13 {
            w.uuid(self.topic_id);
        }
        w.array(&self.partitions, flexible, |w, value| {
            w.i32(*value);
            Ok(())
        })?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
