//! A group of the classic protocol: members join, the leader among them assigns partitions, the group keeps them in the
//! same generation. Kafka: `ClassicGroup` and the parts of `GroupMetadataManager` whose names begin with
//! `classicGroup`.
//!
//! Each event of a group is a method here. It is given a [`Step`], which has the time, appends records, sets deadlines
//! and replies to parked requests. The group itself is soft state. What a restart has to know is written as a
//! [`GroupMetadata`] record when the leader has assigned partitions and when the group becomes empty, as in Kafka.

mod join;
mod leave;
mod member;
mod rebalance;
mod subscription;
mod sync;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use bytes::Bytes;
use wire::error_code::ErrorCode;

use super::{
    GroupDue, GroupReply, GroupTimer, Step,
    records::{GroupMetadata, GroupMetadataMember, GroupRecord},
    state_bytes::{Charge, StateBytes},
};
use crate::{
    clock::Now,
    coordinator::PendingReply,
    events::{GroupEvent, LeaveReason},
};

pub(super) use join::Join;
pub(super) use leave::LeavingMember;
pub(super) use member::{Member, Protocol};
pub(super) use subscription::assigned_partitions;
pub(super) use sync::Sync;

/// Kafka: `ClassicGroupState`. A dead group is removed from its shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Empty,
    PreparingRebalance,
    CompletingRebalance,
    Stable,
}

impl State {
    /// The name that Kafka's tools show.
    pub(super) fn name(self) -> &'static str {
        match self {
            State::Empty => "Empty",
            State::PreparingRebalance => "PreparingRebalance",
            State::CompletingRebalance => "CompletingRebalance",
            State::Stable => "Stable",
        }
    }
}

/// The result of a JoinGroup request.
#[derive(Debug)]
pub(crate) struct JoinResult {
    pub(crate) error: ErrorCode,
    pub(crate) generation: i32,
    pub(crate) protocol_type: Option<Arc<str>>,
    pub(crate) protocol_name: Option<Arc<str>>,
    pub(crate) leader: Option<Arc<str>>,
    pub(crate) skip_assignment: bool,
    pub(crate) member_id: Arc<str>,
    /// All members for the leader, empty for the others.
    pub(crate) members: Vec<JoinedMember>,
}

#[derive(Debug)]
pub(crate) struct JoinedMember {
    pub(crate) member_id: Arc<str>,
    pub(crate) instance_id: Option<Arc<str>>,
    pub(crate) metadata: Bytes,
}

impl JoinResult {
    pub(crate) fn refused(member_id: &str, error: ErrorCode) -> JoinResult {
        JoinResult {
            error,
            generation: -1,
            protocol_type: None,
            protocol_name: None,
            leader: None,
            skip_assignment: false,
            member_id: member_id.into(),
            members: Vec::new(),
        }
    }
}

/// The result of a SyncGroup request.
#[derive(Debug)]
pub(crate) struct SyncResult {
    pub(crate) error: ErrorCode,
    pub(crate) protocol_type: Option<Arc<str>>,
    pub(crate) protocol_name: Option<Arc<str>>,
    pub(crate) assignment: Bytes,
}

impl SyncResult {
    pub(crate) fn refused(error: ErrorCode) -> SyncResult {
        SyncResult { error, protocol_type: None, protocol_name: None, assignment: Bytes::new() }
    }
}

/// What the deadline of the join phase ends.
#[derive(Clone, Copy, Debug)]
enum JoinPhase {
    /// The initial delay of a new group, which waits for more members.
    Initial { delay_ms: i64, remaining_ms: i64 },
    /// The rebalance timeout: members that have not joined again are removed.
    Rebalance,
}

fn reply_join(step: &mut Step<'_>, pending: &Arc<PendingReply<JoinResult>>, result: JoinResult) {
    step.reply(GroupReply::Join(pending.clone(), result));
}

