//! SyncGroup (key 14), versions 0-5. Owner: `groups/classic/sync.rs`. Kafka: GroupMetadataManager.classicGroupSync.
//! Does: parks until the leader has sent the assignments.
//! By version: 3 static members; 4 flexible; 5 protocol type and name, which have to be there and to be the group's.
//! Leaves out: nothing.

use wire::{
    ErrorCode,
    message::{sync_group_request::SyncGroupRequest, sync_group_response::SyncGroupResponse},
};

use crate::{
    Engine,
    context::RequestContext,
    coordinator::{DelayedRequest, PendingReply},
    groups::{self, SyncResult},
    outcome::Outcome,
    waiters::Ticket,
};

/// A SyncGroup that waits for the leader's assignment.
pub(crate) type DelayedSync = DelayedRequest<SyncResult>;

pub(crate) fn handle(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &SyncGroupRequest<'_>,
) -> Outcome<DelayedSync> {
    if context.version >= 5 && (request.protocol_type.is_none() || request.protocol_name.is_none()) {
        return to_response(context, &SyncResult::refused(ErrorCode::InconsistentGroupProtocol));
    }
    let pending = PendingReply::new();
    let ticket = pending.ticket();
    groups::sync(engine, context, request, &pending);
    complete_or_park(context, DelayedRequest::Event(pending), ticket)
}

pub(crate) fn resume(context: &RequestContext<'_>, delayed: DelayedSync, ticket: Ticket) -> Outcome<DelayedSync> {
    ticket.rearm();
    complete_or_park(context, delayed, ticket)
}

fn complete_or_park(context: &RequestContext<'_>, delayed: DelayedSync, ticket: Ticket) -> Outcome<DelayedSync> {
    let refused = || SyncResult::refused(ErrorCode::CoordinatorNotAvailable);
    delayed.complete_or_park(ticket, |result| to_response(context, result), refused)
}

fn to_response<W>(context: &RequestContext<'_>, result: &SyncResult) -> Outcome<W> {
    let response = SyncGroupResponse {
        throttle_time_ms: 0,
        error_code: result.error.code(),
        protocol_type: result.protocol_type.as_deref(),
        protocol_name: result.protocol_name.as_deref(),
        assignment: &result.assignment,
    };
    context.reply(|w, v| response.encode(w, v))
}
