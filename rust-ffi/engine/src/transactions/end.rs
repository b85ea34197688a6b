//! The end of a transaction: the decision, the markers, and the end of that. Kafka:
//! `TransactionCoordinator.endTransaction`, `TransactionMarkerChannelManager`.

use std::sync::Arc;

use wire::ErrorCode;

use super::{
    Claim, Step, TimedOut, TransactionTimer,
    metadata::{NO_PRODUCER_ID, TV_2, TransactionMetadata, TransactionState, is_exhausted},
    registry::{LiveTransactions, make_due, on_shard_of, shard_of},
};
use crate::{
    Engine,
    appender::{self, Unsynced},
    clock::Now,
    coordinator::ProducerIdAndEpoch,
    groups::{self, OFFSETS_TOPIC},
    log::{EndTxnMarker, LEADER_EPOCH},
};

/// Who ends a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Client,
    /// The coordinator, which fences the producer with a new epoch.
    Fence,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct End<'a> {
    pub(super) claim: Claim<'a>,
    pub(super) committed: bool,
    /// The version of transactions that the client uses.
    pub(super) client_version: i16,
    pub(super) origin: Origin,
}

/// The result of a transaction that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// What the producer goes on with.
    pub(crate) producer: ProducerIdAndEpoch,
    /// What an acknowledgement has to wait for.
    pub(crate) until: Option<Unsynced>,
}

/// What an event has decided.
enum Decision {
    /// A repeated request of a transaction that has ended.
    Done(ProducerIdAndEpoch),
    /// The decision is written, and the markers come next.
    Written(ProducerIdAndEpoch),
}

/// How many partitions of one transaction are ended where other requests wait for it.
const PARTITIONS_AT_ONCE: usize = 100;

/// A failed end is tried again so often.
const RETRY_MS: i64 = 1_000;

/// Returns whether ending the transaction of an id takes long.
pub(crate) fn is_large(engine: &Engine, transactional_id: &str) -> bool {
    let count =
        shard_of(engine, transactional_id).1.read(|state, _| Some(state.get(transactional_id)?.partitions.len()));
    count.result.is_some_and(|count| count > PARTITIONS_AT_ONCE)
}

/// Ends the transaction of a client.
pub(crate) fn end(
    engine: &Engine,
    now: Now,
    claim: &Claim<'_>,
    committed: bool,
    client_version: i16,
) -> Result<Ended, ErrorCode> {
    if claim.transactional_id.is_empty() {
        return Err(ErrorCode::InvalidRequest);
    }
    end_as(engine, now, &End { claim: *claim, committed, client_version, origin: Origin::Client })
}

pub(super) fn end_as(engine: &Engine, now: Now, end: &End<'_>) -> Result<Ended, ErrorCode> {
    let id: Arc<str> = end.claim.transactional_id.into();
    let ran = on_shard_of(engine, now, &id, |live, step| decide(engine, live, step, &id, end));
    match ran.result? {
        Decision::Done(producer) => Ok(Ended { producer, until: ran.until }),
        Decision::Written(producer) => {
            // A power cut must not take the decision and leave a marker. The caller may wait for a disk.
            if ran.until.is_some_and(|unsynced| !unsynced.sync()) {
                retry_later(engine, now, &id);
                return Err(ErrorCode::CoordinatorNotAvailable);
            }
            Ok(Ended { producer, until: complete(engine, now, &id) })
        }
    }
}

