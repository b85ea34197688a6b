// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! CreateTopicsRequest (key 19), versions 2-7, flexible from 5.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, PartialEq)]
pub struct CreateTopicsRequest<'a> {
    /// The topics to create.
    pub topics: Vec<CreatableTopic<'a>>,
    /// How long to wait in milliseconds before timing out the request.
    pub timeout_ms: i32,
    /// If true, check that the topics can be created as specified, but don't create anything.
    pub validate_only: bool,
}

impl Default for CreateTopicsRequest<'_> {
    fn default() -> Self {
        Self { topics: Vec::new(), timeout_ms: 60000, validate_only: false }
    }
}

impl CreateTopicsRequest<'_> {
    pub const KEY: i16 = 19;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 2..=7;
}

impl<'a> CreateTopicsRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 5;
        let message = Self {
            topics: r.array(flexible, 9, |r| CreatableTopic::decode(r, version))?,
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
impl CreateTopicsRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        w.array(&self.topics, flexible, |w, value| value.encode(w, version))?;
        w.i32(self.timeout_ms);
        w.bool(self.validate_only);
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// The topics to create.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreatableTopic<'a> {
    /// The topic name.
    pub name: &'a str,
    /// The number of partitions to create in the topic, or -1 if we are either specifying a manual partition
    /// assignment or using the default partitions.
    pub num_partitions: i32,
    /// The number of replicas to create for each partition in the topic, or -1 if we are either specifying a manual
    /// partition assignment or using the default replication factor.
    pub replication_factor: i16,
    /// The manual partition assignment, or the empty array if we are using automatic assignment.
    pub assignments: Vec<CreatableReplicaAssignment>,
    /// The custom topic configurations to set.
    pub configs: Vec<CreatableTopicConfig<'a>>,
}

impl<'a> CreatableTopic<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 5;
        let message = Self {
            name: r.string(flexible)?,
            num_partitions: r.i32()?,
            replication_factor: r.i16()?,
            assignments: r.array(flexible, 5, |r| CreatableReplicaAssignment::decode(r, version))?,
            configs: r.array(flexible, 2, |r| CreatableTopicConfig::decode(r, version))?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl CreatableTopic<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        w.string(self.name, flexible)?;
        w.i32(self.num_partitions);
        w.i16(self.replication_factor);
        w.array(&self.assignments, flexible, |w, value| value.encode(w, version))?;
        w.array(&self.configs, flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// The manual partition assignment, or the empty array if we are using automatic assignment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreatableReplicaAssignment {
    /// The partition index.
    pub partition_index: i32,
    /// The brokers to place the partition on.
    pub broker_ids: Vec<i32>,
}

impl CreatableReplicaAssignment {
    pub fn decode(r: &mut Reader<'_>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 5;
        let message = Self { partition_index: r.i32()?, broker_ids: r.array(flexible, 4, Reader::i32)? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl CreatableReplicaAssignment {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        w.i32(self.partition_index);
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

/// The custom topic configurations to set.
#[derive(Clone, Debug, PartialEq)]
pub struct CreatableTopicConfig<'a> {
    /// The configuration name.
    pub name: &'a str,
    /// The configuration value.
    pub value: Option<&'a str>,
}

impl Default for CreatableTopicConfig<'_> {
    fn default() -> Self {
        Self { name: "", value: Some("") }
    }
}

impl<'a> CreatableTopicConfig<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 5;
        let message = Self { name: r.string(flexible)?, value: r.nullable_string(flexible)? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl CreatableTopicConfig<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        w.string(self.name, flexible)?;
        w.nullable_string(self.value, flexible)?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
