//! Members that join, come back, are replaced, leave, or are fenced.

use std::sync::Arc;

use wire::ErrorCode;

use super::{
    ConsumerRecord, CurrentAssignment, Draft, Heartbeat, LEAVE_STATIC, MemberMetadata, Partitions, Refusal,
    reconciliation::{is_subset, left_for_a_while},
};

impl Draft {
    /// Returns the member that a heartbeat is from, and whether it is new.
    pub(super) fn admit(&mut self, beat: &Heartbeat<'_>, size_max: usize) -> Result<Arc<str>, Refusal> {
        let is_member = self.group().members.contains_key(beat.member_id);
        let existing = beat.instance_id.and_then(|instance_id| self.group().static_member(instance_id)).cloned();
        if !is_member && existing.is_none() && self.group().members.len() >= size_max {
            let message = format!("The consumer group has reached its maximum capacity of {size_max} members.");
            return Err(Refusal::new(ErrorCode::GroupMaxSizeReached, message));
        }
        let member_id: Arc<str> = beat.member_id.into();
        match (beat.instance_id, existing) {
            (Some(instance_id), Some(existing)) if beat.epoch == 0 => {
                self.replace(&member_id, &existing, instance_id)?;
            }
            (Some(instance_id), existing) if beat.epoch != 0 => {
                self.check_instance(beat.member_id, instance_id, existing.as_deref())?;
                self.check_epoch(beat)?;
            }
            _ if beat.epoch != 0 || is_member => self.check_epoch(beat)?,
            _ => {}
        }
        Ok(member_id)
    }

    fn check_instance(&self, member_id: &str, instance_id: &str, existing: Option<&str>) -> Result<(), Refusal> {
        match existing {
            None => Err(Refusal::new(ErrorCode::UnknownMemberId, format!("Instance id {instance_id} is unknown."))),
            Some(existing) if existing != member_id => {
                let message = format!(
                    "Static member {member_id} with instance id {instance_id} was fenced by member {existing}."
                );
                Err(Refusal::new(ErrorCode::FencedInstanceId, message))
            }
            Some(_) => Ok(()),
        }
    }

    /// A member that comes with the epoch before has not got the response with the new one.
    fn check_epoch(&self, beat: &Heartbeat<'_>) -> Result<(), Refusal> {
        if !self.group().members.contains_key(beat.member_id) {
            return Err(unknown_member(beat.member_id, self.name()));
        }
        let current = self.group().current(beat.member_id);
        let (received, known) = (beat.epoch, current.epoch);
        let is_retry = |current: &CurrentAssignment| {
            let owned = beat.owned.as_ref();
            received == 0
                || (received == current.previous_epoch
                    && owned.is_some_and(|owned| is_subset(owned, &current.assigned)))
        };
        let order = match received.cmp(&known) {
            std::cmp::Ordering::Equal => return Ok(()),
            std::cmp::Ordering::Greater => "greater",
            std::cmp::Ordering::Less if is_retry(&current) => return Ok(()),
            std::cmp::Ordering::Less => "smaller",
        };
        let message = format!(
            "The consumer group member has a {order} member epoch ({received}) than the one known by the group \
             coordinator ({known}). The member must abandon all its partitions and rejoin."
        );
        Err(Refusal::new(ErrorCode::FencedMemberEpoch, message))
    }

    /// A static member comes back under a new member id, and gets what it had.
    fn replace(&mut self, member_id: &Arc<str>, existing: &Arc<str>, instance_id: &str) -> Result<(), Refusal> {
        let current = self.group().current(existing);
        if current.epoch != LEAVE_STATIC {
            let message = format!(
                "Static member {member_id} with instance id {instance_id} cannot join the group because the instance \
                 id is owned by {existing} member."
            );
            return Err(Refusal::new(ErrorCode::UnreleasedInstanceId, message));
        }
        let metadata = self.group().members.get(existing).map(|metadata| (**metadata).clone()).unwrap_or_default();
        let target = self.group().target.get(existing).map(|target| (**target).clone()).unwrap_or_default();
        self.forget(existing);
        self.push(ConsumerRecord::Member(member_id.clone(), Some(metadata)));
        self.push(ConsumerRecord::Target(member_id.clone(), Some(target)));
        let current = CurrentAssignment { epoch: 0, previous_epoch: 0, ..current };
        self.push(ConsumerRecord::Current(member_id.clone(), Some(current)));
        Ok(())
    }

