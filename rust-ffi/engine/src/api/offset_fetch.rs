//! OffsetFetch (key 9), versions 1-10. Owner: `groups/offsets.rs`. Kafka: OffsetMetadataManager.fetchOffsets.
//! Does: what a group has committed: for the topics asked for, or for all (null). -1 where there is nothing.
//! By version: 2 null topics, top-level error; 5 leader epochs; 6 flexible; 7 require_stable; 8 several groups; 9
//! member id and epoch, which a consumer group checks (STALE_MEMBER_EPOCH); 10 topic ids (UNKNOWN_TOPIC_ID).
//! Leaves out: nothing.

use std::sync::Arc;

use wire::{
    ErrorCode, Uuid,
    message::{
        offset_fetch_request::{OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopics},
        offset_fetch_response::{
            OffsetFetchResponse, OffsetFetchResponseGroup, OffsetFetchResponsePartition, OffsetFetchResponsePartitions,
            OffsetFetchResponseTopic, OffsetFetchResponseTopics,
        },
    },
};

use crate::{
    Engine, Topic,
    context::RequestContext,
    coordinator::{DelayedReply, reply_when_synced},
    groups::{self, Budget, FetchedPartition, FetchedTopic, Reads},
    outcome::Outcome,
};

pub(crate) fn handle(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &OffsetFetchRequest<'_>,
) -> Outcome<DelayedReply> {
    let outcome =
        if context.version >= 8 { fetch_groups(engine, context, request) } else { fetch_one(engine, context, request) };
    let too_large = || Outcome::Close(format!("the answer to OffsetFetch is larger than {} bytes", Budget::BYTES));
    outcome.unwrap_or_else(too_large)
}

/// `None` if the answer would be too large.
fn fetch_one(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &OffsetFetchRequest<'_>,
) -> Option<Outcome<DelayedReply>> {
    let reads = &mut Reads::new();
    let fetched = match &request.topics {
        None => groups::fetch_all(engine, request.group_id, request.require_stable, reads)?,
        Some(topics) => {
            let asked: Vec<(&str, &[i32])> = topics.iter().map(|t| (t.name, &*t.partition_indexes)).collect();
            groups::fetch(engine, request.group_id, &asked, request.require_stable, reads)?
        }
    };
    let topics = fetched.iter().map(|topic| OffsetFetchResponseTopic {
        name: &topic.name,
        partitions: topic.partitions.iter().map(partition).collect(),
    });
    let response = OffsetFetchResponse { topics: topics.collect(), ..OffsetFetchResponse::default() };
    Some(when_synced(reads, context.reply(|w, v| response.encode(w, v))))
}

/// A power cut could take back offsets that are not synced yet.
fn when_synced(reads: &mut Reads, response: Outcome) -> Outcome<DelayedReply> {
    let failed = || Outcome::Close("the log of the group coordinator could not be synced".to_owned());
    reply_when_synced(std::mem::take(&mut reads.until), response, failed)
}

/// The struct of the old versions has the same fields.
fn partition(fetched: &FetchedPartition) -> OffsetFetchResponsePartition<'_> {
    let OffsetFetchResponsePartitions {
        partition_index,
        committed_offset,
        committed_leader_epoch,
        metadata,
        error_code,
    } = partitions(fetched);
    OffsetFetchResponsePartition { partition_index, committed_offset, committed_leader_epoch, metadata, error_code }
}

fn partitions(fetched: &FetchedPartition) -> OffsetFetchResponsePartitions<'_> {
    let FetchedPartition { index, committed, is_unstable } = fetched;
    let error = if *is_unstable { ErrorCode::UnstableOffsetCommit } else { ErrorCode::None };
    OffsetFetchResponsePartitions {
        partition_index: *index,
        committed_offset: committed.as_ref().map_or(-1, |committed| committed.offset),
        committed_leader_epoch: committed.as_ref().map_or(-1, |committed| committed.leader_epoch),
        metadata: Some(committed.as_ref().map_or("", |committed| &committed.metadata)),
        error_code: error.code(),
    }
}

