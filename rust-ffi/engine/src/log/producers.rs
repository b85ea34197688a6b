//! What is known of idempotent producers: the last five batches of each, to know a retry from new data, and the next
//! sequence number. Kafka: `ProducerStateManager`, `ProducerAppendInfo`.

use std::collections::{BTreeMap, VecDeque};

use wire::batch::Batch;

use super::AppendError;

/// Kafka: `ProducerStateEntry.NUM_BATCHES_TO_RETAIN`; more requests may not be in flight.
const BATCHES_KEPT: usize = 5;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    first_sequence: i32,
    last_sequence: i32,
    pub base_offset: i64,
    pub timestamp: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct ProducerState {
    pub epoch: i16,
    pub last_timestamp: i64,
    /// When it was last heard of.
    seen_ms: i64,
    batches: VecDeque<Kept>,
}

impl ProducerState {
    /// -1 if nothing was sent with this epoch.
    pub(crate) fn last_sequence(&self) -> i32 {
        self.batches.back().map_or(-1, |batch| batch.last_sequence)
    }
}

#[derive(Debug, Default)]
pub(super) struct Producers(BTreeMap<i64, ProducerState>);

/// Sequence numbers wrap from 2^31-1 to 0. Kafka: `DefaultRecordBatch.incrementSequence`.
fn advance(sequence: i32, by: i32) -> i32 {
    ((i64::from(sequence) + i64::from(by)) % (1 << 31)) as i32
}

fn last_sequence(batch: &Batch<'_>) -> i32 {
    advance(batch.base_sequence(), batch.last_offset_delta())
}

impl Producers {
    /// The batch was appended before: where. Or an error, or neither if it is new. Nothing is changed: see
    /// [`Producers::appended`].
    pub(super) fn check(&self, batch: &Batch<'_>) -> Result<Option<Kept>, AppendError> {
        let (producer_id, epoch, got) = (batch.producer_id(), batch.producer_epoch(), batch.base_sequence());
        // Kafka takes any sequence number of a producer that it does not know: its state may have expired.
        let Some(state) = self.0.get(&producer_id).filter(|_| producer_id >= 0) else { return Ok(None) };
        if epoch == state.epoch {
            let same = |kept: &&Kept| kept.first_sequence == got && kept.last_sequence == last_sequence(batch);
            if let Some(kept) = state.batches.iter().find(same) {
                return Ok(Some(*kept));
            }
        }
        if epoch < state.epoch {
            return Err(AppendError::StaleEpoch { producer_id, epoch, current: state.epoch });
        }
        let expected = if epoch > state.epoch { 0 } else { state.batches.back().map_or(got, next) };
        if got == expected { Ok(None) } else { Err(AppendError::OutOfOrder { producer_id, epoch, expected, got }) }
    }

    /// The batch is in the log now.
    pub(super) fn appended(&mut self, batch: &Batch<'_>, base_offset: i64, now_ms: i64) {
        if batch.producer_id() < 0 {
            return;
        }
        let epoch = batch.producer_epoch();
        let fresh = ProducerState { epoch, last_timestamp: -1, seen_ms: now_ms, batches: VecDeque::new() };
        let state = self.0.entry(batch.producer_id()).or_insert(fresh);
        if state.epoch != epoch {
            state.epoch = epoch;
            state.batches.clear();
        }
        if state.batches.len() == BATCHES_KEPT {
            state.batches.pop_front();
        }
        state.batches.push_back(Kept {
            first_sequence: batch.base_sequence(),
            last_sequence: last_sequence(batch),
            base_offset,
            timestamp: batch.max_timestamp(),
        });
        state.last_timestamp = batch.max_timestamp();
        state.seen_ms = now_ms;
    }

    pub(super) fn expire(&mut self, older_than_ms: i64) {
        self.0.retain(|_, state| state.seen_ms > older_than_ms);
    }

    pub(super) fn list(&self) -> Vec<(i64, ProducerState)> {
        self.0.iter().map(|(id, state)| (*id, state.clone())).collect()
    }
}

fn next(kept: &Kept) -> i32 {
    advance(kept.last_sequence, 1)
}
