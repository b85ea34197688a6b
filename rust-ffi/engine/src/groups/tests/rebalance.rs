//! Who waits for whom, and for how long.

use wire::{
    ErrorCode,
    message::{
        Request,
        join_group_request::{JoinGroupRequest, JoinGroupRequestProtocol},
    },
};

use super::{REBALANCE_MS, SESSION_MS, World, code, joining};
use crate::Settings;

const SESSION: u64 = SESSION_MS as u64;
const REBALANCE: u64 = REBALANCE_MS as u64;

fn delayed(delay_ms: i64) -> World {
    World::with(Settings { group_initial_rebalance_delay_ms: delay_ms, ..Settings::default() })
}

#[test]
fn joins_wait_for_everybody_and_are_answered_together() {
    let world = World::new();
    let first = world.single("g");
    let (second_id, mut second) = world.join_new("g");
    assert!(world.is_parked(&mut second));
    assert_eq!(world.state(), "PreparingRebalance");
    assert_eq!(world.heartbeat("g", first.member_id, 1), code(ErrorCode::RebalanceInProgress));
    let mut again = world.join(joining("g", first.member_id));
    let (first, second) = (world.joined(&mut again), world.joined(&mut second));
    assert_eq!((first.generation_id, second.generation_id), (2, 2));
    assert_eq!((first.leader, second.leader), (first.member_id, first.member_id));
    assert_eq!(second.member_id, second_id);
    assert_eq!(first.members.len(), 2);
    assert!(second.members.is_empty());
    // The follower's sync waits for the leader's.
    let mut following = world.sync("g", &second, &[]);
    assert!(world.is_parked(&mut following));
    let leading = &mut world.sync("g", &first, &[(first.member_id, b"1"), (second.member_id, b"2"), ("none", b"3")]);
    assert_eq!(world.synced(leading).assignment, b"1");
    assert_eq!(world.synced(&mut following).assignment, b"2");
}

#[test]
fn a_silent_member_is_expired_and_the_others_learn_of_it() {
    let mut world = World::new();
    let [first, second] = world.pair("g");
    world.advance(SESSION - 1);
    assert_eq!(world.heartbeat("g", first.member_id, 2), 0);
    world.advance(1);
    assert_eq!(world.state(), "PreparingRebalance");
    assert_eq!(world.heartbeat("g", second.member_id, 2), code(ErrorCode::UnknownMemberId));
    assert_eq!(world.heartbeat("g", first.member_id, 2), code(ErrorCode::RebalanceInProgress));
    let joined = world.joined(&mut world.join(joining("g", first.member_id)));
    assert_eq!((joined.generation_id, joined.members.len()), (3, 1));
}

#[test]
fn a_group_whose_members_all_die_is_empty_and_sets_no_timers() {
    let mut world = World::new();
    world.pair("g");
    world.advance(SESSION + REBALANCE);
    assert_eq!(world.state(), "Empty");
    assert_eq!(world.engine.next_deadline(), None);
}

#[test]
fn who_does_not_join_again_in_time_is_out() {
    let mut world = World::new();
    let [first, second] = world.pair("g");
    let (_, mut third) = world.join_new("g");
    let mut again = world.join(joining("g", first.member_id));
    // The second one goes on sending heartbeats, but does not join.
    for _ in 0..REBALANCE / 5_000 {
        assert!(world.is_parked(&mut again) && world.is_parked(&mut third));
        assert_eq!(world.heartbeat("g", second.member_id, 2), code(ErrorCode::RebalanceInProgress));
        world.advance(5_000);
    }
    assert_eq!(world.joined(&mut again).members.len(), 2);
    assert_eq!(world.joined(&mut third).generation_id, 3);
    assert_eq!(world.heartbeat("g", second.member_id, 2), code(ErrorCode::UnknownMemberId));
}

#[test]
fn a_leader_that_leaves_during_a_rebalance_is_replaced() {
    let world = World::new();
    let [leader, other] = world.pair("g");
    let mut again = world.join(joining("g", other.member_id));
    assert!(!world.is_parked(&mut again), "a follower that has not changed starts no rebalance");
    let (_, mut third) = world.join_new("g");
    let mut again = world.join(joining("g", other.member_id));
    assert!(world.is_parked(&mut again));
    assert_eq!(world.leave("g", &[(leader.member_id, None)]), [0]);
    let (again, third) = (world.joined(&mut again), world.joined(&mut third));
    assert_eq!(again.leader, third.leader);
    let members = if again.leader == again.member_id { &again.members } else { &third.members };
    assert_eq!(members.len(), 2);
}

