mod case;
mod crashes;
mod damage;
mod rot;

use std::{collections::BTreeMap, sync::Arc};

use wire::{
    ErrorCode,
    message::{
        Reader, Request,
        init_producer_id_request::InitProducerIdRequest,
        init_producer_id_response::InitProducerIdResponse,
        produce_request::{PartitionProduceData, ProduceRequest, TopicProduceData},
        produce_response::ProduceResponse,
    },
};

use crate::{
    Engine, Fsync, Instant, Now, Outcome, Parked, Settings, Store,
    configs::TopicConfig,
    log::{
        ReadError,
        testing::{batch, sequenced},
    },
    store::{
        Files,
        faulty::{Faults, FaultyFiles},
        memory::MemoryFiles,
    },
    testing::{ask, ask_at, context, run_all_jobs, send},
};

const WALL: i64 = 1_790_000_000_000;

fn at(ms: i64) -> Now {
    Now { instant: Instant(0).after_ms(ms), wall_ms: WALL + ms }
}

fn open_with(files: Arc<dyn Files>, fsync: Fsync) -> Result<(Engine, Vec<String>), String> {
    Engine::open(Settings::default(), Store { files, fsync }, at(0))
}

fn open(files: &MemoryFiles, fsync: Fsync) -> (Engine, Vec<String>) {
    open_with(Arc::new(files.clone()), fsync).unwrap()
}

fn faulty(fsync: Fsync) -> (Engine, MemoryFiles, Faults) {
    let (files, faults) = (MemoryFiles::default(), Faults::none());
    let faulty = Arc::new(FaultyFiles::new(Arc::new(files.clone()), faults.clone()));
    let (engine, _) = open_with(faulty, fsync).unwrap();
    (engine, files, faults)
}

fn small() -> TopicConfig {
    let config = TopicConfig::new(
        &Engine::new(Settings::default()).configs,
        BTreeMap::from([("segment.bytes".into(), "1048576".into())]),
    )
    .unwrap();
    (*config).clone()
}

fn tiny() -> TopicConfig {
    TopicConfig { segment_bytes: 400, ..small() }
}

fn request(value: &[u8]) -> Vec<u8> {
    batch(&[(WALL, Some(b"k"), Some(value))])
}

fn produce(records: &[u8]) -> Request<'_> {
    let partition_data = vec![PartitionProduceData { index: 0, records: Some(records) }];
    let topic_data = vec![TopicProduceData { name: "t", partition_data, ..Default::default() }];
    Request::Produce(ProduceRequest { acks: -1, timeout_ms: 1_000, topic_data, ..Default::default() })
}

/// The code and the offset of the one partition asked.
fn answer(bytes: &[u8]) -> (ErrorCode, i64) {
    let response = ProduceResponse::decode(&mut Reader::new(bytes), 8).unwrap();
    let part = &response.responses[0].partition_responses[0];
    (ErrorCode::from_code(part.error_code).unwrap(), part.base_offset)
}

fn put(engine: &Engine, value: &[u8]) -> (ErrorCode, i64) {
    answer(&ask_at(engine, at(0), 0, 8, &produce(&request(value))))
}

/// All values of the topic, in order; panics if an offset is missing.
fn values(engine: &Engine) -> Vec<Vec<u8>> {
    let (start, end) = engine.topics.get("t").unwrap().partition(0).unwrap().range();
    let (offsets, values): (Vec<i64>, Vec<Vec<u8>>) = stored(engine).into_iter().unzip();
    assert!(offsets.iter().copied().eq(start..end), "gapless: {start} to {end}, {offsets:?}");
    values
}

/// As [`values`], with their offsets, of which compaction may have left some.
fn stored(engine: &Engine) -> Vec<(i64, Vec<u8>)> {
    let partition = engine.topics.get("t").unwrap().partition(0).unwrap();
    let mut all = Vec::new();
    let (mut from, end) = partition.range();
    while from < end {
        let mut pieces = Vec::new();
        partition.read(from, 5_000, true, usize::MAX, &mut pieces).unwrap();
        for piece in &pieces {
            let bytes = piece.bytes().unwrap();
            let mut rest = &bytes[..];
            while !rest.is_empty() {
                let (batch, after) = wire::batch::Batch::first(rest).expect("what was acknowledged is sound");
                for record in wire::record::Records::new(batch.record_bytes(), batch.record_count()).flatten() {
                    all.push((batch.base_offset() + i64::from(record.offset_delta), record.value.unwrap().to_vec()));
                }
                (from, rest) = (batch.last_offset() + 1, after);
            }
        }
        assert!(!pieces.is_empty(), "nothing is read at {from} of {end}");
    }
    all
}

