// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! DescribeTopicPartitionsRequest (key 75), versions 0, flexible in all.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, PartialEq)]
pub struct DescribeTopicPartitionsRequest<'a> {
    /// The topics to fetch details for.
    pub topics: Vec<TopicRequest<'a>>,
    /// The maximum number of partitions included in the response.
    pub response_partition_limit: i32,
    /// The first topic and partition index to fetch details for.
    pub cursor: Option<Cursor<'a>>,
}

impl Default for DescribeTopicPartitionsRequest<'_> {
    fn default() -> Self {
        Self { topics: Vec::new(), response_partition_limit: 2000, cursor: None }
    }
}

impl DescribeTopicPartitionsRequest<'_> {
    pub const KEY: i16 = 75;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=0;
}

impl<'a> DescribeTopicPartitionsRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            topics: r.array(true, 2, |r| TopicRequest::decode(r, version))?,
            response_partition_limit: r.i32()?,
            cursor: r.nullable_struct(|r| Cursor::decode(r, version))?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl DescribeTopicPartitionsRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.array(&self.topics, true, |w, value| value.encode(w, version))?;
        w.i32(self.response_partition_limit);
        w.nullable_struct(self.cursor.as_ref(), |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The topics to fetch details for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicRequest<'a> {
    /// The topic name.
    pub name: &'a str,
}

impl<'a> TopicRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { name: r.string(true)? };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl TopicRequest<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.string(self.name, true)?;
        w.uvarint(0);
        Ok(())
    }
}

/// The first topic and partition index to fetch details for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cursor<'a> {
    /// The name for the first topic to process.
    pub topic_name: &'a str,
    /// The partition index to start with.
    pub partition_index: i32,
}

impl<'a> Cursor<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { topic_name: r.string(true)?, partition_index: r.i32()? };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl Cursor<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.string(self.topic_name, true)?;
        w.i32(self.partition_index);
        w.uvarint(0);
        Ok(())
    }
}
