// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! ReadShareGroupStateSummaryRequest (key 87), versions 0-1, flexible in all.

use crate::codec::{DecodeError, Reader, Uuid};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadShareGroupStateSummaryRequest<'a> {
    /// The group identifier.
    pub group_id: &'a str,
    /// The data for the topics.
    pub topics: Vec<ReadStateSummaryData>,
}

impl ReadShareGroupStateSummaryRequest<'_> {
    pub const KEY: i16 = 87;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=1;
}

impl<'a> ReadShareGroupStateSummaryRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            group_id: r.string(true)?,
            topics: r.array(true, 18, |r| ReadStateSummaryData::decode(r, version))?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl ReadShareGroupStateSummaryRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.string(self.group_id, true)?;
        w.array(&self.topics, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The data for the topics.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadStateSummaryData {
    /// The topic identifier.
    pub topic_id: Uuid,
    /// The data for the partitions.
    pub partitions: Vec<PartitionData>,
}

impl ReadStateSummaryData {
    pub fn decode(r: &mut Reader<'_>, version: i16) -> Result<Self, DecodeError> {
        let message =
            Self { topic_id: r.uuid()?, partitions: r.array(true, 9, |r| PartitionData::decode(r, version))? };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl ReadStateSummaryData {
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
    /// The leader epoch of the share-partition.
    pub leader_epoch: i32,
}

impl PartitionData {
    pub fn decode(r: &mut Reader<'_>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { partition: r.i32()?, leader_epoch: r.i32()? };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl PartitionData {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.i32(self.partition);
        w.i32(self.leader_epoch);
        w.uvarint(0);
        Ok(())
    }
}