#[test]
fn everything_is_there_again_after_a_stop_in_order() {
    let files = MemoryFiles::default();
    let (engine, _) = open(&files, Fsync::Interval);
    let topic = engine.create_topic("t", Some(3), small()).unwrap();
    let sent: Vec<Vec<u8>> = (0..100u8).map(|i| vec![i; 50_000]).collect();
    for (offset, value) in sent.iter().enumerate() {
        assert_eq!(put(&engine, value), (ErrorCode::None, offset as i64));
    }
    topic.partition(0).unwrap().delete_records(5).unwrap();
    topic.grow(4).unwrap();
    engine.close().unwrap();
    let id = topic.id;
    drop((engine, topic));

    let (engine, notices) = open(&files, Fsync::Interval);
    assert_eq!(notices, Vec::<String>::new());
    let topic = engine.topics.get("t").unwrap();
    assert_eq!((topic.id, topic.partition_count()), (id, 4));
    assert_eq!(topic.config().overrides.get("segment.bytes").map(String::as_str), Some("1048576"));
    assert_eq!(topic.partition(0).unwrap().range(), (5, 100));
    assert!(values(&engine)[..] == sent[5..]);
    assert_eq!(put(&engine, b"more"), (ErrorCode::None, 100));
    assert!(files.paths().iter().filter(|path| path.starts_with("t-0/") && path.ends_with(".log")).count() > 3);
}

#[test]
fn a_deleted_topic_stays_deleted_and_a_new_one_is_empty() {
    let files = MemoryFiles::default();
    let (engine, _) = open(&files, Fsync::Interval);
    let topic = engine.create_topic("t", Some(1), small()).unwrap();
    put(&engine, b"old");
    engine.topics.remove(topic.id).unwrap();
    assert!(!files.paths().iter().any(|path| path.starts_with("t-0/")));
    drop(engine);
    let (engine, _) = open(&files, Fsync::Interval);
    assert!(engine.topics.get("t").is_none());
    engine.create_topic("t", Some(1), small()).unwrap();
    assert_eq!(put(&engine, b"new"), (ErrorCode::None, 0));
}

/// The folders of a deleted topic are removed beside its deletion, by this run or by the next.
#[test]
fn nothing_is_left_of_a_deleted_topic() {
    let (engine, files, faults) = faulty(Fsync::Interval);
    let left = || files.paths().iter().filter(|path| path.starts_with("t-")).count();
    for round in 0..3 {
        let topic = engine.create_topic("t", Some(2), small()).unwrap();
        put(&engine, b"old");
        engine.topics.remove(topic.id).unwrap();
        assert_eq!(left(), 4, "two logs, and which topic they are of");
        if round == 1 {
            // A folder that cannot be removed now is removed later.
            faults.fail_once();
            engine.delete_removed_dirs();
            assert_eq!(left(), 2);
        }
        engine.delete_removed_dirs();
        assert_eq!(left(), 0);
    }
    // The next start finds what this one has renamed, and what it had no time to.
    for has_time in [true, false] {
        let (engine, files, faults) = faulty(Fsync::Interval);
        let left = || files.paths().iter().filter(|path| path.starts_with("t-")).count();
        let topic = engine.create_topic("t", Some(2), small()).unwrap();
        put(&engine, b"old");
        if !has_time {
            // The deletion is written and synced, and the broker is killed.
            faults.after(2);
        }
        engine.topics.remove(topic.id).unwrap();
        assert_eq!(files.paths().iter().any(|path| path.starts_with("t-0/")), !has_time);
        drop(engine);
        let (engine, notices) = open(&files, Fsync::Interval);
        assert_eq!((left(), notices.len()), (4, 0));
        engine.delete_removed_dirs();
        assert_eq!(left(), 0);
    }
}

