//! The join phase: it begins, waits for all members to join, and ends with a new generation.
//! Kafka: `GroupMetadataManager.prepareRebalance`, `completeClassicGroupJoin`, `expireClassicGroupMemberHeartbeat`.

use std::sync::Arc;

use wire::error_code::ErrorCode;

use super::{Classic, JoinPhase, State};
use crate::{
    events::{GroupEvent, LeaveReason},
    groups::{GroupDue, Step},
};

/// A rebalance timeout may be 0. Without this minimum the timer of an idle group would fire without end.
const RETRY_MS_MIN: i64 = 1_000;

impl Classic {
    pub(super) fn rebalance_or_complete(&mut self, step: &mut Step<'_>) {
        if self.state == State::PreparingRebalance {
            self.complete_if_all_joined(step);
        } else {
            self.prepare_rebalance(step);
        }
    }

    /// Completes the join phase if all members have joined, but not during the initial delay of a new group.
    pub(super) fn complete_if_all_joined(&mut self, step: &mut Step<'_>) {
        if self.state == State::PreparingRebalance && self.previous != Some(State::Empty) && self.all_joined() {
            self.complete_join(step);
        }
    }

    /// Begins the join phase: all members have to join again.
    pub(super) fn prepare_rebalance(&mut self, step: &mut Step<'_>) {
        if self.state == State::CompletingRebalance {
            self.members.values_mut().for_each(|member| {
                member.assign(&[]);
            });
            self.answer_syncs(step, ErrorCode::RebalanceInProgress);
        }
        self.pending_sync.clear();
        step.cancel_timer(self.timer(GroupDue::Sync));
        let is_initial = self.state == State::Empty;
        self.enter(State::PreparingRebalance, step);
        if is_initial {
            let delay_ms = self.initial_delay_ms;
            let remaining_ms = (self.rebalance_timeout_ms() - delay_ms).max(0);
            if delay_ms == 0 {
                self.complete_join(step);
            } else {
                self.set_join_deadline(step, delay_ms, JoinPhase::Initial { delay_ms, remaining_ms });
            }
        } else if self.all_joined() {
            self.complete_join(step);
        } else {
            self.set_join_deadline(step, self.rebalance_timeout_ms(), JoinPhase::Rebalance);
        }
    }

    fn set_join_deadline(&mut self, step: &mut Step<'_>, after_ms: i64, phase: JoinPhase) {
        self.join_phase = Some(phase);
        step.set_timer(self.timer(GroupDue::Join), after_ms);
    }

    /// The deadline of the join phase has passed.
    pub(in crate::groups) fn join_is_due(&mut self, step: &mut Step<'_>) {
        let Some(phase) = self.join_phase.take() else { return };
        match phase {
            // A member joined meanwhile: more may follow.
            JoinPhase::Initial { delay_ms, remaining_ms } if self.new_member_added && remaining_ms != 0 => {
                self.new_member_added = false;
                let next_ms = self.initial_delay_ms.min(remaining_ms);
                let remaining_ms = (remaining_ms - delay_ms).max(0);
                self.set_join_deadline(step, next_ms, JoinPhase::Initial { delay_ms: next_ms, remaining_ms });
            }
            JoinPhase::Initial { .. } | JoinPhase::Rebalance => self.complete_join(step),
        }
    }

