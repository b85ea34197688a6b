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
//! No two shards are locked at the same time. An event that concerns another shard is run on it afterwards.

mod delayed;
mod env;
mod loader;
mod reply;
mod shard;

pub(crate) use delayed::{DelayedReply, DelayedRequest, reply_when_synced};
pub(crate) use env::{EngineEnv, fits};
pub(crate) use loader::{for_each_record, replay};
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
    events::GroupEvent,
    timers::TimerKey,
    waiters::WaitList,
};

/// Key and value of a record; a tombstone has no value.
pub(crate) type KeyValue = (Vec<u8>, Option<Vec<u8>>);

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

    fn encode(record: &Self::Record) -> Result<KeyValue, EncodeError>;

    /// Returns `None` for records of other coordinators in the same topic.
    fn decode(key: &[u8], value: Option<&[u8]>) -> Result<Option<Self::Record>, DecodeError>;

    /// The only change of the durable state.
    fn replay(state: &mut Self::State, record: Self::Record);

    /// Hands out a reply, which is held until `until` is synced. Returns the list to be woken.
    fn complete(reply: Self::Reply, until: Option<&Unsynced>) -> Arc<WaitList>;
}

/// What a shard needs from outside: its partition of the log, and timers.
pub(crate) trait Env<C: Coordinator> {
    /// Appends records without waiting for a sync. Returns how many were appended, and what an acknowledgement has to
    /// wait for.
    fn append(&self, records: &[KeyValue], now: Now) -> (usize, Result<Option<Unsynced>, ErrorCode>);

    fn set_timer(&self, at: Instant, timer: C::Timer) -> TimerKey;

    fn cancel_timer(&self, key: TimerKey);

    /// Wakes who waits for a change of the state. No lock of the coordinator is held.
    fn changed(&self);

    /// Reports what happened to a group, for the log of the shell. No lock of the coordinator is held.
    fn report(&self, group: &str, event: &GroupEvent);
}
