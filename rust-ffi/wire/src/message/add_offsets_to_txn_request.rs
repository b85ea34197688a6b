// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! AddOffsetsToTxnRequest (key 25), versions 0-4, flexible from 3.

use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AddOffsetsToTxnRequest<'a> {
    /// The transactional id corresponding to the transaction.
    pub transactional_id: &'a str,
    /// Current producer id in use by the transactional id.
    pub producer_id: i64,
    /// Current epoch associated with the producer id.
    pub producer_epoch: i16,
    /// The unique group identifier.
    pub group_id: &'a str,
}

impl AddOffsetsToTxnRequest<'_> {
    pub const KEY: i16 = 25;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=4;
}

impl<'a> AddOffsetsToTxnRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let message = Self {
            transactional_id: r.string(flexible)?,
            producer_id: r.i64()?,
            producer_epoch: r.i16()?,
            group_id: r.string(flexible)?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl AddOffsetsToTxnRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        w.string(self.transactional_id, flexible)?;
        w.i64(self.producer_id);
        w.i16(self.producer_epoch);
        w.string(self.group_id, flexible)?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
