// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! OffsetFetchRequest (key 9), versions 1-10, flexible from 6.

use crate::codec::{DecodeError, Reader, Uuid};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, PartialEq)]
pub struct OffsetFetchRequest<'a> {
    /// The group to fetch offsets for. (versions 1-7)
    pub group_id: &'a str,
    /// Each topic we would like to fetch offsets for, or null to fetch offsets for all topics. (versions 1-7,
    /// nullable from 2)
    pub topics: Option<Vec<OffsetFetchRequestTopic<'a>>>,
    /// Each group we would like to fetch offsets for. (versions 8+)
    pub groups: Vec<OffsetFetchRequestGroup<'a>>,
    /// Whether broker should hold on returning unstable offsets but set a retriable error code for the partitions.
    /// (versions 7+)
    pub require_stable: bool,
}

impl Default for OffsetFetchRequest<'_> {
    fn default() -> Self {
        Self { group_id: "", topics: Some(Vec::new()), groups: Vec::new(), require_stable: false }
    }
}

impl OffsetFetchRequest<'_> {
    pub const KEY: i16 = 9;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 1..=10;
}

impl<'a> OffsetFetchRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let message = Self {
            group_id: if version <= 7 { r.string(flexible)? } else { "" },
            topics: if version <= 7 {
                Reader::null_if(
                    version >= 2,
                    r.nullable_array(flexible, 2, |r| OffsetFetchRequestTopic::decode(r, version))?,
                )?
            } else {
                Some(Vec::new())
            },
            groups: if version >= 8 {
                r.array(flexible, 3, |r| OffsetFetchRequestGroup::decode(r, version))?
            } else {
                Vec::new()
            },
            require_stable: if version >= 7 { r.bool()? } else { false },
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl OffsetFetchRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        if version <= 7 {
            w.string(self.group_id, flexible)?;
        }
        if version <= 7 {
            Writer::null_if(version >= 2, &self.topics)?;
            w.nullable_array(self.topics.as_deref(), flexible, |w, value| value.encode(w, version))?;
        }
        if version >= 8 {
            w.array(&self.groups, flexible, |w, value| value.encode(w, version))?;
        }
        if version >= 7 {
            w.bool(self.require_stable);
        }
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// Each topic we would like to fetch offsets for, or null to fetch offsets for all topics.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetFetchRequestTopic<'a> {
    /// The topic name.
    pub name: &'a str,
    /// The partition indexes we would like to fetch offsets for.
    pub partition_indexes: Vec<i32>,
}

impl<'a> OffsetFetchRequestTopic<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let message = Self { name: r.string(flexible)?, partition_indexes: r.array(flexible, 4, Reader::i32)? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl OffsetFetchRequestTopic<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        w.string(self.name, flexible)?;
        w.array(&self.partition_indexes, flexible, |w, value| {
            w.i32(*value);
            Ok(())
        })?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// Each group we would like to fetch offsets for.
#[derive(Clone, Debug, PartialEq)]
pub struct OffsetFetchRequestGroup<'a> {
    /// The group ID.
    pub group_id: &'a str,
    /// The member id. (versions 9+)
    pub member_id: Option<&'a str>,
    /// The member epoch if using the new consumer protocol (KIP-848). (versions 9+)
    pub member_epoch: i32,
    /// Each topic we would like to fetch offsets for, or null to fetch offsets for all topics.
    pub topics: Option<Vec<OffsetFetchRequestTopics<'a>>>,
}

impl Default for OffsetFetchRequestGroup<'_> {
    fn default() -> Self {
        Self { group_id: "", member_id: None, member_epoch: -1, topics: Some(Vec::new()) }
    }
}

impl<'a> OffsetFetchRequestGroup<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            group_id: r.string(true)?,
            member_id: if version >= 9 { r.nullable_string(true)? } else { None },
            member_epoch: if version >= 9 { r.i32()? } else { -1 },
            topics: r.nullable_array(true, 2, |r| OffsetFetchRequestTopics::decode(r, version))?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl OffsetFetchRequestGroup<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.string(self.group_id, true)?;
        if version >= 9 {
            w.nullable_string(self.member_id, true)?;
        }
        if version >= 9 {
            w.i32(self.member_epoch);
        }
        w.nullable_array(self.topics.as_deref(), true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// Each topic we would like to fetch offsets for, or null to fetch offsets for all topics.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetFetchRequestTopics<'a> {
    /// The topic name. (versions 8-9)
    pub name: &'a str,
    /// The topic ID. (versions 10+)
    pub topic_id: Uuid,
    /// The partition indexes we would like to fetch offsets for.
    pub partition_indexes: Vec<i32>,
}

impl<'a> OffsetFetchRequestTopics<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            name: if version <= 9 { r.string(true)? } else { "" },
            topic_id: if version >= 10 { r.uuid()? } else { Uuid::ZERO },
            partition_indexes: r.array(true, 4, Reader::i32)?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl OffsetFetchRequestTopics<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if version <= 9 {
            w.string(self.name, true)?;
        }
        if version >= 10 {
            w.uuid(self.topic_id);
        }
        w.array(&self.partition_indexes, true, |w, value| {
            w.i32(*value);
            Ok(())
        })?;
        w.uvarint(0);
        Ok(())
    }
}
