//! Record batches for tests.

use bytes::BufMut;

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
