//! A group of the classic protocol: members join, a leader among them assigns, the broker keeps them in step.
//! Kafka: `ClassicGroup` and the parts of `GroupMetadataManager` whose names begin with `classicGroup`.
//!
//! Everything that happens to a group is a method here. It is given a [`Turn`], by which it reads the time, sets
//! deadlines and answers requests that are parked.

mod join;
mod leave;
mod member;
mod rebalance;
mod subscription;
mod sync;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use bytes::Bytes;
use wire::error_code::ErrorCode;

use super::{
    registry::{Deadline, Turn},
    state_bytes::Charge,
};
use crate::clock::Now;

pub(super) use join::Join;
pub(super) use leave::Leaving;
pub(super) use member::{Member, Protocol};
pub(super) use sync::Sync;

/// Kafka: `ClassicGroupState`. A dead group is not in the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Empty,
    PreparingRebalance,
    CompletingRebalance,
    Stable,
}

impl State {
    /// As Kafka's tools show it.
    pub(super) fn name(self) -> &'static str {
        match self {
            State::Empty => "Empty",
            State::PreparingRebalance => "PreparingRebalance",
            State::CompletingRebalance => "CompletingRebalance",
            State::Stable => "Stable",
        }
    }
}

/// The answer to a JoinGroup.
#[derive(Debug)]
pub(crate) struct Joined {
    pub(crate) error: ErrorCode,
    pub(crate) generation: i32,
    pub(crate) protocol_type: Option<Arc<str>>,
    pub(crate) protocol_name: Option<Arc<str>>,
    pub(crate) leader: Option<Arc<str>>,
    pub(crate) skip_assignment: bool,
    pub(crate) member_id: Arc<str>,
    /// Only the leader is told who the others are.
    pub(crate) members: Vec<JoinedMember>,
}

#[derive(Debug)]
pub(crate) struct JoinedMember {
    pub(crate) member_id: Arc<str>,
    pub(crate) instance_id: Option<Arc<str>>,
    pub(crate) metadata: Bytes,
}