fn decide(
    engine: &Engine,
    live: &mut LiveTransactions,
    step: &mut Step<'_>,
    id: &Arc<str>,
    end: &End<'_>,
) -> Result<Decision, ErrorCode> {
    let current = step.state().get(id).ok_or(ErrorCode::InvalidProducerIdMapping)?.clone();
    let is_done = match end.origin {
        Origin::Fence => check_fence(&current, end)?,
        Origin::Client if end.client_version >= TV_2 => check_v2(&current, end)?,
        Origin::Client => check_v1(&current, end)?,
    };
    let producer = |metadata: &TransactionMetadata| ProducerIdAndEpoch {
        id: metadata.producer_id,
        epoch: metadata.producer_epoch,
    };
    if is_done {
        return Ok(Decision::Done(producer(&current)));
    }
    let is_client = end.origin == Origin::Client;
    let next_producer_id = match is_client && end.client_version >= TV_2 && is_exhausted(current.producer_epoch) {
        true => engine.producer_ids.next(engine.data_dir.as_deref()).map_err(|_| ErrorCode::CoordinatorNotAvailable)?,
        false => NO_PRODUCER_ID,
    };
    // A fenced producer's epoch is the one that it is fenced with.
    let begun = TransactionMetadata { producer_epoch: end.claim.producer_epoch, ..(*current).clone() };
    let prepared = begun.prepared(end.committed, end.client_version, next_producer_id, step.now.wall_ms);
    let after = prepared.completed(step.now.wall_ms);
    live.write(step, id, prepared)?;
    if is_client && end.client_version >= TV_2 {
        live.set_last_epoch(id, current.producer_epoch);
    } else if !is_client {
        live.set_last_epoch(id, super::metadata::NO_PRODUCER_EPOCH);
    }
    Ok(Decision::Written(producer(&after)))
}

/// Returns whether nothing is left to do.
fn check_fence(current: &TransactionMetadata, end: &End<'_>) -> Result<bool, ErrorCode> {
    if current.producer_id != end.claim.producer_id || end.claim.producer_epoch < current.producer_epoch {
        return Err(ErrorCode::ProducerFenced);
    }
    match current.state {
        TransactionState::Ongoing => Ok(false),
        state if state.decision().is_some() => Err(ErrorCode::ConcurrentTransactions),
        _ => Ok(true),
    }
}

/// Of a client without epochs that change with each end. Kafka: `endTransactionWithTV1`.
fn check_v1(current: &TransactionMetadata, end: &End<'_>) -> Result<bool, ErrorCode> {
    current.check_producer(end.claim.producer_id, end.claim.producer_epoch)?;
    match (current.state, end.committed) {
        (TransactionState::Ongoing, _) => Ok(false),
        (TransactionState::CompleteCommit, true) | (TransactionState::CompleteAbort, false) => Ok(true),
        (TransactionState::PrepareCommit, true) | (TransactionState::PrepareAbort, false) => {
            Err(ErrorCode::ConcurrentTransactions)
        }
        _ => Err(ErrorCode::InvalidTxnState),
    }
}

/// Of a client whose epoch changes with each end. Kafka: `endTransaction`.
fn check_v2(current: &TransactionMetadata, end: &End<'_>) -> Result<bool, ErrorCode> {
    let (producer_id, epoch) = (end.claim.producer_id, end.claim.producer_epoch);
    let is_current = epoch == current.producer_epoch;
    let is_repeated_at_overflow =
        current.previous_producer_id == producer_id && epoch == i16::MAX - 1 && current.producer_epoch == 0;
    let is_repeated = is_repeated_at_overflow || epoch.checked_add(1) == Some(current.producer_epoch);
    if current.producer_id != producer_id && !is_repeated_at_overflow {
        return Err(ErrorCode::InvalidProducerIdMapping);
    }
    let is_valid = match current.state {
        TransactionState::Ongoing | TransactionState::Empty => is_current,
        TransactionState::PrepareCommit | TransactionState::PrepareAbort => is_repeated,
        TransactionState::CompleteCommit | TransactionState::CompleteAbort => is_repeated || is_current,
    };
    if !is_valid {
        return Err(ErrorCode::ProducerFenced);
    }
    match (current.state, end.committed) {
        (TransactionState::Ongoing, _) => Ok(false),
        (TransactionState::CompleteCommit, true) | (TransactionState::CompleteAbort, false) if is_repeated => Ok(true),
        // A transaction may be aborted before anything was written.
        (TransactionState::Empty, false) => Ok(false),
        (TransactionState::CompleteCommit | TransactionState::CompleteAbort, false) if !is_repeated => Ok(false),
        (TransactionState::PrepareCommit, true) | (TransactionState::PrepareAbort, false) => {
            Err(ErrorCode::ConcurrentTransactions)
        }
        _ => Err(ErrorCode::InvalidTxnState),
    }
}

