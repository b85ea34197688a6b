//! State of idempotent and transactional producers: the last five batches of each, to recognise a retry, the next
//! sequence number, and its open transaction. Kafka: `ProducerStateManager`, `ProducerAppendInfo`.

use std::collections::{BTreeMap, VecDeque};

use bytes::{Buf, BufMut};
use wire::batch::Batch;

use super::{AppendError, aborted::AbortedTransaction};
use crate::bugs::{self, Bug};

/// Batches remembered for each producer, which is the most requests in flight. Kafka:
/// `ProducerStateEntry.NUM_BATCHES_TO_RETAIN`.
const BATCHES_KEPT: usize = 5;

/// Of one partition, each about a quarter of a kilobyte. Beyond that those that are silent for the longest time are
/// forgotten, as if they had expired. Kafka has no limit but the time.
const PRODUCERS_MAX: usize = if cfg!(test) { 100 } else { 100_000 };

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BatchMetadata {
    first_sequence: i32,
    last_sequence: i32,
    pub base_offset: i64,
    pub timestamp: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct ProducerState {
    pub epoch: i16,
    pub last_timestamp: i64,
    /// Of the coordinator that wrote the last marker; -1 before the first one.
    pub coordinator_epoch: i32,
    /// Where the open transaction begins.
    pub txn_first_offset: Option<i64>,
    /// Wall-clock time of the last append.
    last_active_ms: i64,
    batches: VecDeque<BatchMetadata>,
}

impl ProducerState {
    /// Returns the last sequence number; -1 if none was sent with this epoch.
    pub(crate) fn last_sequence(&self) -> i32 {
        self.batches.back().map_or(-1, |batch| batch.last_sequence)
    }
}

/// Who has written a batch. Coordinators count no sequence numbers. Kafka: `AppendOrigin`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AppendOrigin {
    Client,
    Coordinator,
}

/// A transaction that a marker has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EndedTransaction {
    pub(super) producer_id: i64,
    pub(super) first_offset: i64,
    /// The offset of the marker.
    pub(super) last_offset: i64,
    pub(super) committed: bool,
}

impl EndedTransaction {
    /// What the index of aborted transactions says of it, if it was aborted. `first_open` is the oldest transaction
    /// that is still open.
    pub(super) fn aborted(self, first_open: Option<i64>) -> Option<AbortedTransaction> {
        let EndedTransaction { producer_id, first_offset, last_offset, committed } = self;
        let last_stable_offset = first_open.unwrap_or(last_offset + 1);
        (!committed).then_some(AbortedTransaction { producer_id, first_offset, last_offset, last_stable_offset })
    }
}

#[derive(Debug, Default)]
pub(super) struct Producers {
    known: BTreeMap<i64, ProducerState>,
    /// Open transactions: producer ids by first offset.
    open: BTreeMap<i64, i64>,
}

/// Adds to a sequence number, which wraps from 2^31-1 to 0. Kafka: `DefaultRecordBatch.incrementSequence`.
fn advance(sequence: i32, by: i64) -> i32 {
    (i64::from(sequence) + by).rem_euclid(1 << 31) as i32
}

fn last_sequence(batch: &Batch<'_>) -> i32 {
    advance(batch.base_sequence(), batch.last_offset_delta().into())
}

impl Producers {
    /// Checks epoch and sequence number of a batch. Returns the known batch if this is a retry, and `None` if it is
    /// new. Changes nothing: see [`Producers::appended`].
    pub(super) fn check(&self, batch: &Batch<'_>, origin: AppendOrigin) -> Result<Option<BatchMetadata>, AppendError> {
        let (producer_id, epoch, got) = (batch.producer_id(), batch.producer_epoch(), batch.base_sequence());
        // Kafka accepts any sequence number of an unknown producer: its state may have expired.
        let Some(state) = self.known.get(&producer_id).filter(|_| producer_id >= 0) else { return Ok(None) };
        if origin == AppendOrigin::Coordinator {
            let stale = AppendError::StaleEpoch { producer_id, epoch, current: state.epoch };
            return if epoch < state.epoch { Err(stale) } else { Ok(None) };
        }
        if epoch == state.epoch {
            let last = last_sequence(batch);
            let same = |known: &&BatchMetadata| known.first_sequence == got && known.last_sequence == last;
            if let Some(known) = state.batches.iter().find(same) {
                return Ok(Some(*known));
            }
        }
        if epoch < state.epoch {
            return Err(AppendError::StaleEpoch { producer_id, epoch, current: state.epoch });
        }
        let expected = match state.batches.back() {
            _ if epoch > state.epoch => 0,
            Some(last) => next(last),
            // A marker has begun this epoch.
            None if state.coordinator_epoch >= 0 => 0,
            None => got,
        };
        if got != expected {
            return Err(AppendError::OutOfOrder { producer_id, epoch, expected, got });
        }
        if state.txn_first_offset.is_some() && !batch.is_transactional() {
            return Err(AppendError::InTransaction { producer_id });
        }
        Ok(None)
    }

