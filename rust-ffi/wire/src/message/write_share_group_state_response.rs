// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! WriteShareGroupStateResponse (key 85), versions 0-1, flexible in all.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Uuid, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct WriteShareGroupStateResponse<'a> {
    /// The write results.
    pub results: Vec<WriteStateResult<'a>>,
}

impl WriteShareGroupStateResponse<'_> {
    pub const KEY: i16 = 85;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=1;
}

#[cfg(any(test, feature = "client"))]
impl<'a> WriteShareGroupStateResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self { results: r.array(true, 18, |r| WriteStateResult::decode(r, version))? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl WriteShareGroupStateResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.array(&self.results, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The write results.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WriteStateResult<'a> {
    /// The topic identifier.
    pub topic_id: Uuid,
    /// The results for the partitions.
    pub partitions: Vec<PartitionResult<'a>>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> WriteStateResult<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message =
            Self { topic_id: r.uuid()?, partitions: r.array(true, 8, |r| PartitionResult::decode(r, version))? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl WriteStateResult<'_> {
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
}

#[cfg(any(test, feature = "client"))]
impl<'a> PartitionResult<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { partition: r.i32()?, error_code: r.i16()?, error_message: r.nullable_string(true)? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl PartitionResult<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.i32(self.partition);
        w.error_code(self.error_code);
        w.nullable_string(self.error_message, true)?;
        w.uvarint(0);
        Ok(())
    }
}
