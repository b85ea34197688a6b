//! What the handlers ask of the groups. Kafka: `GroupCoordinatorService`, `GroupCoordinatorShard`.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

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
    Committed, Joined, Promise, Synced, check_name,
    classic::{Classic, Join, Leaving, Member, Protocol, State, Sync},
    durable,
    offsets::Offsets,
    registry::{self, with, with_new},
    state_bytes::{Charge, record_max},
};
use crate::{Engine, clock::Now, context::RequestContext};

/// The promise may be kept at once, or later.
pub(crate) fn join(
    engine: &Engine,
    cx: &RequestContext<'_>,
    request: &JoinGroupRequest<'_>,
    promise: &Arc<Promise<Joined>>,
) {
    let charge = match check_join(engine, cx, request) {
        Ok(charge) => charge,
        Err(error) => {
            promise.keep(Joined::refused(request.member_id, error));
            return;
        }
    };
    let join = Join {
        member_id: request.member_id,
        instance_id: request.group_instance_id,
        client_id: cx.client_id.unwrap_or_default(),
        client_host: cx.client_host,
        session_ms: request.session_timeout_ms,
        rebalance_ms: if cx.version == 0 { request.session_timeout_ms } else { request.rebalance_timeout_ms },
        protocol_type: request.protocol_type,
        protocols: protocols(&request.protocols),
        needs_id: cx.version >= 4,
        can_skip: cx.version >= 9,
        charge: RefCell::new(charge),
        promise,
    };
    let size_max = usize::try_from(engine.configs.int("group.max.size")).unwrap_or(0);
    // Who has an id already belongs to a group that exists.
    if request.member_id.is_empty() {
        let found = with_new(engine, cx.now, request.group_id, |group, turn| group.classic.join(turn, &join, size_max));
        if found.is_none() {
            promise.keep(Joined::refused("", ErrorCode::CoordinatorNotAvailable));
        }
    } else {
        let found = with(engine, cx.now, request.group_id, |group, turn| group.classic.join(turn, &join, size_max));
        if found.is_none() {
            promise.keep(Joined::refused(request.member_id, ErrorCode::UnknownMemberId));
        }
    }
}

/// Before anything of the request is copied. Returns the room for what the member leaves behind.
fn check_join(engine: &Engine, cx: &RequestContext<'_>, request: &JoinGroupRequest<'_>) -> Result<Charge, ErrorCode> {
    check_name(request.group_id)?;
    let min = engine.configs.int("group.min.session.timeout.ms");
    let max = engine.configs.int("group.max.session.timeout.ms");
    if i64::from(request.session_timeout_ms) < min || i64::from(request.session_timeout_ms) > max {
        return Err(ErrorCode::InvalidSessionTimeout);
    }
    // Kafka writes the metadata of one protocol to the record of the group, which such a member could not be in.
    // Kafka: `GroupMetadataManager.appendGroupMetadataErrorToResponseError`.
    let largest = request.protocols.iter().map(|protocol| protocol.metadata.len()).max().unwrap_or(0);
    if largest > record_max(engine) {
        return Err(ErrorCode::UnknownServerError);
    }
    let texts = [cx.client_id.unwrap_or_default(), cx.client_host, request.group_instance_id.unwrap_or_default()];
    let protocols = request.protocols.iter().map(|protocol| Protocol::bytes(protocol.name, protocol.metadata));
    let bytes = Member::BYTES + texts.map(str::len).iter().sum::<usize>() + protocols.sum::<usize>();
    engine.groups.bytes.claim(bytes).ok_or(ErrorCode::CoordinatorNotAvailable)
}

