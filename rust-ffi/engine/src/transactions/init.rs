//! InitProducerId with a transactional id. Kafka: `TransactionCoordinator.handleInitProducerId`.

use std::sync::Arc;

use wire::ErrorCode;

use super::{
    Claim, Step,
    end::{End, Origin, end_as},
    metadata::{NO_PRODUCER_EPOCH, TransactionMetadata, TransactionState, is_exhausted},
    registry::{LiveTransactions, on_shard_of},
    state_log::prepare,
};
use crate::{
    Engine,
    clock::Now,
    coordinator::{ProducerIdAndEpoch, Ran},
};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Init<'a> {
    pub(crate) transactional_id: &'a str,
    pub(crate) timeout_ms: i32,
    /// What the producer has been given before; `None` for one that begins.
    pub(crate) expected: Option<ProducerIdAndEpoch>,
}

/// What an event has found.
enum Found {
    Given(ProducerIdAndEpoch),
    /// A transaction of the last producer is open: it is aborted with this id and epoch first. The version is that of
    /// its client.
    Open {
        fence: ProducerIdAndEpoch,
        client_version: i16,
    },
}

pub(crate) fn init(engine: &Engine, now: Now, init: &Init<'_>) -> Result<Ran<ProducerIdAndEpoch>, ErrorCode> {
    let max_ms = engine.configs.int("transaction.max.timeout.ms");
    if init.timeout_ms <= 0 || i64::from(init.timeout_ms) > max_ms {
        return Err(ErrorCode::InvalidTransactionTimeout);
    }
    prepare(engine)?;
    let id: Arc<str> = init.transactional_id.into();
    let ran = on_shard_of(engine, now, &id, |live, step| init_in(engine, live, step, &id, init));
    match ran.result? {
        Found::Given(given) => Ok(Ran { result: given, until: ran.until }),
        Found::Open { fence, client_version } => {
            let claim = Claim { transactional_id: &id, producer_id: fence.id, producer_epoch: fence.epoch };
            let end = End { claim, committed: false, client_version, origin: Origin::Fence };
            // The client tries again, and the next epoch is its own.
            match end_as(engine, now, &end) {
                Ok(_) => Err(ErrorCode::ConcurrentTransactions),
                Err(error) => Err(error),
            }
        }
    }
}

fn init_in(
    engine: &Engine,
    live: &mut LiveTransactions,
    step: &mut Step<'_>,
    id: &Arc<str>,
    init: &Init<'_>,
) -> Result<Found, ErrorCode> {
    let now_ms = step.now.wall_ms;
    let next_id =
        || engine.producer_ids.next(engine.data_dir.as_deref()).map_err(|_| ErrorCode::CoordinatorNotAvailable);
    let current = match step.state().get(id) {
        Some(current) => current.clone(),
        None => Arc::new(TransactionMetadata::new(next_id()?, init.timeout_ms, now_ms)),
    };
    let is_valid = |expected: ProducerIdAndEpoch| {
        current.producer_epoch == NO_PRODUCER_EPOCH
            || expected.id == current.producer_id
            || (expected.id == current.previous_producer_id && is_exhausted(expected.epoch))
    };
    if init.expected.is_some_and(|expected| !is_valid(expected)) {
        return Err(ErrorCode::ProducerFenced);
    }
    if current.state.decision().is_some() {
        return Err(ErrorCode::ConcurrentTransactions);
    }
    if current.state == TransactionState::Ongoing {
        // As in Kafka, this epoch is never given to a client. One that is used up stays.
        let epoch = current.producer_epoch.saturating_add(1);
        let fence = ProducerIdAndEpoch { id: current.producer_id, epoch };
        return Ok(Found::Open { fence, client_version: current.client_version });
    }
    let is_current = |expected: ProducerIdAndEpoch| expected.epoch == current.producer_epoch;
    let (next, last_epoch) = if is_exhausted(current.producer_epoch) && init.expected.is_none_or(is_current) {
        let last_epoch = if init.expected.is_some() { current.producer_epoch } else { NO_PRODUCER_EPOCH };
        (current.rotated(next_id()?, init.timeout_ms, now_ms), last_epoch)
    } else {
        let (epoch, last_epoch) = incremented(&current, live.last_epoch(id), init.expected)?;
        (current.initialized(epoch, init.timeout_ms, now_ms), last_epoch)
    };
    let given = ProducerIdAndEpoch { id: next.producer_id, epoch: next.producer_epoch };
    live.write(step, id, next)?;
    live.set_last_epoch(id, last_epoch);
    Ok(Found::Given(given))
}

/// The next epoch, and the one from which a producer may repeat this request. Kafka: `prepareIncrementProducerEpoch`.
fn incremented(
    current: &TransactionMetadata,
    last_epoch: i16,
    expected: Option<ProducerIdAndEpoch>,
) -> Result<(i16, i16), ErrorCode> {
    let epoch = current.producer_epoch;
    match expected {
        None => Ok((epoch.saturating_add(1), NO_PRODUCER_EPOCH)),
        Some(expected) if epoch == NO_PRODUCER_EPOCH || expected.epoch == epoch => Ok((epoch.saturating_add(1), epoch)),
        // A repeated request, which was answered before.
        Some(expected) if expected.epoch == last_epoch => Ok((epoch, last_epoch)),
        Some(_) => Err(ErrorCode::ProducerFenced),
    }
}
