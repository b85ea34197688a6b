//! What a broker writes into a batch, in place.

use super::{HEADER, at};

/// `batch` is one whole batch. The checksum does not cover the offset.
pub fn set_base_offset(batch: &mut [u8], offset: i64) {
    batch[at::BASE_OFFSET..][..8].copy_from_slice(&offset.to_be_bytes());
}

/// `batch` is one whole batch. The checksum does not cover the leader epoch.
pub fn set_leader_epoch(batch: &mut [u8], epoch: i32) {
    batch[at::LEADER_EPOCH..][..4].copy_from_slice(&epoch.to_be_bytes());
}

/// For topics with `message.timestamp.type=LogAppendTime`: the type bit and the largest timestamp, and with them the
/// checksum, which covers both. The base timestamp stays, as in Kafka: readers ignore it then.
pub fn set_log_append_time(batch: &mut [u8], now_ms: i64) {
    assert!(batch.len() >= HEADER, "not a whole batch");
    batch[at::ATTRIBUTES + 1] |= 0x08;
    batch[at::MAX_TIMESTAMP..][..8].copy_from_slice(&now_ms.to_be_bytes());
    let crc = crc32c::crc32c(&batch[at::ATTRIBUTES..]);
    batch[at::CRC..][..4].copy_from_slice(&crc.to_be_bytes());
}
