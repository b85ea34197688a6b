//! Transactions in one partition, in memory.

use wire::codec::FramePart;

use super::*;
use crate::log::{AbortedTransaction, EndTxnMarker, Isolation, ReadLimits, testing};

const PRODUCER: i64 = 7;

pub(super) fn transactional(producer_id: i64, epoch: i16, sequence: i32, key: &[u8]) -> Vec<u8> {
    testing::transactional((WALL, Some(key), Some(b"v")), producer_id, epoch, sequence)
}

pub(super) fn marker(producer_id: i64, producer_epoch: i16, committed: bool) -> EndTxnMarker {
    EndTxnMarker { producer_id, producer_epoch, coordinator_epoch: 0, committed }
}

pub(super) fn end(partition: &Partition, marker: &EndTxnMarker) -> Result<i64, AppendError> {
    partition.append_marker(marker, &TopicConfig::default(), at(0)).map(|appended| appended.base_offset)
}

/// Offsets of the batches that a reader of what is committed is given, and the aborted transactions.
pub(super) fn committed(partition: &Partition, from: i64) -> (Vec<i64>, Vec<AbortedTransaction>) {
    let limits = ReadLimits { bytes_max: usize::MAX, at_least_one: true, held_max: usize::MAX };
    let mut pieces = Vec::new();
    let read = partition.read_as(Isolation::ReadCommitted, from, limits, &mut pieces).unwrap();
    let bytes: Vec<u8> = pieces.iter().flat_map(|piece: &FramePart| piece.bytes().unwrap().to_vec()).collect();
    let (mut rest, mut offsets) = (&bytes[..], Vec::new());
    while !rest.is_empty() {
        let (batch, after) = Batch::first(rest).unwrap();
        offsets.push(batch.base_offset());
        rest = after;
    }
    (offsets, read.aborted)
}

fn new() -> (Partition, TopicConfig) {
    (Partition::new(0, |_| ()), TopicConfig::default())
}

#[test]
fn what_is_not_committed_is_not_shown_and_a_marker_shows_it() {
    let (partition, config) = new();
    append(&partition, &plain(1, 10, WALL), &config).unwrap();
    append(&partition, &transactional(PRODUCER, 0, 0, b"a"), &config).unwrap();
    append(&partition, &plain(1, 10, WALL), &config).unwrap();
    assert_eq!((partition.offsets().last_stable, partition.offsets().high_watermark), (1, 3));
    assert_eq!(committed(&partition, 0), (vec![0], Vec::new()));
    assert_eq!(partition.open_transactions(), [(PRODUCER, 0, 1)]);
    assert_eq!(end(&partition, &marker(PRODUCER, 0, true)), Ok(3));
    assert_eq!(partition.offsets().last_stable, 4);
    assert_eq!(committed(&partition, 0), (vec![0, 1, 2, 3], Vec::new()));
    assert_eq!(partition.open_transactions(), []);
}

#[test]
fn a_reader_is_told_which_transactions_were_aborted() {
    let (partition, config) = new();
    append(&partition, &transactional(1, 0, 0, b"a"), &config).unwrap();
    append(&partition, &transactional(2, 0, 0, b"b"), &config).unwrap();
    end(&partition, &marker(1, 0, false)).unwrap();
    assert_eq!(committed(&partition, 0), (vec![0], told(&[(1, 0, 2, 1)])));
    end(&partition, &marker(2, 0, true)).unwrap();
    append(&partition, &transactional(2, 0, 1, b"c"), &config).unwrap();
    end(&partition, &marker(2, 0, false)).unwrap();
    let all = told(&[(1, 0, 2, 1), (2, 4, 5, 6)]);
    assert_eq!(committed(&partition, 0), ((0..6).collect(), all.clone()));
    assert_eq!(committed(&partition, 3), ((3..6).collect(), all[1..].to_vec()));
    assert_eq!(committed(&partition, 6), (Vec::new(), Vec::new()));
}

pub(super) fn told(all: &[(i64, i64, i64, i64)]) -> Vec<AbortedTransaction> {
    let of = |&(producer_id, first_offset, last_offset, last_stable_offset): &_| AbortedTransaction {
        producer_id,
        first_offset,
        last_offset,
        last_stable_offset,
    };
    all.iter().map(of).collect()
}

#[test]
fn a_marker_of_an_old_epoch_or_coordinator_is_refused() {
    let (partition, config) = new();
    append(&partition, &transactional(PRODUCER, 3, 0, b"a"), &config).unwrap();
    let stale = AppendError::StaleEpoch { producer_id: PRODUCER, epoch: 2, current: 3 };
    assert_eq!(end(&partition, &marker(PRODUCER, 2, true)), Err(stale));
    let of_coordinator = |coordinator_epoch| EndTxnMarker { coordinator_epoch, ..marker(PRODUCER, 3, true) };
    assert_eq!(end(&partition, &of_coordinator(5)), Ok(1));
    let stale = AppendError::StaleCoordinator { producer_id: PRODUCER, epoch: 4, current: 5 };
    assert_eq!(end(&partition, &of_coordinator(4)), Err(stale));
}