#[test]
fn a_killed_process_loses_nothing() {
    let files = MemoryFiles::default();
    let (engine, _) = open(&files, Fsync::Never);
    engine.create_topic("t", Some(1), small()).unwrap();
    let sent: Vec<Vec<u8>> = (0..60u8).map(|i| vec![i; 50_000]).collect();
    sent.iter().for_each(|value| assert_eq!(put(&engine, value).0, ErrorCode::None));
    drop(engine);
    let (engine, notices) = open(&files, Fsync::Never);
    assert_eq!(notices, Vec::<String>::new());
    assert!(values(&engine) == sent);
}

#[test]
fn half_a_batch_is_cut_off_and_said() {
    let files = MemoryFiles::default();
    let (engine, _) = open(&files, Fsync::Interval);
    engine.create_topic("t", Some(1), small()).unwrap();
    put(&engine, b"whole");
    drop(engine);
    files.change("t-0/00000000000000000000.log", |bytes| bytes.extend(request(b"torn")[..40].to_vec()));
    let (engine, notices) = open(&files, Fsync::Interval);
    assert_eq!(notices, ["t-0: 40 bytes behind offset 1 were not whole and have been cut off"]);
    assert_eq!(values(&engine), [b"whole"]);
    assert_eq!(put(&engine, b"next"), (ErrorCode::None, 1));
}

#[test]
fn a_retry_after_a_restart_is_known() {
    for in_order in [true, false] {
        let files = MemoryFiles::default();
        let (engine, _) = open(&files, Fsync::Interval);
        engine.create_topic("t", Some(1), small()).unwrap();
        let of = |sequence| sequenced(&[(WALL, None, Some(&b"v"[..]))], 7, 3, sequence);
        for sequence in 0..3 {
            let bytes = ask_at(&engine, at(0), 0, 8, &produce(&of(sequence)));
            assert_eq!(answer(&bytes), (ErrorCode::None, sequence.into()));
        }
        if in_order {
            engine.close().unwrap();
        }
        drop(engine);
        let (engine, _) = open(&files, Fsync::Interval);
        assert_eq!(
            answer(&ask_at(&engine, at(0), 0, 8, &produce(&of(2)))),
            (ErrorCode::None, 2),
            "in order: {in_order}"
        );
        assert_eq!(answer(&ask_at(&engine, at(0), 0, 8, &produce(&of(3)))), (ErrorCode::None, 3));
        assert_eq!(answer(&ask_at(&engine, at(0), 0, 8, &produce(&of(9)))).0, ErrorCode::OutOfOrderSequenceNumber);
    }
}

#[test]
fn no_producer_id_is_given_out_twice() {
    let files = MemoryFiles::default();
    let mut before = -1;
    for _ in 0..3 {
        let (engine, _) = open(&files, Fsync::Interval);
        for _ in 0..5 {
            let request = Request::InitProducerId(InitProducerIdRequest {
                transactional_id: None,
                producer_id: -1,
                ..Default::default()
            });
            let bytes = ask(&engine, 22, 4, &request);
            let response = InitProducerIdResponse::decode(&mut Reader::new(&bytes), 4).unwrap();
            assert!(response.producer_id > before);
            before = response.producer_id;
        }
    }
}

/// The same request, once its ticket was woken.
fn resume(engine: &Engine, batch: &[u8], parked: Parked) -> (ErrorCode, i64) {
    let mut writer = wire::message::Writer::new();
    produce(batch).encode(&mut writer, 8).unwrap();
    let outcome = engine.resume(&context(at(1), 0, 8), &writer.into_parts().concat(), parked);
    let Outcome::Reply(pieces) = outcome else { panic!("{outcome:?}") };
    answer(&wire::codec::concat(&pieces).unwrap().split_off(8))
}

/// With `fsync=always` a produce waits.
fn park(engine: &Engine, batch: &[u8]) -> Parked {
    let outcome = send(engine, at(0), 0, 8, &produce(batch));
    let Outcome::Park(parked) = outcome else { panic!("it is not synced yet: {outcome:?}") };
    parked
}

#[test]
fn with_fsync_always_a_power_cut_takes_nothing_acknowledged() {
    let files = MemoryFiles::default();
    let (engine, _) = open(&files, Fsync::Always);
    engine.create_topic("t", Some(1), small()).unwrap();
    for (offset, value) in [b"a", b"b"].into_iter().enumerate() {
        let batch = request(value);
        let parked = park(&engine, &batch);
        assert!(!parked.ticket.is_woken());
        engine.flush();
        assert!(parked.ticket.is_woken());
        assert_eq!(resume(&engine, &batch, parked), (ErrorCode::None, offset as i64));
    }
    let _unacknowledged = park(&engine, &request(b"c"));
    let (engine, _) = open(&files.after_power_cut(), Fsync::Always);
    assert_eq!(values(&engine), [b"a", b"b"]);
}

