//! Produce: every batch is checked before the storage receives it; invalid batches do not affect the valid ones of the
//! request. Upstream's decoder is not used: records stay slices of the frame.

use std::sync::Arc;

use bytes::Bytes;
use tansu_broker::Error;
use tansu_sans_io::{
    Body, Frame, Header, ProduceRequest as UpstreamRequest, ProduceResponse,
    produce_request::{PartitionProduceData, TopicProduceData},
    produce_response::{PartitionProduceResponse, TopicProduceResponse},
    record::deflated,
};
use tokio::task::spawn_blocking;
use wire::{
    ErrorCode,
    batch::{Batch, RecordStats},
    message::{DecodeError, Reader, produce_request::ProduceRequest},
};

use crate::{
    Reply, Shared,
    answer::{Request, reply},
    topics::unexpected,
    upstream::encode,
};

/// Limit of decompressed records; upstream has the same one.
const INFLATED_MAX: usize = 100 * 1024 * 1024;
/// A larger request is checked on a blocking thread: checksums and decompression would delay other connections.
const CHECKED_INLINE: usize = 256 * 1024;

/// A checked request: the batches for the storage, and the errors.
#[derive(Debug)]
struct Checked {
    acks: i16,
    good: UpstreamRequest,
    partitions: Vec<(String, i32)>,
    bad: Vec<Refused>,
    /// Topics and partitions with records without a key.
    keyless: Vec<(String, i32)>,
}

#[derive(Debug)]
struct Refused {
    topic: String,
    partition: i32,
    code: ErrorCode,
    why: String,
}

pub(crate) async fn answer(inner: Arc<Shared>, request: Request) -> Reply {
    let storing = inner.clone();
    let stored = inner.tasks.run(async move {
        let checked = if request.frame.len() > CHECKED_INLINE {
            let request = request.clone();
            spawn_blocking(move || check(&request)).await?
        } else {
            check(&request)
        };
        let mut checked = checked.map_err(|e| Error::Message(e.to_string()))?;
        refuse_keyless(&storing, &mut checked).await;
        if checked.acks == 0 {
            unacknowledged(&storing, &request, checked).await
        } else {
            let response = store(&storing, &request, checked).await?;
            encode(&request, response.into()).map(Some)
        }
    });
    match stored.await {
        Ok(Ok(None)) => Reply::Silent,
        Ok(Ok(Some(bytes))) => Reply::Frame(bytes),
        Ok(Err(e)) => reply(&inner, Ok(Err(e))),
        Err(panicked) => reply(&inner, Err(panicked)),
    }
}

/// acks=0: a failure closes the client's connection.
async fn unacknowledged(inner: &Shared, request: &Request, checked: Checked) -> Result<Option<Bytes>, Error> {
    let response = store(inner, request, checked).await?;
    let mut partitions =
        response.responses.iter().flatten().flat_map(|topic| topic.partition_responses.iter().flatten());
    match partitions.find(|partition| partition.error_code != 0) {
        None => Ok(None),
        Some(failed) => {
            let code = ErrorCode::from_code(failed.error_code).unwrap_or(ErrorCode::UnknownServerError);
            Err(Error::Message(format!("a produce with acks=0 failed: {code:?}")))
        }
    }
}

fn check(request: &Request) -> Result<Checked, DecodeError> {
    let body = ProduceRequest::decode(&mut Reader::new(request.body()), request.version)?;
    let transactional_id = body.transactional_id;
    let acks_known = (-1..=1).contains(&body.acks);
    let mut checked = Checked {
        acks: body.acks,
        good: UpstreamRequest::default(),
        partitions: Vec::new(),
        bad: Vec::new(),
        keyless: Vec::new(),
    };
    let mut topics = Vec::new();
    for topic in &body.topic_data {
        let mut partitions = Vec::new();
        for partition in &topic.partition_data {
            let records = partition.records.unwrap_or_default();
            let batch = match acks_known {
                true => checked_batch(records, transactional_id.is_some()),
                false => Err((ErrorCode::InvalidRequiredAcks, format!("acks is {}", body.acks))),
            };
            // Upstream's type of a batch, over the same bytes.
            let batch = batch.and_then(|seen| {
                deflated::Batch::try_from(request.frame.slice_ref(records))
                    .map(|batch| (batch, seen))
                    .map_err(|e| (ErrorCode::CorruptMessage, e.to_string()))
            });
            match batch {
                Ok((batch, seen)) => {
                    if seen.keyless {
                        checked.keyless.push((topic.name.to_owned(), partition.index));
                    }
                    checked.partitions.push((topic.name.to_owned(), partition.index));
                    let records = deflated::Frame { batches: vec![batch] };
                    partitions.push(PartitionProduceData::default().index(partition.index).records(Some(records)));
                }
                Err((code, why)) => {
                    checked.bad.push(Refused { topic: topic.name.to_owned(), partition: partition.index, code, why });
                }
            }
        }
        if !partitions.is_empty() {
            topics.push(TopicProduceData::default().name(topic.name.to_owned()).partition_data(Some(partitions)));
        }
    }
    checked.good = UpstreamRequest::default()
        .transactional_id(transactional_id.map(str::to_owned))
        // Upstream's handling of acks=0 would hide the failed partition.
        .acks(if body.acks == 0 { 1 } else { body.acks })
        .timeout_ms(body.timeout_ms)
        .topic_data(Some(topics));
    Ok(checked)
}

