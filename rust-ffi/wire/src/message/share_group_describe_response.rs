// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! ShareGroupDescribeResponse (key 77), versions 1, flexible in all.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Uuid, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareGroupDescribeResponse<'a> {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota.
    pub throttle_time_ms: i32,
    /// Each described group.
    pub groups: Vec<DescribedGroup<'a>>,
}

impl ShareGroupDescribeResponse<'_> {
    pub const KEY: i16 = 77;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 1..=1;
}

#[cfg(any(test, feature = "client"))]
impl<'a> ShareGroupDescribeResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message =
            Self { throttle_time_ms: r.i32()?, groups: r.array(true, 20, |r| DescribedGroup::decode(r, version))? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl ShareGroupDescribeResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.i32(self.throttle_time_ms);
        w.array(&self.groups, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// Each described group.
#[derive(Clone, Debug, PartialEq)]
pub struct DescribedGroup<'a> {
    /// The describe error, or 0 if there was no error.
    pub error_code: i16,
    /// The top-level error message, or null if there was no error.
    pub error_message: Option<&'a str>,
    /// The group ID string.
    pub group_id: &'a str,
    /// The group state string, or the empty string.
    pub group_state: &'a str,
    /// The group epoch.
    pub group_epoch: i32,
    /// The assignment epoch.
    pub assignment_epoch: i32,
    /// The selected assignor.
    pub assignor_name: &'a str,
    /// The members.
    pub members: Vec<Member<'a>>,
    /// 32-bit bitfield to represent authorized operations for this group.
    pub authorized_operations: i32,
}

impl Default for DescribedGroup<'_> {
    fn default() -> Self {
        Self {
            error_code: 0,
            error_message: None,
            group_id: "",
            group_state: "",
            group_epoch: 0,
            assignment_epoch: 0,
            assignor_name: "",
            members: Vec::new(),
            authorized_operations: i32::MIN,
        }
    }
}

#[cfg(any(test, feature = "client"))]
impl<'a> DescribedGroup<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            error_code: r.i16()?,
            error_message: r.nullable_string(true)?,
            group_id: r.string(true)?,
            group_state: r.string(true)?,
            group_epoch: r.i32()?,
            assignment_epoch: r.i32()?,
            assignor_name: r.string(true)?,
            members: r.array(true, 12, |r| Member::decode(r, version))?,
            authorized_operations: r.i32()?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl DescribedGroup<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.error_code(self.error_code);
        w.nullable_string(self.error_message, true)?;
        w.string(self.group_id, true)?;
        w.string(self.group_state, true)?;
        w.i32(self.group_epoch);
        w.i32(self.assignment_epoch);
        w.string(self.assignor_name, true)?;
        w.array(&self.members, true, |w, value| value.encode(w, version))?;
        w.i32(self.authorized_operations);
        w.uvarint(0);
        Ok(())
    }
}

/// The members.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Member<'a> {
    /// The member ID.
    pub member_id: &'a str,
    /// The member rack ID.
    pub rack_id: Option<&'a str>,
    /// The current member epoch.
    pub member_epoch: i32,
    /// The client ID.
    pub client_id: &'a str,
    /// The client host.
    pub client_host: &'a str,
    /// The subscribed topic names.
    pub subscribed_topic_names: Vec<&'a str>,
    /// The current assignment.
    pub assignment: Assignment<'a>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> Member<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            member_id: r.string(true)?,
            rack_id: r.nullable_string(true)?,
            member_epoch: r.i32()?,
            client_id: r.string(true)?,
            client_host: r.string(true)?,
            subscribed_topic_names: r.array(true, 1, |r| r.string(true))?,
            assignment: Assignment::decode(r, version)?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl Member<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.string(self.member_id, true)?;
        w.nullable_string(self.rack_id, true)?;
        w.i32(self.member_epoch);
        w.string(self.client_id, true)?;
        w.string(self.client_host, true)?;
        w.array(&self.subscribed_topic_names, true, |w, value| w.string(value, true))?;
        self.assignment.encode(w, version)?;
        w.uvarint(0);
        Ok(())
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicPartitions<'a> {
    /// The topic ID.
    pub topic_id: Uuid,
    /// The topic name.
    pub topic_name: &'a str,
    /// The partitions.
    pub partitions: Vec<i32>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> TopicPartitions<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let message =
            Self { topic_id: r.uuid()?, topic_name: r.string(true)?, partitions: r.array(true, 4, Reader::i32)? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl TopicPartitions<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.uuid(self.topic_id);
        w.string(self.topic_name, true)?;
        w.array(&self.partitions, true, |w, value| {
            w.i32(*value);
            Ok(())
        })?;
        w.uvarint(0);
        Ok(())
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Assignment<'a> {
    /// The assigned topic-partitions to the member.
    pub topic_partitions: Vec<TopicPartitions<'a>>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> Assignment<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self { topic_partitions: r.array(true, 19, |r| TopicPartitions::decode(r, version))? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl Assignment<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.array(&self.topic_partitions, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}
