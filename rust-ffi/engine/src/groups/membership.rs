//! JoinGroup, SyncGroup, Heartbeat and LeaveGroup. Kafka: `GroupCoordinatorService.joinGroup`, `syncGroup`,
//! `heartbeat`, `leaveGroup`.

use std::{cell::RefCell, collections::BTreeSet, sync::Arc};

use bytes::Bytes;
use wire::{
    error_code::ErrorCode,
    message::{
        heartbeat_request::HeartbeatRequest,
        join_group_request::{JoinGroupRequest, JoinGroupRequestProtocol},
        sync_group_request::SyncGroupRequest,
    },
};

use super::{
    GroupReply, JoinResult, LiveGroup, Step, SyncResult, check_name,
    classic::{Join, LeavingMember, Member, Protocol, Sync},
    consumer,
    offsets_log::prepare,
    registry::{with, with_new},
    state_bytes::{Charge, record_max},
};
use crate::{
    Engine,
    context::RequestContext,
    coordinator::{PendingReply, Ran},
};

/// The reply may come at once, or later.
pub(crate) fn join(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &JoinGroupRequest<'_>,
    reply: &Arc<PendingReply<JoinResult>>,
) {
    let charge = match check_join(engine, context, request) {
        Ok(charge) => charge,
        Err(error) => {
            reply.complete(JoinResult::refused(request.member_id, error), None);
            return;
        }
    };
    let client_id = context.client_id.unwrap_or_default();
    let join = Join {
        member_id: request.member_id,
        instance_id: request.group_instance_id,
        client_id,
        client_host: context.client_host,
        session_ms: request.session_timeout_ms,
        rebalance_ms: if context.version == 0 { request.session_timeout_ms } else { request.rebalance_timeout_ms },
        protocol_type: request.protocol_type,
        protocols: protocols(&request.protocols),
        new_member_id: new_member_id(engine, request, client_id),
        needs_id: context.version >= 4,
        can_skip: context.version >= 9,
        charge: RefCell::new(charge),
        reply,
    };
    let size_max = usize::try_from(engine.configs.int("group.max.size")).unwrap_or(0);
    // A member that has an id belongs to a group that exists.
    if request.member_id.is_empty() {
        let ran = prepare(engine).map(|()| {
            with_new(engine, context.now, request.group_id, |group, step, is_new| {
                match prepare_classic(group, step, request.group_id, is_new) {
                    Ok(()) => group.classic.join(step, &join, size_max),
                    Err(code) => step.reply(GroupReply::Join(reply.clone(), JoinResult::refused("", code))),
                }
            })
        });
        if !matches!(ran, Ok(Ran { result: Some(()), .. })) {
            reply.complete(JoinResult::refused("", ErrorCode::CoordinatorNotAvailable), None);
        }
    } else {
        let ran = with(engine, context.now, request.group_id, |group, step| group.classic.join(step, &join, size_max));
        if ran.result.is_none() {
            reply.complete(JoinResult::refused(request.member_id, ErrorCode::UnknownMemberId), None);
        }
    }
}

/// Kafka writes each new group: `GroupMetadataManager.classicGroupJoinToClassicGroup`. An empty consumer group becomes
/// a classic one. Members of both protocols in one group are not served.
fn prepare_classic(group: &mut LiveGroup, step: &mut Step<'_>, name: &str, is_new: bool) -> Result<(), ErrorCode> {
    let consumer = step.state().consumer(name).cloned();
    match consumer {
        None if is_new => step.write(vec![group.classic.record()]),
        None => Ok(()),
        Some(consumer) if consumer.is_empty() => {
            let mut records = consumer::tombstones(&name.into(), &consumer);
            records.push(group.classic.record());
            step.write(records)
        }
        Some(_) => Err(ErrorCode::InconsistentGroupProtocol),
    }
}

/// Kafka: `GroupMetadataManager.classicGroupJoinNewMember`.
fn new_member_id(engine: &Engine, request: &JoinGroupRequest<'_>, client_id: &str) -> Arc<str> {
    if !request.member_id.is_empty() {
        return request.member_id.into();
    }
    let prefix = request.group_instance_id.unwrap_or(client_id);
    format!("{prefix}-{}", engine.entropy.hyphenated_uuid()).into()
}

