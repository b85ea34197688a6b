//! SyncGroup and Heartbeat. Kafka: `GroupMetadataManager.classicGroupSyncToClassicGroup`,
//! `classicGroupHeartbeatToClassicGroup`.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use wire::error_code::ErrorCode;

use super::{Classic, State, SyncResult, reply_sync};
use crate::{
    bugs::{self, Bug},
    coordinator::PendingReply,
    groups::{GroupDue, Step},
};

/// A SyncGroup request.
#[derive(Debug)]
pub(in crate::groups) struct Sync<'a> {
    pub(in crate::groups) member_id: &'a str,
    pub(in crate::groups) instance_id: Option<&'a str>,
    pub(in crate::groups) generation: i32,
    pub(in crate::groups) protocol_type: Option<&'a str>,
    pub(in crate::groups) protocol_name: Option<&'a str>,
    /// The largest record batch of `__consumer_offsets`, in bytes.
    pub(in crate::groups) record_max: usize,
    /// Empty unless the leader sends them.
    pub(in crate::groups) assignments: BTreeMap<&'a str, &'a [u8]>,
    pub(in crate::groups) reply: &'a Arc<PendingReply<SyncResult>>,
}

impl Classic {
    pub(in crate::groups) fn sync(&mut self, step: &mut Step<'_>, sync: &Sync<'_>) {
        if let Err(error) = self.check_sync(sync) {
            reply_sync(step, sync.reply, SyncResult::refused(error));
            return;
        }
        match self.state {
            State::Empty => reply_sync(step, sync.reply, SyncResult::refused(ErrorCode::UnknownMemberId)),
            State::PreparingRebalance => {
                reply_sync(step, sync.reply, SyncResult::refused(ErrorCode::RebalanceInProgress));
            }
            State::CompletingRebalance => {
                self.has_synced(step, sync.member_id);
                let member = self.members.get_mut(sync.member_id);
                let before = member.and_then(|member| member.syncing.replace(sync.reply.clone()));
                if let Some(before) = before {
                    // The same member on another connection. Kafka never answers the first request.
                    reply_sync(step, &before, SyncResult::refused(ErrorCode::RebalanceInProgress));
                }
                if self.is_leader(sync.member_id) {
                    self.assign(step, sync);
                }
            }
            State::Stable => {
                self.has_synced(step, sync.member_id);
                let mut member = self.members.get(sync.member_id);
                if bugs::planted(Bug::LeadersAssignment) {
                    member = self.leader.as_ref().and_then(|leader| self.members.get(leader));
                }
                let assignment = member.map(|member| member.assignment.clone());
                reply_sync(step, sync.reply, self.synced(assignment.unwrap_or_default()));
                self.refresh(step, &sync.member_id.into());
            }
        }
    }

    fn check_sync(&self, sync: &Sync<'_>) -> Result<(), ErrorCode> {
        self.check_member(sync.member_id, sync.instance_id)?;
        if sync.generation != self.generation {
            return Err(ErrorCode::IllegalGeneration);
        }
        let differs = |sent: Option<&str>, known: Option<&str>| sent.is_some() && sent != known;
        if differs(sync.protocol_type, self.protocol_type()) || differs(sync.protocol_name, self.protocol_name()) {
            return Err(ErrorCode::InconsistentGroupProtocol);
        }
        Ok(())
    }

    fn synced(&self, assignment: Bytes) -> SyncResult {
        SyncResult {
            error: ErrorCode::None,
            protocol_type: self.protocol_type.clone(),
            protocol_name: self.protocol_name.clone(),
            assignment,
        }
    }

    fn has_synced(&mut self, step: &mut Step<'_>, member_id: &str) {
        self.pending_sync.remove(member_id);
        if self.pending_sync.is_empty() {
            step.cancel_timer(self.timer(GroupDue::Sync));
        }
    }

    /// Gives each member its assignment, an empty one if the leader sends none, and writes the group's record. If that
    /// fails, because the record is too large or the budget is spent, all parked SyncGroup requests are answered with
    /// the error and the members join again. Kafka: `GroupMetadataManager.classicGroupSyncToClassicGroup`,
    /// `resetAndPropagateAssignmentWithError`.
    fn assign(&mut self, step: &mut Step<'_>, sync: &Sync<'_>) {
        let of = |member_id: &str| sync.assignments.get(member_id).copied().unwrap_or_default();
        let protocol = self.protocol_name().unwrap_or_default();
        let record = self.members.iter().map(|(id, member)| member.record_bytes(id, protocol, of(id)));
        let error = if record.sum::<usize>() > sync.record_max {
            ErrorCode::UnknownServerError
        } else if !self.members.iter_mut().all(|(member_id, member)| member.assign(of(member_id))) {
            ErrorCode::CoordinatorNotAvailable
        } else {
            match step.write(vec![self.record()]) {
                Ok(()) => {
                    self.answer_syncs(step, ErrorCode::None);
                    self.enter(State::Stable, step);
                    return;
                }
                Err(error) => error,
            }
        };
        self.answer_syncs(step, error);
        self.prepare_rebalance(step);
    }

    /// Answers every parked SyncGroup and starts the sessions of these members again.
    pub(super) fn answer_syncs(&mut self, step: &mut Step<'_>, error: ErrorCode) {
        let parked = self.members.iter_mut().filter_map(|(member_id, member)| {
            Some((member_id.clone(), member.syncing.take()?, member.assignment.clone()))
        });
        for (member_id, pending, assignment) in parked.collect::<Vec<_>>() {
            let result = if error == ErrorCode::None { self.synced(assignment) } else { SyncResult::refused(error) };
            reply_sync(step, &pending, result);
            self.refresh(step, &member_id);
        }
    }

    pub(in crate::groups) fn heartbeat(
        &mut self,
        step: &mut Step<'_>,
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
                self.refresh(step, &member_id.into());
                Err(ErrorCode::RebalanceInProgress)
            }
            // A member may send heartbeats between the responses to JoinGroup and SyncGroup.
            State::CompletingRebalance | State::Stable => {
                self.refresh(step, &member_id.into());
                Ok(())
            }
        }
    }

    /// Checks whether a member, or a client without membership, may commit offsets. Starts a member's session again.
    pub(in crate::groups) fn check_commit(
        &mut self,
        step: &mut Step<'_>,
        member_id: &str,
        instance_id: Option<&str>,
        generation: i32,
        is_transactional: bool,
    ) -> Result<(), ErrorCode> {
        if generation < 0 && self.state == State::Empty {
            // An admin client, or a consumer with partitions of its own choice (`assign()`).
            return Ok(());
        }
        if generation < 0 && member_id.is_empty() && instance_id.is_none() {
            // Producers before KIP-447 do not name a member.
            let is_allowed = is_transactional || self.state == State::Empty;
            return if is_allowed { Ok(()) } else { Err(ErrorCode::UnknownMemberId) };
        }
        self.check_member(member_id, instance_id)?;
        if generation != self.generation {
            return Err(ErrorCode::IllegalGeneration);
        }
        if self.state == State::CompletingRebalance && !is_transactional {
            return Err(ErrorCode::RebalanceInProgress);
        }
        if self.state != State::Empty {
            self.refresh(step, &member_id.into());
        }
        Ok(())
    }
}
