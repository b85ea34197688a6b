//! LeaveGroup (key 13), versions 0-5. Owner: `groups/classic/leave.rs`. Kafka: GroupMetadataManager.classicGroupLeave.
//! Does: takes members out at once; the others learn of it at their next heartbeat.
//! By version: 0-2 one member, whose error is the answer's; 3 several, also by instance id; 4 flexible; 5 reason.
//! Leaves out: nothing.

use wire::{
    ErrorCode,
    message::{
        leave_group_request::LeaveGroupRequest,
        leave_group_response::{LeaveGroupResponse, MemberResponse},
    },
};

use crate::{
    Engine,
    context::RequestContext,
    coordinator::{DelayedReply, reply_when_synced},
    groups,
    outcome::Outcome,
};

pub(crate) fn handle(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &LeaveGroupRequest<'_>,
) -> Outcome<DelayedReply> {
    let members: Vec<(&str, Option<&str>)> = match context.version {
        ..3 => vec![(request.member_id, None)],
        _ => request.members.iter().map(|member| (member.member_id, member.group_instance_id)).collect(),
    };
    let mut until = None;
    let response = match groups::leave(engine, context, request.group_id, &members) {
        Err(error) => LeaveGroupResponse { error_code: error.code(), ..LeaveGroupResponse::default() },
        Ok(ran) if context.version < 3 => {
            until = ran.until;
            let error = ran.result.first().copied().unwrap_or(ErrorCode::None);
            LeaveGroupResponse { error_code: error.code(), ..LeaveGroupResponse::default() }
        }
        Ok(ran) => {
            until = ran.until;
            let show = |((member_id, group_instance_id), error): (_, ErrorCode)| MemberResponse {
                member_id,
                group_instance_id,
                error_code: error.code(),
            };
            let members = members.into_iter().zip(ran.result).map(show).collect();
            LeaveGroupResponse { members, ..LeaveGroupResponse::default() }
        }
    };
    let failed =
        LeaveGroupResponse { error_code: ErrorCode::CoordinatorNotAvailable.code(), ..LeaveGroupResponse::default() };
    reply_when_synced(until.into_iter().collect(), context.reply(|w, v| response.encode(w, v)), || {
        context.reply(|w, v| failed.encode(w, v))
    })
}
