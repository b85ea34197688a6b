// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! ConsumerGroupTargetAssignmentMetadataValue (record type 6), versions 0, flexible in all.

use crate::codec::{DecodeError, EncodeError, Reader, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConsumerGroupTargetAssignmentMetadataValue {
    /// The assignment epoch.
    pub assignment_epoch: i32,
    /// The time at which the assignment calculation finished. (tag 0)
    pub assignment_timestamp: i64,
}

impl ConsumerGroupTargetAssignmentMetadataValue {
    pub const KEY: i16 = 6;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=0;
}

impl ConsumerGroupTargetAssignmentMetadataValue {
    pub fn decode(r: &mut Reader<'_>, _version: i16) -> Result<Self, DecodeError> {
        let mut message = Self { assignment_epoch: r.i32()?, ..Self::default() };
        r.tags(|tag, r| {
            match tag {
                0 => message.assignment_timestamp = r.i64()?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(message)
    }
}

impl ConsumerGroupTargetAssignmentMetadataValue {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.i32(self.assignment_epoch);
        let has_assignment_timestamp = self.assignment_timestamp != 0;
        w.uvarint(u32::from(has_assignment_timestamp));
        if has_assignment_timestamp {
            w.tag(0, |w| {
                w.i64(self.assignment_timestamp);
                Ok(())
            })?;
        }
        Ok(())
    }
}
