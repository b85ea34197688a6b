//! Record batches made by Kafka's own producer code (`tests/batches/Batches.java`), and the same ones bent. The codes
//! of the bent ones are what Kafka 4.3.1 says of them: `TANSU_BATCHES=DIR cargo test` leaves them there for
//! `Batches.java ask`.
#![expect(clippy::disallowed_methods, reason = "batches of Kafka's own are in files")]

use super::*;
use crate::ErrorCode;
use crate::record::{Record, Records};

const MAX: usize = 1 << 20;

fn made(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/batches/{name}.bin", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// As a broker sees it: the batch, then its records.
fn code(bytes: &[u8]) -> ErrorCode {
    let checked = Batch::parse(bytes).and_then(|batch| batch.check_records(MAX));
    checked.map_or_else(ErrorCode::from, |_| ErrorCode::None)
}

const PRODUCED: &[&str] = &["plain", "gzip", "snappy", "lz4", "zstd", "zstd-22", "transactional"];

#[test]
fn a_record_without_a_key_is_seen() {
    let plain = made("plain");
    let batch = Batch::parse(&plain).unwrap();
    let seen = batch.check_records(MAX).unwrap();
    assert!(seen.keyless);
    // The second record is older than the first, whose time is the base.
    assert_eq!((seen.min_timestamp, seen.max_timestamp), (1_699_999_999_999, 1_700_000_000_007));
}

#[test]
fn what_a_producer_sends_is_taken_and_read() {
    for name in PRODUCED {
        let bytes = made(name);
        assert_eq!(code(&bytes), ErrorCode::None, "{name}");
        let batch = Batch::parse(&bytes).unwrap();
        assert_eq!((batch.record_count(), batch.last_offset(), batch.leader_epoch()), (3, 2, -1));
        assert_eq!((batch.base_timestamp(), batch.max_timestamp()), (1_700_000_000_000, 1_700_000_000_007));
        let inflated = batch.inflated(MAX).unwrap();
        let records: Vec<Record> = Records::new(&inflated, 3).map(Result::unwrap).collect();
        assert_eq!((records[0].key, records[0].value), (Some(&b"key"[..]), Some(&b"value".repeat(40)[..])));
        assert_eq!((records[1].key, records[1].value), (None, Some(&b"no key"[..])));
        assert_eq!((records[2].key, records[2].value), (Some(&b"deleted"[..]), None));
        assert_eq!(records.iter().map(|r| r.offset_delta).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(records.iter().map(|r| r.timestamp_delta).collect::<Vec<_>>(), [0, 7, -1]);
        let headers: Vec<_> = records[0].headers().map(|h| h.unwrap()).map(|h| (h.key, h.value)).collect();
        assert_eq!(headers, [(&b"trace"[..], Some(&b"42"[..])), (b"empty", None)]);
    }
}

#[test]
fn the_header_says_who_wrote_it() {
    let bytes = made("transactional");
    let batch = Batch::parse(&bytes).unwrap();
    assert!(batch.is_transactional() && !batch.is_control() && !batch.is_log_append_time());
    assert_eq!((batch.producer_id(), batch.producer_epoch(), batch.base_sequence()), (4711, 3, 12));
    let bytes = made("plain");
    let batch = Batch::parse(&bytes).unwrap();
    assert_eq!((batch.producer_id(), batch.producer_epoch(), batch.base_sequence()), (-1, -1, -1));
}

#[test]
fn a_batch_says_that_it_is_of_a_transaction_whatever_its_checksum() {
    assert!(Batch::transaction_claimed(&made("transactional")).is_some());
    assert!(Batch::transaction_claimed(&bent("transactional", at::CRC, &[0; 4])).is_some());
    // Not a batch of this format, or not whole.
    assert!(Batch::transaction_claimed(&bent("transactional", at::MAGIC, &[1])).is_none());
    assert!(Batch::transaction_claimed(&made("transactional")[..HEADER - 1]).is_none());
    assert!(Batch::transaction_claimed(&made("plain")).is_none());
}

/// Writes `bytes` at `at` and makes the checksum right again: what a broken client would send.
fn bent(name: &str, at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut batch = made(name);
    batch[at..at + bytes.len()].copy_from_slice(bytes);
    sealed(batch)
}

fn sealed(mut batch: Vec<u8>) -> Vec<u8> {
    let crc = crc32c::crc32c(&batch[at::ATTRIBUTES..]);
    batch[at::CRC..at::CRC + 4].copy_from_slice(&crc.to_be_bytes());
    batch
}

/// Other records under the same header.
fn with_records(name: &str, records: &[u8]) -> Vec<u8> {
    let mut batch = made(name);
    batch.truncate(HEADER);
    batch.extend(records);
    let length = (batch.len() - LOG_OVERHEAD) as i32;
    batch[at::LENGTH..at::LENGTH + 4].copy_from_slice(&length.to_be_bytes());
    sealed(batch)
}

fn joined(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

/// Name, batch, and Kafka's code.
fn bent_ones() -> Vec<(&'static str, Vec<u8>, ErrorCode)> {
    use ErrorCode::{CorruptMessage, InvalidRecord};
    let plain = made("plain");
    let mut flipped = plain.clone();
    flipped[100] ^= 1;
    let mut short = plain.clone();
    short.truncate(plain.len() - 1);
    vec![
        ("nothing", Vec::new(), InvalidRecord),
        ("half-a-header", plain[..30].to_vec(), InvalidRecord),
        ("one-byte-short", short, InvalidRecord),
        ("two-batches", joined(&[&plain, &plain]), InvalidRecord),
        ("magic-0", made("magic-0"), InvalidRecord),
        ("magic-1", made("magic-1"), InvalidRecord),
        ("magic-3", bent("plain", at::MAGIC, &[3]), CorruptMessage),
        ("marker", made("marker"), InvalidRecord),
        ("flipped-bit", flipped, CorruptMessage),
        ("length-0", bent("plain", at::LENGTH, &[0; 4]), CorruptMessage),
        ("length-negative", bent("plain", at::LENGTH, &[0xff; 4]), CorruptMessage),
        ("base-offset-5", bent("plain", at::BASE_OFFSET, &5i64.to_be_bytes()), InvalidRecord),
        ("count-0", bent("plain", at::RECORD_COUNT, &[0; 4]), InvalidRecord),
        ("count-negative", bent("plain", at::RECORD_COUNT, &[0xff; 4]), InvalidRecord),
        ("count-2", bent("plain", at::RECORD_COUNT, &2i32.to_be_bytes()), InvalidRecord),
        ("count-2-and-offsets", two_of_three("plain"), InvalidRecord),
        ("count-2-and-offsets-gzip", two_of_three("gzip"), InvalidRecord),
        ("count-of-billions-and-offsets", billions("plain"), InvalidRecord),
        ("count-of-billions-and-offsets-zstd", billions("zstd"), InvalidRecord),
        ("last-offset-delta-7", bent("plain", at::LAST_OFFSET_DELTA, &7i32.to_be_bytes()), InvalidRecord),
        ("last-offset-delta-negative", bent("plain", at::LAST_OFFSET_DELTA, &[0xff; 4]), InvalidRecord),
        ("no-records", with_records("plain", &[]), InvalidRecord),
        ("surplus", with_records("plain", &joined(&[&plain[HEADER..], &[0; 7]])), InvalidRecord),
        ("record-longer-than-batch", bent("plain", HEADER, &[0xfe, 0xff]), InvalidRecord),
        ("record-of-length-0", with_records("plain", &[0; 3]), InvalidRecord),
        ("sequence-negative", bent("transactional", at::BASE_SEQUENCE, &[0xff; 4]), InvalidRecord),
    ]
}

fn counted(name: &str, count: i32) -> Vec<u8> {
    let mut batch = bent(name, at::RECORD_COUNT, &count.to_be_bytes());
    batch[at::LAST_OFFSET_DELTA..][..4].copy_from_slice(&(count - 1).to_be_bytes());
    sealed(batch)
}

fn two_of_three(name: &str) -> Vec<u8> {
    counted(name, 2)
}

fn billions(name: &str) -> Vec<u8> {
    counted(name, i32::MAX)
}

#[test]
fn what_kafka_refuses_is_refused_with_its_code() {
    for (name, bytes, expected) in bent_ones() {
        if let Some(dir) = std::env::var_os("TANSU_BATCHES") {
            std::fs::write(std::path::Path::new(&dir).join(name), &bytes).unwrap();
        }
        assert_eq!(code(&bytes), expected, "{name}: {:?}", Batch::parse(&bytes));
        assert_eq!(by_pieces(&bytes), at_once(&bytes), "{name}");
    }
}

type Whole = Result<RecordStats, BatchError>;

fn at_once(bytes: &[u8]) -> Whole {
    Batch::parse(bytes)?.check_records(MAX)
}

/// What was copied meanwhile has to be the batch.
fn by_pieces(bytes: &[u8]) -> Whole {
    let mut copy = Vec::new();
    let checked = Batch::parse_chunks(bytes, |chunk| copy.extend_from_slice(chunk))?;
    assert_eq!(copy, bytes);
    checked.record_stats(MAX)
}

#[test]
fn a_batch_of_several_pieces_is_checked_as_one_is() {
    let value = [7; 99];
    let pairs: Vec<Pair<'_>> = (0..5_000).map(|_| (None, Some(&value[..]))).collect();
    let bytes = build(&pairs, 1_000);
    assert_eq!(at_once(&bytes).unwrap().max_timestamp, 1_000);
    assert_eq!(by_pieces(&bytes), at_once(&bytes));
    // Wrong at every place of a record, in every chunk, with and without a checksum that knows it.
    for at in (HEADER..bytes.len()).step_by(997) {
        let mut bent = bytes.clone();
        bent[at] ^= 0x55;
        assert!(matches!(by_pieces(&bent), Err(BatchError::Crc { .. })), "{at}");
        let bent = sealed(bent);
        assert_eq!(by_pieces(&bent), at_once(&bent), "{at}");
    }
    for count in [4_999, 5_001] {
        let mut bent = bytes.clone();
        bent[at::RECORD_COUNT..][..4].copy_from_slice(&i32::to_be_bytes(count));
        bent[at::LAST_OFFSET_DELTA..][..4].copy_from_slice(&i32::to_be_bytes(count - 1));
        let bent = sealed(bent);
        assert!(at_once(&bent).is_err());
        assert_eq!(by_pieces(&bent), at_once(&bent));
    }
}

#[test]
fn what_kafka_has_no_good_code_for_is_refused_at_once() {
    // UNKNOWN_SERVER_ERROR in Kafka, all three: a sum that overflows, a number without a codec, and a decompressor's
    // own complaint.
    assert_eq!(code(&bent("plain", at::LENGTH, &[0x7f, 0xff, 0xff, 0xff])), ErrorCode::InvalidRecord);
    assert_eq!(code(&bent("plain", at::ATTRIBUTES, &[0, 5])), ErrorCode::UnsupportedCompressionType);
    // Plain records that say they are compressed.
    for codec in 1..=4 {
        assert_eq!(code(&bent("plain", at::ATTRIBUTES, &[0, codec])), ErrorCode::InvalidRecord, "codec {codec}");
    }
    // Kafka numbers such records anew.
    let mut batch = made("plain");
    let second = batch.windows(6).position(|w| w == b"no key").unwrap() - 3;
    assert_eq!(batch[second], 2, "offset delta 1");
    batch[second] = 4;
    assert_eq!(
        Batch::parse(&sealed(batch)).unwrap_or_else(|e| panic!("{e}")).check_records(MAX),
        Err(BatchError::OffsetDelta { expected: 1, got: 2 })
    );
}

#[test]
fn a_log_may_hold_what_a_producer_may_not_send() {
    let log = [made("plain"), made("marker"), made("gzip")].concat();
    let (first, rest) = Batch::first(&log).unwrap();
    let (second, rest) = Batch::first(rest).unwrap();
    let (third, rest) = Batch::first(rest).unwrap();
    assert!(second.is_control() && !first.is_control() && !third.is_control());
    assert!(rest.is_empty());
    assert_eq!(Batch::first(rest), Err(BatchError::Missing));
}

#[test]
fn offset_and_epoch_are_set_without_touching_the_checksum() {
    let mut bytes = made("lz4");
    set_base_offset(&mut bytes, 1_000_000_000_000);
    set_leader_epoch(&mut bytes, 9);
    let (batch, _) = Batch::first(&bytes).unwrap();
    assert_eq!(
        (batch.base_offset(), batch.last_offset(), batch.leader_epoch()),
        (1_000_000_000_000, 1_000_000_000_002, 9)
    );
}

#[test]
fn log_append_time_is_set_with_its_checksum() {
    let mut bytes = made("plain");
    set_log_append_time(&mut bytes, 1_800_000_000_000);
    let (batch, _) = Batch::first(&bytes).unwrap();
    assert!(batch.is_log_append_time());
    assert_eq!((batch.base_timestamp(), batch.max_timestamp()), (1_700_000_000_000, 1_800_000_000_000));
    assert!(batch.check_records(MAX).is_ok());
}

#[test]
fn no_cut_and_no_flipped_bit_passes() {
    for name in PRODUCED {
        let whole = made(name);
        for cut in 0..whole.len() {
            assert!(Batch::parse(&whole[..cut]).is_err(), "{name} cut at {cut}");
        }
        for at in (0..whole.len()).filter(|at| !(at::LEADER_EPOCH..at::MAGIC).contains(at)) {
            for bit in 0..8 {
                let mut flipped = whole.clone();
                flipped[at] ^= 1 << bit;
                assert!(Batch::parse(&flipped).is_err(), "{name} byte {at} bit {bit}");
            }
        }
    }
}

#[test]
fn bent_records_under_a_right_checksum_never_panic() {
    for name in PRODUCED {
        let whole = made(name);
        for at in HEADER..whole.len() {
            for byte in [0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff] {
                let bytes = bent(name, at, &[byte]);
                let batch = Batch::parse(&bytes).unwrap();
                let walked = batch.check_records(MAX);
                // Both ways through the records agree wherever the walk finds nothing wrong.
                if walked.is_ok() {
                    let inflated = batch.inflated(MAX).unwrap();
                    assert!(Records::new(&inflated, batch.record_count()).all(|record| record.is_ok()));
                } else if let Ok(inflated) = batch.inflated(MAX) {
                    Records::new(&inflated, batch.record_count()).flatten().flat_map(|r| r.headers()).for_each(drop);
                }
            }
        }
    }
}