#[test]
fn a_leader_that_does_not_join_in_time_is_replaced() {
    let mut world = World::new();
    let [leader, other] = world.pair("g");
    // With a longer session than the rebalance may take, only the barrier puts it out.
    let long = |member_id| JoinGroupRequest { session_timeout_ms: 300_000, ..joining("g", member_id) };
    let mut both = [world.join(long(leader.member_id)), world.join(long(other.member_id))];
    both.iter_mut().for_each(|asked| assert_eq!(world.joined(asked).generation_id, 3));
    let [mut third] = [world.join_new("g").1];
    let mut again = world.join(long(other.member_id));
    world.advance(REBALANCE - 1);
    assert!(world.is_parked(&mut third) && world.is_parked(&mut again));
    world.advance(1);
    let (again, third) = (world.joined(&mut again), world.joined(&mut third));
    assert_eq!((again.generation_id, again.leader), (4, third.leader));
    assert_ne!(again.leader, leader.member_id);
}

#[test]
fn the_longest_rebalance_timeout_counts_and_in_version_0_it_is_the_sessions() {
    let mut world = World::new();
    let old = world.joined(&mut world.ask(0, &Request::JoinGroup(joining("g", ""))));
    assert_eq!(world.synced(&mut world.sync("g", &old, &[])).error_code, code(ErrorCode::InconsistentGroupProtocol));
    let mut second = world.ask(0, &Request::JoinGroup(joining("g", "")));
    world.advance(SESSION - 1);
    assert!(world.is_parked(&mut second));
    world.advance(1);
    assert_eq!(world.joined(&mut second).generation_id, 2);
}

#[test]
fn members_that_do_not_sync_are_put_out() {
    let mut world = World::new();
    let first = world.single("g");
    let (_, mut second) = world.join_new("g");
    let mut again = world.join(joining("g", first.member_id));
    let (first, second) = (world.joined(&mut again), world.joined(&mut second));
    let mut following = world.sync("g", &second, &[]);
    // The leader is alive, and never assigns.
    for _ in 0..REBALANCE / 5_000 {
        assert!(world.is_parked(&mut following));
        assert_eq!(world.heartbeat("g", first.member_id, 2), 0);
        world.advance(5_000);
    }
    assert_eq!(world.synced(&mut following).error_code, code(ErrorCode::RebalanceInProgress));
    assert_eq!(world.heartbeat("g", first.member_id, 2), code(ErrorCode::UnknownMemberId));
    let joined = world.joined(&mut world.join(joining("g", second.member_id)));
    assert_eq!((joined.generation_id, joined.leader), (3, second.member_id));
}

#[test]
fn a_rebalance_takes_back_the_syncs_that_wait() {
    let world = World::new();
    let first = world.single("g");
    let (_, mut second) = world.join_new("g");
    let mut again = world.join(joining("g", first.member_id));
    let (first, second) = (world.joined(&mut again), world.joined(&mut second));
    let mut following = world.sync("g", &second, &[]);
    let (_, _third) = world.join_new("g");
    assert_eq!(world.synced(&mut following).error_code, code(ErrorCode::RebalanceInProgress));
    let late = &mut world.sync("g", &first, &[]);
    assert_eq!(world.synced(late).error_code, code(ErrorCode::RebalanceInProgress));
}

#[test]
fn a_lost_answer_is_given_again() {
    let world = World::new();
    let first = world.single("g");
    let (second_id, mut second) = world.join_new("g");
    let mut again = world.join(joining("g", first.member_id));
    let _lost = (world.joined(&mut again), world.joined(&mut second));
    for member_id in [first.member_id, second_id] {
        let joined = world.joined(&mut world.join(joining("g", member_id)));
        assert_eq!((joined.generation_id, joined.members.len()), (2, if member_id == second_id { 0 } else { 2 }));
    }
    // With something else to say it is a new rebalance.
    let other = vec![JoinGroupRequestProtocol { name: "range", metadata: b"?" }];
    let mut changed = world.join(JoinGroupRequest { protocols: other, ..joining("g", second_id) });
    assert!(world.is_parked(&mut changed));
    assert_eq!(world.state(), "PreparingRebalance");
}

