// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! UnregisterBrokerRequest (key 64), versions 0, flexible in all.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct UnregisterBrokerRequest {
    /// The broker ID to unregister.
    pub broker_id: i32,
}

impl UnregisterBrokerRequest {
    pub const KEY: i16 = 64;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=0;
}

impl UnregisterBrokerRequest {
    pub fn decode(r: &mut Reader<'_>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { broker_id: r.i32()? };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl UnregisterBrokerRequest {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.i32(self.broker_id);
        w.uvarint(0);
        Ok(())
    }
}
