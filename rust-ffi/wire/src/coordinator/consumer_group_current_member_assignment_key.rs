// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! ConsumerGroupCurrentMemberAssignmentKey (record type 8), versions 0, never flexible.

use crate::codec::{DecodeError, EncodeError, Reader, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConsumerGroupCurrentMemberAssignmentKey<'a> {
    /// The group id.
    pub group_id: &'a str,
    /// The member id.
    pub member_id: &'a str,
}

impl ConsumerGroupCurrentMemberAssignmentKey<'_> {
    pub const KEY: i16 = 8;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=0;
}

impl<'a> ConsumerGroupCurrentMemberAssignmentKey<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self { group_id: r.string(false)?, member_id: r.string(false)? })
    }
}

impl ConsumerGroupCurrentMemberAssignmentKey<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.string(self.group_id, false)?;
        w.string(self.member_id, false)?;
        Ok(())
    }
}