fn reply_sync(step: &mut Step<'_>, pending: &Arc<PendingReply<SyncResult>>, result: SyncResult) {
    step.reply(GroupReply::Sync(pending.clone(), result));
}

#[derive(Debug)]
pub(crate) struct Classic {
    name: Arc<str>,
    /// Kafka: `group.initial.rebalance.delay.ms`.
    initial_delay_ms: i64,
    state: State,
    /// The state before; `None` for a new group.
    previous: Option<State>,
    /// When the state was entered, by the wall clock.
    since_ms: i64,
    generation: i32,
    protocol_type: Option<Arc<str>>,
    protocol_name: Option<Arc<str>>,
    leader: Option<Arc<str>>,
    /// By member id.
    members: BTreeMap<Arc<str>, Member>,
    /// From instance id to member id.
    static_members: BTreeMap<Arc<str>, Arc<str>>,
    /// Member ids that were assigned with MEMBER_ID_REQUIRED and have not been used yet, with their bytes.
    pending_join: BTreeMap<Arc<str>, Charge>,
    /// Members of this generation that have not sent SyncGroup yet.
    pending_sync: BTreeSet<Arc<str>>,
    /// The number of members whose JoinGroup is parked.
    joining: usize,
    /// The number of members that support each protocol.
    protocols: BTreeMap<Arc<str>, usize>,
    /// A member joined during the initial delay.
    new_member_added: bool,
    /// The topics of all subscriptions. `None` if they are not known: the members are no consumers, there is no
    /// generation yet, or a subscription cannot be decoded.
    subscribed: Option<BTreeSet<String>>,
    /// What the deadline of the join phase ends, while it is set.
    join_phase: Option<JoinPhase>,
}

impl Classic {
    pub(super) fn new(name: Arc<str>, initial_delay_ms: i64, now: Now) -> Classic {
        Classic {
            name,
            initial_delay_ms,
            state: State::Empty,
            previous: None,
            since_ms: now.wall_ms,
            generation: 0,
            protocol_type: None,
            protocol_name: None,
            leader: None,
            members: BTreeMap::new(),
            static_members: BTreeMap::new(),
            pending_join: BTreeMap::new(),
            pending_sync: BTreeSet::new(),
            joining: 0,
            protocols: BTreeMap::new(),
            new_member_added: false,
            subscribed: None,
            join_phase: None,
        }
    }

    /// Takes over what an earlier run has written. The sessions of the members begin anew. Kafka:
    /// `GroupMetadataManager.replay(GroupMetadataKey, GroupMetadataValue)` and `onLoaded`.
    pub(super) fn restore(&mut self, step: &mut Step<'_>, metadata: &GroupMetadata, all: &StateBytes) {
        self.state = if metadata.members.is_empty() { State::Empty } else { State::Stable };
        self.since_ms = metadata.since_ms.unwrap_or(step.now.wall_ms);
        self.generation = metadata.generation;
        self.protocol_type.clone_from(&metadata.protocol_type);
        self.protocol_name.clone_from(&metadata.protocol_name);
        self.leader.clone_from(&metadata.leader);
        for durable in &metadata.members {
            let member = Member::restored(durable, self.protocol_name.as_ref(), all);
            self.count_protocols(&member.protocols);
            if let Some(instance_id) = &durable.instance_id {
                self.static_members.insert(instance_id.clone(), durable.member_id.clone());
            }
            self.members.insert(durable.member_id.clone(), member);
            self.refresh(step, &durable.member_id);
        }
        if self.leader.as_ref().is_none_or(|leader| !self.members.contains_key(leader)) {
            self.leader = self.members.keys().next().cloned();
        }
        self.subscribed = self.subscribed_topics();
    }

