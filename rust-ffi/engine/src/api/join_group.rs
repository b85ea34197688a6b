//! JoinGroup (key 11), versions 0-9. Owner: `groups/classic/join.rs`. Kafka: GroupMetadataManager.classicGroupJoin.
//! Does: parks until every known member has joined or the rebalance deadline passes, then answers all at once.
//! By version: 1 rebalance timeout (before, the session's); 4 answers MEMBER_ID_REQUIRED first (KIP-394); 5 static
//! members (KIP-345); 6 flexible; 7 protocol type, and a null protocol name; 8 reason; 9 SkipAssignment (KIP-814).
//! Leaves out: nothing.

use wire::{
    ErrorCode,
    message::{
        join_group_request::JoinGroupRequest,
        join_group_response::{JoinGroupResponse, JoinGroupResponseMember},
    },
};

use crate::{
    Engine,
    context::RequestContext,
    coordinator::{DelayedRequest, PendingReply},
    groups::{self, JoinResult},
    outcome::Outcome,
    waiters::Ticket,
};

/// Kafka: `DelayedJoin`.
pub(crate) type DelayedJoin = DelayedRequest<JoinResult>;

pub(crate) fn handle(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &JoinGroupRequest<'_>,
) -> Outcome<DelayedJoin> {
    let pending = PendingReply::new();
    let ticket = pending.ticket();
    groups::join(engine, context, request, &pending);
    complete_or_park(context, DelayedRequest::Event(pending), ticket)
}

pub(crate) fn resume(context: &RequestContext<'_>, delayed: DelayedJoin, ticket: Ticket) -> Outcome<DelayedJoin> {
    ticket.rearm();
    complete_or_park(context, delayed, ticket)
}

fn complete_or_park(context: &RequestContext<'_>, delayed: DelayedJoin, ticket: Ticket) -> Outcome<DelayedJoin> {
    let refused = || JoinResult::refused("", ErrorCode::CoordinatorNotAvailable);
    delayed.complete_or_park(ticket, |result| to_response(context, result), refused)
}

fn to_response(context: &RequestContext<'_>, result: &JoinResult) -> Outcome {
    let members = result.members.iter().map(|member| JoinGroupResponseMember {
        member_id: &member.member_id,
        group_instance_id: member.instance_id.as_deref(),
        metadata: &member.metadata,
    });
    let protocol_name = result.protocol_name.as_deref();
    let response = JoinGroupResponse {
        throttle_time_ms: 0,
        error_code: result.error.code(),
        generation_id: result.generation,
        protocol_type: result.protocol_type.as_deref(),
        protocol_name: if context.version < 7 { Some(protocol_name.unwrap_or_default()) } else { protocol_name },
        leader: result.leader.as_deref().unwrap_or_default(),
        skip_assignment: result.skip_assignment,
        member_id: &result.member_id,
        members: members.collect(),
    };
    context.reply(|w, v| response.encode(w, v))
}
