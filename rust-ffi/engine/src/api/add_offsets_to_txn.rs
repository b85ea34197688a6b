//! AddOffsetsToTxn (key 25), versions 0-4. Owner: `transactions/add_partitions.rs`. Kafka:
//! KafkaApis.handleAddOffsetsToTxnRequest.
//! Does: adds the partition of `__consumer_offsets` that a group belongs to to a producer's transaction.
//! By version: 2 PRODUCER_FENCED instead of INVALID_PRODUCER_EPOCH; 3 flexible; 4 TRANSACTION_ABORTABLE, which is not
//! answered here.
//! Leaves out: nothing.

use wire::{
    ErrorCode,
    message::{
        add_offsets_to_txn_request::AddOffsetsToTxnRequest, add_offsets_to_txn_response::AddOffsetsToTxnResponse,
    },
};

use super::init_producer_id::in_version;
use crate::{
    Engine,
    context::RequestContext,
    coordinator::{DelayedReply, Ran, reply_when_synced},
    groups::{self, OFFSETS_TOPIC},
    outcome::Outcome,
    transactions::{self, Claim, Partitions},
};

pub(crate) fn handle(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &AddOffsetsToTxnRequest<'_>,
) -> Outcome<DelayedReply> {
    let to_response = |code: ErrorCode| {
        let error_code = in_version(code, context.version, 2).code();
        let response = AddOffsetsToTxnResponse { throttle_time_ms: 0, error_code };
        context.reply(|w, v| response.encode(w, v))
    };
    let (code, until) = match add(engine, context, request) {
        Ok(ran) => (ErrorCode::None, ran.until),
        Err(code) => (code, None),
    };
    let failed = || to_response(ErrorCode::CoordinatorNotAvailable);
    reply_when_synced(until.into_iter().collect(), to_response(code), failed)
}

fn add(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &AddOffsetsToTxnRequest<'_>,
) -> Result<Ran<()>, ErrorCode> {
    groups::prepare(engine)?;
    let claim = Claim {
        transactional_id: request.transactional_id,
        producer_id: request.producer_id,
        producer_epoch: request.producer_epoch,
    };
    let partition = (OFFSETS_TOPIC.into(), groups::partition_of(engine, request.group_id));
    transactions::add(engine, context.now, &claim, Partitions::from([partition]), 0)
}
