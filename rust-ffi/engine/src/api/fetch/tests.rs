use wire::{
    ErrorCode, Uuid,
    codec::concat,
    message::{
        Reader, Request,
        fetch_request::{FetchPartition, FetchRequest, FetchTopic, ForgottenTopic},
        fetch_response::{FetchResponse, PartitionData},
    },
};

use crate::{
    Engine, Instant, Now, Outcome, Parked, Settings,
    configs::TopicConfig,
    log::testing::plain,
    testing::{ask, ask_at, context, send},
};

const WALL: i64 = 1_790_000_000_000;

fn at(ms: i64) -> Now {
    Now { instant: Instant(0).after_ms(ms), wall_ms: WALL + ms }
}

fn engine(partitions: i32) -> Engine {
    let engine = Engine::new(Settings::default());
    engine.create_topic("t", Some(partitions), TopicConfig::default()).unwrap();
    engine
}

fn append(engine: &Engine, partition: i32, records: usize) {
    let partition = engine.topics.get("t").unwrap().partition(partition).unwrap();
    partition.append(&plain(records, 100, WALL), &TopicConfig::default(), at(0)).unwrap();
}

fn part(partition: i32, fetch_offset: i64) -> FetchPartition {
    FetchPartition {
        partition,
        fetch_offset,
        partition_max_bytes: 1 << 20,
        current_leader_epoch: -1,
        ..Default::default()
    }
}

fn fetch(partitions: Vec<FetchPartition>) -> FetchRequest<'static> {
    FetchRequest {
        max_wait_ms: 500,
        min_bytes: 1,
        max_bytes: 50 << 20,
        session_epoch: -1,
        topics: vec![FetchTopic { topic: "t", partitions, ..Default::default() }],
        ..Default::default()
    }
}

fn read(bytes: &[u8]) -> FetchResponse<'_> {
    FetchResponse::decode(&mut Reader::new(bytes), 12).unwrap()
}

fn parts<'a>(response: &'a FetchResponse<'a>) -> Vec<&'a PartitionData<'a>> {
    response.responses.iter().flat_map(|topic| &topic.partitions).collect()
}

