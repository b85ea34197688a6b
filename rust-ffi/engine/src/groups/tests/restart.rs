//! What groups leave behind on disk, and what does not come back.

use std::{collections::BTreeMap, sync::Arc};

use wire::ErrorCode;
use wire::message::{
    Request,
    delete_groups_request::DeleteGroupsRequest,
    delete_topics_request::DeleteTopicsRequest,
    offset_commit_response::OffsetCommitResponse,
    offset_delete_request::{OffsetDeleteRequest, OffsetDeleteRequestPartition, OffsetDeleteRequestTopic},
    offset_fetch_request::{OffsetFetchRequest, OffsetFetchRequestGroup},
};

use super::{World, offsets::simple};
use crate::{
    Engine, Fsync, Instant, Now, Settings, Store,
    store::{
        faulty::{Faults, FaultyFiles},
        memory::MemoryFiles,
    },
    testing::ask_at,
};

const DAYS: u64 = 86_400_000;

fn open(files: &MemoryFiles, now: Now) -> World {
    open_with(files, now, Fsync::Interval)
}

fn open_with(files: &MemoryFiles, now: Now, fsync: Fsync) -> World {
    let settings = Settings {
        broker_configs: BTreeMap::from([("offsets.topic.num.partitions".to_owned(), "3".to_owned())]),
        ..Settings::default()
    };
    let store = Store { files: Arc::new(files.clone()), fsync };
    World { engine: Engine::open(settings, store, now).unwrap().0, now }
}

/// Two groups with an offset in each of two topics, on disk.
fn committed() -> (MemoryFiles, World) {
    let files = MemoryFiles::default();
    let world = open(&files, Now { instant: Instant(1_000_000), wall_ms: 1_700_000_000_000 });
    // From now on maintenance looks at groups.
    world.maintain();
    world.topic("t", 1);
    world.topic("u", 1);
    for group_id in ["g", "h"] {
        let mut request = simple(&[("t", 0, 1), ("u", 0, 2)]);
        request.group_id = group_id;
        assert_eq!(world.commit(9, request), [0, 0]);
    }
    (files, world)
}

/// After a kill, and a second time, so that nothing depends on when it was looked at.
fn again(files: &MemoryFiles, world: World) -> World {
    let now = world.now;
    drop(world);
    drop(open(files, now));
    open(files, now)
}

#[test]
fn committed_offsets_are_there_again() {
    let (files, world) = committed();
    let world = again(&files, world);
    assert_eq!(world.committed("g"), [("t", 0, 1), ("u", 0, 2)]);
    assert_eq!(world.states(), [("g", "Empty"), ("h", "Empty")]);
}

#[test]
fn an_offset_that_was_deleted_does_not_come_back() {
    let (files, world) = committed();
    let partitions = vec![OffsetDeleteRequestPartition { partition_index: 0 }];
    let topics = vec![OffsetDeleteRequestTopic { name: "u", partitions }];
    let request = Request::OffsetDelete(OffsetDeleteRequest { group_id: "g", topics });
    ask_at(&world.engine, world.now, 47, 0, &request);
    let world = again(&files, world);
    assert_eq!(world.committed("g"), [("t", 0, 1)]);
    assert_eq!(world.committed("h"), [("t", 0, 1), ("u", 0, 2)]);
}

/// It was listed again, empty, after a restart.
#[test]
fn a_group_that_was_deleted_does_not_come_back() {
    let (files, world) = committed();
    ask_at(&world.engine, world.now, 42, 2, &Request::DeleteGroups(DeleteGroupsRequest { groups_names: vec!["g"] }));
    let world = again(&files, world);
    assert_eq!(world.states(), [("h", "Empty")]);
}

#[test]
fn offsets_of_a_topic_that_was_deleted_do_not_come_back() {
    let (files, world) = committed();
    let request = DeleteTopicsRequest { topic_names: vec!["u"], timeout_ms: 1, ..DeleteTopicsRequest::default() };
    ask_at(&world.engine, world.now, 20, 5, &Request::DeleteTopics(request));
    world.topic("u", 1);
    let world = again(&files, world);
    assert_eq!(world.committed("g"), [("t", 0, 1)]);
}

/// They were answered for the new topic as long as the broker ran.
#[test]
fn offsets_that_could_not_be_deleted_with_their_topic_are_not_shown() {
    let faults = Faults::none();
    let faulty = FaultyFiles::new(Arc::new(MemoryFiles::default()), faults.clone());
    let store = Store { files: Arc::new(faulty), fsync: Fsync::Interval };
    let now = Now { instant: Instant(1_000_000), wall_ms: 1_700_000_000_000 };
    let world = World { engine: Engine::open(Settings::default(), store, now).unwrap().0, now };
    world.topic("t", 1);
    world.topic("u", 1);
    assert_eq!(world.commit(9, simple(&[("t", 0, 1), ("u", 0, 2)])), [0, 0]);
    faults.fail_once();
    world.engine.flush();
    let request = DeleteTopicsRequest { topic_names: vec!["u"], timeout_ms: 1, ..DeleteTopicsRequest::default() };
    ask_at(&world.engine, world.now, 20, 5, &Request::DeleteTopics(request));
    let refused = ErrorCode::CoordinatorNotAvailable.code();
    assert_eq!(world.commit(9, simple(&[("t", 0, 3)])), [refused], "the log of the offsets is broken");
    world.topic("u", 1);
    assert_eq!(world.committed("g"), [("t", 0, 1)]);
}