#[test]
fn a_leader_can_ask_for_a_rebalance_and_a_follower_that_changes_does() {
    let world = World::new();
    let [leader, other] = world.pair("g");
    let mut again = world.join(joining("g", leader.member_id));
    assert!(world.is_parked(&mut again));
    let mut also = world.join(joining("g", other.member_id));
    assert_eq!((world.joined(&mut again).generation_id, world.joined(&mut also).generation_id), (3, 3));
}

#[test]
fn a_join_from_another_connection_takes_the_place_of_the_first() {
    let world = World::new();
    let first = world.single("g");
    let (second_id, mut second) = world.join_new("g");
    let mut retried = world.join(joining("g", second_id));
    assert_eq!(world.joined(&mut second).error_code, code(ErrorCode::RebalanceInProgress));
    let mut again = world.join(joining("g", first.member_id));
    assert_eq!(world.joined(&mut retried).generation_id, 2);
    assert_eq!(world.joined(&mut again).members.len(), 2);
}

#[test]
fn a_new_member_whose_connection_died_delays_the_others_only_briefly() {
    let mut world = World::new();
    let first = world.single("g");
    let (lost_id, lost) = world.join_new("g");
    drop(lost);
    // The others go on: it is in the next generation, does not sync, and is expired.
    let joined = world.joined(&mut world.join(joining("g", first.member_id)));
    assert_eq!(joined.members.len(), 2);
    let synced = &mut world.sync("g", &joined, &[(joined.member_id, b"x"), (lost_id, b"y")]);
    assert_eq!(world.synced(synced).error_code, 0);
    world.advance(SESSION / 2);
    assert_eq!(world.heartbeat("g", first.member_id, 2), 0);
    world.advance(SESSION / 2);
    assert_eq!(world.heartbeat("g", first.member_id, 2), code(ErrorCode::RebalanceInProgress));
    assert_eq!(world.joined(&mut world.join(joining("g", first.member_id))).members.len(), 1);
}

#[test]
fn a_new_member_without_a_join_reply_expires_after_five_minutes() {
    let mut world = World::new();
    let slow = |member_id| JoinGroupRequest {
        session_timeout_ms: 1_800_000,
        rebalance_timeout_ms: 1_800_000,
        ..joining("g", member_id)
    };
    let id = world.joined(&mut world.join(slow(""))).member_id;
    assert_eq!(world.joined(&mut world.join(slow(id))).error_code, 0);
    let (_, mut new) = world.join_new("g");
    world.advance(299_999);
    assert!(world.is_parked(&mut new));
    world.advance(1);
    let refused = world.joined(&mut new);
    assert_eq!((refused.error_code, refused.member_id), (code(ErrorCode::UnknownMemberId), ""));
}

#[test]
fn members_that_wait_need_not_send_heartbeats() {
    let mut world = World::new();
    let [first, second] = world.pair("g");
    let (_, mut third) = world.join_new("g");
    let mut again = world.join(joining("g", first.member_id));
    for _ in 0..5 {
        world.advance(SESSION - 1);
        assert_eq!(world.heartbeat("g", second.member_id, 2), code(ErrorCode::RebalanceInProgress));
    }
    assert!(world.is_parked(&mut again));
    let mut also = world.join(joining("g", second.member_id));
    assert_eq!(world.joined(&mut again).members.len(), 3);
    assert_eq!((world.joined(&mut also).error_code, world.joined(&mut third).error_code), (0, 0));
}

#[test]
fn joins_and_syncs_count_as_heartbeats() {
    let mut world = World::new();
    let [first, second] = world.pair("g");
    for _ in 0..3 {
        world.advance(SESSION - 1);
        for joined in [&first, &second] {
            assert_eq!(world.synced(&mut world.sync("g", joined, &[])).error_code, 0);
        }
    }
    world.advance(SESSION - 1);
    let mut asked = [&first, &second].map(|joined| world.join(joining("g", joined.member_id)));
    let [first, second] = asked.each_mut().map(|asked| world.joined(asked));
    assert_eq!((first.generation_id, second.generation_id), (3, 3));
    world.advance(SESSION - 1);
    for joined in [&first, &second] {
        assert_eq!(world.synced(&mut world.sync("g", joined, &[])).error_code, 0);
    }
    world.advance(SESSION - 1);
    assert_eq!(world.heartbeat("g", first.member_id, 3), 0);
    world.advance(1);
    assert_eq!(world.heartbeat("g", second.member_id, 3), code(ErrorCode::UnknownMemberId), "who says nothing is out");
}

