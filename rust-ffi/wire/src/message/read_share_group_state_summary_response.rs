// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! ReadShareGroupStateSummaryResponse (key 87), versions 0-1, flexible in all.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Uuid, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadShareGroupStateSummaryResponse<'a> {
    /// The read results.
    pub results: Vec<ReadStateSummaryResult<'a>>,
}

impl ReadShareGroupStateSummaryResponse<'_> {
    pub const KEY: i16 = 87;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=1;
}

#[cfg(any(test, feature = "client"))]
impl<'a> ReadShareGroupStateSummaryResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self { results: r.array(true, 18, |r| ReadStateSummaryResult::decode(r, version))? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl ReadShareGroupStateSummaryResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.array(&self.results, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The read results.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadStateSummaryResult<'a> {
    /// The topic identifier.
    pub topic_id: Uuid,
    /// The results for the partitions.
    pub partitions: Vec<PartitionResult<'a>>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> ReadStateSummaryResult<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message =
            Self { topic_id: r.uuid()?, partitions: r.array(true, 24, |r| PartitionResult::decode(r, version))? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl ReadStateSummaryResult<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.uuid(self.topic_id);
        w.array(&self.partitions, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The results for the partitions.
#[derive(Clone, Debug, PartialEq)]
pub struct PartitionResult<'a> {
    /// The partition index.
    pub partition: i32,
    /// The error code, or 0 if there was no error.
    pub error_code: i16,
    /// The error message, or null if there was no error.
    pub error_message: Option<&'a str>,
    /// The state epoch of the share-partition.
    pub state_epoch: i32,
    /// The leader epoch of the share-partition.
    pub leader_epoch: i32,
    /// The share-partition start offset.
    pub start_offset: i64,
    /// The number of offsets greater than or equal to share-partition start offset for which delivery has been
    /// completed. (versions 1+)
    pub delivery_complete_count: i32,
}

impl Default for PartitionResult<'_> {
    fn default() -> Self {
        Self {
            partition: 0,
            error_code: 0,
            error_message: None,
            state_epoch: 0,
            leader_epoch: 0,
            start_offset: 0,
            delivery_complete_count: -1,
        }
    }
}

#[cfg(any(test, feature = "client"))]
impl<'a> PartitionResult<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            partition: r.i32()?,
            error_code: r.i16()?,
            error_message: r.nullable_string(true)?,
            state_epoch: r.i32()?,
            leader_epoch: r.i32()?,
            start_offset: r.i64()?,
            delivery_complete_count: if version >= 1 { r.i32()? } else { -1 },
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl PartitionResult<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.i32(self.partition);
        w.error_code(self.error_code);
        w.nullable_string(self.error_message, true)?;
        w.i32(self.state_epoch);
        w.i32(self.leader_epoch);
        w.i64(self.start_offset);
        if version >= 1 {
            w.i32(self.delivery_complete_count);
        }
        w.uvarint(0);
        Ok(())
    }
}
