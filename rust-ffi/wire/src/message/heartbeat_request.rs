// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! HeartbeatRequest (key 12), versions 0-4, flexible from 4.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeartbeatRequest<'a> {
    /// The group id.
    pub group_id: &'a str,
    /// The generation of the group.
    pub generation_id: i32,
    /// The member ID.
    pub member_id: &'a str,
    /// The unique identifier of the consumer instance provided by end user. (versions 3+)
    pub group_instance_id: Option<&'a str>,
}

impl HeartbeatRequest<'_> {
    pub const KEY: i16 = 12;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=4;
}

impl<'a> HeartbeatRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let message = Self {
            group_id: r.string(flexible)?,
            generation_id: r.i32()?,
            member_id: r.string(flexible)?,
            group_instance_id: if version >= 3 { r.nullable_string(flexible)? } else { None },
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl HeartbeatRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        w.string(self.group_id, flexible)?;
        w.i32(self.generation_id);
        w.string(self.member_id, flexible)?;
        if version >= 3 {
            w.nullable_string(self.group_instance_id, flexible)?;
        }
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
