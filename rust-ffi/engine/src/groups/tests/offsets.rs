//! Committed offsets: who may commit, what is kept, and for how long.

use wire::{
    ErrorCode, Uuid,
    message::{
        Request,
        delete_topics_request::DeleteTopicsRequest,
        offset_commit_request::{OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic},
        offset_commit_response::OffsetCommitResponse,
        offset_delete_request::{OffsetDeleteRequest, OffsetDeleteRequestPartition, OffsetDeleteRequestTopic},
        offset_delete_response::OffsetDeleteResponse,
        offset_fetch_request::{
            OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics,
        },
        offset_fetch_response::OffsetFetchResponse,
    },
};

use super::{SESSION_MS, World, code, joining};
use crate::testing::run_all_jobs;

const MINUTE: u64 = 60_000;
/// Kafka's default: seven days.
const RETENTION: u64 = 10_080 * MINUTE;

fn partition(partition_index: i32, committed_offset: i64) -> OffsetCommitRequestPartition<'static> {
    OffsetCommitRequestPartition {
        partition_index,
        committed_offset,
        committed_leader_epoch: 0,
        committed_metadata: Some("m"),
    }
}

pub(super) fn simple<'a>(topics: &[(&'a str, i32, i64)]) -> OffsetCommitRequest<'a> {
    let topic = |(name, index, offset): &(&'a str, i32, i64)| OffsetCommitRequestTopic {
        name,
        topic_id: Uuid::ZERO,
        partitions: vec![partition(*index, *offset)],
    };
    OffsetCommitRequest {
        group_id: "g",
        generation_id_or_member_epoch: -1,
        retention_time_ms: -1,
        topics: topics.iter().map(topic).collect(),
        ..OffsetCommitRequest::default()
    }
}

impl World {
    /// The codes of all partitions.
    pub(super) fn commit(&self, version: i16, request: OffsetCommitRequest<'_>) -> Vec<i16> {
        let mut answer = self.answer(&mut self.ask(version, &Request::OffsetCommit(request)));
        let response = OffsetCommitResponse::decode(&mut answer, version).unwrap();
        response.topics.iter().flat_map(|topic| &topic.partitions).map(|partition| partition.error_code).collect()
    }

    fn commit_simple(&self, topics: &[(&str, i32, i64)]) -> Vec<i16> {
        self.commit(9, simple(topics))
    }

    /// Everything that the group has: topic, partition, offset.
    pub(super) fn committed(&self, group_id: &str) -> Vec<(&'static str, i32, i64)> {
        let all = OffsetFetchRequestGroup { group_id, topics: None, member_epoch: -1, member_id: None };
        let request = OffsetFetchRequest { groups: vec![all], ..OffsetFetchRequest::default() };
        let mut answer = self.answer(&mut self.ask(9, &Request::OffsetFetch(request)));
        let response = OffsetFetchResponse::decode(&mut answer, 9).unwrap();
        let topics = response.groups[0].topics.iter();
        topics.flat_map(|t| t.partitions.iter().map(|p| (t.name, p.partition_index, p.committed_offset))).collect()
    }

    pub(super) fn maintain(&self) {
        run_all_jobs(&self.engine, self.now);
    }
}

