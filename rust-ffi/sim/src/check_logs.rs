//! Reads all logs, bypassing the network, between two events, and passes them to the model.

use wire::message::{
    Reader, Records, Request,
    fetch_request::{FetchPartition, FetchRequest, FetchTopic},
    fetch_response::FetchResponse,
    metadata_request::MetadataRequest,
    metadata_response::MetadataResponse,
};

use crate::{
    broker::Broker,
    model::Checker,
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
    let topics = response.topics.iter().filter(|topic| !topic.is_internal);
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
