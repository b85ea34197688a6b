// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! ReadShareGroupStateResponse (key 84), versions 0, flexible in all.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Uuid, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadShareGroupStateResponse<'a> {
    /// The read results.
    pub results: Vec<ReadStateResult<'a>>,
}

impl ReadShareGroupStateResponse<'_> {
    pub const KEY: i16 = 84;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=0;
}

#[cfg(any(test, feature = "client"))]
impl<'a> ReadShareGroupStateResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self { results: r.array(true, 18, |r| ReadStateResult::decode(r, version))? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl ReadShareGroupStateResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.array(&self.results, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The read results.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadStateResult<'a> {
    /// The topic identifier.
    pub topic_id: Uuid,
    /// The results for the partitions.
    pub partitions: Vec<PartitionResult<'a>>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> ReadStateResult<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message =
            Self { topic_id: r.uuid()?, partitions: r.array(true, 21, |r| PartitionResult::decode(r, version))? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl ReadStateResult<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.uuid(self.topic_id);
        w.array(&self.partitions, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The results for the partitions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionResult<'a> {
    /// The partition index.
    pub partition: i32,
    /// The error code, or 0 if there was no error.
    pub error_code: i16,
    /// The error message, or null if there was no error.
    pub error_message: Option<&'a str>,
    /// The state epoch of the share-partition.
    pub state_epoch: i32,
    /// The share-partition start offset, which can be -1 if it is not yet initialized.
    pub start_offset: i64,
    /// The state batches for this share-partition.
    pub state_batches: Vec<StateBatch>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> PartitionResult<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            partition: r.i32()?,
            error_code: r.i16()?,
            error_message: r.nullable_string(true)?,
            state_epoch: r.i32()?,
            start_offset: r.i64()?,
            state_batches: r.array(true, 20, |r| StateBatch::decode(r, version))?,
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
        w.i64(self.start_offset);
        w.array(&self.state_batches, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The state batches for this share-partition.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StateBatch {
    /// The first offset of this state batch.
    pub first_offset: i64,
    /// The last offset of this state batch.
    pub last_offset: i64,
    /// The delivery state - 0:Available,2:Acked,4:Archived.
    pub delivery_state: i8,
    /// The delivery count.
    pub delivery_count: i16,
}

#[cfg(any(test, feature = "client"))]
impl StateBatch {
    pub fn decode(r: &mut Reader<'_>, _version: i16) -> Result<Self, DecodeError> {
        let message =
            Self { first_offset: r.i64()?, last_offset: r.i64()?, delivery_state: r.i8()?, delivery_count: r.i16()? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl StateBatch {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.i64(self.first_offset);
        w.i64(self.last_offset);
        w.i8(self.delivery_state);
        w.i16(self.delivery_count);
        w.uvarint(0);
        Ok(())
    }
}