#[test]
fn what_is_committed_is_fetched_in_every_version() {
    let world = World::new();
    let id = world.topic("t", 3);
    for version in 2..=10 {
        let mut request = simple(&[("t", 1, i64::from(version))]);
        request.topics[0].topic_id = id;
        assert_eq!(world.commit(version, request), [0]);
    }
    for version in 1..=10 {
        let topics = vec![OffsetFetchRequestTopic { name: "t", partition_indexes: vec![1, 2] }];
        let by_id = vec![OffsetFetchRequestTopics { name: "t", topic_id: id, partition_indexes: vec![1, 2] }];
        let group = OffsetFetchRequestGroup { group_id: "g", topics: Some(by_id), member_epoch: -1, member_id: None };
        let request = OffsetFetchRequest {
            group_id: if version < 8 { "g" } else { "" },
            topics: Some(if version < 8 { topics } else { Vec::new() }),
            groups: if version < 8 { Vec::new() } else { vec![group] },
            require_stable: version >= 7,
        };
        let mut answer = world.answer(&mut world.ask(version, &Request::OffsetFetch(request)));
        let response = OffsetFetchResponse::decode(&mut answer, version).unwrap();
        let found: Vec<(i64, i32, Option<&str>, i16)> = if version < 8 {
            assert_eq!((response.error_code, response.topics[0].name), (0, "t"));
            let partitions = response.topics[0].partitions.iter();
            partitions.map(|p| (p.committed_offset, p.committed_leader_epoch, p.metadata, p.error_code)).collect()
        } else {
            let topic = &response.groups[0].topics[0];
            assert_eq!((topic.name, topic.topic_id), if version < 10 { ("t", Uuid::ZERO) } else { ("", id) });
            let partitions = topic.partitions.iter();
            partitions.map(|p| (p.committed_offset, p.committed_leader_epoch, p.metadata, p.error_code)).collect()
        };
        let epoch = if version < 5 { -1 } else { 0 };
        assert_eq!(found, [(10, epoch, Some("m"), 0), (-1, -1, Some(""), 0)], "version {version}");
    }
}

#[test]
fn null_topics_are_all_of_the_group() {
    let world = World::new();
    let (b, a) = (world.topic("b", 2), world.topic("a", 1));
    assert_eq!(world.commit_simple(&[("b", 1, 5), ("a", 0, 6), ("b", 0, 7)]), [0, 0, 0]);
    assert_eq!(world.committed("g"), [("a", 0, 6), ("b", 0, 7), ("b", 1, 5)]);
    assert_eq!(world.committed("unknown"), []);
    // In the versions before 8, and by id.
    let old = OffsetFetchRequest { group_id: "g", topics: None, ..OffsetFetchRequest::default() };
    let mut answer = world.answer(&mut world.ask(2, &Request::OffsetFetch(old)));
    assert_eq!(OffsetFetchResponse::decode(&mut answer, 2).unwrap().topics.len(), 2);
    let all = |group_id| OffsetFetchRequestGroup { group_id, topics: None, member_epoch: -1, member_id: None };
    let request = OffsetFetchRequest { groups: vec![all("g"), all("unknown")], ..OffsetFetchRequest::default() };
    let mut answer = world.answer(&mut world.ask(10, &Request::OffsetFetch(request)));
    let groups = OffsetFetchResponse::decode(&mut answer, 10).unwrap().groups;
    assert_eq!(groups[0].topics.iter().map(|topic| topic.topic_id).collect::<Vec<_>>(), [a, b]);
    assert_eq!((groups[1].group_id, groups[1].topics.len(), groups[1].error_code), ("unknown", 0, 0));
}

/// A partition takes four bytes in the request and, with its metadata, a thousand times as many in the answer.
#[test]
fn an_answer_that_would_be_huge_closes_the_connection() {
    let world = World::new();
    world.topic("t", 1);
    let metadata = "x".repeat(4_096);
    let mut request = simple(&[("t", 0, 1)]);
    request.topics[0].partitions[0].committed_metadata = Some(&metadata);
    assert_eq!(world.commit(9, request), [0]);
    let topics = vec![OffsetFetchRequestTopic { name: "t", partition_indexes: vec![0; 70_000] }];
    let request = OffsetFetchRequest { group_id: "g", topics: Some(topics), ..OffsetFetchRequest::default() };
    let outcome = world.ask(7, &Request::OffsetFetch(request)).outcome;
    assert!(matches!(outcome, Some(crate::Outcome::Close(_))));
}

