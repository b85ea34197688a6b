//! Batches that a broker writes itself: offsets of groups, topics and configs. Uncompressed.

use bytes::BufMut;

use super::{HEADER, LOG_OVERHEAD, at};
use crate::record::put;

/// Key and value of a record.
pub type Pair<'a> = (Option<&'a [u8]>, Option<&'a [u8]>);

/// Builds one batch at offset 0, as a producer would send it. `records` is not empty.
pub fn build(records: &[Pair<'_>], timestamp: i64) -> Vec<u8> {
    build_from(records, timestamp, None)
}

/// Builds one batch at offset 0 that is part of a producer's transaction. As Kafka's coordinators write it: each batch
/// has the sequence number 0. `records` is not empty.
pub fn build_transactional(records: &[Pair<'_>], timestamp: i64, producer_id: i64, producer_epoch: i16) -> Vec<u8> {
    let producer = Producer { id: producer_id, epoch: producer_epoch, base_sequence: 0, is_control: false };
    build_from(records, timestamp, Some(producer))
}

/// Whose transaction a batch is a part of.
pub(super) struct Producer {
    pub(super) id: i64,
    pub(super) epoch: i16,
    pub(super) base_sequence: i32,
    pub(super) is_control: bool,
}

pub(super) fn build_from(records: &[Pair<'_>], timestamp: i64, producer: Option<Producer>) -> Vec<u8> {
    const TRANSACTIONAL: i16 = 0x10;
    const CONTROL: i16 = 0x20;
    let attributes = match &producer {
        None => 0,
        Some(producer) => TRANSACTIONAL | if producer.is_control { CONTROL } else { 0 },
    };
    let Producer { id, epoch, base_sequence, .. } =
        producer.unwrap_or(Producer { id: -1, epoch: -1, base_sequence: -1, is_control: false });
    let mut bytes = Vec::with_capacity(HEADER + records.len() * 64);
    bytes.put_i64(0);
    bytes.put_i32(0);
    bytes.put_i32(-1);
    bytes.put_u8(2);
    bytes.put_u32(0);
    bytes.put_i16(attributes);
    bytes.put_i32(records.len() as i32 - 1);
    bytes.put_i64(timestamp);
    bytes.put_i64(timestamp);
    bytes.put_i64(id);
    bytes.put_i16(epoch);
    bytes.put_i32(base_sequence);
    bytes.put_i32(records.len() as i32);
    for (offset, (key, value)) in records.iter().enumerate() {
        put(&mut bytes, offset as i32, *key, *value);
    }
    let length = i32::try_from(bytes.len() - LOG_OVERHEAD).expect("a broker's own batches are small");
    bytes[at::LENGTH..][..4].copy_from_slice(&length.to_be_bytes());
    let crc = super::crc(&bytes[at::ATTRIBUTES..]);
    bytes[at::CRC..][..4].copy_from_slice(&crc.to_be_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{batch::Batch, record::Records};

    #[test]
    fn what_is_built_passes_every_check() {
        let bytes = build(&[(Some(b"k"), Some(b"v")), (Some(b"gone"), None)], 7);
        let batch = Batch::parse(&bytes).unwrap();
        batch.check_records(1 << 20).unwrap();
        let records: Vec<_> = Records::new(batch.record_bytes(), 2).map(Result::unwrap).collect();
        assert_eq!((records[0].key, records[0].value), (Some(&b"k"[..]), Some(&b"v"[..])));
        assert_eq!((records[1].key, records[1].value, records[1].offset_delta), (Some(&b"gone"[..]), None, 1));
        assert_eq!(batch.max_timestamp(), 7);
    }
}
