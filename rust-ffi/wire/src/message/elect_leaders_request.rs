// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! ElectLeadersRequest (key 43), versions 0-2, flexible from 2.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, PartialEq)]
pub struct ElectLeadersRequest<'a> {
    /// Type of elections to conduct for the partition. A value of '0' elects the preferred replica. A value of '1'
    /// elects the first live replica if there are no in-sync replica. (versions 1+)
    pub election_type: i8,
    /// The topic partitions to elect leaders.
    pub topic_partitions: Option<Vec<TopicPartitions<'a>>>,
    /// The time in ms to wait for the election to complete.
    pub timeout_ms: i32,
}

impl Default for ElectLeadersRequest<'_> {
    fn default() -> Self {
        Self { election_type: 0, topic_partitions: Some(Vec::new()), timeout_ms: 60000 }
    }
}

impl ElectLeadersRequest<'_> {
    pub const KEY: i16 = 43;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=2;
}

impl<'a> ElectLeadersRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self {
            election_type: if version >= 1 { r.i8()? } else { 0 },
            topic_partitions: r.nullable_array(flexible, 2, |r| TopicPartitions::decode(r, version))?,
            timeout_ms: r.i32()?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl ElectLeadersRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        if version >= 1 {
            w.i8(self.election_type);
        }
        w.nullable_array(self.topic_partitions.as_deref(), flexible, |w, value| value.encode(w, version))?;
        w.i32(self.timeout_ms);
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// The topic partitions to elect leaders.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicPartitions<'a> {
    /// The name of a topic.
    pub topic: &'a str,
    /// The partitions of this topic whose leader should be elected.
    pub partitions: Vec<i32>,
}

impl<'a> TopicPartitions<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self { topic: r.string(flexible)?, partitions: r.array(flexible, 4, Reader::i32)? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl TopicPartitions<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.string(self.topic, flexible)?;
        w.array(&self.partitions, flexible, |w, value| {
            w.i32(*value);
            Ok(())
        })?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