#[test]
fn what_does_not_exist_is_refused_and_the_rest_is_kept() {
    let world = World::new();
    let id = world.topic("t", 1);
    let unknown = code(ErrorCode::UnknownTopicOrPartition);
    assert_eq!(world.commit_simple(&[("x", 0, 1), ("t", -1, 1), ("t", 1, 1)]), [unknown; 3]);
    assert_eq!(world.states(), [], "nothing was to be committed, so no group was made");
    assert_eq!(world.commit_simple(&[("x", 0, 1), ("t", 0, 1), ("t", 1, 1)]), [unknown, 0, unknown]);
    assert_eq!(world.committed("g"), [("t", 0, 1)]);
    let mut by_id = simple(&[("", 0, 2), ("", 0, 3)]);
    by_id.topics[0].topic_id = id;
    by_id.topics[1].topic_id = Uuid([7; 16]);
    assert_eq!(world.commit(10, by_id), [0, code(ErrorCode::UnknownTopicId)]);
    let asked = OffsetFetchRequestTopics { name: "", topic_id: Uuid([7; 16]), partition_indexes: vec![0] };
    let group = OffsetFetchRequestGroup { group_id: "g", topics: Some(vec![asked]), member_epoch: -1, member_id: None };
    let request = OffsetFetchRequest { groups: vec![group], ..OffsetFetchRequest::default() };
    let mut answer = world.answer(&mut world.ask(10, &Request::OffsetFetch(request)));
    let response = OffsetFetchResponse::decode(&mut answer, 10).unwrap();
    let refused = &response.groups[0].topics[0];
    assert_eq!((refused.topic_id, refused.partitions[0].error_code), (Uuid([7; 16]), code(ErrorCode::UnknownTopicId)));
    assert_eq!(refused.partitions[0].committed_offset, -1);
}

#[test]
fn metadata_has_a_limit_in_characters() {
    let world = World::new();
    world.topic("t", 1);
    let commit = |metadata: &str| {
        let mut request = simple(&[("t", 0, 1)]);
        request.topics[0].partitions[0].committed_metadata = Some(metadata);
        world.commit(9, request)[0]
    };
    assert_eq!(commit(&"x".repeat(4_096)), 0);
    assert_eq!(commit(&"ü".repeat(4_096)), 0);
    assert_eq!(commit(&"x".repeat(4_097)), code(ErrorCode::OffsetMetadataTooLarge));
    let too_large = "x".repeat(4_097);
    let mut request = OffsetCommitRequest { group_id: "other", ..simple(&[("t", 0, 1)]) };
    request.topics[0].partitions[0].committed_metadata = Some(&too_large);
    assert_eq!(world.commit(9, request), [code(ErrorCode::OffsetMetadataTooLarge)]);
    assert_eq!(world.states(), [("g", "Empty")], "a commit of nothing makes no group");
}

#[test]
fn only_members_commit_to_a_group_that_has_some() {
    let mut world = World::new();
    world.topic("t", 1);
    let joined = world.single("g");
    let commit = |world: &World, member_id, generation| {
        let request =
            OffsetCommitRequest { member_id, generation_id_or_member_epoch: generation, ..simple(&[("t", 0, 1)]) };
        world.commit(9, request)[0]
    };
    assert_eq!(commit(&world, joined.member_id, 1), 0);
    assert_eq!(commit(&world, "", -1), code(ErrorCode::UnknownMemberId));
    assert_eq!(commit(&world, "other", 1), code(ErrorCode::UnknownMemberId));
    assert_eq!(commit(&world, joined.member_id, 0), code(ErrorCode::IllegalGeneration));
    assert_eq!(commit(&world, joined.member_id, -1), code(ErrorCode::IllegalGeneration));
    let instance = OffsetCommitRequest { group_instance_id: Some("i"), ..simple(&[("t", 0, 1)]) };
    assert_eq!(world.commit(9, instance), [code(ErrorCode::UnknownMemberId)]);
    // A commit keeps the member alive.
    for _ in 0..3 {
        world.advance(SESSION_MS as u64 - 1);
        assert_eq!(commit(&world, joined.member_id, 1), 0);
    }
    // During the join phase it is taken, and before the assignments are known it is not.
    let (_, mut second) = world.join_new("g");
    assert_eq!(commit(&world, joined.member_id, 1), 0);
    let _again = world.join(joining("g", joined.member_id));
    assert!(!world.is_parked(&mut second));
    assert_eq!(commit(&world, joined.member_id, 2), code(ErrorCode::RebalanceInProgress));
}

#[test]
fn a_member_of_an_unknown_group_commits_nothing() {
    let world = World::new();
    world.topic("t", 1);
    for (version, expected) in [(8, ErrorCode::IllegalGeneration), (9, ErrorCode::GroupIdNotFound)] {
        let request =
            OffsetCommitRequest { member_id: "me", generation_id_or_member_epoch: 1, ..simple(&[("t", 0, 1)]) };
        assert_eq!(world.commit(version, request), [code(expected)]);
    }
    assert_eq!(world.states(), []);
}

