//! The records of `__consumer_offsets` in Kafka's own form, so that Kafka's tools read them. Kafka:
//! `GroupCoordinatorRecordHelpers`, `GroupCoordinatorRecordSerde`.

use std::sync::Arc;

use bytes::Bytes;
use wire::{
    codec::{DecodeError, EncodeError, Reader, Writer},
    coordinator::{
        group_metadata_key::GroupMetadataKey,
        group_metadata_value::{GroupMetadataValue, MemberMetadata},
        offset_commit_key::OffsetCommitKey,
        offset_commit_value::OffsetCommitValue,
    },
};

use super::{
    consumer::{self, ConsumerRecord},
    offsets::OffsetAndMetadata,
};
use crate::coordinator::KeyValue;

/// Version 0 of an offset's key has the same fields, and was written by Kafka 0.8.
const LEGACY_OFFSET_KEY: i16 = 0;

/// With leader epochs and the topic's id, and without an expiry time of its own.
const OFFSET_VERSION: i16 = 4;
/// With an expiry time, which clients before version 5 of OffsetCommit set.
const EXPIRING_OFFSET_VERSION: i16 = 1;
const NO_EXPIRY: i64 = -1;

/// As Kafka 4.3 writes it: the flexible version 4 is only read.
const METADATA_VERSION: i16 = 3;
const NO_TIMESTAMP: i64 = -1;
const NO_TIMEOUT: i32 = -1;

/// A record without a value deletes what its key names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum GroupRecord {
    Metadata { group: Arc<str>, value: Option<GroupMetadata> },
    Offset { group: Arc<str>, topic: Box<str>, partition: i32, value: Option<OffsetAndMetadata> },
    Consumer { group: Arc<str>, record: ConsumerRecord },
}

/// The durable state of a classic group. Kafka: `GroupMetadataValue`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GroupMetadata {
    pub(crate) protocol_type: Option<Arc<str>>,
    pub(crate) protocol_name: Option<Arc<str>>,
    pub(crate) generation: i32,
    pub(crate) leader: Option<Arc<str>>,
    /// When the state was entered, by the wall clock; `None` in old records.
    pub(crate) since_ms: Option<i64>,
    pub(crate) members: Vec<GroupMetadataMember>,
}

/// Kafka: `GroupMetadataValue.MemberMetadata`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GroupMetadataMember {
    pub(crate) member_id: Arc<str>,
    pub(crate) instance_id: Option<Arc<str>>,
    pub(crate) client_id: Arc<str>,
    pub(crate) client_host: Arc<str>,
    pub(crate) rebalance_ms: i32,
    pub(crate) session_ms: i32,
    /// What the member said about the group's protocol.
    pub(crate) subscription: Bytes,
    pub(crate) assignment: Bytes,
}

impl GroupRecord {
    pub(crate) fn group(&self) -> &Arc<str> {
        match self {
            GroupRecord::Metadata { group, .. }
            | GroupRecord::Offset { group, .. }
            | GroupRecord::Consumer { group, .. } => group,
        }
    }

    /// The group, and the key in the log.
    pub(super) fn key(&self) -> (Arc<str>, Vec<u8>) {
        let key = encode(&self.tombstone()).map(|(key, _)| key);
        (self.group().clone(), key.unwrap_or_default())
    }

    pub(super) fn is_tombstone(&self) -> bool {
        match self {
            GroupRecord::Metadata { value, .. } => value.is_none(),
            GroupRecord::Offset { value, .. } => value.is_none(),
            GroupRecord::Consumer { record, .. } => record.is_tombstone(),
        }
    }

    /// The record that deletes what this one has written.
    pub(super) fn tombstone(&self) -> GroupRecord {
        match self {
            GroupRecord::Metadata { group, .. } => GroupRecord::Metadata { group: group.clone(), value: None },
            GroupRecord::Offset { group, topic, partition, .. } => {
                GroupRecord::Offset { group: group.clone(), topic: topic.clone(), partition: *partition, value: None }
            }
            GroupRecord::Consumer { group, record } => {
                GroupRecord::Consumer { group: group.clone(), record: record.tombstone() }
            }
        }
    }
}