    /// The record that describes the group as it is now. Kafka: `GroupCoordinatorRecordHelpers.newGroupMetadataRecord`.
    pub(super) fn record(&self) -> GroupRecord {
        let protocol = self.protocol_name().unwrap_or_default();
        let member = |(member_id, member): (&Arc<str>, &Member)| GroupMetadataMember {
            member_id: member_id.clone(),
            instance_id: member.instance_id.clone(),
            client_id: member.client_id.clone(),
            client_host: member.client_host.clone(),
            rebalance_ms: member.rebalance_ms,
            session_ms: member.session_ms,
            subscription: member.metadata(protocol),
            assignment: member.assignment.clone(),
        };
        let value = GroupMetadata {
            protocol_type: self.protocol_type.clone(),
            protocol_name: self.protocol_name.clone(),
            generation: self.generation,
            leader: self.leader.clone(),
            since_ms: Some(self.since_ms),
            members: self.members.iter().map(member).collect(),
        };
        GroupRecord::Metadata { group: self.name.clone(), value: Some(value) }
    }

    fn timer(&self, due: GroupDue) -> GroupTimer {
        GroupTimer { group: self.name.clone(), due }
    }

    fn member_timer(&self, member_id: &Arc<str>) -> GroupTimer {
        self.timer(GroupDue::Member(member_id.clone()))
    }

    pub(super) fn state(&self) -> State {
        self.state
    }

    pub(super) fn since_ms(&self) -> i64 {
        self.since_ms
    }

    pub(super) fn protocol_type(&self) -> Option<&str> {
        self.protocol_type.as_deref()
    }

    pub(super) fn protocol_name(&self) -> Option<&str> {
        self.protocol_name.as_deref()
    }

    pub(super) fn members(&self) -> impl Iterator<Item = (&Arc<str>, &Member)> {
        self.members.iter()
    }

    /// Whether the group has no members and has assigned no member id that may still be used.
    pub(super) fn is_removable(&self) -> bool {
        self.state == State::Empty && self.pending_join.is_empty()
    }

    pub(super) fn uses_consumer_protocol(&self) -> bool {
        self.protocol_type() == Some(subscription::CONSUMER)
    }

    pub(super) fn knows_subscription(&self) -> bool {
        self.subscribed.is_some()
    }

    /// A group of consumers whose subscriptions are not known counts as subscribed to every topic.
    pub(super) fn is_subscribed_to(&self, topic: &str) -> bool {
        match &self.subscribed {
            Some(topics) => topics.contains(topic),
            None => self.uses_consumer_protocol(),
        }
    }

    fn enter(&mut self, state: State, step: &mut Step<'_>) {
        self.previous = Some(self.state);
        self.state = state;
        self.since_ms = step.now.wall_ms;
    }

    fn is_leader(&self, member_id: &str) -> bool {
        self.leader.as_deref() == Some(member_id)
    }

    fn all_joined(&self) -> bool {
        self.members.len() == self.joining && self.pending_join.is_empty()
    }

    /// The longest rebalance timeout of the members.
    fn rebalance_timeout_ms(&self) -> i64 {
        i64::from(self.members.values().map(|member| member.rebalance_ms).max().unwrap_or(0).max(0))
    }

    /// Checks that the member is in the group and, if it names an instance, that the instance has this member id.
    fn check_member(&self, member_id: &str, instance_id: Option<&str>) -> Result<(), ErrorCode> {
        if let Some(instance_id) = instance_id {
            match self.static_members.get(instance_id) {
                None => return Err(ErrorCode::UnknownMemberId),
                Some(known) if &**known != member_id => return Err(ErrorCode::FencedInstanceId),
                Some(_) => {}
            }
        }
        if self.members.contains_key(member_id) { Ok(()) } else { Err(ErrorCode::UnknownMemberId) }
    }

    /// Returns whether a member with these protocols can join this group.
    fn supports(&self, protocol_type: &str, protocols: &[Protocol]) -> bool {
        if self.state == State::Empty {
            return !protocol_type.is_empty() && !protocols.is_empty();
        }
        let count = |name: &str| self.protocols.get(name).copied().unwrap_or(0);
        self.protocol_type() == Some(protocol_type)
            && protocols.iter().any(|protocol| count(&protocol.name) == self.members.len())
    }

