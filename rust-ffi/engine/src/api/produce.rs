//! Produce (key 0), versions 0-13 (3-13 are answered; Kafka shows the rest and closes on them, as we do).
//! Owner: `log/partition.rs`. Kafka: KafkaApis.handleProduceRequest, ReplicaManager.appendRecords.
//! Does: appends one batch for each partition; each partition has its own result. acks=0 gets no response; a failure
//! closes the connection.
//! By version: 7 zstd (KIP-110); 8 record errors and message (KIP-467); 9 flexible; 10 current leader (KIP-951); 13
//! topic ids (KIP-516).
//! A batch of a transaction is written if its partition is in the producer's transaction; from version 12 on it is
//! added by the batch (KIP-890).
//! Leaves out: nothing.

use std::{borrow::Cow, sync::Arc};

use wire::{
    ErrorCode,
    batch::{Batch, BatchError},
    message::{
        Reader, Uuid,
        produce_request::{PartitionProduceData, ProduceRequest, TopicProduceData},
        produce_response::{
            BatchIndexAndErrorMessage, PartitionProduceResponse, ProduceResponse, TopicProduceResponse,
        },
    },
};

use crate::{
    Engine,
    appender::{self, Unsynced},
    bugs::{self, Bug},
    context::RequestContext,
    log::{AppendError, AppendOrigin, Appended, InvalidRecord, InvalidRecords, Partition},
    outcome::{Outcome, Parked},
    request_size::Size,
    topic_names,
    topics::Topic,
    transactions::{self, Claim},
    waiters::Ticket,
};

#[derive(Debug)]
struct PartitionError {
    code: ErrorCode,
    /// Kafka sends most errors without a message; here a message is sent if the code alone does not explain the error.
    why: Option<Cow<'static, str>>,
    log_start: i64,
    records: Vec<(i32, String)>,
}

fn partition_error(code: ErrorCode, why: Option<&'static str>) -> PartitionError {
    PartitionError { code, why: why.map(Cow::Borrowed), log_start: -1, records: Vec::new() }
}

impl PartitionError {
    /// The error of an append.
    fn by(partition: &Partition, topic: &str, error: &AppendError) -> PartitionError {
        let mut result = partition_error(error.into(), None);
        if tells_log_start(error) {
            result.log_start = partition.offsets().log_start;
        }
        match error {
            AppendError::Records(bad) => {
                result.records = records(bad, topic, partition.index);
                result.why = Some(summary(bad, &result.records).into());
            }
            other => result.why = Some(other.to_string().into()),
        }
        result
    }

    /// The error of a batch that was appended and could not be synced.
    fn unsynced(error: &AppendError) -> PartitionError {
        PartitionError { why: Some(error.to_string().into()), ..partition_error(error.into(), None) }
    }
}

/// Returns whether the response carries the log start offset. Kafka validates the request before it looks up the log
/// (`ProduceRequest.validateRecords`), and leaves it out for these errors of the log
/// (`ReplicaManager.appendRecordsToLeader`).
fn tells_log_start(error: &AppendError) -> bool {
    !matches!(
        error,
        AppendError::Batch(
            BatchError::Missing
                | BatchError::Several
                | BatchError::Length { .. }
                | BatchError::UnknownMagic { .. }
                | BatchError::OldMagic { .. }
                | BatchError::Crc { .. }
        ) | AppendError::TooLarge { .. }
            | AppendError::Storage
            | AppendError::Closed
    )
}

fn records(bad: &InvalidRecords, topic: &str, partition: i32) -> Vec<(i32, String)> {
    let why = |(index, why): &(i32, InvalidRecord)| match why {
        InvalidRecord::Keyless => {
            let why =
                format!("Compacted topic cannot accept message without key in topic partition {topic}-{partition}");
            (*index, why)
        }
        InvalidRecord::TimestampType => {
            let why = format!(
                "Invalid timestamp type in message with offset {index}. Producer should not set timestamp type to \
                 LogAppendTime."
            );
            (*index, why)
        }
        InvalidRecord::Timestamp(timestamp) => {
            let why = format!(
                "Timestamp {timestamp} of message with offset {index} is out of range. The timestamp should be within \
                 [{}, {}]",
                bad.oldest, bad.newest
            );
            (*index, why)
        }
    };
    bad.named.iter().map(why).collect()
}

/// Kafka: `LogValidator.processRecordErrors`.
fn summary(bad: &InvalidRecords, records: &[(i32, String)]) -> String {
    if bad.code() == ErrorCode::InvalidTimestamp {
        return "One or more records have been rejected due to invalid timestamp".to_owned();
    }
    let first = records.iter().take(3).map(|(index, why)| format!("RecordError(batchIndex={index}, message='{why}')"));
    format!(
        "One or more records have been rejected due to {} record errors in total, and only showing the first three \
         errors at most: [{}]",
        bad.count(),
        first.collect::<Vec<_>>().join(", ")
    )
}

