//! Parked requests of all APIs.

use std::convert::Infallible;

use crate::{
    Engine,
    api::{
        fetch, fetch::DelayedFetch, join_group, join_group::DelayedJoin, produce, produce::DelayedProduce, sync_group,
        sync_group::DelayedSync,
    },
    context::RequestContext,
    coordinator::DelayedReply,
    outcome::{Outcome, Parked},
};

/// What the handler of a parked request wants to have again.
#[derive(Debug)]
pub struct ParkedRequest(Delayed);

#[derive(Debug)]
enum Delayed {
    Fetch(DelayedFetch),
    Produce(DelayedProduce),
    Join(DelayedJoin),
    Sync(DelayedSync),
    /// A response that is held until its records are synced.
    Reply(DelayedReply),
}

macro_rules! parked {
    ($($kind:ident($delayed:ty),)*) => {
        $(impl From<$delayed> for ParkedRequest {
            fn from(delayed: $delayed) -> ParkedRequest {
                ParkedRequest(Delayed::$kind(delayed))
            }
        })*
    };
}

parked! {
    Fetch(DelayedFetch),
    Produce(DelayedProduce),
    Join(DelayedJoin),
    Sync(DelayedSync),
    Reply(DelayedReply),
}

impl From<Infallible> for ParkedRequest {
    fn from(never: Infallible) -> ParkedRequest {
        match never {}
    }
}

impl Parked<ParkedRequest> {
    /// It is done but for a sync, which takes as long as the disk does: not for a stop to abandon.
    pub fn waits_for_sync(&self) -> bool {
        matches!(self.request.0, Delayed::Produce(_) | Delayed::Reply(_))
    }
}

pub(crate) fn resume(
    engine: &Engine,
    context: &RequestContext<'_>,
    body: &[u8],
    parked: Parked<ParkedRequest>,
) -> Outcome<ParkedRequest> {
    let Parked { ticket, request } = parked;
    match request.0 {
        Delayed::Fetch(delayed) => fetch::resume(engine, context, delayed, ticket).map(ParkedRequest::from),
        Delayed::Produce(delayed) => produce::resume(context, body, delayed, ticket).map(ParkedRequest::from),
        Delayed::Join(delayed) => join_group::resume(context, delayed, ticket).map(ParkedRequest::from),
        Delayed::Sync(delayed) => sync_group::resume(context, delayed, ticket).map(ParkedRequest::from),
        Delayed::Reply(delayed) => delayed.resume(ticket).map(ParkedRequest::from),
    }
}

pub(crate) fn cancel(
    engine: &Engine,
    context: &RequestContext<'_>,
    parked: Parked<ParkedRequest>,
) -> Outcome<ParkedRequest> {
    let Parked { ticket, request } = parked;
    match request.0 {
        // Answers as after the deadline, with the records read so far.
        Delayed::Fetch(delayed) => fetch::cancel(engine, context, delayed, ticket).map(ParkedRequest::from),
        // A produce is not acknowledged: the client retries, and the log recognises the retry.
        Delayed::Produce(_) | Delayed::Join(_) | Delayed::Sync(_) | Delayed::Reply(_) => {
            Outcome::Close("the broker stops".to_owned())
        }
    }
}
