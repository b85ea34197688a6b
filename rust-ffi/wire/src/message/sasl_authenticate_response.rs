// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! SaslAuthenticateResponse (key 36), versions 0-2, flexible from 2.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, PartialEq)]
pub struct SaslAuthenticateResponse<'a> {
    /// The error code, or 0 if there was no error.
    pub error_code: i16,
    /// The error message, or null if there was no error.
    pub error_message: Option<&'a str>,
    /// The SASL authentication bytes from the server, as defined by the SASL mechanism.
    pub auth_bytes: &'a [u8],
    /// Number of milliseconds after which only re-authentication over the existing connection to create a new
    /// session can occur. (versions 1+)
    pub session_lifetime_ms: i64,
}

impl Default for SaslAuthenticateResponse<'_> {
    fn default() -> Self {
        Self { error_code: 0, error_message: Some(""), auth_bytes: &[], session_lifetime_ms: 0 }
    }
}

impl SaslAuthenticateResponse<'_> {
    pub const KEY: i16 = 36;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=2;
}

#[cfg(any(test, feature = "client"))]
impl<'a> SaslAuthenticateResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self {
            error_code: r.i16()?,
            error_message: r.nullable_string(flexible)?,
            auth_bytes: r.bytes(flexible)?,
            session_lifetime_ms: if version >= 1 { r.i64()? } else { 0 },
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl SaslAuthenticateResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.error_code(self.error_code);
        w.nullable_string(self.error_message, flexible)?;
        w.bytes(self.auth_bytes, flexible)?;
        if version >= 1 {
            w.i64(self.session_lifetime_ms);
        }
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