/// A name that comes twice would count twice in the votes: the first one counts.
fn protocols(asked: &[JoinGroupRequestProtocol<'_>]) -> Vec<Protocol> {
    let mut names = BTreeSet::new();
    let first = asked.iter().filter(|protocol| names.insert(protocol.name));
    first.map(|p| Protocol { name: p.name.into(), metadata: Bytes::copy_from_slice(p.metadata) }).collect()
}

/// The promise may be kept at once, or later.
pub(crate) fn sync(
    engine: &Engine,
    cx: &RequestContext<'_>,
    request: &SyncGroupRequest<'_>,
    promise: &Arc<Promise<Synced>>,
) {
    if let Err(error) = check_name(request.group_id) {
        promise.keep(Synced::refused(error));
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
        promise,
    };
    if with(engine, cx.now, request.group_id, |group, turn| group.classic.sync(turn, &sync)).is_none() {
        promise.keep(Synced::refused(ErrorCode::UnknownMemberId));
    }
}

pub(crate) fn heartbeat(
    engine: &Engine,
    cx: &RequestContext<'_>,
    request: &HeartbeatRequest<'_>,
) -> Result<(), ErrorCode> {
    check_name(request.group_id)?;
    let HeartbeatRequest { member_id, group_instance_id, generation_id, .. } = *request;
    with(engine, cx.now, request.group_id, |group, turn| {
        group.classic.heartbeat(turn, member_id, group_instance_id, generation_id)
    })
    .unwrap_or(Err(ErrorCode::UnknownMemberId))
}

/// A result for each of the members (their id, and their instance's), in their order.
pub(crate) fn leave(
    engine: &Engine,
    cx: &RequestContext<'_>,
    group: &str,
    members: &[(&str, Option<&str>)],
) -> Result<Vec<ErrorCode>, ErrorCode> {
    check_name(group)?;
    let leaving: Vec<Leaving<'_>> =
        members.iter().map(|(member_id, instance_id)| Leaving { member_id, instance_id: *instance_id }).collect();
    let results = with(engine, cx.now, group, |group, turn| group.classic.leave(turn, &leaving));
    Ok(results.unwrap_or_else(|| vec![ErrorCode::UnknownMemberId; members.len()]))
}

/// Writes offsets down where they outlive the broker; `None` is one that is no more. Nothing happens in memory.
pub(super) fn keep<'a>(
    engine: &Engine,
    now: Now,
    group: &str,
    offsets: impl Iterator<Item = (&'a str, i32, Option<&'a Committed>)>,
) -> Result<(), ErrorCode> {
    // Kafka's group coordinator answers so when its log cannot be written.
    if engine.data_dir.is_none() {
        Ok(())
    } else {
        durable::write(engine, now, group, offsets).map_err(|_| ErrorCode::CoordinatorNotAvailable)
    }
}

/// Who commits, and what: a topic's name, a partition and its offset.
#[derive(Debug)]
pub(crate) struct Commit<'a> {
    pub(crate) group: &'a str,
    pub(crate) member_id: &'a str,
    pub(crate) instance_id: Option<&'a str>,
    /// Negative for who is no member.
    pub(crate) generation: i32,
    pub(crate) offsets: Vec<(&'a str, i32, Committed)>,
}

pub(crate) fn commit(engine: &Engine, cx: &RequestContext<'_>, commit: Commit<'_>) -> Result<(), ErrorCode> {
    let Commit { group, member_id, instance_id, generation, offsets } = commit;
    // Offsets without a membership make a group, a so-called simple one.
    let makes_group = generation < 0 && !offsets.is_empty();
    if !durable::fits(group, &offsets, record_max(engine)) {
        return Err(ErrorCode::InvalidCommitOffsetSize);
    }
    // Held until what they replace is given back.
    let room = engine.groups.bytes.claim(Offsets::bytes_of(&offsets)).ok_or(ErrorCode::CoordinatorNotAvailable)?;
    let mut offsets = Some(offsets);
    let mut act = |state: &mut registry::GroupState, turn: &mut registry::Turn<'_>| {
        state.classic.check_commit(turn, member_id, instance_id, generation)?;
        // A topic that was deleted since the request came has taken its offsets along.
        let is_there = |(_, _, new): &(&str, i32, Committed)| engine.topics.get_by_id(new.topic_id).is_some();
        offsets.iter_mut().for_each(|offsets| offsets.retain(is_there));
        let durable = offsets.iter().flatten().map(|(topic, partition, new)| (*topic, *partition, Some(new)));
        keep(engine, cx.now, group, durable)?;
        for (topic, partition, committed) in offsets.take().unwrap_or_default() {
            state.offsets.commit(topic, partition, committed);
        }
        Ok(())
    };
    if makes_group {
        return with_new(engine, cx.now, group, act).unwrap_or(Err(ErrorCode::CoordinatorNotAvailable));
    }
    let committed = with(engine, cx.now, group, &mut act).unwrap_or(match cx.version {
        _ if generation < 0 => Ok(()),
        9.. => Err(ErrorCode::GroupIdNotFound),
        _ => Err(ErrorCode::IllegalGeneration),
    });
    drop(room);
    committed
}

