// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! ProduceRequest (key 0), versions 3-13, flexible from 9.

use crate::codec::{DecodeError, Reader, Uuid};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProduceRequest<'a> {
    /// The transactional ID, or null if the producer is not transactional.
    pub transactional_id: Option<&'a str>,
    /// The number of acknowledgments the producer requires the leader to have received before considering a request
    /// complete. Allowed values: 0 for no acknowledgments, 1 for only the leader and -1 for the full ISR.
    pub acks: i16,
    /// The timeout to await a response in milliseconds.
    pub timeout_ms: i32,
    /// Each topic to produce to.
    pub topic_data: Vec<TopicProduceData<'a>>,
}

impl ProduceRequest<'_> {
    pub const KEY: i16 = 0;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 3..=13;
}

impl<'a> ProduceRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let message = Self {
            transactional_id: r.nullable_string(flexible)?,
            acks: r.i16()?,
            timeout_ms: r.i32()?,
            topic_data: r.array(flexible, 1, |r| TopicProduceData::decode(r, version))?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl ProduceRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        w.nullable_string(self.transactional_id, flexible)?;
        w.i16(self.acks);
        w.i32(self.timeout_ms);
        w.array(&self.topic_data, flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// Each topic to produce to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicProduceData<'a> {
    /// The topic name. (versions 3-12)
    pub name: &'a str,
    /// The unique topic ID. (versions 13+)
    pub topic_id: Uuid,
    /// Each partition to produce to.
    pub partition_data: Vec<PartitionProduceData<'a>>,
}

impl<'a> TopicProduceData<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let message = Self {
            name: if version <= 12 { r.string(flexible)? } else { "" },
            topic_id: if version >= 13 { r.uuid()? } else { Uuid::ZERO },
            partition_data: r.array(flexible, 5, |r| PartitionProduceData::decode(r, version))?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl TopicProduceData<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        if version <= 12 {
            w.string(self.name, flexible)?;
        }
        if version >= 13 {
            w.uuid(self.topic_id);
        }
        w.array(&self.partition_data, flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// Each partition to produce to.
#[derive(Clone, Debug, PartialEq)]
pub struct PartitionProduceData<'a> {
    /// The partition index.
    pub index: i32,
    /// The record data to be produced.
    pub records: Option<&'a [u8]>,
}

impl Default for PartitionProduceData<'_> {
    fn default() -> Self {
        Self { index: 0, records: Some(&[]) }
    }
}

impl<'a> PartitionProduceData<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let message = Self { index: r.i32()?, records: r.nullable_bytes(flexible)? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl PartitionProduceData<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        w.i32(self.index);
        w.nullable_bytes(self.records, flexible)?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
