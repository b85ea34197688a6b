//! DescribeTransactions (key 65), version 0. Owner: `transactions/describe.rs`. Kafka:
//! TransactionCoordinator.handleDescribeTransactions.
//! Does: the state of transactional ids.
//! By version: there is one.
//! Leaves out: nothing.

use wire::{
    ErrorCode,
    message::{
        describe_transactions_request::DescribeTransactionsRequest,
        describe_transactions_response::{DescribeTransactionsResponse, TopicData, TransactionState},
    },
};

use crate::{
    Engine,
    context::RequestContext,
    outcome::Outcome,
    transactions::{self, TransactionMetadata},
};

/// Bytes of a response; a short request may name a large transaction very often.
const RESPONSE_MAX: usize = 64 << 20;

pub(crate) fn handle(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &DescribeTransactionsRequest<'_>,
) -> Outcome {
    let describe = |id: &&str| if id.is_empty() { None } else { transactions::describe(engine, id) };
    let found: Vec<_> = request.transactional_ids.iter().map(describe).collect();
    let bytes = found.iter().flatten().zip(&request.transactional_ids).map(|(metadata, id)| metadata.bytes(id));
    if bytes.sum::<usize>() > RESPONSE_MAX {
        return Outcome::Close(format!("the answer to DescribeTransactions is larger than {RESPONSE_MAX} bytes"));
    }
    let asked = request.transactional_ids.iter().zip(&found);
    let states = asked.map(|(id, found)| found.as_ref().map_or_else(|| unknown(id), |metadata| show(id, metadata)));
    let response = DescribeTransactionsResponse { throttle_time_ms: 0, transaction_states: states.collect() };
    context.reply(|w, v| response.encode(w, v))
}

fn unknown(transactional_id: &str) -> TransactionState<'_> {
    let is_empty = transactional_id.is_empty();
    let error = if is_empty { ErrorCode::InvalidRequest } else { ErrorCode::TransactionalIdNotFound };
    TransactionState {
        error_code: error.code(),
        transactional_id,
        transaction_state: "",
        transaction_timeout_ms: 0,
        transaction_start_time_ms: 0,
        producer_id: 0,
        producer_epoch: 0,
        topics: Vec::new(),
    }
}

fn show<'a>(transactional_id: &'a str, metadata: &'a TransactionMetadata) -> TransactionState<'a> {
    let mut topics: Vec<TopicData<'_>> = Vec::new();
    for (topic, partition) in &metadata.partitions {
        match topics.last_mut().filter(|last| *last.topic == **topic) {
            Some(last) => last.partitions.push(*partition),
            None => topics.push(TopicData { topic, partitions: vec![*partition] }),
        }
    }
    TransactionState {
        error_code: ErrorCode::None.code(),
        transactional_id,
        transaction_state: metadata.state.name(),
        transaction_timeout_ms: metadata.timeout_ms,
        transaction_start_time_ms: metadata.start_ms,
        producer_id: metadata.producer_id,
        producer_epoch: metadata.producer_epoch,
        topics,
    }
}
