//! Replies that are held until their records are synced. Kafka's coordinators hold a reply until its records are
//! committed: `CoordinatorRuntime.DeferredEventQueue`.

use wire::codec::FramePart;

use crate::{
    appender::Unsynced,
    outcome::{Outcome, Parked, ParkedRequest},
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
pub(crate) fn reply_when_synced(until: Vec<Unsynced>, ready: Outcome, failed: impl FnOnce() -> Outcome) -> Outcome {
    if until.is_empty() {
        return ready;
    }
    let Outcome::Reply(ready) = ready else { return ready };
    let failed = Box::new(failed());
    let lists = until.iter().map(|one| one.partition.sync_waiters.clone()).collect();
    DelayedReply { until, ready, failed }.complete_or_park(Ticket::register(lists))
}

impl DelayedReply {
    pub(crate) fn resume(self, ticket: Ticket) -> Outcome {
        ticket.rearm();
        self.complete_or_park(ticket)
    }

    /// The ticket was taken or rearmed before.
    fn complete_or_park(self, ticket: Ticket) -> Outcome {
        let mut is_synced = true;
        for one in &self.until {
            match one.is_synced() {
                Ok(synced) => is_synced &= synced,
                Err(_) => return *self.failed,
            }
        }
        if is_synced {
            return Outcome::Reply(self.ready);
        }
        Outcome::Park(Parked { ticket, request: ParkedRequest::Reply(self) })
    }
}
