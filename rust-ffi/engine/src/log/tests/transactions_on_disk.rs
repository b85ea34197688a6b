//! Transactions in the files of a log. The markers come without a coordinator.

use std::{collections::BTreeMap, sync::Arc};

use super::*;
use crate::{
    log::{
        EndTxnMarker, LogDir, Offsets, RecoveryMode,
        testing::{consumed, transactional},
    },
    store::{
        Files, Fsync, Store,
        faulty::{Faults, FaultyFiles},
        memory::MemoryFiles,
    },
};

/// More than any segment of these tests.
const BYTES_MAX: usize = 1 << 20;

/// Offset and value.
type Written = (i64, Vec<u8>);

/// Opens the log as a broker does that was killed before.
fn open_with(files: Arc<dyn Files>, fsync: Fsync) -> Partition {
    let dir = LogDir::new(&Store { files, fsync }, "t-0".into());
    let mode = RecoveryMode { clean: false, log_start: 0, is_new: true, compacted_until: i64::MAX, now: at(0) };
    Partition::open(0, dir, mode).unwrap().0
}

fn open(files: &MemoryFiles) -> Partition {
    open_with(Arc::new(files.clone()), Fsync::Interval)
}

fn faulty() -> (Partition, MemoryFiles, Faults) {
    let (files, faults) = (MemoryFiles::default(), Faults::none());
    let faulty = FaultyFiles::new(Arc::new(files.clone()), faults.clone());
    (open_with(Arc::new(faulty), Fsync::Interval), files, faults)
}

fn tiny() -> TopicConfig {
    TopicConfig { segment_bytes: 400, ..TopicConfig::default() }
}

fn compacted() -> TopicConfig {
    TopicConfig { compact: true, delete: false, min_cleanable_dirty_ratio: 0.0, delete_retention_ms: 0, ..tiny() }
}

fn maintain(partition: &Partition, ms: std::ops::Range<i64>) {
    ms.for_each(|ms| partition.run_maintenance(&compacted(), i64::MAX, at(ms)));
}

/// A producer that appends what a coordinator would let it append.
struct Producer {
    id: i64,
    epoch: i16,
    sequence: i32,
    /// The records of its open transaction.
    open: Vec<Written>,
}

impl Producer {
    fn new(id: i64) -> Producer {
        Producer { id, epoch: 0, sequence: 0, open: Vec::new() }
    }

    fn send(&mut self, partition: &Partition, key: &[u8], value: &[u8]) -> Result<(), AppendError> {
        let batch = transactional((WALL, Some(key), Some(value)), self.id, self.epoch, self.sequence);
        let appended = partition.append(&batch, &tiny(), at(0))?;
        self.sequence += 1;
        self.open.push((appended.base_offset, value.to_vec()));
        Ok(())
    }

    /// Ends the transaction with an epoch that is one higher (KIP-890). Returns what is committed.
    fn end(&mut self, partition: &Partition, committed: bool) -> Result<Vec<Written>, AppendError> {
        let producer_epoch = self.epoch + 1;
        let marker = EndTxnMarker { producer_id: self.id, producer_epoch, coordinator_epoch: 0, committed };
        partition.append_marker(&marker, &tiny(), at(0))?;
        (self.epoch, self.sequence) = (producer_epoch, 0);
        let ended = std::mem::take(&mut self.open);
        Ok(if committed { ended } else { Vec::new() })
    }
}

/// Three producers whose transactions overlap in small segments: one aborts, one commits, and the last one commits
/// every other round. A value begins with its key.
struct Workload {
    producers: [Producer; 3],
    committed: Vec<Written>,
}

impl Workload {
    /// Runs until a write fails. At the end the last producer has an open transaction.
    fn run(partition: &Partition) -> Workload {
        let mut workload = Workload { producers: [1, 2, 3].map(Producer::new), committed: Vec::new() };
        // A failed write ends it.
        let _ = (0..7).try_for_each(|round| workload.round(partition, round));
        workload.committed.sort();
        workload
    }

    fn round(&mut self, partition: &Partition, round: u8) -> Result<(), AppendError> {
        for producer in &mut self.producers {
            let key = [2 + producer.id as u8 / 3, round % 3];
            producer.send(partition, &key, &[key[0], key[1], producer.id as u8, round])?;
        }
        let [aborts, commits, sometimes] = &mut self.producers;
        aborts.end(partition, false)?;
        self.committed.extend(commits.end(partition, true)?);
        if round % 2 == 1 {
            self.committed.extend(sometimes.end(partition, true)?);
        }
        Ok(())
    }

    fn first_open(&self) -> Option<i64> {
        self.producers.iter().filter_map(|producer| producer.open.first()).map(|(offset, _)| *offset).min()
    }

    /// Checks what a consumer and the offsets show, then once more after all open transactions were aborted.
    fn check(&mut self, partition: &Partition, what: &str) {
        let Offsets { log_start, last_stable, high_watermark } = partition.offsets();
        assert_eq!(last_stable, self.first_open().unwrap_or(high_watermark), "{what}");
        assert_eq!(consumed(partition, log_start, BYTES_MAX), self.visible(last_stable), "{what}");
        for producer in &mut self.producers {
            producer.end(partition, false).unwrap();
        }
        assert_eq!(consumed(partition, log_start, BYTES_MAX), self.committed, "{what}");
        assert_eq!(consumed(partition, log_start, 1), self.committed, "{what}: a batch at a time");
    }

