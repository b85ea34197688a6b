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
        Reader, Uuid,
        produce_request::{PartitionProduceData, ProduceRequest, TopicProduceData},
        produce_response::{
            BatchIndexAndErrorMessage, PartitionProduceResponse, ProduceResponse, TopicProduceResponse,
        },
    },
};

use crate::{
    Engine,
    cx::Cx,
    log::{AppendError, Appended, Partition},
    names,
    outcome::{Outcome, Parked, State},
    topics::Topic,
    waiters::Ticket,
};

#[derive(Debug)]
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

/// A produce that was appended and waits until it survives a power cut (`fsync=always`).
#[derive(Debug)]
pub(crate) struct Waiting {
    /// One for each partition of the request, in its order.
    answers: Vec<Answer>,
}

type Answer = Result<Written, Refused>;

#[derive(Debug)]
struct Written {
    appended: Appended,
    /// Where it was appended to, if that has to be synced before it is acknowledged.
    unsynced: Option<Arc<Partition>>,
}

pub(crate) fn handle(engine: &Engine, cx: &Cx<'_>, request: &ProduceRequest<'_>) -> Outcome {
    let count = request.topic_data.iter().map(|topic| topic.partition_data.len()).sum();
    let mut answers = Vec::with_capacity(count);
    for data in &request.topic_data {
        let topic = find(engine, cx, data);
        answers.extend(data.partition_data.iter().map(|part| append(engine, cx, request, topic.as_deref(), part)));
    }
    if request.acks == 0 {
        let failed = answers.iter().find_map(|answer| answer.as_ref().err());
        return match failed {
            None => Outcome::Silent,
            // The only way to tell a client that listens to nothing.
            Some(refused) => Outcome::Close(format!("a produce with acks=0 failed: {:?}", refused.code)),
        };
    }
    let lists: Vec<_> = answers
        .iter()
        .filter_map(|answer| Some(answer.as_ref().ok()?.unsynced.as_ref()?.sync_waiters.clone()))
        .collect();
    if lists.is_empty() {
        return reply(cx, request, &answers);
    }
    look(cx, request, Waiting { answers }, Ticket::register(lists))
}

pub(crate) fn resume(cx: &Cx<'_>, body: &[u8], waiting: Waiting, ticket: Ticket) -> Outcome {
    match ProduceRequest::decode(&mut Reader::new(body), cx.version) {
        Ok(request) => {
            ticket.rearm();
            look(cx, &request, waiting, ticket)
        }
        Err(e) => Outcome::Close(e.to_string()),
    }
}

fn look(cx: &Cx<'_>, request: &ProduceRequest<'_>, mut waiting: Waiting, ticket: Ticket) -> Outcome {
    let mut waits = false;
    for answer in &mut waiting.answers {
        let Ok(Written { appended, unsynced: Some(partition) }) = answer else { continue };
        match partition.is_synced(appended.end) {
            Ok(true) => *answer = Ok(Written { appended: *appended, unsynced: None }),
            Ok(false) => waits = true,
            Err(error) => *answer = Err(error.into()),
        }
    }
    if waits {
        return Outcome::Park(Parked { ticket, state: State::Produce(waiting) });
    }
    reply(cx, request, &waiting.answers)
}

fn reply(cx: &Cx<'_>, request: &ProduceRequest<'_>, answers: &[Answer]) -> Outcome {
    let mut answers = answers.iter();
    let topic = |data: &TopicProduceData<'_>| {
        let parts = data.partition_data.iter().zip(answers.by_ref());
        parts.map(|(part, answer)| show(part.index, answer)).collect::<Vec<_>>()
    };
    let partitions: Vec<_> = request.topic_data.iter().map(topic).collect();
    let topics = request.topic_data.iter().zip(partitions);
    let responses = topics.map(|(data, partition_responses)| TopicProduceResponse {
        name: data.name,
        topic_id: data.topic_id,
        partition_responses,
    });
    let response = ProduceResponse { responses: responses.collect(), ..ProduceResponse::default() };
    cx.reply(|writer, version| response.encode(writer, version))
}

fn show<'a>(index: i32, answer: &'a Answer) -> PartitionProduceResponse<'a> {
    match answer {
        Ok(Written { appended, .. }) => PartitionProduceResponse {
            index,
            error_code: ErrorCode::None.code(),
            base_offset: appended.base_offset,
            log_append_time_ms: appended.log_append_time_ms,
            log_start_offset: appended.log_start,
            ..PartitionProduceResponse::default()
        },
        Err(refused) => PartitionProduceResponse {
            index,
            error_code: refused.code.code(),
            base_offset: -1,
            log_append_time_ms: -1,
            log_start_offset: -1,
            error_message: Some(&refused.why),
            // Kafka names the records; a batch of ours is refused at its first bad one.
            record_errors: match refused.code {
                ErrorCode::InvalidRecord => {
                    vec![BatchIndexAndErrorMessage { batch_index: 0, batch_index_error_message: Some(&refused.why) }]
                }
                _ => Vec::new(),
            },
            ..PartitionProduceResponse::default()
        },
    }
}

fn find(engine: &Engine, cx: &Cx<'_>, data: &TopicProduceData<'_>) -> Option<Arc<Topic>> {
    match cx.version {
        ..=12 => engine.topics.get(data.name),
        _ if data.topic_id == Uuid::ZERO => None,
        _ => engine.topics.get_by_id(data.topic_id),
    }
}

fn append(
    engine: &Engine,
    cx: &Cx<'_>,
    request: &ProduceRequest<'_>,
    topic: Option<&Topic>,
    data: &PartitionProduceData<'_>,
) -> Answer {
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
    let config = topic.config();
    if request.acks == -1 && config.min_insync_replicas > 1 {
        // There is one replica, which is in sync.
        return Err(refused(
            ErrorCode::NotEnoughReplicas,
            "The size of the current ISR is 1, which is less than min.insync.replicas.",
        ));
    }
    let appended = partition.append(records, &config, cx.now)?;
    let waits = engine.disk.as_ref().is_some_and(|disk| disk.appended(&partition));
    Ok(Written { appended, unsynced: Some(partition).filter(|_| waits) })
}
