// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! ProduceResponse (key 0), versions 3-13, flexible from 9.

#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Uuid, Writer};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProduceResponse<'a> {
    /// Each produce response.
    pub responses: Vec<TopicProduceResponse<'a>>,
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if the
    /// request did not violate any quota.
    pub throttle_time_ms: i32,
    /// Endpoints for all current-leaders enumerated in PartitionProduceResponses, with errors
    /// NOT_LEADER_OR_FOLLOWER. (versions 10+, tag 0)
    pub node_endpoints: Vec<NodeEndpoint<'a>>,
}

impl ProduceResponse<'_> {
    pub const KEY: i16 = 0;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 3..=13;
}

#[cfg(any(test, feature = "client"))]
impl<'a> ProduceResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let mut message = Self {
            responses: r.array(flexible, 1, |r| TopicProduceResponse::decode(r, version))?,
            throttle_time_ms: r.i32()?,
            ..Self::default()
        };
        if flexible {
            r.tags(|tag, r| {
                match tag {
                    0 if version < 10 => return Err(DecodeError::TagVersion),
                    0 => message.node_endpoints = r.array(true, 11, |r| NodeEndpoint::decode(r, version))?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(message)
    }
}

impl ProduceResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        w.array(&self.responses, flexible, |w, value| value.encode(w, version))?;
        w.i32(self.throttle_time_ms);
        if flexible {
            let has_node_endpoints = version >= 10 && !self.node_endpoints.is_empty();
            w.uvarint(u32::from(has_node_endpoints));
            if has_node_endpoints {
                w.tag(0, |w| w.array(&self.node_endpoints, true, |w, value| value.encode(w, version)))?;
            }
        }
        Ok(())
    }
}

/// Each produce response.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicProduceResponse<'a> {
    /// The topic name. (versions 3-12)
    pub name: &'a str,
    /// The unique topic ID. (versions 13+)
    pub topic_id: Uuid,
    /// Each partition that we produced to within the topic.
    pub partition_responses: Vec<PartitionProduceResponse<'a>>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> TopicProduceResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let message = Self {
            name: if version <= 12 { r.string(flexible)? } else { "" },
            topic_id: if version >= 13 { r.uuid()? } else { Uuid::ZERO },
            partition_responses: r.array(flexible, 22, |r| PartitionProduceResponse::decode(r, version))?,
        };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl TopicProduceResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        if version <= 12 {
            w.string(self.name, flexible)?;
        }
        if version >= 13 {
            w.uuid(self.topic_id);
        }
        w.array(&self.partition_responses, flexible, |w, value| value.encode(w, version))?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// Each partition that we produced to within the topic.
#[derive(Clone, Debug, PartialEq)]
pub struct PartitionProduceResponse<'a> {
    /// The partition index.
    pub index: i32,
    /// The error code, or 0 if there was no error.
    pub error_code: i16,
    /// The base offset.
    pub base_offset: i64,
    /// The timestamp returned by broker after appending the messages. If CreateTime is used for the topic, the
    /// timestamp will be -1. If LogAppendTime is used for the topic, the timestamp will be the broker local time
    /// when the messages are appended.
    pub log_append_time_ms: i64,
    /// The log start offset. (versions 5+)
    pub log_start_offset: i64,
    /// The batch indices of records that caused the batch to be dropped. (versions 8+)
    pub record_errors: Vec<BatchIndexAndErrorMessage<'a>>,
    /// The global error message summarizing the common root cause of the records that caused the batch to be
    /// dropped. (versions 8+)
    pub error_message: Option<&'a str>,
    /// The leader broker that the producer should use for future requests. (versions 10+, tag 0)
    pub current_leader: LeaderIdAndEpoch,
}

impl Default for PartitionProduceResponse<'_> {
    fn default() -> Self {
        Self {
            index: 0,
            error_code: 0,
            base_offset: 0,
            log_append_time_ms: -1,
            log_start_offset: -1,
            record_errors: Vec::new(),
            error_message: None,
            current_leader: LeaderIdAndEpoch::default(),
        }
    }
}

