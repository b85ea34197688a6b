// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! ExpireDelegationTokenRequest (key 40), versions 1-2, flexible from 2.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExpireDelegationTokenRequest<'a> {
    /// The HMAC of the delegation token to be expired.
    pub hmac: &'a [u8],
    /// The expiry time period in milliseconds.
    pub expiry_time_period_ms: i64,
}

impl ExpireDelegationTokenRequest<'_> {
    pub const KEY: i16 = 40;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 1..=2;
}

impl<'a> ExpireDelegationTokenRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self { hmac: r.bytes(flexible)?, expiry_time_period_ms: r.i64()? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl ExpireDelegationTokenRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.bytes(self.hmac, flexible)?;
        w.i64(self.expiry_time_period_ms);
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
