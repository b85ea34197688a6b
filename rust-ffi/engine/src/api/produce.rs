//! Produce (key 0), versions 0-13 (3-13 are answered; Kafka shows the rest and closes on them, as we do).
//! Owner: `log/partition.rs`. Kafka: KafkaApis.handleProduceRequest, ReplicaManager.appendRecords.
//! Does: appends one batch a partition; each partition has its own answer. acks=0 is answered by nothing, and a failure
//! by closing the connection.
//! By version: 8 record errors and message (KIP-467); 9 flexible; 10 current leader (KIP-951); 13 topic ids (KIP-516).
//! Leaves out: transactions, whose requests are not served yet.

use std::{borrow::Cow, sync::Arc};

use wire::{
    ErrorCode,
    batch::Batch,
    message::{
        Uuid,
        produce_request::{PartitionProduceData, ProduceRequest, TopicProduceData},
        produce_response::{
            BatchIndexAndErrorMessage, PartitionProduceResponse, ProduceResponse, TopicProduceResponse,
        },
    },
};

use crate::{Engine, cx::Cx, log::AppendError, names, outcome::Outcome, topics::Topic};

struct Refused {
    code: ErrorCode,
    why: Cow<'static, str>,
}

fn refused(code: ErrorCode, why: &'static str) -> Refused {
    Refused { code, why: Cow::Borrowed(why) }
}

impl From<AppendError> for Refused {
    fn from(error: AppendError) -> Self {
        Refused { code: (&error).into(), why: error.to_string().into() }
    }
}

pub(crate) fn handle(engine: &Engine, cx: &Cx<'_>, request: &ProduceRequest<'_>) -> Outcome {
    let mut failed = None;
    let mut errors: Vec<(usize, usize, Refused)> = Vec::new();
    let mut responses = Vec::with_capacity(request.topic_data.len());
    for (t, data) in request.topic_data.iter().enumerate() {
        let topic = find(engine, cx, data);
        let mut partition_responses = Vec::with_capacity(data.partition_data.len());
        for (p, part) in data.partition_data.iter().enumerate() {
            let answer = append(cx, request, topic.as_deref(), part);
            partition_responses.push(answer.unwrap_or_else(|refused| {
                failed.get_or_insert(refused.code);
                let error_code = refused.code.code();
                errors.push((t, p, refused));
                PartitionProduceResponse {
                    index: part.index,
                    error_code,
                    base_offset: -1,
                    log_append_time_ms: -1,
                    log_start_offset: -1,
                    ..PartitionProduceResponse::default()
                }
            }));
        }
        responses.push(TopicProduceResponse { name: data.name, topic_id: data.topic_id, partition_responses });
    }
    if request.acks == 0 {
        return match failed {
            None => Outcome::Silent,
            // The only way to tell a client that listens to nothing.
            Some(code) => Outcome::Close(format!("a produce with acks=0 failed: {code:?}")),
        };
    }
    for (t, p, refused) in &errors {
        let partition: &mut PartitionProduceResponse<'_> = &mut responses[*t].partition_responses[*p];
        partition.error_message = Some(&refused.why);
        if refused.code == ErrorCode::InvalidRecord {
            // Kafka names the records; a batch of ours is refused at its first bad one.
            partition.record_errors =
                vec![BatchIndexAndErrorMessage { batch_index: 0, batch_index_error_message: Some(&refused.why) }];
        }
    }
    let response = ProduceResponse { responses, ..ProduceResponse::default() };
    cx.reply(|writer, version| response.encode(writer, version))
}

fn find(engine: &Engine, cx: &Cx<'_>, data: &TopicProduceData<'_>) -> Option<Arc<Topic>> {
    match cx.version {
        ..=12 => engine.topics.get(data.name),
        _ if data.topic_id == Uuid::ZERO => None,
        _ => engine.topics.get_by_id(data.topic_id),
    }
}

fn append(
    cx: &Cx<'_>,
    request: &ProduceRequest<'_>,
    topic: Option<&Topic>,
    data: &PartitionProduceData<'_>,
) -> Result<PartitionProduceResponse<'static>, Refused> {
    if !(-1..=1).contains(&request.acks) {
        return Err(refused(ErrorCode::InvalidRequiredAcks, "acks is none of -1, 0 and 1"));
    }
    let Some(topic) = topic else {
        return Err(match cx.version {
            ..=12 => refused(ErrorCode::UnknownTopicOrPartition, "This server does not host this topic-partition."),
            _ => refused(ErrorCode::UnknownTopicId, "This server does not host this topic ID."),
        });
    };
    if topic.is_internal && cx.client_id != Some(names::ADMIN_CLIENT_ID) {
        return Err(refused(ErrorCode::InvalidTopicException, "Cannot append to an internal topic."));
    }
    let partition = topic.partition(data.index).ok_or_else(|| {
        refused(ErrorCode::UnknownTopicOrPartition, "This server does not host this topic-partition.")
    })?;
    let records = data.records.unwrap_or_default();
    let transactional = Batch::parse(records).is_ok_and(|batch| batch.is_transactional());
    if transactional || request.transactional_id.is_some() {
        return Err(refused(ErrorCode::InvalidTxnState, "Transactions are not served yet."));
    }
    let appended = partition.append(records, &topic.config(), cx.now)?;
    Ok(PartitionProduceResponse {
        index: data.index,
        error_code: ErrorCode::None.code(),
        base_offset: appended.base_offset,
        log_append_time_ms: appended.log_append_time_ms,
        log_start_offset: appended.log_start,
        ..PartitionProduceResponse::default()
    })
}
