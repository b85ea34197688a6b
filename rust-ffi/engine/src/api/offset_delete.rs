//! OffsetDelete (key 47), version 0. Owner: `groups/offsets.rs`. Kafka: OffsetMetadataManager.deleteOffsets.
//! Does: drops the offsets of topics that the group is not subscribed to.
//! By version: only one.
//! Leaves out: nothing.

use wire::{
    ErrorCode,
    message::{
        offset_delete_request::OffsetDeleteRequest,
        offset_delete_response::{OffsetDeleteResponse, OffsetDeleteResponsePartition, OffsetDeleteResponseTopic},
    },
};

use crate::{Engine, cx::Cx, groups, outcome::Outcome};

pub(crate) fn handle(engine: &Engine, cx: &Cx<'_>, request: &OffsetDeleteRequest<'_>) -> Outcome {
    let mut topics = Vec::with_capacity(request.topics.len());
    let mut known = Vec::new();
    for asked in &request.topics {
        let topic = engine.topics.get(asked.name);
        let exists = |index: &i32| topic.as_ref().is_some_and(|topic| (0..topic.partition_count()).contains(index));
        let indexes = asked.partitions.iter().map(|partition| partition.partition_index);
        let (there, missing): (Vec<i32>, Vec<i32>) = indexes.partition(exists);
        topics.push(OffsetDeleteResponseTopic {
            name: asked.name,
            partitions: partitions(&missing, ErrorCode::UnknownTopicOrPartition).collect(),
        });
        known.push((asked.name, there));
    }
    let response = match groups::delete_offsets(engine, cx, request.group_id, &known) {
        Err(error) => OffsetDeleteResponse { error_code: error.code(), ..OffsetDeleteResponse::default() },
        Ok(results) => {
            for ((topic, (_, there)), error) in topics.iter_mut().zip(&known).zip(results) {
                topic.partitions.extend(partitions(there, error));
            }
            OffsetDeleteResponse { topics, ..OffsetDeleteResponse::default() }
        }
    };
    cx.reply(|w, v| response.encode(w, v))
}

fn partitions(indexes: &[i32], error: ErrorCode) -> impl Iterator<Item = OffsetDeleteResponsePartition> {
    let error_code = error.code();
    indexes.iter().map(move |&partition_index| OffsetDeleteResponsePartition { partition_index, error_code })
}
