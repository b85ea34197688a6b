//! OffsetDelete (key 47), version 0. Owner: `groups/offsets.rs`. Kafka: OffsetMetadataManager.deleteOffsets.
//! Does: drops the offsets of topics that the group is not subscribed to.
//! By version: only one.
//! Leaves out: nothing.

use std::collections::BTreeMap;

use wire::{
    ErrorCode,
    message::{
        offset_delete_request::OffsetDeleteRequest,
        offset_delete_response::{OffsetDeleteResponse, OffsetDeleteResponsePartition, OffsetDeleteResponseTopic},
    },
};

use crate::{
    Engine,
    context::RequestContext,
    coordinator::{DelayedReply, reply_when_synced},
    groups,
    outcome::Outcome,
};

pub(crate) fn handle(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &OffsetDeleteRequest<'_>,
) -> Outcome<DelayedReply> {
    let mut answer = Answer::default();
    let mut known = Vec::new();
    for asked in &request.topics {
        let topic = engine.topics.get(asked.name);
        let exists = |index: &i32| topic.as_ref().is_some_and(|topic| (0..topic.partition_count()).contains(index));
        let indexes = asked.partitions.iter().map(|partition| partition.partition_index);
        let (there, missing): (Vec<i32>, Vec<i32>) = indexes.partition(exists);
        if topic.is_none() || !missing.is_empty() {
            answer.add(asked.name, &missing, ErrorCode::UnknownTopicOrPartition);
        }
        if !there.is_empty() {
            known.push((asked.name, there));
        }
    }
    let mut until = None;
    let response = match groups::delete_offsets(engine, context, request.group_id, &known) {
        Err(error) => OffsetDeleteResponse { error_code: error.code(), ..OffsetDeleteResponse::default() },
        Ok(ran) => {
            until = ran.until;
            for ((name, there), error) in known.iter().zip(ran.result) {
                answer.add(name, there, error);
            }
            OffsetDeleteResponse { topics: answer.topics, ..OffsetDeleteResponse::default() }
        }
    };
    let failed = OffsetDeleteResponse {
        error_code: ErrorCode::CoordinatorNotAvailable.code(),
        ..OffsetDeleteResponse::default()
    };
    reply_when_synced(until.into_iter().collect(), context.reply(|w, v| response.encode(w, v)), || {
        context.reply(|w, v| failed.encode(w, v))
    })
}

/// A topic that is named several times is answered once, with all its partitions.
#[derive(Default)]
struct Answer<'a> {
    topics: Vec<OffsetDeleteResponseTopic<'a>>,
    positions: BTreeMap<&'a str, usize>,
}

impl<'a> Answer<'a> {
    fn add(&mut self, name: &'a str, indexes: &[i32], error: ErrorCode) {
        let position = *self.positions.entry(name).or_insert(self.topics.len());
        if position == self.topics.len() {
            self.topics.push(OffsetDeleteResponseTopic { name, partitions: Vec::new() });
        }
        let error_code = error.code();
        let partitions =
            indexes.iter().map(|&index| OffsetDeleteResponsePartition { partition_index: index, error_code });
        self.topics[position].partitions.extend(partitions);
    }
}
