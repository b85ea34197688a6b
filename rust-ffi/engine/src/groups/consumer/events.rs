//! The events of consumer groups in the engine: heartbeats, deadlines, and what the rest of the coordinator asks.

use std::sync::Arc;

use wire::{ErrorCode, Uuid};

use super::{
    ConsumerGroup, ConsumerRecord, Draft, Heartbeat, HeartbeatReply, LEAVE, LEAVE_STATIC, MemberState, Refusal,
    TopicImage, heartbeat::Surroundings, member::unknown_member, subscription,
};
use crate::{
    Engine,
    context::RequestContext,
    coordinator::{self, Ran},
    events::{GroupEvent, LeaveReason},
    groups::{
        GroupDue, GroupTimer, LiveGroup, Step,
        assignor::Assignor,
        classic::State,
        offsets_log::prepare,
        records::{self, GroupRecord},
        registry::{shard_of, with, with_new},
        state_bytes::record_max,
    },
};

impl TopicImage for Engine {
    fn topic(&self, name: &str) -> Option<(Uuid, i32)> {
        self.topics.get(name).map(|topic| (topic.id, topic.partition_count()))
    }

    fn names(&self) -> Vec<String> {
        self.topics.list().iter().map(|topic| topic.name.clone()).collect()
    }
}

/// The first of `group.consumer.assignors`.
pub(super) fn default_assignor(engine: &Engine) -> Assignor {
    let names = engine.configs.list("group.consumer.assignors");
    names.iter().find_map(|name| Assignor::named(name)).unwrap_or(Assignor::Uniform)
}

pub(crate) fn heartbeat(
    engine: &Engine,
    context: &RequestContext<'_>,
    name: &str,
    beat: &Heartbeat<'_>,
) -> Result<Ran<HeartbeatReply>, Refusal> {
    if let Some(pattern) = beat.regex.filter(|pattern| !pattern.is_empty()) {
        subscription::compile(pattern)?;
    }
    let record_max = record_max(engine);
    let event = |group: &mut LiveGroup, step: &mut Step<'_>| on_heartbeat(engine, name, group, step, beat, record_max);
    let unavailable = || Refusal::new(ErrorCode::CoordinatorNotAvailable, "The coordinator is not available.");
    let ran = if beat.epoch == 0 {
        prepare(engine).map_err(|_| unavailable())?;
        let ran = with_new(engine, context.now, name, |group, step, _| event(group, step));
        Ran { result: ran.result.unwrap_or_else(|| Err(unavailable())), until: ran.until }
    } else {
        let ran = with(engine, context.now, name, event);
        Ran { result: ran.result.unwrap_or_else(|| Err(not_found(name, beat.epoch))), until: ran.until }
    };
    ran.result.map(|reply| Ran { result: reply, until: ran.until })
}

/// In Kafka's words, which are others for a member that leaves.
fn not_found(name: &str, epoch: i32) -> Refusal {
    let kind = if epoch < 0 { "Group" } else { "Consumer group" };
    Refusal::new(ErrorCode::GroupIdNotFound, format!("{kind} {name} not found."))
}

fn on_heartbeat(
    engine: &Engine,
    name: &str,
    live: &mut LiveGroup,
    step: &mut Step<'_>,
    beat: &Heartbeat<'_>,
    record_max: usize,
) -> Result<HeartbeatReply, Refusal> {
    let before = step.state().consumer(name).cloned();
    let known = before.as_deref();
    if known.is_none() && live.classic.state() != State::Empty {
        let message = format!("Group {name} is not a consumer group.");
        return Err(Refusal::new(ErrorCode::GroupIdNotFound, message));
    }
    if known.is_none() && beat.epoch != 0 {
        return Err(not_found(name, beat.epoch));
    }
    let version = engine.topics.version();
    let at = Surroundings {
        topics: engine,
        version,
        is_stale: live.seen_topics != version,
        assignor: default_assignor(engine),
        assignment_interval_ms: engine.configs.group_int(name, "consumer.assignment.interval.ms"),
        size_max: usize::try_from(engine.configs.int("group.consumer.max.size")).unwrap_or(usize::MAX),
        heartbeat_ms: i32::try_from(engine.configs.group_int(name, "consumer.heartbeat.interval.ms"))
            .unwrap_or(i32::MAX),
        now_ms: step.now.wall_ms,
    };
    let is_member = known.is_some_and(|group| group.members.contains_key(beat.member_id));
    let was_revoking = known.is_some_and(|group| is_revoking(group, beat.member_id));
    let replaced = beat.instance_id.filter(|_| beat.epoch == 0 && !is_member);
    let replaced = replaced.and_then(|instance_id| known?.static_member(instance_id)).cloned();
    let mut draft = Draft::new(name.into(), before);
    let reply = draft.heartbeat(beat, &at)?;
    let is_revoking = is_revoking(draft.group(), beat.member_id);
    let rebalance_ms = draft.group().members.get(beat.member_id).map_or(0, |member| member.rebalance_ms);
    commit(live, step, draft, name, record_max)?;
    if !matches!(beat.epoch, LEAVE | LEAVE_STATIC) {
        live.seen_topics = version;
    }
    if let Some(replaced) = replaced {
        cancel(step, name, &replaced);
    }
    let session_ms = engine.configs.group_int(name, "consumer.session.timeout.ms");
    after_heartbeat(step, name, &reply, beat, (session_ms, is_member));
    match (was_revoking, is_revoking) {
        (false, true) => {
            step.set_timer(timer(name, GroupDue::Revocation(reply.member_id.clone())), rebalance_ms.into())
        }
        (true, false) => step.cancel_timer(timer(name, GroupDue::Revocation(reply.member_id.clone()))),
        _ => {}
    }
    Ok(reply)
}

