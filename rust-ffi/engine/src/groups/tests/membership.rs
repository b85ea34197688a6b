//! Joining, staying and leaving.

use wire::{
    ErrorCode,
    message::{
        Request,
        delete_topics_request::DeleteTopicsRequest,
        join_group_request::{JoinGroupRequest, JoinGroupRequestProtocol},
        leave_group_request::LeaveGroupRequest,
        leave_group_response::LeaveGroupResponse,
        sync_group_request::SyncGroupRequest,
    },
};

use super::{SESSION_MS, World, code, joining, syncing};

#[test]
fn a_member_alone_leads_and_is_assigned_what_it_says() {
    let world = World::new();
    let (member_id, mut asked) = world.join_new("g");
    let joined = world.joined(&mut asked);
    assert!(member_id.starts_with("test-") && member_id.len() == 41);
    assert_eq!((joined.error_code, joined.generation_id), (0, 1));
    assert_eq!((joined.leader, joined.member_id), (member_id, member_id));
    assert_eq!((joined.protocol_type, joined.protocol_name), (Some("consumer"), Some("range")));
    assert_eq!((joined.members.len(), joined.members[0].member_id), (1, member_id));
    assert_eq!(world.state(), "CompletingRebalance");
    let synced = world.synced(&mut world.sync("g", &joined, &[(member_id, b"x")]));
    assert_eq!((synced.error_code, synced.assignment), (0, &b"x"[..]));
    assert_eq!((synced.protocol_type, synced.protocol_name), (Some("consumer"), Some("range")));
    assert_eq!(world.state(), "Stable");
    assert_eq!(world.heartbeat("g", member_id, 1), 0);
}

#[test]
fn an_id_is_required_only_from_version_4() {
    for version in 0..=9 {
        let world = World::new();
        let asked = &mut world.ask(version, &Request::JoinGroup(joining("g", "")));
        let joined = world.joined(asked);
        let expected = if version < 4 { 0 } else { code(ErrorCode::MemberIdRequired) };
        assert_eq!(joined.error_code, expected, "version {version}");
        assert!(joined.member_id.starts_with("test-"));
        let protocol_name = [None, Some(""), Some("range")][if version < 4 { 2 } else { usize::from(version < 7) }];
        assert_eq!(joined.protocol_name, protocol_name);
    }
}

#[test]
fn an_id_that_does_not_come_back_is_forgotten() {
    let mut world = World::new();
    let id = world.joined(&mut world.join(joining("g", ""))).member_id;
    world.advance(SESSION_MS as u64 - 1);
    let other = world.joined(&mut world.join(joining("g", ""))).member_id;
    world.advance(1);
    let late = world.joined(&mut world.join(joining("g", id)));
    assert_eq!((late.error_code, late.member_id), (code(ErrorCode::UnknownMemberId), id));
    assert_eq!(world.joined(&mut world.join(joining("g", other))).error_code, 0);
}

#[test]
fn a_member_of_an_unknown_group_is_unknown_and_nothing_is_made() {
    let world = World::new();
    let unknown = code(ErrorCode::UnknownMemberId);
    assert_eq!(world.joined(&mut world.join(joining("g", "me"))).error_code, unknown);
    assert_eq!(world.heartbeat("g", "me", 1), unknown);
    assert_eq!(world.leave("g", &[("me", None), ("", Some("i"))]), [unknown, unknown]);
    let sync = SyncGroupRequest {
        group_id: "g",
        member_id: "me",
        protocol_type: Some("consumer"),
        protocol_name: Some("range"),
        ..SyncGroupRequest::default()
    };
    assert_eq!(world.synced(&mut world.ask(5, &Request::SyncGroup(sync))).error_code, unknown);
    assert_eq!(world.states(), []);
    assert_eq!(world.engine.next_deadline(), None);
}

#[test]
fn a_group_has_a_name() {
    let world = World::new();
    let invalid = code(ErrorCode::InvalidGroupId);
    assert_eq!(world.joined(&mut world.join(joining("", ""))).error_code, invalid);
    assert_eq!(world.heartbeat("", "me", 1), invalid);
    let leave = LeaveGroupRequest { group_id: "", ..LeaveGroupRequest::default() };
    let mut answer = world.answer(&mut world.ask(5, &Request::LeaveGroup(leave)));
    assert_eq!(LeaveGroupResponse::decode(&mut answer, 5).unwrap().error_code, invalid);
    let sync = SyncGroupRequest { protocol_type: Some("t"), protocol_name: Some("n"), ..SyncGroupRequest::default() };
    assert_eq!(world.synced(&mut world.ask(5, &Request::SyncGroup(sync))).error_code, invalid);
}

#[test]
fn a_session_timeout_has_bounds() {
    let world = World::new();
    for (session_timeout_ms, expected) in [
        (i32::MIN, ErrorCode::InvalidSessionTimeout),
        (5_999, ErrorCode::InvalidSessionTimeout),
        (6_000, ErrorCode::MemberIdRequired),
        (1_800_000, ErrorCode::MemberIdRequired),
        (1_800_001, ErrorCode::InvalidSessionTimeout),
    ] {
        let request = JoinGroupRequest { session_timeout_ms, ..joining("g", "") };
        assert_eq!(world.joined(&mut world.join(request)).error_code, code(expected));
    }
}

