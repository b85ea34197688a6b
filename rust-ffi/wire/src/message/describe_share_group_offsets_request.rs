// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! DescribeShareGroupOffsetsRequest (key 90), versions 0-1, flexible in all.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeShareGroupOffsetsRequest<'a> {
    /// The groups to describe offsets for.
    pub groups: Vec<DescribeShareGroupOffsetsRequestGroup<'a>>,
}

impl DescribeShareGroupOffsetsRequest<'_> {
    pub const KEY: i16 = 90;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=1;
}

impl<'a> DescribeShareGroupOffsetsRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self { groups: r.array(true, 3, |r| DescribeShareGroupOffsetsRequestGroup::decode(r, version))? };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl DescribeShareGroupOffsetsRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.array(&self.groups, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The groups to describe offsets for.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeShareGroupOffsetsRequestGroup<'a> {
    /// The group identifier.
    pub group_id: &'a str,
    /// The topics to describe offsets for, or null for all topic-partitions.
    pub topics: Option<Vec<DescribeShareGroupOffsetsRequestTopic<'a>>>,
}

impl Default for DescribeShareGroupOffsetsRequestGroup<'_> {
    fn default() -> Self {
        Self { group_id: "", topics: Some(Vec::new()) }
    }
}

impl<'a> DescribeShareGroupOffsetsRequestGroup<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            group_id: r.string(true)?,
            topics: r.nullable_array(true, 3, |r| DescribeShareGroupOffsetsRequestTopic::decode(r, version))?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl DescribeShareGroupOffsetsRequestGroup<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.string(self.group_id, true)?;
        w.nullable_array(self.topics.as_deref(), true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The topics to describe offsets for, or null for all topic-partitions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeShareGroupOffsetsRequestTopic<'a> {
    /// The topic name.
    pub topic_name: &'a str,
    /// The partitions.
    pub partitions: Vec<i32>,
}

impl<'a> DescribeShareGroupOffsetsRequestTopic<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { topic_name: r.string(true)?, partitions: r.array(true, 4, Reader::i32)? };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl DescribeShareGroupOffsetsRequestTopic<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.string(self.topic_name, true)?;
        w.array(&self.partitions, true, |w, value| {
            w.i32(*value);
            Ok(())
        })?;
        w.uvarint(0);
        Ok(())
    }
}
