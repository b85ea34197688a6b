// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! ConsumerGroupCurrentMemberAssignmentValue (record type 8), versions 0, flexible in all.

use crate::codec::{DecodeError, EncodeError, Reader, Uuid, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConsumerGroupCurrentMemberAssignmentValue {
    /// The current member epoch that is expected from the member in the heartbeat request.
    pub member_epoch: i32,
    /// If the last epoch bump is lost before reaching the member, the member will retry with the previous epoch.
    pub previous_member_epoch: i32,
    /// The member state. See MemberState for the possible values.
    pub state: i8,
    /// The partitions assigned to (or owned by) this member.
    pub assigned_partitions: Vec<TopicPartitions>,
    /// The partitions that must be revoked by this member.
    pub partitions_pending_revocation: Vec<TopicPartitions>,
}

impl ConsumerGroupCurrentMemberAssignmentValue {
    pub const KEY: i16 = 8;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=0;
}

impl ConsumerGroupCurrentMemberAssignmentValue {
    pub fn decode(r: &mut Reader<'_>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            member_epoch: r.i32()?,
            previous_member_epoch: r.i32()?,
            state: r.i8()?,
            assigned_partitions: r.array(true, 18, |r| TopicPartitions::decode(r, version))?,
            partitions_pending_revocation: r.array(true, 18, |r| TopicPartitions::decode(r, version))?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl ConsumerGroupCurrentMemberAssignmentValue {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.i32(self.member_epoch);
        w.i32(self.previous_member_epoch);
        w.i8(self.state);
        w.array(&self.assigned_partitions, true, |w, value| value.encode(w, version))?;
        w.array(&self.partitions_pending_revocation, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct TopicPartitions {
    /// The topic Id.
    pub topic_id: Uuid,
    /// The partition Ids.
    pub partitions: Vec<i32>,
    /// The epoch at which the partition was assigned to the member. Used to fence zombie commits requests. Of the
    /// same length as Partitions. (tag 0)
    pub assignment_epochs: Option<Vec<i32>>,
}

impl Default for TopicPartitions {
    fn default() -> Self {
        Self { topic_id: Uuid::ZERO, partitions: Vec::new(), assignment_epochs: Some(Vec::new()) }
    }
}

impl TopicPartitions {
    pub fn decode(r: &mut Reader<'_>, _version: i16) -> Result<Self, DecodeError> {
        let mut message = Self { topic_id: r.uuid()?, partitions: r.array(true, 4, Reader::i32)?, ..Self::default() };
        r.tags(|tag, r| {
            match tag {
                0 => message.assignment_epochs = r.nullable_array(true, 4, Reader::i32)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(message)
    }
}

impl TopicPartitions {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.uuid(self.topic_id);
        w.array(&self.partitions, true, |w, value| {
            w.i32(*value);
            Ok(())
        })?;
        let has_assignment_epochs = self.assignment_epochs != Some(Vec::new());
        w.uvarint(u32::from(has_assignment_epochs));
        if has_assignment_epochs {
            w.tag(0, |w| {
                w.nullable_array(self.assignment_epochs.as_deref(), true, |w, value| {
                    w.i32(*value);
                    Ok(())
                })?;
                Ok(())
            })?;
        }
        Ok(())
    }
}
