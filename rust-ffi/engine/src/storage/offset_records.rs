//! Committed offsets as records of `__consumer_offsets`, in Kafka's own form (`OffsetCommitKey` 1, `OffsetCommitValue`
//! 1 and 4), so that Kafka's tools read them.

use wire::{
    Uuid,
    codec::{DecodeError, EncodeError, Reader, Writer},
};

use crate::groups::Committed;

pub(crate) const OFFSETS_TOPIC: &str = "__consumer_offsets";

const KEY_VERSION: i16 = 1;
/// With leader epochs and the topic's id, and without a time of its own to expire.
const VALUE_VERSION: i16 = 4;
/// With a time to expire, which old clients set.
const EXPIRING_VERSION: i16 = 1;
/// Of the tagged field.
const TOPIC_ID: u32 = 0;

/// One offset of a group; `None` is one that was deleted.
#[derive(Debug)]
pub(crate) struct GroupOffset {
    pub group: String,
    pub topic: String,
    pub partition: i32,
    pub committed: Option<Committed>,
}

/// Which partition a group's records are in. Java's `String.hashCode` over UTF-16. Kafka: `Utils.abs(hash) % count`,
/// where `abs` of the smallest number is 0.
pub(crate) fn partition_of(group: &str, count: i32) -> i32 {
    let hash = group.encode_utf16().fold(0i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(unit.into()));
    hash.checked_abs().unwrap_or(0) % count.max(1)
}

/// Key and value of one record.
pub(crate) fn offset_record(
    group: &str,
    topic: &str,
    partition: i32,
    committed: Option<&Committed>,
) -> Result<(Vec<u8>, Option<Vec<u8>>), EncodeError> {
    let mut key = Writer::new();
    key.i16(KEY_VERSION);
    key.string(group, false)?;
    key.string(topic, false)?;
    key.i32(partition);
    let value = committed.map(value).transpose()?;
    Ok((key.into_parts().concat(), value))
}

fn value(committed: &Committed) -> Result<Vec<u8>, EncodeError> {
    let mut value = Writer::new();
    match committed.expires_ms {
        None => {
            value.i16(VALUE_VERSION);
            value.i64(committed.offset);
            value.i32(committed.leader_epoch);
            value.string(&committed.metadata, true)?;
            value.i64(committed.committed_ms);
            value.uvarint(1);
            value.tag(TOPIC_ID, |field| {
                field.uuid(committed.topic_id);
                Ok(())
            })?;
        }
        Some(expires_ms) => {
            value.i16(EXPIRING_VERSION);
            value.i64(committed.offset);
            value.string(&committed.metadata, false)?;
            value.i64(committed.committed_ms);
            value.i64(expires_ms);
        }
    }
    Ok(value.into_parts().concat())
}

/// The offsets of a batch of `__consumer_offsets`. Records of other kinds, which Kafka writes too, are passed over.
pub(crate) fn read_offsets(batch: &wire::batch::Batch<'_>) -> Vec<GroupOffset> {
    let pairs = super::metadata_log::pairs(batch).unwrap_or_default();
    pairs.iter().filter_map(|(key, value)| read(key, value.as_deref()).ok().flatten()).collect()
}

fn read(key: &[u8], value: Option<&[u8]>) -> Result<Option<GroupOffset>, DecodeError> {
    let mut key = Reader::new(key);
    // 0 and 1 are the same; 2 and more are about groups.
    if !(0..=1).contains(&key.i16()?) {
        return Ok(None);
    }
    let (group, topic, partition) = (key.string(false)?.to_owned(), key.string(false)?.to_owned(), key.i32()?);
    let committed = value.map(read_value).transpose()?;
    Ok(Some(GroupOffset { group, topic, partition, committed }))
}

fn read_value(value: &[u8]) -> Result<Committed, DecodeError> {
    let mut reader = Reader::new(value);
    let version = reader.i16()?;
    let offset = reader.i64()?;
    let leader_epoch = if version >= 3 { reader.i32()? } else { -1 };
    let metadata = reader.string(version >= 4)?.into();
    let committed_ms = reader.i64()?;
    let expires_ms = if version == EXPIRING_VERSION { Some(reader.i64()?) } else { None };
    let mut topic_id = Uuid::default();
    if version >= 4 {
        reader.tags(|tag, field| {
            let is_id = tag == TOPIC_ID;
            if is_id {
                topic_id = field.uuid()?;
            }
            Ok(is_id)
        })?;
    }
    Ok(Committed { topic_id, offset, leader_epoch, metadata, committed_ms, expires_ms })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_groups_partition_is_kafkas() {
        // What Kafka 4.3.1's `Utils.abs("...".hashCode()) % 50` says of these.
        assert_eq!(partition_of("", 50), 0);
        assert_eq!(partition_of("a", 50), 97 % 50);
        assert_eq!(partition_of("ab", 50), (97 * 31 + 98) % 50);
        // A negative hash, and the smallest, whose absolute value is none.
        assert_eq!(partition_of("orders", 50), 1_008_770_331 % 50);
        assert_eq!(partition_of("polygenelubricants", 50), 0);
    }

    #[test]
    fn an_offset_is_read_as_it_was_written() {
        for expires_ms in [None, Some(9)] {
            let committed = Committed {
                topic_id: if expires_ms.is_some() { Uuid::default() } else { Uuid([7; 16]) },
                offset: 42,
                leader_epoch: if expires_ms.is_some() { -1 } else { 3 },
                metadata: "m".into(),
                committed_ms: 7,
                expires_ms,
            };
            let (key, value) = offset_record("g", "t", 5, Some(&committed)).unwrap();
            let found = read(&key, value.as_deref()).unwrap().unwrap();
            assert_eq!((found.group.as_str(), found.topic.as_str(), found.partition), ("g", "t", 5));
            assert_eq!(found.committed, Some(committed));
        }
        let (key, value) = offset_record("g", "t", 5, None).unwrap();
        assert!(read(&key, value.as_deref()).unwrap().unwrap().committed.is_none());
    }

    /// Without the topic's id, as Kafka 2.1 to 4.0 and earlier builds of this broker write it.
    #[test]
    fn an_offset_of_version_3_is_read() {
        let key = [&[0, 1, 0, 1][..], b"g", &[0, 1], b"t", &[0, 0, 0, 5]].concat();
        let value =
            [&[0, 3][..], &42i64.to_be_bytes(), &3i32.to_be_bytes(), &[0, 1], b"m", &7i64.to_be_bytes()].concat();
        let found = read(&key, Some(&value)).unwrap().unwrap();
        let (topic_id, metadata) = (Uuid::default(), "m".into());
        let said = Committed { topic_id, offset: 42, leader_epoch: 3, metadata, committed_ms: 7, expires_ms: None };
        assert_eq!(found.committed, Some(said));
    }
}
