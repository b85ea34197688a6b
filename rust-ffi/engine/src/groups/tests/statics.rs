//! Static members: an instance keeps its place when its process starts again.

use wire::{
    ErrorCode,
    message::{
        Request,
        join_group_request::{JoinGroupRequest, JoinGroupRequestProtocol},
        join_group_response::JoinGroupResponse,
        sync_group_request::SyncGroupRequest,
    },
};

use super::{Asked, REBALANCE_MS, SESSION_MS, World, code, joining, syncing};

fn instance<'a>(name: &'a str, member_id: &'a str) -> JoinGroupRequest<'a> {
    JoinGroupRequest { group_instance_id: Some(name), ..joining("g", member_id) }
}

fn sync(
    world: &World,
    name: &'static str,
    joined: &JoinGroupResponse<'static>,
    told: &[(&'static str, &'static [u8])],
) -> Asked {
    let request = SyncGroupRequest { group_instance_id: Some(name), ..syncing("g", joined, told) };
    world.ask(5, &Request::SyncGroup(request))
}

/// Two instances in step, `a` leads.
fn pair(world: &World) -> [JoinGroupResponse<'static>; 2] {
    let first = world.joined(&mut world.join(instance("a", "")));
    assert_eq!((first.error_code, first.member_id.starts_with("a-")), (0, true));
    assert_eq!(world.synced(&mut sync(world, "a", &first, &[])).error_code, 0);
    let mut second = world.join(instance("b", ""));
    let mut again = world.join(instance("a", first.member_id));
    let both = [world.joined(&mut again), world.joined(&mut second)];
    let mut following = sync(world, "b", &both[1], &[]);
    let told = [(both[0].member_id, &b"1"[..]), (both[1].member_id, b"2")];
    assert_eq!(world.synced(&mut sync(world, "a", &both[0], &told)).assignment, b"1");
    assert_eq!(world.synced(&mut following).assignment, b"2");
    both
}

#[test]
fn an_instance_that_comes_back_keeps_its_assignment_without_a_rebalance() {
    let world = World::new();
    let [leader, old] = pair(&world);
    let new = world.joined(&mut world.join(instance("b", "")));
    assert_eq!((new.error_code, new.generation_id, new.leader), (0, 2, leader.member_id));
    assert_ne!(new.member_id, old.member_id);
    assert!(!new.skip_assignment && new.members.is_empty());
    assert_eq!(world.state(), "Stable");
    assert_eq!(world.synced(&mut sync(&world, "b", &new, &[])).assignment, b"2");
    // The old member is fenced; without the name of the instance it is merely unknown.
    let fenced = code(ErrorCode::FencedInstanceId);
    assert_eq!(world.heartbeat_of("g", old.member_id, Some("b"), 2), fenced);
    assert_eq!(world.heartbeat("g", old.member_id, 2), code(ErrorCode::UnknownMemberId));
    let refused = world.joined(&mut world.join(instance("b", old.member_id)));
    assert_eq!((refused.error_code, refused.protocol_name), (fenced, None));
    assert_eq!(world.synced(&mut sync(&world, "b", &old, &[])).error_code, fenced);
    assert_eq!(world.leave("g", &[(old.member_id, Some("b"))]), [fenced]);
}

#[test]
fn a_leader_that_comes_back_is_told_to_skip_the_assignment_from_version_9() {
    let world = World::new();
    let [old, _] = pair(&world);
    let new = world.joined(&mut world.join(instance("a", "")));
    assert!(new.skip_assignment);
    assert_eq!((new.leader, new.members.len()), (new.member_id, 2));
    // Before, it is kept from assigning by the old leader's id.
    let newer = world.joined(&mut world.ask(8, &Request::JoinGroup(instance("a", ""))));
    assert_eq!((newer.error_code, newer.leader, newer.members.len()), (0, new.member_id, 0));
    assert_ne!(old.member_id, newer.member_id);
    assert_eq!(world.synced(&mut sync(&world, "a", &newer, &[])).assignment, b"1");
    assert_eq!(world.state(), "Stable");
}

#[test]
fn an_instance_that_comes_back_with_another_protocol_starts_a_rebalance() {
    let world = World::new();
    let both_protocols = |name, member_id| JoinGroupRequest {
        protocols: vec![
            JoinGroupRequestProtocol { name: "range", metadata: b"" },
            JoinGroupRequestProtocol { name: "sticky", metadata: b"" },
        ],
        ..instance(name, member_id)
    };
    let alone = world.joined(&mut world.join(both_protocols("a", "")));
    assert_eq!(world.synced(&mut sync(&world, "a", &alone, &[])).error_code, 0);
    let sticky = vec![JoinGroupRequestProtocol { name: "sticky", metadata: b"" }];
    let again = world.joined(&mut world.join(JoinGroupRequest { protocols: sticky, ..instance("a", "") }));
    assert_eq!((again.error_code, again.generation_id, again.protocol_name), (0, 2, Some("sticky")));
}

