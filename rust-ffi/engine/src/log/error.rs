//! Errors of an append, and the Kafka code of each.

use std::fmt;

use wire::{ErrorCode, batch::BatchError};

use super::record_validator::InvalidRecords;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AppendError {
    Batch(BatchError),
    TooLarge {
        bytes: usize,
        max: i64,
    },
    /// Records that are invalid under the configs of the topic.
    Records(InvalidRecords),
    OutOfOrder {
        producer_id: i64,
        epoch: i16,
        expected: i32,
        got: i32,
    },
    /// The epoch is older than the last one of this producer id.
    StaleEpoch {
        producer_id: i64,
        epoch: i16,
        current: i16,
    },
    /// A producer with an open transaction has sent a batch that is not part of it.
    InTransaction {
        producer_id: i64,
    },
    /// A marker of a coordinator that was replaced.
    StaleCoordinator {
        producer_id: i64,
        epoch: i32,
        current: i32,
    },
    /// The files cannot be written.
    Storage,
    /// The topic has been deleted.
    Closed,
}

impl From<BatchError> for AppendError {
    fn from(error: BatchError) -> Self {
        AppendError::Batch(error)
    }
}

impl From<&AppendError> for ErrorCode {
    fn from(error: &AppendError) -> ErrorCode {
        match error {
            AppendError::Batch(error) => error.into(),
            AppendError::TooLarge { .. } => ErrorCode::MessageTooLarge,
            AppendError::Records(bad) => bad.code(),
            AppendError::OutOfOrder { .. } => ErrorCode::OutOfOrderSequenceNumber,
            AppendError::StaleEpoch { .. } => ErrorCode::InvalidProducerEpoch,
            AppendError::InTransaction { .. } => ErrorCode::InvalidTxnState,
            AppendError::StaleCoordinator { .. } => ErrorCode::TransactionCoordinatorFenced,
            AppendError::Storage => ErrorCode::KafkaStorageError,
            AppendError::Closed => ErrorCode::UnknownTopicOrPartition,
        }
    }
}

impl fmt::Display for AppendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AppendError::Batch(error) => error.fmt(f),
            AppendError::TooLarge { bytes, max } => {
                write!(f, "The record batch size of {bytes} bytes exceeds max.message.bytes, which is {max}.")
            }
            AppendError::Records(bad) => write!(f, "{} records are not what the topic allows.", bad.count()),
            AppendError::OutOfOrder { producer_id, epoch, expected, got } => write!(
                f,
                "Out of order sequence number for producer {producer_id}, epoch {epoch}: {got} (incoming), {expected} \
                 (expected)"
            ),
            AppendError::StaleEpoch { producer_id, epoch, current } => write!(
                f,
                "Epoch of producer {producer_id} is {epoch}, which is smaller than the last seen epoch {current}"
            ),
            AppendError::InTransaction { producer_id } => {
                write!(f, "Expected transactional write from producer with id {producer_id}")
            }
            AppendError::StaleCoordinator { producer_id, epoch, current } => {
                write!(f, "Invalid coordinator epoch for producer {producer_id}: {epoch} (zombie), {current} (current)")
            }
            AppendError::Storage => f.write_str("The log cannot be written to disk."),
            AppendError::Closed => f.write_str("The topic has been deleted."),
        }
    }
}
