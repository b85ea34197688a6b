// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! TransactionLogValue (record type 0), versions 0-1, flexible from 1.

use crate::codec::{DecodeError, EncodeError, Reader, Writer};

#[derive(Clone, Debug, PartialEq)]
pub struct TransactionLogValue<'a> {
    /// Producer id in use by the transactional id.
    pub producer_id: i64,
    /// Producer id used by the last committed transaction. (versions 1+, tag 0)
    pub previous_producer_id: i64,
    /// Latest producer ID sent to the producer for the given transactional id. (versions 1+, tag 1)
    pub next_producer_id: i64,
    /// Epoch associated with the producer id.
    pub producer_epoch: i16,
    /// Producer epoch associated with the NextProducerId. (versions 1+, tag 3)
    pub next_producer_epoch: i16,
    /// Transaction timeout in milliseconds.
    pub transaction_timeout_ms: i32,
    /// TransactionState the transaction is in.
    pub transaction_status: i8,
    /// Partitions involved in the transaction.
    pub transaction_partitions: Option<Vec<PartitionsSchema<'a>>>,
    /// Time the transaction was last updated.
    pub transaction_last_update_timestamp_ms: i64,
    /// Time the transaction was started.
    pub transaction_start_timestamp_ms: i64,
    /// The transaction version used by the client. (versions 1+, tag 2)
    pub client_transaction_version: i16,
}

impl Default for TransactionLogValue<'_> {
    fn default() -> Self {
        Self {
            producer_id: 0,
            previous_producer_id: -1,
            next_producer_id: -1,
            producer_epoch: 0,
            next_producer_epoch: -1,
            transaction_timeout_ms: 0,
            transaction_status: 0,
            transaction_partitions: Some(Vec::new()),
            transaction_last_update_timestamp_ms: 0,
            transaction_start_timestamp_ms: 0,
            client_transaction_version: 0,
        }
    }
}

impl TransactionLogValue<'_> {
    pub const KEY: i16 = 0;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=1;
}

impl<'a> TransactionLogValue<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let mut message = Self {
            producer_id: r.i64()?,
            producer_epoch: r.i16()?,
            transaction_timeout_ms: r.i32()?,
            transaction_status: r.i8()?,
            transaction_partitions: r.nullable_array(flexible, 2, |r| PartitionsSchema::decode(r, version))?,
            transaction_last_update_timestamp_ms: r.i64()?,
            transaction_start_timestamp_ms: r.i64()?,
            ..Self::default()
        };
        if flexible {
            r.tags(|tag, r| {
                match tag {
                    0 => message.previous_producer_id = r.i64()?,
                    1 => message.next_producer_id = r.i64()?,
                    3 => message.next_producer_epoch = r.i16()?,
                    2 => message.client_transaction_version = r.i16()?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(message)
    }
}

impl TransactionLogValue<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        w.i64(self.producer_id);
        w.i16(self.producer_epoch);
        w.i32(self.transaction_timeout_ms);
        w.i8(self.transaction_status);
        w.nullable_array(self.transaction_partitions.as_deref(), flexible, |w, value| value.encode(w, version))?;
        w.i64(self.transaction_last_update_timestamp_ms);
        w.i64(self.transaction_start_timestamp_ms);
        if flexible {
            let has_previous_producer_id = self.previous_producer_id != -1;
            let has_next_producer_id = self.next_producer_id != -1;
            let has_client_transaction_version = self.client_transaction_version != 0;
            let has_next_producer_epoch = self.next_producer_epoch != -1;
            w.uvarint(
                u32::from(has_previous_producer_id)
                    + u32::from(has_next_producer_id)
                    + u32::from(has_client_transaction_version)
                    + u32::from(has_next_producer_epoch),
            );
            if has_previous_producer_id {
                w.tag(0, |w| {
                    w.i64(self.previous_producer_id);
                    Ok(())
                })?;
            }
            if has_next_producer_id {
                w.tag(1, |w| {
                    w.i64(self.next_producer_id);
                    Ok(())
                })?;
            }
            if has_client_transaction_version {
                w.tag(2, |w| {
                    w.i16(self.client_transaction_version);
                    Ok(())
                })?;
            }
            if has_next_producer_epoch {
                w.tag(3, |w| {
                    w.i16(self.next_producer_epoch);
                    Ok(())
                })?;
            }
        }
        Ok(())
    }
}

/// Partitions involved in the transaction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionsSchema<'a> {
    /// Topic involved in the transaction.
    pub topic: &'a str,
    /// Partition ids involved in the transaction.
    pub partition_ids: Vec<i32>,
}

impl<'a> PartitionsSchema<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let message = Self { topic: r.string(flexible)?, partition_ids: r.array(flexible, 4, Reader::i32)? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl PartitionsSchema<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        w.string(self.topic, flexible)?;
        w.array(&self.partition_ids, flexible, |w, value| {
            w.i32(*value);
            Ok(())
        })?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}