/// Aborts a transaction whose time is over.
pub(super) fn abort_timed_out(engine: &Engine, now: Now, id: &Arc<str>) {
    let timed_out = on_shard_of(engine, now, id, |_, step| {
        let current = step.state().get(id)?.clone();
        let end_ms = current.start_ms.saturating_add(current.timeout_ms.into());
        if current.state != TransactionState::Ongoing || step.now.wall_ms < end_ms {
            return None;
        }
        step.report(TimedOut { transactional_id: id.clone(), timeout_ms: current.timeout_ms });
        Some(current)
    });
    let Some(current) = timed_out.result else { return };
    let producer_epoch = current.producer_epoch.saturating_add(1);
    let claim = Claim { transactional_id: id, producer_id: current.producer_id, producer_epoch };
    let client_version = current.client_version;
    let end = End { claim, committed: false, client_version, origin: Origin::Fence };
    if end_as(engine, now, &end).is_err() {
        retry_later(engine, now, id);
    }
}

fn retry_later(engine: &Engine, now: Now, id: &Arc<str>) {
    let timer = TransactionTimer { transactional_id: id.clone() };
    let _ = on_shard_of(engine, now, id, |_, step| step.set_timer(timer, RETRY_MS));
}

/// Writes the markers of a transaction whose end is decided, and then that it has ended. What fails is tried again
/// later.
pub(super) fn complete(engine: &Engine, now: Now, id: &Arc<str>) -> Option<Unsynced> {
    let decided = shard_of(engine, id).1.read(|state, _| state.get(id).cloned()).result?;
    let committed = decided.state.decision()?;
    let (producer_id, producer_epoch) = (decided.producer_id, decided.producer_epoch);
    let marker = EndTxnMarker { producer_id, producer_epoch, coordinator_epoch: LEADER_EPOCH, committed };
    let (mut is_done, mut unsynced) = (true, Vec::new());
    for (topic, partition) in &decided.partitions {
        match write_marker(engine, now, topic, *partition, &marker) {
            Ok(until) => unsynced.extend(until),
            // A deleted topic needs none, and one with a newer epoch has got it.
            Err(ErrorCode::UnknownTopicOrPartition | ErrorCode::InvalidProducerEpoch) => {}
            Err(_) => is_done = false,
        }
    }
    // A power cut must not take a marker and leave the end. The caller may wait for a disk.
    for one in unsynced {
        is_done &= one.sync();
    }
    if !is_done {
        retry_later(engine, now, id);
        return None;
    }
    let ran = on_shard_of(engine, now, id, |live, step| {
        let is_same = step.state().get(id).is_some_and(|current| *current == decided);
        if is_same && live.write(step, id, decided.completed(step.now.wall_ms)).is_err() {
            step.set_timer(TransactionTimer { transactional_id: id.clone() }, RETRY_MS);
        }
    });
    ran.until
}

/// Writes a marker to one partition. Groups are told what it means for committed offsets.
pub(crate) fn write_marker(
    engine: &Engine,
    now: Now,
    topic: &str,
    partition: i32,
    marker: &EndTxnMarker,
) -> Result<Option<Unsynced>, ErrorCode> {
    if topic == OFFSETS_TOPIC {
        return groups::end_transaction(engine, now, partition, marker);
    }
    appender::append_marker(engine, topic, partition, marker, now)
}

/// Ends what the ids of an earlier run have left.
pub(super) fn resume(engine: &Engine, now: Now, id: &Arc<str>) {
    complete(engine, now, id);
    let is_open = |state: TransactionState| state.decision().is_some();
    let state = shard_of(engine, id).1.read(|state, _| state.get(id).is_some_and(|found| is_open(found.state)));
    if state.result {
        make_due(engine, id);
    }
}
