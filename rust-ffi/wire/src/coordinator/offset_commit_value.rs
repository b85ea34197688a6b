// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! OffsetCommitValue (record type 1), versions 0-4, flexible from 4.

use crate::codec::{DecodeError, EncodeError, Reader, Uuid, Writer};

#[derive(Clone, Debug, PartialEq)]
pub struct OffsetCommitValue<'a> {
    /// The offset that the consumer wants to store (for this partition).
    pub offset: i64,
    /// The leader epoch of the last consumed record. (versions 3+)
    pub leader_epoch: i32,
    /// Any metadata the client wants to keep.
    pub metadata: &'a str,
    /// The time at which the commit was added to the log.
    pub commit_timestamp: i64,
    /// The time at which the offset will expire. (versions 1)
    pub expire_timestamp: i64,
    /// The topic id of the committed offset. (versions 4+, tag 0)
    pub topic_id: Uuid,
}

impl Default for OffsetCommitValue<'_> {
    fn default() -> Self {
        Self {
            offset: 0,
            leader_epoch: -1,
            metadata: "",
            commit_timestamp: 0,
            expire_timestamp: -1,
            topic_id: Uuid::ZERO,
        }
    }
}

impl OffsetCommitValue<'_> {
    pub const KEY: i16 = 1;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=4;
}

impl<'a> OffsetCommitValue<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let mut message = Self {
            offset: r.i64()?,
            leader_epoch: if version >= 3 { r.i32()? } else { -1 },
            metadata: r.string(flexible)?,
            commit_timestamp: r.i64()?,
            expire_timestamp: if version == 1 { r.i64()? } else { -1 },
            ..Self::default()
        };
        if flexible {
            r.tags(|tag, r| {
                match tag {
                    0 => message.topic_id = r.uuid()?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(message)
    }
}

impl OffsetCommitValue<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        w.i64(self.offset);
        if version >= 3 {
            w.i32(self.leader_epoch);
        }
        w.string(self.metadata, flexible)?;
        w.i64(self.commit_timestamp);
        if version == 1 {
            w.i64(self.expire_timestamp);
        }
        if flexible {
            let has_topic_id = self.topic_id != Uuid::ZERO;
            w.uvarint(u32::from(has_topic_id));
            if has_topic_id {
                w.tag(0, |w| {
                    w.uuid(self.topic_id);
                    Ok(())
                })?;
            }
        }
        Ok(())
    }
}
