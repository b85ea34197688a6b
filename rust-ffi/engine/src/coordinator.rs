//! The coordinator core: state machines whose durable state is a log. Kafka: `CoordinatorRuntime`, `CoordinatorResult`
//! and `CoordinatorPlayback` of coordinator-common.
//!
//! A coordinator has a shard for each partition of its internal topic. An event runs under the lock of one shard: it
//! reads the durable state, changes the soft state, and appends records with [`Step::write`]. The durable state is
//! changed by [`Coordinator::replay`] alone, and the loader calls the same function, so that a restart ends in the
//! state that was there. The soft state (parked requests, sessions, deadlines) is not in the log.
//!
//! No event waits for a disk. A reply that acknowledges records is held until they are synced, if the storage asks for
//! that (`fsync=always`): see [`DelayedReply`].
//!
//! No two shards of a coordinator are locked at the same time. An event that concerns another shard is run on it
//! afterwards. A shard of transactions is locked before one of groups.

mod delayed;
mod env;
mod loader;
mod reply;
mod shard;

pub(crate) use delayed::{DelayedReply, DelayedRequest, reply_when_synced};
pub(crate) use env::{EngineEnv, Observed, fits};
pub(crate) use loader::{Entry, for_each_entry, replay};
pub(crate) use reply::PendingReply;
pub(crate) use shard::{Ran, Shard, Step};

use std::{fmt::Debug, sync::Arc};

use wire::{
    ErrorCode,
    codec::{DecodeError, EncodeError},
};

use crate::{
    appender::Unsynced,
    clock::{Instant, Now},
    log::EndTxnMarker,
    timers::TimerKey,
    waiters::WaitList,
};

/// Key and value of a record; a tombstone has no value.
pub(crate) type KeyValue = (Vec<u8>, Option<Vec<u8>>);

/// The producer whose transaction a record is a part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ProducerIdAndEpoch {
    pub(crate) id: i64,
    pub(crate) epoch: i16,
}

/// A state machine with its records. The events are functions of the coordinator's own module, run by [`Shard::run`].
pub(crate) trait Coordinator: Debug {
    /// The durable state of one shard.
    type State: Clone + PartialEq + Debug + Default;
    /// The soft state of one shard.
    type Soft: Debug;
    type Record: Debug;
    /// A reply with the parked request that it belongs to.
    type Reply: Debug;
    /// Names a deadline; setting it again moves it.
    type Timer: Clone + Ord + Debug;
    /// What happened, for the log of the shell.
    type Report: Debug;

    fn encode(record: &Self::Record) -> Result<KeyValue, EncodeError>;

    /// Returns `None` for records of other coordinators in the same topic.
    fn decode(key: &[u8], value: Option<&[u8]>) -> Result<Option<Self::Record>, DecodeError>;

    /// The change of the durable state by a record, which may be part of a producer's transaction. Nothing but this
    /// and [`Coordinator::replay_marker`] changes it.
    fn replay(state: &mut Self::State, producer_id: Option<i64>, record: Self::Record);

    /// The change of the durable state when a producer's transaction ends. Kafka:
    /// `CoordinatorPlayback.replayEndTransactionMarker`.
    fn replay_marker(_state: &mut Self::State, _producer_id: i64, _committed: bool) {}

    /// Hands out a reply, which is held until `until` is synced. Returns the list to be woken.
    fn complete(reply: Self::Reply, until: Option<&Unsynced>) -> Arc<WaitList>;
}

/// What a shard needs from outside: its partition of the log, and timers.
pub(crate) trait Env<C: Coordinator> {
    /// Appends records without waiting for a sync, as part of a producer's transaction if one is given. Returns how
    /// many were appended, and what an acknowledgement has to wait for.
    fn append(
        &self,
        records: &[KeyValue],
        producer: Option<ProducerIdAndEpoch>,
        now: Now,
    ) -> (usize, Result<Option<Unsynced>, ErrorCode>);

    /// Appends the end of a producer's transaction.
    fn append_marker(&self, marker: &EndTxnMarker, now: Now) -> Result<Option<Unsynced>, ErrorCode>;

    fn set_timer(&self, at: Instant, timer: C::Timer) -> TimerKey;

    fn cancel_timer(&self, key: TimerKey);

    /// Wakes who waits for a change of the state. No lock of the coordinator is held.
    fn changed(&self);

    /// Reports what happened, for the log of the shell. No lock of the coordinator is held.
    fn report(&self, report: &C::Report);
}
