// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! CreatePartitionsRequest (key 37), versions 0-3, flexible from 2.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreatePartitionsRequest<'a> {
    /// Each topic that we want to create new partitions inside.
    pub topics: Vec<CreatePartitionsTopic<'a>>,
    /// The time in ms to wait for the partitions to be created.
    pub timeout_ms: i32,
    /// If true, then validate the request, but don't actually increase the number of partitions.
    pub validate_only: bool,
}

impl CreatePartitionsRequest<'_> {
    pub const KEY: i16 = 37;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=3;
}

impl<'a> CreatePartitionsRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self {
            topics: r.array(flexible, 6, |r| CreatePartitionsTopic::decode(r, version))?,
            timeout_ms: r.i32()?,
            validate_only: r.bool()?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl CreatePartitionsRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.array(&self.topics, flexible, |w, value| value.encode(w, version))?;
        w.i32(self.timeout_ms);
        w.bool(self.validate_only);
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// Each topic that we want to create new partitions inside.
#[derive(Clone, Debug, PartialEq)]
pub struct CreatePartitionsTopic<'a> {
    /// The topic name.
    pub name: &'a str,
    /// The new partition count.
    pub count: i32,
    /// The new partition assignments.
    pub assignments: Option<Vec<CreatePartitionsAssignment>>,
}

impl Default for CreatePartitionsTopic<'_> {
    fn default() -> Self {
        Self { name: "", count: 0, assignments: Some(Vec::new()) }
    }
}

impl<'a> CreatePartitionsTopic<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self {
            name: r.string(flexible)?,
            count: r.i32()?,
            assignments: r.nullable_array(flexible, 1, |r| CreatePartitionsAssignment::decode(r, version))?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl CreatePartitionsTopic<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.string(self.name, flexible)?;
        w.i32(self.count);
        w.nullable_array(self.assignments.as_deref(), flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// The new partition assignments.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreatePartitionsAssignment {
    /// The assigned broker IDs.
    pub broker_ids: Vec<i32>,
}

impl CreatePartitionsAssignment {
    pub fn decode(r: &mut Reader<'_>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self { broker_ids: r.array(flexible, 4, Reader::i32)? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl CreatePartitionsAssignment {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.array(&self.broker_ids, flexible, |w, value| {
            w.i32(*value);
            Ok(())
        })?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
