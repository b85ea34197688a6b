// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! DeleteRecordsRequest (key 21), versions 0-2, flexible from 2.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteRecordsRequest<'a> {
    /// Each topic that we want to delete records from.
    pub topics: Vec<DeleteRecordsTopic<'a>>,
    /// How long to wait for the deletion to complete, in milliseconds.
    pub timeout_ms: i32,
}

impl DeleteRecordsRequest<'_> {
    pub const KEY: i16 = 21;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=2;
}

impl<'a> DeleteRecordsRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message =
            Self { topics: r.array(flexible, 2, |r| DeleteRecordsTopic::decode(r, version))?, timeout_ms: r.i32()? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl DeleteRecordsRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.array(&self.topics, flexible, |w, value| value.encode(w, version))?;
        w.i32(self.timeout_ms);
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// Each topic that we want to delete records from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteRecordsTopic<'a> {
    /// The topic name.
    pub name: &'a str,
    /// Each partition that we want to delete records from.
    pub partitions: Vec<DeleteRecordsPartition>,
}

impl<'a> DeleteRecordsTopic<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self {
            name: r.string(flexible)?,
            partitions: r.array(flexible, 12, |r| DeleteRecordsPartition::decode(r, version))?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl DeleteRecordsTopic<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.string(self.name, flexible)?;
        w.array(&self.partitions, flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// Each partition that we want to delete records from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteRecordsPartition {
    /// The partition index.
    pub partition_index: i32,
    /// The deletion offset. -1 means that records should be truncated to the high watermark.
    pub offset: i64,
}

impl DeleteRecordsPartition {
    pub fn decode(r: &mut Reader<'_>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self { partition_index: r.i32()?, offset: r.i64()? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl DeleteRecordsPartition {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.i32(self.partition_index);
        w.i64(self.offset);
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