fn after_heartbeat(
    step: &mut Step<'_>,
    name: &str,
    reply: &HeartbeatReply,
    beat: &Heartbeat<'_>,
    (session_ms, is_member): (i64, bool),
) {
    let member_id = &reply.member_id;
    let group: Arc<str> = name.into();
    match beat.epoch {
        LEAVE => {
            cancel(step, name, member_id);
            let reason = LeaveReason::Request;
            step.report((group.clone(), GroupEvent::MemberLeft { member_id: member_id.clone(), reason }));
        }
        // The session goes on: the instance comes back in time, or is removed.
        LEAVE_STATIC => {}
        _ => {
            step.set_timer(timer(name, GroupDue::ConsumerSession(member_id.clone())), session_ms);
            if !is_member {
                let (instance_id, client_host) = (beat.instance_id.map(Arc::from), beat.client_host.into());
                let member_id = member_id.clone();
                step.report((group.clone(), GroupEvent::MemberJoined { member_id, instance_id, client_host }));
            }
        }
    }
}

/// Writes what an event has drafted, all of it or nothing.
fn commit(
    live: &mut LiveGroup,
    step: &mut Step<'_>,
    draft: Draft,
    name: &str,
    record_max: usize,
) -> Result<(), Refusal> {
    let bytes = draft.group().bytes();
    let mut records = draft.into_records();
    if records.is_empty() {
        return Ok(());
    }
    // An empty group of the classic protocol becomes a consumer group. Kafka: `maybeDeleteEmptyClassicGroup`.
    if step.state().get(name).is_some_and(|durable| durable.metadata.is_some()) {
        records.insert(0, GroupRecord::Metadata { group: name.into(), value: None });
    }
    let encoded = records.iter().map(records::encode).collect::<Result<Vec<_>, _>>();
    if !encoded.is_ok_and(|encoded| coordinator::fits(&encoded, record_max)) {
        let message = "The group does not fit into a record batch of __consumer_offsets.";
        return Err(Refusal::new(ErrorCode::UnknownServerError, message));
    }
    if !live.consumer_charge.set(bytes) {
        let message = "The memory for members of groups is used up.";
        return Err(Refusal::new(ErrorCode::CoordinatorNotAvailable, message));
    }
    if step.state().consumer(name).is_none() {
        live.classic.reset(step);
    }
    step.write(records).map_err(|error| Refusal::new(error, "The log of the coordinator cannot be written."))
}

fn timer(name: &str, due: GroupDue) -> GroupTimer {
    GroupTimer { group: name.into(), due }
}

fn cancel(step: &mut Step<'_>, name: &str, member_id: &Arc<str>) {
    step.cancel_timer(timer(name, GroupDue::ConsumerSession(member_id.clone())));
    step.cancel_timer(timer(name, GroupDue::Revocation(member_id.clone())));
}

fn is_revoking(group: &ConsumerGroup, member_id: &str) -> bool {
    group.current.get(member_id).is_some_and(|current| current.state == MemberState::UnrevokedPartitions)
}