/// A consumer read what a power cut then took, and its group passed over the record that had the offset next.
#[test]
fn with_fsync_always_no_read_returns_what_a_power_cut_may_take() {
    let files = MemoryFiles::default();
    let (engine, _) = open(&files, Fsync::Always);
    let topic = engine.create_topic("t", Some(1), tiny()).unwrap();
    let partition = topic.partition(0).unwrap();
    let mut parked = Vec::new();
    for i in 0..9u8 {
        parked.push(park(&engine, &request(&[i; 90])));
        assert_eq!((partition.range(), values(&engine).len()), ((0, 0), 0));
    }
    assert_eq!(partition.delete_records(1), Err(ReadError::OutOfRange));
    engine.flush();
    assert_eq!((partition.range(), values(&engine).len()), ((0, 9), 9));
    let waits = park(&engine, &request(b"last"));
    assert_eq!((partition.range(), values(&engine).len()), ((0, 9), 9));
    drop((waits, parked));
    assert_eq!(values(&open(&files.after_power_cut(), Fsync::Always).0).len(), 9);
}

/// The operating system says once that something was lost: the next sync went well, and what was gone was acknowledged.
#[test]
fn with_fsync_always_nothing_is_acknowledged_after_a_failed_sync() {
    for fails_at_a_roll in [false, true] {
        let (engine, _, faults) = faulty(Fsync::Always);
        engine.create_topic("t", Some(1), tiny()).unwrap();
        let batch = request(&[1; 300]);
        let parked = park(&engine, &batch);
        faults.fail_once();
        if fails_at_a_roll {
            assert_eq!(put(&engine, &[2; 300]).0, ErrorCode::KafkaStorageError);
        } else {
            engine.flush();
        }
        assert!(parked.ticket.is_woken());
        engine.flush();
        assert_eq!(resume(&engine, &batch, parked).0, ErrorCode::KafkaStorageError, "{fails_at_a_roll}");
        assert_eq!(put(&engine, b"b").0, ErrorCode::KafkaStorageError);
    }
}

/// A client may write with any producer id: the largest made the folder one that no broker opened any more.
#[test]
fn an_unassigned_id_does_not_end_the_ids() {
    let files = MemoryFiles::default();
    let mut before = -1;
    for id in [i64::MAX, i64::MAX / 2, i64::MAX / 2 - 999, i64::MAX / 4, 5_000] {
        let (engine, _) = open(&files, Fsync::Never);
        if before < 0 {
            engine.create_topic("t", Some(1), small()).unwrap();
        }
        let batch = sequenced(&[(WALL, None, Some(b"v"))], id, 0, 0);
        assert_eq!(answer(&ask_at(&engine, at(0), 0, 8, &produce(&batch))).0, ErrorCode::None);
        drop(engine);
        let (engine, _) = open(&files, Fsync::Never);
        let given = engine.producer_ids.next(engine.data_dir.as_deref()).unwrap();
        assert!(given > before && given < i64::MAX / 4, "{given} after {id}");
        before = given;
    }
    assert!(before > 5_000, "a lost note of an id is made up for");
}

#[test]
fn a_full_disk_is_the_producers_error_and_the_broker_lives() {
    let (engine, files, faults) = faulty(Fsync::Never);
    engine.create_topic("t", Some(1), small()).unwrap();
    put(&engine, b"before");
    faults.fail_once();
    assert_eq!(put(&engine, b"lost").0, ErrorCode::KafkaStorageError);
    assert_eq!(put(&engine, b"after"), (ErrorCode::None, 1));
    assert_eq!(values(&engine), [&b"before"[..], b"after"]);
    drop(engine);
    let (engine, notices) = open(&files, Fsync::Never);
    assert_eq!(notices, Vec::<String>::new());
    assert_eq!(values(&engine), [&b"before"[..], b"after"]);
}

#[test]
fn after_a_failed_sync_nothing_more_is_written() {
    let (engine, _, faults) = faulty(Fsync::Interval);
    engine.create_topic("t", Some(1), small()).unwrap();
    assert_eq!(put(&engine, b"a").0, ErrorCode::None);
    faults.after(0);
    engine.flush();
    faults.mend();
    assert_eq!(put(&engine, b"b").0, ErrorCode::KafkaStorageError);
    assert_eq!(values(&engine), [b"a"], "what was there is read");
    assert!(engine.close().is_err(), "the next start goes through it");
}

