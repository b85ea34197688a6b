// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! RenewDelegationTokenResponse (key 39), versions 1-2, flexible from 2.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct RenewDelegationTokenResponse {
    /// The error code, or 0 if there was no error.
    pub error_code: i16,
    /// The timestamp in milliseconds at which this token expires.
    pub expiry_timestamp_ms: i64,
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota.
    pub throttle_time_ms: i32,
}

impl RenewDelegationTokenResponse {
    pub const KEY: i16 = 39;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 1..=2;
}

#[cfg(any(test, feature = "client"))]
impl RenewDelegationTokenResponse {
    pub fn decode(r: &mut Reader<'_>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self { error_code: r.i16()?, expiry_timestamp_ms: r.i64()?, throttle_time_ms: r.i32()? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl RenewDelegationTokenResponse {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.error_code(self.error_code);
        w.i64(self.expiry_timestamp_ms);
        w.i32(self.throttle_time_ms);
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