#[test]
fn a_new_group_waits_for_more_members() {
    let mut world = delayed(3_000);
    let (_, mut first) = world.join_new("g");
    world.advance(2_999);
    assert!(world.is_parked(&mut first));
    world.advance(1);
    assert_eq!(world.joined(&mut first).members.len(), 1);
}

#[test]
fn each_new_member_prolongs_the_initial_delay_up_to_the_rebalance_timeout() {
    let mut world = delayed(3_000);
    let quick = |member_id| JoinGroupRequest { rebalance_timeout_ms: 7_000, ..joining("g", member_id) };
    let mut asked = Vec::new();
    let mut join = |world: &World| {
        let id = world.joined(&mut world.join(quick(""))).member_id;
        asked.push(world.join(quick(id)));
    };
    join(&world);
    for _ in 0..3 {
        world.advance(2_000);
        join(&world);
    }
    // 6 seconds have passed: the delays were 3 and 3, and one is left.
    world.advance(999);
    assert!(asked.iter_mut().all(|asked| world.is_parked(asked)));
    world.advance(1);
    let members: usize = asked.iter_mut().map(|asked| world.joined(asked).members.len()).sum();
    assert_eq!(members, 4);
    assert_eq!(world.state(), "CompletingRebalance");
}

#[test]
fn a_member_that_leaves_during_the_initial_delay_does_not_end_it() {
    let mut world = delayed(3_000);
    let (id, mut first) = world.join_new("g");
    let (_, mut second) = world.join_new("g");
    assert_eq!(world.leave("g", &[(id, None)]), [0]);
    assert_eq!(world.joined(&mut first).error_code, code(ErrorCode::UnknownMemberId));
    assert!(world.is_parked(&mut second));
    world.advance(6_000);
    assert_eq!(world.joined(&mut second).members.len(), 1);
}

#[test]
fn an_id_that_was_given_out_is_waited_for() {
    let mut world = World::new();
    let first = world.single("g");
    let pending = world.joined(&mut world.join(joining("g", ""))).member_id;
    let mut again = world.join(joining("g", first.member_id));
    assert!(world.is_parked(&mut again));
    world.advance(SESSION - 1);
    assert!(world.is_parked(&mut again));
    world.advance(1);
    assert_eq!(world.joined(&mut again).members.len(), 1);
    assert_eq!(world.joined(&mut world.join(joining("g", pending))).error_code, code(ErrorCode::UnknownMemberId));
}

#[test]
fn members_vote_for_the_protocol() {
    let world = World::new();
    let with = |member_id, names: [&'static str; 2]| JoinGroupRequest {
        protocols: names.iter().map(|name| JoinGroupRequestProtocol { name, metadata: name.as_bytes() }).collect(),
        ..joining("g", member_id)
    };
    let join = |names| {
        let id = world.joined(&mut world.join(with("", names))).member_id;
        (id, world.join(with(id, names)))
    };
    let (first, mut alone) = join(["a", "b"]);
    assert_eq!(world.joined(&mut alone).protocol_name, Some("a"));
    let (_, mut second) = join(["b", "a"]);
    let (_, mut third) = join(["b", "a"]);
    let mut again = world.join(with(first, ["a", "b"]));
    let joined = world.joined(&mut again);
    assert_eq!(joined.protocol_name, Some("b"));
    assert!(joined.members.iter().all(|member| member.metadata == b"b"));
    assert_eq!(
        (world.joined(&mut second).protocol_name, world.joined(&mut third).protocol_name),
        (Some("b"), Some("b"))
    );
}

#[test]
fn a_thousand_members_join_and_sync() {
    let mut world = delayed(3_000);
    let mut asked: Vec<_> = (0..1_000).map(|_| world.join_new("g").1).collect();
    world.advance(6_000);
    let joined: Vec<_> = asked.iter_mut().map(|asked| world.joined(asked)).collect();
    assert_eq!(joined.iter().map(|joined| joined.members.len()).sum::<usize>(), 1_000);
    let mut asked: Vec<_> = joined.iter().map(|joined| world.sync("g", joined, &[])).collect();
    assert!(asked.iter_mut().all(|asked| world.synced(asked).error_code == 0));
    assert!(joined.iter().all(|joined| world.heartbeat("g", joined.member_id, 1) == 0));
}
