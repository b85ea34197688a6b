// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! OffsetCommitKey (record type 1), versions 0, never flexible.

use crate::codec::{DecodeError, EncodeError, Reader, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetCommitKey<'a> {
    /// The consumer group id.
    pub group: &'a str,
    /// The topic name.
    pub topic: &'a str,
    /// The topic partition index.
    pub partition: i32,
}

impl OffsetCommitKey<'_> {
    pub const KEY: i16 = 1;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=0;
}

impl<'a> OffsetCommitKey<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self { group: r.string(false)?, topic: r.string(false)?, partition: r.i32()? })
    }
}

impl OffsetCommitKey<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.string(self.group, false)?;
        w.string(self.topic, false)?;
        w.i32(self.partition);
        Ok(())
    }
}
