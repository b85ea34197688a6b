// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! GetTelemetrySubscriptionsRequest (key 71), versions 0, flexible in all.

use crate::codec::{DecodeError, Reader, Uuid};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct GetTelemetrySubscriptionsRequest {
    /// Unique id for this client instance, must be set to 0 on the first request.
    pub client_instance_id: Uuid,
}

impl GetTelemetrySubscriptionsRequest {
    pub const KEY: i16 = 71;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=0;
}

impl GetTelemetrySubscriptionsRequest {
    pub fn decode(r: &mut Reader<'_>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { client_instance_id: r.uuid()? };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl GetTelemetrySubscriptionsRequest {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.uuid(self.client_instance_id);
        w.uvarint(0);
        Ok(())
    }
}
