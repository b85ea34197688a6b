//! DescribeTopicPartitions (key 75), version 0. Owner: `topics.rs`. Kafka: DescribeTopicPartitionsRequestHandler,
//! KRaftMetadataCache.describeTopicResponse.
//! Does: lists partitions of topics page by page: of the requested topics, or of all, sorted by name, from a cursor on,
//! up to the limit of the client or `max.request.partition.size.limit`, at least one. The next cursor may point to a
//! topic that does not exist. If the topic of the cursor was deleted, it is skipped if all topics were requested, and
//! unknown if it was named. (All measured on Kafka 4.3.1.)
//! Leaves out: nothing. An empty name makes Kafka fail with UNKNOWN_SERVER_ERROR for every topic; here it is invalid.

use std::{collections::BTreeSet, sync::Arc};

use wire::{
    ErrorCode,
    message::{
        describe_topic_partitions_request::DescribeTopicPartitionsRequest,
        describe_topic_partitions_response::{
            Cursor, DescribeTopicPartitionsResponse, DescribeTopicPartitionsResponsePartition,
            DescribeTopicPartitionsResponseTopic,
        },
    },
};

use crate::{
    Engine, acl_operations, context::RequestContext, log::LEADER_EPOCH, outcome::Outcome, topic_names, topics::Topic,
};

/// A topic of the page: its partitions, or an error.
struct TopicPage<'a> {
    name: &'a str,
    found: Result<(Arc<Topic>, std::ops::Range<i32>), ErrorCode>,
}

/// A page and the next cursor.
struct Page<'a> {
    topics: Vec<TopicPage<'a>>,
    next: Option<(&'a str, i32)>,
}

pub(crate) fn handle(
    engine: &Engine,
    context: &RequestContext<'_>,
    request: &DescribeTopicPartitionsRequest<'_>,
) -> Outcome {
    let every = request.topics.is_empty();
    let topics = if every { engine.topics.list() } else { Vec::new() };
    let from = request.cursor.as_ref().map(|cursor| (cursor.topic_name, cursor.partition_index));
    let names: BTreeSet<&str> = request
        .topics
        .iter()
        .map(|topic| topic.name)
        .chain(topics.iter().map(|topic| &topic.name[..]))
        .filter(|name| from.is_none_or(|(first, _)| *name >= first))
        .collect();
    if from.is_some_and(|(name, index)| index < 0 || !(every || names.contains(name))) {
        let response = refused(request, ErrorCode::InvalidRequest);
        return context.reply(|writer, version| response.encode(writer, version));
    }
    let most = engine.configs.int("max.request.partition.size.limit").min(request.response_partition_limit.into());
    let page = read(engine, &names, from, i32::try_from(most).unwrap_or(1).max(1), every);
    let response = DescribeTopicPartitionsResponse {
        throttle_time_ms: 0,
        topics: page.topics.iter().map(|shown| to_response(engine.settings.node_id, shown)).collect(),
        next_cursor: page.next.map(|(topic_name, partition_index)| Cursor { topic_name, partition_index }),
    };
    context.reply(|writer, version| response.encode(writer, version))
}

/// Returns the same error for every requested topic.
fn refused<'a>(request: &DescribeTopicPartitionsRequest<'a>, code: ErrorCode) -> DescribeTopicPartitionsResponse<'a> {
    let topic = |name| DescribeTopicPartitionsResponseTopic {
        error_code: code.code(),
        name: Some(name),
        ..DescribeTopicPartitionsResponseTopic::default()
    };
    DescribeTopicPartitionsResponse {
        topics: request.topics.iter().map(|asked| topic(asked.name)).collect(),
        ..DescribeTopicPartitionsResponse::default()
    }
}

/// Collects a page. `every` is set if the client named no topics: deleted ones are skipped then.
fn read<'a>(engine: &Engine, names: &BTreeSet<&'a str>, from: Option<(&str, i32)>, most: i32, every: bool) -> Page<'a> {
    let mut left = most;
    let mut topics = Vec::new();
    for &name in names {
        if left == 0 {
            return Page { topics, next: Some((name, 0)) };
        }
        let Some(topic) = engine.topics.get(name) else {
            let code = match topic_names::check(name) {
                Ok(()) => ErrorCode::UnknownTopicOrPartition,
                Err(_) => ErrorCode::InvalidTopicException,
            };
            if !every {
                topics.push(TopicPage { name, found: Err(code) });
            }
            continue;
        };
        let count = topic.partition_count();
        let first = from.map_or(0, |(first, index)| if first == name { index.min(count) } else { 0 });
        let end = count.min(first.saturating_add(left));
        topics.push(TopicPage { name, found: Ok((topic, first..end)) });
        if end < count {
            return Page { topics, next: Some((name, end)) };
        }
        left -= end - first;
    }
    Page { topics, next: None }
}

fn to_response<'a>(node_id: i32, shown: &TopicPage<'a>) -> DescribeTopicPartitionsResponseTopic<'a> {
    let topic = DescribeTopicPartitionsResponseTopic {
        name: Some(shown.name),
        topic_authorized_operations: acl_operations::TOPIC,
        ..DescribeTopicPartitionsResponseTopic::default()
    };
    match &shown.found {
        Err(code) => DescribeTopicPartitionsResponseTopic { error_code: code.code(), ..topic },
        Ok((found, indexes)) => DescribeTopicPartitionsResponseTopic {
            topic_id: found.id,
            is_internal: found.is_internal,
            partitions: indexes.clone().map(|index| partition(node_id, index)).collect(),
            ..topic
        },
    }
}

