// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! ConsumerGroupTargetAssignmentMetadataKey (record type 6), versions 0, never flexible.

use crate::codec::{DecodeError, EncodeError, Reader, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConsumerGroupTargetAssignmentMetadataKey<'a> {
    /// The group id.
    pub group_id: &'a str,
}

impl ConsumerGroupTargetAssignmentMetadataKey<'_> {
    pub const KEY: i16 = 6;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=0;
}

impl<'a> ConsumerGroupTargetAssignmentMetadataKey<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self { group_id: r.string(false)? })
    }
}

impl ConsumerGroupTargetAssignmentMetadataKey<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.string(self.group_id, false)?;
        Ok(())
    }
}
