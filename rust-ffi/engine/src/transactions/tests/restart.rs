//! Transactions of an earlier run.

use std::sync::Arc;

use super::*;
use crate::store::{Fsync, Store, memory::MemoryFiles};

fn open(files: &MemoryFiles, fsync: Fsync) -> World {
    let store = Store { files: Arc::new(files.clone()), fsync };
    let now = Now { instant: Instant(0), wall_ms: WALL };
    World::of(Engine::open(Settings::default(), store, now).unwrap().0)
}

#[test]
fn an_open_transaction_survives_a_kill_and_is_then_committed() {
    let files = MemoryFiles::default();
    let world = open(&files, Fsync::Interval);
    let given = world.init();
    world.produce(12, given, 0, 0).unwrap();
    drop(world);
    let world = open(&files, Fsync::Interval);
    assert_eq!((world.described(), world.seen(0)), (("Ongoing".to_owned(), given, vec![0]), (0, 1, 0)));
    world.produce(12, given, 0, 1).unwrap();
    world.end(5, given, true).unwrap();
    assert_eq!(world.seen(0), (3, 3, 2));
    world.engine.check_replay().unwrap();
}

#[test]
fn an_open_transaction_is_aborted_after_a_restart_once_its_time_is_over() {
    let files = MemoryFiles::default();
    let world = open(&files, Fsync::Interval);
    let given = world.init();
    world.produce(12, given, 0, 0).unwrap();
    world.engine.close().unwrap();
    let mut world = open(&files, Fsync::Interval);
    world.advance(i64::from(TIMEOUT_MS) - 1);
    assert_eq!(world.described().0, "Ongoing");
    world.advance(1);
    assert_eq!((world.described().0.as_str(), world.seen(0)), ("CompleteAbort", (2, 2, 0)));
}

#[test]
fn aborted_transactions_are_known_after_a_stop_and_after_a_kill() {
    for clean in [true, false] {
        let files = MemoryFiles::default();
        let world = open(&files, Fsync::Interval);
        let mut given = world.init();
        for committed in [false, true, false] {
            world.produce(12, given, 0, 0).unwrap();
            given = world.end(5, given, committed).unwrap();
        }
        let seen = world.seen(0);
        assert_eq!(seen, (6, 6, 1));
        if clean {
            world.engine.close().unwrap();
        }
        drop(world);
        let world = open(&files, Fsync::Interval);
        assert_eq!(world.seen(0), seen, "clean: {clean}");
        world.produce(12, given, 0, 0).unwrap();
        world.end(5, given, true).unwrap();
        assert_eq!(world.seen(0), (8, 8, 2));
    }
}

/// The file of the last segment is written when it is rolled, too.
#[test]
fn aborted_transactions_of_closed_segments_are_known_after_a_kill() {
    let files = MemoryFiles::default();
    let world = open(&files, Fsync::Interval);
    let mut given = world.init();
    for _ in 0..3 {
        world.produce(12, given, 0, 0).unwrap();
        given = world.end(5, given, false).unwrap();
        world.engine.topics.get("t").unwrap().partition(0).unwrap().roll(WALL).unwrap();
    }
    drop(world);
    let world = open(&files, Fsync::Interval);
    assert_eq!(world.seen(0).2, 0);
}

#[test]
fn with_fsync_always_a_transaction_is_seen_once_it_is_synced() {
    let files = MemoryFiles::default();
    let world = open(&files, Fsync::Always);
    let flushed = |world: &World| world.engine.flush();
    let given = {
        let body = InitProducerIdRequest {
            transactional_id: Some(ID),
            transaction_timeout_ms: TIMEOUT_MS,
            producer_id: -1,
            producer_epoch: -1,
            ..InitProducerIdRequest::default()
        };
        let parked = crate::testing::send(&world.engine, world.now, 22, 5, &Request::InitProducerId(body));
        assert!(matches!(parked, crate::Outcome::Park(_)));
        flushed(&world);
        world.described().1
    };
    let records = transactional(given.0, given.1, 0);
    let data = PartitionProduceData { index: 0, records: Some(&records) };
    let topic = TopicProduceData { name: "t", topic_id: Default::default(), partition_data: vec![data] };
    let request = ProduceRequest { transactional_id: Some(ID), acks: -1, timeout_ms: 1_000, topic_data: vec![topic] };
    let parked = crate::testing::send(&world.engine, world.now, 0, 12, &Request::Produce(request));
    assert!(matches!(parked, crate::Outcome::Park(_)));
    flushed(&world);
    let request =
        EndTxnRequest { transactional_id: ID, producer_id: given.0, producer_epoch: given.1, committed: true };
    let parked = crate::testing::send(&world.engine, world.now, 26, 5, &Request::EndTxn(request));
    assert!(matches!(parked, crate::Outcome::Park(_)));
    assert_eq!(world.seen(0), (2, 2, 1), "decision and marker are synced before the end is written");
    flushed(&world);
    drop(world);
    for files in [files.after_power_cut(), files] {
        assert_eq!(open(&files, Fsync::Always).seen(0).2, 1, "a power cut takes nothing of it");
    }
}

/// The next producer got the same epoch again, and its first batches were taken for those that are there: they were
/// acknowledged, and lost.
#[test]
fn after_a_power_cut_an_epoch_that_has_left_batches_is_not_given_again() {
    let files = MemoryFiles::default();
    let world = open(&files, Fsync::Interval);
    let first = world.init();
    world.engine.flush();
    let second = world.init();
    world.produce(12, second, 0, 0).unwrap();
    world.engine.topics.get("t").unwrap().partition(0).unwrap().sync();
    drop(world);
    let files = files.after_power_cut();
    let world = open(&files, Fsync::Interval);
    assert_eq!(world.seen(0), (2, 2, 0), "what the transaction had written is aborted");
    let third = world.init();
    assert_eq!((third.0, third.1 > second.1), (first.0, true));
    assert_eq!(world.produce(12, third, 0, 0), Ok(2));
    world.end(5, third, true).unwrap();
    assert_eq!(world.seen(0), (4, 4, 1));
    world.engine.check_replay().unwrap();
}
