// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! AddPartitionsToTxnResponse (key 24), versions 0-5, flexible from 3.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AddPartitionsToTxnResponse<'a> {
    /// Duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota.
    pub throttle_time_ms: i32,
    /// The response top level error code. (versions 4+)
    pub error_code: i16,
    /// Results categorized by transactional ID. (versions 4+)
    pub results_by_transaction: Vec<AddPartitionsToTxnResult<'a>>,
    /// The results for each topic. (versions 0-3)
    pub results_by_topic_v3_and_below: Vec<AddPartitionsToTxnTopicResult<'a>>,
}

impl AddPartitionsToTxnResponse<'_> {
    pub const KEY: i16 = 24;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=5;
}

#[cfg(any(test, feature = "client"))]
impl<'a> AddPartitionsToTxnResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let message = Self {
            throttle_time_ms: r.i32()?,
            error_code: if version >= 4 { r.i16()? } else { 0 },
            results_by_transaction: if version >= 4 {
                r.array(flexible, 3, |r| AddPartitionsToTxnResult::decode(r, version))?
            } else {
                Vec::new()
            },
            results_by_topic_v3_and_below: if version <= 3 {
                r.array(flexible, 2, |r| AddPartitionsToTxnTopicResult::decode(r, version))?
            } else {
                Vec::new()
            },
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl AddPartitionsToTxnResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        w.i32(self.throttle_time_ms);
        if version >= 4 {
            w.error_code(self.error_code);
        }
        if version >= 4 {
            w.array(&self.results_by_transaction, flexible, |w, value| value.encode(w, version))?;
        }
        if version <= 3 {
            w.array(&self.results_by_topic_v3_and_below, flexible, |w, value| value.encode(w, version))?;
        }
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// Results categorized by transactional ID.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AddPartitionsToTxnResult<'a> {
    /// The transactional id corresponding to the transaction.
    pub transactional_id: &'a str,
    /// The results for each topic.
    pub topic_results: Vec<AddPartitionsToTxnTopicResult<'a>>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> AddPartitionsToTxnResult<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            transactional_id: r.string(true)?,
            topic_results: r.array(true, 2, |r| AddPartitionsToTxnTopicResult::decode(r, version))?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl AddPartitionsToTxnResult<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.string(self.transactional_id, true)?;
        w.array(&self.topic_results, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AddPartitionsToTxnTopicResult<'a> {
    /// The topic name.
    pub name: &'a str,
    /// The results for each partition.
    pub results_by_partition: Vec<AddPartitionsToTxnPartitionResult>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> AddPartitionsToTxnTopicResult<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let message = Self {
            name: r.string(flexible)?,
            results_by_partition: r.array(flexible, 6, |r| AddPartitionsToTxnPartitionResult::decode(r, version))?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl AddPartitionsToTxnTopicResult<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        w.string(self.name, flexible)?;
        w.array(&self.results_by_partition, flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AddPartitionsToTxnPartitionResult {
    /// The partition indexes.
    pub partition_index: i32,
    /// The response error code.
    pub partition_error_code: i16,
}

#[cfg(any(test, feature = "client"))]
impl AddPartitionsToTxnPartitionResult {
    pub fn decode(r: &mut Reader<'_>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let message = Self { partition_index: r.i32()?, partition_error_code: r.i16()? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl AddPartitionsToTxnPartitionResult {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        w.i32(self.partition_index);
        w.i16(self.partition_error_code);
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
