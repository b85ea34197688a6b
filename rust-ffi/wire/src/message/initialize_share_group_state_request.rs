// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! InitializeShareGroupStateRequest (key 83), versions 0, flexible in all.

use crate::codec::{DecodeError, Reader, Uuid};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct InitializeShareGroupStateRequest<'a> {
    /// The group identifier.
    pub group_id: &'a str,
    /// The data for the topics.
    pub topics: Vec<InitializeStateData>,
}

impl InitializeShareGroupStateRequest<'_> {
    pub const KEY: i16 = 83;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=0;
}

impl<'a> InitializeShareGroupStateRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message =
            Self { group_id: r.string(true)?, topics: r.array(true, 18, |r| InitializeStateData::decode(r, version))? };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl InitializeShareGroupStateRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.string(self.group_id, true)?;
        w.array(&self.topics, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The data for the topics.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InitializeStateData {
    /// The topic identifier.
    pub topic_id: Uuid,
    /// The data for the partitions.
    pub partitions: Vec<PartitionData>,
}

impl InitializeStateData {
    pub fn decode(r: &mut Reader<'_>, version: i16) -> Result<Self, DecodeError> {
        let message =
            Self { topic_id: r.uuid()?, partitions: r.array(true, 17, |r| PartitionData::decode(r, version))? };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl InitializeStateData {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.uuid(self.topic_id);
        w.array(&self.partitions, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The data for the partitions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionData {
    /// The partition index.
    pub partition: i32,
    /// The state epoch for this share-partition.
    pub state_epoch: i32,
    /// The share-partition start offset, or -1 if the start offset is not being initialized.
    pub start_offset: i64,
}

impl PartitionData {
    pub fn decode(r: &mut Reader<'_>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { partition: r.i32()?, state_epoch: r.i32()?, start_offset: r.i64()? };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl PartitionData {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.i32(self.partition);
        w.i32(self.state_epoch);
        w.i64(self.start_offset);
        w.uvarint(0);
        Ok(())
    }
}