#[test]
fn a_group_without_a_name_can_commit() {
    let world = World::new();
    world.topic("t", 1);
    assert_eq!(world.commit(9, OffsetCommitRequest { group_id: "", ..simple(&[("t", 0, 4)]) }), [0]);
    assert_eq!(world.committed(""), [("t", 0, 4)]);
}

#[test]
fn offsets_of_a_simple_group_expire_after_their_commit() {
    let mut world = World::new();
    world.topic("t", 2);
    world.maintain();
    world.commit_simple(&[("t", 0, 1)]);
    world.advance(RETENTION - MINUTE);
    world.commit_simple(&[("t", 1, 2)]);
    world.maintain();
    assert_eq!(world.committed("g").len(), 2);
    world.advance(20 * MINUTE);
    world.maintain();
    assert_eq!(world.committed("g"), [("t", 1, 2)]);
    assert_eq!(world.states(), [("g", "Empty")]);
    world.advance(RETENTION);
    world.maintain();
    assert_eq!(world.states(), [], "a group without members and offsets is no more");
}

#[test]
fn old_clients_say_how_long_to_keep_an_offset() {
    let mut world = World::new();
    world.topic("t", 1);
    let short = OffsetCommitRequest { retention_time_ms: 1_000, ..simple(&[("t", 0, 1)]) };
    assert_eq!(world.commit(4, short), [0]);
    world.advance(999);
    world.maintain();
    assert_eq!(world.committed("g").len(), 1);
    world.advance(10 * MINUTE);
    world.maintain();
    assert_eq!(world.committed("g"), []);
}

#[test]
fn offsets_of_a_living_group_expire_only_where_it_does_not_read() {
    let mut world = World::new();
    world.topic("t", 1);
    world.topic("other", 1);
    world.commit_simple(&[("t", 0, 1), ("other", 0, 2)]);
    let joined = world.single("g");
    for _ in 0..2 * RETENTION / (300 * MINUTE) {
        // Virtual days of heartbeats would take long: the session is renewed just before the maintenance looks.
        run_all_jobs(&world.engine, world.now);
        world.now.wall_ms += 300 * MINUTE as i64;
        world.now.instant = world.now.instant.after_ms(9_000);
        assert_eq!(world.heartbeat("g", joined.member_id, 1), 0);
    }
    world.advance(0);
    let later = world.now.instant.after_ms(600_000);
    run_all_jobs(&world.engine, crate::Now { instant: later, ..world.now });
    assert_eq!(world.committed("g"), [("t", 0, 1)]);
}

#[test]
fn offsets_of_a_group_that_became_empty_count_from_then() {
    let mut world = World::new();
    world.topic("t", 1);
    world.commit_simple(&[("t", 0, 1)]);
    world.advance(RETENTION - 1_000);
    let joined = world.single("g");
    world.leave("g", &[(joined.member_id, None)]);
    world.advance(RETENTION - 1_000);
    world.maintain();
    assert_eq!(world.committed("g"), [("t", 0, 1)]);
    world.advance(10 * MINUTE);
    world.maintain();
    assert_eq!(world.states(), []);
}

#[test]
fn a_group_with_a_pending_member_is_kept() {
    let mut world = World::new();
    let id = world.joined(&mut world.join(joining("g", ""))).member_id;
    world.maintain();
    assert_eq!(world.joined(&mut world.join(joining("g", id))).error_code, 0);
    world.advance(3_600_000);
    world.maintain();
    assert_eq!(world.states(), []);
}

#[test]
fn a_deleted_topic_takes_its_offsets_along() {
    let world = World::new();
    world.topic("t", 1);
    world.topic("u", 1);
    world.commit_simple(&[("t", 0, 1), ("u", 0, 2)]);
    let request = Request::DeleteTopics(DeleteTopicsRequest {
        topic_names: vec!["t"],
        timeout_ms: 1,
        ..DeleteTopicsRequest::default()
    });
    crate::testing::ask_at(&world.engine, world.now, 20, 5, &request);
    assert_eq!(world.committed("g"), [("u", 0, 2)]);
}

