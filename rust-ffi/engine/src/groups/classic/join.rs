//! JoinGroup. Kafka: `GroupMetadataManager.classicGroupJoinToClassicGroup` and what it calls.

use std::{cell::RefCell, sync::Arc};

use wire::error_code::ErrorCode;

use super::{Classic, Joined, Member, PendingJoin, Protocol, State, Synced};
use crate::groups::{GroupDue, promise::Promise, registry::Turn, state_bytes::Charge};

/// The first join of a member may be parked for so long, whatever its session timeout: it has no id yet to send
/// heartbeats with. Kafka: `CLASSIC_GROUP_NEW_MEMBER_JOIN_TIMEOUT_MS`.
const NEW_MEMBER_JOIN_TIMEOUT_MS: i64 = 300_000;

/// A JoinGroup request whose group and session timeout were checked.
#[derive(Debug)]
pub(in crate::groups) struct Join<'a> {
    pub(in crate::groups) member_id: &'a str,
    pub(in crate::groups) instance_id: Option<&'a str>,
    pub(in crate::groups) client_id: &'a str,
    pub(in crate::groups) client_host: &'a str,
    pub(in crate::groups) session_ms: i32,
    pub(in crate::groups) rebalance_ms: i32,
    pub(in crate::groups) protocol_type: &'a str,
    pub(in crate::groups) protocols: Vec<Protocol>,
    /// From version 4 a new member is given an id first.
    pub(in crate::groups) needs_id: bool,
    /// From version 9 a leader can be told not to assign.
    pub(in crate::groups) can_skip: bool,
    /// For what the member leaves behind.
    pub(in crate::groups) charge: RefCell<Charge>,
    pub(in crate::groups) promise: &'a Arc<Promise<Joined>>,
}

impl Classic {
    pub(in crate::groups) fn join(&mut self, turn: &mut Turn<'_>, join: &Join<'_>, size_max: usize) {
        if !self.accepts(join.member_id, size_max) {
            self.remove(turn, join.member_id);
            turn.answer(join.promise, Joined::refused("", ErrorCode::GroupMaxSizeReached));
        } else if !self.supports(join.protocol_type, &join.protocols) {
            turn.answer(join.promise, Joined::refused(join.member_id, ErrorCode::InconsistentGroupProtocol));
        } else if join.member_id.is_empty() {
            self.join_unknown(turn, join);
        } else if self.pending_join.contains_key(join.member_id) {
            self.join_pending(turn, join);
        } else {
            self.join_known(turn, join);
        }
    }

    /// While members join, those that wait are counted, so that the last ones are turned away.
    fn accepts(&self, member_id: &str, size_max: usize) -> bool {
        let member = self.members.get(member_id);
        match self.state {
            State::Empty => true,
            State::PreparingRebalance => {
                member.is_some_and(|member| member.joining.is_some()) || self.joining < size_max
            }
            State::CompletingRebalance | State::Stable => member.is_some() || self.members.len() < size_max,
        }
    }

    fn join_unknown(&mut self, turn: &mut Turn<'_>, join: &Join<'_>) {
        let prefix = join.instance_id.unwrap_or(join.client_id);
        let member_id: Arc<str> = format!("{prefix}-{}", turn.engine.entropy.hyphenated_uuid()).into();
        if let Some(instance_id) = join.instance_id {
            match self.static_members.get(instance_id).cloned() {
                Some(old) => self.replace_static(turn, join, &old, member_id),
                None => self.add(turn, join, member_id),
            }
        } else if join.needs_id {
            // So that a client that gives up and tries again does not leave a member behind each time.
            let deadline = turn.schedule(i64::from(join.session_ms), GroupDue::Member(member_id.clone()));
            turn.answer(join.promise, Joined::refused(&member_id, ErrorCode::MemberIdRequired));
            // The id begins with the client's, and is kept without the protocols.
            let mut charge = join.charge.take();
            charge.set(charge.bytes().min(Member::BYTES + member_id.len()));
            self.pending_join.insert(member_id, PendingJoin { deadline, _charge: charge });
        } else {
            self.add(turn, join, member_id);
        }
    }

    fn join_pending(&mut self, turn: &mut Turn<'_>, join: &Join<'_>) {
        if join.instance_id.is_some() {
            // Such an id was not given to a static member. (Kafka throws, which is this.)
            turn.answer(join.promise, Joined::refused("", ErrorCode::UnknownServerError));
            return;
        }
        turn.cancel(self.pending_join.remove(join.member_id).map(|pending| pending.deadline));
        self.add(turn, join, join.member_id.into());
    }

    fn join_known(&mut self, turn: &mut Turn<'_>, join: &Join<'_>) {
        if let Err(error) = self.check_member(join.member_id, join.instance_id) {
            turn.answer(join.promise, Joined::refused(join.member_id, error));
            return;
        }
        let Some((member_id, member)) = self.members.get_key_value(join.member_id) else { return };
        let member_id = member_id.clone();
        let is_same = member.protocols == join.protocols;
        let is_leader = self.is_leader(&member_id);
        match self.state {
            State::PreparingRebalance => self.rejoin(turn, join, &member_id),
            // It may not have got its answer: nothing has changed for the others.
            State::CompletingRebalance if is_same => {
                let members = if is_leader { self.joined_members() } else { Vec::new() };
                turn.answer(join.promise, self.joined(&member_id, members));
            }
            // A leader joins again when something else has changed that matters: the partitions of a topic.
            State::Stable if is_same && !is_leader => {
                turn.answer(join.promise, self.joined(&member_id, Vec::new()));
            }
            State::CompletingRebalance | State::Stable => self.rejoin(turn, join, &member_id),
            State::Empty => {
                turn.answer(join.promise, Joined::refused(join.member_id, ErrorCode::UnknownMemberId));
            }
        }
    }