/// Whatever write it is that fails, and the broker dies there: what was acknowledged is there.
#[test]
fn a_crash_at_any_write_loses_nothing_acknowledged() {
    for changes in 0..400 {
        let (files, faults) = (MemoryFiles::default(), Faults::none());
        faults.after(changes);
        let mut acknowledged = Vec::new();
        if let Ok((engine, _)) =
            open_with(Arc::new(FaultyFiles::new(Arc::new(files.clone()), faults.clone())), Fsync::Never)
        {
            let config = TopicConfig { segment_bytes: 400, ..small() };
            if engine.create_topic("t", Some(1), config).is_ok() {
                for i in 0..40u8 {
                    let bytes = ask_at(&engine, at(0), 0, 8, &produce(&request(&[i; 100])));
                    if answer(&bytes).0 == ErrorCode::None {
                        acknowledged.push(vec![i; 100]);
                    }
                }
            }
        }
        let (engine, _) = open(&files, Fsync::Never);
        if engine.topics.get("t").is_some() {
            assert_eq!(values(&engine), acknowledged, "after {changes} changes");
        } else {
            assert!(acknowledged.is_empty(), "after {changes} changes");
        }
    }
}

#[test]
fn a_folder_that_is_not_ours_is_refused_and_left_alone() {
    let refused = |prepare: &dyn Fn(&MemoryFiles)| {
        let files = MemoryFiles::default();
        prepare(&files);
        let before = files.paths();
        let why = open_with(Arc::new(files.clone()), Fsync::Interval).unwrap_err();
        assert_eq!(files.paths(), before);
        why
    };
    let meta = |text: &'static str| {
        move |files: &MemoryFiles| {
            files.open("meta.properties").unwrap().append(&[text.as_bytes()]).unwrap();
        }
    };
    let foreign = refused(&|files| drop(files.open("holiday.jpg").unwrap()));
    assert!(foreign.contains("'holiday.jpg' is in it"), "{foreign}");
    let newer = refused(&meta("version=2\ncluster.id=tansu\nnode.id=1\n"));
    assert!(newer.contains("version=2, which this build does not know"), "{newer}");
    let other = refused(&meta("version=1\ncluster.id=other\nnode.id=1\n"));
    assert!(other.contains("cluster.id=other, this broker is tansu"), "{other}");
    let none = refused(&meta("nonsense"));
    assert!(none.contains("has no version"), "{none}");
}

/// Ten bytes were missing after a stop in order; what was acknowledged afterwards was written behind the rest of a
/// batch.
#[test]
fn a_log_that_was_cut_after_a_stop_in_order_is_noticed() {
    let files = MemoryFiles::default();
    let (engine, _) = open(&files, Fsync::Interval);
    engine.create_topic("t", Some(1), small()).unwrap();
    put(&engine, b"a");
    put(&engine, b"b");
    engine.close().unwrap();
    drop(engine);
    files.change("t-0/00000000000000000000.log", |bytes| bytes.truncate(bytes.len() - 10));
    let (engine, notices) = open(&files, Fsync::Interval);
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert_eq!(put(&engine, b"c"), (ErrorCode::None, 1));
    engine.close().unwrap();
    drop(engine);
    assert_eq!(values(&open(&files, Fsync::Interval).0), [b"a", b"c"]);
}

/// An auto-created topic of this name took the place of everything that the broker remembers.
#[test]
fn no_topic_takes_the_place_of_the_metadata_log() {
    let files = MemoryFiles::default();
    let (engine, _) = open(&files, Fsync::Interval);
    engine.create_topic("t", Some(1), small()).unwrap();
    assert!(engine.create_topic("__cluster_metadata", Some(1), small()).is_err());
    engine.close().unwrap();
    drop(engine);
    assert!(open(&files, Fsync::Interval).0.topics.get("t").is_some());
}

