//! Who may write with a transactional id.

use super::*;
use crate::{
    coordinator::Entry,
    transactions::{metadata::TransactionMetadata, records::TransactionRecord, registry},
};

#[test]
fn each_producer_of_an_id_has_the_next_epoch_and_fences_the_last_one() {
    let world = World::new();
    let first = world.init();
    let second = world.init();
    assert_eq!((first.1, second), (0, (first.0, 1)));
    assert_eq!(world.add(first, 0), Err(ErrorCode::ProducerFenced));
    assert_eq!(world.produce(12, first, 0, 0), Err(ErrorCode::InvalidProducerEpoch));
    assert_eq!(world.end(4, first, true), Err(ErrorCode::ProducerFenced));
    assert_eq!(world.end(1, first, true), Err(ErrorCode::InvalidProducerEpoch), "as older clients know it");
    assert_eq!(world.add(second, 0), Ok(()));
}

#[test]
fn an_id_that_was_never_initialized_is_not_known() {
    let world = World::new();
    assert_eq!(world.add((1, 0), 0), Err(ErrorCode::InvalidProducerIdMapping));
    assert_eq!(world.produce(12, (1, 0), 0, 0), Err(ErrorCode::InvalidProducerIdMapping));
    assert_eq!(world.end(5, (1, 0), true), Err(ErrorCode::InvalidProducerIdMapping));
    assert_eq!(world.init_as("", None), Err(ErrorCode::InvalidRequest));
}

/// KIP-360.
#[test]
fn a_producer_that_names_its_epoch_goes_on_and_may_repeat_that() {
    let world = World::new();
    let first = world.init();
    let second = world.init_as(ID, Some(first)).unwrap();
    assert_eq!(second, (first.0, 1));
    assert_eq!(world.init_as(ID, Some(first)), Ok(second), "the answer was lost");
    assert_eq!(world.init_as(ID, Some((first.0 + 1, 0))), Err(ErrorCode::ProducerFenced));
    world.init();
    assert_eq!(world.init_as(ID, Some(second)), Err(ErrorCode::ProducerFenced));
}

#[test]
fn a_new_producer_aborts_the_transaction_of_the_last_one() {
    let world = World::new();
    let first = world.init();
    world.produce(12, first, 0, 0).unwrap();
    assert_eq!(world.init_as(ID, None), Err(ErrorCode::ConcurrentTransactions), "the client asks again");
    assert_eq!(world.seen(0), (2, 2, 0));
    let second = world.init();
    assert!(second.1 > first.1);
    assert_eq!(world.produce(12, first, 0, 1), Err(ErrorCode::InvalidProducerEpoch));
    assert_eq!(world.produce(12, second, 0, 0), Ok(2));
}

#[test]
fn a_batch_outside_of_its_transaction_is_refused() {
    let world = World::new();
    let given = world.init();
    assert_eq!(world.produce(11, given, 0, 0), Err(ErrorCode::TransactionAbortable));
    assert_eq!(world.produce(10, given, 0, 0), Err(ErrorCode::InvalidTxnState), "as older clients know it");
    world.add(given, 1).unwrap();
    assert_eq!(world.produce(11, given, 0, 0), Err(ErrorCode::TransactionAbortable));
    assert_eq!(world.produce(11, given, 1, 0), Ok(0));
    assert_eq!(world.described(), ("Ongoing".to_owned(), given, vec![1]));
}

#[test]
fn epochs_that_are_used_up_bring_a_new_producer_id() {
    let world = World::new();
    let first = world.init().0;
    let nearly = TransactionMetadata::new(first, TIMEOUT_MS, WALL).initialized(i16::MAX - 2, TIMEOUT_MS, WALL);
    let record = TransactionRecord { transactional_id: ID.into(), value: Some(nearly.into()) };
    registry::shard_of(&world.engine, ID).1.load(Entry::Record(None, record));
    let last = (first, i16::MAX - 1);
    world.produce(12, (first, i16::MAX - 2), 0, 0).unwrap();
    assert_eq!(world.end(5, (first, i16::MAX - 2), true), Ok(last));
    world.produce(12, last, 0, 0).unwrap();
    let next = world.end(5, last, true).unwrap();
    assert_eq!((next.0 > first, next.1), (true, 0));
    assert_eq!(world.end(5, last, true), Ok(next), "the answer was lost");
    assert_eq!(world.produce(12, next, 0, 0), Ok(4));
    assert_eq!(world.end(5, last, true), Err(ErrorCode::ProducerFenced));
}

#[test]
fn a_timeout_beyond_the_limit_is_refused() {
    let world = World::new();
    let request = |transaction_timeout_ms| InitProducerIdRequest {
        transactional_id: Some(ID),
        transaction_timeout_ms,
        producer_id: -1,
        producer_epoch: -1,
        ..InitProducerIdRequest::default()
    };
    for timeout_ms in [0, -1, 900_001] {
        let body = ask_at(&world.engine, world.now, 22, 5, &Request::InitProducerId(request(timeout_ms)));
        let response = InitProducerIdResponse::decode(&mut Reader::new(&body), 5).unwrap();
        assert_eq!(result(response.error_code), Err(ErrorCode::InvalidTransactionTimeout), "{timeout_ms}");
    }
}
