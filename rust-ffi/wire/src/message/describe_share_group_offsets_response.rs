// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! DescribeShareGroupOffsetsResponse (key 90), versions 0-1, flexible in all.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Uuid, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeShareGroupOffsetsResponse<'a> {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota.
    pub throttle_time_ms: i32,
    /// The results for each group.
    pub groups: Vec<DescribeShareGroupOffsetsResponseGroup<'a>>,
}

impl DescribeShareGroupOffsetsResponse<'_> {
    pub const KEY: i16 = 90;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=1;
}

#[cfg(any(test, feature = "client"))]
impl<'a> DescribeShareGroupOffsetsResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            throttle_time_ms: r.i32()?,
            groups: r.array(true, 6, |r| DescribeShareGroupOffsetsResponseGroup::decode(r, version))?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl DescribeShareGroupOffsetsResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.i32(self.throttle_time_ms);
        w.array(&self.groups, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The results for each group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeShareGroupOffsetsResponseGroup<'a> {
    /// The group identifier.
    pub group_id: &'a str,
    /// The results for each topic.
    pub topics: Vec<DescribeShareGroupOffsetsResponseTopic<'a>>,
    /// The group-level error code, or 0 if there was no error.
    pub error_code: i16,
    /// The group-level error message, or null if there was no error.
    pub error_message: Option<&'a str>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> DescribeShareGroupOffsetsResponseGroup<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            group_id: r.string(true)?,
            topics: r.array(true, 19, |r| DescribeShareGroupOffsetsResponseTopic::decode(r, version))?,
            error_code: r.i16()?,
            error_message: r.nullable_string(true)?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl DescribeShareGroupOffsetsResponseGroup<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.string(self.group_id, true)?;
        w.array(&self.topics, true, |w, value| value.encode(w, version))?;
        w.error_code(self.error_code);
        w.nullable_string(self.error_message, true)?;
        w.uvarint(0);
        Ok(())
    }
}

/// The results for each topic.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeShareGroupOffsetsResponseTopic<'a> {
    /// The topic name.
    pub topic_name: &'a str,
    /// The unique topic ID.
    pub topic_id: Uuid,
    pub partitions: Vec<DescribeShareGroupOffsetsResponsePartition<'a>>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> DescribeShareGroupOffsetsResponseTopic<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            topic_name: r.string(true)?,
            topic_id: r.uuid()?,
            partitions: r.array(true, 20, |r| DescribeShareGroupOffsetsResponsePartition::decode(r, version))?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl DescribeShareGroupOffsetsResponseTopic<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.string(self.topic_name, true)?;
        w.uuid(self.topic_id);
        w.array(&self.partitions, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct DescribeShareGroupOffsetsResponsePartition<'a> {
    /// The partition index.
    pub partition_index: i32,
    /// The share-partition start offset.
    pub start_offset: i64,
    /// The leader epoch of the partition.
    pub leader_epoch: i32,
    /// The share-partition lag. (versions 1+)
    pub lag: i64,
    /// The partition-level error code, or 0 if there was no error.
    pub error_code: i16,
    /// The partition-level error message, or null if there was no error.
    pub error_message: Option<&'a str>,
}

impl Default for DescribeShareGroupOffsetsResponsePartition<'_> {
    fn default() -> Self {
        Self { partition_index: 0, start_offset: 0, leader_epoch: 0, lag: -1, error_code: 0, error_message: None }
    }
}

#[cfg(any(test, feature = "client"))]
impl<'a> DescribeShareGroupOffsetsResponsePartition<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            partition_index: r.i32()?,
            start_offset: r.i64()?,
            leader_epoch: r.i32()?,
            lag: if version >= 1 { r.i64()? } else { -1 },
            error_code: r.i16()?,
            error_message: r.nullable_string(true)?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl DescribeShareGroupOffsetsResponsePartition<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.i32(self.partition_index);
        w.i64(self.start_offset);
        w.i32(self.leader_epoch);
        if version >= 1 {
            w.i64(self.lag);
        }
        w.error_code(self.error_code);
        w.nullable_string(self.error_message, true)?;
        w.uvarint(0);
        Ok(())
    }
}