/// A batch that did not fit into what was left of a fetch was passed over, for the next segment's.
#[test]
fn a_batch_that_does_not_fit_is_not_skipped() {
    let files = MemoryFiles::default();
    let (engine, _) = open(&files, Fsync::Never);
    let config = TopicConfig { segment_bytes: 100, ..small() };
    let topic = engine.create_topic("t", Some(1), config).unwrap();
    [&[1; 500][..], &[2; 10]].iter().for_each(|value| assert_eq!(put(&engine, value).0, ErrorCode::None));
    let mut pieces = Vec::new();
    let (read, _) = topic.partition(0).unwrap().read(0, 300, false, usize::MAX, &mut pieces).unwrap();
    assert_eq!((read, pieces.len()), (0, 0));
}

/// Were a batch whose write failed counted as sent, its retry would be answered as a duplicate, and the record lost.
#[test]
fn the_retry_of_a_failed_write_is_written() {
    // Each write of an append fails once, also where a segment is closed and the next one begun.
    for failing in 0..20u32 {
        let (files, faults) = (MemoryFiles::default(), Faults::none());
        let store = Arc::new(FaultyFiles::new(Arc::new(files.clone()), faults.clone()));
        let (engine, _) = open_with(store, Fsync::Never).unwrap();
        engine.create_topic("t", Some(1), TopicConfig { segment_bytes: 400, ..small() }).unwrap();
        let send = |engine: &Engine, sequence: u8| {
            let bytes = sequenced(&[(WALL, None, Some(&[sequence; 100][..]))], 7, 0, sequence.into());
            answer(&ask_at(engine, at(0), 0, 8, &produce(&bytes)))
        };
        faults.fail_once_after(failing);
        for sequence in 0..12 {
            let mut answered = send(&engine, sequence);
            if answered.0 == ErrorCode::KafkaStorageError {
                answered = send(&engine, sequence);
            }
            assert_eq!(answered, (ErrorCode::None, sequence.into()), "after {failing} changes");
        }
        assert_eq!(faults.failures(), 1, "after {failing} changes");
        let all: Vec<_> = (0..12).map(|sequence| vec![sequence; 100]).collect();
        assert!(values(&engine) == all, "after {failing} changes");
        drop(engine);
        let (engine, notices) = open(&files, Fsync::Never);
        assert_eq!(notices, Vec::<String>::new());
        assert!(values(&engine) == all, "after {failing} changes and a restart");
        assert_eq!(send(&engine, 11), (ErrorCode::None, 11), "the last one is known");
        assert_eq!(send(&engine, 12), (ErrorCode::None, 12));
    }
}

#[test]
fn retention_on_disk_moves_the_start_and_minus_one_keeps_for_ever() {
    const TEN_YEARS: i64 = 10 * 365 * 86_400_000;
    let files = MemoryFiles::default();
    let mut settings = Settings::default();
    settings.broker_configs.insert("log.retention.ms".into(), "1000".into());
    let open = || {
        let store = Store { files: Arc::new(files.clone()), fsync: Fsync::Interval };
        Engine::open(settings.clone(), store, at(0)).unwrap().0
    };
    let engine = open();
    engine.create("kept", 1, BTreeMap::from([("retention.ms".into(), "-1".into())])).unwrap();
    engine.create("t", 1, BTreeMap::new()).unwrap();
    let range = |engine: &Engine, name: &str| engine.topics.get(name).unwrap().partition(0).unwrap().range();
    for name in ["kept", "t"] {
        let topic = engine.topics.get(name).unwrap();
        topic.partition(0).unwrap().append(&request(b"v"), &topic.config(), at(0)).unwrap();
    }
    run_all_jobs(&engine, at(1_000));
    assert_eq!((range(&engine, "kept"), range(&engine, "t")), ((0, 1), (0, 1)));
    run_all_jobs(&engine, at(1_001));
    assert_eq!((range(&engine, "kept"), range(&engine, "t")), ((0, 1), (1, 1)));
    assert_eq!(put(&engine, b"next"), (ErrorCode::None, 1));
    run_all_jobs(&engine, at(TEN_YEARS));
    assert_eq!((range(&engine, "kept"), range(&engine, "t")), ((0, 1), (2, 2)));
    drop(engine);
    let engine = open();
    assert_eq!((range(&engine, "kept"), range(&engine, "t")), ((0, 1), (2, 2)), "after a restart");
}

