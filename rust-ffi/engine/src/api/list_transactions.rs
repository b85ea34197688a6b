//! ListTransactions (key 66), versions 0-2. Owner: `transactions/describe.rs`. Kafka:
//! TransactionStateManager.listTransactionStates.
//! Does: the transactional ids, by state, producer id, age and pattern.
//! By version: 1 a least time since the start; 2 a pattern of the ids.
//! Leaves out: nothing.

use wire::{
    ErrorCode,
    message::{
        list_transactions_request::ListTransactionsRequest,
        list_transactions_response::{ListTransactionsResponse, TransactionState},
    },
};

use crate::{
    Engine,
    context::RequestContext,
    groups,
    outcome::Outcome,
    transactions::{self, Described, TransactionState as State},
};

pub(crate) fn handle(engine: &Engine, context: &RequestContext<'_>, request: &ListTransactionsRequest<'_>) -> Outcome {
    let pattern = match request.transactional_id_pattern.filter(|pattern| !pattern.is_empty()) {
        None => None,
        Some(pattern) => match groups::pattern(pattern) {
            Some(pattern) => Some(pattern),
            None => {
                let error_code = ErrorCode::InvalidRegularExpression.code();
                let response = ListTransactionsResponse { error_code, ..ListTransactionsResponse::default() };
                return context.reply(|w, v| response.encode(w, v));
            }
        },
    };
    let (known, unknown): (Vec<&str>, Vec<&str>) =
        request.state_filters.iter().partition(|name| State::ALL.iter().any(|state| state.name() == **name));
    let now_ms = context.now.wall_ms;
    let is_meant = |found: &&Described| {
        let metadata = &found.metadata;
        let is_of_state = request.state_filters.is_empty() || known.contains(&metadata.state.name());
        let is_of_producer =
            request.producer_id_filters.is_empty() || request.producer_id_filters.contains(&metadata.producer_id);
        // As in Kafka, whatever the state is.
        let is_old = request.duration_filter < 0 || now_ms.saturating_sub(metadata.start_ms) > request.duration_filter;
        let matches = pattern.as_ref().is_none_or(|pattern| pattern.is_match(&found.transactional_id));
        is_of_state && is_of_producer && is_old && matches
    };
    let all = transactions::list(engine);
    let listed = all.iter().filter(is_meant).map(|found| TransactionState {
        transactional_id: &found.transactional_id,
        producer_id: found.metadata.producer_id,
        transaction_state: found.metadata.state.name(),
    });
    let response = ListTransactionsResponse {
        throttle_time_ms: 0,
        error_code: ErrorCode::None.code(),
        unknown_state_filters: unknown,
        transaction_states: listed.collect(),
    };
    context.reply(|w, v| response.encode(w, v))
}
