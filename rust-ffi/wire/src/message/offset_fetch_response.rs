// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! OffsetFetchResponse (key 9), versions 1-10, flexible from 6.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Uuid, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetFetchResponse<'a> {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota. (versions 3+)
    pub throttle_time_ms: i32,
    /// The responses per topic. (versions 1-7)
    pub topics: Vec<OffsetFetchResponseTopic<'a>>,
    /// The top-level error code, or 0 if there was no error. (versions 2-7)
    pub error_code: i16,
    /// The responses per group id. (versions 8+)
    pub groups: Vec<OffsetFetchResponseGroup<'a>>,
}

impl OffsetFetchResponse<'_> {
    pub const KEY: i16 = 9;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 1..=10;
}

#[cfg(any(test, feature = "client"))]
impl<'a> OffsetFetchResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let message = Self {
            throttle_time_ms: if version >= 3 { r.i32()? } else { 0 },
            topics: if version <= 7 {
                r.array(flexible, 2, |r| OffsetFetchResponseTopic::decode(r, version))?
            } else {
                Vec::new()
            },
            error_code: if (2..=7).contains(&version) { r.i16()? } else { 0 },
            groups: if version >= 8 {
                r.array(flexible, 5, |r| OffsetFetchResponseGroup::decode(r, version))?
            } else {
                Vec::new()
            },
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl OffsetFetchResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        if version >= 3 {
            w.i32(self.throttle_time_ms);
        }
        if version <= 7 {
            w.array(&self.topics, flexible, |w, value| value.encode(w, version))?;
        }
        if (2..=7).contains(&version) {
            w.error_code(self.error_code);
        }
        if version >= 8 {
            w.array(&self.groups, flexible, |w, value| value.encode(w, version))?;
        }
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// The responses per topic.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetFetchResponseTopic<'a> {
    /// The topic name.
    pub name: &'a str,
    /// The responses per partition.
    pub partitions: Vec<OffsetFetchResponsePartition<'a>>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> OffsetFetchResponseTopic<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let message = Self {
            name: r.string(flexible)?,
            partitions: r.array(flexible, 15, |r| OffsetFetchResponsePartition::decode(r, version))?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl OffsetFetchResponseTopic<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        w.string(self.name, flexible)?;
        w.array(&self.partitions, flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// The responses per partition.
#[derive(Clone, Debug, PartialEq)]
pub struct OffsetFetchResponsePartition<'a> {
    /// The partition index.
    pub partition_index: i32,
    /// The committed message offset.
    pub committed_offset: i64,
    /// The leader epoch. (versions 5-7)
    pub committed_leader_epoch: i32,
    /// The partition metadata.
    pub metadata: Option<&'a str>,
    /// The error code, or 0 if there was no error.
    pub error_code: i16,
}

impl Default for OffsetFetchResponsePartition<'_> {
    fn default() -> Self {
        Self { partition_index: 0, committed_offset: 0, committed_leader_epoch: -1, metadata: Some(""), error_code: 0 }
    }
}

#[cfg(any(test, feature = "client"))]
impl<'a> OffsetFetchResponsePartition<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let message = Self {
            partition_index: r.i32()?,
            committed_offset: r.i64()?,
            committed_leader_epoch: if version >= 5 { r.i32()? } else { -1 },
            metadata: r.nullable_string(flexible)?,
            error_code: r.i16()?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl OffsetFetchResponsePartition<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        w.i32(self.partition_index);
        w.i64(self.committed_offset);
        if version >= 5 {
            w.i32(self.committed_leader_epoch);
        }
        w.nullable_string(self.metadata, flexible)?;
        w.error_code(self.error_code);
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// The responses per group id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetFetchResponseGroup<'a> {
    /// The group ID.
    pub group_id: &'a str,
    /// The responses per topic.
    pub topics: Vec<OffsetFetchResponseTopics<'a>>,
    /// The group-level error code, or 0 if there was no error.
    pub error_code: i16,
}

#[cfg(any(test, feature = "client"))]
impl<'a> OffsetFetchResponseGroup<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            group_id: r.string(true)?,
            topics: r.array(true, 2, |r| OffsetFetchResponseTopics::decode(r, version))?,
            error_code: r.i16()?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl OffsetFetchResponseGroup<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.string(self.group_id, true)?;
        w.array(&self.topics, true, |w, value| value.encode(w, version))?;
        w.error_code(self.error_code);
        w.uvarint(0);
        Ok(())
    }
}

/// The responses per topic.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetFetchResponseTopics<'a> {
    /// The topic name. (versions 8-9)
    pub name: &'a str,
    /// The topic ID. (versions 10+)
    pub topic_id: Uuid,
    /// The responses per partition.
    pub partitions: Vec<OffsetFetchResponsePartitions<'a>>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> OffsetFetchResponseTopics<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            name: if version <= 9 { r.string(true)? } else { "" },
            topic_id: if version >= 10 { r.uuid()? } else { Uuid::ZERO },
            partitions: r.array(true, 20, |r| OffsetFetchResponsePartitions::decode(r, version))?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl OffsetFetchResponseTopics<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if version <= 9 {
            w.string(self.name, true)?;
        }
        if version >= 10 {
            w.uuid(self.topic_id);
        }
        w.array(&self.partitions, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The responses per partition.
#[derive(Clone, Debug, PartialEq)]
pub struct OffsetFetchResponsePartitions<'a> {
    /// The partition index.
    pub partition_index: i32,
    /// The committed message offset.
    pub committed_offset: i64,
    /// The leader epoch.
    pub committed_leader_epoch: i32,
    /// The partition metadata.
    pub metadata: Option<&'a str>,
    /// The partition-level error code, or 0 if there was no error.
    pub error_code: i16,
}

impl Default for OffsetFetchResponsePartitions<'_> {
    fn default() -> Self {
        Self { partition_index: 0, committed_offset: 0, committed_leader_epoch: -1, metadata: Some(""), error_code: 0 }
    }
}

#[cfg(any(test, feature = "client"))]
impl<'a> OffsetFetchResponsePartitions<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            partition_index: r.i32()?,
            committed_offset: r.i64()?,
            committed_leader_epoch: r.i32()?,
            metadata: r.nullable_string(true)?,
            error_code: r.i16()?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl OffsetFetchResponsePartitions<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.i32(self.partition_index);
        w.i64(self.committed_offset);
        w.i32(self.committed_leader_epoch);
        w.nullable_string(self.metadata, true)?;
        w.error_code(self.error_code);
        w.uvarint(0);
        Ok(())
    }
}
