// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! SaslHandshakeRequest (key 17), versions 0-1, never flexible.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct SaslHandshakeRequest<'a> {
    /// The SASL mechanism chosen by the client.
    pub mechanism: &'a str,
}

impl SaslHandshakeRequest<'_> {
    pub const KEY: i16 = 17;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=1;
}

impl<'a> SaslHandshakeRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self { mechanism: r.string(false)? })
    }
}

#[cfg(any(test, feature = "client"))]
impl SaslHandshakeRequest<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.string(self.mechanism, false)?;
        Ok(())
    }
}
