//! InitProducerId (key 22), versions 0-5. Owner: `producer_ids.rs`. Kafka: TransactionCoordinator.handleInitProducerId.
//! Does: assigns an unused producer id to an idempotent producer, with epoch 0.
//! By version: 2 flexible; 3 the producer may send its current id (KIP-360), which only transactions use.
//! Leaves out: transactional ids, until transactions are served.

use wire::{
    ErrorCode,
    message::{init_producer_id_request::InitProducerIdRequest, init_producer_id_response::InitProducerIdResponse},
};

use crate::{Engine, context::RequestContext, events::Event, outcome::Outcome};

pub(crate) fn handle(engine: &Engine, context: &RequestContext<'_>, request: &InitProducerIdRequest<'_>) -> Outcome {
    let refused = match request.transactional_id {
        // An id without an epoch, or an epoch without an id.
        _ if (request.producer_id == -1) != (request.producer_epoch == -1) => Some(ErrorCode::InvalidRequest),
        None => None,
        Some("") => Some(ErrorCode::InvalidRequest),
        // Clients give up on this code at once; another code would make them retry for ever.
        Some(_) => Some(ErrorCode::TransactionalIdAuthorizationFailed),
    };
    let mut response = InitProducerIdResponse { producer_id: -1, producer_epoch: -1, ..Default::default() };
    if refused == Some(ErrorCode::TransactionalIdAuthorizationFailed) {
        engine.observer.report(&Event::TransactionRefused { client: context.client() });
    }
    match refused {
        Some(code) => response.error_code = code.code(),
        None => match engine.producer_ids.next(engine.data_dir.as_deref()) {
            Ok(producer_id) => (response.producer_id, response.producer_epoch) = (producer_id, 0),
            // Clients retry after this code.
            Err(_) => response.error_code = ErrorCode::CoordinatorNotAvailable.code(),
        },
    }
    context.reply(|writer, version| response.encode(writer, version))
}
