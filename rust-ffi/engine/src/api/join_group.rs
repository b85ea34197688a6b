//! JoinGroup (key 11), versions 0-9. Owner: `groups/classic/join.rs`. Kafka: GroupMetadataManager.classicGroupJoin.
//! Does: parks until every known member has joined or the rebalance deadline passes, then answers all at once.
//! By version: 1 rebalance timeout (before, the session's); 4 answers MEMBER_ID_REQUIRED first (KIP-394); 5 static
//! members (KIP-345); 6 flexible; 7 protocol type, and a null protocol name; 8 reason; 9 SkipAssignment (KIP-814).
//! Leaves out: nothing.

use wire::message::{
    join_group_request::JoinGroupRequest,
    join_group_response::{JoinGroupResponse, JoinGroupResponseMember},
};

use crate::{
    Engine,
    context::RequestContext,
    groups::{self, Joined, Promise, Waiting},
    outcome::Outcome,
};

pub(crate) fn handle(engine: &Engine, cx: &RequestContext<'_>, request: &JoinGroupRequest<'_>) -> Outcome {
    let promise = Promise::new();
    let ticket = promise.ticket();
    groups::join(engine, cx, request, &promise);
    groups::answer_or_park(promise, ticket, Waiting::Join, |joined| reply(cx, &joined))
}

pub(crate) fn reply(cx: &RequestContext<'_>, joined: &Joined) -> Outcome {
    let members = joined.members.iter().map(|member| JoinGroupResponseMember {
        member_id: &member.member_id,
        group_instance_id: member.instance_id.as_deref(),
        metadata: &member.metadata,
    });
    let protocol_name = joined.protocol_name.as_deref();
    let response = JoinGroupResponse {
        throttle_time_ms: 0,
        error_code: joined.error.code(),
        generation_id: joined.generation,
        protocol_type: joined.protocol_type.as_deref(),
        protocol_name: if cx.version < 7 { Some(protocol_name.unwrap_or_default()) } else { protocol_name },
        leader: joined.leader.as_deref().unwrap_or_default(),
        skip_assignment: joined.skip_assignment,
        member_id: &joined.member_id,
        members: members.collect(),
    };
    cx.reply(|w, v| response.encode(w, v))
}
