// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! DescribeTransactionsResponse (key 65), versions 0, flexible in all.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeTransactionsResponse<'a> {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota.
    pub throttle_time_ms: i32,
    /// The current state of the transaction.
    pub transaction_states: Vec<TransactionState<'a>>,
}

impl DescribeTransactionsResponse<'_> {
    pub const KEY: i16 = 65;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=0;
}

#[cfg(any(test, feature = "client"))]
impl<'a> DescribeTransactionsResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            throttle_time_ms: r.i32()?,
            transaction_states: r.array(true, 28, |r| TransactionState::decode(r, version))?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl DescribeTransactionsResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.i32(self.throttle_time_ms);
        w.array(&self.transaction_states, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The current state of the transaction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TransactionState<'a> {
    /// The error code.
    pub error_code: i16,
    /// The transactional id.
    pub transactional_id: &'a str,
    /// The current transaction state of the producer.
    pub transaction_state: &'a str,
    /// The timeout in milliseconds for the transaction.
    pub transaction_timeout_ms: i32,
    /// The start time of the transaction in milliseconds.
    pub transaction_start_time_ms: i64,
    /// The current producer id associated with the transaction.
    pub producer_id: i64,
    /// The current epoch associated with the producer id.
    pub producer_epoch: i16,
    /// The set of partitions included in the current transaction (if active). When a transaction is preparing to
    /// commit or abort, this will include only partitions which do not have markers.
    pub topics: Vec<TopicData<'a>>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> TransactionState<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            error_code: r.i16()?,
            transactional_id: r.string(true)?,
            transaction_state: r.string(true)?,
            transaction_timeout_ms: r.i32()?,
            transaction_start_time_ms: r.i64()?,
            producer_id: r.i64()?,
            producer_epoch: r.i16()?,
            topics: r.array(true, 3, |r| TopicData::decode(r, version))?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl TransactionState<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.error_code(self.error_code);
        w.string(self.transactional_id, true)?;
        w.string(self.transaction_state, true)?;
        w.i32(self.transaction_timeout_ms);
        w.i64(self.transaction_start_time_ms);
        w.i64(self.producer_id);
        w.i16(self.producer_epoch);
        w.array(&self.topics, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The set of partitions included in the current transaction (if active). When a transaction is preparing to
/// commit or abort, this will include only partitions which do not have markers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicData<'a> {
    /// The topic name.
    pub topic: &'a str,
    /// The partition ids included in the current transaction.
    pub partitions: Vec<i32>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> TopicData<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { topic: r.string(true)?, partitions: r.array(true, 4, Reader::i32)? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl TopicData<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.string(self.topic, true)?;
        w.array(&self.partitions, true, |w, value| {
            w.i32(*value);
            Ok(())
        })?;
        w.uvarint(0);
        Ok(())
    }
}
