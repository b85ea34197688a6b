//! What administrators and tools ask: where groups are, which there are, what they do; and their deletion.

use wire::{
    ErrorCode, Uuid,
    message::{
        Request,
        delete_groups_request::DeleteGroupsRequest,
        delete_groups_response::DeleteGroupsResponse,
        describe_groups_request::DescribeGroupsRequest,
        describe_groups_response::DescribeGroupsResponse,
        find_coordinator_request::FindCoordinatorRequest,
        find_coordinator_response::FindCoordinatorResponse,
        list_groups_request::ListGroupsRequest,
        list_groups_response::ListGroupsResponse,
        metadata_request::{MetadataRequest, MetadataRequestTopic},
        metadata_response::MetadataResponse,
    },
};

use super::{SUBSCRIBED_TO_T, World, code, joining};
use crate::testing::run_all_jobs;

fn find(world: &World, version: i16, request: FindCoordinatorRequest<'_>) -> FindCoordinatorResponse<'static> {
    let mut answer = world.answer(&mut world.ask(version, &Request::FindCoordinator(request)));
    FindCoordinatorResponse::decode(&mut answer, version).unwrap()
}

#[test]
fn every_coordinator_is_this_node() {
    let world = World::new();
    for version in 0..=3 {
        for key_type in 0..=i8::from(version > 0) {
            let found = find(&world, version, FindCoordinatorRequest { key: "g", key_type, coordinator_keys: vec![] });
            assert_eq!((found.error_code, found.node_id, found.host, found.port), (0, 1, "localhost", 9092));
            assert_eq!(found.error_message, if version == 0 { Some("") } else { Some("NONE") }, "version {version}");
        }
    }
    for version in 4..=6 {
        let request = FindCoordinatorRequest { key: "", key_type: 1, coordinator_keys: vec!["a", "", "a"] };
        let found = find(&world, version, request).coordinators;
        assert_eq!(found.iter().map(|one| one.key).collect::<Vec<_>>(), ["a", "", "a"]);
        assert!(found.iter().all(|one| (one.error_code, one.node_id, one.port) == (0, 1, 9092)));
        assert!(found.iter().all(|one| one.error_message == Some("")));
    }
}

/// As in Kafka, where clients that match topics by a pattern see it and pass it over.
#[test]
fn who_asks_for_a_groups_coordinator_makes_the_topic_of_the_offsets() {
    let world = World::new();
    let ask = |key_type| {
        let request = FindCoordinatorRequest { key: "", key_type, coordinator_keys: vec!["a", "b"] };
        assert!(find(&world, 4, request).coordinators.iter().all(|one| one.error_code == 0));
        world.engine.topics.get("__consumer_offsets")
    };
    assert!(ask(1).is_none());
    let topic = ask(0).unwrap();
    assert_eq!((topic.partition_count(), topic.config().compact), (50, true));
    assert_eq!(ask(0).unwrap().id, topic.id);
}

/// A Metadata request that named it first made it an ordinary topic, from which retention removed the commits.
#[test]
fn the_topic_of_the_offsets_is_made_with_its_own_configs_by_metadata_too() {
    let world = World::new();
    let named = |name| MetadataRequestTopic { name: Some(name), ..Default::default() };
    let topics = Some(vec![named("__consumer_offsets"), named("__transaction_state"), named("__share_group_state")]);
    let request = MetadataRequest { topics, allow_auto_topic_creation: true, ..Default::default() };
    let mut answer = world.answer(&mut world.ask(12, &Request::Metadata(request)));
    let answer = MetadataResponse::decode(&mut answer, 12).unwrap();
    let codes: Vec<i16> = answer.topics.iter().map(|topic| topic.error_code).collect();
    assert_eq!(codes, [0, 0, code(ErrorCode::UnknownTopicOrPartition)]);
    for name in ["__consumer_offsets", "__transaction_state"] {
        let topic = world.engine.topics.get(name).unwrap();
        assert_eq!((topic.partition_count(), topic.config().compact), (50, true));
    }
}

#[test]
fn a_coordinator_of_a_kind_that_is_not_there_is_refused() {
    let world = World::new();
    let invalid = code(ErrorCode::InvalidRequest);
    let old = find(&world, 3, FindCoordinatorRequest { key: "g", key_type: 7, coordinator_keys: vec![] });
    assert_eq!((old.error_code, old.node_id, old.host, old.port), (invalid, -1, "", -1));
    assert!(old.error_message.unwrap().starts_with("This most likely occurs because of a request being malformed"));
    let share = format!("g:{}:3", Uuid([5; 16]));
    let ask = |version, key_type, key| {
        let request = FindCoordinatorRequest { key: "", key_type, coordinator_keys: vec![key] };
        find(&world, version, request).coordinators[0].error_code
    };
    assert_eq!(ask(6, 2, &share), 0);
    assert_eq!(ask(5, 2, &share), invalid);
    for key in ["", "g", "g:x:3", ":AAAAAAAAAAAAAAAAAAAAAA:3", "g:AAAAAAAAAAAAAAAAAAAAAA:x", "g:a:b:c"] {
        assert_eq!(ask(6, 2, key), invalid, "{key}");
    }
    assert_eq!(ask(4, -1, "g"), invalid);
}

fn describe(world: &World, version: i16, groups: &[&str]) -> DescribeGroupsResponse<'static> {
    let request = DescribeGroupsRequest { groups: groups.to_vec(), include_authorized_operations: version >= 3 };
    let mut answer = world.answer(&mut world.ask(version, &Request::DescribeGroups(request)));
    DescribeGroupsResponse::decode(&mut answer, version).unwrap()
}

