// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! SaslHandshakeResponse (key 17), versions 0-1, never flexible.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct SaslHandshakeResponse<'a> {
    /// The error code, or 0 if there was no error.
    pub error_code: i16,
    /// The mechanisms enabled in the server.
    pub mechanisms: Vec<&'a str>,
}

impl SaslHandshakeResponse<'_> {
    pub const KEY: i16 = 17;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=1;
}

#[cfg(any(test, feature = "client"))]
impl<'a> SaslHandshakeResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self { error_code: r.i16()?, mechanisms: r.array(false, 2, |r| r.string(false))? })
    }
}

impl SaslHandshakeResponse<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.error_code(self.error_code);
        w.array(&self.mechanisms, false, |w, value| w.string(value, false))?;
        Ok(())
    }
}
