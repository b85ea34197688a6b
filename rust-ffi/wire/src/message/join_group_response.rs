// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! JoinGroupResponse (key 11), versions 0-9, flexible from 6.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, PartialEq)]
pub struct JoinGroupResponse<'a> {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota. (versions 2+)
    pub throttle_time_ms: i32,
    /// The error code, or 0 if there was no error.
    pub error_code: i16,
    /// The generation ID of the group.
    pub generation_id: i32,
    /// The group protocol name. (versions 7+)
    pub protocol_type: Option<&'a str>,
    /// The group protocol selected by the coordinator. (nullable from 7)
    pub protocol_name: Option<&'a str>,
    /// The leader of the group.
    pub leader: &'a str,
    /// True if the leader must skip running the assignment. (versions 9+)
    pub skip_assignment: bool,
    /// The member ID assigned by the group coordinator.
    pub member_id: &'a str,
    /// The group members.
    pub members: Vec<JoinGroupResponseMember<'a>>,
}

impl Default for JoinGroupResponse<'_> {
    fn default() -> Self {
        Self {
            throttle_time_ms: 0,
            error_code: 0,
            generation_id: -1,
            protocol_type: None,
            protocol_name: Some(""),
            leader: "",
            skip_assignment: false,
            member_id: "",
            members: Vec::new(),
        }
    }
}

impl JoinGroupResponse<'_> {
    pub const KEY: i16 = 11;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=9;
}

#[cfg(any(test, feature = "client"))]
impl<'a> JoinGroupResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let message = Self {
            throttle_time_ms: if version >= 2 { r.i32()? } else { 0 },
            error_code: r.i16()?,
            generation_id: r.i32()?,
            protocol_type: if version >= 7 { r.nullable_string(flexible)? } else { None },
            protocol_name: Reader::null_if(version >= 7, r.nullable_string(flexible)?)?,
            leader: r.string(flexible)?,
            skip_assignment: if version >= 9 { r.bool()? } else { false },
            member_id: r.string(flexible)?,
            members: r.array(flexible, 2, |r| JoinGroupResponseMember::decode(r, version))?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl JoinGroupResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        if version >= 2 {
            w.i32(self.throttle_time_ms);
        }
        w.error_code(self.error_code);
        w.i32(self.generation_id);
        if version >= 7 {
            w.nullable_string(self.protocol_type, flexible)?;
        }
        Writer::null_if(version >= 7, &self.protocol_name)?;
        w.nullable_string(self.protocol_name, flexible)?;
        w.string(self.leader, flexible)?;
        if version >= 9 {
            w.bool(self.skip_assignment);
        }
        w.string(self.member_id, flexible)?;
        w.array(&self.members, flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// The group members.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JoinGroupResponseMember<'a> {
    /// The group member ID.
    pub member_id: &'a str,
    /// The unique identifier of the consumer instance provided by end user. (versions 5+)
    pub group_instance_id: Option<&'a str>,
    /// The group member metadata.
    pub metadata: &'a [u8],
}

#[cfg(any(test, feature = "client"))]
impl<'a> JoinGroupResponseMember<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let message = Self {
            member_id: r.string(flexible)?,
            group_instance_id: if version >= 5 { r.nullable_string(flexible)? } else { None },
            metadata: r.bytes(flexible)?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl JoinGroupResponseMember<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        w.string(self.member_id, flexible)?;
        if version >= 5 {
            w.nullable_string(self.group_instance_id, flexible)?;
        }
        w.bytes(self.metadata, flexible)?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