    fn count_protocols(&mut self, protocols: &[Protocol]) {
        for protocol in protocols {
            *self.protocols.entry(protocol.name.clone()).or_insert(0) += 1;
        }
    }

    fn discount_protocols(&mut self, protocols: &[Protocol]) {
        for protocol in protocols {
            if let Some(count) = self.protocols.get_mut(&protocol.name) {
                *count -= 1;
                if *count == 0 {
                    self.protocols.remove(&protocol.name);
                }
            }
        }
    }

    /// Each member votes for the first protocol in its order that all members support. Of several with the same number
    /// of votes the first by name is selected. (Kafka takes the first of a hash map.)
    fn select_protocol(&self) -> Option<Arc<str>> {
        let common = self.protocols.iter().filter(|(_, count)| **count == self.members.len());
        let candidates: BTreeSet<&str> = common.map(|(name, _)| &**name).collect();
        let mut votes = BTreeMap::<&str, usize>::new();
        for name in self.members.values().filter_map(|member| member.vote(&candidates)) {
            *votes.entry(name).or_insert(0) += 1;
        }
        let most = votes.values().copied().max()?;
        votes.into_iter().find(|(_, count)| *count == most).map(|(name, _)| name.into())
    }

    fn subscribed_topics(&self) -> Option<BTreeSet<String>> {
        if !self.uses_consumer_protocol() {
            return None;
        }
        if self.members.is_empty() {
            return Some(BTreeSet::new());
        }
        let protocol = self.protocol_name()?;
        let mut all = BTreeSet::new();
        for member in self.members.values() {
            all.extend(subscription::topics(&member.metadata(protocol))?.into_iter().map(str::to_owned));
        }
        Some(all)
    }

    /// The members as the leader's JoinGroup response lists them.
    fn joined_members(&self) -> Vec<JoinedMember> {
        let protocol = self.protocol_name().unwrap_or_default();
        let joined = |(member_id, member): (&Arc<str>, &Member)| JoinedMember {
            member_id: member_id.clone(),
            instance_id: member.instance_id.clone(),
            metadata: member.metadata(protocol),
        };
        self.members.iter().map(joined).collect()
    }

    /// A member's result for the current generation.
    fn joined(&self, member_id: &Arc<str>, members: Vec<JoinedMember>) -> JoinResult {
        JoinResult {
            error: ErrorCode::None,
            generation: self.generation,
            protocol_type: self.protocol_type.clone(),
            protocol_name: self.protocol_name.clone(),
            leader: self.leader.clone(),
            skip_assignment: false,
            member_id: member_id.clone(),
            members,
        }
    }

    fn complete_join_of(&mut self, step: &mut Step<'_>, member_id: &str, result: JoinResult) {
        if let Some(pending) = self.members.get_mut(member_id).and_then(|member| member.joining.take()) {
            self.joining -= 1;
            reply_join(step, &pending, result);
        }
    }

    /// Starts the member's session again.
    fn refresh(&self, step: &mut Step<'_>, member_id: &Arc<str>) {
        if let Some(member) = self.members.get(member_id) {
            step.set_timer(self.member_timer(member_id), i64::from(member.session_ms));
        }
    }

    /// Removes a member, or an assigned member id. Kafka never answers a SyncGroup that is parked for the member; here
    /// it is answered with UNKNOWN_MEMBER_ID.
    fn remove(&mut self, step: &mut Step<'_>, member_id: &str, reason: LeaveReason) {
        self.complete_join_of(step, member_id, JoinResult::refused("", ErrorCode::UnknownMemberId));
        if let Some((member_id, member)) = self.members.remove_entry(member_id) {
            self.discount_protocols(&member.protocols);
            step.report((self.name.clone(), GroupEvent::MemberLeft { member_id, reason }));
            if let Some(instance_id) = &member.instance_id {
                self.static_members.remove(instance_id);
            }
            if let Some(pending) = member.syncing {
                reply_sync(step, &pending, SyncResult::refused(ErrorCode::UnknownMemberId));
            }
        }
        if self.is_leader(member_id) {
            self.leader = self.members.keys().next().cloned();
        }
        self.pending_join.remove(member_id);
        self.pending_sync.remove(member_id);
        step.cancel_timer(self.member_timer(&member_id.into()));
    }