fn partition(node_id: i32, partition_index: i32) -> DescribeTopicPartitionsResponsePartition {
    DescribeTopicPartitionsResponsePartition {
        error_code: ErrorCode::None.code(),
        partition_index,
        leader_id: node_id,
        leader_epoch: LEADER_EPOCH,
        replica_nodes: vec![node_id],
        isr_nodes: vec![node_id],
        eligible_leader_replicas: Some(Vec::new()),
        last_known_elr: Some(Vec::new()),
        offline_replicas: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use wire::message::{
        Reader, Request,
        describe_topic_partitions_request::{Cursor, TopicRequest},
    };

    use super::*;
    use crate::{Settings, configs::TopicConfig, testing::ask};

    /// The topics a (1 partition), b (6), c (3) and an internal one (2).
    fn engine() -> Engine {
        let engine = Engine::new(Settings::default());
        for (name, partitions) in [("c", 3), ("b", 6), ("a", 1), ("__share_group_state", 2)] {
            engine.create_topic(name, Some(partitions), TopicConfig::default()).unwrap();
        }
        engine
    }

    /// Name, code and partitions of each topic; the next cursor.
    type Said = (Vec<(String, i16, Vec<i32>)>, Option<(String, i32)>);

    fn said(engine: &Engine, names: &[&str], limit: i32, from: Option<(&str, i32)>) -> Said {
        let request = DescribeTopicPartitionsRequest {
            topics: names.iter().map(|name| TopicRequest { name }).collect(),
            response_partition_limit: limit,
            cursor: from.map(|(topic_name, partition_index)| Cursor { topic_name, partition_index }),
        };
        let body = ask(engine, 75, 0, &Request::DescribeTopicPartitions(request));
        let response = DescribeTopicPartitionsResponse::decode(&mut Reader::new(&body), 0).unwrap();
        let topics = response.topics.iter().map(|topic| {
            let partitions = topic.partitions.iter().map(|partition| partition.partition_index).collect();
            (topic.name.unwrap().to_owned(), topic.error_code, partitions)
        });
        (topics.collect(), response.next_cursor.map(|next| (next.topic_name.to_owned(), next.partition_index)))
    }

    fn topic(name: &str, partitions: std::ops::Range<i32>) -> (String, i16, Vec<i32>) {
        (name.to_owned(), 0, partitions.collect())
    }

    fn bad(name: &str, code: i16) -> (String, i16, Vec<i32>) {
        (name.to_owned(), code, Vec::new())
    }

    fn next(name: &str, index: i32) -> Option<(String, i32)> {
        Some((name.to_owned(), index))
    }

    #[test]
    fn topics_come_once_and_sorted() {
        let engine = engine();
        let asked = ["c", "nope", "a b", "", "c", "a"];
        let topics = vec![bad("", 17), topic("a", 0..1), bad("a b", 17), topic("c", 0..3), bad("nope", 3)];
        assert_eq!(said(&engine, &asked, 2_000, None), (topics, None));
        let all = vec![topic("__share_group_state", 0..2), topic("a", 0..1), topic("b", 0..6), topic("c", 0..3)];
        assert_eq!(said(&engine, &[], 2_000, None), (all, None));
    }

    #[test]
    fn a_page_ends_at_the_limit_and_the_next_one_begins_there() {
        let engine = engine();
        assert_eq!(said(&engine, &["c", "b", "a"], 3, None), (vec![topic("a", 0..1), topic("b", 0..2)], next("b", 2)));
        assert_eq!(said(&engine, &["c", "b", "a"], 3, Some(("b", 2))), (vec![topic("b", 2..5)], next("b", 5)));
        assert_eq!(said(&engine, &["b", "c"], 6, None), (vec![topic("b", 0..6)], next("c", 0)));
        assert_eq!(said(&engine, &["b", "nope"], 6, None), (vec![topic("b", 0..6)], next("nope", 0)));
        let over = (vec![topic("b", 0..0), topic("c", 0..3)], None);
        assert_eq!(said(&engine, &["c", "b"], 30, Some(("b", 6))), over);
        assert_eq!(said(&engine, &["c", "b"], 30, Some(("b", 600))), over);
        for limit in [1, 0, -1] {
            assert_eq!(said(&engine, &["c"], limit, None), (vec![topic("c", 0..1)], next("c", 1)));
        }
    }

    #[test]
    fn the_broker_has_a_limit_too() {
        let engine = engine();
        engine.create_topic("many", Some(3_000), TopicConfig::default()).unwrap();
        assert_eq!(said(&engine, &["many"], i32::MAX, None), (vec![topic("many", 0..2_000)], next("many", 2_000)));
        assert_eq!(said(&engine, &["many"], i32::MAX, next("many", 2_000).as_ref().map(|(n, i)| (&n[..], *i))).1, None);
    }

    #[test]
    fn a_cursor_must_be_among_the_topics_unless_all_are_asked_for() {
        let engine = engine();
        let refused = (vec![bad("c", 42), bad("b", 42)], None);
        for cursor in [("bb", 1), ("c", -1), ("zz", 0)] {
            assert_eq!(said(&engine, &["c", "b"], 30, Some(cursor)), refused);
        }
        assert_eq!(said(&engine, &["c", "b", "bb"], 30, Some(("bb", 1))).0, [bad("bb", 3), topic("c", 0..3)]);
        assert_eq!(said(&engine, &[], 30, Some(("bb", 1))), (vec![topic("c", 0..3)], None));
        assert_eq!(said(&engine, &[], 3, Some(("b", 5))), (vec![topic("b", 5..6), topic("c", 0..2)], next("c", 2)));
        assert_eq!(said(&engine, &[], 3, Some(("b", -1))), (Vec::new(), None));
    }
}
