//! The records of a consumer group in Kafka's own form. Kafka: `GroupCoordinatorRecordHelpers`.

use std::{collections::BTreeSet, sync::Arc};

use wire::{
    codec::{DecodeError, EncodeError, Reader, Writer},
    coordinator::{
        consumer_group_current_member_assignment_key::ConsumerGroupCurrentMemberAssignmentKey as CurrentKey,
        consumer_group_current_member_assignment_value::{
            ConsumerGroupCurrentMemberAssignmentValue as CurrentValue, TopicPartitions,
        },
        consumer_group_member_metadata_key::ConsumerGroupMemberMetadataKey as MemberKey,
        consumer_group_member_metadata_value::ConsumerGroupMemberMetadataValue as MemberValue,
        consumer_group_metadata_key::ConsumerGroupMetadataKey as EpochKey,
        consumer_group_metadata_value::ConsumerGroupMetadataValue as EpochValue,
        consumer_group_regular_expression_key::ConsumerGroupRegularExpressionKey as RegexKey,
        consumer_group_regular_expression_value::ConsumerGroupRegularExpressionValue as RegexValue,
        consumer_group_target_assignment_member_key::ConsumerGroupTargetAssignmentMemberKey as TargetKey,
        consumer_group_target_assignment_member_value::{
            ConsumerGroupTargetAssignmentMemberValue as TargetValue, TopicPartition,
        },
        consumer_group_target_assignment_metadata_key::ConsumerGroupTargetAssignmentMetadataKey as TargetEpochKey,
        consumer_group_target_assignment_metadata_value::ConsumerGroupTargetAssignmentMetadataValue as TargetEpochValue,
    },
};

use super::{CurrentAssignment, MemberMetadata, MemberState, Partitions, ResolvedRegex, member::partitions};
use crate::coordinator::KeyValue;

/// A record without a value deletes what its key names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ConsumerRecord {
    /// The epoch of the group, and the hash of its topics. Deletes the group.
    Epoch(Option<(i32, i64)>),
    Member(Arc<str>, Option<MemberMetadata>),
    Regex(Arc<str>, Option<ResolvedRegex>),
    /// The epoch of the target assignment, and its time.
    TargetEpoch(Option<(i32, i64)>),
    Target(Arc<str>, Option<Partitions>),
    Current(Arc<str>, Option<CurrentAssignment>),
}

impl ConsumerRecord {
    pub(in crate::groups) fn is_tombstone(&self) -> bool {
        *self == self.tombstone()
    }

    /// The record that deletes what this one has written.
    pub(in crate::groups) fn tombstone(&self) -> ConsumerRecord {
        match self {
            ConsumerRecord::Epoch(_) => ConsumerRecord::Epoch(None),
            ConsumerRecord::Member(id, _) => ConsumerRecord::Member(id.clone(), None),
            ConsumerRecord::Regex(pattern, _) => ConsumerRecord::Regex(pattern.clone(), None),
            ConsumerRecord::TargetEpoch(_) => ConsumerRecord::TargetEpoch(None),
            ConsumerRecord::Target(id, _) => ConsumerRecord::Target(id.clone(), None),
            ConsumerRecord::Current(id, _) => ConsumerRecord::Current(id.clone(), None),
        }
    }
}

/// Kafka: `MemberState`.
const STATES: [(i8, MemberState); 3] =
    [(0, MemberState::Stable), (1, MemberState::UnrevokedPartitions), (2, MemberState::UnreleasedPartitions)];

