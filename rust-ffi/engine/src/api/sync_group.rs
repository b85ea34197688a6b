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
    groups::{self, Promise, Synced, Waiting},
    outcome::Outcome,
};

pub(crate) fn handle(engine: &Engine, cx: &RequestContext<'_>, request: &SyncGroupRequest<'_>) -> Outcome {
    if cx.version >= 5 && (request.protocol_type.is_none() || request.protocol_name.is_none()) {
        return reply(cx, &Synced::refused(ErrorCode::InconsistentGroupProtocol));
    }
    let promise = Promise::new();
    let ticket = promise.ticket();
    groups::sync(engine, cx, request, &promise);
    groups::answer_or_park(promise, ticket, Waiting::Sync, |synced| reply(cx, &synced))
}

pub(crate) fn reply(cx: &RequestContext<'_>, synced: &Synced) -> Outcome {
    let response = SyncGroupResponse {
        throttle_time_ms: 0,
        error_code: synced.error.code(),
        protocol_type: synced.protocol_type.as_deref(),
        protocol_name: synced.protocol_name.as_deref(),
        assignment: &synced.assignment,
    };
    cx.reply(|w, v| response.encode(w, v))
}
