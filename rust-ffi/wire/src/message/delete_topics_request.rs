// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! DeleteTopicsRequest (key 20), versions 1-6, flexible from 4.

use crate::codec::{DecodeError, Reader, Uuid};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteTopicsRequest<'a> {
    /// The name or topic ID of the topic. (versions 6+)
    pub topics: Vec<DeleteTopicState<'a>>,
    /// The names of the topics to delete. (versions 1-5)
    pub topic_names: Vec<&'a str>,
    /// The length of time in milliseconds to wait for the deletions to complete.
    pub timeout_ms: i32,
}

impl DeleteTopicsRequest<'_> {
    pub const KEY: i16 = 20;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 1..=6;
}

impl<'a> DeleteTopicsRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let message = Self {
            topics: if version >= 6 {
                r.array(flexible, 18, |r| DeleteTopicState::decode(r, version))?
            } else {
                Vec::new()
            },
            topic_names: if version <= 5 { r.array(flexible, 1, |r| r.string(flexible))? } else { Vec::new() },
            timeout_ms: r.i32()?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl DeleteTopicsRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        if version >= 6 {
            w.array(&self.topics, flexible, |w, value| value.encode(w, version))?;
        }
        if version <= 5 {
            w.array(&self.topic_names, flexible, |w, value| w.string(value, flexible))?;
        }
        w.i32(self.timeout_ms);
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// The name or topic ID of the topic.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteTopicState<'a> {
    /// The topic name.
    pub name: Option<&'a str>,
    /// The unique topic ID.
    pub topic_id: Uuid,
}

impl<'a> DeleteTopicState<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { name: r.nullable_string(true)?, topic_id: r.uuid()? };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl DeleteTopicState<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.nullable_string(self.name, true)?;
        w.uuid(self.topic_id);
        w.uvarint(0);
        Ok(())
    }
}
