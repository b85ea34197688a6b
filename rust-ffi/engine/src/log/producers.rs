//! State of idempotent producers: the last five batches of each, to recognise a retry, and the next sequence number.
//! Kafka: `ProducerStateManager`, `ProducerAppendInfo`.

use std::collections::{BTreeMap, VecDeque};

use bytes::{Buf, BufMut};
use wire::batch::Batch;

use super::AppendError;
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

#[derive(Debug, Default)]
pub(super) struct Producers(BTreeMap<i64, ProducerState>);

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
    pub(super) fn check(&self, batch: &Batch<'_>) -> Result<Option<BatchMetadata>, AppendError> {
        let (producer_id, epoch, got) = (batch.producer_id(), batch.producer_epoch(), batch.base_sequence());
        // Kafka accepts any sequence number of an unknown producer: its state may have expired.
        let Some(state) = self.0.get(&producer_id).filter(|_| producer_id >= 0) else { return Ok(None) };
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
        let expected = if epoch > state.epoch { 0 } else { state.batches.back().map_or(got, next) };
        if got == expected { Ok(None) } else { Err(AppendError::OutOfOrder { producer_id, epoch, expected, got }) }
    }

    /// Records an appended batch.
    pub(super) fn appended(&mut self, batch: &Batch<'_>, base_offset: i64, now_ms: i64) {
        if batch.producer_id() < 0 {
            return;
        }
        let epoch = batch.producer_epoch();
        let new = ProducerState { epoch, last_timestamp: -1, last_active_ms: now_ms, batches: VecDeque::new() };
        let state = self.0.entry(batch.producer_id()).or_insert(new);
        if state.epoch != epoch {
            state.epoch = epoch;
            state.batches.clear();
        }
        if state.batches.len() == BATCHES_KEPT || bugs::planted(Bug::OneBatchKept) {
            state.batches.pop_front();
        }
        state.batches.push_back(BatchMetadata {
            first_sequence: batch.base_sequence(),
            last_sequence: last_sequence(batch),
            base_offset,
            timestamp: batch.max_timestamp(),
        });
        state.last_timestamp = batch.max_timestamp();
        state.last_active_ms = now_ms;
        if self.0.len() > PRODUCERS_MAX {
            self.forget_silent(batch.producer_id());
        }
    }

    /// Forgets a quarter, so that it is seldom done.
    fn forget_silent(&mut self, but: i64) {
        let mut silent: Vec<(i64, i64)> = self.0.iter().map(|(id, state)| (state.last_active_ms, *id)).collect();
        silent.sort_unstable();
        let forgotten = silent.into_iter().filter(|(_, id)| *id != but).take(PRODUCERS_MAX / 4);
        forgotten.for_each(|(_, id)| drop(self.0.remove(&id)));
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn expire(&mut self, older_than_ms: i64) {
        self.0.retain(|_, state| state.last_active_ms > older_than_ms);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds what a snapshot knows beyond the batches in the log: compaction may have removed the later ones.
    pub(super) fn add(&mut self, snapshot: Producers) {
        for (id, theirs) in snapshot.0 {
            let Some(ours) = self.0.get_mut(&id) else {
                self.0.insert(id, theirs);
                continue;
            };
            let last = |state: &ProducerState| state.batches.back().map_or(-1, |batch| batch.base_offset);
            if last(&theirs) > last(ours) {
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
        self.0.iter().map(|(id, state)| (*id, state.clone())).collect()
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
        let known = self.0.iter().filter_map(|(id, state)| Some((id, state, state.batches.back()?)));
        let known: Vec<_> = known.filter(|(_, _, last)| last.base_offset < end).collect();
        out.put_i32(known.len() as i32);
        for (producer_id, state, last) in known {
            let delta = distance(last.first_sequence, last.last_sequence);
            out.put_i64(*producer_id);
            out.put_i16(state.epoch);
            out.put_i32(last.last_sequence);
            out.put_i64(last.base_offset + i64::from(delta));
            out.put_i32(delta);
            out.put_i64(state.last_timestamp);
            out.put_i32(-1);
            out.put_i64(-1);
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
            bytes.advance(12);
            let batch = BatchMetadata {
                first_sequence: advance(last_sequence, -i64::from(delta)),
                last_sequence,
                base_offset: last_offset.wrapping_sub(delta.into()),
                timestamp: last_timestamp,
            };
            let batches = VecDeque::from([batch]);
            producers.0.insert(producer_id, ProducerState { epoch, last_timestamp, last_active_ms: now_ms, batches });
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