#[test]
fn an_instance_that_comes_back_before_the_assignment_starts_a_rebalance() {
    let world = World::new();
    let first = world.joined(&mut world.join(instance("a", "")));
    let mut second = world.join(instance("b", ""));
    let mut again = world.join(instance("a", first.member_id));
    let (first, second) = (world.joined(&mut again), world.joined(&mut second));
    let mut waiting = sync(&world, "b", &second, &[]);
    let mut new = world.join(instance("b", ""));
    assert_eq!(world.synced(&mut waiting).error_code, code(ErrorCode::FencedInstanceId));
    assert!(world.is_parked(&mut new));
    let mut again = world.join(instance("a", first.member_id));
    assert_eq!((world.joined(&mut again).generation_id, world.joined(&mut new).generation_id), (3, 3));
}

#[test]
fn a_join_that_waits_is_fenced_by_its_successor() {
    let world = World::new();
    let [first, second] = pair(&world);
    let (_, _dynamic) = world.join_new("g");
    let mut waiting = world.join(instance("b", second.member_id));
    assert!(world.is_parked(&mut waiting));
    let mut new = world.join(instance("b", ""));
    let fenced = world.joined(&mut waiting);
    assert_eq!((fenced.error_code, fenced.member_id), (code(ErrorCode::FencedInstanceId), second.member_id));
    let mut again = world.join(instance("a", first.member_id));
    assert_eq!((world.joined(&mut again).members.len(), world.joined(&mut new).error_code), (3, 0));
}

#[test]
fn an_instance_is_taken_out_by_its_name() {
    let world = World::new();
    let [first, _] = pair(&world);
    let unknown = code(ErrorCode::UnknownMemberId);
    assert_eq!(
        world.leave("g", &[("", Some("b")), ("", Some("b")), ("", None), ("x", Some("c"))]),
        [0, unknown, unknown, unknown]
    );
    assert_eq!(world.heartbeat_of("g", first.member_id, Some("a"), 2), code(ErrorCode::RebalanceInProgress));
}

#[test]
fn an_instance_whose_sync_waits_is_told_when_it_is_taken_out() {
    let world = World::new();
    let first = world.joined(&mut world.join(instance("a", "")));
    let mut second = world.join(instance("b", ""));
    let mut again = world.join(instance("a", first.member_id));
    let (_, second) = (world.joined(&mut again), world.joined(&mut second));
    let mut waiting = sync(&world, "b", &second, &[]);
    assert_eq!(world.leave("g", &[("", Some("b"))]), [0]);
    assert_eq!(world.synced(&mut waiting).error_code, code(ErrorCode::UnknownMemberId));
}

#[test]
fn instances_that_miss_a_rebalance_stay_until_their_sessions_end() {
    let mut world = World::new();
    let slow = |name, member_id| JoinGroupRequest { session_timeout_ms: 300_000, ..instance(name, member_id) };
    let first = world.joined(&mut world.join(slow("a", "")));
    assert_eq!(world.synced(&mut sync(&world, "a", &first, &[])).error_code, 0);
    let mut dynamic = world.join_new("g").1;
    world.advance(REBALANCE_MS as u64);
    // The dynamic one leads now; the instance is still counted.
    let joined = world.joined(&mut dynamic);
    assert_eq!((joined.generation_id, joined.members.len(), joined.leader), (2, 2, joined.member_id));
}

#[test]
fn a_rebalance_that_only_instances_could_end_goes_on() {
    let mut world = World::new();
    let slow = |name, member_id| JoinGroupRequest { session_timeout_ms: 100_000, ..instance(name, member_id) };
    let first = world.joined(&mut world.join(slow("a", "")));
    assert_eq!(world.synced(&mut sync(&world, "a", &first, &[])).error_code, 0);
    let (id, _dynamic) = world.join_new("g");
    assert_eq!(world.leave("g", &[(id, None)]), [0]);
    world.advance(REBALANCE_MS as u64);
    assert_eq!(world.state(), "PreparingRebalance");
    let again = world.joined(&mut world.join(slow("a", first.member_id)));
    assert_eq!((again.error_code, again.generation_id), (0, 2));
    world.advance(100_000 + SESSION_MS as u64);
    assert_eq!(world.state(), "Empty");
    assert_eq!(world.engine.next_deadline(), None);
}

#[test]
fn an_id_that_was_given_to_a_dynamic_member_is_not_for_an_instance() {
    let world = World::new();
    let id = world.joined(&mut world.join(joining("g", ""))).member_id;
    let refused = world.joined(&mut world.join(instance("a", id)));
    assert_eq!(refused.error_code, code(ErrorCode::UnknownServerError));
}

/// With a rebalance timeout of 0 the deadline was set again for the same moment, and `Engine::fire` never returned.
#[test]
fn instances_without_patience_do_not_stop_the_clock() {
    let mut world = World::new();
    let hasty = |name, member_id| JoinGroupRequest { rebalance_timeout_ms: 0, ..instance(name, member_id) };
    let first = world.joined(&mut world.join(hasty("a", "")));
    assert_eq!(world.synced(&mut sync(&world, "a", &first, &[])).error_code, 0);
    let hasty_too = |member_id| JoinGroupRequest { rebalance_timeout_ms: 0, ..joining("g", member_id) };
    let id = world.joined(&mut world.join(hasty_too(""))).member_id;
    let _waiting = world.join(hasty_too(id));
    assert_eq!(world.leave("g", &[(id, None)]), [0]);
    world.advance(SESSION_MS as u64);
    assert_eq!(world.state(), "Empty");
}