/// Checks a request before anything of it is copied. Returns the charge for the member's state.
fn check_join(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &JoinGroupRequest<'_>,
) -> Result<Charge, ErrorCode> {
    check_name(request.group_id)?;
    let min = engine.configs.int("group.min.session.timeout.ms");
    let max = engine.configs.int("group.max.session.timeout.ms");
    if i64::from(request.session_timeout_ms) < min || i64::from(request.session_timeout_ms) > max {
        return Err(ErrorCode::InvalidSessionTimeout);
    }
    // The record of the group has the metadata of one protocol: such a member could not be written.
    // Kafka: `GroupMetadataManager.appendGroupMetadataErrorToResponseError`.
    let largest = request.protocols.iter().map(|protocol| protocol.metadata.len()).max().unwrap_or(0);
    if largest > record_max(engine) {
        return Err(ErrorCode::UnknownServerError);
    }
    let texts =
        [context.client_id.unwrap_or_default(), context.client_host, request.group_instance_id.unwrap_or_default()];
    let protocols = request.protocols.iter().map(|protocol| Protocol::bytes(protocol.name, protocol.metadata));
    let bytes = Member::BYTES + texts.map(str::len).iter().sum::<usize>() + protocols.sum::<usize>();
    engine.groups.bytes.claim(bytes).ok_or(ErrorCode::CoordinatorNotAvailable)
}

/// Of protocols with the same name the first counts; both would count in the votes.
fn protocols(asked: &[JoinGroupRequestProtocol<'_>]) -> Vec<Protocol> {
    let mut names = BTreeSet::new();
    let first = asked.iter().filter(|protocol| names.insert(protocol.name));
    first.map(|p| Protocol { name: p.name.into(), metadata: Bytes::copy_from_slice(p.metadata) }).collect()
}

/// The reply may come at once, or later.
pub(crate) fn sync(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &SyncGroupRequest<'_>,
    reply: &Arc<PendingReply<SyncResult>>,
) {
    if let Err(error) = check_name(request.group_id) {
        reply.complete(SyncResult::refused(error), None);
        return;
    }
    let record_max = record_max(engine);
    let sync = Sync {
        record_max,
        member_id: request.member_id,
        instance_id: request.group_instance_id,
        generation: request.generation_id,
        protocol_type: request.protocol_type,
        protocol_name: request.protocol_name,
        assignments: request.assignments.iter().map(|one| (one.member_id, one.assignment)).collect(),
        reply,
    };
    let ran = with(engine, context.now, request.group_id, |group, step| group.classic.sync(step, &sync));
    if ran.result.is_none() {
        reply.complete(SyncResult::refused(ErrorCode::UnknownMemberId), None);
    }
}

pub(crate) fn heartbeat(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &HeartbeatRequest<'_>,
) -> Result<(), ErrorCode> {
    check_name(request.group_id)?;
    let HeartbeatRequest { member_id, group_instance_id, generation_id, .. } = *request;
    let ran = with(engine, context.now, request.group_id, |group, step| {
        group.classic.heartbeat(step, member_id, group_instance_id, generation_id)
    });
    ran.result.unwrap_or(Err(ErrorCode::UnknownMemberId))
}

/// Removes members, named by their id and their instance id. Returns a result for each, in their order.
pub(crate) fn leave(
    engine: &Engine,
    context: &RequestContext<'_>,
    group: &str,
    members: &[(&str, Option<&str>)],
) -> Result<Ran<Vec<ErrorCode>>, ErrorCode> {
    check_name(group)?;
    let leaving = members.iter().map(|(member_id, instance_id)| LeavingMember { member_id, instance_id: *instance_id });
    let leaving: Vec<LeavingMember<'_>> = leaving.collect();
    let ran = with(engine, context.now, group, |group, step| group.classic.leave(step, &leaving));
    let unknown = || vec![ErrorCode::UnknownMemberId; members.len()];
    Ok(Ran { result: ran.result.unwrap_or_else(unknown), until: ran.until })
}