/// Fences a member whose session has ended, or that has not revoked its partitions in time.
pub(in crate::groups) fn member_is_due(
    live: &mut LiveGroup,
    step: &mut Step<'_>,
    timer: &GroupTimer,
    member_id: &Arc<str>,
    reason: LeaveReason,
) {
    let name = timer.group.clone();
    let Some(group) = step.state().consumer(&name).cloned() else { return };
    let is_late = reason != LeaveReason::RebalanceTimeout || is_revoking(&group, member_id);
    if !is_late || !group.members.contains_key(member_id) {
        return;
    }
    let mut draft = Draft::new(name.clone(), Some(group));
    draft.remove_member(member_id);
    match commit(live, step, draft, &name, usize::MAX) {
        Ok(()) => {
            cancel(step, &name, member_id);
            step.report((name.clone(), GroupEvent::MemberLeft { member_id: member_id.clone(), reason }));
        }
        // Tried again, as the log may be writable then.
        Err(_) => step.set_timer(timer.clone(), RETRY_MS),
    }
}

/// How long after a failed write a member is fenced again.
const RETRY_MS: i64 = 1_000;

/// Begins the sessions of an earlier run anew.
pub(in crate::groups) fn restore(step: &mut Step<'_>, name: &Arc<str>, group: &ConsumerGroup, session_ms: i64) {
    for (member_id, member) in &group.members {
        step.set_timer(timer(name, GroupDue::ConsumerSession(member_id.clone())), session_ms);
        if is_revoking(group, member_id) {
            step.set_timer(timer(name, GroupDue::Revocation(member_id.clone())), member.rebalance_ms.into());
        }
    }
}

/// The records that delete a group. Kafka: `ConsumerGroup.createGroupTombstoneRecords`.
pub(in crate::groups) fn tombstones(name: &Arc<str>, group: &ConsumerGroup) -> Vec<GroupRecord> {
    let of_members = group.members.keys().flat_map(|id| {
        let (current, target) = (ConsumerRecord::Current(id.clone(), None), ConsumerRecord::Target(id.clone(), None));
        [current, target, ConsumerRecord::Member(id.clone(), None)]
    });
    let regexes = group.regexes.keys().map(|pattern| ConsumerRecord::Regex(pattern.clone(), None));
    let all = of_members.chain(regexes).chain([ConsumerRecord::TargetEpoch(None), ConsumerRecord::Epoch(None)]);
    all.map(|record| GroupRecord::Consumer { group: name.clone(), record }).collect()
}

/// Checks the member of a commit. Kafka: `ConsumerGroup.validateOffsetCommit`.
pub(in crate::groups) fn check_commit(
    name: &str,
    group: &ConsumerGroup,
    member_id: &str,
    epoch: i32,
    version: i16,
    is_transactional: bool,
) -> Result<(), ErrorCode> {
    /// From this version on STALE_MEMBER_EPOCH is known.
    const MIN_VERSION: i16 = 9;
    if epoch < 0 && group.is_empty() {
        return Ok(());
    }
    if is_transactional {
        // Producers before KIP-447 do not name a member. Others know the code of the classic protocol.
        if epoch < 0 && member_id.is_empty() {
            return Ok(());
        }
        return check_epoch(name, group, member_id, epoch).map_err(|error| match error {
            ErrorCode::StaleMemberEpoch => ErrorCode::IllegalGeneration,
            error => error,
        });
    }
    check_epoch(name, group, member_id, epoch)?;
    if version < MIN_VERSION { Err(ErrorCode::UnsupportedVersion) } else { Ok(()) }
}

/// Checks the member that fetches the offsets of a group. Without a consumer group of this name there is nothing to
/// check.
pub(crate) fn check_fetch(engine: &Engine, name: &str, member_id: Option<&str>, epoch: i32) -> Result<(), ErrorCode> {
    let check = |group: &Arc<ConsumerGroup>| check_fetch_of(name, group, member_id, epoch);
    shard_of(engine, name).1.read(|state, _| state.consumer(name).map_or(Ok(()), check)).result
}

/// Checks the member that fetches offsets. Kafka: `ConsumerGroup.validateOffsetFetch`.
fn check_fetch_of(name: &str, group: &ConsumerGroup, member_id: Option<&str>, epoch: i32) -> Result<(), ErrorCode> {
    match member_id {
        None if epoch < 0 => Ok(()),
        member_id => check_epoch(name, group, member_id.unwrap_or_default(), epoch),
    }
}

fn check_epoch(name: &str, group: &ConsumerGroup, member_id: &str, epoch: i32) -> Result<(), ErrorCode> {
    if !group.members.contains_key(member_id) {
        return Err(unknown_member(member_id, name).error);
    }
    if group.current(member_id).epoch == epoch { Ok(()) } else { Err(ErrorCode::StaleMemberEpoch) }
}