/// Kafka: `LogValidator.validateKey`.
async fn refuse_keyless(inner: &Shared, checked: &mut Checked) {
    for (name, index) in std::mem::take(&mut checked.keyless) {
        if !inner.compacted.is(&inner.storage, &name).await {
            continue;
        }
        checked.partitions.retain(|(topic, partition)| *topic != name || *partition != index);
        let topics = checked.good.topic_data.get_or_insert_default();
        for topic in topics.iter_mut().filter(|topic| topic.name == name) {
            topic.partition_data.get_or_insert_default().retain(|partition| partition.index != index);
        }
        topics.retain(|topic| topic.partition_data.as_ref().is_some_and(|partitions| !partitions.is_empty()));
        checked.bad.push(Refused {
            topic: name,
            partition: index,
            code: ErrorCode::InvalidRecord,
            why: "a record of a compacted topic needs a key".to_owned(),
        });
    }
}

fn checked_batch(records: &[u8], transactional: bool) -> Result<RecordStats, (ErrorCode, String)> {
    let refuse = |e: wire::batch::BatchError| (ErrorCode::from(&e), e.to_string());
    let batch = Batch::parse(records).map_err(refuse)?;
    if transactional || batch.is_transactional() {
        // There are no transactions: InitProducerId refuses every transactional id.
        return Err((ErrorCode::InvalidTxnState, "this storage has no transactions".to_owned()));
    }
    batch.check_records(INFLATED_MAX).map_err(refuse)
}

async fn store(inner: &Shared, request: &Request, checked: Checked) -> Result<ProduceResponse, Error> {
    let mut response = if checked.partitions.is_empty() {
        ProduceResponse::default().throttle_time_ms(Some(0)).responses(Some(Vec::new()))
    } else {
        let header = Header::Request {
            api_key: request.key,
            api_version: request.version,
            correlation_id: request.correlation_id,
            client_id: None,
        };
        let frame = Frame { size: 0, header, body: checked.good.into() };
        let writing = inner.waiters.write(checked.partitions);
        let served = inner.upstream.serve(frame).await;
        drop(writing);
        match served? {
            Body::ProduceResponse(response) => response,
            _ => return Err(unexpected()),
        }
    };
    let topics = response.responses.get_or_insert_default();
    for stored in topics.iter_mut().flat_map(|topic| topic.partition_responses.iter_mut().flatten()) {
        // A fenced producer gets the older error code (Kafka: ProducerAppendInfo.checkProducerEpoch); clients treat the
        // newer one as the end of their transactions.
        if stored.error_code == ErrorCode::ProducerFenced.code() {
            stored.error_code = ErrorCode::InvalidProducerEpoch.code();
        }
    }
    for refused in checked.bad {
        tracing::debug!(topic = refused.topic, partition = refused.partition, why = refused.why, "a batch was refused");
        let partition = PartitionProduceResponse::default()
            .index(refused.partition)
            .error_code(refused.code.code())
            .base_offset(-1)
            .log_append_time_ms(Some(-1))
            .log_start_offset(Some(-1))
            .record_errors(Some(Vec::new()))
            .error_message(Some(refused.why));
        match topics.iter_mut().find(|topic| topic.name == refused.topic) {
            Some(topic) => topic.partition_responses.get_or_insert_default().push(partition),
            None => topics
                .push(TopicProduceResponse::default().name(refused.topic).partition_responses(Some(vec![partition]))),
        }
    }
    Ok(response)
}