pub(in crate::groups) fn encode(group: &str, record: &ConsumerRecord) -> Result<KeyValue, EncodeError> {
    let key = &mut Writer::new();
    let value = &mut Writer::new();
    // A value begins with its version.
    value.i16(0);
    let has_value = match record {
        ConsumerRecord::Epoch(new) => {
            key.i16(EpochKey::KEY);
            EpochKey { group_id: group }.encode(key, 0)?;
            let encode = |&(epoch, metadata_hash): &(i32, i64)| EpochValue { epoch, metadata_hash }.encode(value, 0);
            new.as_ref().map(encode).transpose()?
        }
        ConsumerRecord::Member(member_id, new) => {
            key.i16(MemberKey::KEY);
            MemberKey { group_id: group, member_id }.encode(key, 0)?;
            new.as_ref().map(|new| member_value(new).encode(value, 0)).transpose()?
        }
        ConsumerRecord::Regex(regular_expression, new) => {
            key.i16(RegexKey::KEY);
            RegexKey { group_id: group, regular_expression }.encode(key, 0)?;
            new.as_ref().map(|new| regex_value(new).encode(value, 0)).transpose()?
        }
        ConsumerRecord::TargetEpoch(new) => {
            key.i16(TargetEpochKey::KEY);
            TargetEpochKey { group_id: group }.encode(key, 0)?;
            let encode = |&(assignment_epoch, assignment_timestamp): &(i32, i64)| {
                TargetEpochValue { assignment_epoch, assignment_timestamp }.encode(value, 0)
            };
            new.as_ref().map(encode).transpose()?
        }
        ConsumerRecord::Target(member_id, new) => {
            key.i16(TargetKey::KEY);
            TargetKey { group_id: group, member_id }.encode(key, 0)?;
            new.as_ref().map(|new| target_value(new).encode(value, 0)).transpose()?
        }
        ConsumerRecord::Current(member_id, new) => {
            key.i16(CurrentKey::KEY);
            CurrentKey { group_id: group, member_id }.encode(key, 0)?;
            new.as_ref().map(|new| current_value(new).encode(value, 0)).transpose()?
        }
    };
    let value = has_value.map(|()| std::mem::take(value).into_parts().concat());
    Ok((std::mem::take(key).into_parts().concat(), value))
}

fn member_value(member: &MemberMetadata) -> MemberValue<'_> {
    MemberValue {
        instance_id: member.instance_id.as_deref(),
        rack_id: member.rack_id.as_deref(),
        client_id: &member.client_id,
        client_host: &member.client_host,
        subscribed_topic_names: member.topics.iter().map(|topic| &**topic).collect(),
        subscribed_topic_regex: member.regex.as_deref(),
        rebalance_timeout_ms: member.rebalance_ms,
        server_assignor: member.assignor.as_deref(),
        classic_member_metadata: None,
    }
}

fn regex_value(regex: &ResolvedRegex) -> RegexValue<'_> {
    let topics = regex.topics.iter().map(|topic| &**topic).collect();
    RegexValue { topics, version: regex.version, timestamp: regex.resolved_ms }
}

fn target_value(target: &Partitions) -> TargetValue {
    let of = |(id, indexes): (&wire::Uuid, &BTreeSet<i32>)| TopicPartition {
        topic_id: *id,
        partitions: indexes.iter().copied().collect(),
    };
    TargetValue { topic_partitions: target.iter().map(of).collect() }
}

fn current_value(current: &CurrentAssignment) -> CurrentValue {
    let of = |(id, indexes): (&wire::Uuid, &BTreeSet<i32>)| TopicPartitions {
        topic_id: *id,
        partitions: indexes.iter().copied().collect(),
        assignment_epochs: None,
    };
    let state = STATES.iter().find(|(_, state)| *state == current.state).map_or(0, |(number, _)| *number);
    CurrentValue {
        member_epoch: current.epoch,
        previous_member_epoch: current.previous_epoch,
        state,
        assigned_partitions: current.assigned.iter().map(of).collect(),
        partitions_pending_revocation: current.revoking.iter().map(of).collect(),
    }
}

