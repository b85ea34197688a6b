//! ListOffsets (key 2), versions 1-11. Owner: `log/lookup.rs`. Kafka: KafkaApis.handleListOffsetRequest,
//! ReplicaManager.fetchOffset.
//! Does: looks up the offset of a timestamp or of a special one: -1 the end (the last stable offset for
//! read_committed), -2 the start, -3 the record with the largest timestamp, -4 the start of the local log, -5 and -6
//! those of tiered storage.
//! By version: 2 isolation level; 4 leader epochs; 6 flexible; 7 allows -3 (KIP-734); 8 -4 (KIP-405); 9 -5 (KIP-1005);
//! 10 time-out; 11 -6 (KIP-1023).
//! Leaves out: nothing.

use std::collections::BTreeSet;

use wire::{
    ErrorCode,
    message::{
        list_offsets_request::{ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic},
        list_offsets_response::{ListOffsetsPartitionResponse, ListOffsetsResponse, ListOffsetsTopicResponse},
    },
};

use crate::{
    Engine,
    context::RequestContext,
    log::{InflateBudget, LEADER_EPOCH, OffsetAndTimestamp, Partition, check_leader_epoch},
    outcome::Outcome,
    request_size::Size,
};

const LATEST: i64 = -1;
const EARLIEST: i64 = -2;
const MAX_TIMESTAMP: i64 = -3;
const EARLIEST_LOCAL: i64 = -4;
const LATEST_TIERED: i64 = -5;
const EARLIEST_PENDING_UPLOAD: i64 = -6;

pub(crate) fn handle(engine: &Engine, context: &RequestContext<'_>, request: &ListOffsetsRequest<'_>) -> Outcome {
    let twice = named_twice(&request.topics);
    let mut refused = BTreeSet::new();
    let mut budget = InflateBudget::default();
    // Brokers and debugging consumers see what is not committed. Kafka: `ListOffsetsRequest.CONSUMER_REPLICA_ID`.
    let is_committed_only = request.isolation_level == 1 && request.replica_id == -1;
    let topics = request.topics.iter().filter_map(|topic| {
        let found = engine.topics.get(topic.name);
        let partitions = topic.partitions.iter().filter_map(|asked| {
            if twice.contains(&(topic.name, asked.partition_index)) {
                let first = refused.insert((topic.name, asked.partition_index));
                return first.then(|| nothing(asked, ErrorCode::InvalidRequest));
            }
            Some(match found.as_ref().and_then(|topic| topic.partition(asked.partition_index)) {
                None => nothing(asked, ErrorCode::UnknownTopicOrPartition),
                Some(partition) => answer(context, is_committed_only, &partition, asked, &mut budget),
            })
        });
        let partitions: Vec<_> = partitions.collect();
        let has_result = !partitions.is_empty() || topic.partitions.is_empty();
        has_result.then_some(ListOffsetsTopicResponse { name: topic.name, partitions })
    });
    let response = ListOffsetsResponse { throttle_time_ms: 0, topics: topics.collect() };
    context.reply(|writer, version| response.encode(writer, version))
}

/// The lookups of one request go through no more than this where other requests wait for them.
const LOOKUP_BYTES_MAX: u64 = 1 << 20;

/// Whether the lookups by time may go through so many bytes that other requests would wait for them.
pub(crate) fn blocks(size: Size<'_>, request: &ListOffsetsRequest<'_>) -> bool {
    let mut left = LOOKUP_BYTES_MAX;
    request.topics.iter().any(|topic| {
        let found = size.engine.topics.get(topic.name);
        topic.partitions.iter().any(|asked| {
            let time = match asked.timestamp {
                MAX_TIMESTAMP => None,
                0.. => Some(asked.timestamp),
                _ => return false,
            };
            let partition = found.as_ref().and_then(|topic| topic.partition(asked.partition_index));
            let bytes = partition.map_or(0, |partition| partition.lookup_bytes(time));
            left = left.saturating_sub(bytes);
            left == 0
        })
    })
}

/// Duplicate partitions, each refused once, as by Kafka.
fn named_twice<'a>(topics: &[ListOffsetsTopic<'a>]) -> BTreeSet<(&'a str, i32)> {
    let mut seen = BTreeSet::new();
    let named = topics.iter().flat_map(|topic| topic.partitions.iter().map(|part| (topic.name, part.partition_index)));
    named.filter(|partition| !seen.insert(*partition)).collect()
}

fn nothing(asked: &ListOffsetsPartition, code: ErrorCode) -> ListOffsetsPartitionResponse {
    ListOffsetsPartitionResponse {
        partition_index: asked.partition_index,
        error_code: code.code(),
        timestamp: -1,
        offset: -1,
        leader_epoch: -1,
    }
}

fn answer(
    context: &RequestContext<'_>,
    is_committed_only: bool,
    partition: &Partition,
    asked: &ListOffsetsPartition,
    budget: &mut InflateBudget,
) -> ListOffsetsPartitionResponse {
    let since = match asked.timestamp {
        LATEST | EARLIEST | 0.. => 0,
        MAX_TIMESTAMP => 7,
        EARLIEST_LOCAL => 8,
        LATEST_TIERED => 9,
        EARLIEST_PENDING_UPLOAD => 11,
        _ => i16::MAX,
    };
    if context.version < since {
        return nothing(asked, ErrorCode::UnsupportedVersion);
    }
    if let Err(code) = check_leader_epoch(asked.current_leader_epoch) {
        return nothing(asked, code);
    }
    let offsets = partition.offsets();
    // Kafka: `Partition.fetchOffsetForTimestamp`, lastFetchableOffset.
    let fetchable = if is_committed_only { offsets.last_stable } else { offsets.high_watermark };
    let at = |offset: i64| Some(OffsetAndTimestamp { offset, timestamp: -1 });
    let found = match asked.timestamp {
        LATEST => at(fetchable),
        EARLIEST | EARLIEST_LOCAL => at(offsets.log_start),
        MAX_TIMESTAMP => match partition.latest(budget) {
            Ok(found) => found,
            Err(error) => return nothing(asked, error.into()),
        },
        // Nothing is tiered.
        LATEST_TIERED | EARLIEST_PENDING_UPLOAD => None,
        timestamp => match partition.first_since(timestamp, budget) {
            Ok(found) => found,
            Err(error) => return nothing(asked, error.into()),
        },
    };
    let is_looked_up = asked.timestamp >= 0 || asked.timestamp == MAX_TIMESTAMP;
    match found.filter(|found| !is_looked_up || found.offset < fetchable) {
        None => nothing(asked, ErrorCode::None),
        Some(OffsetAndTimestamp { offset, timestamp }) => ListOffsetsPartitionResponse {
            timestamp,
            offset,
            leader_epoch: LEADER_EPOCH,
            ..nothing(asked, ErrorCode::None)
        },
    }
}

#[cfg(test)]
mod tests;