/// With the newest record deleted, file:/// knew none, and memory:// neither where the rest of its batch was kept.
#[test]
fn times_are_looked_up_among_what_is_kept() {
    let (engine, files) = (Engine::new(Settings::default()), MemoryFiles::default());
    for engine in [engine, open(&files, Fsync::Interval).0] {
        let topic = engine.create_topic("t", Some(1), small()).unwrap();
        let partition = topic.partition(0).unwrap();
        for times in [&[30, 10, 20][..], &[5, 6]] {
            let records: Vec<_> = times.iter().map(|ms| (WALL + ms, None, Some(&b"v"[..]))).collect();
            partition.append(&batch(&records), &topic.config(), at(0)).unwrap();
        }
        let found = |ms| {
            partition
                .first_since(WALL + ms, &mut crate::log::InflateBudget::default())
                .unwrap()
                .map(|found| (found.offset, found.timestamp - WALL))
        };
        let latest = || {
            partition
                .latest(&mut crate::log::InflateBudget::default())
                .unwrap()
                .map(|found| (found.offset, found.timestamp - WALL))
        };
        assert_eq!((found(0), found(25), latest()), (Some((0, 30)), Some((0, 30)), Some((0, 30))));
        partition.delete_records(1).unwrap();
        assert_eq!((found(0), found(25), latest()), (Some((1, 10)), None, Some((2, 20))));
        partition.delete_records(3).unwrap();
        assert_eq!((found(0), found(6), found(7), latest()), (Some((3, 5)), Some((4, 6)), None, Some((4, 6))));
        partition.delete_records(5).unwrap();
        assert_eq!((found(0), latest()), (None, None));
    }
}

/// Kafka made 28 syncs for 20 records with `flush.messages=1`; here a second could be lost.
#[test]
fn the_record_that_completes_flush_messages_waits_for_the_sync() {
    let files = MemoryFiles::default();
    let (engine, _) = open(&files, Fsync::Interval);
    engine.create_topic("t", Some(1), TopicConfig { flush_messages: 3, ..small() }).unwrap();
    assert_eq!((put(&engine, b"a").0, put(&engine, b"b").0), (ErrorCode::None, ErrorCode::None));
    assert!(!flush_is_due(&engine));
    let batch = request(b"c");
    let parked = park(&engine, &batch);
    assert!(flush_is_due(&engine));
    engine.flush();
    assert!(parked.ticket.is_woken());
    assert_eq!(resume(&engine, &batch, parked).0, ErrorCode::None);
    assert!(!flush_is_due(&engine));
    assert_eq!(engine.next_deadline(), None);
    // A power cut takes what came after it.
    assert_eq!(put(&engine, b"d").0, ErrorCode::None);
    drop(engine);
    let (engine, _) = open(&files.after_power_cut(), Fsync::Interval);
    assert_eq!(engine.topics.get("t").unwrap().partition(0).unwrap().range(), (0, 3));
}

fn flush_is_due(engine: &Engine) -> bool {
    engine.poll_flush(std::task::Waker::noop())
}

#[test]
fn flush_ms_asks_for_a_sync_in_time() {
    let (engine, _) = open(&MemoryFiles::default(), Fsync::Interval);
    engine.create_topic("t", Some(1), TopicConfig { flush_ms: 200, ..small() }).unwrap();
    assert_eq!(engine.next_deadline(), None);
    assert_eq!(put(&engine, b"a").0, ErrorCode::None);
    assert_eq!(engine.next_deadline(), Some(at(200).instant));
    engine.fire(at(200));
    assert!(flush_is_due(&engine));
    engine.flush();
    assert_eq!(engine.next_deadline(), None);
}

#[test]
fn an_interval_sync_comes_a_second_after_the_first_append() {
    let files = MemoryFiles::default();
    let (engine, _) = open(&files, Fsync::Interval);
    engine.create_topic("t", Some(1), small()).unwrap();
    assert_eq!((put(&engine, b"a").0, put(&engine, b"b").0), (ErrorCode::None, ErrorCode::None));
    assert_eq!((engine.fire(at(999)), flush_is_due(&engine)), (0, false));
    assert_eq!((engine.fire(at(1_000)), flush_is_due(&engine)), (1, true));
    engine.flush();
    assert_eq!((engine.next_deadline(), flush_is_due(&engine)), (None, false), "nothing is left to sync");
    drop(engine);
    let (engine, _) = open(&files.after_power_cut(), Fsync::Interval);
    assert_eq!(engine.topics.get("t").unwrap().partition(0).unwrap().range(), (0, 2));
}
