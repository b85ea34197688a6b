// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! FindCoordinatorResponse (key 10), versions 0-6, flexible from 3.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, PartialEq)]
pub struct FindCoordinatorResponse<'a> {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota. (versions 1+)
    pub throttle_time_ms: i32,
    /// The error code, or 0 if there was no error. (versions 0-3)
    pub error_code: i16,
    /// The error message, or null if there was no error. (versions 1-3)
    pub error_message: Option<&'a str>,
    /// The node id. (versions 0-3)
    pub node_id: i32,
    /// The host name. (versions 0-3)
    pub host: &'a str,
    /// The port. (versions 0-3)
    pub port: i32,
    /// Each coordinator result in the response. (versions 4+)
    pub coordinators: Vec<Coordinator<'a>>,
}

impl Default for FindCoordinatorResponse<'_> {
    fn default() -> Self {
        Self {
            throttle_time_ms: 0,
            error_code: 0,
            error_message: Some(""),
            node_id: 0,
            host: "",
            port: 0,
            coordinators: Vec::new(),
        }
    }
}

impl FindCoordinatorResponse<'_> {
    pub const KEY: i16 = 10;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=6;
}

#[cfg(any(test, feature = "client"))]
impl<'a> FindCoordinatorResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let message = Self {
            throttle_time_ms: if version >= 1 { r.i32()? } else { 0 },
            error_code: if version <= 3 { r.i16()? } else { 0 },
            error_message: if (1..=3).contains(&version) { r.nullable_string(flexible)? } else { Some("") },
            node_id: if version <= 3 { r.i32()? } else { 0 },
            host: if version <= 3 { r.string(flexible)? } else { "" },
            port: if version <= 3 { r.i32()? } else { 0 },
            coordinators: if version >= 4 {
                r.array(flexible, 14, |r| Coordinator::decode(r, version))?
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

impl FindCoordinatorResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        if version >= 1 {
            w.i32(self.throttle_time_ms);
        }
        if version <= 3 {
            w.error_code(self.error_code);
        }
        if (1..=3).contains(&version) {
            w.nullable_string(self.error_message, flexible)?;
        }
        if version <= 3 {
            w.i32(self.node_id);
        }
        if version <= 3 {
            w.string(self.host, flexible)?;
        }
        if version <= 3 {
            w.i32(self.port);
        }
        if version >= 4 {
            w.array(&self.coordinators, flexible, |w, value| value.encode(w, version))?;
        }
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// Each coordinator result in the response.
#[derive(Clone, Debug, PartialEq)]
pub struct Coordinator<'a> {
    /// The coordinator key.
    pub key: &'a str,
    /// The node id.
    pub node_id: i32,
    /// The host name.
    pub host: &'a str,
    /// The port.
    pub port: i32,
    /// The error code, or 0 if there was no error.
    pub error_code: i16,
    /// The error message, or null if there was no error.
    pub error_message: Option<&'a str>,
}

impl Default for Coordinator<'_> {
    fn default() -> Self {
        Self { key: "", node_id: 0, host: "", port: 0, error_code: 0, error_message: Some("") }
    }
}

#[cfg(any(test, feature = "client"))]
impl<'a> Coordinator<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            key: r.string(true)?,
            node_id: r.i32()?,
            host: r.string(true)?,
            port: r.i32()?,
            error_code: r.i16()?,
            error_message: r.nullable_string(true)?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl Coordinator<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.string(self.key, true)?;
        w.i32(self.node_id);
        w.string(self.host, true)?;
        w.i32(self.port);
        w.error_code(self.error_code);
        w.nullable_string(self.error_message, true)?;
        w.uvarint(0);
        Ok(())
    }
}
