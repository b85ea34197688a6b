//! A heartbeat, from the request to the reply. Kafka: `GroupMetadataManager.consumerGroupHeartbeat`.

use std::sync::Arc;

use super::{
    ConsumerRecord, CurrentAssignment, Draft, LEAVE, LEAVE_STATIC, MemberState, Partitions, Refusal, TopicImage,
    reconciliation, subscription::metadata_hash,
};
use crate::groups::assignor::Assignor;

/// A request whose fields are valid.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heartbeat<'a> {
    pub(crate) member_id: &'a str,
    pub(crate) epoch: i32,
    pub(crate) instance_id: Option<&'a str>,
    pub(crate) rack_id: Option<&'a str>,
    pub(crate) client_id: &'a str,
    pub(crate) client_host: &'a str,
    /// -1 if it has not changed.
    pub(crate) rebalance_ms: i32,
    pub(crate) topics: Option<Vec<&'a str>>,
    pub(crate) regex: Option<&'a str>,
    pub(crate) assignor: Option<&'a str>,
    /// The partitions that the member has, if it says so.
    pub(crate) owned: Option<Partitions>,
}

/// What the configs and the topics say at the time of a heartbeat.
pub(in crate::groups) struct Surroundings<'a> {
    pub(in crate::groups) topics: &'a dyn TopicImage,
    /// The version of the topics.
    pub(in crate::groups) version: i64,
    /// Topics have changed since the group's last heartbeat.
    pub(in crate::groups) is_stale: bool,
    pub(in crate::groups) assignor: Assignor,
    pub(in crate::groups) assignment_interval_ms: i64,
    pub(in crate::groups) size_max: usize,
    /// `group.consumer.heartbeat.interval.ms`.
    pub(in crate::groups) heartbeat_ms: i32,
    pub(in crate::groups) now_ms: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HeartbeatReply {
    pub(crate) member_id: Arc<str>,
    pub(crate) epoch: i32,
    pub(crate) heartbeat_ms: i32,
    /// The partitions that the member may have; `None` if it knows them.
    pub(crate) assignment: Option<Partitions>,
}

/// A member whose group is being reconciled asks again after this time.
const RECONCILING_MS: i32 = 50;
/// The shortest interval of a group that is stable, and what each of its members adds: a group costs the same number of
/// heartbeats a second, however large it is.
const STABLE_MS: i32 = 100;
const MEMBER_MS: i32 = 20;

impl Draft {
    pub(in crate::groups) fn heartbeat(
        &mut self,
        beat: &Heartbeat<'_>,
        at: &Surroundings<'_>,
    ) -> Result<HeartbeatReply, Refusal> {
        if matches!(beat.epoch, LEAVE | LEAVE_STATIC) {
            let (member_id, _) = self.leave(beat)?;
            return Ok(HeartbeatReply { member_id, epoch: beat.epoch, heartbeat_ms: 0, assignment: None });
        }
        let member_id = self.admit(beat, at.size_max)?;
        let is_changed = self.update(&member_id, beat);
        if is_changed || at.is_stale {
            self.refresh(is_changed, at)?;
        }
        let waited_ms = at.now_ms.saturating_sub(self.group().assigned_ms);
        if self.group().epoch > self.group().assignment_epoch && waited_ms >= at.assignment_interval_ms {
            self.assign(at.assignor, at.topics, at.now_ms);
        }
        let before = self.group().current.get(&member_id).cloned();
        let after = reconciliation::next(self.group(), &member_id, beat.owned.as_ref());
        if before.as_deref() != Some(&after) {
            self.push(ConsumerRecord::Current(member_id.clone(), Some(after.clone())));
        }
        let is_full = beat.epoch == 0
            || (beat.rebalance_ms != -1 && (beat.topics.is_some() || beat.regex.is_some()) && beat.owned.is_some());
        let is_new = before.is_none_or(|before| before.assigned != after.assigned);
        let heartbeat_ms = self.interval(&after, at);
        let assignment = (is_full || is_new).then_some(after.assigned);
        Ok(HeartbeatReply { member_id, epoch: after.epoch, heartbeat_ms, assignment })
    }

    /// Begins a new epoch if the subscriptions, or the topics that they are about, have changed.
    fn refresh(&mut self, is_changed: bool, at: &Surroundings<'_>) -> Result<(), Refusal> {
        let is_resolved_anew = self.resolve_regexes(at.topics, at.version, at.now_ms, at.is_stale)?;
        let hash = metadata_hash(self.group(), at.topics);
        if is_changed || is_resolved_anew || hash != self.group().metadata_hash {
            self.bump_epoch(hash);
        }
        Ok(())
    }

    /// Nothing can wake a member between its heartbeats: the interval is how long it takes to learn of a new
    /// assignment. Members that wait for others, or that others wait for, are asked to come back soon.
    fn interval(&self, member: &CurrentAssignment, at: &Surroundings<'_>) -> i32 {
        let is_waiting = member.state != MemberState::Stable || self.group().epoch > self.group().assignment_epoch;
        let members = i32::try_from(self.group().members.len()).unwrap_or(i32::MAX);
        let wanted = if is_waiting { RECONCILING_MS } else { STABLE_MS.max(members.saturating_mul(MEMBER_MS)) };
        at.heartbeat_ms.min(wanted)
    }
}
