// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! ListGroupsResponse (key 16), versions 0-5, flexible from 3.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListGroupsResponse<'a> {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota. (versions 1+)
    pub throttle_time_ms: i32,
    /// The error code, or 0 if there was no error.
    pub error_code: i16,
    /// Each group in the response.
    pub groups: Vec<ListedGroup<'a>>,
}

impl ListGroupsResponse<'_> {
    pub const KEY: i16 = 16;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=5;
}

#[cfg(any(test, feature = "client"))]
impl<'a> ListGroupsResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let message = Self {
            throttle_time_ms: if version >= 1 { r.i32()? } else { 0 },
            error_code: r.i16()?,
            groups: r.array(flexible, 2, |r| ListedGroup::decode(r, version))?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl ListGroupsResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        if version >= 1 {
            w.i32(self.throttle_time_ms);
        }
        w.error_code(self.error_code);
        w.array(&self.groups, flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// Each group in the response.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListedGroup<'a> {
    /// The group ID.
    pub group_id: &'a str,
    /// The group protocol type.
    pub protocol_type: &'a str,
    /// The group state name. (versions 4+)
    pub group_state: &'a str,
    /// The group type name. (versions 5+)
    pub group_type: &'a str,
}

#[cfg(any(test, feature = "client"))]
impl<'a> ListedGroup<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let message = Self {
            group_id: r.string(flexible)?,
            protocol_type: r.string(flexible)?,
            group_state: if version >= 4 { r.string(flexible)? } else { "" },
            group_type: if version >= 5 { r.string(flexible)? } else { "" },
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl ListedGroup<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        w.string(self.group_id, flexible)?;
        w.string(self.protocol_type, flexible)?;
        if version >= 4 {
            w.string(self.group_state, flexible)?;
        }
        if version >= 5 {
            w.string(self.group_type, flexible)?;
        }
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
