// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! SaslAuthenticateRequest (key 36), versions 0-2, flexible from 2.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct SaslAuthenticateRequest<'a> {
    /// The SASL authentication bytes from the client, as defined by the SASL mechanism.
    pub auth_bytes: &'a [u8],
}

impl SaslAuthenticateRequest<'_> {
    pub const KEY: i16 = 36;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=2;
}

impl<'a> SaslAuthenticateRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self { auth_bytes: r.bytes(flexible)? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl SaslAuthenticateRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.bytes(self.auth_bytes, flexible)?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