impl Joined {
    pub(crate) fn refused(member_id: &str, error: ErrorCode) -> Joined {
        Joined {
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

/// The answer to a SyncGroup.
#[derive(Debug)]
pub(crate) struct Synced {
    pub(crate) error: ErrorCode,
    pub(crate) protocol_type: Option<Arc<str>>,
    pub(crate) protocol_name: Option<Arc<str>>,
    pub(crate) assignment: Bytes,
}

impl Synced {
    pub(crate) fn refused(error: ErrorCode) -> Synced {
        Synced { error, protocol_type: None, protocol_name: None, assignment: Bytes::new() }
    }
}

/// What the timer of the join phase stands for.
#[derive(Clone, Copy, Debug)]
enum JoinPhase {
    /// A new group waits for more members.
    Initial { delay_ms: i64, remaining_ms: i64 },
    /// Who has not joined again by now is out.
    Rebalance,
}

/// An id that was given out.
#[derive(Debug)]
struct PendingJoin {
    deadline: Deadline,
    _charge: Charge,
}

#[derive(Debug)]
pub(super) struct Classic {
    state: State,
    /// The one before; none yet for a new group.
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
    /// Ids that were given out with MEMBER_ID_REQUIRED and have not come back yet.
    pending_join: BTreeMap<Arc<str>, PendingJoin>,
    /// Members of this generation that have not asked for their assignment yet.
    pending_sync: BTreeSet<Arc<str>>,
    /// How many members have a join parked.
    joining: usize,
    /// How many members have each protocol.
    protocols: BTreeMap<Arc<str>, usize>,
    /// Somebody came while the initial rebalance was delayed.
    new_member_added: bool,
    /// `None` if that is not known: no consumers, or no generation yet, or what they say cannot be read.
    subscribed: Option<BTreeSet<String>>,
    join_deadline: Option<(Deadline, JoinPhase)>,
    sync_deadline: Option<Deadline>,
}

impl Classic {
    pub(super) fn new(now: Now) -> Classic {
        Classic {
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
            join_deadline: None,
            sync_deadline: None,
        }
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

    /// Nobody is in it, and nobody has been told to come back.
    pub(super) fn is_abandoned(&self) -> bool {
        self.state == State::Empty && self.pending_join.is_empty()
    }

    pub(super) fn uses_consumer_protocol(&self) -> bool {
        self.protocol_type() == Some(subscription::CONSUMER)
    }

    pub(super) fn knows_subscription(&self) -> bool {
        self.subscribed.is_some()
    }

    /// A group of consumers whose subscription is not known may be subscribed to anything.
    pub(super) fn is_subscribed_to(&self, topic: &str) -> bool {
        match &self.subscribed {
            Some(topics) => topics.contains(topic),
            None => self.uses_consumer_protocol(),
        }
    }

    fn enter(&mut self, state: State, turn: &Turn<'_>) {
        self.previous = Some(self.state);
        self.state = state;
        self.since_ms = turn.now.wall_ms;
    }

    fn is_leader(&self, member_id: &str) -> bool {
        self.leader.as_deref() == Some(member_id)
    }

    fn all_joined(&self) -> bool {
        self.members.len() == self.joining && self.pending_join.is_empty()
    }

    /// The longest of all members'.
    fn rebalance_timeout_ms(&self) -> i64 {
        i64::from(self.members.values().map(|member| member.rebalance_ms).max().unwrap_or(0).max(0))
    }

    /// Whether the member is in the group and, if it names an instance, is the one that stands for it.
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

    /// Whether somebody with these protocols fits to the others.
    fn supports(&self, protocol_type: &str, protocols: &[Protocol]) -> bool {
        if self.state == State::Empty {
            return !protocol_type.is_empty() && !protocols.is_empty();
        }
        let count = |name: &str| self.protocols.get(name).copied().unwrap_or(0);
        self.protocol_type() == Some(protocol_type)
            && protocols.iter().any(|own| count(&own.name) == self.members.len())
    }

    fn count_protocols(&mut self, protocols: &[Protocol]) {
        for own in protocols {
            *self.protocols.entry(own.name.clone()).or_insert(0) += 1;
        }
    }

    fn discount_protocols(&mut self, protocols: &[Protocol]) {
        for own in protocols {
            if let Some(count) = self.protocols.get_mut(&own.name) {
                *count -= 1;
                if *count == 0 {
                    self.protocols.remove(&own.name);
                }
            }
        }
    }

    /// Every member votes for the one it likes best of those that all have; of several with as many votes, the first
    /// by name. (Kafka takes whichever its hash map has first.)
    fn select_protocol(&self) -> Option<Arc<str>> {
        let everybody = self.protocols.iter().filter(|(_, count)| **count == self.members.len());
        let candidates: BTreeSet<&str> = everybody.map(|(name, _)| &**name).collect();
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

    /// As the leader is told.
    fn joined_members(&self) -> Vec<JoinedMember> {
        let protocol = self.protocol_name().unwrap_or_default();
        let told = |(member_id, member): (&Arc<str>, &Member)| JoinedMember {
            member_id: member_id.clone(),
            instance_id: member.instance_id.clone(),
            metadata: member.metadata(protocol),
        };
        self.members.iter().map(told).collect()
    }

    /// What a member is told of the current generation.
    fn joined(&self, member_id: &Arc<str>, members: Vec<JoinedMember>) -> Joined {
        Joined {
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

    fn answer_join(&mut self, turn: &mut Turn<'_>, member_id: &str, answer: Joined) {
        if let Some(promise) = self.members.get_mut(member_id).and_then(|member| member.joining.take()) {
            self.joining -= 1;
            turn.answer(&promise, answer);
        }
    }

    /// The member's session begins anew.
    fn refresh(&mut self, turn: &Turn<'_>, member_id: &Arc<str>) {
        if let Some(member) = self.members.get_mut(member_id) {
            let after = i64::from(member.session_ms);
            turn.cancel(member.session.replace(turn.schedule(after, super::GroupDue::Member(member_id.clone()))));
        }
    }

    /// Takes a member, or the id of one that was to join, out of the group. Kafka never answers a SyncGroup that is
    /// parked for it; here it hears that it is unknown.
    fn remove(&mut self, turn: &mut Turn<'_>, member_id: &str) {
        self.answer_join(turn, member_id, Joined::refused("", ErrorCode::UnknownMemberId));
        if let Some(member) = self.members.remove(member_id) {
            self.discount_protocols(&member.protocols);
            if let Some(instance_id) = &member.instance_id {
                self.static_members.remove(instance_id);
            }
            if let Some(promise) = member.syncing {
                turn.answer(&promise, Synced::refused(ErrorCode::UnknownMemberId));
            }
            turn.cancel(member.session);
        }
        if self.is_leader(member_id) {
            self.leader = self.members.keys().next().cloned();
        }
        turn.cancel(self.pending_join.remove(member_id).map(|pending| pending.deadline));
        self.pending_sync.remove(member_id);
    }

    /// For a group whose partition of `__consumer_offsets` is gone: parked requests are answered, so that the clients
    /// look for the coordinator and join again. Kafka: `GroupMetadataManager.onUnloaded`.
    pub(super) fn unload(&mut self, turn: &mut Turn<'_>) {
        let ids: Vec<Arc<str>> = self.members.keys().cloned().collect();
        for member_id in &ids {
            self.answer_join(turn, member_id, Joined::refused(member_id, ErrorCode::NotCoordinator));
            if let Some(promise) = self.members.get_mut(member_id).and_then(|member| member.syncing.take()) {
                turn.answer(&promise, Synced::refused(ErrorCode::NotCoordinator));
            }
        }
        self.close(turn);
    }

    /// For a group that goes away: whatever it has set is taken back, and whoever waits is told.
    pub(super) fn close(&mut self, turn: &mut Turn<'_>) {
        let ids: Vec<Arc<str>> = self.members.keys().chain(self.pending_join.keys()).cloned().collect();
        ids.iter().for_each(|id| self.remove(turn, id));
        turn.cancel(self.join_deadline.take().map(|(deadline, _)| deadline));
        turn.cancel(self.sync_deadline.take());
    }
}

#[cfg(test)]
impl Classic {
    /// What is counted and what is kept twice agrees.
    pub(super) fn check(&self) {
        assert_eq!(self.joining, self.members.values().filter(|member| member.joining.is_some()).count());
        let mut protocols = BTreeMap::new();
        for own in self.members.values().flat_map(|member| &member.protocols) {
            *protocols.entry(own.name.clone()).or_insert(0) += 1;
        }
        assert_eq!(self.protocols, protocols);
        let instance = |(id, member): (&Arc<str>, &Member)| Some((member.instance_id.clone()?, id.clone()));
        let statics: BTreeMap<Arc<str>, Arc<str>> = self.members.iter().filter_map(instance).collect();
        assert_eq!(self.static_members, statics);
        assert!(self.pending_sync.iter().all(|id| self.members.contains_key(id)));
        assert!(self.pending_join.keys().all(|id| !self.members.contains_key(id)));
        assert_eq!(self.leader.is_some(), !self.members.is_empty());
        assert!(self.leader.iter().all(|id| self.members.contains_key(id)));
        // Nobody waits without a deadline that ends it.
        let is_idle = |member: &Member| member.joining.is_none() && member.syncing.is_none();
        match self.state {
            State::Empty => assert!(self.members.is_empty() && self.join_deadline.is_none()),
            State::PreparingRebalance => assert!(self.join_deadline.is_some() && self.sync_deadline.is_none()),
            State::CompletingRebalance => assert!(self.sync_deadline.is_some() && self.select_protocol().is_some()),
            State::Stable => assert!(self.members.values().all(is_idle)),
        }
        let is_watched = |member: &Member| member.session.is_some() || !is_idle(member);
        assert!(self.members.values().all(is_watched));
    }
}
