//! OffsetForLeaderEpoch (key 23), versions 2-4. Owner: `log/partition.rs`. Kafka:
//! KafkaApis.handleOffsetForLeaderEpochRequest, Partition.lastOffsetForLeaderEpoch.
//! Does: returns the end offset of a leader epoch. The only epoch is 0, so that is the log end offset.
//! By version: 3 replica id; 4 flexible.
//! Leaves out: nothing.

use wire::{
    ErrorCode,
    message::{
        offset_for_leader_epoch_request::{OffsetForLeaderEpochRequest, OffsetForLeaderPartition},
        offset_for_leader_epoch_response::{EpochEndOffset, OffsetForLeaderEpochResponse, OffsetForLeaderTopicResult},
    },
};

use crate::{
    Engine,
    context::RequestContext,
    log::{LEADER_EPOCH, NO_EPOCH, check_leader_epoch},
    outcome::Outcome,
    topics::Topic,
};

pub(crate) fn handle(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &OffsetForLeaderEpochRequest<'_>,
) -> Outcome {
    let topics = request.topics.iter().map(|topic| {
        let found = engine.topics.get(topic.topic);
        let partitions = topic.partitions.iter().map(|asked| answer(found.as_deref(), asked)).collect();
        OffsetForLeaderTopicResult { topic: topic.topic, partitions }
    });
    let response = OffsetForLeaderEpochResponse { throttle_time_ms: 0, topics: topics.collect() };
    context.reply(|writer, version| response.encode(writer, version))
}

fn answer(topic: Option<&Topic>, asked: &OffsetForLeaderPartition) -> EpochEndOffset {
    let nothing = |code: ErrorCode| EpochEndOffset {
        error_code: code.code(),
        partition: asked.partition,
        leader_epoch: -1,
        end_offset: -1,
    };
    let Some(partition) = topic.and_then(|topic| topic.partition(asked.partition)) else {
        return nothing(ErrorCode::UnknownTopicOrPartition);
    };
    match check_leader_epoch(asked.current_leader_epoch) {
        Err(code) => nothing(code),
        // A future epoch, or none.
        Ok(()) if asked.leader_epoch > LEADER_EPOCH || asked.leader_epoch == NO_EPOCH => nothing(ErrorCode::None),
        // An earlier epoch ended where the first began. Kafka: LeaderEpochFileCache.endOffsetFor.
        Ok(()) if asked.leader_epoch < LEADER_EPOCH => EpochEndOffset {
            leader_epoch: asked.leader_epoch,
            end_offset: partition.offsets().log_start,
            ..nothing(ErrorCode::None)
        },
        Ok(()) => EpochEndOffset {
            leader_epoch: LEADER_EPOCH,
            end_offset: partition.offsets().high_watermark,
            ..nothing(ErrorCode::None)
        },
    }
}
