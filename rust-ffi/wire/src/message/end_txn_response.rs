// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! EndTxnResponse (key 26), versions 0-5, flexible from 3.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, PartialEq)]
pub struct EndTxnResponse {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota.
    pub throttle_time_ms: i32,
    /// The error code, or 0 if there was no error.
    pub error_code: i16,
    /// The producer ID. (versions 5+)
    pub producer_id: i64,
    /// The current epoch associated with the producer. (versions 5+)
    pub producer_epoch: i16,
}

impl Default for EndTxnResponse {
    fn default() -> Self {
        Self { throttle_time_ms: 0, error_code: 0, producer_id: -1, producer_epoch: -1 }
    }
}

impl EndTxnResponse {
    pub const KEY: i16 = 26;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=5;
}

#[cfg(any(test, feature = "client"))]
impl EndTxnResponse {
    pub fn decode(r: &mut Reader<'_>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let message = Self {
            throttle_time_ms: r.i32()?,
            error_code: r.i16()?,
            producer_id: if version >= 5 { r.i64()? } else { -1 },
            producer_epoch: if version >= 5 { r.i16()? } else { -1 },
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl EndTxnResponse {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        w.i32(self.throttle_time_ms);
        w.error_code(self.error_code);
        if version >= 5 {
            w.i64(self.producer_id);
        }
        if version >= 5 {
            w.i16(self.producer_epoch);
        }
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