/// A produce that is appended and parked until it is synced (`fsync=always`). Kafka: `DelayedProduce`.
#[derive(Debug)]
pub(crate) struct DelayedProduce {
    /// One for each partition of the request, in its order.
    results: Vec<PartitionResult>,
}

type PartitionResult = Result<Written, PartitionError>;

#[derive(Debug)]
struct Written {
    appended: Appended,
    /// What has to be synced before it is acknowledged: the batch, and that its partition is in the transaction.
    unsynced: Vec<Unsynced>,
}

/// The first version that may carry zstd. Kafka: `ProduceRequest.validateRecords`.
const ZSTD_FROM: i16 = 7;

/// Compressed batches that one request may have on the network thread; each may inflate to a hundred megabytes.
const INFLATED_AT_ONCE: usize = 4;

/// Smaller requests inflate too little for other requests to notice.
const LARGE_PRODUCE: usize = 16 << 10;

/// Whether others would wait while the batches of a request are inflated one after the other, or compressed anew.
pub(crate) fn blocks(size: Size<'_>, request: &ProduceRequest<'_>) -> bool {
    if size.bytes <= LARGE_PRODUCE {
        return false;
    }
    let mut topics = request.topic_data.iter().filter_map(|data| find(size.engine, size.context.version, data));
    if topics.any(|topic| topic.config().compression.is_some()) {
        return true;
    }
    let parts = request.topic_data.iter().flat_map(|topic| &topic.partition_data);
    parts.filter(|part| part.records.is_some_and(Batch::claims_compression)).nth(INFLATED_AT_ONCE).is_some()
}

pub(crate) fn handle(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &ProduceRequest<'_>,
) -> Outcome<DelayedProduce> {
    let count = request.topic_data.iter().map(|topic| topic.partition_data.len()).sum();
    let mut results = Vec::with_capacity(count);
    for data in &request.topic_data {
        let topic = find(engine, context.version, data);
        results.extend(data.partition_data.iter().map(|part| append(engine, context, request, topic.as_deref(), part)));
    }
    if request.acks == 0 && !bugs::planted(Bug::SilentAnswered) {
        let failed = results.iter().find_map(|result| result.as_ref().err());
        return match failed {
            None => Outcome::Silent,
            // The client reads no response: closing is the only way to report the error.
            Some(result) => Outcome::Close(format!("a produce with acks=0 failed: {:?}", result.code)),
        };
    }
    let lists: Vec<_> = results
        .iter()
        .filter_map(|result| result.as_ref().ok())
        .flat_map(|written| written.unsynced.iter().map(|unsynced| unsynced.partition.sync_waiters.clone()))
        .collect();
    if lists.is_empty() {
        return reply(context, request, &results);
    }
    complete_or_park(context, request, DelayedProduce { results }, Ticket::register(lists))
}

pub(crate) fn resume(
    context: &RequestContext<'_>,
    body: &[u8],
    delayed: DelayedProduce,
    ticket: Ticket,
) -> Outcome<DelayedProduce> {
    match ProduceRequest::decode(&mut Reader::new(body), context.version) {
        Ok(request) => {
            ticket.rearm();
            complete_or_park(context, &request, delayed, ticket)
        }
        Err(e) => Outcome::Close(e.to_string()),
    }
}

fn complete_or_park(
    context: &RequestContext<'_>,
    request: &ProduceRequest<'_>,
    mut delayed: DelayedProduce,
    ticket: Ticket,
) -> Outcome<DelayedProduce> {
    let mut waits = false;
    for result in &mut delayed.results {
        let Ok(Written { unsynced, .. }) = result else { continue };
        let mut failed = None;
        unsynced.retain(|one| match one.is_synced() {
            Ok(synced) => !synced,
            Err(error) => {
                failed = Some(error);
                true
            }
        });
        match failed {
            Some(error) => *result = Err(PartitionError::unsynced(&error)),
            None => waits |= !unsynced.is_empty(),
        }
    }
    if waits {
        return Outcome::Park(Parked { ticket, request: delayed });
    }
    reply(context, request, &delayed.results)
}

fn reply(
    context: &RequestContext<'_>,
    request: &ProduceRequest<'_>,
    results: &[PartitionResult],
) -> Outcome<DelayedProduce> {
    let mut results = results.iter();
    let topic = |data: &TopicProduceData<'_>| {
        let parts = data.partition_data.iter().zip(results.by_ref());
        parts.map(|(part, result)| to_response(part.index, result)).collect::<Vec<_>>()
    };
    let partitions: Vec<_> = request.topic_data.iter().map(topic).collect();
    let topics = request.topic_data.iter().zip(partitions);
    let responses = topics.map(|(data, partition_responses)| TopicProduceResponse {
        name: data.name,
        topic_id: data.topic_id,
        partition_responses,
    });
    let response = ProduceResponse { responses: responses.collect(), ..ProduceResponse::default() };
    context.reply(|writer, version| response.encode(writer, version))
}

