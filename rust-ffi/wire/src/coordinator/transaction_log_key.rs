// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! TransactionLogKey (record type 0), versions 0, never flexible.

use crate::codec::{DecodeError, EncodeError, Reader, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TransactionLogKey<'a> {
    /// The transactional id of the transaction.
    pub transactional_id: &'a str,
}

impl TransactionLogKey<'_> {
    pub const KEY: i16 = 0;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=0;
}

impl<'a> TransactionLogKey<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self { transactional_id: r.string(false)? })
    }
}

impl TransactionLogKey<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.string(self.transactional_id, false)?;
        Ok(())
    }
}