/// The partitions of a topic; `None` where nothing was committed.
#[derive(Debug)]
pub(crate) struct FetchedTopic {
    pub(crate) name: String,
    pub(crate) partitions: Vec<(i32, Option<Committed>)>,
}

/// What an answer may still take on the wire: a request of a few bytes may ask for the same large thing many times.
#[derive(Debug)]
pub(crate) struct Budget(usize);

impl Budget {
    pub(crate) const BYTES: usize = 256 << 20;

    pub(crate) fn new() -> Budget {
        Budget(Budget::BYTES)
    }

    /// `None` once there is nothing left.
    pub(crate) fn spend(&mut self, bytes: usize) -> Option<()> {
        self.0 = self.0.checked_sub(bytes)?;
        Some(())
    }
}

/// A partition in an answer, without its metadata.
const PARTITION_BYTES: usize = 32;

fn fetched(index: i32, committed: Option<&Committed>, budget: &mut Budget) -> Option<(i32, Option<Committed>)> {
    budget.spend(PARTITION_BYTES + committed.map_or(0, |committed| committed.metadata.len()))?;
    Some((index, committed.cloned()))
}

/// Of topics and their partitions. A group that is not there has committed nothing. `None` if the answer would be too
/// large.
pub(crate) fn fetch(
    engine: &Engine,
    cx: &RequestContext<'_>,
    group: &str,
    topics: &[(&str, &[i32])],
    budget: &mut Budget,
) -> Option<Vec<FetchedTopic>> {
    let mut read = |offsets: &Offsets| -> Option<Vec<FetchedTopic>> {
        let topic = |(name, indexes): &(&str, &[i32])| {
            let partitions = indexes.iter().map(|index| fetched(*index, offsets.get(name, *index), budget));
            Some(FetchedTopic { name: (*name).to_owned(), partitions: partitions.collect::<Option<_>>()? })
        };
        topics.iter().map(topic).collect()
    };
    with(engine, cx.now, group, |state, _| read(&state.offsets)).unwrap_or_else(|| read(&Offsets::default()))
}

/// Everything that the group has committed. `None` if the answer would be too large.
pub(crate) fn fetch_all(
    engine: &Engine,
    cx: &RequestContext<'_>,
    group: &str,
    budget: &mut Budget,
) -> Option<Vec<FetchedTopic>> {
    with(engine, cx.now, group, |state, _| {
        let topic = |(name, partitions): (&str, &BTreeMap<i32, Committed>)| {
            let partitions = partitions.iter().map(|(index, committed)| fetched(*index, Some(committed), budget));
            Some(FetchedTopic { name: name.to_owned(), partitions: partitions.collect::<Option<_>>()? })
        };
        state.offsets.iter().map(topic).collect()
    })
    .unwrap_or_else(|| Some(Vec::new()))
}

