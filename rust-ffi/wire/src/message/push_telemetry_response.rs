// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! PushTelemetryResponse (key 72), versions 0, flexible in all.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct PushTelemetryResponse {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota.
    pub throttle_time_ms: i32,
    /// The error code, or 0 if there was no error.
    pub error_code: i16,
}

impl PushTelemetryResponse {
    pub const KEY: i16 = 72;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=0;
}

#[cfg(any(test, feature = "client"))]
impl PushTelemetryResponse {
    pub fn decode(r: &mut Reader<'_>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { throttle_time_ms: r.i32()?, error_code: r.i16()? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl PushTelemetryResponse {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.i32(self.throttle_time_ms);
        w.error_code(self.error_code);
        w.uvarint(0);
        Ok(())
    }
}
