//! Damaged and missing data: the client, the log and the operator are each informed once.

use super::*;
use wire::{
    codec::concat,
    message::{
        fetch_request::{FetchPartition, FetchRequest, FetchTopic},
        fetch_response::FetchResponse,
    },
};

/// Three segments of one record each, closed in order: offsets 0, 1 and 2.
fn three_segments() -> MemoryFiles {
    let files = MemoryFiles::default();
    let (engine, _) = open(&files, Fsync::Interval);
    let config = TopicConfig { segment_bytes: 100, ..small() };
    engine.create_topic("t", Some(1), config).unwrap();
    for value in [&[b'a'; 60], &[b'b'; 60], &[b'c'; 60]] {
        assert_eq!(put(&engine, value).0, ErrorCode::None);
    }
    engine.close().unwrap();
    assert!(files.paths().contains(&name(2)), "{:?}", files.paths());
    files
}

fn name(base: i64) -> String {
    format!("t-0/{base:020}.log")
}

/// The code, and the first offset of what is read.
fn fetch(engine: &Engine, offset: i64) -> (ErrorCode, Option<i64>) {
    let part = FetchPartition { fetch_offset: offset, partition_max_bytes: 1, ..Default::default() };
    let part = FetchPartition { current_leader_epoch: -1, ..part };
    let topics = vec![FetchTopic { topic: "t", partitions: vec![part], ..Default::default() }];
    let request = FetchRequest { session_epoch: -1, max_bytes: 1 << 20, topics, ..Default::default() };
    let Outcome::Reply(pieces) = send(engine, at(0), 1, 11, &Request::Fetch(request)) else { panic!("it waits") };
    let bytes = concat(&pieces).unwrap();
    let response = FetchResponse::decode(&mut Reader::new(&bytes[8..]), 11).unwrap();
    let part = &response.responses[0].partitions[0];
    let Some(wire::message::Records::Whole(records)) = part.records else { panic!("as they are") };
    let first = (!records.is_empty()).then(|| wire::batch::Batch::stored(records).base_offset());
    (ErrorCode::from_code(part.error_code).unwrap(), first)
}

/// It was KAFKA_STORAGE_ERROR for ever, which clients try again without a word, and nothing was logged.
#[test]
fn a_header_that_rots_while_the_broker_runs_is_told() {
    for (at, bits) in [(16, 0x40), (8, 0x7f)] {
        let files = three_segments();
        let (engine, notices) = open(&files, Fsync::Interval);
        assert_eq!((notices, files.damages()), (Vec::new(), Vec::new()));
        files.change(&name(1), |bytes| bytes[at] ^= bits);
        assert_eq!(fetch(&engine, 0), (ErrorCode::None, Some(0)));
        for _ in 0..3 {
            assert_eq!(fetch(&engine, 1), (ErrorCode::CorruptMessage, None));
        }
        assert_eq!(fetch(&engine, 2), (ErrorCode::None, Some(2)));
        let told = files.damages();
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].starts_with(&format!("{} cannot be read at offset 1: it is damaged", name(1))), "{told:?}");
    }
}

/// It was served, and librdkafka with `check.crcs` ended its process on it.
#[test]
fn a_batch_whose_checksum_was_found_wrong_is_not_served() {
    let files = three_segments();
    files.change(&name(1), |bytes| *bytes.last_mut().unwrap() ^= 1);
    let (engine, notices) = open(&files, Fsync::Interval);
    assert!(notices.len() == 1 && notices[0].contains("is damaged at byte 0"), "{notices:?}");
    assert_eq!(files.damages(), notices, "the operator is told as well");
    assert_eq!(fetch(&engine, 1), (ErrorCode::CorruptMessage, None));
    assert_eq!(fetch(&engine, 0), (ErrorCode::None, Some(0)));
    assert_eq!(fetch(&engine, 2), (ErrorCode::None, Some(2)));
    assert_eq!(files.damages(), Vec::<String>::new(), "once");
}

const REMEDY: &str = "are missing. Restore them from a backup, or let consumers go on behind them";

/// 1,414 acknowledged records were gone without a word, and consumers went on behind them.
#[test]
fn a_segment_in_the_middle_that_is_gone_or_empty_is_reported() {
    for emptied in [false, true] {
        let files = three_segments();
        match emptied {
            true => files.change(&name(1), Vec::clear),
            false => files.remove(&name(1)).unwrap(),
        }
        for round in 0..2 {
            let (engine, notices) = open(&files, Fsync::Interval);
            assert_eq!(notices, [format!("t-0: the records from offset 1 to 1 {REMEDY}")]);
            assert_eq!(files.damages(), notices);
            assert_eq!(fetch(&engine, 0), (ErrorCode::None, Some(0)));
            // The client has an error once, and goes on.
            assert_eq!(fetch(&engine, 1), (ErrorCode::CorruptMessage, None), "round {round}");
            assert_eq!(fetch(&engine, 1), (ErrorCode::None, Some(2)));
            engine.close().unwrap();
        }
    }
}

#[test]
fn the_first_and_the_last_segment_that_are_gone_are_reported() {
    let files = three_segments();
    files.remove(&name(0)).unwrap();
    let (engine, notices) = open(&files, Fsync::Interval);
    assert_eq!(notices, [format!("t-0: the records from offset 0 to 0 {REMEDY}")]);
    assert_eq!(fetch(&engine, 0).0, ErrorCode::OffsetOutOfRange);
    let files = three_segments();
    files.remove(&name(2)).unwrap();
    let (engine, notices) = open(&files, Fsync::Interval);
    assert_eq!(notices, [format!("t-0: the records from offset 2 to 2 {REMEDY}")]);
    assert_eq!(files.damages(), notices);
    assert_eq!(engine.topics.get("t").unwrap().partition(0).unwrap().offsets().high_watermark, 2);
}

