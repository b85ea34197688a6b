// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! LeaveGroupRequest (key 13), versions 0-5, flexible from 4.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeaveGroupRequest<'a> {
    /// The ID of the group to leave.
    pub group_id: &'a str,
    /// The member ID to remove from the group. (versions 0-2)
    pub member_id: &'a str,
    /// List of leaving member identities. (versions 3+)
    pub members: Vec<MemberIdentity<'a>>,
}

impl LeaveGroupRequest<'_> {
    pub const KEY: i16 = 13;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=5;
}

impl<'a> LeaveGroupRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let message = Self {
            group_id: r.string(flexible)?,
            member_id: if version <= 2 { r.string(flexible)? } else { "" },
            members: if version >= 3 {
                r.array(flexible, 2, |r| MemberIdentity::decode(r, version))?
            } else {
                Vec::new()
            },
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl LeaveGroupRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        w.string(self.group_id, flexible)?;
        if version <= 2 {
            w.string(self.member_id, flexible)?;
        }
        if version >= 3 {
            w.array(&self.members, flexible, |w, value| value.encode(w, version))?;
        }
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// List of leaving member identities.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MemberIdentity<'a> {
    /// The member ID to remove from the group.
    pub member_id: &'a str,
    /// The group instance ID to remove from the group.
    pub group_instance_id: Option<&'a str>,
    /// The reason why the member left the group. (versions 5+)
    pub reason: Option<&'a str>,
}

impl<'a> MemberIdentity<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let message = Self {
            member_id: r.string(flexible)?,
            group_instance_id: r.nullable_string(flexible)?,
            reason: if version >= 5 { r.nullable_string(flexible)? } else { None },
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl MemberIdentity<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        w.string(self.member_id, flexible)?;
        w.nullable_string(self.group_instance_id, flexible)?;
        if version >= 5 {
            w.nullable_string(self.reason, flexible)?;
        }
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