    /// Checks the epochs of a marker. Kafka: `ProducerAppendInfo.appendEndTxnMarker`.
    pub(super) fn check_marker(&self, producer_id: i64, epoch: i16, coordinator_epoch: i32) -> Result<(), AppendError> {
        let Some(state) = self.known.get(&producer_id) else { return Ok(()) };
        if epoch < state.epoch {
            return Err(AppendError::StaleEpoch { producer_id, epoch, current: state.epoch });
        }
        if coordinator_epoch < state.coordinator_epoch {
            let current = state.coordinator_epoch;
            return Err(AppendError::StaleCoordinator { producer_id, epoch: coordinator_epoch, current });
        }
        Ok(())
    }

    /// Records an appended batch. Returns the transaction that it has ended, if it is a marker.
    pub(super) fn appended(&mut self, batch: &Batch<'_>, base_offset: i64, now_ms: i64) -> Option<EndedTransaction> {
        let producer_id = batch.producer_id();
        if producer_id < 0 {
            return None;
        }
        let epoch = batch.producer_epoch();
        let new = ProducerState {
            epoch,
            last_timestamp: -1,
            coordinator_epoch: -1,
            txn_first_offset: None,
            last_active_ms: now_ms,
            batches: VecDeque::new(),
        };
        let state = self.known.entry(producer_id).or_insert(new);
        if state.epoch != epoch {
            state.epoch = epoch;
            state.batches.clear();
        }
        state.last_timestamp = batch.max_timestamp();
        state.last_active_ms = now_ms;
        let ended = if batch.is_control() {
            let marker = batch.marker()?;
            state.coordinator_epoch = marker.coordinator_epoch;
            let first_offset = state.txn_first_offset.take();
            first_offset.map(|first_offset| {
                self.open.remove(&first_offset);
                EndedTransaction { producer_id, first_offset, last_offset: base_offset, committed: marker.committed }
            })
        } else {
            if state.batches.len() == BATCHES_KEPT || bugs::planted(Bug::OneBatchKept) {
                state.batches.pop_front();
            }
            state.batches.push_back(BatchMetadata {
                first_sequence: batch.base_sequence(),
                last_sequence: last_sequence(batch),
                base_offset,
                timestamp: batch.max_timestamp(),
            });
            if batch.is_transactional() && state.txn_first_offset.is_none() {
                state.txn_first_offset = Some(base_offset);
                self.open.insert(base_offset, producer_id);
            }
            None
        };
        if self.known.len() > PRODUCERS_MAX {
            self.forget_silent(producer_id);
        }
        ended
    }

    /// The offset at which the oldest open transaction begins.
    pub(super) fn first_open(&self) -> Option<i64> {
        self.open.first_key_value().map(|(first, _)| *first)
    }

    /// The open transactions by first offset: producer id, its epoch, first offset.
    pub(super) fn open_transactions(&self) -> Vec<(i64, i16, i64)> {
        let epoch = |id: &i64| self.known.get(id).map_or(-1, |state| state.epoch);
        self.open.iter().map(|(first, id)| (*id, epoch(id), *first)).collect()
    }

