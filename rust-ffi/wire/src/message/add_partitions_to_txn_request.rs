// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! AddPartitionsToTxnRequest (key 24), versions 0-5, flexible from 3.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AddPartitionsToTxnRequest<'a> {
    /// List of transactions to add partitions to. (versions 4+)
    pub transactions: Vec<AddPartitionsToTxnTransaction<'a>>,
    /// The transactional id corresponding to the transaction. (versions 0-3)
    pub v3_and_below_transactional_id: &'a str,
    /// Current producer id in use by the transactional id. (versions 0-3)
    pub v3_and_below_producer_id: i64,
    /// Current epoch associated with the producer id. (versions 0-3)
    pub v3_and_below_producer_epoch: i16,
    /// The partitions to add to the transaction. (versions 0-3)
    pub v3_and_below_topics: Vec<AddPartitionsToTxnTopic<'a>>,
}

impl AddPartitionsToTxnRequest<'_> {
    pub const KEY: i16 = 24;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=5;
}

impl<'a> AddPartitionsToTxnRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let message = Self {
            transactions: if version >= 4 {
                r.array(flexible, 14, |r| AddPartitionsToTxnTransaction::decode(r, version))?
            } else {
                Vec::new()
            },
            v3_and_below_transactional_id: if version <= 3 { r.string(flexible)? } else { "" },
            v3_and_below_producer_id: if version <= 3 { r.i64()? } else { 0 },
            v3_and_below_producer_epoch: if version <= 3 { r.i16()? } else { 0 },
            v3_and_below_topics: if version <= 3 {
                r.array(flexible, 2, |r| AddPartitionsToTxnTopic::decode(r, version))?
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

#[cfg(any(test, feature = "client"))]
impl AddPartitionsToTxnRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        if version >= 4 {
            w.array(&self.transactions, flexible, |w, value| value.encode(w, version))?;
        }
        if version <= 3 {
            w.string(self.v3_and_below_transactional_id, flexible)?;
        }
        if version <= 3 {
            w.i64(self.v3_and_below_producer_id);
        }
        if version <= 3 {
            w.i16(self.v3_and_below_producer_epoch);
        }
        if version <= 3 {
            w.array(&self.v3_and_below_topics, flexible, |w, value| value.encode(w, version))?;
        }
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// List of transactions to add partitions to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AddPartitionsToTxnTransaction<'a> {
    /// The transactional id corresponding to the transaction.
    pub transactional_id: &'a str,
    /// Current producer id in use by the transactional id.
    pub producer_id: i64,
    /// Current epoch associated with the producer id.
    pub producer_epoch: i16,
    /// Boolean to signify if we want to check if the partition is in the transaction rather than add it.
    pub verify_only: bool,
    /// The partitions to add to the transaction.
    pub topics: Vec<AddPartitionsToTxnTopic<'a>>,
}

impl<'a> AddPartitionsToTxnTransaction<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            transactional_id: r.string(true)?,
            producer_id: r.i64()?,
            producer_epoch: r.i16()?,
            verify_only: r.bool()?,
            topics: r.array(true, 2, |r| AddPartitionsToTxnTopic::decode(r, version))?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl AddPartitionsToTxnTransaction<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.string(self.transactional_id, true)?;
        w.i64(self.producer_id);
        w.i16(self.producer_epoch);
        w.bool(self.verify_only);
        w.array(&self.topics, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AddPartitionsToTxnTopic<'a> {
    /// The name of the topic.
    pub name: &'a str,
    /// The partition indexes to add to the transaction.
    pub partitions: Vec<i32>,
}

impl<'a> AddPartitionsToTxnTopic<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let message = Self { name: r.string(flexible)?, partitions: r.array(flexible, 4, Reader::i32)? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl AddPartitionsToTxnTopic<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        w.string(self.name, flexible)?;
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
