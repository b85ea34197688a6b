// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! StreamsGroupDescribeResponse (key 89), versions 0, flexible in all.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct StreamsGroupDescribeResponse<'a> {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota.
    pub throttle_time_ms: i32,
    /// Each described group.
    pub groups: Vec<DescribedGroup<'a>>,
}

impl StreamsGroupDescribeResponse<'_> {
    pub const KEY: i16 = 89;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 0..=0;
}

#[cfg(any(test, feature = "client"))]
impl<'a> StreamsGroupDescribeResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message =
            Self { throttle_time_ms: r.i32()?, groups: r.array(true, 20, |r| DescribedGroup::decode(r, version))? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl StreamsGroupDescribeResponse<'_> {
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
    /// The topology metadata currently initialized for the streams application. Can be null in case of a describe
    /// error.
    pub topology: Option<Topology<'a>>,
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
            topology: None,
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
            topology: r.nullable_struct(|r| Topology::decode(r, version))?,
            members: r.array(true, 28, |r| Member::decode(r, version))?,
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
        w.nullable_struct(self.topology.as_ref(), |w, value| value.encode(w, version))?;
        w.array(&self.members, true, |w, value| value.encode(w, version))?;
        w.i32(self.authorized_operations);
        w.uvarint(0);
        Ok(())
    }
}

/// The topology metadata currently initialized for the streams application. Can be null in case of a describe
/// error.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Topology<'a> {
    /// The epoch of the currently initialized topology for this group.
    pub epoch: i32,
    /// The subtopologies of the streams application. This contains the configured subtopologies, where the number
    /// of partitions are set and any regular expressions are resolved to actual topics. Null if the group is
    /// uninitialized, source topics are missing or incorrectly partitioned.
    pub subtopologies: Option<Vec<Subtopology<'a>>>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> Topology<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message =
            Self { epoch: r.i32()?, subtopologies: r.nullable_array(true, 6, |r| Subtopology::decode(r, version))? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl Topology<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.i32(self.epoch);
        w.nullable_array(self.subtopologies.as_deref(), true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The subtopologies of the streams application. This contains the configured subtopologies, where the number
/// of partitions are set and any regular expressions are resolved to actual topics. Null if the group is
/// uninitialized, source topics are missing or incorrectly partitioned.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Subtopology<'a> {
    /// String to uniquely identify the subtopology.
    pub subtopology_id: &'a str,
    /// The topics the subtopology reads from.
    pub source_topics: Vec<&'a str>,
    /// The repartition topics the subtopology writes to.
    pub repartition_sink_topics: Vec<&'a str>,
    /// The set of state changelog topics associated with this subtopology. Created automatically.
    pub state_changelog_topics: Vec<TopicInfo<'a>>,
    /// The set of source topics that are internally created repartition topics. Created automatically.
    pub repartition_source_topics: Vec<TopicInfo<'a>>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> Subtopology<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            subtopology_id: r.string(true)?,
            source_topics: r.array(true, 1, |r| r.string(true))?,
            repartition_sink_topics: r.array(true, 1, |r| r.string(true))?,
            state_changelog_topics: r.array(true, 9, |r| TopicInfo::decode(r, version))?,
            repartition_source_topics: r.array(true, 9, |r| TopicInfo::decode(r, version))?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl Subtopology<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.string(self.subtopology_id, true)?;
        w.array(&self.source_topics, true, |w, value| w.string(value, true))?;
        w.array(&self.repartition_sink_topics, true, |w, value| w.string(value, true))?;
        w.array(&self.state_changelog_topics, true, |w, value| value.encode(w, version))?;
        w.array(&self.repartition_source_topics, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The members.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Member<'a> {
    /// The member ID.
    pub member_id: &'a str,
    /// The member epoch.
    pub member_epoch: i32,
    /// The member instance ID for static membership.
    pub instance_id: Option<&'a str>,
    /// The rack ID.
    pub rack_id: Option<&'a str>,
    /// The client ID.
    pub client_id: &'a str,
    /// The client host.
    pub client_host: &'a str,
    /// The epoch of the topology on the client.
    pub topology_epoch: i32,
    /// Identity of the streams instance that may have multiple clients.
    pub process_id: &'a str,
    /// User-defined endpoint for Interactive Queries. Null if not defined for this client.
    pub user_endpoint: Option<Endpoint<'a>>,
    /// Used for rack-aware assignment algorithm.
    pub client_tags: Vec<KeyValue<'a>>,
    /// Cumulative changelog offsets for tasks.
    pub task_offsets: Vec<TaskOffset<'a>>,
    /// Cumulative changelog end offsets for tasks.
    pub task_end_offsets: Vec<TaskOffset<'a>>,
    /// The current assignment.
    pub assignment: Assignment<'a>,
    /// The target assignment.
    pub target_assignment: Assignment<'a>,
    /// True for classic members that have not been upgraded yet.
    pub is_classic: bool,
}

#[cfg(any(test, feature = "client"))]
impl<'a> Member<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            member_id: r.string(true)?,
            member_epoch: r.i32()?,
            instance_id: r.nullable_string(true)?,
            rack_id: r.nullable_string(true)?,
            client_id: r.string(true)?,
            client_host: r.string(true)?,
            topology_epoch: r.i32()?,
            process_id: r.string(true)?,
            user_endpoint: r.nullable_struct(|r| Endpoint::decode(r, version))?,
            client_tags: r.array(true, 3, |r| KeyValue::decode(r, version))?,
            task_offsets: r.array(true, 14, |r| TaskOffset::decode(r, version))?,
            task_end_offsets: r.array(true, 14, |r| TaskOffset::decode(r, version))?,
            assignment: Assignment::decode(r, version)?,
            target_assignment: Assignment::decode(r, version)?,
            is_classic: r.bool()?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl Member<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.string(self.member_id, true)?;
        w.i32(self.member_epoch);
        w.nullable_string(self.instance_id, true)?;
        w.nullable_string(self.rack_id, true)?;
        w.string(self.client_id, true)?;
        w.string(self.client_host, true)?;
        w.i32(self.topology_epoch);
        w.string(self.process_id, true)?;
        w.nullable_struct(self.user_endpoint.as_ref(), |w, value| value.encode(w, version))?;
        w.array(&self.client_tags, true, |w, value| value.encode(w, version))?;
        w.array(&self.task_offsets, true, |w, value| value.encode(w, version))?;
        w.array(&self.task_end_offsets, true, |w, value| value.encode(w, version))?;
        self.assignment.encode(w, version)?;
        self.target_assignment.encode(w, version)?;
        w.bool(self.is_classic);
        w.uvarint(0);
        Ok(())
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Endpoint<'a> {
    /// host of the endpoint.
    pub host: &'a str,
    /// port of the endpoint.
    pub port: u16,
}

#[cfg(any(test, feature = "client"))]
impl<'a> Endpoint<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { host: r.string(true)?, port: r.u16()? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl Endpoint<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.string(self.host, true)?;
        w.u16(self.port);
        w.uvarint(0);
        Ok(())
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskOffset<'a> {
    /// The subtopology identifier.
    pub subtopology_id: &'a str,
    /// The partition.
    pub partition: i32,
    /// The offset.
    pub offset: i64,
}