    /// Forgets a quarter, so that it is seldom done.
    fn forget_silent(&mut self, but: i64) {
        let silent = self.known.iter().filter(|(_, state)| state.txn_first_offset.is_none());
        let mut silent: Vec<(i64, i64)> = silent.map(|(id, state)| (state.last_active_ms, *id)).collect();
        silent.sort_unstable();
        let forgotten = silent.into_iter().filter(|(_, id)| *id != but).take(PRODUCERS_MAX / 4);
        forgotten.for_each(|(_, id)| drop(self.known.remove(&id)));
    }

    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    /// Forgets producers that are silent since then and have no open transaction.
    pub(super) fn expire(&mut self, older_than_ms: i64) {
        self.known.retain(|_, state| state.last_active_ms > older_than_ms || state.txn_first_offset.is_some());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Adds what a snapshot knows beyond the batches in the log: compaction may have removed the later ones.
    pub(super) fn add(&mut self, snapshot: Producers) {
        for (id, theirs) in snapshot.known {
            let Some(ours) = self.known.get_mut(&id) else {
                if let Some(first) = theirs.txn_first_offset {
                    self.open.insert(first, id);
                }
                self.known.insert(id, theirs);
                continue;
            };
            // A marker begins an epoch without a batch.
            let last =
                |state: &ProducerState| (state.epoch, state.batches.back().map_or(-1, |batch| batch.base_offset));
            if last(&theirs) > last(ours) {
                // What is open is still in the log, so that the batches have told of it.
                let theirs = ProducerState { txn_first_offset: ours.txn_first_offset, ..theirs };
                let before = std::mem::replace(ours, theirs);
                if before.epoch == ours.epoch {
                    before
                        .batches
                        .into_iter()
                        .rev()
                        .take(BATCHES_KEPT - 1)
                        .for_each(|batch| ours.batches.push_front(batch));
                }
            }
        }
    }

    pub(super) fn list(&self) -> Vec<(i64, ProducerState)> {
        self.known.iter().map(|(id, state)| (*id, state.clone())).collect()
    }
}

/// The format is Kafka's (`ProducerStateManager`): the last batch of each producer.
const SNAPSHOT_VERSION: i16 = 1;
/// Producer id, epoch, last sequence, last offset, offset delta, timestamp, coordinator epoch, first offset of the
/// transaction.
const ENTRY: usize = 8 + 2 + 4 + 8 + 4 + 8 + 4 + 8;

impl Producers {
    /// Returns the contents of a snapshot file at the log end offset `end`.
    pub(super) fn encode(&self, end: i64) -> Vec<u8> {
        let mut out = Vec::new();
        out.put_i16(SNAPSHOT_VERSION);
        out.put_u32(0);
        let checked = out.len();
        let is_there = |state: &ProducerState| state.batches.back().is_none_or(|last| last.base_offset < end);
        let known: Vec<_> = self.known.iter().filter(|(_, state)| is_there(state)).collect();
        out.put_i32(known.len() as i32);
        for (producer_id, state) in known {
            out.put_i64(*producer_id);
            out.put_i16(state.epoch);
            match state.batches.back() {
                Some(last) => {
                    let delta = distance(last.first_sequence, last.last_sequence);
                    out.put_i32(last.last_sequence);
                    out.put_i64(last.base_offset + i64::from(delta));
                    out.put_i32(delta);
                }
                // A marker has begun the epoch.
                None => {
                    out.put_i32(-1);
                    out.put_i64(-1);
                    out.put_i32(0);
                }
            }
            out.put_i64(state.last_timestamp);
            out.put_i32(state.coordinator_epoch);
            out.put_i64(state.txn_first_offset.unwrap_or(-1));
        }
        let crc = wire::batch::crc(&out[checked..]);
        out[checked - 4..checked].copy_from_slice(&crc.to_be_bytes());
        out
    }

    /// Parses a snapshot; `None` if it is damaged.
    pub(super) fn decode(mut bytes: &[u8], now_ms: i64) -> Option<Producers> {
        if bytes.len() < 10 || bytes.get_i16() != SNAPSHOT_VERSION || bytes.get_u32() != wire::batch::crc(bytes) {
            return None;
        }
        let count = usize::try_from(bytes.get_i32()).ok()?;
        if bytes.len() != count.checked_mul(ENTRY)? {
            return None;
        }
        let mut producers = Producers::default();
        for _ in 0..count {
            let (producer_id, epoch, last_sequence) = (bytes.get_i64(), bytes.get_i16(), bytes.get_i32());
            let (last_offset, delta, last_timestamp) = (bytes.get_i64(), bytes.get_i32(), bytes.get_i64());
            let (coordinator_epoch, first_offset) = (bytes.get_i32(), bytes.get_i64());
            let txn_first_offset = (first_offset >= 0).then_some(first_offset);
            let batch = BatchMetadata {
                first_sequence: advance(last_sequence, -i64::from(delta)),
                last_sequence,
                base_offset: last_offset.wrapping_sub(delta.into()),
                timestamp: last_timestamp,
            };
            let batches = if last_sequence < 0 { VecDeque::new() } else { VecDeque::from([batch]) };
            if let Some(first) = txn_first_offset {
                producers.open.insert(first, producer_id);
            }
            let last_active_ms = now_ms;
            producers.known.insert(
                producer_id,
                ProducerState { epoch, last_timestamp, coordinator_epoch, txn_first_offset, last_active_ms, batches },
            );
        }
        Some(producers)
    }
}

fn distance(first: i32, last: i32) -> i32 {
    (i64::from(last) - i64::from(first)).rem_euclid(1 << 31) as i32
}

fn next(batch: &BatchMetadata) -> i32 {
    advance(batch.last_sequence, 1)
}