fn park(engine: &Engine, request: FetchRequest<'_>) -> Parked {
    match send(engine, at(0), 1, 12, &Request::Fetch(request)) {
        Outcome::Park(parked) => parked,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_empty_partition_is_waited_for_and_an_append_wakes() {
    let engine = engine(1);
    let parked = park(&engine, fetch(vec![part(0, 0)]));
    assert!(!parked.ticket.is_woken());
    append(&engine, 0, 1);
    assert!(parked.ticket.is_woken());
    let Outcome::Reply(pieces) = engine.resume(&context(at(1), 1, 12), &[], parked) else {
        panic!("there is something")
    };
    let bytes = concat(&pieces).unwrap();
    let response = read(&bytes[9..]);
    assert_eq!(parts(&response)[0].high_watermark, 1);
    assert!(!parts(&response)[0].records.unwrap().is_empty());
    assert_eq!(engine.next_deadline(), None, "nothing is left behind");
}

#[test]
fn too_little_is_waited_for_until_the_time_is_over() {
    let engine = engine(1);
    append(&engine, 0, 1);
    let parked = park(&engine, FetchRequest { min_bytes: 10_000, ..fetch(vec![part(0, 0)]) });
    append(&engine, 0, 1);
    let Outcome::Park(parked) = engine.resume(&context(at(100), 1, 12), &[], parked) else {
        panic!("still too little")
    };
    assert!(!parked.ticket.is_woken());
    assert_eq!(engine.next_deadline(), Some(at(500).instant));
    assert_eq!(engine.fire(at(499)), 0);
    assert_eq!(engine.fire(at(500)), 1);
    assert!(parked.ticket.is_woken());
    let Outcome::Reply(pieces) = engine.resume(&context(at(500), 1, 12), &[], parked) else {
        panic!("its time is over")
    };
    let bytes = concat(&pieces).unwrap();
    assert_eq!(parts(&read(&bytes[9..]))[0].high_watermark, 2);
}

#[test]
fn nothing_is_waited_for_with_max_wait_zero_and_topics_are_in_the_answer() {
    let engine = engine(1);
    let bytes = ask(&engine, 1, 12, &Request::Fetch(FetchRequest { max_wait_ms: 0, ..fetch(vec![part(0, 0)]) }));
    assert_eq!(parts(&read(&bytes)).len(), 1);
}

#[test]
fn an_error_is_answered_at_once() {
    let engine = engine(1);
    append(&engine, 0, 1);
    let code = |part: FetchPartition| {
        let bytes = ask(&engine, 1, 12, &Request::Fetch(fetch(vec![part])));
        let response = read(&bytes);
        let part = parts(&response)[0];
        assert_eq!((part.high_watermark, part.records.unwrap().len()), (-1, 0));
        ErrorCode::from_code(part.error_code).unwrap()
    };
    assert_eq!(code(part(0, 2)), ErrorCode::OffsetOutOfRange);
    assert_eq!(code(part(0, -1)), ErrorCode::OffsetOutOfRange);
    assert_eq!(code(part(1, 0)), ErrorCode::UnknownTopicOrPartition);
    assert_eq!(code(FetchPartition { current_leader_epoch: 3, ..part(0, 0) }), ErrorCode::UnknownLeaderEpoch);
}

#[test]
fn an_unknown_topic_id_is_named() {
    let engine = engine(1);
    let topics = vec![FetchTopic { topic_id: Uuid([7; 16]), partitions: vec![part(0, 0)], ..Default::default() }];
    let bytes = ask(&engine, 1, 13, &Request::Fetch(FetchRequest { topics, ..fetch(Vec::new()) }));
    let response = FetchResponse::decode(&mut Reader::new(&bytes), 13).unwrap();
    assert_eq!(parts(&response)[0].error_code, ErrorCode::UnknownTopicId.code());
}

#[test]
fn deleting_a_topic_wakes_who_waits_for_it() {
    let engine = engine(1);
    let parked = park(&engine, fetch(vec![part(0, 0)]));
    engine.topics.remove(engine.topics.get("t").unwrap().id).unwrap().unwrap();
    assert!(parked.ticket.is_woken());
    let Outcome::Reply(pieces) = engine.resume(&context(at(1), 1, 12), &[], parked) else { panic!("it is gone") };
    let bytes = concat(&pieces).unwrap();
    assert_eq!(parts(&read(&bytes[9..]))[0].error_code, ErrorCode::UnknownTopicOrPartition.code());
}

#[test]
fn the_limit_of_all_partitions_holds_beyond_the_first_batch() {
    let engine = engine(3);
    (0..3).for_each(|partition| append(&engine, partition, 10));
    let all = vec![part(0, 0), part(1, 0), part(2, 0)];
    let bytes = ask(&engine, 1, 12, &Request::Fetch(FetchRequest { max_bytes: 1, ..fetch(all) }));
    let response = read(&bytes);
    let lens: Vec<bool> = parts(&response).iter().map(|part| part.records.unwrap().is_empty()).collect();
    assert_eq!(lens, [false, true, true]);
}

#[test]
fn a_session_answers_only_what_has_changed() {
    let engine = engine(2);
    let all = vec![part(0, 0), part(1, 0)];
    let open = FetchRequest { session_epoch: 0, max_wait_ms: 0, ..fetch(all) };
    let bytes = ask(&engine, 1, 12, &Request::Fetch(open));
    let session_id = read(&bytes).session_id;
    assert_ne!(session_id, 0);
    assert_eq!(parts(&read(&bytes)).len(), 2);

    let next = |session_epoch, topics: Vec<FetchTopic<'static>>| FetchRequest {
        session_id,
        session_epoch,
        topics,
        max_wait_ms: 0,
        ..fetch(Vec::new())
    };
    let bytes = ask(&engine, 1, 12, &Request::Fetch(next(1, Vec::new())));
    assert_eq!(parts(&read(&bytes)).len(), 0);

    append(&engine, 1, 1);
    let bytes = ask(&engine, 1, 12, &Request::Fetch(next(2, Vec::new())));
    assert_eq!(parts(&read(&bytes)).iter().map(|part| part.partition_index).collect::<Vec<_>>(), [1]);

    let moved = vec![FetchTopic { topic: "t", partitions: vec![part(1, 1)], ..Default::default() }];
    let bytes = ask(&engine, 1, 12, &Request::Fetch(next(3, moved)));
    assert_eq!(parts(&read(&bytes)).len(), 0);

    let bytes = ask(&engine, 1, 12, &Request::Fetch(next(9, Vec::new())));
    assert_eq!(read(&bytes).error_code, ErrorCode::InvalidFetchSessionEpoch.code());
    let forget = FetchRequest {
        forgotten_topics_data: vec![ForgottenTopic { topic: "t", partitions: vec![0, 1], ..Default::default() }],
        ..next(4, Vec::new())
    };
    let bytes = ask(&engine, 1, 12, &Request::Fetch(forget));
    assert_eq!(read(&bytes).session_id, 0, "nothing is left of it");
    let bytes = ask(&engine, 1, 12, &Request::Fetch(next(5, Vec::new())));
    assert_eq!(read(&bytes).error_code, ErrorCode::FetchSessionIdNotFound.code());
}

#[test]
fn who_got_nothing_comes_first_next_time() {
    let engine = engine(2);
    (0..2).for_each(|partition| append(&engine, partition, 10));
    let open = FetchRequest { session_epoch: 0, max_bytes: 1, ..fetch(vec![part(0, 0), part(1, 0)]) };
    let bytes = ask(&engine, 1, 12, &Request::Fetch(open));
    let session_id = read(&bytes).session_id;
    let again = FetchRequest { session_id, session_epoch: 1, max_bytes: 1, ..fetch(Vec::new()) };
    let bytes = ask(&engine, 1, 12, &Request::Fetch(again));
    let response = read(&bytes);
    let first = parts(&response)[0];
    assert_eq!((first.partition_index, first.records.unwrap().is_empty()), (1, false));
}

#[test]
fn a_full_house_gives_no_session_until_one_is_old() {
    let mut settings = Settings::default();
    settings.broker_configs.insert("max.incremental.fetch.session.cache.slots".into(), "1".into());
    let engine = Engine::new(settings);
    engine.create_topic("t", Some(1), TopicConfig::default()).unwrap();
    let open = |ms| {
        let request = FetchRequest { session_epoch: 0, max_wait_ms: 0, ..fetch(vec![part(0, 0)]) };
        let bytes = ask_at(&engine, at(ms), 1, 12, &Request::Fetch(request));
        read(&bytes).session_id
    };
    assert_ne!(open(0), 0);
    assert_eq!(open(120_000), 0);
    assert_ne!(open(120_001), 0);
}

/// As in Kafka: otherwise a house full of small consumers would leave none to one that reads a thousand partitions.
#[test]
fn a_small_session_that_is_old_makes_room_for_a_larger_one() {
    let mut settings = Settings::default();
    settings.broker_configs.insert("max.incremental.fetch.session.cache.slots".into(), "1".into());
    let engine = Engine::new(settings);
    engine.create_topic("t", Some(2), TopicConfig::default()).unwrap();
    let ask_for = |ms, session_id, session_epoch, parts: Vec<FetchPartition>| {
        let request = FetchRequest { session_id, session_epoch, max_wait_ms: 0, ..fetch(parts) };
        let bytes = ask_at(&engine, at(ms), 1, 12, &Request::Fetch(request));
        let response = read(&bytes);
        (response.session_id, ErrorCode::from_code(response.error_code).unwrap())
    };
    let (small, two) = (vec![part(0, 0)], vec![part(0, 0), part(1, 0)]);
    let (session, _) = ask_for(0, 0, 0, small.clone());
    assert_eq!(ask_for(120_000, session, 1, Vec::new()), (session, ErrorCode::None));
    assert_eq!(ask_for(120_001, 0, 0, two.clone()).0, 0, "it was not used after its first two minutes yet");
    assert_eq!(ask_for(120_001, session, 2, Vec::new()), (session, ErrorCode::None));
    assert_eq!(ask_for(120_002, 0, 0, small).0, 0, "one as small does not displace it");
    let (larger, _) = ask_for(120_002, 0, 0, two);
    assert_ne!(larger, 0);
    assert_eq!(ask_for(120_003, session, 3, Vec::new()).1, ErrorCode::FetchSessionIdNotFound);
}

/// The fetch waited on the deleted topic while the new topic of the name was written to.
#[test]
fn who_waits_for_a_name_is_answered_when_its_topic_is_deleted() {
    let engine = engine(1);
    let parked = park(&engine, fetch(vec![part(0, 0)]));
    engine.topics.remove(engine.topics.get("t").unwrap().id).unwrap().unwrap();
    engine.create_topic("t", Some(1), TopicConfig::default()).unwrap();
    assert!(parked.ticket.is_woken());
    let resumed = engine.resume(&context(at(1), 1, 12), &[], parked);
    assert!(matches!(resumed, Outcome::Reply(_)), "{resumed:?}");
}

/// A consumer that knows a topic by its id must not go on with the records of its successor.
#[test]
fn a_recreated_topic_is_not_the_one_that_is_waited_for() {
    let engine = engine(1);
    let id = engine.topics.get("t").unwrap().id;
    let topics = vec![FetchTopic { topic_id: id, partitions: vec![part(0, 0)], ..Default::default() }];
    let request = FetchRequest { topics, ..fetch(Vec::new()) };
    let Outcome::Park(parked) = send(&engine, at(0), 1, 13, &Request::Fetch(request)) else { panic!("it is empty") };
    engine.topics.remove(id).unwrap().unwrap();
    let again = engine.create_topic("t", Some(1), TopicConfig::default()).unwrap();
    assert_ne!(again.id, id);
    append(&engine, 0, 1);
    let Outcome::Reply(pieces) = engine.resume(&context(at(1), 1, 13), &[], parked) else { panic!("it is gone") };
    let bytes = concat(&pieces).unwrap();
    let response = FetchResponse::decode(&mut Reader::new(&bytes[9..]), 13).unwrap();
    let part = parts(&response)[0];
    assert_eq!((part.error_code, part.records.unwrap().len()), (ErrorCode::InconsistentTopicId.code(), 0));
}

/// Measured on Kafka 4.3.1: a session remembers which topic an id was.
#[test]
fn a_session_is_told_that_its_topic_is_gone_and_then_that_it_is_another() {
    for version in 13..=18 {
        let engine = engine(1);
        append(&engine, 0, 1);
        let id = engine.topics.get("t").unwrap().id;
        let of = |topic_id| FetchTopic { topic_id, partitions: vec![part(0, 0)], ..Default::default() };
        let ask_for = |session_id, session_epoch, topics| {
            let request = FetchRequest { session_id, session_epoch, topics, max_wait_ms: 0, ..fetch(Vec::new()) };
            let bytes = ask(&engine, 1, version, &Request::Fetch(request));
            let response = FetchResponse::decode(&mut Reader::new(&bytes), version).unwrap();
            let codes = parts(&response).iter().map(|part| ErrorCode::from_code(part.error_code).unwrap()).collect();
            (response.session_id, codes)
        };
        let (session, codes): (i32, Vec<ErrorCode>) = ask_for(0, 0, vec![of(id)]);
        assert_eq!(codes, [ErrorCode::None]);
        engine.topics.remove(id).unwrap().unwrap();
        assert_eq!(ask_for(session, 1, Vec::new()).1, [ErrorCode::UnknownTopicOrPartition]);
        assert_eq!(ask_for(session, 2, vec![of(id)]).1, [ErrorCode::UnknownTopicOrPartition], "named once more");
        assert_eq!(ask_for(0, -1, vec![of(id)]).1, [ErrorCode::UnknownTopicId], "no session knows it");
        let new = engine.create_topic("t", Some(1), TopicConfig::default()).unwrap().id;
        assert_eq!(ask_for(session, 3, Vec::new()).1, [ErrorCode::InconsistentTopicId]);
        assert_eq!(ask_for(session, 4, vec![of(new)]).1, [ErrorCode::InconsistentTopicId, ErrorCode::None]);
        // One that was unknown at first is found later.
        let unknown = Uuid([7; 16]);
        let (session, codes) = ask_for(0, 0, vec![of(unknown)]);
        assert_eq!(codes, [ErrorCode::UnknownTopicId]);
        engine.topics.create("late", unknown, 1, TopicConfig::default().into()).unwrap();
        assert_eq!(ask_for(session, 1, Vec::new()).1, [ErrorCode::None]);
        engine.topics.remove(unknown).unwrap().unwrap();
        assert_eq!(ask_for(session, 2, Vec::new()).1, [ErrorCode::UnknownTopicOrPartition]);
    }
}

#[test]
fn who_waits_for_an_id_is_told_that_its_topic_is_deleted() {
    let engine = engine(1);
    let id = engine.topics.get("t").unwrap().id;
    let topics = vec![FetchTopic { topic_id: id, partitions: vec![part(0, 0)], ..Default::default() }];
    let request = FetchRequest { topics, ..fetch(Vec::new()) };
    let Outcome::Park(parked) = send(&engine, at(0), 1, 13, &Request::Fetch(request)) else { panic!("it is empty") };
    engine.topics.remove(id).unwrap().unwrap();
    let Outcome::Reply(pieces) = engine.resume(&context(at(1), 1, 13), &[], parked) else { panic!("it is gone") };
    let bytes = concat(&pieces).unwrap();
    let response = FetchResponse::decode(&mut Reader::new(&bytes[9..]), 13).unwrap();
    assert_eq!(parts(&response)[0].error_code, ErrorCode::UnknownTopicOrPartition.code());
}

/// Sessions were counted, and each could have a hundred thousand partitions.
#[test]
fn the_partitions_of_all_sessions_are_bounded() {
    let engine = engine(1);
    let ask = |ms, session_id, session_epoch, partitions: std::ops::Range<i32>| {
        let partitions = partitions.map(|partition| part(partition, 0)).collect();
        let request = FetchRequest { session_id, session_epoch, max_wait_ms: 0, ..fetch(partitions) };
        let bytes = ask_at(&engine, at(ms), 1, 12, &Request::Fetch(request));
        let response = read(&bytes);
        (response.session_id, ErrorCode::from_code(response.error_code).unwrap())
    };
    let (first, _) = ask(0, 0, 0, 0..600);
    assert_ne!(first, 0);
    assert_eq!(ask(0, 0, 0, 0..600), (0, ErrorCode::None), "it is answered without a session");
    let (small, _) = ask(0, 0, 0, 0..300);
    assert_ne!(small, 0);
    assert_eq!(ask(1, small, 1, 300..500).1, ErrorCode::FetchSessionIdNotFound, "it grows too large");
    assert_eq!(ask(2, small, 1, 0..1).1, ErrorCode::FetchSessionIdNotFound, "and is gone");
    assert_ne!(ask(120_001, 0, 0, 0..600).0, 0, "the oldest makes room");
    assert_eq!(ask(120_002, first, 1, 0..1).1, ErrorCode::FetchSessionIdNotFound);
    assert_eq!(ask(240_003, 0, 0, 0..1_001).0, 0);
}
