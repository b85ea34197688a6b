//! Reads all logs, bypassing the network, between two events, and passes them to the model.

use std::collections::BTreeSet;

use wire::message::{
    Reader, Records, Request,
    fetch_request::{FetchPartition, FetchRequest, FetchTopic},
    fetch_response::FetchResponse,
    metadata_request::{MetadataRequest, MetadataRequestTopic},
    metadata_response::MetadataResponse,
};
use wire::{
    batch::Batch,
    record::{Record, Records as Rows},
};

use crate::{
    broker::Broker,
    model::{Checker, Committed, TRANSACTIONS},
    net::Net,
    records::{ReadBatch, read_batches},
};

const METADATA: i16 = 12;
const FETCH: i16 = 12;
/// Small enough that a log is read in several steps.
const STEP_BYTES: i32 = 20_000;

/// Checks all logs. `restarted` is set if the broker was restarted since the last check and may have lost what a crash
/// may take.
pub(crate) fn all(net: &mut Net, broker: &Broker, restarted: bool) {
    if let Some(Err(what)) = broker.engine.as_ref().map(engine::Engine::check_replay) {
        return net.model.fail(Checker::Replay, what);
    }
    let asked = Request::Metadata(MetadataRequest { topics: None, ..MetadataRequest::default() });
    let Some(body) = broker.ask(net, METADATA, &asked) else { return };
    let response = MetadataResponse::decode(&mut Reader::new(&body), METADATA).expect("a client can read it");
    let topics = response.topics.iter().filter(|topic| !topic.is_internal && topic.name != Some(TRANSACTIONS));
    let found: Vec<_> = topics
        .map(|topic| (topic.name.unwrap_or_default().to_owned(), topic.topic_id, topic.partitions.len()))
        .collect();
    net.model.check_topics(&found, restarted);
    for (name, _, count) in &found {
        for index in 0..*count as i32 {
            match log(net, broker, name, index) {
                Ok((ends, batches)) => net.model.check_log(name, index, ends, &batches, restarted),
                Err(why) => net.model.fail(Checker::Recovery, format!("{name}-{index}: {why}")),
            }
            if net.model.violation.is_some() {
                return;
            }
        }
    }
    if restarted {
        net.model.settled();
    }
    net.trace.line(net.now_us, format_args!("logs checked: {} topics", found.len()));
}

/// Reads what is committed, and passes it to the model. `is_over`: no transaction can be open any more.
pub(crate) fn transactions(net: &mut Net, broker: &Broker, is_over: bool) {
    let asked = Request::Metadata(MetadataRequest {
        topics: Some(vec![MetadataRequestTopic { name: Some(TRANSACTIONS), ..MetadataRequestTopic::default() }]),
        ..MetadataRequest::default()
    });
    let Some(body) = broker.ask(net, METADATA, &asked) else { return };
    let response = MetadataResponse::decode(&mut Reader::new(&body), METADATA).expect("a client can read it");
    let count = response.topics.first().map_or(0, |topic| topic.partitions.len());
    let mut seen = Vec::new();
    for partition in 0..count as i32 {
        match committed(net, broker, partition) {
            Ok(committed) => seen.push(committed),
            Err(why) => return net.model.fail(Checker::Transactions, format!("{TRANSACTIONS}-{partition}: {why}")),
        }
    }
    net.model.check_transactions(&seen, is_over);
}

/// Reads a partition as a consumer with `isolation.level=read_committed` does.
fn committed(net: &Net, broker: &Broker, index: i32) -> Result<Committed, String> {
    let (mut from, mut batches) = (0, Vec::new());
    loop {
        let partition = FetchPartition {
            partition: index,
            current_leader_epoch: -1,
            fetch_offset: from,
            last_fetched_epoch: -1,
            partition_max_bytes: 400,
            ..FetchPartition::default()
        };
        let request = FetchRequest {
            replica_id: -1,
            max_bytes: 400,
            isolation_level: 1,
            session_epoch: -1,
            topics: vec![FetchTopic { topic: TRANSACTIONS, partitions: vec![partition], ..FetchTopic::default() }],
            ..FetchRequest::default()
        };
        let body = broker.ask(net, FETCH, &Request::Fetch(request)).ok_or("a fetch without wait is not answered")?;
        let response = FetchResponse::decode(&mut Reader::new(&body), FETCH).map_err(|e| e.to_string())?;
        let part = response.responses.first().and_then(|topic| topic.partitions.first()).ok_or("no answer")?;
        if part.error_code != 0 {
            return Err(format!("reading at {from} gives error {}", part.error_code));
        }
        let bytes = match part.records {
            Some(Records::Whole(bytes)) => bytes,
            _ => &[],
        };
        let (high_watermark, last_stable) = (part.high_watermark, part.last_stable_offset);
        if bytes.is_empty() {
            return Ok(Committed { partition: index, last_stable, high_watermark, batches });
        }
        let mut aborted: Vec<(i64, i64)> =
            part.aborted_transactions.iter().flatten().map(|one| (one.first_offset, one.producer_id)).collect();
        aborted.sort_unstable_by(|one, other| other.cmp(one));
        // Of this response alone, as in Kafka's consumer.
        let mut aborting = BTreeSet::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            let (batch, after) = Batch::first(rest).map_err(|e| format!("a batch is not sound: {e}"))?;
            rest = after;
            if batch.last_offset() >= last_stable {
                return Err(format!(
                    "the batch at {} is beyond the last stable offset {last_stable}",
                    batch.base_offset()
                ));
            }
            while let Some((_, producer_id)) = aborted.pop_if(|(first, _)| *first <= batch.last_offset()) {
                aborting.insert(producer_id);
            }
            from = batch.last_offset() + 1;
            if let Some(marker) = batch.marker() {
                if !marker.committed {
                    aborting.remove(&batch.producer_id());
                }
            } else if !aborting.contains(&batch.producer_id()) {
                batches.extend(numbers(&batch)?);
            }
        }
    }
}