    fn forget(&mut self, member_id: &Arc<str>) {
        self.push(ConsumerRecord::Current(member_id.clone(), None));
        self.push(ConsumerRecord::Target(member_id.clone(), None));
        self.push(ConsumerRecord::Member(member_id.clone(), None));
    }

    /// Takes over what a heartbeat says about its member. Returns whether the subscription is another than before.
    pub(super) fn update(&mut self, member_id: &Arc<str>, beat: &Heartbeat<'_>) -> bool {
        let known = self.group().members.get(member_id).cloned();
        let mut metadata = known.as_ref().map(|known| (**known).clone()).unwrap_or_default();
        let text = |text: Option<&str>| text.map(Arc::<str>::from);
        metadata.instance_id = text(beat.instance_id).or(metadata.instance_id);
        metadata.rack_id = text(beat.rack_id).or(metadata.rack_id);
        metadata.assignor = text(beat.assignor).or(metadata.assignor);
        metadata.regex = text(beat.regex).or(metadata.regex);
        metadata.client_id = beat.client_id.into();
        metadata.client_host = beat.client_host.into();
        if beat.rebalance_ms != -1 {
            metadata.rebalance_ms = beat.rebalance_ms;
        }
        if let Some(topics) = &beat.topics {
            metadata.topics = topics.iter().map(|topic| Arc::from(*topic)).collect();
        }
        let same = |known: &MemberMetadata| {
            known.topics == metadata.topics && known.regex == metadata.regex && known.assignor == metadata.assignor
        };
        let is_subscription_same = known.as_deref().is_some_and(same);
        if known.as_deref() != Some(&metadata) {
            self.push(ConsumerRecord::Member(member_id.clone(), Some(metadata)));
        }
        !is_subscription_same
    }

    /// Removes a member that has left or was fenced. The others learn of it at their next heartbeats.
    pub(in crate::groups) fn remove_member(&mut self, member_id: &Arc<str>) {
        let regex = self.group().members.get(member_id).and_then(|member| member.regex.clone());
        self.forget(member_id);
        if let Some(regex) = regex {
            let is_used = self.group().members.values().any(|member| member.regex.as_ref() == Some(&regex));
            if !is_used && self.group().regexes.contains_key(&regex) {
                self.push(ConsumerRecord::Regex(regex, None));
            }
        }
        let hash = self.group().metadata_hash;
        self.bump_epoch(hash);
    }

    /// Returns the member that leaves, and whether it is gone for good.
    pub(super) fn leave(&mut self, beat: &Heartbeat<'_>) -> Result<(Arc<str>, bool), Refusal> {
        let member_id: Arc<str> = beat.member_id.into();
        if let Some(instance_id) = beat.instance_id {
            let existing = self.group().static_member(instance_id).cloned();
            self.check_instance(beat.member_id, instance_id, existing.as_deref())?;
        } else if !self.group().members.contains_key(beat.member_id) {
            return Err(unknown_member(beat.member_id, self.name()));
        }
        let is_gone = beat.epoch != LEAVE_STATIC;
        if is_gone {
            self.remove_member(&member_id);
        } else {
            let current = left_for_a_while(self.group().current(&member_id));
            self.push(ConsumerRecord::Current(member_id.clone(), Some(current)));
        }
        Ok((member_id, is_gone))
    }
}

pub(super) fn unknown_member(member_id: &str, group: &str) -> Refusal {
    Refusal::new(ErrorCode::UnknownMemberId, format!("Member {member_id} is not a member of group {group}."))
}

/// The partitions that a request names, without topics that have none.
pub(crate) fn partitions<'a>(named: impl Iterator<Item = (wire::Uuid, &'a [i32])>) -> Partitions {
    let mut partitions = Partitions::new();
    for (id, indexes) in named.filter(|(_, indexes)| !indexes.is_empty()) {
        partitions.entry(id).or_default().extend(indexes);
    }
    partitions
}
