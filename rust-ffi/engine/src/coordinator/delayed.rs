//! Requests of a coordinator that are parked. Kafka's coordinators hold a reply until its records are committed:
//! `CoordinatorRuntime.DeferredEventQueue`.

use std::sync::Arc;

use wire::codec::FramePart;

use super::PendingReply;
use crate::{
    appender::Unsynced,
    outcome::{Outcome, Parked},
    waiters::Ticket,
};

/// A response that is sent once the records are synced.
#[derive(Debug)]
pub(crate) struct DelayedReply {
    until: Vec<Unsynced>,
    ready: Vec<FramePart>,
    /// What happens instead if the records cannot be synced.
    failed: Box<Outcome>,
}

/// Returns `ready`, at once if there is nothing to wait for; `failed` makes the outcome of a failed sync.
pub(crate) fn reply_when_synced(
    until: Vec<Unsynced>,
    ready: Outcome,
    failed: impl FnOnce() -> Outcome,
) -> Outcome<DelayedReply> {
    let ready = match ready {
        Outcome::Reply(ready) if !until.is_empty() => ready,
        ready => return ready.map(|never| match never {}),
    };
    let failed = Box::new(failed());
    let lists = until.iter().map(|one| one.partition.sync_waiters.clone()).collect();
    DelayedReply { until, ready, failed }.complete_or_park(Ticket::register(lists))
}

impl DelayedReply {
    pub(crate) fn resume(self, ticket: Ticket) -> Outcome<DelayedReply> {
        ticket.rearm();
        self.complete_or_park(ticket)
    }

    /// The ticket was taken or rearmed before.
    fn complete_or_park(self, ticket: Ticket) -> Outcome<DelayedReply> {
        let mut is_synced = true;
        for one in &self.until {
            match one.is_synced() {
                Ok(synced) => is_synced &= synced,
                Err(_) => return self.failed.map(|never| match never {}),
            }
        }
        if is_synced { Outcome::Reply(self.ready) } else { Outcome::Park(Parked { ticket, request: self }) }
    }
}

/// A request whose result comes later: it waits for the event, and then for the sync of what the event has written.
#[derive(Debug)]
pub(crate) enum DelayedRequest<T> {
    Event(Arc<PendingReply<T>>),
    Reply(DelayedReply),
}

impl<T> DelayedRequest<T> {
    /// Replies if the result is there. The ticket was taken or rearmed before. `refused` makes the result of a failed
    /// sync.
    pub(crate) fn complete_or_park(
        self,
        ticket: Ticket,
        to_response: impl Fn(&T) -> Outcome,
        refused: impl FnOnce() -> T,
    ) -> Outcome<DelayedRequest<T>> {
        let pending = match self {
            DelayedRequest::Reply(reply) => return reply.complete_or_park(ticket).map(DelayedRequest::Reply),
            DelayedRequest::Event(pending) => pending,
        };
        let Some((result, until)) = pending.take() else {
            return Outcome::Park(Parked { ticket, request: DelayedRequest::Event(pending) });
        };
        let failed = || to_response(&refused());
        reply_when_synced(until.into_iter().collect(), to_response(&result), failed).map(DelayedRequest::Reply)
    }
}