#[test]
fn a_stable_group_is_described_with_what_its_members_have() {
    let world = World::new();
    let joined = world.single("g");
    for version in 0..=6 {
        let groups = describe(&world, version, &["g"]).groups;
        let group = &groups[0];
        assert_eq!((group.error_code, group.group_state), (0, "Stable"));
        assert_eq!((group.protocol_type, group.protocol_data), ("consumer", "range"));
        // READ, DESCRIBE, DELETE, DESCRIBE_CONFIGS, ALTER_CONFIGS
        assert_eq!(group.authorized_operations, if version < 3 { i32::MIN } else { 3_400 });
        let member = &group.members[0];
        assert_eq!((member.member_id, member.client_id), (joined.member_id, "test"));
        assert_eq!((member.client_host, member.group_instance_id), ("/127.0.0.1", None));
        assert_eq!((member.member_metadata, member.member_assignment), (SUBSCRIBED_TO_T, &b"all"[..]));
    }
    // While it rebalances there is no protocol.
    let _second = world.join_new("g");
    let groups = describe(&world, 6, &["g"]).groups;
    assert_eq!((groups[0].group_state, groups[0].protocol_data), ("PreparingRebalance", ""));
    assert_eq!(groups[0].members.len(), 2);
    assert!(groups[0].members.iter().all(|member| member.member_metadata.is_empty()));
}

#[test]
fn a_group_that_is_not_there_is_dead_and_from_version_6_not_found() {
    let world = World::new();
    let old = describe(&world, 5, &["x"]).groups;
    assert_eq!((old[0].error_code, old[0].group_state, old[0].group_id), (0, "Dead", "x"));
    let new = describe(&world, 6, &["x", "y"]).groups;
    assert_eq!((new[0].error_code, new[0].group_state), (code(ErrorCode::GroupIdNotFound), "Dead"));
    assert_eq!(new[1].error_message, Some("Group y not found."));
}

fn list(world: &World, states: &[&str], types: &[&str]) -> Vec<&'static str> {
    let request = ListGroupsRequest { states_filter: states.to_vec(), types_filter: types.to_vec() };
    let mut answer = world.answer(&mut world.ask(5, &Request::ListGroups(request)));
    let groups = ListGroupsResponse::decode(&mut answer, 5).unwrap().groups;
    assert!(groups.iter().all(|group| group.group_type == "classic"));
    groups.iter().map(|group| group.group_id).collect()
}

#[test]
fn groups_are_listed_by_state_and_type() {
    let world = World::new();
    world.single("stable");
    world.join_new("joining");
    world.joined(&mut world.join(joining("empty", "")));
    assert_eq!(list(&world, &[], &[]), ["empty", "joining", "stable"]);
    assert_eq!(list(&world, &["STABLE", " empty "], &[]), ["empty", "stable"]);
    assert_eq!(list(&world, &["CompletingRebalance"], &["CLASSIC"]), ["joining"]);
    assert_eq!(list(&world, &[], &["consumer", "share"]), [] as [&str; 0]);
    assert_eq!(list(&world, &["nonsense"], &[]), [] as [&str; 0]);
    for version in 0..=5 {
        let mut answer = world.answer(&mut world.ask(version, &Request::ListGroups(ListGroupsRequest::default())));
        let groups = ListGroupsResponse::decode(&mut answer, version).unwrap().groups;
        assert_eq!((groups.len(), groups[2].protocol_type), (3, "consumer"));
    }
}

#[test]
fn only_groups_without_members_are_deleted() {
    let world = World::new();
    world.single("alive");
    let gone = world.single("gone");
    world.leave("gone", &[(gone.member_id, None)]);
    let pending = world.joined(&mut world.join(joining("pending", ""))).member_id;
    for version in 0..=2 {
        let request = DeleteGroupsRequest { groups_names: vec!["gone", "alive", "x", "gone", "pending"] };
        let mut answer = world.answer(&mut world.ask(version, &Request::DeleteGroups(request)));
        let results = DeleteGroupsResponse::decode(&mut answer, version).unwrap().results;
        let (not_found, non_empty) = (code(ErrorCode::GroupIdNotFound), code(ErrorCode::NonEmptyGroup));
        let first = if version == 0 { 0 } else { not_found };
        let codes: Vec<(&str, i16)> = results.iter().map(|result| (result.group_id, result.error_code)).collect();
        assert_eq!(codes, [("gone", first), ("alive", non_empty), ("x", not_found), ("pending", first)]);
    }
    assert_eq!(world.states(), [("alive", "Stable")]);
    assert_eq!(world.joined(&mut world.join(joining("pending", pending))).error_code, code(ErrorCode::UnknownMemberId));
}

#[test]
fn ten_thousand_groups_cost_nothing_while_they_are_empty() {
    let world = World::new();
    let names: Vec<String> = (0..10_000).map(|i| format!("group-{i:05}")).collect();
    for name in &names {
        let joined = world.joined(&mut world.ask(3, &Request::JoinGroup(joining(name, ""))));
        assert_eq!(world.leave(name, &[(joined.member_id, None)]), [0]);
    }
    assert_eq!(world.states().len(), 10_000);
    assert_eq!(world.engine.next_deadline(), None);
    run_all_jobs(&world.engine, world.now);
    assert_eq!(world.states(), []);
}