/// Measured on Kafka 4.3.1: its partitions are the coordinators, and what they knew goes with them.
#[test]
fn deleting_the_topic_of_the_offsets_forgets_all_groups_at_once() {
    let (files, world) = committed();
    let delete = || {
        let topic_names = vec!["__consumer_offsets"];
        let request = DeleteTopicsRequest { topic_names, timeout_ms: 1, ..DeleteTopicsRequest::default() };
        ask_at(&world.engine, world.now, 20, 5, &Request::DeleteTopics(request));
    };
    delete();
    assert_eq!(world.states(), []);
    assert_eq!(world.committed("g"), []);
    assert_eq!(world.commit(9, simple(&[("t", 0, 7)])), [0], "the topic is made again");
    assert_eq!(world.committed("g"), [("t", 0, 7)]);
    let world = again(&files, world);
    assert_eq!(world.committed("g"), [("t", 0, 7)]);
    assert_eq!(world.states(), [("g", "Empty")]);
}

/// They were dropped from memory only: after a restart they were there again, and on disk for ever.
#[test]
fn offsets_that_have_expired_do_not_come_back() {
    let (files, mut world) = committed();
    world.advance(6 * DAYS);
    assert_eq!(world.commit(9, simple(&[("u", 0, 9)])), [0]);
    world.advance(DAYS + 3_600_000);
    world.maintain();
    assert_eq!(world.states(), [("g", "Empty")]);
    let world = again(&files, world);
    assert_eq!(world.states(), [("g", "Empty")]);
    assert_eq!(world.committed("g"), [("u", 0, 9)]);
}

/// Members came back with UNKNOWN_MEMBER_ID, and the type of the group was lost.
#[test]
fn a_stable_group_goes_on_after_a_restart() {
    let (files, world) = committed();
    let members = world.pair("stable");
    let mut world = again(&files, world);
    assert_eq!(world.states(), [("g", "Empty"), ("h", "Empty"), ("stable", "Stable")]);
    for member in &members {
        assert_eq!(world.heartbeat("stable", member.member_id, member.generation_id), 0);
    }
    let synced = world.synced(&mut world.sync("stable", &members[0], &[]));
    assert_eq!((synced.error_code, synced.assignment), (0, &b"one"[..]));
    let mut commit = simple(&[("t", 0, 5)]);
    commit.group_id = "stable";
    commit.generation_id_or_member_epoch = members[1].generation_id;
    commit.member_id = members[1].member_id;
    assert_eq!(world.commit(9, commit), [0]);
    // Their sessions go on as well: silent members are removed, and a restart does not bring them back.
    world.advance(u64::from(super::SESSION_MS.unsigned_abs()) + 1);
    assert_eq!(world.states()[2], ("stable", "Empty"));
    let world = again(&files, world);
    assert_eq!(world.states()[2], ("stable", "Empty"));
    assert_eq!(world.committed("stable"), [("t", 0, 5)]);
}

/// A commit is acknowledged once it is synced, and read by others no earlier.
#[test]
fn with_fsync_always_a_commit_waits_for_the_flusher_and_not_for_the_disk() {
    let files = MemoryFiles::default();
    let world = open_with(&files, Now { instant: Instant(1_000_000), wall_ms: 1_700_000_000_000 }, Fsync::Always);
    world.topic("t", 1);
    let mut commit = world.ask(9, &Request::OffsetCommit(simple(&[("t", 0, 1)])));
    assert!(world.is_parked(&mut commit));
    let all = OffsetFetchRequestGroup { group_id: "g", topics: None, member_epoch: -1, member_id: None };
    let fetch = OffsetFetchRequest { groups: vec![all], ..OffsetFetchRequest::default() };
    let mut fetch = world.ask(9, &Request::OffsetFetch(fetch));
    assert!(world.is_parked(&mut fetch), "a power cut could take the offset");
    let cut = MemoryFiles::after_power_cut(&files);
    world.engine.flush();
    assert!(!world.is_parked(&mut commit) && !world.is_parked(&mut fetch));
    assert_eq!(world.committed("g"), [("t", 0, 1)]);
    let now = world.now;
    assert_eq!(open_with(&cut, now, Fsync::Always).committed("g"), [], "it was not acknowledged");
    assert_eq!(open_with(&files.after_power_cut(), now, Fsync::Always).committed("g"), [("t", 0, 1)]);
}

/// The log and the memory disagreed until a restart.
#[test]
fn a_commit_that_cannot_be_synced_is_refused() {
    let faults = Faults::none();
    let files = MemoryFiles::default();
    let faulty = FaultyFiles::new(Arc::new(files.clone()), faults.clone());
    let store = Store { files: Arc::new(faulty), fsync: Fsync::Always };
    let now = Now { instant: Instant(1_000_000), wall_ms: 1_700_000_000_000 };
    let world = World { engine: Engine::open(Settings::default(), store, now).unwrap().0, now };
    world.topic("t", 1);
    let mut commit = world.ask(9, &Request::OffsetCommit(simple(&[("t", 0, 1)])));
    faults.fail_once();
    world.engine.flush();
    let refused = OffsetCommitResponse::decode(&mut world.answer(&mut commit), 9).unwrap();
    assert_eq!(refused.topics[0].partitions[0].error_code, ErrorCode::CoordinatorNotAvailable.code());
    let refused = ErrorCode::CoordinatorNotAvailable.code();
    assert_eq!(world.commit(9, simple(&[("t", 0, 2)])), [refused], "the log takes nothing more");
    let mut joined = world.join_new("g").1;
    assert_eq!(world.joined(&mut joined).error_code, 0, "of the members nothing is written yet");
}