    fn visible(&self, last_stable: i64) -> Vec<Written> {
        self.committed.iter().filter(|(offset, _)| *offset < last_stable).cloned().collect()
    }
}

#[test]
fn a_crash_at_any_write_shows_no_aborted_record_and_loses_no_committed_one() {
    for changes in 0.. {
        let (partition, files, faults) = faulty();
        faults.after(changes);
        let mut workload = Workload::run(&partition);
        if faults.failures() == 0 {
            assert!(changes > 60, "{changes} are all changes");
            break;
        }
        workload.check(&open(&files), &format!("after {changes} changes"));
        workload.check(&open(&files), &format!("after {changes} changes and another kill"));
    }
}

#[test]
fn a_power_cut_after_a_sync_shows_no_aborted_record() {
    let files = MemoryFiles::default();
    let partition = open(&files);
    let mut workload = Workload::run(&partition);
    partition.sync();
    workload.check(&open(&files.after_power_cut()), "after a power cut");
}

#[test]
fn a_damaged_index_of_aborted_transactions_is_built_anew() {
    let files = MemoryFiles::default();
    let mut workload = Workload::run(&open(&files));
    let indexes: Vec<String> = files.paths().into_iter().filter(|path| path.ends_with(".txnindex")).collect();
    assert!(indexes.len() > 3, "{indexes:?}");
    indexes.iter().for_each(|path| files.change(path, |bytes| bytes.truncate(33)));
    workload.check(&open(&files), "without a valid index");
}

/// The latest value of each key.
fn latest(records: &[Written]) -> BTreeMap<Vec<u8>, Vec<u8>> {
    records.iter().map(|(_, value)| (value[..2].to_vec(), value.clone())).collect()
}

#[test]
fn a_crash_in_compaction_shows_no_aborted_record_and_loses_no_committed_one() {
    for changes in 0.. {
        let (partition, files, faults) = faulty();
        let mut workload = Workload::run(&partition);
        workload.producers[2].end(&partition, false).unwrap();
        partition.roll(WALL).unwrap();
        faults.after(changes);
        maintain(&partition, 1..4);
        if faults.failures() == 0 {
            assert!(changes > 60, "{changes} are all changes");
            break;
        }
        for _ in 0..2 {
            let partition = open(&files);
            for bytes_max in [1, BYTES_MAX] {
                let seen = consumed(&partition, 0, bytes_max);
                assert_eq!(latest(&seen), latest(&workload.committed), "after {changes} changes");
                assert!(seen.iter().all(|one| workload.committed.contains(one)), "after {changes} changes: {seen:?}");
            }
            assert_eq!(partition.offsets().last_stable, partition.offsets().high_watermark);
            maintain(&partition, 5..9);
        }
    }
}

/// The list of aborted transactions was that of the segment in which nothing was left, and the records came from the
/// next one.
#[test]
fn a_consumer_behind_what_compaction_removed_skips_aborted_records() {
    let partition = open(&MemoryFiles::default());
    for (key, value) in [(&b"kept"[..], Some(&b"v"[..])), (b"deleted", None)] {
        append(&partition, &batch(&[(WALL, Some(key), value)]), &compacted()).unwrap();
    }
    partition.roll(WALL).unwrap();
    maintain(&partition, 1..4);
    let mut producer = Producer::new(7);
    producer.send(&partition, b"a", b"aborted").unwrap();
    producer.end(&partition, false).unwrap();
    assert_eq!(consumed(&partition, 0, BYTES_MAX), [(0, b"v".to_vec())]);
    assert_eq!(consumed(&partition, 1, BYTES_MAX), [], "the tombstone is gone");
}

/// The batches of an earlier epoch were still there, and what the snapshot knew of the later one was dropped: a fenced
/// producer could write again.
#[test]
fn an_epoch_is_known_after_a_kill_though_compaction_removed_its_marker() {
    for fsync in [Fsync::Interval, Fsync::Never] {
        let files: Arc<dyn Files> = Arc::new(MemoryFiles::default());
        let partition = open_with(files.clone(), fsync);
        let mut producer = Producer::new(7);
        for key in [b"kept", b"gone"] {
            producer.send(&partition, key, b"v").unwrap();
            producer.end(&partition, true).unwrap();
        }
        append(&partition, &batch(&[(WALL, Some(b"gone"), Some(b"later"))]), &compacted()).unwrap();
        partition.roll(WALL).unwrap();
        maintain(&partition, 1..4);
        let mut batches = Vec::new();
        partition.for_each_batch(|batch| batches.push(batch.base_offset())).unwrap();
        assert_eq!(batches, [0, 1, 4], "the second transaction and its marker are gone");
        let states = open_with(files, fsync).producers();
        assert_eq!(states.iter().map(|(id, state)| (*id, state.epoch)).collect::<Vec<_>>(), [(7, 2)], "{fsync:?}");
    }
}
