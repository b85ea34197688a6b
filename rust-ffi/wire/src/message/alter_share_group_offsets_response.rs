// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! AlterShareGroupOffsetsResponse (key 91), versions 0, flexible in all.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Uuid, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterShareGroupOffsetsResponse<'a> {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota.
    pub throttle_time_ms: i32,
    /// The top-level error code, or 0 if there was no error.
    pub error_code: i16,
    /// The top-level error message, or null if there was no error.
    pub error_message: Option<&'a str>,
    /// The results for each topic.
    pub responses: Vec<AlterShareGroupOffsetsResponseTopic<'a>>,
}

impl AlterShareGroupOffsetsResponse<'_> {
    pub const KEY: i16 = 91;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=0;
}

#[cfg(any(test, feature = "client"))]
impl<'a> AlterShareGroupOffsetsResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            throttle_time_ms: r.i32()?,
            error_code: r.i16()?,
            error_message: r.nullable_string(true)?,
            responses: r.array(true, 19, |r| AlterShareGroupOffsetsResponseTopic::decode(r, version))?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl AlterShareGroupOffsetsResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.i32(self.throttle_time_ms);
        w.error_code(self.error_code);
        w.nullable_string(self.error_message, true)?;
        w.array(&self.responses, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The results for each topic.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterShareGroupOffsetsResponseTopic<'a> {
    /// The topic name.
    pub topic_name: &'a str,
    /// The unique topic ID.
    pub topic_id: Uuid,
    pub partitions: Vec<AlterShareGroupOffsetsResponsePartition<'a>>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> AlterShareGroupOffsetsResponseTopic<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            topic_name: r.string(true)?,
            topic_id: r.uuid()?,
            partitions: r.array(true, 8, |r| AlterShareGroupOffsetsResponsePartition::decode(r, version))?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl AlterShareGroupOffsetsResponseTopic<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.string(self.topic_name, true)?;
        w.uuid(self.topic_id);
        w.array(&self.partitions, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterShareGroupOffsetsResponsePartition<'a> {
    /// The partition index.
    pub partition_index: i32,
    /// The error code, or 0 if there was no error.
    pub error_code: i16,
    /// The error message, or null if there was no error.
    pub error_message: Option<&'a str>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> AlterShareGroupOffsetsResponsePartition<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { partition_index: r.i32()?, error_code: r.i16()?, error_message: r.nullable_string(true)? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl AlterShareGroupOffsetsResponsePartition<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.i32(self.partition_index);
        w.error_code(self.error_code);
        w.nullable_string(self.error_message, true)?;
        w.uvarint(0);
        Ok(())
    }
}