#[cfg(any(test, feature = "client"))]
impl<'a> PartitionProduceResponse<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let mut message = Self {
            index: r.i32()?,
            error_code: r.i16()?,
            base_offset: r.i64()?,
            log_append_time_ms: r.i64()?,
            log_start_offset: if version >= 5 { r.i64()? } else { -1 },
            record_errors: if version >= 8 {
                r.array(flexible, 5, |r| BatchIndexAndErrorMessage::decode(r, version))?
            } else {
                Vec::new()
            },
            error_message: if version >= 8 { r.nullable_string(flexible)? } else { None },
            ..Self::default()
        };
        if flexible {
            r.tags(|tag, r| {
                match tag {
                    0 if version < 10 => return Err(DecodeError::TagVersion),
                    0 => message.current_leader = LeaderIdAndEpoch::decode(r, version)?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(message)
    }
}

impl PartitionProduceResponse<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        w.i32(self.index);
        w.error_code(self.error_code);
        w.i64(self.base_offset);
        w.i64(self.log_append_time_ms);
        if version >= 5 {
            w.i64(self.log_start_offset);
        }
        if version >= 8 {
            w.array(&self.record_errors, flexible, |w, value| value.encode(w, version))?;
        }
        if version >= 8 {
            w.nullable_string(self.error_message, flexible)?;
        }
        if flexible {
            let has_current_leader = version >= 10 && self.current_leader != LeaderIdAndEpoch::default();
            w.uvarint(u32::from(has_current_leader));
            if has_current_leader {
                w.tag(0, |w| self.current_leader.encode(w, version))?;
            }
        }
        Ok(())
    }
}

/// The batch indices of records that caused the batch to be dropped.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BatchIndexAndErrorMessage<'a> {
    /// The batch index of the record that caused the batch to be dropped.
    pub batch_index: i32,
    /// The error message of the record that caused the batch to be dropped.
    pub batch_index_error_message: Option<&'a str>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> BatchIndexAndErrorMessage<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let message = Self { batch_index: r.i32()?, batch_index_error_message: r.nullable_string(flexible)? };
        if flexible {
            r.skip_tags()?;
        }
        Ok(message)
    }
}

impl BatchIndexAndErrorMessage<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        w.i32(self.batch_index);
        w.nullable_string(self.batch_index_error_message, flexible)?;
        if flexible {
            w.uvarint(0);
        }
        Ok(())
    }
}

/// The leader broker that the producer should use for future requests.
#[derive(Clone, Debug, PartialEq)]
pub struct LeaderIdAndEpoch {
    /// The ID of the current leader or -1 if the leader is unknown.
    pub leader_id: i32,
    /// The latest known leader epoch.
    pub leader_epoch: i32,
}

impl Default for LeaderIdAndEpoch {
    fn default() -> Self {
        Self { leader_id: -1, leader_epoch: -1 }
    }
}

#[cfg(any(test, feature = "client"))]
impl LeaderIdAndEpoch {
    pub fn decode(r: &mut Reader<'_>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { leader_id: r.i32()?, leader_epoch: r.i32()? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl LeaderIdAndEpoch {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.i32(self.leader_id);
        w.i32(self.leader_epoch);
        w.uvarint(0);
        Ok(())
    }
}

/// Endpoints for all current-leaders enumerated in PartitionProduceResponses, with errors
/// NOT_LEADER_OR_FOLLOWER.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NodeEndpoint<'a> {
    /// The ID of the associated node.
    pub node_id: i32,
    /// The node's hostname.
    pub host: &'a str,
    /// The node's port.
    pub port: i32,
    /// The rack of the node, or null if it has not been assigned to a rack.
    pub rack: Option<&'a str>,
}

#[cfg(any(test, feature = "client"))]
impl<'a> NodeEndpoint<'a> {
    pub fn decode(r: &mut Reader<'a>, _version: i16) -> Result<Self, DecodeError> {
        let message = Self { node_id: r.i32()?, host: r.string(true)?, port: r.i32()?, rack: r.nullable_string(true)? };
        r.skip_tags()?;
        Ok(message)
    }
}

impl NodeEndpoint<'_> {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.i32(self.node_id);
        w.string(self.host, true)?;
        w.i32(self.port);
        w.nullable_string(self.rack, true)?;
        w.uvarint(0);
        Ok(())
    }
}