#[cfg(any(test, feature = "client"))]
impl<'a> TaskOffset<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { subtopology_id: r.string(true)?, partition: r.i32()?, offset: r.i64()? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl TaskOffset<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.string(self.subtopology_id, true)?;
        w.i32(self.partition);
        w.i64(self.offset);
        w.uvarint(0);
        Ok(())
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Assignment<'a> {
    /// Active tasks for this client.
    pub active_tasks: Vec<TaskIds<'a>>,
    /// Standby tasks for this client.
    pub standby_tasks: Vec<TaskIds<'a>>,
    /// Warm-up tasks for this client.
    pub warmup_tasks: Vec<TaskIds<'a>>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> Assignment<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            active_tasks: r.array(true, 3, |r| TaskIds::decode(r, version))?,
            standby_tasks: r.array(true, 3, |r| TaskIds::decode(r, version))?,
            warmup_tasks: r.array(true, 3, |r| TaskIds::decode(r, version))?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl Assignment<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.array(&self.active_tasks, true, |w, value| value.encode(w, version))?;
        w.array(&self.standby_tasks, true, |w, value| value.encode(w, version))?;
        w.array(&self.warmup_tasks, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskIds<'a> {
    /// The subtopology identifier.
    pub subtopology_id: &'a str,
    /// The partitions of the input topics processed by this member.
    pub partitions: Vec<i32>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> TaskIds<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { subtopology_id: r.string(true)?, partitions: r.array(true, 4, Reader::i32)? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl TaskIds<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.string(self.subtopology_id, true)?;
        w.array(&self.partitions, true, |w, value| {
            w.i32(*value);
            Ok(())
        })?;
        w.uvarint(0);
        Ok(())
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeyValue<'a> {
    /// key of the config.
    pub key: &'a str,
    /// value of the config.
    pub value: &'a str,
}

#[cfg(any(test, feature = "client"))]
impl<'a> KeyValue<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { key: r.string(true)?, value: r.string(true)? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl KeyValue<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.string(self.key, true)?;
        w.string(self.value, true)?;
        w.uvarint(0);
        Ok(())
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicInfo<'a> {
    /// The name of the topic.
    pub name: &'a str,
    /// The number of partitions in the topic. Can be 0 if no specific number of partitions is enforced. Always 0
    /// for changelog topics.
    pub partitions: i32,
    /// The replication factor of the topic. Can be 0 if the default replication factor should be used.
    pub replication_factor: i16,
    /// Topic-level configurations as key-value pairs.
    pub topic_configs: Vec<KeyValue<'a>>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> TopicInfo<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            name: r.string(true)?,
            partitions: r.i32()?,
            replication_factor: r.i16()?,
            topic_configs: r.array(true, 3, |r| KeyValue::decode(r, version))?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

impl TopicInfo<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.string(self.name, true)?;
        w.i32(self.partitions);
        w.i16(self.replication_factor);
        w.array(&self.topic_configs, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}
