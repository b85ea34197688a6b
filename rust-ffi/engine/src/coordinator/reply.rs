//! The reply that a parked request waits for. The coordinator holds one end, the parked request the other.

use crate::sync::{Lock, lock, rank};
use std::sync::Arc;

use crate::{
    appender::Unsynced,
    waiters::{Ticket, WaitList},
};

#[derive(Debug)]
pub(crate) struct PendingReply<T> {
    list: Arc<WaitList>,
    reply: Lock<{ rank::LEAF }, Option<(T, Option<Unsynced>)>>,
}

impl<T> PendingReply<T> {
    pub(crate) fn new() -> Arc<PendingReply<T>> {
        Arc::new(PendingReply { list: Arc::default(), reply: Lock::new(None) })
    }

    /// Taken before the event runs, so that no reply can fall in between.
    pub(crate) fn ticket(&self) -> Ticket {
        Ticket::register(vec![self.list.clone()])
    }

    /// The reply, if there is one, and what has to be synced before it is sent.
    pub(crate) fn take(&self) -> Option<(T, Option<Unsynced>)> {
        lock(&self.reply).take()
    }

    /// Returns the list to be woken, once the shard is no longer locked.
    pub(crate) fn complete(&self, reply: T, until: Option<Unsynced>) -> Arc<WaitList> {
        *lock(&self.reply) = Some((reply, until));
        self.list.clone()
    }
}
