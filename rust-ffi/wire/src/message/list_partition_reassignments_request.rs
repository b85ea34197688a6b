// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! ListPartitionReassignmentsRequest (key 46), versions 0, flexible in all.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, PartialEq)]
pub struct ListPartitionReassignmentsRequest<'a> {
    /// The time in ms to wait for the request to complete.
    pub timeout_ms: i32,
    /// The topics to list partition reassignments for, or null to list everything.
    pub topics: Option<Vec<ListPartitionReassignmentsTopics<'a>>>,
}

impl Default for ListPartitionReassignmentsRequest<'_> {
    fn default() -> Self {
        Self { timeout_ms: 60000, topics: None }
    }
}

impl ListPartitionReassignmentsRequest<'_> {
    pub const KEY: i16 = 46;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=0;
}

impl<'a> ListPartitionReassignmentsRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            timeout_ms: r.i32()?,
            topics: r.nullable_array(true, 3, |r| ListPartitionReassignmentsTopics::decode(r, version))?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl ListPartitionReassignmentsRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.i32(self.timeout_ms);
        w.nullable_array(self.topics.as_deref(), true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The topics to list partition reassignments for, or null to list everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListPartitionReassignmentsTopics<'a> {
    /// The topic name.
    pub name: &'a str,
    /// The partitions to list partition reassignments for.
    pub partition_indexes: Vec<i32>,
}

impl<'a> ListPartitionReassignmentsTopics<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { name: r.string(true)?, partition_indexes: r.array(true, 4, Reader::i32)? };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl ListPartitionReassignmentsTopics<'_> {
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