/// A result for each of the topics; partitions without an offset are no error.
pub(crate) fn delete_offsets(
    engine: &Engine,
    cx: &RequestContext<'_>,
    group: &str,
    topics: &[(&str, Vec<i32>)],
) -> Result<Vec<ErrorCode>, ErrorCode> {
    check_name(group)?;
    with(engine, cx.now, group, |state, _| {
        if state.classic.state() != State::Empty && !state.classic.uses_consumer_protocol() {
            return Err(ErrorCode::NonEmptyGroup);
        }
        let delete = |(topic, partitions): &(&str, Vec<i32>)| {
            if state.classic.is_subscribed_to(topic) {
                return ErrorCode::GroupSubscribedToTopic;
            }
            let gone = partitions.iter().map(|partition| (*topic, *partition, None));
            if let Err(code) = keep(engine, cx.now, group, gone) {
                return code;
            }
            partitions.iter().for_each(|partition| state.offsets.delete(topic, *partition));
            ErrorCode::None
        };
        Ok(topics.iter().map(delete).collect())
    })
    .unwrap_or(Err(ErrorCode::GroupIdNotFound))
}

/// The group and its offsets are gone.
pub(crate) fn delete(engine: &Engine, cx: &RequestContext<'_>, name: &str) -> Result<(), ErrorCode> {
    let group = engine.groups.get(name).ok_or(ErrorCode::GroupIdNotFound)?;
    let deleted = group.enter(engine, cx.now, |state, turn| {
        if state.classic.state() != State::Empty {
            return Err(ErrorCode::NonEmptyGroup);
        }
        let committed =
            state.offsets.iter().flat_map(|(topic, partitions)| partitions.keys().map(move |p| (topic, *p)));
        keep(engine, cx.now, name, committed.map(|(topic, partition)| (topic, partition, None)))?;
        state.classic.close(turn);
        state.dead = true;
        Ok(())
    });
    deleted.unwrap_or(Err(ErrorCode::GroupIdNotFound))?;
    engine.groups.forget(&group);
    Ok(())
}

#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) name: Arc<str>,
    pub(crate) protocol_type: String,
    pub(crate) state: &'static str,
    pub(crate) kind: &'static str,
}

/// All groups, by name.
pub(crate) fn list(engine: &Engine, cx: &RequestContext<'_>) -> Vec<Listed> {
    let look = |group: Arc<registry::Group>| {
        group.enter(engine, cx.now, |state, _| Listed {
            name: group.name.clone(),
            protocol_type: state.classic.protocol_type().unwrap_or_default().to_owned(),
            state: state.classic.state().name(),
            kind: "classic",
        })
    };
    engine.groups.list().into_iter().filter_map(look).collect()
}

#[derive(Debug)]
pub(crate) struct Described {
    pub(crate) state: &'static str,
    pub(crate) protocol_type: String,
    pub(crate) protocol_name: String,
    pub(crate) members: Vec<DescribedMember>,
}

#[derive(Debug)]
pub(crate) struct DescribedMember {
    pub(crate) member_id: Arc<str>,
    pub(crate) instance_id: Option<Arc<str>>,
    pub(crate) client_id: String,
    pub(crate) client_host: String,
    pub(crate) metadata: Bytes,
    pub(crate) assignment: Bytes,
}

impl DescribedMember {
    /// Roughly what it takes on the wire.
    pub(crate) fn bytes(&self) -> usize {
        let texts = self.member_id.len() + self.client_id.len() + self.client_host.len();
        const REST: usize = 50;
        REST + texts + self.metadata.len() + self.assignment.len()
    }
}

/// `None` if there is no such group.
pub(crate) fn describe(engine: &Engine, cx: &RequestContext<'_>, name: &str) -> Option<Described> {
    with(engine, cx.now, name, |state, _| described(&state.classic))
}

fn described(group: &Classic) -> Described {
    // Before all have their assignments, a protocol would say little.
    let protocol = group.protocol_name().filter(|_| group.state() == State::Stable);
    let members = group.members().map(|(member_id, member)| DescribedMember {
        member_id: member_id.clone(),
        instance_id: member.instance_id.clone(),
        client_id: member.client_id.clone(),
        client_host: member.client_host.clone(),
        metadata: protocol.map(|name| member.metadata(name)).unwrap_or_default(),
        assignment: member.assignment.clone(),
    });
    Described {
        state: group.state().name(),
        protocol_type: group.protocol_type().unwrap_or_default().to_owned(),
        protocol_name: protocol.unwrap_or_default().to_owned(),
        members: members.collect(),
    }
}
