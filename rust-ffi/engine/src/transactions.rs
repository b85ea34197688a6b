//! Transactions: which producer may write with a transactional id, which partitions its transaction has written to, and
//! how it ends. Kafka: `TransactionCoordinator`, `TransactionStateManager`.
//!
//! Transactions are a [`Coordinator`] over `__transaction_state`: a shard for each of its partitions holds the ids that
//! hash to it. `metadata.rs` is the state of one id with its transitions, `records.rs` its record. A transaction ends
//! in three steps: the decision is written (PrepareCommit or PrepareAbort), a marker is written to each partition, and
//! the end of that is written. After the decision nothing but a deleted topic keeps a marker from being written: what a
//! disk refuses is tried again, also by the next start.
//!
//! A shard of this coordinator is locked while a batch of a transaction is appended, so that no batch comes after its
//! marker. Shards of groups are locked after it, never before.

mod add_partitions;
mod describe;
mod end;
mod expiry;
mod init;
mod metadata;
mod records;
mod registry;
mod restore;
mod state_log;
#[cfg(test)]
mod tests;

use std::{convert::Infallible, sync::Arc};

use wire::codec::{DecodeError, EncodeError};

use crate::{
    Engine,
    appender::Unsynced,
    coordinator::{self, Coordinator, KeyValue, Observed},
    events::Event,
    waiters::WaitList,
};

pub(crate) use add_partitions::{add, append_in, verify};
pub(crate) use describe::{Described, describe, list};
pub(crate) use end::{Ended, end, is_large, write_marker};
pub(crate) use expiry::expire;
pub(crate) use init::{Init, init};
pub(crate) use metadata::{Partitions, TransactionMetadata, TransactionState};
pub(crate) use registry::{Transactions, fire, run_due, topic_deleted};
pub(crate) use restore::{check_replay, restore};
pub(crate) use state_log::{TRANSACTIONS_TOPIC, prepare};

/// The coordinator of transactions.
#[derive(Debug)]
pub(crate) enum TransactionCoordinator {}

pub(crate) type Step<'a> = coordinator::Step<'a, TransactionCoordinator>;

/// The producer of a request, as it names itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Claim<'a> {
    pub(crate) transactional_id: &'a str,
    pub(crate) producer_id: i64,
    pub(crate) producer_epoch: i16,
}

/// A deadline of an open transaction, or of another attempt to end it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TransactionTimer {
    transactional_id: Arc<str>,
}

/// A transaction was aborted because its time is over.
#[derive(Debug)]
pub(crate) struct TimedOut {
    pub(crate) transactional_id: Arc<str>,
    pub(crate) timeout_ms: i32,
}

impl Coordinator for TransactionCoordinator {
    type State = registry::TransactionsState;
    type Soft = registry::LiveTransactions;
    type Record = records::TransactionRecord;
    type Reply = Infallible;
    type Timer = TransactionTimer;
    type Report = TimedOut;

    fn encode(record: &Self::Record) -> Result<KeyValue, EncodeError> {
        records::encode(record)
    }

    fn decode(key: &[u8], value: Option<&[u8]>) -> Result<Option<Self::Record>, DecodeError> {
        records::decode(key, value)
    }

    fn replay(state: &mut Self::State, _: Option<i64>, record: Self::Record) {
        state.replay(record);
    }

    fn complete(reply: Self::Reply, _: Option<&Unsynced>) -> Arc<WaitList> {
        match reply {}
    }
}

impl Observed for TransactionCoordinator {
    fn changed(engine: &Engine) {
        engine.transactions.changed.wake();
    }

    fn report(engine: &Engine, TimedOut { transactional_id, timeout_ms }: &TimedOut) {
        engine.observer.report(&Event::TransactionTimedOut { transactional_id, timeout_ms: *timeout_ms });
    }
}
