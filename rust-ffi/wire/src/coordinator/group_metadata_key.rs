// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! GroupMetadataKey (record type 2), versions 0, never flexible.

use crate::codec::{DecodeError, EncodeError, Reader, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct GroupMetadataKey<'a> {
    /// The group id.
    pub group: &'a str,
}

impl GroupMetadataKey<'_> {
    pub const KEY: i16 = 2;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=0;
}

impl<'a> GroupMetadataKey<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self { group: r.string(false)? })
    }
}

impl GroupMetadataKey<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.string(self.group, false)?;
        Ok(())
    }
}
