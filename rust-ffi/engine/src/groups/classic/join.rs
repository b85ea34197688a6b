//! JoinGroup. Kafka: `GroupMetadataManager.classicGroupJoinToClassicGroup` and what it calls.

use std::{cell::RefCell, sync::Arc};

use wire::error_code::ErrorCode;

use super::{Classic, JoinResult, Member, Protocol, State, SyncResult, reply_join, reply_sync};
use crate::{
    coordinator::PendingReply,
    events::{GroupEvent, LeaveReason},
    groups::{Step, state_bytes::Charge},
};

/// How long the first JoinGroup of a member may be parked, whatever its session timeout: the member has no id yet to
/// send heartbeats with. Kafka: `CLASSIC_GROUP_NEW_MEMBER_JOIN_TIMEOUT_MS`.
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
    /// The id of a member that has none yet.
    pub(in crate::groups) new_member_id: Arc<str>,
    /// From version 4 on a new member is assigned an id first.
    pub(in crate::groups) needs_id: bool,
    /// From version 9 on a leader can be asked not to assign.
    pub(in crate::groups) can_skip: bool,
    /// The bytes of the member's state.
    pub(in crate::groups) charge: RefCell<Charge>,
    pub(in crate::groups) reply: &'a Arc<PendingReply<JoinResult>>,
}

impl Classic {
    pub(in crate::groups) fn join(&mut self, step: &mut Step<'_>, join: &Join<'_>, size_max: usize) {
        if !self.accepts(join.member_id, size_max) {
            self.remove(step, join.member_id, LeaveReason::GroupFull);
            reply_join(step, join.reply, JoinResult::refused("", ErrorCode::GroupMaxSizeReached));
        } else if !self.supports(join.protocol_type, &join.protocols) {
            reply_join(step, join.reply, JoinResult::refused(join.member_id, ErrorCode::InconsistentGroupProtocol));
        } else if join.member_id.is_empty() {
            self.join_unknown(step, join);
        } else if self.pending_join.contains_key(join.member_id) {
            self.join_pending(step, join);
        } else {
            self.join_known(step, join);
        }
    }

    /// During a rebalance the parked members are counted, so that the last ones are refused.
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

    fn join_unknown(&mut self, step: &mut Step<'_>, join: &Join<'_>) {
        let member_id = join.new_member_id.clone();
        if let Some(instance_id) = join.instance_id {
            match self.static_members.get(instance_id).cloned() {
                Some(old) => self.replace_static(step, join, &old, member_id),
                None => self.add(step, join, member_id),
            }
        } else if join.needs_id {
            // A client that gives up and tries again leaves no member behind (KIP-394).
            step.set_timer(self.member_timer(&member_id), i64::from(join.session_ms));
            reply_join(step, join.reply, JoinResult::refused(&member_id, ErrorCode::MemberIdRequired));
            // The id is kept without the protocols.
            let mut charge = join.charge.take();
            charge.set(charge.bytes().min(Member::BYTES + member_id.len()));
            self.pending_join.insert(member_id, charge);
        } else {
            self.add(step, join, member_id);
        }
    }

    fn join_pending(&mut self, step: &mut Step<'_>, join: &Join<'_>) {
        if join.instance_id.is_some() {
            // Static members are not assigned ids this way. Kafka throws an exception, which has this code.
            reply_join(step, join.reply, JoinResult::refused("", ErrorCode::UnknownServerError));
            return;
        }
        self.pending_join.remove(join.member_id);
        self.add(step, join, join.member_id.into());
    }

    fn join_known(&mut self, step: &mut Step<'_>, join: &Join<'_>) {
        if let Err(error) = self.check_member(join.member_id, join.instance_id) {
            reply_join(step, join.reply, JoinResult::refused(join.member_id, error));
            return;
        }
        let Some((member_id, member)) = self.members.get_key_value(join.member_id) else { return };
        let member_id = member_id.clone();
        let is_same = member.protocols == join.protocols;
        let is_leader = self.is_leader(&member_id);
        match self.state {
            State::PreparingRebalance => self.rejoin(step, join, &member_id),
            // The response may have been lost. Nothing changes for the other members.
            State::CompletingRebalance if is_same => {
                let members = if is_leader { self.joined_members() } else { Vec::new() };
                reply_join(step, join.reply, self.joined(&member_id, members));
            }
            // A leader that joins again asks for a rebalance, as when the partitions of a topic have changed.
            State::Stable if is_same && !is_leader => {
                reply_join(step, join.reply, self.joined(&member_id, Vec::new()));
            }
            State::CompletingRebalance | State::Stable => self.rejoin(step, join, &member_id),
            State::Empty => {
                reply_join(step, join.reply, JoinResult::refused(join.member_id, ErrorCode::UnknownMemberId));
            }
        }
    }

