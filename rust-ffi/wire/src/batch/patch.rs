//! In-place changes of a batch by a broker.

use super::{Batch, HEADER, LOG_OVERHEAD, at};
use crate::{deflate, inflate::Compression};

/// Sets the base offset of a whole batch, which the checksum does not cover.
pub fn set_base_offset(batch: &mut [u8], offset: i64) {
    batch[at::BASE_OFFSET..][..8].copy_from_slice(&offset.to_be_bytes());
}

/// Sets the leader epoch of a whole batch, which the checksum does not cover.
pub fn set_leader_epoch(batch: &mut [u8], epoch: i32) {
    batch[at::LEADER_EPOCH..][..4].copy_from_slice(&epoch.to_be_bytes());
}

/// Sets timestamp type CreateTime, the largest timestamp and the checksum.
pub fn set_create_time(batch: &mut [u8], timestamp: i64) {
    assert!(batch.len() >= HEADER, "not a whole batch");
    batch[at::ATTRIBUTES + 1] &= !0x08;
    batch[at::MAX_TIMESTAMP..][..8].copy_from_slice(&timestamp.to_be_bytes());
    let crc = crc32c::crc32c(&batch[at::ATTRIBUTES..]);
    batch[at::CRC..][..4].copy_from_slice(&crc.to_be_bytes());
}

/// Sets timestamp type LogAppendTime, the largest timestamp and the checksum. The base timestamp stays, as in Kafka:
/// readers ignore it then.
pub fn set_log_append_time(batch: &mut [u8], now_ms: i64) {
    assert!(batch.len() >= HEADER, "not a whole batch");
    batch[at::ATTRIBUTES + 1] |= 0x08;
    batch[at::MAX_TIMESTAMP..][..8].copy_from_slice(&now_ms.to_be_bytes());
    let crc = crc32c::crc32c(&batch[at::ATTRIBUTES..]);
    batch[at::CRC..][..4].copy_from_slice(&crc.to_be_bytes());
}

/// A batch with the same records in another codec, whatever that was before; `records` are those of `batch`, inflated.
/// For topics with a `compression.type`.
pub fn with_compression(batch: &Batch<'_>, records: &[u8], compression: Compression) -> Vec<u8> {
    let mut bytes = batch.bytes()[..HEADER].to_vec();
    bytes[at::ATTRIBUTES + 1] = bytes[at::ATTRIBUTES + 1] & !0x07 | compression as u8;
    with_records(&Batch::stored(&bytes), records, batch.record_count(), batch.max_timestamp())
}

/// Rebuilds a batch with a subset of its records, which are compressed as before; offsets, producer and times stay. For
/// compaction, which leaves gaps for the removed records.
pub fn with_records(batch: &Batch<'_>, records: &[u8], count: i32, max_timestamp: i64) -> Vec<u8> {
    let mut bytes = batch.bytes()[..HEADER].to_vec();
    let compression = batch.compression().unwrap_or(Compression::None);
    bytes.extend(deflate::to_vec(compression, records));
    let length = i32::try_from(bytes.len() - LOG_OVERHEAD).expect("records come from batches that fit");
    bytes[at::LENGTH..][..4].copy_from_slice(&length.to_be_bytes());
    bytes[at::MAX_TIMESTAMP..][..8].copy_from_slice(&max_timestamp.to_be_bytes());
    bytes[at::RECORD_COUNT..][..4].copy_from_slice(&count.to_be_bytes());
    let crc = crc32c::crc32c(&bytes[at::ATTRIBUTES..]);
    bytes[at::CRC..][..4].copy_from_slice(&crc.to_be_bytes());
    bytes
}
