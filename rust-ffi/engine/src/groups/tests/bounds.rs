//! What clients leave behind is bounded in bytes, and given back.

use wire::{
    ErrorCode,
    message::{
        Request,
        delete_groups_request::DeleteGroupsRequest,
        join_group_request::{JoinGroupRequest, JoinGroupRequestProtocol},
    },
};

use super::{World, code, joining, offsets::simple};
use crate::testing::ask_at;

/// `max.message.bytes`, unless a test says otherwise.
const RECORD_MAX: usize = 1_048_588;

fn held(world: &World) -> usize {
    world.engine.groups.bytes.held()
}

/// A commit of so many partitions, each with 4 KB of metadata, as much as one may have.
fn large(world: &World, group_id: &str, partitions: i32) -> Vec<i16> {
    let offsets: Vec<_> = (0..partitions).map(|partition| ("t", partition, 1)).collect();
    let metadata = "m".repeat(4_096);
    let mut request = simple(&offsets);
    request.group_id = group_id;
    let partitions = request.topics.iter_mut().flat_map(|topic| &mut topic.partitions);
    partitions.for_each(|part| part.committed_metadata = Some(&metadata));
    world.commit(8, request)
}

/// 44 commits of 24 MB ended the host process, and every later start of the folder.
#[test]
fn a_commit_has_to_fit_into_a_record_batch() {
    let world = World::new();
    world.topic("t", 6_000);
    for partitions in [260, 6_000] {
        assert_eq!(large(&world, "g", partitions), vec![28; partitions as usize]);
        assert_eq!(world.states(), [], "nothing is left of it");
        assert_eq!(held(&world), 0);
    }
    assert_eq!(large(&world, "g", 250), vec![0; 250]);
    let kept = held(&world);
    assert_eq!(large(&world, "g", 250), vec![0; 250]);
    assert_eq!(held(&world), kept, "what is replaced is given back");
    let small = World::configured("message.max.bytes", "500");
    small.topic("t", 10);
    assert_eq!(small.commit(8, simple(&[("t", 0, 1)])), [0]);
    let ten: Vec<_> = (0..10).map(|partition| ("t", partition, 1)).collect();
    assert_eq!(small.commit(8, simple(&ten)), [28; 10]);
}

#[test]
fn the_offsets_of_all_groups_are_bounded() {
    let world = World::new();
    world.topic("t", 250);
    let groups: Vec<String> = (0..100).map(|number| format!("g{number}")).collect();
    let taken = groups.iter().take_while(|group| large(&world, group, 250)[0] == 0).count();
    assert!((28..=31).contains(&taken), "{taken}");
    assert_eq!(large(&world, "late", 250), vec![code(ErrorCode::CoordinatorNotAvailable); 250]);
    assert_eq!(world.commit(8, simple(&[("t", 0, 1)])), [0], "a small one still finds room");
    let groups_names = groups.iter().take(taken).map(String::as_str).chain(["g", "late"]).collect();
    let request = Request::DeleteGroups(DeleteGroupsRequest { groups_names });
    ask_at(&world.engine, world.now, 42, 2, &request);
    world.maintain();
    assert!(held(&world) < 10_000, "{}", held(&world));
    assert_eq!(large(&world, "late", 250), vec![0; 250]);
}

fn of_size<'a>(group: &'a str, member_id: &'a str, metadata: &'a [u8]) -> JoinGroupRequest<'a> {
    JoinGroupRequest {
        protocols: vec![JoinGroupRequestProtocol { name: "range", metadata }],
        ..joining(group, member_id)
    }
}

/// Eighteen joins of 60 MB, each in a group of its own and with a session of half an hour, ended the host process.
#[test]
fn a_member_has_to_fit_into_a_record() {
    let world = World::new();
    let large = vec![0; 60 << 20];
    for version in 0..=9 {
        let mut refused = world.ask(version, &Request::JoinGroup(of_size("g", "", &large)));
        assert_eq!(world.joined(&mut refused).error_code, code(ErrorCode::UnknownServerError), "{version}");
    }
    assert_eq!((world.states(), held(&world)), (Vec::new(), 0));
    let just = vec![0; RECORD_MAX];
    let given = world.joined(&mut world.join(of_size("g", "", &just)));
    assert_eq!(given.error_code, code(ErrorCode::MemberIdRequired));
    let mut fits = world.join(of_size("g", given.member_id, &just));
    let joined = world.joined(&mut fits);
    assert_eq!(joined.error_code, 0);
    // With the names in it the record of the group is too large.
    let refused = world.synced(&mut world.sync("g", &joined, &[(joined.member_id, b"all")]));
    assert_eq!(refused.error_code, code(ErrorCode::UnknownServerError));
    assert_eq!(world.leave("g", &[(joined.member_id, None)]), [0]);
    world.single("g");
}

#[test]
fn an_assignment_has_to_fit_into_the_groups_record() {
    let world = World::new();
    let joined = world.joined(&mut world.join_new("g").1);
    let large = vec![0; RECORD_MAX];
    let refused = world.synced(&mut world.sync("g", &joined, &[(joined.member_id, &large)]));
    assert_eq!(refused.error_code, code(ErrorCode::UnknownServerError));
    assert_eq!(world.state(), "PreparingRebalance");
    let again = world.joined(&mut world.join(joining("g", joined.member_id)));
    assert_eq!((again.error_code, again.generation_id), (0, joined.generation_id + 1));
    let synced = world.synced(&mut world.sync("g", &again, &[(again.member_id, b"all")]));
    assert_eq!((synced.error_code, synced.assignment), (0, &b"all"[..]));
}

#[test]
fn the_members_of_all_groups_are_bounded() {
    let mut world = World::new();
    let metadata = vec![0; 1_000_000];
    let groups: Vec<String> = (0..50).map(|number| format!("g{number}")).collect();
    let join = |world: &World, group: &str| {
        let mut asked = world.ask(3, &Request::JoinGroup(of_size(group, "", &metadata)));
        world.joined(&mut asked)
    };
    let codes: Vec<i16> = groups.iter().map(|group| join(&world, group).error_code).collect();
    let none = code(ErrorCode::CoordinatorNotAvailable);
    assert_eq!(codes, [vec![0; 33], vec![none; 17]].concat());
    // Their sessions end.
    world.advance(120_000);
    assert_eq!(join(&world, "again").error_code, 0);
    world.advance(120_000);
    crate::groups::registry::unload(&world.engine, world.now);
    assert_eq!(held(&world), 0);
}

/// Each id holds the client's name, which may have 32 KB, for as long as the session would last.
#[test]
fn ids_that_were_given_out_are_bounded() {
    let mut world = World::new();
    let name = "n".repeat(30_000);
    let ask = |world: &World| world.joined(&mut world.join(joining(&name, ""))).error_code;
    let codes: Vec<i16> = (0..40_000).map(|_| ask(&world)).collect();
    let given = codes.iter().filter(|given| **given == code(ErrorCode::MemberIdRequired)).count();
    assert!((1_000..40_000).contains(&given), "{given}");
    assert_eq!(codes.last(), Some(&code(ErrorCode::CoordinatorNotAvailable)));
    world.advance(60_000);
    assert_eq!(ask(&world), code(ErrorCode::MemberIdRequired));
}