    fn rejoin(&mut self, step: &mut Step<'_>, join: &Join<'_>, member_id: &str) {
        self.update(step, join, member_id);
        self.rebalance_or_complete(step);
    }

    /// Parks the member's request and takes over its protocols and timeouts.
    fn update(&mut self, step: &mut Step<'_>, join: &Join<'_>, member_id: &str) {
        // The same member joins on another connection. Kafka never answers the first request.
        self.complete_join_of(step, member_id, JoinResult::refused(member_id, ErrorCode::RebalanceInProgress));
        let Some(member) = self.members.get_mut(member_id) else { return };
        let old = std::mem::replace(&mut member.protocols, join.protocols.clone());
        let mut charge = join.charge.take();
        charge.force(charge.bytes() + member.assignment.len());
        member.charge = charge;
        member.rebalance_ms = join.rebalance_ms;
        member.session_ms = join.session_ms;
        member.joining = Some(join.reply.clone());
        self.joining += 1;
        self.discount_protocols(&old);
        self.count_protocols(&join.protocols);
    }

    fn add(&mut self, step: &mut Step<'_>, join: &Join<'_>, member_id: Arc<str>) {
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
        step.set_timer(self.member_timer(&member_id), NEW_MEMBER_JOIN_TIMEOUT_MS);
        let (instance, client_host) = (instance_id.clone(), join.client_host.into());
        let joined = GroupEvent::MemberJoined { member_id: member_id.clone(), instance_id: instance, client_host };
        step.report((self.name.clone(), joined));
        let member = Member {
            instance_id,
            client_id: join.client_id.into(),
            client_host: join.client_host.into(),
            session_ms: join.session_ms,
            rebalance_ms: join.rebalance_ms,
            protocols: join.protocols.clone(),
            assignment: Default::default(),
            is_new: true,
            joining: Some(join.reply.clone()),
            syncing: None,
            charge: join.charge.take(),
        };
        self.members.insert(member_id, member);
        self.rebalance_or_complete(step);
    }

    /// Gives a static member that has started again a new id. The old id is fenced. If the group's protocol stays the
    /// same, there is no rebalance.
    fn replace_static(&mut self, step: &mut Step<'_>, join: &Join<'_>, old: &Arc<str>, member_id: Arc<str>) {
        let leader_before = self.leader.clone();
        self.rename_static(step, old, &member_id);
        self.refresh(step, &member_id);
        self.update(step, join, &member_id);
        match self.state {
            State::Stable if self.select_protocol() == self.protocol_name => {
                if let Err(code) = step.write(vec![self.record()]) {
                    self.complete_join_of(step, &member_id, JoinResult::refused(&member_id, code));
                    return;
                }
                let is_leader = self.is_leader(&member_id);
                let result = if join.can_skip {
                    let members = if is_leader { self.joined_members() } else { Vec::new() };
                    JoinResult { skip_assignment: is_leader, ..self.joined(&member_id, members) }
                } else {
                    // With the old leader's id the member does not take itself for the leader, and does not assign.
                    JoinResult { leader: leader_before, ..self.joined(&member_id, Vec::new()) }
                };
                self.complete_join_of(step, &member_id, result);
            }
            State::Stable => self.rebalance_or_complete(step),
            // The leader may have been sent the old id, and would not assign to the new one.
            State::CompletingRebalance => self.prepare_rebalance(step),
            State::PreparingRebalance | State::Empty => self.complete_if_all_joined(step),
        }
    }

    fn rename_static(&mut self, step: &mut Step<'_>, old: &Arc<str>, new: &Arc<str>) {
        self.complete_join_of(step, old, JoinResult::refused(old, ErrorCode::FencedInstanceId));
        let Some(mut member) = self.members.remove(old) else { return };
        if let Some(pending) = member.syncing.take() {
            reply_sync(step, &pending, SyncResult::refused(ErrorCode::FencedInstanceId));
        }
        step.cancel_timer(self.member_timer(old));
        member.is_new = false;
        if let Some(instance_id) = &member.instance_id {
            self.static_members.insert(instance_id.clone(), new.clone());
        }
        if self.is_leader(old) {
            self.leader = Some(new.clone());
        }
        // Kafka keeps the old id here, and rebalances when its sync is overdue.
        if self.pending_sync.remove(old) {
            self.pending_sync.insert(new.clone());
        }
        self.members.insert(new.clone(), member);
    }
}