fn to_response<'a>(index: i32, result: &'a PartitionResult) -> PartitionProduceResponse<'a> {
    match result {
        Ok(Written { appended, .. }) => PartitionProduceResponse {
            index,
            error_code: ErrorCode::None.code(),
            base_offset: appended.base_offset,
            log_append_time_ms: appended.log_append_time_ms,
            log_start_offset: appended.log_start,
            ..PartitionProduceResponse::default()
        },
        Err(result) => PartitionProduceResponse {
            index,
            error_code: result.code.code(),
            base_offset: -1,
            log_append_time_ms: -1,
            log_start_offset: result.log_start,
            error_message: result.why.as_deref(),
            record_errors: result
                .records
                .iter()
                .map(|(batch_index, why)| BatchIndexAndErrorMessage {
                    batch_index: *batch_index,
                    batch_index_error_message: Some(why),
                })
                .collect(),
            ..PartitionProduceResponse::default()
        },
    }
}

fn find(engine: &Engine, version: i16, data: &TopicProduceData<'_>) -> Option<Arc<Topic>> {
    match version {
        ..=12 => engine.topics.get(data.name),
        _ if data.topic_id == Uuid::ZERO => None,
        _ => engine.topics.get_by_id(data.topic_id),
    }
}

fn append(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &ProduceRequest<'_>,
    topic: Option<&Topic>,
    data: &PartitionProduceData<'_>,
) -> PartitionResult {
    if engine.shutdown.stops_work() {
        return Err(partition_error(ErrorCode::NotLeaderOrFollower, Some("The broker stops.")));
    }
    if !(-1..=1).contains(&request.acks) {
        return Err(partition_error(ErrorCode::InvalidRequiredAcks, None));
    }
    let Some(topic) = topic else {
        return Err(match context.version {
            ..=12 => partition_error(ErrorCode::UnknownTopicOrPartition, None),
            _ => partition_error(ErrorCode::UnknownTopicId, None),
        });
    };
    if topic.is_internal && context.client_id != Some(topic_names::ADMIN_CLIENT_ID) {
        return Err(partition_error(ErrorCode::InvalidTopicException, Some("Cannot append to an internal topic.")));
    }
    let partition =
        topic.partition(data.index).ok_or_else(|| partition_error(ErrorCode::UnknownTopicOrPartition, None))?;
    let records = data.records.unwrap_or_default();
    if context.version < ZSTD_FROM && Batch::claims_zstd(records) {
        return Err(partition_error(ErrorCode::UnsupportedCompressionType, None));
    }
    let config = topic.config();
    // min.insync.replicas asks for no more replicas than there are, which is one. Kafka: Partition.effectiveMinIsr.
    let append = || appender::append(engine, &partition, AppendOrigin::Client, records, &config, context.now);
    let (result, added) = match (Batch::transaction_claimed(records), request.transactional_id) {
        (None, _) => (append(), None),
        (Some(_), None) => return Err(partition_error(ErrorCode::TransactionalIdAuthorizationFailed, None)),
        (Some((producer_id, producer_epoch)), Some(transactional_id)) => {
            let claim = Claim { transactional_id, producer_id, producer_epoch };
            let place = (topic.name.as_str().into(), data.index);
            let adds = (context.version >= ADDS_FROM).then_some(2);
            let ran = transactions::append_in(engine, context.now, &claim, place, adds, append);
            let ran = ran.map_err(|error| refused_by_coordinator(error, context.version))?;
            (ran.result, ran.until)
        }
    };
    let (appended, unsynced) = result.map_err(|error| PartitionError::by(&partition, &topic.name, &error))?;
    Ok(Written { appended, unsynced: unsynced.into_iter().chain(added).collect() })
}

/// The first version that knows TRANSACTION_ABORTABLE, and the first one whose batches add their partition.
const ABORTABLE_FROM: i16 = 11;
const ADDS_FROM: i16 = 12;

/// The code of a request that writes in a transaction and was refused by its coordinator. Kafka:
/// `AddPartitionsToTxnManager`.
pub(super) fn of_transaction(error: ErrorCode, knows_abortable: bool) -> ErrorCode {
    match error {
        ErrorCode::ProducerFenced => ErrorCode::InvalidProducerEpoch,
        ErrorCode::TransactionAbortable if !knows_abortable => ErrorCode::InvalidTxnState,
        error => error,
    }
}

/// Kafka: `ReplicaManager.handleProduceAppend`.
fn refused_by_coordinator(error: ErrorCode, version: i16) -> PartitionError {
    match of_transaction(error, version >= ABORTABLE_FROM) {
        ErrorCode::InvalidTxnState => {
            partition_error(ErrorCode::InvalidTxnState, Some("Partition was not added to the transaction"))
        }
        // Older clients may not retry these as they should.
        ErrorCode::ConcurrentTransactions if version < ADDS_FROM => partition_error(ErrorCode::NotEnoughReplicas, None),
        ErrorCode::CoordinatorNotAvailable => partition_error(ErrorCode::NotEnoughReplicas, None),
        error => partition_error(error, None),
    }
}

#[cfg(test)]
mod tests;
