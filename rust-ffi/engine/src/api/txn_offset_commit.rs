//! TxnOffsetCommit (key 28), versions 0-5. Owner: `groups/pending.rs`. Kafka: KafkaApis.handleTxnOffsetCommitRequest,
//! OffsetMetadataManager.commitTransactionalOffset.
//! Does: commits offsets of a group as part of a producer's transaction. They are shown once it is committed.
//! By version: 2 leader epochs; 3 member, generation, flexible (KIP-447); 4 TRANSACTION_ABORTABLE; 5 adds the partition
//! of the group to the transaction (KIP-890).
//! Leaves out: nothing.

use std::sync::Arc;

use wire::{
    ErrorCode,
    message::{
        txn_offset_commit_request::{TxnOffsetCommitRequest, TxnOffsetCommitRequestTopic},
        txn_offset_commit_response::{
            TxnOffsetCommitResponse, TxnOffsetCommitResponsePartition, TxnOffsetCommitResponseTopic,
        },
    },
};

use super::produce::of_transaction;
use crate::{
    Engine, Topic,
    appender::Unsynced,
    context::RequestContext,
    coordinator::{DelayedReply, ProducerIdAndEpoch, reply_when_synced},
    groups::{self, Commit, OFFSETS_TOPIC, OffsetAndMetadata},
    outcome::Outcome,
    transactions::{self, Claim},
};

/// The first version that knows TRANSACTION_ABORTABLE.
const ABORTABLE_FROM: i16 = 4;
/// The first version of clients that do not send AddOffsetsToTxn.
const ADDS_FROM: i16 = 5;

pub(crate) fn handle(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &TxnOffsetCommitRequest<'_>,
) -> Outcome<DelayedReply> {
    let topics: Vec<Option<Arc<Topic>>> = request.topics.iter().map(|asked| engine.topics.get(asked.name)).collect();
    let mut offsets = Vec::new();
    let mut codes: Vec<Vec<ErrorCode>> = Vec::with_capacity(topics.len());
    for (asked, topic) in request.topics.iter().zip(&topics) {
        let partition = |partition: &_| check(engine, context, topic.as_deref(), partition);
        let checked: Vec<_> = asked.partitions.iter().map(partition).collect();
        codes.push(checked.iter().map(|checked| checked.as_ref().err().copied().unwrap_or(ErrorCode::None)).collect());
        let found = asked.partitions.iter().zip(checked);
        offsets.extend(found.filter_map(|(part, checked)| Some((asked.name, part.partition_index, checked.ok()?))));
    }
    let mut until = Vec::new();
    if !offsets.is_empty() {
        match commit(engine, context, request, offsets) {
            Ok(unsynced) => until = unsynced,
            Err(error) => refuse(&mut codes, error),
        }
    }
    reply_when_synced(until, to_response(context, request, &codes), || {
        let mut codes = codes.clone();
        refuse(&mut codes, ErrorCode::CoordinatorNotAvailable);
        to_response(context, request, &codes)
    })
}

fn check(
    engine: &Engine,
    context: &RequestContext<'_>,
    topic: Option<&Topic>,
    asked: &wire::message::txn_offset_commit_request::TxnOffsetCommitRequestPartition<'_>,
) -> Result<OffsetAndMetadata, ErrorCode> {
    let topic = topic.filter(|topic| (0..topic.partition_count()).contains(&asked.partition_index));
    let topic = topic.ok_or(ErrorCode::UnknownTopicOrPartition)?;
    let metadata = asked.committed_metadata.unwrap_or_default();
    if groups::is_metadata_too_large(engine, metadata) {
        return Err(ErrorCode::OffsetMetadataTooLarge);
    }
    Ok(OffsetAndMetadata {
        topic_id: topic.id,
        offset: asked.committed_offset,
        leader_epoch: asked.committed_leader_epoch,
        metadata: metadata.into(),
        committed_ms: context.now.wall_ms,
        expires_ms: None,
    })
}

/// Returns what has to be synced before the commit is acknowledged.
fn commit(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &TxnOffsetCommitRequest<'_>,
    offsets: Vec<(&str, i32, OffsetAndMetadata)>,
) -> Result<Vec<Unsynced>, ErrorCode> {
    groups::prepare(engine)?;
    let claim = Claim {
        transactional_id: request.transactional_id,
        producer_id: request.producer_id,
        producer_epoch: request.producer_epoch,
    };
    let partition = (OFFSETS_TOPIC.into(), groups::partition_of(engine, request.group_id));
    let adds = (context.version >= ADDS_FROM).then_some(2);
    let commit = Commit {
        group: request.group_id,
        member_id: request.member_id,
        instance_id: request.group_instance_id,
        generation: request.generation_id,
        offsets,
        producer: Some(ProducerIdAndEpoch { id: request.producer_id, epoch: request.producer_epoch }),
    };
    let ran = transactions::append_in(engine, context.now, &claim, partition, adds, || {
        groups::commit(engine, context, commit)
    });
    let ran = ran.map_err(|error| of_transaction(error, context.version >= ABORTABLE_FROM))?;
    let committed = ran.result?;
    Ok(ran.until.into_iter().chain(committed.until).collect())
}

/// The whole commit is refused; what does not exist keeps its own error.
fn refuse(codes: &mut [Vec<ErrorCode>], error: ErrorCode) {
    codes.iter_mut().flatten().filter(|code| **code == ErrorCode::None).for_each(|code| *code = error);
}

fn to_response(
    context: &RequestContext<'_>,
    request: &TxnOffsetCommitRequest<'_>,
    codes: &[Vec<ErrorCode>],
) -> Outcome {
    let topic = |(asked, codes): (&TxnOffsetCommitRequestTopic<'_>, &Vec<ErrorCode>)| {
        let partitions = asked.partitions.iter().zip(codes).map(|(part, code)| TxnOffsetCommitResponsePartition {
            partition_index: part.partition_index,
            error_code: code.code(),
        });
        partitions.collect::<Vec<_>>()
    };
    let topics = request.topics.iter().zip(codes);
    let topics = topics
        .map(|(asked, codes)| TxnOffsetCommitResponseTopic { name: asked.name, partitions: topic((asked, codes)) });
    let response = TxnOffsetCommitResponse { throttle_time_ms: 0, topics: topics.collect() };
    context.reply(|w, v| response.encode(w, v))
}
