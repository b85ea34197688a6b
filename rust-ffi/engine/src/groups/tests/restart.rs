//! What groups leave behind on disk, and what does not come back.

use std::{collections::BTreeMap, sync::Arc};

use wire::message::{
    Request,
    delete_groups_request::DeleteGroupsRequest,
    delete_topics_request::DeleteTopicsRequest,
    offset_delete_request::{OffsetDeleteRequest, OffsetDeleteRequestPartition, OffsetDeleteRequestTopic},
};

use super::{World, offsets::simple};
use crate::{Engine, Fsync, Instant, Now, Settings, Store, store::memory::MemoryFiles, testing::ask_at};

const DAYS: u64 = 86_400_000;

fn open(files: &MemoryFiles, now: Now) -> World {
    let settings = Settings {
        broker_configs: BTreeMap::from([("offsets.topic.num.partitions".to_owned(), "3".to_owned())]),
        ..Settings::default()
    };
    let store = Store { files: Arc::new(files.clone()), fsync: Fsync::Interval };
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