    fn rejoin(&mut self, turn: &mut Turn<'_>, join: &Join<'_>, member_id: &str) {
        self.update(turn, join, member_id);
        self.rebalance_or_complete(turn);
    }

    /// The member's join is parked, with what it has now.
    fn update(&mut self, turn: &mut Turn<'_>, join: &Join<'_>, member_id: &str) {
        // A join of the same member from another connection. Kafka never answers the first one.
        self.answer_join(turn, member_id, Joined::refused(member_id, ErrorCode::RebalanceInProgress));
        let Some(member) = self.members.get_mut(member_id) else { return };
        let old = std::mem::replace(&mut member.protocols, join.protocols.clone());
        let mut charge = join.charge.take();
        charge.force(charge.bytes() + member.assignment.len());
        member.charge = charge;
        member.rebalance_ms = join.rebalance_ms;
        member.session_ms = join.session_ms;
        member.joining = Some(join.promise.clone());
        self.joining += 1;
        self.discount_protocols(&old);
        self.count_protocols(&join.protocols);
    }

    fn add(&mut self, turn: &mut Turn<'_>, join: &Join<'_>, member_id: Arc<str>) {
        if self.state == State::PreparingRebalance && self.previous == Some(State::Empty) {
            self.new_member_added = true;
        }
        let instance_id: Option<Arc<str>> = join.instance_id.map(Arc::from);
        if let Some(instance_id) = &instance_id {
            self.static_members.insert(instance_id.clone(), member_id.clone());
        }
        if self.members.is_empty() {
            self.protocol_type = Some(join.protocol_type.into());
        }
        if self.leader.is_none() {
            self.leader = Some(member_id.clone());
        }
        self.count_protocols(&join.protocols);
        self.joining += 1;
        let session = turn.schedule(NEW_MEMBER_JOIN_TIMEOUT_MS, GroupDue::Member(member_id.clone()));
        let member = Member {
            instance_id,
            client_id: join.client_id.to_owned(),
            client_host: join.client_host.to_owned(),
            session_ms: join.session_ms,
            rebalance_ms: join.rebalance_ms,
            protocols: join.protocols.clone(),
            assignment: Default::default(),
            is_new: true,
            joining: Some(join.promise.clone()),
            syncing: None,
            session: Some(session),
            charge: join.charge.take(),
        };
        self.members.insert(member_id, member);
        self.rebalance_or_complete(turn);
    }

    /// A static member has started again and does not know its id. Who had the id is fenced; if nothing else changes,
    /// the others do not notice.
    fn replace_static(&mut self, turn: &mut Turn<'_>, join: &Join<'_>, old: &Arc<str>, member_id: Arc<str>) {
        let leader_before = self.leader.clone();
        self.rename_static(turn, old, &member_id);
        self.refresh(turn, &member_id);
        self.update(turn, join, &member_id);
        match self.state {
            State::Stable if self.select_protocol() == self.protocol_name => {
                let is_leader = self.is_leader(&member_id);
                let answer = if join.can_skip {
                    let members = if is_leader { self.joined_members() } else { Vec::new() };
                    Joined { skip_assignment: is_leader, ..self.joined(&member_id, members) }
                } else {
                    // The old leader's id, so that the new one does not take itself for the leader and assigns.
                    Joined { leader: leader_before, ..self.joined(&member_id, Vec::new()) }
                };
                self.answer_join(turn, &member_id, answer);
            }
            State::Stable => self.rebalance_or_complete(turn),
            // The old id may already be with the leader, and no assignment would come for the new one.
            State::CompletingRebalance => self.prepare_rebalance(turn),
            State::PreparingRebalance | State::Empty => self.complete_if_all_joined(turn),
        }
    }

    fn rename_static(&mut self, turn: &mut Turn<'_>, old: &Arc<str>, new: &Arc<str>) {
        self.answer_join(turn, old, Joined::refused(old, ErrorCode::FencedInstanceId));
        let Some(mut member) = self.members.remove(old) else { return };
        if let Some(promise) = member.syncing.take() {
            turn.answer(&promise, Synced::refused(ErrorCode::FencedInstanceId));
        }
        turn.cancel(member.session.take());
        member.is_new = false;
        if let Some(instance_id) = &member.instance_id {
            self.static_members.insert(instance_id.clone(), new.clone());
        }
        if self.is_leader(old) {
            self.leader = Some(new.clone());
        }
        // Kafka forgets to, and rebalances for the old id later.
        if self.pending_sync.remove(old) {
            self.pending_sync.insert(new.clone());
        }
        self.members.insert(new.clone(), member);
    }
}
