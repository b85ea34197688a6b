// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! DeleteShareGroupOffsetsRequest (key 92), versions 0, flexible in all.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteShareGroupOffsetsRequest<'a> {
    /// The group identifier.
    pub group_id: &'a str,
    /// The topics to delete offsets for.
    pub topics: Vec<DeleteShareGroupOffsetsRequestTopic<'a>>,
}

impl DeleteShareGroupOffsetsRequest<'_> {
    pub const KEY: i16 = 92;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=0;
}

impl<'a> DeleteShareGroupOffsetsRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            group_id: r.string(true)?,
            topics: r.array(true, 2, |r| DeleteShareGroupOffsetsRequestTopic::decode(r, version))?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl DeleteShareGroupOffsetsRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.string(self.group_id, true)?;
        w.array(&self.topics, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The topics to delete offsets for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteShareGroupOffsetsRequestTopic<'a> {
    /// The topic name.
    pub topic_name: &'a str,
}

impl<'a> DeleteShareGroupOffsetsRequestTopic<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { topic_name: r.string(true)? };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl DeleteShareGroupOffsetsRequestTopic<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.string(self.topic_name, true)?;
        w.uvarint(0);
        Ok(())
    }
}
