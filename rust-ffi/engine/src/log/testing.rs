//! Record batches for tests.

use std::collections::BTreeSet;

use bytes::BufMut;
use wire::{batch::Batch, record::Records};

use super::{Isolation, Partition, ReadLimits};

/// A record: timestamp, key, value.
pub(crate) type Given<'a> = (i64, Option<&'a [u8]>, Option<&'a [u8]>);

fn varint(out: &mut Vec<u8>, value: i64) {
    let mut left = (value << 1 ^ value >> 63) as u64;
    while left >= 0x80 {
        out.push(left as u8 | 0x80);
        left >>= 7;
    }
    out.push(left as u8);
}

/// Uncompressed, as a producer without idempotence sends it.
pub(crate) fn batch(records: &[Given<'_>]) -> Vec<u8> {
    sequenced(records, -1, -1, -1)
}

pub(crate) fn sequenced(records: &[Given<'_>], producer_id: i64, epoch: i16, sequence: i32) -> Vec<u8> {
    let base_timestamp = records[0].0;
    let mut body = Vec::new();
    for (offset, (timestamp, key, value)) in records.iter().enumerate() {
        let mut record = vec![0];
        varint(&mut record, timestamp - base_timestamp);
        varint(&mut record, offset as i64);
        for part in [key, value] {
            varint(&mut record, part.map_or(-1, |bytes| bytes.len() as i64));
            record.extend_from_slice(part.unwrap_or_default());
        }
        varint(&mut record, 0);
        varint(&mut body, record.len() as i64);
        body.extend(record);
    }
    let mut batch = Vec::new();
    batch.put_i64(0);
    batch.put_i32(49 + body.len() as i32);
    batch.put_i32(-1);
    batch.put_u8(2);
    batch.put_u32(0);
    let from = batch.len();
    batch.put_i16(0);
    batch.put_i32(records.len() as i32 - 1);
    batch.put_i64(base_timestamp);
    batch.put_i64(records.iter().map(|record| record.0).max().unwrap_or(-1));
    batch.put_i64(producer_id);
    batch.put_i16(epoch);
    batch.put_i32(sequence);
    batch.put_i32(records.len() as i32);
    batch.extend(body);
    let crc = wire::batch::crc(&batch[from..]);
    batch[from - 4..from].copy_from_slice(&crc.to_be_bytes());
    batch
}

/// A batch of a transaction with one record.
pub(crate) fn transactional(record: Given<'_>, producer_id: i64, epoch: i16, sequence: i32) -> Vec<u8> {
    let mut bytes = sequenced(&[record], producer_id, epoch, sequence);
    bytes[22] |= 0x10;
    let crc = wire::batch::crc(&bytes[21..]);
    bytes[17..21].copy_from_slice(&crc.to_be_bytes());
    bytes
}

/// Offsets and values of the records that a read_committed consumer keeps, from `from` on. Kafka: `CompletedFetch`.
pub(crate) fn consumed(partition: &Partition, mut from: i64, bytes_max: usize) -> Vec<(i64, Vec<u8>)> {
    let mut kept = Vec::new();
    loop {
        let limits = ReadLimits { bytes_max, at_least_one: true, held_max: usize::MAX };
        let mut pieces = Vec::new();
        let read = partition.read_as(Isolation::ReadCommitted, from, limits, &mut pieces).unwrap();
        if read.bytes == 0 {
            return kept;
        }
        let (mut ahead, mut aborted) = (read.aborted, BTreeSet::new());
        ahead.sort_by_key(|transaction| transaction.first_offset);
        let bytes = wire::codec::concat(&pieces).unwrap();
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let (batch, after) = Batch::first(rest).unwrap();
            let begun = ahead.iter().take_while(|one| one.first_offset <= batch.last_offset()).count();
            aborted.extend(ahead.drain(..begun).map(|one| one.producer_id));
            if let Some(marker) = batch.marker() {
                if !marker.committed {
                    aborted.remove(&batch.producer_id());
                }
            } else if !(batch.is_transactional() && aborted.contains(&batch.producer_id())) {
                let records = Records::new(batch.record_bytes(), batch.record_count()).flatten();
                let offset_of = |delta: i32| batch.base_offset() + i64::from(delta);
                let found = records.map(|one| (offset_of(one.offset_delta), one.value.unwrap_or_default().to_vec()));
                kept.extend(found.filter(|(offset, _)| *offset >= from));
            }
            (from, rest) = (batch.last_offset() + 1, after);
        }
    }
}

/// A batch of `count` records with values of `len` bytes.
pub(crate) fn plain(count: usize, len: usize, timestamp: i64) -> Vec<u8> {
    let value = vec![b'v'; len];
    batch(&vec![(timestamp, Some(&b"k"[..]), Some(&value[..])); count])
}

/// The same batch, its records compressed with gzip.
pub(crate) fn gzipped(batch: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, &batch[wire::batch::HEADER..]).unwrap();
    let mut bytes = [&batch[..wire::batch::HEADER], &encoder.finish().unwrap()].concat();
    let length = (bytes.len() - wire::batch::LOG_OVERHEAD) as i32;
    bytes[8..12].copy_from_slice(&length.to_be_bytes());
    bytes[22] |= 1;
    let crc = wire::batch::crc(&bytes[21..]);
    bytes[17..21].copy_from_slice(&crc.to_be_bytes());
    bytes
}
