// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! ConsumerGroupRegularExpressionValue (record type 16), versions 0, flexible in all.

use crate::codec::{DecodeError, EncodeError, Reader, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConsumerGroupRegularExpressionValue<'a> {
    pub topics: Vec<&'a str>,
    pub version: i64,
    pub timestamp: i64,
}

impl ConsumerGroupRegularExpressionValue<'_> {
    pub const KEY: i16 = 16;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=0;
}

impl<'a> ConsumerGroupRegularExpressionValue<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { topics: r.array(true, 1, |r| r.string(true))?, version: r.i64()?, timestamp: r.i64()? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl ConsumerGroupRegularExpressionValue<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.array(&self.topics, true, |w, value| w.string(value, true))?;
        w.i64(self.version);
        w.i64(self.timestamp);
        w.uvarint(0);
        Ok(())
    }
}