    /// Answers parked requests with NOT_COORDINATOR, so that the clients look for the coordinator and join again: the
    /// group's partition of `__consumer_offsets` was deleted. Kafka: `GroupMetadataManager.onUnloaded`.
    pub(super) fn unload(&mut self, step: &mut Step<'_>) {
        let ids: Vec<Arc<str>> = self.members.keys().cloned().collect();
        for member_id in &ids {
            self.complete_join_of(step, member_id, JoinResult::refused(member_id, ErrorCode::NotCoordinator));
            if let Some(pending) = self.members.get_mut(member_id).and_then(|member| member.syncing.take()) {
                reply_sync(step, &pending, SyncResult::refused(ErrorCode::NotCoordinator));
            }
        }
        self.close(step);
    }

    /// Forgets everything: the group goes over to the other protocol.
    pub(super) fn reset(&mut self, step: &mut Step<'_>) {
        self.close(step);
        *self = Classic::new(self.name.clone(), self.initial_delay_ms, step.now);
    }

    /// Cancels all deadlines and answers all parked requests of a group that is deleted.
    pub(super) fn close(&mut self, step: &mut Step<'_>) {
        let ids: Vec<Arc<str>> = self.members.keys().chain(self.pending_join.keys()).cloned().collect();
        ids.iter().for_each(|id| self.remove(step, id, LeaveReason::GroupDeleted));
        self.join_phase = None;
        step.cancel_timer(self.timer(GroupDue::Join));
        step.cancel_timer(self.timer(GroupDue::Sync));
    }
}

#[cfg(test)]
impl Classic {
    /// Checks the invariants of the group; `is_set` says whether a deadline of the group is set.
    pub(super) fn check(&self, is_set: impl Fn(GroupDue) -> bool) {
        assert_eq!(self.joining, self.members.values().filter(|member| member.joining.is_some()).count());
        let mut protocols = BTreeMap::new();
        for protocol in self.members.values().flat_map(|member| &member.protocols) {
            *protocols.entry(protocol.name.clone()).or_insert(0) += 1;
        }
        assert_eq!(self.protocols, protocols);
        let instance = |(id, member): (&Arc<str>, &Member)| Some((member.instance_id.clone()?, id.clone()));
        let statics: BTreeMap<Arc<str>, Arc<str>> = self.members.iter().filter_map(instance).collect();
        assert_eq!(self.static_members, statics);
        assert!(self.pending_sync.iter().all(|id| self.members.contains_key(id)));
        assert!(self.pending_join.keys().all(|id| !self.members.contains_key(id)));
        assert_eq!(self.leader.is_some(), !self.members.is_empty());
        assert!(self.leader.iter().all(|id| self.members.contains_key(id)));
        // Each parked request has a deadline that ends it.
        let is_idle = |member: &Member| member.joining.is_none() && member.syncing.is_none();
        match self.state {
            State::Empty => assert!(self.members.is_empty() && !is_set(GroupDue::Join)),
            State::PreparingRebalance => assert!(is_set(GroupDue::Join) && !is_set(GroupDue::Sync)),
            State::CompletingRebalance => assert!(is_set(GroupDue::Sync) && self.select_protocol().is_some()),
            State::Stable => assert!(self.members.values().all(is_idle)),
        }
        assert_eq!(self.join_phase.is_some(), is_set(GroupDue::Join));
        let is_watched = |(id, member): (&Arc<str>, &Member)| is_set(GroupDue::Member(id.clone())) || !is_idle(member);
        assert!(self.members.iter().all(is_watched));
    }
}
