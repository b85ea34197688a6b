// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! OffsetDeleteRequest (key 47), versions 0, never flexible.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetDeleteRequest<'a> {
    /// The unique group identifier.
    pub group_id: &'a str,
    /// The topics to delete offsets for.
    pub topics: Vec<OffsetDeleteRequestTopic<'a>>,
}

impl OffsetDeleteRequest<'_> {
    pub const KEY: i16 = 47;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=0;
}

impl<'a> OffsetDeleteRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            group_id: r.string(false)?,
            topics: r.array(false, 6, |r| OffsetDeleteRequestTopic::decode(r, version))?,
        })
    }
}

#[cfg(any(test, feature = "client"))]
impl OffsetDeleteRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.string(self.group_id, false)?;
        w.array(&self.topics, false, |w, value| value.encode(w, version))?;
        Ok(())
    }
}

/// The topics to delete offsets for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetDeleteRequestTopic<'a> {
    /// The topic name.
    pub name: &'a str,
    /// Each partition to delete offsets for.
    pub partitions: Vec<OffsetDeleteRequestPartition>,
}

impl<'a> OffsetDeleteRequestTopic<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: r.string(false)?,
            partitions: r.array(false, 4, |r| OffsetDeleteRequestPartition::decode(r, version))?,
        })
    }
}

#[cfg(any(test, feature = "client"))]
impl OffsetDeleteRequestTopic<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.string(self.name, false)?;
        w.array(&self.partitions, false, |w, value| value.encode(w, version))?;
        Ok(())
    }
}

/// Each partition to delete offsets for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetDeleteRequestPartition {
    /// The partition index.
    pub partition_index: i32,
}

impl OffsetDeleteRequestPartition {
    pub fn decode(r: &mut Reader<'_>, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self { partition_index: r.i32()? })
    }
}

#[cfg(any(test, feature = "client"))]
impl OffsetDeleteRequestPartition {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.i32(self.partition_index);
        Ok(())
    }
}
