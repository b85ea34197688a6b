//! InitProducerId (key 22), versions 0-5. Owner: `producer_ids.rs`, `transactions/init.rs`. Kafka:
//! TransactionCoordinator.handleInitProducerId.
//! Does: assigns an unused producer id to an idempotent producer, with epoch 0. A transactional id keeps its producer
//! id and gets the next epoch, which fences earlier producers; their open transaction is aborted first.
//! By version: 2 flexible; 3 the producer may send its current id and epoch (KIP-360); 4 PRODUCER_FENCED instead of
//! INVALID_PRODUCER_EPOCH; 5 TRANSACTION_ABORTABLE, which is not answered here.
//! Leaves out: two-phase commit (KIP-939), which Kafka does not advertise.

use wire::{
    ErrorCode,
    message::{init_producer_id_request::InitProducerIdRequest, init_producer_id_response::InitProducerIdResponse},
};

use crate::{
    Engine,
    context::RequestContext,
    coordinator::{DelayedReply, ProducerIdAndEpoch, Ran, reply_when_synced},
    outcome::Outcome,
    request_size::Size,
    transactions::{self, Init, TRANSACTIONS_TOPIC},
};

/// Whether it waits for a disk, or makes `__transaction_state` there.
pub(crate) fn blocks(size: Size<'_>, request: &InitProducerIdRequest<'_>) -> bool {
    let is_first = size.is_on_disk() && size.engine.topics.get(TRANSACTIONS_TOPIC).is_none();
    size.is_large() || request.transactional_id.is_some() && (is_first || size.syncs_always())
}

pub(crate) fn handle(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &InitProducerIdRequest<'_>,
) -> Outcome<DelayedReply> {
    let to_response = |result: Result<ProducerIdAndEpoch, ErrorCode>| {
        let code = result.err().unwrap_or(ErrorCode::None);
        let given = result.unwrap_or(ProducerIdAndEpoch { id: -1, epoch: -1 });
        let response = InitProducerIdResponse {
            error_code: in_version(code, context.version, 4).code(),
            producer_id: given.id,
            producer_epoch: given.epoch,
            ..Default::default()
        };
        context.reply(|writer, version| response.encode(writer, version))
    };
    match init(engine, context, request) {
        Ok(Ran { result, until }) => {
            // Clients retry after this code.
            let failed = || to_response(Err(ErrorCode::CoordinatorNotAvailable));
            reply_when_synced(until.into_iter().collect(), to_response(Ok(result)), failed)
        }
        Err(code) => to_response(Err(code)).map(|never| match never {}),
    }
}

fn init(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &InitProducerIdRequest<'_>,
) -> Result<Ran<ProducerIdAndEpoch>, ErrorCode> {
    // An id without an epoch, or an epoch without an id.
    if (request.producer_id == -1) != (request.producer_epoch == -1) {
        return Err(ErrorCode::InvalidRequest);
    }
    let Some(transactional_id) = request.transactional_id else {
        let given = engine.producer_ids.next(engine.data_dir.as_deref());
        let id = given.map_err(|_| ErrorCode::CoordinatorNotAvailable)?;
        return Ok(Ran { result: ProducerIdAndEpoch { id, epoch: 0 }, until: None });
    };
    if transactional_id.is_empty() {
        return Err(ErrorCode::InvalidRequest);
    }
    let expected = ProducerIdAndEpoch { id: request.producer_id, epoch: request.producer_epoch };
    let init = Init {
        transactional_id,
        timeout_ms: request.transaction_timeout_ms,
        expected: (request.producer_id != -1).then_some(expected),
    };
    transactions::init(engine, context.now, &init)
}

/// Replaces a code that versions before `since` do not know. Kafka: `KafkaApis`, "fenced" in the handlers of
/// transactions.
pub(super) fn in_version(code: ErrorCode, version: i16, since: i16) -> ErrorCode {
    match code {
        ErrorCode::ProducerFenced if version < since => ErrorCode::InvalidProducerEpoch,
        code => code,
    }
}
