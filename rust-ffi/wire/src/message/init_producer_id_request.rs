// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! InitProducerIdRequest (key 22), versions 0-6, flexible from 2; the last one is unstable.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, PartialEq)]
pub struct InitProducerIdRequest<'a> {
    /// The transactional id, or null if the producer is not transactional.
    pub transactional_id: Option<&'a str>,
    /// The time in ms to wait before aborting idle transactions sent by this producer. This is only relevant if a
    /// TransactionalId has been defined.
    pub transaction_timeout_ms: i32,
    /// The producer id. This is used to disambiguate requests if a transactional id is reused following its
    /// expiration. (versions 3+)
    pub producer_id: i64,
    /// The producer's current epoch. This will be checked against the producer epoch on the broker, and the request
    /// will return an error if they do not match. (versions 3+)
    pub producer_epoch: i16,
    /// True if the client wants to enable two-phase commit (2PC) protocol for transactions. (versions 6+)
    pub enable2_pc: bool,
    /// True if the client wants to keep the currently ongoing transaction instead of aborting it. (versions 6+)
    pub keep_prepared_txn: bool,
}

impl Default for InitProducerIdRequest<'_> {
    fn default() -> Self {
        Self {
            transactional_id: Some(""),
            transaction_timeout_ms: 0,
            producer_id: -1,
            producer_epoch: -1,
            enable2_pc: false,
            keep_prepared_txn: false,
        }
    }
}

impl InitProducerIdRequest<'_> {
    pub const KEY: i16 = 22;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=6;
}

impl<'a> InitProducerIdRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let message = Self {
            transactional_id: r.nullable_string(flexible)?,
            transaction_timeout_ms: r.i32()?,
            producer_id: if version >= 3 { r.i64()? } else { -1 },
            producer_epoch: if version >= 3 { r.i16()? } else { -1 },
            enable2_pc: if version >= 6 { r.bool()? } else { false },
            keep_prepared_txn: if version >= 6 { r.bool()? } else { false },
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl InitProducerIdRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.nullable_string(self.transactional_id, flexible)?;
        w.i32(self.transaction_timeout_ms);
        if version >= 3 {
            w.i64(self.producer_id);
        }
        if version >= 3 {
            w.i16(self.producer_epoch);
        }
        if version >= 6 {
            w.bool(self.enable2_pc);
        }
        if version >= 6 {
            w.bool(self.keep_prepared_txn);
        }
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
