//! AddPartitionsToTxn (key 24), versions 0-5. Owner: `transactions/add_partitions.rs`. Kafka:
//! KafkaApis.handleAddPartitionsToTxnRequest.
//! Does: adds partitions to a producer's transaction, which opens it; all of them or none. Between brokers it asks
//! whether partitions are in a transaction.
//! By version: 2 PRODUCER_FENCED instead of INVALID_PRODUCER_EPOCH; 3 flexible; 4 several transactions, for brokers.
//! Leaves out: nothing.

use std::sync::Arc;

use wire::{
    ErrorCode,
    message::{
        add_partitions_to_txn_request::{
            AddPartitionsToTxnRequest, AddPartitionsToTxnTopic, AddPartitionsToTxnTransaction,
        },
        add_partitions_to_txn_response::{
            AddPartitionsToTxnPartitionResult, AddPartitionsToTxnResponse, AddPartitionsToTxnResult,
            AddPartitionsToTxnTopicResult,
        },
    },
};

use super::init_producer_id::in_version;
use crate::{
    Engine,
    appender::Unsynced,
    context::RequestContext,
    coordinator::{DelayedReply, reply_when_synced},
    outcome::Outcome,
    transactions::{self, Claim, Partitions},
};

/// Versions up to this one are sent by clients, one transaction each.
const CLIENTS_MAX: i16 = 3;

pub(crate) fn handle(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &AddPartitionsToTxnRequest<'_>,
) -> Outcome<DelayedReply> {
    let mut until = Vec::new();
    let response = if context.version <= CLIENTS_MAX {
        let transaction = AddPartitionsToTxnTransaction {
            transactional_id: request.v3_and_below_transactional_id,
            producer_id: request.v3_and_below_producer_id,
            producer_epoch: request.v3_and_below_producer_epoch,
            verify_only: false,
            topics: request.v3_and_below_topics.clone(),
        };
        let results_by_topic_v3_and_below = add(engine, context, &transaction, &mut until);
        AddPartitionsToTxnResponse { results_by_topic_v3_and_below, ..AddPartitionsToTxnResponse::default() }
    } else {
        let results = request.transactions.iter().map(|transaction| AddPartitionsToTxnResult {
            transactional_id: transaction.transactional_id,
            topic_results: add(engine, context, transaction, &mut until),
        });
        let results_by_transaction = results.collect();
        AddPartitionsToTxnResponse { results_by_transaction, ..AddPartitionsToTxnResponse::default() }
    };
    let failed = || Outcome::Close("the log of the transaction coordinator could not be synced".to_owned());
    reply_when_synced(until, context.reply(|w, v| response.encode(w, v)), failed)
}

fn add<'a>(
    engine: &Engine,
    context: &RequestContext<'_>,
    transaction: &AddPartitionsToTxnTransaction<'a>,
    until: &mut Vec<Unsynced>,
) -> Vec<AddPartitionsToTxnTopicResult<'a>> {
    let exists = |topic: &str, partition: i32| {
        engine.topics.get(topic).is_some_and(|topic| (0..topic.partition_count()).contains(&partition))
    };
    let all_exist = transaction.topics.iter().all(|topic| topic.partitions.iter().all(|one| exists(topic.name, *one)));
    if !all_exist {
        let mut results = results(transaction, |topic, partition| match exists(topic, partition) {
            true => ErrorCode::OperationNotAttempted,
            false => ErrorCode::UnknownTopicOrPartition,
        });
        // As in Kafka, those that do not exist come first.
        let is_there = |result: &AddPartitionsToTxnPartitionResult| {
            result.partition_error_code == ErrorCode::OperationNotAttempted.code()
        };
        results.iter_mut().for_each(|topic| topic.results_by_partition.sort_by_key(is_there));
        return results;
    }
    let claim = Claim {
        transactional_id: transaction.transactional_id,
        producer_id: transaction.producer_id,
        producer_epoch: transaction.producer_epoch,
    };
    let partitions = partitions(&transaction.topics);
    if transaction.verify_only {
        let missing = ErrorCode::TransactionAbortable;
        return match transactions::verify(engine, &claim, &partitions) {
            Ok(found) => {
                results(
                    transaction,
                    |topic, partition| {
                        if found.contains(&(topic.into(), partition)) { ErrorCode::None } else { missing }
                    },
                )
            }
            Err(error) => results(transaction, |_, _| error),
        };
    }
    match transactions::add(engine, context.now, &claim, partitions, 0) {
        Ok(ran) => {
            until.extend(ran.until);
            results(transaction, |_, _| ErrorCode::None)
        }
        Err(error) => results(transaction, |_, _| in_version(error, context.version, 2)),
    }
}

fn partitions(topics: &[AddPartitionsToTxnTopic<'_>]) -> Partitions {
    let mut all = Partitions::new();
    for topic in topics {
        let name: Arc<str> = topic.name.into();
        all.extend(topic.partitions.iter().map(|partition| (name.clone(), *partition)));
    }
    all
}

fn results<'a>(
    transaction: &AddPartitionsToTxnTransaction<'a>,
    code: impl Fn(&str, i32) -> ErrorCode,
) -> Vec<AddPartitionsToTxnTopicResult<'a>> {
    let topic = |topic: &AddPartitionsToTxnTopic<'a>| AddPartitionsToTxnTopicResult {
        name: topic.name,
        results_by_partition: topic
            .partitions
            .iter()
            .map(|partition| AddPartitionsToTxnPartitionResult {
                partition_index: *partition,
                partition_error_code: code(topic.name, *partition).code(),
            })
            .collect(),
    };
    transaction.topics.iter().map(topic).collect()
}