/// KIP-890: the marker carries the epoch of the next transaction.
#[test]
fn a_marker_with_a_new_epoch_fences_what_was_sent_with_the_old_one() {
    let (partition, config) = new();
    append(&partition, &transactional(PRODUCER, 0, 0, b"a"), &config).unwrap();
    end(&partition, &marker(PRODUCER, 1, true)).unwrap();
    let stale = AppendError::StaleEpoch { producer_id: PRODUCER, epoch: 0, current: 1 };
    assert_eq!(append(&partition, &transactional(PRODUCER, 0, 1, b"late"), &config), Err(stale));
    let out_of_order = append(&partition, &transactional(PRODUCER, 1, 1, b"b"), &config);
    assert!(matches!(out_of_order, Err(AppendError::OutOfOrder { expected: 0, .. })));
    assert_eq!(append(&partition, &transactional(PRODUCER, 1, 0, b"b"), &config), Ok(2));
}

#[test]
fn a_producer_in_a_transaction_sends_nothing_beside_it() {
    let (partition, config) = new();
    append(&partition, &transactional(PRODUCER, 0, 0, b"a"), &config).unwrap();
    let plain = sequenced(&[(WALL, None, Some(b"v"))], PRODUCER, 0, 1);
    assert_eq!(append(&partition, &plain, &config), Err(AppendError::InTransaction { producer_id: PRODUCER }));
    end(&partition, &marker(PRODUCER, 0, true)).unwrap();
    assert_eq!(append(&partition, &plain, &config), Ok(2));
}

#[test]
fn a_silent_producer_with_an_open_transaction_is_not_forgotten() {
    let (partition, config) = new();
    append(&partition, &transactional(1, 0, 0, b"a"), &config).unwrap();
    append(&partition, &transactional(2, 0, 0, b"b"), &config).unwrap();
    end(&partition, &marker(2, 0, true)).unwrap();
    partition.expire_producers(1_000, at(1_000_000));
    let known: Vec<i64> = partition.producers().iter().map(|(id, _)| *id).collect();
    assert_eq!((known, partition.offsets().last_stable), (vec![1], 0));
}

/// The keys that are left, and how many markers.
fn compacted(partition: &Partition, config: &TopicConfig, ms: i64) -> (Vec<(i64, Vec<u8>)>, usize) {
    partition.clean(config, at(ms));
    let (mut keys, mut markers) = (Vec::new(), 0);
    let see = |batch: &Batch<'_>| {
        markers += usize::from(batch.is_control());
        if !batch.is_control() {
            let records = Records::new(batch.record_bytes(), batch.record_count()).flatten();
            keys.extend(records.map(|record| (batch.base_offset(), record.key.unwrap_or_default().to_vec())));
        }
    };
    partition.for_each_batch(see).unwrap();
    (keys, markers)
}

#[test]
fn compaction_removes_what_was_aborted_and_later_the_markers_that_nothing_needs() {
    let (partition, config) = (
        Partition::new(0, |_| ()),
        TopicConfig { compact: true, delete: false, min_cleanable_dirty_ratio: 0.0, segment_ms: 1, ..small() },
    );
    append(&partition, &transactional(1, 0, 0, b"k"), &config).unwrap();
    end(&partition, &marker(1, 0, true)).unwrap();
    append(&partition, &transactional(1, 0, 1, b"k"), &config).unwrap();
    end(&partition, &marker(1, 0, false)).unwrap();
    append(&partition, &transactional(2, 0, 0, b"k"), &config).unwrap();
    end(&partition, &marker(2, 0, true)).unwrap();
    roll(&partition);
    // The last committed record of the key stays, and its marker; the others wait for readers.
    assert_eq!(compacted(&partition, &config, 10), (vec![(4, b"k".to_vec())], 3));
    assert_eq!(committed(&partition, 0).1, told(&[(1, 2, 3, 4)]));
    let later = config.delete_retention_ms + 20;
    assert_eq!(compacted(&partition, &config, later), (vec![(4, b"k".to_vec())], 1));
    assert_eq!(committed(&partition, 0).1, [], "the aborted transaction is forgotten with its marker");
}

#[test]
fn compaction_leaves_open_transactions_alone() {
    let (partition, config) = (
        Partition::new(0, |_| ()),
        TopicConfig { compact: true, delete: false, min_cleanable_dirty_ratio: 0.0, ..small() },
    );
    append(&partition, &batch(&[(WALL, Some(b"k"), Some(b"old"))]), &config).unwrap();
    roll(&partition);
    append(&partition, &transactional(1, 0, 0, b"k"), &config).unwrap();
    roll(&partition);
    let kept = vec![(0, b"k".to_vec()), (1, b"k".to_vec())];
    assert_eq!(compacted(&partition, &config, 10).0, kept);
    end(&partition, &marker(1, 0, true)).unwrap();
    roll(&partition);
    assert_eq!(compacted(&partition, &config, 20).0, kept[1..]);
}

fn small() -> TopicConfig {
    TopicConfig { max_compaction_lag_ms: 1, ..TopicConfig::default() }
}

fn roll(partition: &Partition) {
    partition.roll(WALL).unwrap();
}