pub(super) fn encode(record: &GroupRecord) -> Result<KeyValue, EncodeError> {
    let mut key = Writer::new();
    let value = match record {
        GroupRecord::Consumer { group, record } => return consumer::encode(group, record),
        GroupRecord::Metadata { group, value } => {
            key.i16(GroupMetadataKey::KEY);
            GroupMetadataKey { group }.encode(&mut key, 0)?;
            value.as_ref().map(encode_metadata).transpose()?
        }
        GroupRecord::Offset { group, topic, partition, value } => {
            key.i16(OffsetCommitKey::KEY);
            OffsetCommitKey { group, topic, partition: *partition }.encode(&mut key, 0)?;
            value.as_ref().map(encode_offset).transpose()?
        }
    };
    Ok((key.into_parts().concat(), value))
}

fn encode_offset(offset: &OffsetAndMetadata) -> Result<Vec<u8>, EncodeError> {
    let version = if offset.expires_ms.is_some() { EXPIRING_OFFSET_VERSION } else { OFFSET_VERSION };
    let value = OffsetCommitValue {
        offset: offset.offset,
        leader_epoch: offset.leader_epoch,
        metadata: &offset.metadata,
        commit_timestamp: offset.committed_ms,
        expire_timestamp: offset.expires_ms.unwrap_or(NO_EXPIRY),
        topic_id: offset.topic_id,
    };
    versioned(version, |writer| value.encode(writer, version))
}

fn encode_metadata(metadata: &GroupMetadata) -> Result<Vec<u8>, EncodeError> {
    fn member(member: &GroupMetadataMember) -> MemberMetadata<'_> {
        MemberMetadata {
            member_id: &member.member_id,
            group_instance_id: member.instance_id.as_deref(),
            client_id: &member.client_id,
            client_host: &member.client_host,
            rebalance_timeout: member.rebalance_ms,
            session_timeout: member.session_ms,
            subscription: &member.subscription,
            assignment: &member.assignment,
        }
    }
    let value = GroupMetadataValue {
        protocol_type: metadata.protocol_type.as_deref().unwrap_or_default(),
        generation: metadata.generation,
        protocol: metadata.protocol_name.as_deref(),
        leader: metadata.leader.as_deref(),
        current_state_timestamp: metadata.since_ms.unwrap_or(NO_TIMESTAMP),
        members: metadata.members.iter().map(member).collect(),
    };
    versioned(METADATA_VERSION, |writer| value.encode(writer, METADATA_VERSION))
}

/// A value begins with its version.
fn versioned(
    version: i16,
    encode: impl FnOnce(&mut Writer) -> Result<(), EncodeError>,
) -> Result<Vec<u8>, EncodeError> {
    let mut writer = Writer::new();
    writer.i16(version);
    encode(&mut writer)?;
    Ok(writer.into_parts().concat())
}

/// Returns `None` for records of other kinds of groups, which Kafka writes too.
pub(super) fn decode(key: &[u8], value: Option<&[u8]>) -> Result<Option<GroupRecord>, DecodeError> {
    let key = &mut Reader::new(key);
    let kind = key.i16()?;
    match kind {
        LEGACY_OFFSET_KEY | OffsetCommitKey::KEY => {
            let OffsetCommitKey { group, topic, partition } = OffsetCommitKey::decode(key, 0)?;
            let value = value.map(decode_offset).transpose()?;
            Ok(Some(GroupRecord::Offset { group: group.into(), topic: topic.into(), partition, value }))
        }
        GroupMetadataKey::KEY => {
            let GroupMetadataKey { group } = GroupMetadataKey::decode(key, 0)?;
            let value = value.map(decode_metadata).transpose()?;
            Ok(Some(GroupRecord::Metadata { group: group.into(), value }))
        }
        _ => {
            let decoded = consumer::decode(kind, key, value)?;
            Ok(decoded.map(|(group, record)| GroupRecord::Consumer { group, record }))
        }
    }
}

fn decode_offset(value: &[u8]) -> Result<OffsetAndMetadata, DecodeError> {
    let reader = &mut Reader::new(value);
    let version = version(reader, &OffsetCommitValue::VERSIONS)?;
    let value = OffsetCommitValue::decode(reader, version)?;
    Ok(OffsetAndMetadata {
        topic_id: value.topic_id,
        offset: value.offset,
        leader_epoch: value.leader_epoch,
        metadata: value.metadata.into(),
        committed_ms: value.commit_timestamp,
        expires_ms: Some(value.expire_timestamp).filter(|at| *at != NO_EXPIRY),
    })
}

