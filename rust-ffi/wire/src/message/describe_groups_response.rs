// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! DescribeGroupsResponse (key 15), versions 0-6, flexible from 5.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeGroupsResponse<'a> {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota. (versions 1+)
    pub throttle_time_ms: i32,
    /// Each described group.
    pub groups: Vec<DescribedGroup<'a>>,
}

impl DescribeGroupsResponse<'_> {
    pub const KEY: i16 = 15;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=6;
}

#[cfg(any(test, feature = "client"))]
impl<'a> DescribeGroupsResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 5;
        let message = Self {
            throttle_time_ms: if version >= 1 { r.i32()? } else { 0 },
            groups: r.array(flexible, 7, |r| DescribedGroup::decode(r, version))?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl DescribeGroupsResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        if version >= 1 {
            w.i32(self.throttle_time_ms);
        }
        w.array(&self.groups, flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// Each described group.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribedGroup<'a> {
    /// The describe error, or 0 if there was no error.
    pub error_code: i16,
    /// The describe error message, or null if there was no error. (versions 6+)
    pub error_message: Option<&'a str>,
    /// The group ID string.
    pub group_id: &'a str,
    /// The group state string, or the empty string.
    pub group_state: &'a str,
    /// The group protocol type, or the empty string.
    pub protocol_type: &'a str,
    /// The group protocol data, or the empty string.
    pub protocol_data: &'a str,
    /// The group members.
    pub members: Vec<DescribedGroupMember<'a>>,
    /// 32-bit bitfield to represent authorized operations for this group. (versions 3+)
    pub authorized_operations: i32,
}

impl Default for DescribedGroup<'_> {
    fn default() -> Self {
        Self {
            error_code: 0,
            error_message: None,
            group_id: "",
            group_state: "",
            protocol_type: "",
            protocol_data: "",
            members: Vec::new(),
            authorized_operations: i32::MIN,
        }
    }
}

#[cfg(any(test, feature = "client"))]
impl<'a> DescribedGroup<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 5;
        let message = Self {
            error_code: r.i16()?,
            error_message: if version >= 6 { r.nullable_string(flexible)? } else { None },
            group_id: r.string(flexible)?,
            group_state: r.string(flexible)?,
            protocol_type: r.string(flexible)?,
            protocol_data: r.string(flexible)?,
            members: r.array(flexible, 5, |r| DescribedGroupMember::decode(r, version))?,
            authorized_operations: if version >= 3 { r.i32()? } else { i32::MIN },
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl DescribedGroup<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        w.error_code(self.error_code);
        if version >= 6 {
            w.nullable_string(self.error_message, flexible)?;
        }
        w.string(self.group_id, flexible)?;
        w.string(self.group_state, flexible)?;
        w.string(self.protocol_type, flexible)?;
        w.string(self.protocol_data, flexible)?;
        w.array(&self.members, flexible, |w, value| value.encode(w, version))?;
        if version >= 3 {
            w.i32(self.authorized_operations);
        }
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// The group members.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribedGroupMember<'a> {
    /// The member id.
    pub member_id: &'a str,
    /// The unique identifier of the consumer instance provided by end user. (versions 4+)
    pub group_instance_id: Option<&'a str>,
    /// The client ID used in the member's latest join group request.
    pub client_id: &'a str,
    /// The client host.
    pub client_host: &'a str,
    /// The metadata corresponding to the current group protocol in use.
    pub member_metadata: &'a [u8],
    /// The current assignment provided by the group leader.
    pub member_assignment: &'a [u8],
}

#[cfg(any(test, feature = "client"))]
impl<'a> DescribedGroupMember<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 5;
        let message = Self {
            member_id: r.string(flexible)?,
            group_instance_id: if version >= 4 { r.nullable_string(flexible)? } else { None },
            client_id: r.string(flexible)?,
            client_host: r.string(flexible)?,
            member_metadata: r.bytes(flexible)?,
            member_assignment: r.bytes(flexible)?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl DescribedGroupMember<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        w.string(self.member_id, flexible)?;
        if version >= 4 {
            w.nullable_string(self.group_instance_id, flexible)?;
        }
        w.string(self.client_id, flexible)?;
        w.string(self.client_host, flexible)?;
        w.bytes(self.member_metadata, flexible)?;
        w.bytes(self.member_assignment, flexible)?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
