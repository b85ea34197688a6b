//! OffsetCommit (key 8), versions 2-10. Owner: `groups/offsets.rs`. Kafka: OffsetMetadataManager.commitOffset.
//! Does: stores offsets for a member of the group, or for a client without a member id while the group is empty.
//! By version: 2-4 retention time; 6 leader epochs; 7 static members; 8 flexible; 9 GROUP_ID_NOT_FOUND instead of
//! ILLEGAL_GENERATION; 10 topic ids (UNKNOWN_TOPIC_ID).
//! Leaves out: nothing.

use std::sync::Arc;

use wire::{
    ErrorCode, Uuid,
    message::{
        offset_commit_request::{OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic},
        offset_commit_response::{OffsetCommitResponse, OffsetCommitResponsePartition, OffsetCommitResponseTopic},
    },
};

use crate::{
    Engine, Topic,
    context::RequestContext,
    coordinator::{DelayedReply, reply_when_synced},
    groups::{self, Commit, OffsetAndMetadata},
    outcome::Outcome,
};

pub(crate) fn handle(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &OffsetCommitRequest<'_>,
) -> Outcome<DelayedReply> {
    let topics: Vec<Result<Arc<Topic>, ErrorCode>> =
        request.topics.iter().map(|asked| find(engine, context, asked)).collect();
    let mut offsets = Vec::new();
    let mut codes: Vec<Vec<ErrorCode>> = Vec::with_capacity(topics.len());
    // Whether the coordinator has anything to say: it is not asked about what does not exist.
    let mut is_any_there = false;
    let mut until = Vec::new();
    for (asked, topic) in request.topics.iter().zip(&topics) {
        let mut check = |partition: &OffsetCommitRequestPartition<'_>| {
            let topic = match topic {
                Ok(topic) if (0..topic.partition_count()).contains(&partition.partition_index) => topic,
                Ok(_) => return ErrorCode::UnknownTopicOrPartition,
                Err(error) => return *error,
            };
            is_any_there = true;
            if groups::is_metadata_too_large(engine, partition.committed_metadata.unwrap_or_default()) {
                return ErrorCode::OffsetMetadataTooLarge;
            }
            let committed = committed(context, topic.id, request, partition);
            offsets.push((&*topic.name, partition.partition_index, committed));
            ErrorCode::None
        };
        codes.push(asked.partitions.iter().map(&mut check).collect());
    }
    if is_any_there {
        let commit = Commit {
            group: request.group_id,
            member_id: request.member_id,
            instance_id: request.group_instance_id,
            generation: request.generation_id_or_member_epoch,
            offsets,
            producer: None,
        };
        match groups::commit(engine, context, commit) {
            Ok(ran) => until.extend(ran.until),
            Err(error) => refuse(&mut codes, error),
        }
    }
    reply_when_synced(until, to_response(context, request, &topics, &codes), || {
        let mut codes = codes.clone();
        refuse(&mut codes, ErrorCode::CoordinatorNotAvailable);
        to_response(context, request, &topics, &codes)
    })
}

fn to_response(
    context: &RequestContext<'_>,
    request: &OffsetCommitRequest<'_>,
    topics: &[Result<Arc<Topic>, ErrorCode>],
    codes: &[Vec<ErrorCode>],
) -> Outcome {
    // Kafka forgets a topic that exists and is named without partitions.
    let is_shown = |(at, codes): &(usize, &Vec<ErrorCode>)| topics[*at].is_err() || !codes.is_empty();
    let shown = codes.iter().enumerate().filter(is_shown);
    let topics = shown.map(|(at, codes)| show(&request.topics[at], codes));
    let response = OffsetCommitResponse { throttle_time_ms: 0, topics: topics.collect() };
    context.reply(|w, v| response.encode(w, v))
}

fn find(
    engine: &Engine,
    context: &RequestContext<'_>,
    asked: &OffsetCommitRequestTopic<'_>,
) -> Result<Arc<Topic>, ErrorCode> {
    if context.version >= 10 {
        engine.topics.get_by_id(asked.topic_id).ok_or(ErrorCode::UnknownTopicId)
    } else {
        engine.topics.get(asked.name).ok_or(ErrorCode::UnknownTopicOrPartition)
    }
}

fn committed(
    context: &RequestContext<'_>,
    topic_id: Uuid,
    request: &OffsetCommitRequest<'_>,
    asked: &OffsetCommitRequestPartition<'_>,
) -> OffsetAndMetadata {
    let now_ms = context.now.wall_ms;
    OffsetAndMetadata {
        topic_id,
        offset: asked.committed_offset,
        leader_epoch: asked.committed_leader_epoch,
        metadata: asked.committed_metadata.unwrap_or_default().into(),
        committed_ms: now_ms,
        expires_ms: match request.retention_time_ms {
            -1 => None,
            retention_ms => Some(now_ms.saturating_add(retention_ms)),
        },
    }
}

/// The whole commit is refused; what does not exist keeps its own error.
fn refuse(codes: &mut [Vec<ErrorCode>], error: ErrorCode) {
    for code in codes.iter_mut().flatten() {
        if matches!(code, ErrorCode::None | ErrorCode::OffsetMetadataTooLarge) {
            *code = error;
        }
    }
}

fn show<'a>(asked: &OffsetCommitRequestTopic<'a>, codes: &[ErrorCode]) -> OffsetCommitResponseTopic<'a> {
    let partitions = asked.partitions.iter().zip(codes).map(|(partition, code)| OffsetCommitResponsePartition {
        partition_index: partition.partition_index,
        error_code: code.code(),
    });
    OffsetCommitResponseTopic { name: asked.name, topic_id: asked.topic_id, partitions: partitions.collect() }
}
