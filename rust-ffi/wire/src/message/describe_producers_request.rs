// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! DescribeProducersRequest (key 61), versions 0, flexible in all.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeProducersRequest<'a> {
    /// The topics to list producers for.
    pub topics: Vec<TopicRequest<'a>>,
}

impl DescribeProducersRequest<'_> {
    pub const KEY: i16 = 61;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=0;
}

impl<'a> DescribeProducersRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self { topics: r.array(true, 3, |r| TopicRequest::decode(r, version))? };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl DescribeProducersRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.array(&self.topics, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The topics to list producers for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicRequest<'a> {
    /// The topic name.
    pub name: &'a str,
    /// The indexes of the partitions to list producers for.
    pub partition_indexes: Vec<i32>,
}

impl<'a> TopicRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { name: r.string(true)?, partition_indexes: r.array(true, 4, Reader::i32)? };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl TopicRequest<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.string(self.name, true)?;
        w.array(&self.partition_indexes, true, |w, value| {
            w.i32(*value);
            Ok(())
        })?;
        w.uvarint(0);
        Ok(())
    }
}
