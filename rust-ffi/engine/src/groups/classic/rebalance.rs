//! The join phase: it begins, waits for everybody, and ends with a new generation.
//! Kafka: `GroupMetadataManager.prepareRebalance`, `completeClassicGroupJoin`, `expireClassicGroupMemberHeartbeat`.

use std::sync::Arc;

use wire::error_code::ErrorCode;

use super::{Classic, JoinPhase, State};
use crate::groups::{GroupDue, registry::Turn};

/// A rebalance timeout may be 0, and then a group that nothing happens in would be looked at without end.
const LOOK_AGAIN_MS_MIN: i64 = 1_000;

impl Classic {
    pub(super) fn rebalance_or_complete(&mut self, turn: &mut Turn<'_>) {
        if self.state == State::PreparingRebalance {
            self.complete_if_all_joined(turn);
        } else {
            self.prepare_rebalance(turn);
        }
    }

    /// Not while a new group is still given time for more members.
    pub(super) fn complete_if_all_joined(&mut self, turn: &mut Turn<'_>) {
        if self.state == State::PreparingRebalance && self.previous != Some(State::Empty) && self.all_joined() {
            self.complete_join(turn);
        }
    }

    /// Everybody has to join again.
    pub(super) fn prepare_rebalance(&mut self, turn: &mut Turn<'_>) {
        if self.state == State::CompletingRebalance {
            self.members.values_mut().for_each(|member| {
                member.assign(&[]);
            });
            self.answer_syncs(turn, ErrorCode::RebalanceInProgress);
        }
        self.pending_sync.clear();
        turn.cancel(self.sync_deadline.take());
        let is_initial = self.state == State::Empty;
        self.enter(State::PreparingRebalance, turn);
        if is_initial {
            let delay_ms = turn.engine.settings.group_initial_rebalance_delay_ms.max(0);
            let remaining_ms = (self.rebalance_timeout_ms() - delay_ms).max(0);
            if delay_ms == 0 {
                self.complete_join(turn);
            } else {
                self.set_join_deadline(turn, delay_ms, JoinPhase::Initial { delay_ms, remaining_ms });
            }
        } else if self.all_joined() {
            self.complete_join(turn);
        } else {
            self.set_join_deadline(turn, self.rebalance_timeout_ms(), JoinPhase::Rebalance);
        }
    }

    fn set_join_deadline(&mut self, turn: &Turn<'_>, after_ms: i64, phase: JoinPhase) {
        let deadline = turn.schedule(after_ms, GroupDue::Join);
        let old = self.join_deadline.replace((deadline, phase));
        turn.cancel(old.map(|(deadline, _)| deadline));
    }

    /// The deadline of the join phase has passed.
    pub(in crate::groups) fn join_is_due(&mut self, turn: &mut Turn<'_>) {
        if !turn.is_due(self.join_deadline.as_ref().map(|(deadline, _)| deadline)) {
            return;
        }
        let Some((_, phase)) = self.join_deadline.take() else { return };
        match phase {
            // Somebody came meanwhile: there may be more to come.
            JoinPhase::Initial { delay_ms, remaining_ms } if self.new_member_added && remaining_ms != 0 => {
                self.new_member_added = false;
                let next_ms = turn.engine.settings.group_initial_rebalance_delay_ms.max(0).min(remaining_ms);
                let remaining_ms = (remaining_ms - delay_ms).max(0);
                self.set_join_deadline(turn, next_ms, JoinPhase::Initial { delay_ms: next_ms, remaining_ms });
            }
            JoinPhase::Initial { .. } | JoinPhase::Rebalance => self.complete_join(turn),
        }
    }

    /// Whoever has not joined is out, unless it is static; the others are the next generation.
    fn complete_join(&mut self, turn: &mut Turn<'_>) {
        turn.cancel(self.join_deadline.take().map(|(deadline, _)| deadline));
        let missing =
            self.members.iter().filter(|(_, member)| member.joining.is_none() && member.instance_id.is_none());
        let missing: Vec<Arc<str>> = missing.map(|(member_id, _)| member_id.clone()).collect();
        missing.iter().for_each(|member_id| self.remove(turn, member_id));
        if !self.members.is_empty() && !self.elect_leader() {
            // Only static members are left and none has joined: their sessions end or they come back.
            let after_ms = self.rebalance_timeout_ms().max(LOOK_AGAIN_MS_MIN);
            self.set_join_deadline(turn, after_ms, JoinPhase::Rebalance);
            return;
        }
        self.next_generation(turn);
        let mut for_leader = self.joined_members();
        let ids: Vec<Arc<str>> = self.members.keys().cloned().collect();
        for member_id in &ids {
            let members = if self.is_leader(member_id) { std::mem::take(&mut for_leader) } else { Vec::new() };
            let answer = self.joined(member_id, members);
            self.answer_join(turn, member_id, answer);
            self.refresh(turn, member_id);
        }
        self.members.values_mut().for_each(|member| member.is_new = false);
        self.pending_sync = ids.into_iter().collect();
        if !self.members.is_empty() {
            let deadline = turn.schedule(self.rebalance_timeout_ms(), GroupDue::Sync);
            turn.cancel(self.sync_deadline.replace(deadline));
        }
    }

    /// The leader stays if it has joined. False if nobody has.
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

    fn next_generation(&mut self, turn: &mut Turn<'_>) {
        self.generation = self.generation.wrapping_add(1).max(1);
        self.new_member_added = false;
        self.protocol_name = if self.members.is_empty() { None } else { self.select_protocol() };
        self.subscribed = self.subscribed_topics();
        let next = if self.members.is_empty() { State::Empty } else { State::CompletingRebalance };
        self.enter(next, turn);
        self.pending_sync.clear();
    }

    /// A session has ended, or an id that was given out did not come back.
    pub(in crate::groups) fn member_is_due(&mut self, turn: &mut Turn<'_>, member_id: &str) {
        if let Some(pending) = self.pending_join.get(member_id) {
            if turn.is_due(Some(&pending.deadline)) {
                self.remove(turn, member_id);
                self.complete_after_removal(turn);
            }
            return;
        }
        let Some(member) = self.members.get_mut(member_id) else { return };
        if !turn.is_due(member.session.as_ref()) {
            return;
        }
        member.session = None;
        // Who waits for the others need not send heartbeats. But a new member's connection may be gone, and no other
        // request of its will tell.
        if !member.is_new && (member.joining.is_some() || member.syncing.is_some()) {
            return;
        }
        self.remove(turn, member_id);
        match self.state {
            State::Stable | State::CompletingRebalance => self.rebalance_or_complete(turn),
            State::PreparingRebalance | State::Empty => self.complete_after_removal(turn),
        }
    }

    /// Unlike in [`Classic::complete_if_all_joined`], the initial delay does not hold this up.
    fn complete_after_removal(&mut self, turn: &mut Turn<'_>) {
        if self.state == State::PreparingRebalance && self.all_joined() {
            self.complete_join(turn);
        }
    }

    /// Members that have joined did not ask for their assignment in time.
    pub(in crate::groups) fn sync_is_due(&mut self, turn: &mut Turn<'_>) {
        if !turn.is_due(self.sync_deadline.as_ref()) {
            return;
        }
        self.sync_deadline = None;
        let is_syncing = matches!(self.state, State::CompletingRebalance | State::Stable);
        if is_syncing && !self.pending_sync.is_empty() {
            let silent = std::mem::take(&mut self.pending_sync);
            silent.iter().for_each(|member_id| self.remove(turn, member_id));
            self.prepare_rebalance(turn);
        }
    }
}
