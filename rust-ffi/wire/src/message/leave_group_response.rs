// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! LeaveGroupResponse (key 13), versions 0-5, flexible from 4.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeaveGroupResponse<'a> {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota. (versions 1+)
    pub throttle_time_ms: i32,
    /// The error code, or 0 if there was no error.
    pub error_code: i16,
    /// List of leaving member responses. (versions 3+)
    pub members: Vec<MemberResponse<'a>>,
}

impl LeaveGroupResponse<'_> {
    pub const KEY: i16 = 13;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=5;
}

#[cfg(any(test, feature = "client"))]
impl<'a> LeaveGroupResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let message = Self {
            throttle_time_ms: if version >= 1 { r.i32()? } else { 0 },
            error_code: r.i16()?,
            members: if version >= 3 {
                r.array(flexible, 4, |r| MemberResponse::decode(r, version))?
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

impl LeaveGroupResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        if version >= 1 {
            w.i32(self.throttle_time_ms);
        }
        w.error_code(self.error_code);
        if version >= 3 {
            w.array(&self.members, flexible, |w, value| value.encode(w, version))?;
        }
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// List of leaving member responses.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberResponse<'a> {
    /// The member ID to remove from the group.
    pub member_id: &'a str,
    /// The group instance ID to remove from the group.
    pub group_instance_id: Option<&'a str>,
    /// The error code, or 0 if there was no error.
    pub error_code: i16,
}

impl Default for MemberResponse<'_> {
    fn default() -> Self {
        Self { member_id: "", group_instance_id: Some(""), error_code: 0 }
    }
}

#[cfg(any(test, feature = "client"))]
impl<'a> MemberResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let message = Self {
            member_id: r.string(flexible)?,
            group_instance_id: r.nullable_string(flexible)?,
            error_code: r.i16()?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl MemberResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        w.string(self.member_id, flexible)?;
        w.nullable_string(self.group_instance_id, flexible)?;
        w.error_code(self.error_code);
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