fn delete(world: &World, group_id: &str, topics: &[(&str, i32)]) -> (i16, Vec<i16>) {
    let topics = topics.iter().map(|(name, index)| OffsetDeleteRequestTopic {
        name,
        partitions: vec![OffsetDeleteRequestPartition { partition_index: *index }],
    });
    let request = OffsetDeleteRequest { group_id, topics: topics.collect() };
    let mut answer = world.answer(&mut world.ask(0, &Request::OffsetDelete(request)));
    let response = OffsetDeleteResponse::decode(&mut answer, 0).unwrap();
    let codes = response.topics.iter().flat_map(|topic| &topic.partitions).map(|p| p.error_code);
    (response.error_code, codes.collect())
}

#[test]
fn offsets_can_be_deleted_where_the_group_does_not_read() {
    let world = World::new();
    world.topic("t", 1);
    world.topic("u", 2);
    assert_eq!(delete(&world, "g", &[("t", 0)]), (code(ErrorCode::GroupIdNotFound), vec![]));
    assert_eq!(delete(&world, "", &[("t", 0)]).0, code(ErrorCode::InvalidGroupId));
    world.commit_simple(&[("t", 0, 1), ("u", 0, 2), ("u", 1, 3)]);
    let joined = world.single("g");
    let unknown = code(ErrorCode::UnknownTopicOrPartition);
    let asked = [("t", 0), ("u", 0), ("u", 5), ("x", 0)];
    assert_eq!(delete(&world, "g", &asked), (0, vec![unknown, 0, unknown, code(ErrorCode::GroupSubscribedToTopic)]));
    assert_eq!(world.committed("g"), [("t", 0, 1), ("u", 1, 3)]);
    world.leave("g", &[(joined.member_id, None)]);
    assert_eq!(delete(&world, "g", &[("t", 0)]), (0, vec![0]));
    assert_eq!(world.committed("g"), [("u", 1, 3)]);
}

/// As Apache Kafka 4.3.1 does.
#[test]
fn topics_without_partitions_are_answered_only_if_they_do_not_exist() {
    let world = World::new();
    world.topic("t", 2);
    let mut request = simple(&[("t", 0, 1), ("t", 1, 2), ("x", 0, 1)]);
    request.topics[0].partitions.clear();
    request.topics[2].partitions.clear();
    let mut answer = world.answer(&mut world.ask(9, &Request::OffsetCommit(request)));
    let response = OffsetCommitResponse::decode(&mut answer, 9).unwrap();
    assert_eq!(response.topics.iter().map(|topic| topic.name).collect::<Vec<_>>(), ["t", "x"]);
    let topic = |name, indexes: &[i32]| OffsetDeleteRequestTopic {
        name,
        partitions: indexes.iter().map(|&partition_index| OffsetDeleteRequestPartition { partition_index }).collect(),
    };
    let topics = vec![topic("t", &[]), topic("x", &[]), topic("t", &[0]), topic("t", &[0, 1])];
    let request = OffsetDeleteRequest { group_id: "g", topics };
    let mut answer = world.answer(&mut world.ask(0, &Request::OffsetDelete(request)));
    let response = OffsetDeleteResponse::decode(&mut answer, 0).unwrap();
    let shape: Vec<(&str, usize)> = response.topics.iter().map(|t| (t.name, t.partitions.len())).collect();
    assert_eq!(shape, [("x", 0), ("t", 3)]);
}

#[test]
fn offsets_of_a_living_group_of_another_kind_cannot_be_deleted() {
    use wire::message::join_group_request::JoinGroupRequest;
    let world = World::new();
    world.topic("t", 1);
    let connect = |member_id| JoinGroupRequest { protocol_type: "connect", ..joining("g", member_id) };
    let id = world.joined(&mut world.join(connect(""))).member_id;
    assert_eq!(world.joined(&mut world.join(connect(id))).error_code, 0);
    assert_eq!(delete(&world, "g", &[("t", 0)]).0, code(ErrorCode::NonEmptyGroup));
}