/// Returns the group and the record; `None` if the key is of another kind.
pub(in crate::groups) fn decode(
    kind: i16,
    key: &mut Reader<'_>,
    value: Option<&[u8]>,
) -> Result<Option<(Arc<str>, ConsumerRecord)>, DecodeError> {
    let value = &mut value.map(versioned).transpose()?;
    Ok(Some(match kind {
        EpochKey::KEY => {
            let EpochKey { group_id } = EpochKey::decode(key, 0)?;
            let value = value.as_mut().map(|r| EpochValue::decode(r, 0)).transpose()?;
            (group_id.into(), ConsumerRecord::Epoch(value.map(|value| (value.epoch, value.metadata_hash))))
        }
        MemberKey::KEY => {
            let MemberKey { group_id, member_id } = MemberKey::decode(key, 0)?;
            let value = value.as_mut().map(|r| MemberValue::decode(r, 0)).transpose()?;
            (group_id.into(), ConsumerRecord::Member(member_id.into(), value.map(member)))
        }
        RegexKey::KEY => {
            let RegexKey { group_id, regular_expression } = RegexKey::decode(key, 0)?;
            let value = value.as_mut().map(|r| RegexValue::decode(r, 0)).transpose()?;
            (group_id.into(), ConsumerRecord::Regex(regular_expression.into(), value.map(regex)))
        }
        TargetEpochKey::KEY => {
            let TargetEpochKey { group_id } = TargetEpochKey::decode(key, 0)?;
            let value = value.as_mut().map(|r| TargetEpochValue::decode(r, 0)).transpose()?;
            let value = value.map(|value| (value.assignment_epoch, value.assignment_timestamp));
            (group_id.into(), ConsumerRecord::TargetEpoch(value))
        }
        TargetKey::KEY => {
            let TargetKey { group_id, member_id } = TargetKey::decode(key, 0)?;
            let value = value.as_mut().map(|r| TargetValue::decode(r, 0)).transpose()?;
            let of = |value: TargetValue| {
                partitions(value.topic_partitions.iter().map(|topic| (topic.topic_id, &topic.partitions[..])))
            };
            (group_id.into(), ConsumerRecord::Target(member_id.into(), value.map(of)))
        }
        CurrentKey::KEY => {
            let CurrentKey { group_id, member_id } = CurrentKey::decode(key, 0)?;
            let value = value.as_mut().map(|r| CurrentValue::decode(r, 0)).transpose()?;
            (group_id.into(), ConsumerRecord::Current(member_id.into(), value.map(current)))
        }
        _ => return Ok(None),
    }))
}

fn versioned(value: &[u8]) -> Result<Reader<'_>, DecodeError> {
    let mut reader = Reader::new(value);
    if reader.i16()? == 0 { Ok(reader) } else { Err(DecodeError::Version) }
}

fn member(value: MemberValue<'_>) -> MemberMetadata {
    MemberMetadata {
        instance_id: value.instance_id.map(Arc::from),
        rack_id: value.rack_id.map(Arc::from),
        client_id: value.client_id.into(),
        client_host: value.client_host.into(),
        topics: value.subscribed_topic_names.iter().map(|topic| Arc::from(*topic)).collect(),
        regex: value.subscribed_topic_regex.map(Arc::from),
        rebalance_ms: value.rebalance_timeout_ms,
        assignor: value.server_assignor.map(Arc::from),
    }
}

fn regex(value: RegexValue<'_>) -> ResolvedRegex {
    let topics = value.topics.iter().map(|topic| Arc::from(*topic)).collect();
    ResolvedRegex { topics, version: value.version, resolved_ms: value.timestamp }
}

fn current(value: CurrentValue) -> CurrentAssignment {
    let of =
        |topics: &[TopicPartitions]| partitions(topics.iter().map(|topic| (topic.topic_id, &topic.partitions[..])));
    let state = STATES.iter().find(|(number, _)| *number == value.state).map_or(MemberState::Stable, |(_, s)| *s);
    CurrentAssignment {
        epoch: value.member_epoch,
        previous_epoch: value.previous_member_epoch,
        state,
        assigned: of(&value.assigned_partitions),
        revoking: of(&value.partitions_pending_revocation),
    }
}
