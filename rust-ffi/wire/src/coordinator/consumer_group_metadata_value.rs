// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! ConsumerGroupMetadataValue (record type 3), versions 0, flexible in all.

use crate::codec::{DecodeError, EncodeError, Reader, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConsumerGroupMetadataValue {
    /// The group epoch.
    pub epoch: i32,
    /// The hash of all topics in the group. (tag 0)
    pub metadata_hash: i64,
}

impl ConsumerGroupMetadataValue {
    pub const KEY: i16 = 3;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=0;
}

impl ConsumerGroupMetadataValue {
    pub fn decode(r: &mut Reader<'_>, _version: i16) -> Result<Self, DecodeError> {
        let mut message = Self { epoch: r.i32()?, ..Self::default() };
        r.tags(|tag, r| {
            match tag {
                0 => message.metadata_hash = r.i64()?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(message)
    }
}

impl ConsumerGroupMetadataValue {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.i32(self.epoch);
        let has_metadata_hash = self.metadata_hash != 0;
        w.uvarint(u32::from(has_metadata_hash));
        if has_metadata_hash {
            w.tag(0, |w| {
                w.i64(self.metadata_hash);
                Ok(())
            })?;
        }
        Ok(())
    }
}
