//! EndTxn (key 26), versions 0-5. Owner: `transactions/end.rs`. Kafka: KafkaApis.handleEndTxnRequest.
//! Does: commits or aborts a producer's transaction; the markers are written before it is answered.
//! By version: 2 PRODUCER_FENCED instead of INVALID_PRODUCER_EPOCH; 3 flexible; 4 TRANSACTION_ABORTABLE, which is not
//! answered here; 5 each end begins a new epoch, which is answered (KIP-890).
//! Leaves out: nothing.

use wire::{
    ErrorCode,
    message::{end_txn_request::EndTxnRequest, end_txn_response::EndTxnResponse},
};

use super::init_producer_id::in_version;
use crate::{
    Engine,
    context::RequestContext,
    coordinator::{DelayedReply, ProducerIdAndEpoch, reply_when_synced},
    outcome::Outcome,
    request_size::Size,
    transactions::{self, Claim, Ended},
};

/// The first version that clients send whose epoch changes with each end.
const NEW_EPOCH_FROM: i16 = 5;

/// The version of transactions that the client uses.
fn client_version(version: i16) -> i16 {
    if version >= NEW_EPOCH_FROM { 2 } else { 0 }
}

/// Whether it waits for a disk, or writes very many markers.
pub(crate) fn blocks(size: Size<'_>, request: &EndTxnRequest<'_>) -> bool {
    size.syncs_always() || size.is_large() || transactions::is_large(size.engine, request.transactional_id)
}

pub(crate) fn handle(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &EndTxnRequest<'_>,
) -> Outcome<DelayedReply> {
    let to_response = |result: Result<ProducerIdAndEpoch, ErrorCode>| {
        let none = ProducerIdAndEpoch { id: -1, epoch: -1 };
        let code = result.err().unwrap_or(ErrorCode::None);
        let producer = result.unwrap_or(none);
        let response = EndTxnResponse {
            throttle_time_ms: 0,
            error_code: in_version(code, context.version, 2).code(),
            producer_id: producer.id,
            producer_epoch: producer.epoch,
        };
        context.reply(|w, v| response.encode(w, v))
    };
    let claim = Claim {
        transactional_id: request.transactional_id,
        producer_id: request.producer_id,
        producer_epoch: request.producer_epoch,
    };
    match transactions::end(engine, context.now, &claim, request.committed, client_version(context.version)) {
        Ok(Ended { producer, until }) => {
            let failed = || to_response(Err(ErrorCode::CoordinatorNotAvailable));
            reply_when_synced(until.into_iter().collect(), to_response(Ok(producer)), failed)
        }
        Err(code) => to_response(Err(code)).map(|never| match never {}),
    }
}