#[test]
fn protocols_have_to_fit() {
    let world = World::new();
    let inconsistent = code(ErrorCode::InconsistentGroupProtocol);
    let with = |protocol_type, names: &[&'static str]| JoinGroupRequest {
        protocol_type,
        protocols: names.iter().map(|name| JoinGroupRequestProtocol { name, metadata: b"" }).collect(),
        ..joining("g", "")
    };
    let refused = |request| world.joined(&mut world.join(request)).error_code == inconsistent;
    assert!(refused(with("consumer", &[])));
    assert!(refused(with("", &["range"])));
    let first = world.single("g");
    assert!(refused(with("connect", &["range"])));
    assert!(refused(with("consumer", &["roundrobin"])));
    let pending = world.joined(&mut world.join(with("consumer", &["roundrobin", "range"])));
    assert_eq!(pending.error_code, code(ErrorCode::MemberIdRequired));
    // Nor may a member change to something that the others, or it alone so far, do not have.
    let change = JoinGroupRequest { member_id: first.member_id, ..with("consumer", &["sticky"]) };
    assert!(refused(change));
    // Once the group is empty, anything goes.
    assert_eq!(world.leave("g", &[(first.member_id, None), (pending.member_id, None)]), [0, 0]);
    assert_eq!(world.state(), "Empty");
    assert!(!refused(with("connect", &["sticky"])));
}

#[test]
fn a_protocol_named_twice_counts_once() {
    let world = World::new();
    let twice = |member_id| JoinGroupRequest {
        protocols: vec![
            JoinGroupRequestProtocol { name: "range", metadata: b"1" },
            JoinGroupRequestProtocol { name: "range", metadata: b"2" },
        ],
        ..joining("g", member_id)
    };
    let id = world.joined(&mut world.join(twice(""))).member_id;
    let joined = world.joined(&mut world.join(twice(id)));
    assert_eq!((joined.error_code, joined.members[0].metadata), (0, &b"1"[..]));
}

#[test]
fn a_full_group_refuses_new_members() {
    let world = World::configured("group.max.size", "2");
    let both = world.pair("g");
    let full = world.joined(&mut world.join(joining("g", "")));
    assert_eq!((full.error_code, full.member_id), (code(ErrorCode::GroupMaxSizeReached), ""));
    assert_eq!(world.heartbeat("g", both[1].member_id, both[1].generation_id), 0);
}

#[test]
fn generations_and_members_are_checked() {
    let world = World::new();
    let joined = world.single("g");
    assert_eq!(world.heartbeat("g", joined.member_id, 2), code(ErrorCode::IllegalGeneration));
    assert_eq!(world.heartbeat("g", "other", 1), code(ErrorCode::UnknownMemberId));
    assert_eq!(world.heartbeat_of("g", joined.member_id, Some("i"), 1), code(ErrorCode::UnknownMemberId));
    let sync = |change: fn(&mut SyncGroupRequest<'static>)| {
        let mut request = syncing("g", &joined, &[]);
        change(&mut request);
        world.synced(&mut world.ask(5, &Request::SyncGroup(request))).error_code
    };
    assert_eq!(sync(|_| {}), 0);
    assert_eq!(sync(|r| r.generation_id = 9), code(ErrorCode::IllegalGeneration));
    assert_eq!(sync(|r| r.member_id = "other"), code(ErrorCode::UnknownMemberId));
    for change in [
        (|r| r.protocol_type = None) as fn(&mut SyncGroupRequest<'static>),
        |r| r.protocol_name = None,
        |r| r.protocol_type = Some("connect"),
        |r| r.protocol_name = Some("sticky"),
    ] {
        assert_eq!(sync(change), code(ErrorCode::InconsistentGroupProtocol));
    }
}

#[test]
fn old_versions_leave_one_by_one() {
    let world = World::new();
    let joined = world.single("g");
    let leave = |version, member_id| {
        let request = LeaveGroupRequest { group_id: "g", member_id, members: Vec::new() };
        let mut answer = world.answer(&mut world.ask(version, &Request::LeaveGroup(request)));
        LeaveGroupResponse::decode(&mut answer, version).unwrap().error_code
    };
    assert_eq!(leave(0, "other"), code(ErrorCode::UnknownMemberId));
    assert_eq!(leave(2, joined.member_id), 0);
    assert_eq!(world.state(), "Empty");
    assert_eq!(leave(1, joined.member_id), code(ErrorCode::UnknownMemberId));
    assert_eq!(world.engine.next_deadline(), None, "an empty group sets no timers");
}

#[test]
fn an_id_that_was_given_out_can_leave() {
    let world = World::new();
    let id = world.joined(&mut world.join(joining("g", ""))).member_id;
    assert_eq!(world.leave("g", &[(id, None), (id, None)]), [0, code(ErrorCode::UnknownMemberId)]);
    assert_eq!(world.engine.next_deadline(), None);
}

/// Measured on Kafka 4.3.1: the members look for the coordinator and join again.
#[test]
fn members_are_sent_away_when_the_topic_of_the_offsets_is_deleted() {
    let world = World::new();
    world.engine.create("__consumer_offsets", 1, Default::default()).unwrap();
    let first = world.single("g");
    let (_, mut parked) = world.join_new("g");
    assert!(world.is_parked(&mut parked));
    let unsynced = world.joined(&mut world.join_new("h").1);
    let (other, _) = world.join_new("h");
    let topic_names = vec!["__consumer_offsets"];
    let request = DeleteTopicsRequest { topic_names, timeout_ms: 1, ..DeleteTopicsRequest::default() };
    crate::testing::ask_at(&world.engine, world.now, 20, 5, &Request::DeleteTopics(request));
    assert_eq!(world.joined(&mut parked).error_code, code(ErrorCode::NotCoordinator));
    for (group, member) in [("g", first.member_id), ("h", unsynced.member_id), ("h", other)] {
        assert_eq!(world.heartbeat(group, member, 1), code(ErrorCode::UnknownMemberId));
    }
    assert_eq!(world.engine.next_deadline(), None, "no timer is left behind");
    assert_eq!(world.states(), []);
    world.single("g");
}
