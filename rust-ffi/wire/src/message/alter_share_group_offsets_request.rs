// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! AlterShareGroupOffsetsRequest (key 91), versions 0, flexible in all.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterShareGroupOffsetsRequest<'a> {
    /// The group identifier.
    pub group_id: &'a str,
    /// The topics to alter offsets for.
    pub topics: Vec<AlterShareGroupOffsetsRequestTopic<'a>>,
}

impl AlterShareGroupOffsetsRequest<'_> {
    pub const KEY: i16 = 91;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=0;
}

impl<'a> AlterShareGroupOffsetsRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            group_id: r.string(true)?,
            topics: r.array(true, 3, |r| AlterShareGroupOffsetsRequestTopic::decode(r, version))?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl AlterShareGroupOffsetsRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.string(self.group_id, true)?;
        w.array(&self.topics, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The topics to alter offsets for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterShareGroupOffsetsRequestTopic<'a> {
    /// The topic name.
    pub topic_name: &'a str,
    /// Each partition to alter offsets for.
    pub partitions: Vec<AlterShareGroupOffsetsRequestPartition>,
}

impl<'a> AlterShareGroupOffsetsRequestTopic<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            topic_name: r.string(true)?,
            partitions: r.array(true, 13, |r| AlterShareGroupOffsetsRequestPartition::decode(r, version))?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl AlterShareGroupOffsetsRequestTopic<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.string(self.topic_name, true)?;
        w.array(&self.partitions, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// Each partition to alter offsets for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterShareGroupOffsetsRequestPartition {
    /// The partition index.
    pub partition_index: i32,
    /// The share-partition start offset.
    pub start_offset: i64,
}

impl AlterShareGroupOffsetsRequestPartition {
    pub fn decode(r: &mut Reader<'_>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { partition_index: r.i32()?, start_offset: r.i64()? };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl AlterShareGroupOffsetsRequestPartition {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.i32(self.partition_index);
        w.i64(self.start_offset);
        w.uvarint(0);
        Ok(())
    }
}
