// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! SyncGroupRequest (key 14), versions 0-5, flexible from 4.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct SyncGroupRequest<'a> {
    /// The unique group identifier.
    pub group_id: &'a str,
    /// The generation of the group.
    pub generation_id: i32,
    /// The member ID assigned by the group.
    pub member_id: &'a str,
    /// The unique identifier of the consumer instance provided by end user. (versions 3+)
    pub group_instance_id: Option<&'a str>,
    /// The group protocol type. (versions 5+)
    pub protocol_type: Option<&'a str>,
    /// The group protocol name. (versions 5+)
    pub protocol_name: Option<&'a str>,
    /// Each assignment.
    pub assignments: Vec<SyncGroupRequestAssignment<'a>>,
}

impl SyncGroupRequest<'_> {
    pub const KEY: i16 = 14;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=5;
}

impl<'a> SyncGroupRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let message = Self {
            group_id: r.string(flexible)?,
            generation_id: r.i32()?,
            member_id: r.string(flexible)?,
            group_instance_id: if version >= 3 { r.nullable_string(flexible)? } else { None },
            protocol_type: if version >= 5 { r.nullable_string(flexible)? } else { None },
            protocol_name: if version >= 5 { r.nullable_string(flexible)? } else { None },
            assignments: r.array(flexible, 2, |r| SyncGroupRequestAssignment::decode(r, version))?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl SyncGroupRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        w.string(self.group_id, flexible)?;
        w.i32(self.generation_id);
        w.string(self.member_id, flexible)?;
        if version >= 3 {
            w.nullable_string(self.group_instance_id, flexible)?;
        }
        if version >= 5 {
            w.nullable_string(self.protocol_type, flexible)?;
        }
        if version >= 5 {
            w.nullable_string(self.protocol_name, flexible)?;
        }
        w.array(&self.assignments, flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// Each assignment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SyncGroupRequestAssignment<'a> {
    /// The ID of the member to assign.
    pub member_id: &'a str,
    /// The member assignment.
    pub assignment: &'a [u8],
}

impl<'a> SyncGroupRequestAssignment<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let message = Self { member_id: r.string(flexible)?, assignment: r.bytes(flexible)? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl SyncGroupRequestAssignment<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        w.string(self.member_id, flexible)?;
        w.bytes(self.assignment, flexible)?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
