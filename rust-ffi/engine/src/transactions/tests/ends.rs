//! How transactions end.

use wire::message::delete_topics_request::{DeleteTopicState, DeleteTopicsRequest};

use super::*;

#[test]
fn a_committed_transaction_is_seen_and_an_aborted_one_is_not() {
    let world = World::new();
    let given = world.init();
    for partition in [0, 1] {
        world.add(given, partition).unwrap();
        world.produce(9, given, partition, 0).unwrap();
    }
    assert_eq!(world.seen(0), (0, 1, 0));
    world.end(3, given, true).unwrap();
    assert_eq!((world.seen(0), world.seen(1)), ((2, 2, 1), (2, 2, 1)));
    world.add(given, 0).unwrap();
    world.produce(9, given, 0, 1).unwrap();
    world.end(3, given, false).unwrap();
    assert_eq!(world.seen(0), (4, 4, 1));
    assert_eq!(world.described(), ("CompleteAbort".to_owned(), given, Vec::new()));
    world.engine.check_replay().unwrap();
}

#[test]
fn an_end_may_be_repeated_and_another_end_is_refused() {
    let world = World::new();
    let given = world.init();
    assert_eq!(world.end(4, given, true), Err(ErrorCode::InvalidTxnState), "nothing was begun");
    world.add(given, 0).unwrap();
    world.end(4, given, true).unwrap();
    assert!(world.end(4, given, true).is_ok());
    assert_eq!(world.end(4, given, false), Err(ErrorCode::InvalidTxnState));
}

/// KIP-890.
#[test]
fn each_end_begins_a_new_epoch() {
    let world = World::new();
    let first = world.init();
    assert_eq!(world.produce(12, first, 0, 0), Ok(0));
    let second = world.end(5, first, true).unwrap();
    assert_eq!(second, (first.0, first.1 + 1));
    assert_eq!(world.end(5, first, true), Ok(second), "the answer was lost");
    assert_eq!(world.end(5, first, false), Err(ErrorCode::InvalidTxnState));
    assert_eq!(world.produce(12, first, 0, 1), Err(ErrorCode::InvalidProducerEpoch));
    assert_eq!(world.produce(12, second, 0, 0), Ok(2));
    assert_eq!(world.end(5, second, false), Ok((first.0, first.1 + 2)));
    assert_eq!(world.seen(0), (4, 4, 1));
}

#[test]
fn a_transaction_without_records_may_be_aborted_but_not_committed() {
    let world = World::new();
    let first = world.init();
    assert_eq!(world.end(5, first, true), Err(ErrorCode::InvalidTxnState));
    let second = world.end(5, first, false).unwrap();
    assert_eq!(second.1, first.1 + 1);
    assert_eq!(world.end(5, second, false).map(|given| given.1), Ok(first.1 + 2));
}

#[test]
fn a_transaction_is_aborted_once_its_time_is_over() {
    let mut world = World::new();
    let given = world.init();
    world.produce(12, given, 0, 0).unwrap();
    world.advance(i64::from(TIMEOUT_MS) - 1);
    assert_eq!(world.seen(0), (0, 1, 0));
    world.advance(1);
    assert_eq!(world.seen(0), (2, 2, 0));
    assert_eq!(world.described().0, "CompleteAbort");
    assert_eq!(world.produce(12, given, 0, 1), Err(ErrorCode::InvalidProducerEpoch));
    assert_eq!(world.end(5, given, true), Err(ErrorCode::ProducerFenced));
}

#[test]
fn a_transaction_that_ends_in_time_is_not_aborted() {
    let mut world = World::new();
    let given = world.init();
    world.produce(12, given, 0, 0).unwrap();
    let given = world.end(5, given, true).unwrap();
    world.advance(i64::from(TIMEOUT_MS) - 1);
    world.produce(12, given, 0, 0).unwrap();
    world.advance(i64::from(TIMEOUT_MS) - 1);
    assert_eq!(world.described().0, "Ongoing");
}

#[test]
fn a_deleted_topic_does_not_hold_up_the_end() {
    let world = World::new();
    let given = world.init();
    world.produce(12, given, 0, 0).unwrap();
    let topic = DeleteTopicState { name: Some("t"), ..DeleteTopicState::default() };
    let request = DeleteTopicsRequest { topics: vec![topic], timeout_ms: 1_000, ..DeleteTopicsRequest::default() };
    ask_at(&world.engine, world.now, 20, 6, &Request::DeleteTopics(request));
    assert!(world.engine.topics.get("t").is_none());
    assert!(world.end(5, given, true).is_ok());
    assert_eq!(world.described().0, "CompleteCommit");
}

#[test]
fn an_unused_id_expires() {
    let mut world = World::new();
    let given = world.init();
    world.advance(6 * 24 * 3_600_000);
    world.engine.make_due(crate::maintenance::Job::TransactionExpiry);
    world.engine.run_jobs(world.now);
    assert_eq!(world.described().1, given);
    world.advance(2 * 24 * 3_600_000);
    world.engine.make_due(crate::maintenance::Job::TransactionExpiry);
    world.engine.run_jobs(world.now);
    assert_eq!(world.described().0, "");
    assert_ne!(world.init().0, given.0);
    world.engine.check_replay().unwrap();
}
