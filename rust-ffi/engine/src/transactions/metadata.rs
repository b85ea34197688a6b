//! The state of a transactional id, and its transitions. Kafka: `TransactionMetadata`, `TransactionState`.

use std::{collections::BTreeSet, sync::Arc};

use wire::ErrorCode;

pub(crate) const NO_PRODUCER_ID: i64 = -1;
pub(crate) const NO_PRODUCER_EPOCH: i16 = -1;
const NO_TIMESTAMP: i64 = -1;

/// The first version of transactions whose end begins a new epoch (KIP-890). Kafka: `TransactionVersion.TV_2`.
pub(crate) const TV_2: i16 = 2;

/// Topic and partition.
pub(crate) type Partitions = BTreeSet<(Arc<str>, i32)>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TransactionState {
    Empty,
    Ongoing,
    PrepareCommit,
    PrepareAbort,
    CompleteCommit,
    CompleteAbort,
}

impl TransactionState {
    pub(crate) const ALL: [TransactionState; 6] = [
        TransactionState::Empty,
        TransactionState::Ongoing,
        TransactionState::PrepareCommit,
        TransactionState::PrepareAbort,
        TransactionState::CompleteCommit,
        TransactionState::CompleteAbort,
    ];

    /// The name that Kafka's tools show.
    pub(crate) fn name(self) -> &'static str {
        match self {
            TransactionState::Empty => "Empty",
            TransactionState::Ongoing => "Ongoing",
            TransactionState::PrepareCommit => "PrepareCommit",
            TransactionState::PrepareAbort => "PrepareAbort",
            TransactionState::CompleteCommit => "CompleteCommit",
            TransactionState::CompleteAbort => "CompleteAbort",
        }
    }

    /// The decision, if it was made and its markers are being written.
    pub(crate) fn decision(self) -> Option<bool> {
        match self {
            TransactionState::PrepareCommit => Some(true),
            TransactionState::PrepareAbort => Some(false),
            _ => None,
        }
    }

    /// Whether no transaction is open or ending.
    pub(crate) fn is_idle(self) -> bool {
        !matches!(self, TransactionState::Ongoing) && self.decision().is_none()
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TransactionMetadata {
    pub(crate) producer_id: i64,
    pub(crate) producer_epoch: i16,
    /// The producer id before the last change; -1 if there is none.
    pub(crate) previous_producer_id: i64,
    /// The producer id after this transaction, if the epochs of the current one are used up; otherwise -1.
    pub(crate) next_producer_id: i64,
    pub(crate) timeout_ms: i32,
    pub(crate) state: TransactionState,
    pub(crate) partitions: Partitions,
    /// By the wall clock; -1 if no transaction has begun.
    pub(crate) start_ms: i64,
    pub(crate) update_ms: i64,
    /// The version of transactions that the client uses.
    pub(crate) client_version: i16,
}

/// Kafka: `TransactionMetadata.isEpochExhausted`.
pub(crate) fn is_exhausted(epoch: i16) -> bool {
    epoch >= i16::MAX - 1
}

/// Bytes of an id in memory, roughly, without its name and partitions.
const ID_BYTES: usize = 512;
/// Bytes of a partition, without the name of its topic.
const PARTITION_BYTES: usize = 64;

impl TransactionMetadata {
    /// Of an id that was never used. Its epoch becomes 0 with the first InitProducerId.
    pub(crate) fn new(producer_id: i64, timeout_ms: i32, now_ms: i64) -> TransactionMetadata {
        TransactionMetadata {
            producer_id,
            producer_epoch: NO_PRODUCER_EPOCH,
            previous_producer_id: NO_PRODUCER_ID,
            next_producer_id: NO_PRODUCER_ID,
            timeout_ms,
            state: TransactionState::Empty,
            partitions: Partitions::new(),
            start_ms: NO_TIMESTAMP,
            update_ms: now_ms,
            client_version: 0,
        }
    }

    /// Bytes in memory, roughly.
    pub(crate) fn bytes(&self, transactional_id: &str) -> usize {
        let partitions = self.partitions.iter().map(|(topic, _)| PARTITION_BYTES + topic.len());
        ID_BYTES + transactional_id.len() + partitions.sum::<usize>()
    }

    /// A producer begins again, without an open transaction. Kafka: `prepareIncrementProducerEpoch`.
    pub(crate) fn initialized(&self, producer_epoch: i16, timeout_ms: i32, now_ms: i64) -> TransactionMetadata {
        TransactionMetadata {
            producer_epoch,
            timeout_ms,
            state: TransactionState::Empty,
            partitions: Partitions::new(),
            start_ms: NO_TIMESTAMP,
            update_ms: now_ms,
            next_producer_id: NO_PRODUCER_ID,
            ..self.clone()
        }
    }

    /// A producer begins again with another id, as the epochs of the last one are used up. Kafka:
    /// `prepareProducerIdRotation`.
    pub(crate) fn rotated(&self, producer_id: i64, timeout_ms: i32, now_ms: i64) -> TransactionMetadata {
        let previous_producer_id = self.producer_id;
        TransactionMetadata { producer_id, previous_producer_id, ..self.initialized(0, timeout_ms, now_ms) }
    }

    /// Partitions are added. The first ones open the transaction. Kafka: `prepareAddPartitions`.
    pub(crate) fn with_partitions(&self, added: Partitions, client_version: i16, now_ms: i64) -> TransactionMetadata {
        let is_open = self.state == TransactionState::Ongoing;
        let mut partitions = if is_open { self.partitions.clone() } else { Partitions::new() };
        partitions.extend(added);
        let start_ms = if is_open { self.start_ms } else { now_ms };
        let state = TransactionState::Ongoing;
        TransactionMetadata { partitions, start_ms, state, update_ms: now_ms, client_version, ..self.clone() }
    }

    /// The decision, with the epoch of the markers. `next_producer_id` follows if the epochs are used up. Kafka:
    /// `prepareAbortOrCommit`.
    pub(crate) fn prepared(
        &self,
        committed: bool,
        client_version: i16,
        next_producer_id: i64,
        now_ms: i64,
    ) -> TransactionMetadata {
        let state = if committed { TransactionState::PrepareCommit } else { TransactionState::PrepareAbort };
        let bumps = client_version >= TV_2;
        TransactionMetadata {
            producer_epoch: if bumps { self.producer_epoch.saturating_add(1) } else { self.producer_epoch },
            next_producer_id,
            state,
            // A transaction that is aborted before anything was written has no start.
            start_ms: if self.start_ms == NO_TIMESTAMP { now_ms } else { self.start_ms },
            update_ms: now_ms,
            client_version,
            ..self.clone()
        }
    }

    /// All markers are written. Kafka: `prepareComplete`.
    pub(crate) fn completed(&self, now_ms: i64) -> TransactionMetadata {
        let state = match self.state.decision() {
            Some(true) => TransactionState::CompleteCommit,
            _ => TransactionState::CompleteAbort,
        };
        let done = TransactionMetadata {
            state,
            partitions: Partitions::new(),
            update_ms: now_ms,
            next_producer_id: NO_PRODUCER_ID,
            ..self.clone()
        };
        match self.next_producer_id {
            NO_PRODUCER_ID => done,
            next => TransactionMetadata {
                producer_id: next,
                producer_epoch: 0,
                previous_producer_id: self.producer_id,
                ..done
            },
        }
    }

    /// Checks that a request comes from the current producer of the id.
    pub(crate) fn check_producer(&self, producer_id: i64, producer_epoch: i16) -> Result<(), ErrorCode> {
        if self.producer_id != producer_id {
            return Err(ErrorCode::InvalidProducerIdMapping);
        }
        if self.producer_epoch != producer_epoch { Err(ErrorCode::ProducerFenced) } else { Ok(()) }
    }
}
