// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! OffsetForLeaderEpochResponse (key 23), versions 2-4, flexible from 4.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetForLeaderEpochResponse<'a> {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota.
    pub throttle_time_ms: i32,
    /// Each topic we fetched offsets for.
    pub topics: Vec<OffsetForLeaderTopicResult<'a>>,
}

impl OffsetForLeaderEpochResponse<'_> {
    pub const KEY: i16 = 23;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 2..=4;
}

#[cfg(any(test, feature = "client"))]
impl<'a> OffsetForLeaderEpochResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let message = Self {
            throttle_time_ms: r.i32()?,
            topics: r.array(flexible, 2, |r| OffsetForLeaderTopicResult::decode(r, version))?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl OffsetForLeaderEpochResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        w.i32(self.throttle_time_ms);
        w.array(&self.topics, flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// Each topic we fetched offsets for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetForLeaderTopicResult<'a> {
    /// The topic name.
    pub topic: &'a str,
    /// Each partition in the topic we fetched offsets for.
    pub partitions: Vec<EpochEndOffset>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> OffsetForLeaderTopicResult<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let message = Self {
            topic: r.string(flexible)?,
            partitions: r.array(flexible, 18, |r| EpochEndOffset::decode(r, version))?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl OffsetForLeaderTopicResult<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        w.string(self.topic, flexible)?;
        w.array(&self.partitions, flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// Each partition in the topic we fetched offsets for.
#[derive(Clone, Debug, PartialEq)]
pub struct EpochEndOffset {
    /// The error code 0, or if there was no error.
    pub error_code: i16,
    /// The partition index.
    pub partition: i32,
    /// The leader epoch of the partition.
    pub leader_epoch: i32,
    /// The end offset of the epoch.
    pub end_offset: i64,
}

impl Default for EpochEndOffset {
    fn default() -> Self {
        Self { error_code: 0, partition: 0, leader_epoch: -1, end_offset: -1 }
    }
}

#[cfg(any(test, feature = "client"))]
impl EpochEndOffset {
    pub fn decode(r: &mut Reader<'_>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let message = Self { error_code: r.i16()?, partition: r.i32()?, leader_epoch: r.i32()?, end_offset: r.i64()? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl EpochEndOffset {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        w.error_code(self.error_code);
        w.i32(self.partition);
        w.i32(self.leader_epoch);
        w.i64(self.end_offset);
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
