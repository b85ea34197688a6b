// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! ListTransactionsResponse (key 66), versions 0-2, flexible in all.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListTransactionsResponse<'a> {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota.
    pub throttle_time_ms: i32,
    /// The error code, or 0 if there was no error.
    pub error_code: i16,
    /// Set of state filters provided in the request which were unknown to the transaction coordinator.
    pub unknown_state_filters: Vec<&'a str>,
    /// The current state of the transaction for the transactional id.
    pub transaction_states: Vec<TransactionState<'a>>,
}

impl ListTransactionsResponse<'_> {
    pub const KEY: i16 = 66;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=2;
}

#[cfg(any(test, feature = "client"))]
impl<'a> ListTransactionsResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            throttle_time_ms: r.i32()?,
            error_code: r.i16()?,
            unknown_state_filters: r.array(true, 1, |r| r.string(true))?,
            transaction_states: r.array(true, 11, |r| TransactionState::decode(r, version))?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl ListTransactionsResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.i32(self.throttle_time_ms);
        w.error_code(self.error_code);
        w.array(&self.unknown_state_filters, true, |w, value| w.string(value, true))?;
        w.array(&self.transaction_states, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The current state of the transaction for the transactional id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TransactionState<'a> {
    /// The transactional id.
    pub transactional_id: &'a str,
    /// The producer id.
    pub producer_id: i64,
    /// The current transaction state of the producer.
    pub transaction_state: &'a str,
}

#[cfg(any(test, feature = "client"))]
impl<'a> TransactionState<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let message =
            Self { transactional_id: r.string(true)?, producer_id: r.i64()?, transaction_state: r.string(true)? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl TransactionState<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.string(self.transactional_id, true)?;
        w.i64(self.producer_id);
        w.string(self.transaction_state, true)?;
        w.uvarint(0);
        Ok(())
    }
}
