// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! ShareAcknowledgeRequest (key 79), versions 1-2, flexible in all.

use crate::codec::{DecodeError, Reader, Uuid};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

#[derive(Clone, Debug, PartialEq)]
pub struct ShareAcknowledgeRequest<'a> {
    /// The group identifier.
    pub group_id: Option<&'a str>,
    /// The member ID.
    pub member_id: Option<&'a str>,
    /// The current share session epoch: 0 to open a share session; -1 to close it; otherwise increments for
    /// consecutive requests.
    pub share_session_epoch: i32,
    /// Whether Renew type acknowledgements present in AcknowledgementBatches. (versions 2+)
    pub is_renew_ack: bool,
    /// The topics containing records to acknowledge.
    pub topics: Vec<AcknowledgeTopic>,
}

impl Default for ShareAcknowledgeRequest<'_> {
    fn default() -> Self {
        Self { group_id: None, member_id: Some(""), share_session_epoch: 0, is_renew_ack: false, topics: Vec::new() }
    }
}

impl ShareAcknowledgeRequest<'_> {
    pub const KEY: i16 = 79;
    /// The versions that can be read and written.
    pub const VERSIONS: core::ops::RangeInclusive<i16> = 1..=2;
}

impl<'a> ShareAcknowledgeRequest<'a> {
    pub fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            group_id: r.nullable_string(true)?,
            member_id: r.nullable_string(true)?,
            share_session_epoch: r.i32()?,
            is_renew_ack: if version >= 2 { r.bool()? } else { false },
            topics: r.array(true, 18, |r| AcknowledgeTopic::decode(r, version))?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl ShareAcknowledgeRequest<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.nullable_string(self.group_id, true)?;
        w.nullable_string(self.member_id, true)?;
        w.i32(self.share_session_epoch);
        if version >= 2 {
            w.bool(self.is_renew_ack);
        }
        w.array(&self.topics, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The topics containing records to acknowledge.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AcknowledgeTopic {
    /// The unique topic ID.
    pub topic_id: Uuid,
    /// The partitions containing records to acknowledge.
    pub partitions: Vec<AcknowledgePartition>,
}

impl AcknowledgeTopic {
    pub fn decode(r: &mut Reader<'_>, version: i16) -> Result<Self, DecodeError> {
        let message =
            Self { topic_id: r.uuid()?, partitions: r.array(true, 6, |r| AcknowledgePartition::decode(r, version))? };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl AcknowledgeTopic {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.uuid(self.topic_id);
        w.array(&self.partitions, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// The partitions containing records to acknowledge.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AcknowledgePartition {
    /// The partition index.
    pub partition_index: i32,
    /// Record batches to acknowledge.
    pub acknowledgement_batches: Vec<AcknowledgementBatch>,
}

impl AcknowledgePartition {
    pub fn decode(r: &mut Reader<'_>, version: i16) -> Result<Self, DecodeError> {
        let message = Self {
            partition_index: r.i32()?,
            acknowledgement_batches: r.array(true, 18, |r| AcknowledgementBatch::decode(r, version))?,
        };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl AcknowledgePartition {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.i32(self.partition_index);
        w.array(&self.acknowledgement_batches, true, |w, value| value.encode(w, version))?;
        w.uvarint(0);
        Ok(())
    }
}

/// Record batches to acknowledge.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AcknowledgementBatch {
    /// First offset of batch of records to acknowledge.
    pub first_offset: i64,
    /// Last offset (inclusive) of batch of records to acknowledge.
    pub last_offset: i64,
    /// Array of acknowledge types - 0:Gap,1:Accept,2:Release,3:Reject,4:Renew.
    pub acknowledge_types: Vec<i8>,
}

impl AcknowledgementBatch {
    pub fn decode(r: &mut Reader<'_>, _version: i16) -> Result<Self, DecodeError> {
        let message =
            Self { first_offset: r.i64()?, last_offset: r.i64()?, acknowledge_types: r.array(true, 1, Reader::i8)? };
        r.skip_tags()?;
        Ok(message)
    }
}

#[cfg(any(test, feature = "client"))]
impl AcknowledgementBatch {
    pub fn encode(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.i64(self.first_offset);
        w.i64(self.last_offset);
        w.array(&self.acknowledge_types, true, |w, value| {
            w.i8(*value);
            Ok(())
        })?;
        w.uvarint(0);
        Ok(())
    }
}