/// The numbers of the transactions that the records of a batch name.
fn numbers(batch: &Batch<'_>) -> Result<Vec<u64>, String> {
    let number = |record: Result<Record<'_>, _>| {
        let record: Record<'_> = record.map_err(|_: wire::record::RecordError| "a record cannot be read".to_owned())?;
        let value = record.value.and_then(|value| value.try_into().ok()).ok_or("a record was never sent")?;
        Ok(u64::from_be_bytes(value))
    };
    Rows::new(batch.record_bytes(), batch.record_count()).map(number).collect()
}

/// Returns both ends and all batches of a log.
fn log(net: &Net, broker: &Broker, name: &str, index: i32) -> Result<((i64, i64), Vec<ReadBatch>), String> {
    // Offset 0 is never beyond the log; an error tells the log start offset.
    let (mut from, mut all) = (0, Vec::new());
    loop {
        let partition = FetchPartition {
            partition: index,
            current_leader_epoch: -1,
            fetch_offset: from,
            last_fetched_epoch: -1,
            partition_max_bytes: STEP_BYTES,
            ..FetchPartition::default()
        };
        let request = FetchRequest {
            replica_id: -1,
            max_bytes: STEP_BYTES,
            session_epoch: -1,
            topics: vec![FetchTopic { topic: name, partitions: vec![partition], ..FetchTopic::default() }],
            ..FetchRequest::default()
        };
        let body = broker.ask(net, FETCH, &Request::Fetch(request)).ok_or("a fetch without wait is not answered")?;
        let response = FetchResponse::decode(&mut Reader::new(&body), FETCH).map_err(|e| e.to_string())?;
        let part = response.responses.first().and_then(|topic| topic.partitions.first()).ok_or("no answer")?;
        if part.error_code == wire::ErrorCode::OffsetOutOfRange.code() && from == 0 {
            from = start(net, broker, name, index)?;
            continue;
        }
        if part.error_code != 0 {
            return Err(format!("reading at {from} gives error {}", part.error_code));
        }
        let ends = (part.log_start_offset, part.high_watermark);
        let bytes = match part.records {
            Some(Records::Whole(bytes)) => bytes,
            _ => &[],
        };
        let read = read_batches(bytes)?;
        let Some(last) = read.last() else { return Ok((ends, all)) };
        if last.last < from {
            return Err(format!("reading at {from} gives what ends at {}", last.last));
        }
        from = last.last + 1;
        all.extend(read);
        if from >= ends.1 {
            return Ok((ends, all));
        }
    }
}

fn start(net: &Net, broker: &Broker, name: &str, index: i32) -> Result<i64, String> {
    use wire::message::{
        list_offsets_request::{ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic},
        list_offsets_response::ListOffsetsResponse,
    };
    const VERSION: i16 = 7;
    let partition = ListOffsetsPartition { partition_index: index, current_leader_epoch: -1, timestamp: -2 };
    let topics = vec![ListOffsetsTopic { name, partitions: vec![partition] }];
    let request = ListOffsetsRequest { replica_id: -1, topics, ..ListOffsetsRequest::default() };
    let body = broker.ask(net, VERSION, &Request::ListOffsets(request)).ok_or("offsets are not listed")?;
    let response = ListOffsetsResponse::decode(&mut Reader::new(&body), VERSION).map_err(|e| e.to_string())?;
    let part = response.topics.first().and_then(|topic| topic.partitions.first()).ok_or("no answer")?;
    if part.error_code == 0 && part.offset > 0 {
        Ok(part.offset)
    } else {
        Err(format!("the log begins at {}, and 0 is out of range", part.offset))
    }
}