/// The topics of one group that were found, and those whose ids name none.
struct Group<'a> {
    id: &'a str,
    error: ErrorCode,
    found: Vec<(Uuid, FetchedTopic)>,
    unknown: Vec<&'a OffsetFetchRequestTopics<'a>>,
}

/// `None` if the answer would be too large.
fn fetch_groups(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &OffsetFetchRequest<'_>,
) -> Option<Outcome<DelayedReply>> {
    let reads = &mut Reads::new();
    let groups = request.groups.iter().map(|asked| fetch_group(engine, context, asked, request.require_stable, reads));
    let groups: Vec<Group<'_>> = groups.collect::<Option<_>>()?;
    let groups = groups.iter().map(|group| OffsetFetchResponseGroup {
        group_id: group.id,
        topics: group.found.iter().map(show).chain(group.unknown.iter().map(|topic| show_unknown(topic))).collect(),
        error_code: group.error.code(),
    });
    let response = OffsetFetchResponse { groups: groups.collect(), ..OffsetFetchResponse::default() };
    Some(when_synced(reads, context.reply(|w, v| response.encode(w, v))))
}

fn fetch_group<'a>(
    engine: &Engine,
    context: &RequestContext<'_>,
    asked: &'a OffsetFetchRequestGroup<'a>,
    require_stable: bool,
    reads: &mut Reads,
) -> Option<Group<'a>> {
    let id = asked.group_id;
    let has_ids = context.version >= 10;
    if let Err(error) = groups::check_fetch(engine, id, asked.member_id, asked.member_epoch) {
        return Some(Group { id, error, found: Vec::new(), unknown: Vec::new() });
    }
    let error = ErrorCode::None;
    let Some(topics) = &asked.topics else {
        let all = groups::fetch_all(engine, id, require_stable, reads)?.into_iter();
        // With ids, a topic that is no more cannot be named.
        let id_of = |topic: FetchedTopic| match engine.topics.get(&topic.name) {
            Some(found) => Some((found.id, topic)),
            None if has_ids => None,
            None => Some((Uuid::ZERO, topic)),
        };
        return Some(Group { id, error, found: all.filter_map(id_of).collect(), unknown: Vec::new() });
    };
    if !has_ids {
        let names: Vec<(&str, &[i32])> = topics.iter().map(|t| (t.name, &*t.partition_indexes)).collect();
        let found =
            groups::fetch(engine, id, &names, require_stable, reads)?.into_iter().map(|topic| (Uuid::ZERO, topic));
        return Some(Group { id, error, found: found.collect(), unknown: Vec::new() });
    }
    let mut known: Vec<(Arc<Topic>, &[i32])> = Vec::new();
    let mut unknown = Vec::new();
    for asked in topics {
        match engine.topics.get_by_id(asked.topic_id) {
            Some(topic) => known.push((topic, &asked.partition_indexes)),
            None => unknown.push(asked),
        }
    }
    let names: Vec<(&str, &[i32])> = known.iter().map(|(topic, indexes)| (&*topic.name, *indexes)).collect();
    let fetched = groups::fetch(engine, id, &names, require_stable, reads)?;
    Some(Group { id, error, found: known.iter().map(|(topic, _)| topic.id).zip(fetched).collect(), unknown })
}

fn show((topic_id, topic): &(Uuid, FetchedTopic)) -> OffsetFetchResponseTopics<'_> {
    OffsetFetchResponseTopics {
        name: &topic.name,
        topic_id: *topic_id,
        partitions: topic.partitions.iter().map(partitions).collect(),
    }
}

fn show_unknown<'a>(asked: &OffsetFetchRequestTopics<'a>) -> OffsetFetchResponseTopics<'a> {
    let error_code = ErrorCode::UnknownTopicId.code();
    let refused = |index: &i32| OffsetFetchResponsePartitions {
        partition_index: *index,
        committed_offset: -1,
        committed_leader_epoch: -1,
        metadata: Some(""),
        error_code,
    };
    OffsetFetchResponseTopics {
        name: asked.name,
        topic_id: asked.topic_id,
        partitions: asked.partition_indexes.iter().map(refused).collect(),
    }
}
