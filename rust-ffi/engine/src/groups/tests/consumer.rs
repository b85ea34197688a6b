//! Consumer groups through requests: sessions, other requests, and restarts.

use std::sync::Arc;

use wire::{
    ErrorCode,
    message::{
        Request, consumer_group_heartbeat_request::ConsumerGroupHeartbeatRequest,
        consumer_group_heartbeat_response::ConsumerGroupHeartbeatResponse, delete_groups_request::DeleteGroupsRequest,
        delete_groups_response::DeleteGroupsResponse,
    },
};

use super::{World, code, joining};
use crate::{Engine, Fsync, Instant, Now, Settings, Store, store::memory::MemoryFiles};

impl World {
    fn beat(&self, request: ConsumerGroupHeartbeatRequest<'_>) -> ConsumerGroupHeartbeatResponse<'static> {
        let mut asked = self.ask(1, &Request::ConsumerGroupHeartbeat(request));
        ConsumerGroupHeartbeatResponse::decode(&mut self.answer(&mut asked), 1).unwrap()
    }
}

fn beat(member_id: &str, member_epoch: i32) -> ConsumerGroupHeartbeatRequest<'_> {
    ConsumerGroupHeartbeatRequest { group_id: "g", member_id, member_epoch, ..Default::default() }
}

fn join(member_id: &str) -> ConsumerGroupHeartbeatRequest<'_> {
    ConsumerGroupHeartbeatRequest {
        rebalance_timeout_ms: 60_000,
        subscribed_topic_names: Some(vec!["t"]),
        topic_partitions: Some(Vec::new()),
        ..beat(member_id, 0)
    }
}

#[test]
fn a_silent_member_of_a_consumer_group_is_removed_after_the_session() {
    let mut world = World::new();
    world.topic("t", 2);
    assert_eq!(world.beat(join("a")).member_epoch, 2);
    world.advance(44_000);
    assert_eq!(world.beat(beat("a", 2)).error_code, 0);
    world.advance(44_999);
    assert_eq!(world.state(), "Stable");
    world.advance(1);
    assert_eq!(world.state(), "Empty");
    assert_eq!(world.beat(beat("a", 2)).error_code, code(ErrorCode::UnknownMemberId));
    world.engine.check_replay().unwrap();
}

#[test]
fn a_member_that_does_not_revoke_in_time_is_removed() {
    let mut world = World::new();
    world.topic("t", 2);
    world.beat(join("a"));
    world.beat(join("b"));
    world.beat(beat("a", 2));
    for _ in 0..2 {
        world.advance(30_000);
        let _ = (world.beat(beat("a", 2)), world.beat(beat("b", 3)));
    }
    assert_eq!(world.beat(beat("a", 2)).error_code, code(ErrorCode::UnknownMemberId));
}

#[test]
fn the_members_of_a_consumer_group_are_there_again_after_a_restart() {
    let files = MemoryFiles::default();
    let open = |now| {
        let store = Store { files: Arc::new(files.clone()), fsync: Fsync::Interval };
        World { engine: Engine::open(Settings::default(), store, now).unwrap().0, now }
    };
    let now = Now { instant: Instant(1_000_000), wall_ms: 1_700_000_000_000 };
    let world = open(now);
    world.topic("t", 2);
    world.beat(join("a"));
    drop(world);
    let mut world = open(now);
    assert_eq!(world.state(), "Stable");
    assert_eq!(world.beat(beat("a", 2)).error_code, 0);
    world.advance(45_000);
    assert_eq!(world.state(), "Empty");
}

#[test]
fn assignments_are_apart_by_the_interval() {
    let mut world = World::configured("group.consumer.assignment.interval.ms", "1000");
    world.topic("t", 2);
    world.beat(join("a"));
    world.beat(join("b"));
    assert_eq!(world.state(), "Assigning");
    world.advance(1_000);
    world.beat(beat("b", 2));
    assert_eq!(world.state(), "Reconciling");
}

#[test]
fn a_group_has_members_of_one_protocol_and_is_deleted_when_it_is_empty() {
    let world = World::new();
    world.topic("t", 2);
    world.beat(join("a"));
    let refused = world.joined(&mut world.join(joining("g", ""))).error_code;
    assert_eq!(refused, code(ErrorCode::InconsistentGroupProtocol));
    let delete = |world: &World| {
        let request = Request::DeleteGroups(DeleteGroupsRequest { groups_names: vec!["g"] });
        let mut asked = world.ask(2, &request);
        DeleteGroupsResponse::decode(&mut world.answer(&mut asked), 2).unwrap().results[0].error_code
    };
    assert_eq!(delete(&world), code(ErrorCode::NonEmptyGroup));
    assert_eq!(world.beat(beat("a", -1)).error_code, 0);
    assert_eq!(delete(&world), 0);
    assert!(world.states().is_empty());
    world.engine.check_replay().unwrap();
    world.single("g");
    assert_eq!(world.beat(join("a")).error_code, code(ErrorCode::GroupIdNotFound));
}
