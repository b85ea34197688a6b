//! SyncGroup and Heartbeat. Kafka: `GroupMetadataManager.classicGroupSyncToClassicGroup`,
//! `classicGroupHeartbeatToClassicGroup`.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use wire::error_code::ErrorCode;

use super::{Classic, State, Synced};
use crate::{
    bugs::{self, Bug},
    groups::{promise::Promise, registry::Turn},
};

/// A SyncGroup request.
#[derive(Debug)]
pub(in crate::groups) struct Sync<'a> {
    pub(in crate::groups) member_id: &'a str,
    pub(in crate::groups) instance_id: Option<&'a str>,
    pub(in crate::groups) generation: i32,
    pub(in crate::groups) protocol_type: Option<&'a str>,
    pub(in crate::groups) protocol_name: Option<&'a str>,
    /// How large a record of `__consumer_offsets` may be.
    pub(in crate::groups) record_max: usize,
    /// Empty unless the leader sends them.
    pub(in crate::groups) assignments: BTreeMap<&'a str, &'a [u8]>,
    pub(in crate::groups) promise: &'a Arc<Promise<Synced>>,
}

impl Classic {
    pub(in crate::groups) fn sync(&mut self, turn: &mut Turn<'_>, sync: &Sync<'_>) {
        if let Err(error) = self.check_sync(sync) {
            turn.answer(sync.promise, Synced::refused(error));
            return;
        }
        match self.state {
            State::Empty => turn.answer(sync.promise, Synced::refused(ErrorCode::UnknownMemberId)),
            State::PreparingRebalance => {
                turn.answer(sync.promise, Synced::refused(ErrorCode::RebalanceInProgress));
            }
            State::CompletingRebalance => {
                self.has_synced(turn, sync.member_id);
                let member = self.members.get_mut(sync.member_id);
                let before = member.and_then(|member| member.syncing.replace(sync.promise.clone()));
                if let Some(before) = before {
                    // From another connection. Kafka never answers it.
                    turn.answer(&before, Synced::refused(ErrorCode::RebalanceInProgress));
                }
                if self.is_leader(sync.member_id) {
                    self.assign(turn, sync);
                }
            }
            State::Stable => {
                self.has_synced(turn, sync.member_id);
                let late = bugs::planted(Bug::LeadersAssignment).then_some(self.leader.as_deref()).flatten();
                let member = self.members.get(late.unwrap_or(sync.member_id));
                let assignment = member.map(|member| member.assignment.clone());
                turn.answer(sync.promise, self.synced(assignment.unwrap_or_default()));
                self.refresh(turn, &sync.member_id.into());
            }
        }
    }

    fn check_sync(&self, sync: &Sync<'_>) -> Result<(), ErrorCode> {
        self.check_member(sync.member_id, sync.instance_id)?;
        if sync.generation != self.generation {
            return Err(ErrorCode::IllegalGeneration);
        }
        let differs = |said: Option<&str>, ours: Option<&str>| said.is_some() && said != ours;
        if differs(sync.protocol_type, self.protocol_type()) || differs(sync.protocol_name, self.protocol_name()) {
            return Err(ErrorCode::InconsistentGroupProtocol);
        }
        Ok(())
    }

    fn synced(&self, assignment: Bytes) -> Synced {
        Synced {
            error: ErrorCode::None,
            protocol_type: self.protocol_type.clone(),
            protocol_name: self.protocol_name.clone(),
            assignment,
        }
    }

    fn has_synced(&mut self, turn: &Turn<'_>, member_id: &str) {
        self.pending_sync.remove(member_id);
        if self.pending_sync.is_empty() {
            turn.cancel(self.sync_deadline.take());
        }
    }

    /// Gives each member its assignment; an empty one if the leader sends none for it. If the group does not fit into
    /// a record, or there is no room, all are told and join again. Kafka:
    /// `GroupMetadataManager.resetAndPropagateAssignmentWithError`.
    fn assign(&mut self, turn: &mut Turn<'_>, sync: &Sync<'_>) {
        let of = |member_id: &str| sync.assignments.get(member_id).copied().unwrap_or_default();
        let protocol = self.protocol_name().unwrap_or_default();
        let record = self.members.iter().map(|(id, member)| member.record_bytes(id, protocol, of(id)));
        let error = if record.sum::<usize>() > sync.record_max {
            ErrorCode::UnknownServerError
        } else if !self.members.iter_mut().all(|(member_id, member)| member.assign(of(member_id))) {
            ErrorCode::CoordinatorNotAvailable
        } else {
            self.answer_syncs(turn, ErrorCode::None);
            self.enter(State::Stable, turn);
            return;
        };
        self.answer_syncs(turn, error);
        self.prepare_rebalance(turn);
    }

    /// Every parked SyncGroup is answered, and the sessions of those who waited begin anew.
    pub(super) fn answer_syncs(&mut self, turn: &mut Turn<'_>, error: ErrorCode) {
        let waiting = self.members.iter_mut().filter_map(|(member_id, member)| {
            Some((member_id.clone(), member.syncing.take()?, member.assignment.clone()))
        });
        for (member_id, promise, assignment) in waiting.collect::<Vec<_>>() {
            let answer = if error == ErrorCode::None { self.synced(assignment) } else { Synced::refused(error) };
            turn.answer(&promise, answer);
            self.refresh(turn, &member_id);
        }
    }

    pub(in crate::groups) fn heartbeat(
        &mut self,
        turn: &Turn<'_>,
        member_id: &str,
        instance_id: Option<&str>,
        generation: i32,
    ) -> Result<(), ErrorCode> {
        self.check_member(member_id, instance_id)?;
        if generation != self.generation {
            return Err(ErrorCode::IllegalGeneration);
        }
        match self.state {
            State::Empty => Err(ErrorCode::UnknownMemberId),
            State::PreparingRebalance => {
                self.refresh(turn, &member_id.into());
                Err(ErrorCode::RebalanceInProgress)
            }
            // After the answer to its join a member may send heartbeats before it has its assignment.
            State::CompletingRebalance | State::Stable => {
                self.refresh(turn, &member_id.into());
                Ok(())
            }
        }
    }

    /// Whether the member, or whoever says to be none, may commit offsets. A member's session begins anew.
    pub(in crate::groups) fn check_commit(
        &mut self,
        turn: &Turn<'_>,
        member_id: &str,
        instance_id: Option<&str>,
        generation: i32,
    ) -> Result<(), ErrorCode> {
        if generation < 0 && self.state == State::Empty {
            // An admin client, or a consumer that assigns partitions itself.
            return Ok(());
        }
        if generation < 0 && member_id.is_empty() && instance_id.is_none() {
            return if self.state == State::Empty { Ok(()) } else { Err(ErrorCode::UnknownMemberId) };
        }
        self.check_member(member_id, instance_id)?;
        if generation != self.generation {
            return Err(ErrorCode::IllegalGeneration);
        }
        if self.state == State::CompletingRebalance {
            return Err(ErrorCode::RebalanceInProgress);
        }
        if self.state != State::Empty {
            self.refresh(turn, &member_id.into());
        }
        Ok(())
    }
}