    /// Removes the dynamic members that have not joined. The others are the next generation.
    fn complete_join(&mut self, step: &mut Step<'_>) {
        self.join_phase = None;
        step.cancel_timer(self.timer(GroupDue::Join));
        let missing =
            self.members.iter().filter(|(_, member)| member.joining.is_none() && member.instance_id.is_none());
        let missing: Vec<Arc<str>> = missing.map(|(member_id, _)| member_id.clone()).collect();
        missing.iter().for_each(|member_id| self.remove(step, member_id, LeaveReason::RebalanceTimeout));
        if !self.members.is_empty() && !self.elect_leader() {
            // Only static members are left and none has joined: they join again or their sessions end.
            let after_ms = self.rebalance_timeout_ms().max(RETRY_MS_MIN);
            self.set_join_deadline(step, after_ms, JoinPhase::Rebalance);
            return;
        }
        self.next_generation(step);
        if self.state == State::Empty {
            // After a failure a restart finds the members of the last record, and their sessions end.
            let _ = step.write(vec![self.record()]);
        }
        let mut for_leader = self.joined_members();
        let ids: Vec<Arc<str>> = self.members.keys().cloned().collect();
        for member_id in &ids {
            let members = if self.is_leader(member_id) { std::mem::take(&mut for_leader) } else { Vec::new() };
            let result = self.joined(member_id, members);
            self.complete_join_of(step, member_id, result);
            self.refresh(step, member_id);
        }
        self.members.values_mut().for_each(|member| member.is_new = false);
        self.pending_sync = ids.into_iter().collect();
        if !self.members.is_empty() {
            step.set_timer(self.timer(GroupDue::Sync), self.rebalance_timeout_ms());
        }
    }

    /// Keeps the leader if it has joined. Returns `false` if no member has.
    fn elect_leader(&mut self) -> bool {
        let has_joined = |id: &Arc<str>| self.members.get(id).is_some_and(|member| member.joining.is_some());
        if self.leader.as_ref().is_some_and(has_joined) {
            return true;
        }
        match self.members.iter().find(|(_, member)| member.joining.is_some()) {
            Some((member_id, _)) => self.leader = Some(member_id.clone()),
            None => return false,
        }
        true
    }

    fn next_generation(&mut self, step: &mut Step<'_>) {
        self.generation = self.generation.wrapping_add(1).max(1);
        self.new_member_added = false;
        self.protocol_name = if self.members.is_empty() { None } else { self.select_protocol() };
        self.subscribed = self.subscribed_topics();
        let next = if self.members.is_empty() { State::Empty } else { State::CompletingRebalance };
        self.enter(next, step);
        self.pending_sync.clear();
        let (generation, members, protocol) = (self.generation, self.members.len(), self.protocol_name.clone());
        step.report((self.name.clone(), GroupEvent::Rebalanced { generation, members, protocol }));
    }

    /// A session has ended, or an assigned member id was not used in time.
    pub(in crate::groups) fn member_is_due(&mut self, step: &mut Step<'_>, member_id: &str) {
        if self.pending_join.contains_key(member_id) {
            self.remove(step, member_id, LeaveReason::SessionTimeout);
            self.complete_after_removal(step);
            return;
        }
        let Some(member) = self.members.get(member_id) else { return };
        // A member whose request is parked need not send heartbeats. A new member is removed all the same: its
        // connection may be gone, and no other request of it will tell.
        if !member.is_new && (member.joining.is_some() || member.syncing.is_some()) {
            return;
        }
        self.remove(step, member_id, LeaveReason::SessionTimeout);
        match self.state {
            State::Stable | State::CompletingRebalance => self.rebalance_or_complete(step),
            State::PreparingRebalance | State::Empty => self.complete_after_removal(step),
        }
    }

    /// Completes the join phase if all members have joined. Unlike [`Classic::complete_if_all_joined`], this does not
    /// wait for the initial delay.
    fn complete_after_removal(&mut self, step: &mut Step<'_>) {
        if self.state == State::PreparingRebalance && self.all_joined() {
            self.complete_join(step);
        }
    }

    /// Members that have joined did not send SyncGroup in time.
    pub(in crate::groups) fn sync_is_due(&mut self, step: &mut Step<'_>) {
        let is_syncing = matches!(self.state, State::CompletingRebalance | State::Stable);
        if is_syncing && !self.pending_sync.is_empty() {
            let silent = std::mem::take(&mut self.pending_sync);
            silent.iter().for_each(|member_id| self.remove(step, member_id, LeaveReason::SyncTimeout));
            self.prepare_rebalance(step);
        }
    }
}