/// Ten segments of one key, compacted: the last one is left. The topic is not compacted any more.
fn formerly_compacted() -> MemoryFiles {
    let files = MemoryFiles::default();
    let (engine, _) = open(&files, Fsync::Interval);
    let compacted = TopicConfig { compact: true, delete: false, segment_bytes: 100, ..small() };
    let topic = engine.create_topic("t", Some(1), compacted.clone()).unwrap();
    (0..10).for_each(|value| assert_eq!(put(&engine, &[value; 60]).0, ErrorCode::None));
    topic.partition(0).unwrap().run_maintenance(&compacted, i64::MAX, at(1));
    // For the next starts, too.
    let mut config = TopicConfig { segment_bytes: 100, ..small() };
    config.overrides.insert("internal.segment.bytes".into(), "100".into());
    topic.set_config(std::sync::Arc::new(config)).unwrap();
    engine.close().unwrap();
    assert!(!files.paths().contains(&name(5)), "{:?}", files.paths());
    files
}

#[test]
fn what_compaction_has_removed_is_not_missed_though_the_topic_is_not_compacted_any_more() {
    let files = formerly_compacted();
    let (engine, notices) = open(&files, Fsync::Interval);
    assert_eq!((notices, files.damages()), (Vec::new(), Vec::new()));
    // The active segment is not compacted.
    assert_eq!(fetch(&engine, 1), (ErrorCode::None, Some(8)));
    (10..14).for_each(|value| assert_eq!(put(&engine, &[value; 60]).0, ErrorCode::None));
    engine.close().unwrap();
    // Behind what was compacted a segment is missed.
    files.remove(&name(11)).unwrap();
    let (engine, notices) = open(&files, Fsync::Interval);
    assert_eq!(notices, [format!("t-0: the records from offset 11 to 11 {REMEDY}")]);
    assert_eq!(fetch(&engine, 11), (ErrorCode::CorruptMessage, None));
    assert_eq!(fetch(&engine, 11), (ErrorCode::None, Some(12)));
}

/// A folder of the version before this one does not say how far its logs were compacted.
#[test]
fn gaps_of_an_earlier_version_are_not_reported_and_later_ones_are() {
    let files = formerly_compacted();
    files.remove("cleaner-offset-checkpoint").unwrap();
    for _ in 0..2 {
        let (engine, notices) = open(&files, Fsync::Interval);
        assert_eq!((notices, files.damages()), (Vec::new(), Vec::new()));
        engine.close().unwrap();
    }
    let (engine, _) = open(&files, Fsync::Interval);
    (10..14).for_each(|value| assert_eq!(put(&engine, &[value; 60]).0, ErrorCode::None));
    engine.close().unwrap();
    files.remove(&name(11)).unwrap();
    assert_eq!(open(&files, Fsync::Interval).1, [format!("t-0: the records from offset 11 to 11 {REMEDY}")]);
}

/// A new topic in the folder of one that was compacted has gaps of its own.
#[test]
fn a_topic_of_the_same_name_does_not_inherit_the_gaps() {
    let files = formerly_compacted();
    let (engine, _) = open(&files, Fsync::Interval);
    let id = engine.topics.get("t").unwrap().id;
    engine.topics.remove(id).unwrap();
    engine.create_topic("t", Some(1), TopicConfig { segment_bytes: 100, ..small() }).unwrap();
    (0..4).for_each(|value| assert_eq!(put(&engine, &[value; 60]).0, ErrorCode::None));
    engine.close().unwrap();
    files.remove(&name(2)).unwrap();
    assert_eq!(open(&files, Fsync::Interval).1, [format!("t-0: the records from offset 2 to 2 {REMEDY}")]);
}

/// 1,414 acknowledged records were gone without a word.
#[test]
fn a_folder_that_is_gone_is_told() {
    for emptied in [false, true] {
        let files = three_segments();
        let paths: Vec<String> = files.paths().into_iter().filter(|path| path.starts_with("t-0/")).collect();
        match emptied {
            true => paths.iter().for_each(|path| files.remove(path).unwrap()),
            false => files.remove("t-0").unwrap(),
        }
        let (engine, notices) = open(&files, Fsync::Interval);
        assert_eq!(notices, ["t-0: its records are gone, and it begins anew at offset 0"]);
        assert_eq!(files.damages(), notices);
        assert_eq!(fetch(&engine, 1).0, ErrorCode::OffsetOutOfRange);
        assert_eq!(put(&engine, b"new"), (ErrorCode::None, 0));
    }
}

/// Deleted records leave a gap, and nothing is wrong with that.
#[test]
fn deleted_records_are_not_missed() {
    let files = three_segments();
    let (engine, _) = open(&files, Fsync::Interval);
    engine.topics.get("t").unwrap().partition(0).unwrap().delete_records(2).unwrap();
    run_all_jobs(&engine, at(0));
    assert!(!files.paths().contains(&name(1)), "{:?}", files.paths());
    engine.close().unwrap();
    let (_, notices) = open(&files, Fsync::Interval);
    assert_eq!((notices, files.damages()), (Vec::new(), Vec::new()));
}