fn decode_metadata(value: &[u8]) -> Result<GroupMetadata, DecodeError> {
    let reader = &mut Reader::new(value);
    let version = version(reader, &GroupMetadataValue::VERSIONS)?;
    let value = GroupMetadataValue::decode(reader, version)?;
    let member = |member: &MemberMetadata<'_>| GroupMetadataMember {
        member_id: member.member_id.into(),
        instance_id: member.group_instance_id.map(Arc::from),
        client_id: member.client_id.into(),
        client_host: member.client_host.into(),
        rebalance_ms: Some(member.rebalance_timeout).filter(|ms| *ms != NO_TIMEOUT).unwrap_or(member.session_timeout),
        session_ms: member.session_timeout,
        subscription: Bytes::copy_from_slice(member.subscription),
        assignment: Bytes::copy_from_slice(member.assignment),
    };
    Ok(GroupMetadata {
        protocol_type: Some(value.protocol_type).filter(|name| !name.is_empty()).map(Arc::from),
        protocol_name: value.protocol.map(Arc::from),
        generation: value.generation,
        leader: value.leader.map(Arc::from),
        since_ms: Some(value.current_state_timestamp).filter(|at| *at != NO_TIMESTAMP),
        members: value.members.iter().map(member).collect(),
    })
}

fn version(reader: &mut Reader<'_>, known: &std::ops::RangeInclusive<i16>) -> Result<i16, DecodeError> {
    let version = reader.i16()?;
    if known.contains(&version) { Ok(version) } else { Err(DecodeError::Version) }
}

#[cfg(test)]
mod tests {
    use wire::Uuid;

    use super::*;

    fn round_trip(record: GroupRecord) {
        let (key, value) = encode(&record).unwrap();
        assert_eq!(decode(&key, value.as_deref()).unwrap(), Some(record));
    }

    fn offset(value: Option<OffsetAndMetadata>) -> GroupRecord {
        GroupRecord::Offset { group: "g".into(), topic: "t".into(), partition: 5, value }
    }

    #[test]
    fn an_offset_is_read_as_it_was_written() {
        round_trip(offset(None));
        for expires_ms in [None, Some(9)] {
            round_trip(offset(Some(OffsetAndMetadata {
                topic_id: if expires_ms.is_some() { Uuid::default() } else { Uuid([7; 16]) },
                offset: 42,
                leader_epoch: if expires_ms.is_some() { -1 } else { 3 },
                metadata: "m".into(),
                committed_ms: 7,
                expires_ms,
            })));
        }
    }

    /// Without the topic's id, as Kafka 2.1 to 4.0 and earlier builds of this broker write it.
    #[test]
    fn an_offset_of_version_3_is_read() {
        let key = [&[0, 1, 0, 1][..], b"g", &[0, 1], b"t", &[0, 0, 0, 5]].concat();
        let value =
            [&[0, 3][..], &42i64.to_be_bytes(), &3i32.to_be_bytes(), &[0, 1], b"m", &7i64.to_be_bytes()].concat();
        let (topic_id, metadata) = (Uuid::default(), "m".into());
        let expected =
            OffsetAndMetadata { topic_id, offset: 42, leader_epoch: 3, metadata, committed_ms: 7, expires_ms: None };
        assert_eq!(decode(&key, Some(&value)).unwrap(), Some(offset(Some(expected))));
    }

    #[test]
    fn the_metadata_of_a_group_are_read_as_they_were_written() {
        round_trip(GroupRecord::Metadata { group: "g".into(), value: None });
        let member = GroupMetadataMember {
            member_id: "m".into(),
            instance_id: Some("i".into()),
            client_id: "c".into(),
            client_host: "/127.0.0.1".into(),
            rebalance_ms: 60_000,
            session_ms: 10_000,
            subscription: Bytes::from_static(b"s"),
            assignment: Bytes::from_static(b"a"),
        };
        let empty = GroupMetadata {
            protocol_type: None,
            protocol_name: None,
            generation: 0,
            leader: None,
            since_ms: None,
            members: Vec::new(),
        };
        let stable = GroupMetadata {
            protocol_type: Some("consumer".into()),
            protocol_name: Some("range".into()),
            generation: 7,
            leader: Some("m".into()),
            since_ms: Some(9),
            members: vec![member],
        };
        for value in [empty, stable] {
            round_trip(GroupRecord::Metadata { group: "g".into(), value: Some(value) });
        }
    }

    #[test]
    fn other_records_are_passed_over_and_broken_ones_refused() {
        assert_eq!(decode(&[0, 15, 0, 1, b'g'], None).unwrap(), None, "of a share group");
        assert!(decode(&[0], None).is_err());
        assert!(decode(&[0, 2, 0, 1, b'g'], Some(&[0, 9])).is_err(), "of a version to come");
    }
}
