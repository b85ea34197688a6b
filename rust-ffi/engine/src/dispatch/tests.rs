use wire::message::{
    Request,
    describe_groups_request::DescribeGroupsRequest,
    describe_log_dirs_request::DescribeLogDirsRequest,
    list_offsets_request::{ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic},
    metadata_request::MetadataRequest,
    offset_commit_request::{OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic},
};

use super::blocking::LARGE_BODY;
use crate::{
    Engine, Now, Settings,
    configs::TopicConfig,
    log::testing::plain,
    request_size::MANY_TOPICS,
    testing::{context, encoded},
};

/// A day in 2026.
const WALL: i64 = 1_790_000_000_000;

fn is_long(engine: &Engine, key: i16, version: i16, request: &Request<'_>) -> bool {
    is_blocking(engine, key, version, &encoded(version, request))
}

fn is_blocking(engine: &Engine, key: i16, version: i16, body: &[u8]) -> bool {
    engine.try_request(&context(Now::default(), key, version), body).is_err()
}

const LIST_OFFSETS: i16 = 2;
const METADATA: i16 = wire::api::METADATA;
const OFFSET_COMMIT: i16 = 8;
const DESCRIBE_GROUPS: i16 = 15;
const DESCRIBE_LOG_DIRS: i16 = 35;

fn list(timestamps: &[i64]) -> Request<'static> {
    let partition = |timestamp: &i64| ListOffsetsPartition { timestamp: *timestamp, ..Default::default() };
    let topic = ListOffsetsTopic { name: "t", partitions: timestamps.iter().map(partition).collect() };
    Request::ListOffsets(ListOffsetsRequest { topics: vec![topic], ..Default::default() })
}

/// One record dated ahead, and a gigabyte behind it, took 280 ms from every other connection.
#[test]
fn lookups_by_time_take_long_where_much_may_be_read_for_them() {
    let engine = Engine::new(Settings::default());
    let config = TopicConfig { timestamp_after_max_ms: i64::MAX, ..TopicConfig::default() };
    let topic = engine.create_topic("t", Some(1), config.clone()).unwrap();
    let now = Now { wall_ms: WALL, ..Now::default() };
    let put = |timestamp, bytes| topic.partition(0).unwrap().append(&plain(1, bytes, timestamp), &config, now).unwrap();
    put(WALL + 1_000_000, 10);
    assert!(!is_long(&engine, LIST_OFFSETS, 7, &list(&[WALL + 1, -3])));
    (1..4).for_each(|offset| assert_eq!(put(WALL, 400_000).base_offset, offset));
    assert!(is_long(&engine, LIST_OFFSETS, 7, &list(&[WALL + 1])));
    assert!(is_long(&engine, LIST_OFFSETS, 7, &list(&[-3])));
    assert!(!is_long(&engine, LIST_OFFSETS, 7, &list(&[-1, -2, WALL + 1_000_001])), "no segment has such a record");
    let body = encoded(7, &list(&[-3]));
    assert!(!is_blocking(&engine, LIST_OFFSETS, 7, &body[..body.len() - 1]), "it is refused at once");
}

fn commit(partitions: i32) -> Request<'static> {
    let partition = |index| OffsetCommitRequestPartition { partition_index: index, ..Default::default() };
    let topic = OffsetCommitRequestTopic {
        name: "t",
        partitions: (0..partitions).map(partition).collect(),
        ..Default::default()
    };
    Request::OffsetCommit(OffsetCommitRequest { group_id: "g", topics: vec![topic], ..Default::default() })
}

/// One of 18,000 partitions took 0.8 s from every other connection.
#[test]
fn large_commits_take_long() {
    let engine = Engine::new(Settings::default());
    assert!(!is_long(&engine, OFFSET_COMMIT, 7, &commit(50)));
    assert!(is_long(&engine, OFFSET_COMMIT, 7, &commit(1_000)));
}

#[test]
fn answers_about_very_many_topics_take_long() {
    let engine = Engine::new(Settings::default());
    let all = Request::Metadata(MetadataRequest::default());
    assert!(!is_long(&engine, METADATA, 9, &all));
    (0..=MANY_TOPICS).for_each(|number| drop(engine.create(&format!("t{number}"), 1, Default::default()).unwrap()));
    assert!(is_long(&engine, METADATA, 9, &all));
    assert!(is_long(&engine, DESCRIBE_LOG_DIRS, 1, &Request::DescribeLogDirs(DescribeLogDirsRequest::default())));
}

#[test]
fn very_large_requests_take_long() {
    let engine = Engine::new(Settings::default());
    let groups =
        |count| Request::DescribeGroups(DescribeGroupsRequest { groups: vec!["g"; count], ..Default::default() });
    assert!(!is_long(&engine, DESCRIBE_GROUPS, 0, &groups(1_000)));
    assert!(is_long(&engine, DESCRIBE_GROUPS, 0, &groups(LARGE_BODY / 3)));
}
