// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! SyncGroupResponse (key 14), versions 0-5, flexible from 4.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct SyncGroupResponse<'a> {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota. (versions 1+)
    pub throttle_time_ms: i32,
    /// The error code, or 0 if there was no error.
    pub error_code: i16,
    /// The group protocol type. (versions 5+)
    pub protocol_type: Option<&'a str>,
    /// The group protocol name. (versions 5+)
    pub protocol_name: Option<&'a str>,
    /// The member assignment.
    pub assignment: &'a [u8],
}

impl SyncGroupResponse<'_> {
    pub const KEY: i16 = 14;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=5;
}

#[cfg(any(test, feature = "client"))]
impl<'a> SyncGroupResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let message = Self {
            throttle_time_ms: if version >= 1 { r.i32()? } else { 0 },
            error_code: r.i16()?,
            protocol_type: if version >= 5 { r.nullable_string(flexible)? } else { None },
            protocol_name: if version >= 5 { r.nullable_string(flexible)? } else { None },
            assignment: r.bytes(flexible)?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl SyncGroupResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        if version >= 1 {
            w.i32(self.throttle_time_ms);
        }
        w.error_code(self.error_code);
        if version >= 5 {
            w.nullable_string(self.protocol_type, flexible)?;
        }
        if version >= 5 {
            w.nullable_string(self.protocol_name, flexible)?;
        }
        w.bytes(self.assignment, flexible)?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
