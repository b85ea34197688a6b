//! The partitions of a transaction: added by AddPartitionsToTxn and AddOffsetsToTxn, or by the first batch that is
//! written (KIP-890), and checked for each batch. Kafka: `TransactionCoordinator.handleAddPartitionsToTransaction`,
//! `handleVerifyPartitionsInTransaction`.

use std::sync::Arc;

use wire::ErrorCode;

use super::{
    Claim, Step,
    metadata::{Partitions, TransactionMetadata, TransactionState},
    registry::{LiveTransactions, on_shard_of, shard_of},
};
use crate::{Engine, clock::Now, coordinator::Ran};

/// Adds partitions to the transaction of a producer, which opens it if it is not open.
pub(crate) fn add(
    engine: &Engine,
    now: Now,
    claim: &Claim<'_>,
    partitions: Partitions,
    client_version: i16,
) -> Result<Ran<()>, ErrorCode> {
    check_id(claim)?;
    let ran = on_shard_of(engine, now, claim.transactional_id, |live, step| {
        add_in(live, step, claim, partitions, client_version)
    });
    ran.result.map(|()| Ran { result: (), until: ran.until })
}

fn check_id(claim: &Claim<'_>) -> Result<(), ErrorCode> {
    if claim.transactional_id.is_empty() { Err(ErrorCode::InvalidRequest) } else { Ok(()) }
}

fn add_in(
    live: &mut LiveTransactions,
    step: &mut Step<'_>,
    claim: &Claim<'_>,
    partitions: Partitions,
    client_version: i16,
) -> Result<(), ErrorCode> {
    let current = current(step, claim)?;
    if current.state == TransactionState::Ongoing && partitions.is_subset(&current.partitions) {
        return Ok(());
    }
    let next = current.with_partitions(partitions, client_version, step.now.wall_ms);
    live.write(step, &claim.transactional_id.into(), next)
}

/// The state of the id, if the request comes from its producer and no transaction is ending.
fn current(step: &Step<'_>, claim: &Claim<'_>) -> Result<Arc<TransactionMetadata>, ErrorCode> {
    let current = step.state().get(claim.transactional_id).ok_or(ErrorCode::InvalidProducerIdMapping)?;
    current.check_producer(claim.producer_id, claim.producer_epoch)?;
    if current.state.decision().is_some() { Err(ErrorCode::ConcurrentTransactions) } else { Ok(current.clone()) }
}

/// Which of the partitions are in the open transaction of a producer.
pub(crate) fn verify(engine: &Engine, claim: &Claim<'_>, partitions: &Partitions) -> Result<Partitions, ErrorCode> {
    check_id(claim)?;
    let verify = |current: &Arc<TransactionMetadata>| {
        current.check_producer(claim.producer_id, claim.producer_epoch)?;
        match current.state {
            TransactionState::Ongoing => Ok(current.partitions.intersection(partitions).cloned().collect()),
            state if state.decision().is_some() => Err(ErrorCode::ConcurrentTransactions),
            _ => Ok(Partitions::new()),
        }
    };
    let read = shard_of(engine, claim.transactional_id)
        .1
        .read(|state, _| state.get(claim.transactional_id).map_or(Err(ErrorCode::InvalidProducerIdMapping), verify));
    read.result
}

/// Runs `append`, which writes to a partition as part of a producer's transaction. The partition has to be in the
/// transaction, or is added to it with `adds`. The transaction cannot end before `append` returns: no record comes
/// after the marker. Kafka: `AddPartitionsToTxnManager`, `VerificationGuard`.
pub(crate) fn append_in<R>(
    engine: &Engine,
    now: Now,
    claim: &Claim<'_>,
    partition: (Arc<str>, i32),
    adds: Option<i16>,
    append: impl FnOnce() -> R,
) -> Result<Ran<R>, ErrorCode> {
    check_id(claim)?;
    let ran = on_shard_of(engine, now, claim.transactional_id, |live, step| {
        match adds {
            Some(client_version) => add_in(live, step, claim, Partitions::from([partition]), client_version)?,
            None => {
                let current = current(step, claim)?;
                if current.state != TransactionState::Ongoing || !current.partitions.contains(&partition) {
                    return Err(ErrorCode::TransactionAbortable);
                }
            }
        }
        Ok(append())
    });
    ran.result.map(|result| Ran { result, until: ran.until })
}
