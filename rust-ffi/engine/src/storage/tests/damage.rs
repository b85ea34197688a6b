//! Damaged data folders, and folders with foreign files.

use super::*;
use wire::{
    codec::{FramePart, concat},
    message::{
        fetch_request::{FetchPartition, FetchRequest, FetchTopic},
        fetch_response::FetchResponse,
    },
};

const METADATA: &str = "__cluster_metadata-0/00000000000000000000.log";

type Contents = Vec<(String, Vec<u8>)>;

fn contents(files: &MemoryFiles) -> Contents {
    let mut all = Vec::new();
    for path in files.paths() {
        let mut bytes = Vec::new();
        files.change(&path, |content| bytes.clone_from(content));
        all.push((path, bytes));
    }
    all
}

/// A folder with the topic `t`, one partition, and these values.
fn folder(values: &[&[u8]], in_order: bool) -> MemoryFiles {
    let files = MemoryFiles::default();
    let (engine, _) = open(&files, Fsync::Interval);
    engine.create_topic("t", Some(1), small()).unwrap();
    values.iter().for_each(|value| assert_eq!(put(&engine, value).0, ErrorCode::None));
    if in_order {
        engine.close().unwrap();
    }
    files
}

/// The sentence; and nothing was changed.
fn refused(files: &MemoryFiles) -> String {
    let before = contents(files);
    let why = open_with(Arc::new(files.clone()), Fsync::Interval).unwrap_err();
    assert!(contents(files) == before, "the folder was changed");
    why
}

fn flip(files: &MemoryFiles, path: &str, at: usize) {
    files.change(path, |bytes| bytes[at] ^= 0xff);
}

/// The first batch of the metadata was rotten: all topics were gone, and a line in the log said so.
#[test]
fn rotten_metadata_is_refused_and_left_as_it_was() {
    let files = folder(&[b"a"], false);
    open(&files, Fsync::Interval).0.create_topic("u", Some(1), small()).unwrap();
    flip(&files, METADATA, 70);
    let why = refused(&files);
    assert!(why.contains(METADATA) && why.contains("at byte 0, and what follows is whole"), "{why}");
    assert!(why.contains("Restore it from a backup"), "{why}");

    let files = folder(&[], true);
    flip(&files, METADATA, 70);
    assert!(refused(&files).contains("stopped in order"));

    let files = folder(&[b"a"], false);
    flip(&files, METADATA, 70);
    let why = refused(&files);
    assert!(why.contains("the topic of t-0, which has records, would be lost"), "{why}");
}

#[test]
fn a_torn_end_of_the_metadata_is_cut_off_and_said() {
    let files = folder(&[b"a"], false);
    files.change(METADATA, |bytes| bytes.extend_from_slice(&bytes.clone()[..50]));
    let (engine, notices) = open(&files, Fsync::Interval);
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert_eq!(values(&engine), [b"a"]);
}

/// Without fsync a power cut may take a topic and leave its records: the broker starts, and they are kept.
#[test]
fn records_of_an_unknown_topic_are_set_aside() {
    let files = folder(&[b"a"], false);
    files.change(METADATA, Vec::clear);
    let log = "t-0/00000000000000000000.log";
    let mut records = Vec::new();
    files.change(log, |bytes| records.clone_from(bytes));
    for round in 0..2 {
        let (engine, notices) = open_with(Arc::new(files.clone()), Fsync::Never).unwrap();
        let new = format!("t-0.{round}-stray");
        assert_eq!(notices.len(), 1, "{notices:?}");
        assert!(notices[0].ends_with(&format!("it is kept as {new}")), "{notices:?}");
        files.change(&format!("{new}/00000000000000000000.log"), |bytes| assert!(*bytes == records));
        engine.create_topic("t", Some(1), small()).unwrap();
        assert_eq!(put(&engine, b"a"), (ErrorCode::None, 0));
        drop(engine);
        files.change(METADATA, Vec::clear);
    }
    // The longest name that a topic may have.
    let long = "l".repeat(249);
    files.create_folder(&format!("{long}-99999")).unwrap();
    files.open(&format!("{long}-99999/00000000000000000000.log")).unwrap().append(&[b"a"]).unwrap();
    let (_, notices) = open(&files, Fsync::Interval);
    assert!(notices.iter().any(|said| said.ends_with(&format!(" {}-99999.0-stray", "l".repeat(241)))), "{notices:?}");
}

/// A partition beyond those that the topic is known to have is none of it; names that only look like one, and a file,
/// belong to no partition.
#[test]
fn what_is_no_partition_is_left_alone() {
    let files = folder(&[b"a"], false);
    let log = "00000000000000000000.log";
    for name in ["t-1", "t-01", "t-x", "u-+1", "x-1", "y-1"] {
        files.create_folder(name).unwrap();
        let log = if name == "x-1" { "foreign.log" } else { log };
        files.open(&format!("{name}/{log}")).unwrap().append(&[b"a"]).unwrap();
    }
    files.open("core-4711").unwrap().append(&[b"a"]).unwrap();
    let (engine, notices) = open(&files, Fsync::Interval);
    let aside: Vec<&str> = notices.iter().map(|said| said.rsplit(' ').next().unwrap()).collect();
    assert_eq!(aside, ["t-1.0-stray", "y-1.0-stray"], "{notices:?}");
    assert_eq!(values(&engine), [b"a"]);
    let names = files.list("").unwrap();
    for name in ["t-01", "t-x", "u-+1", "x-1", "core-4711"] {
        assert!(names.contains(&name.to_owned()), "{name}");
    }
}

#[test]
fn metadata_that_no_broker_writes_is_refused() {
    let topic = |partitions: i32| [&[0, 0][..], &[7; 16], &partitions.to_be_bytes(), &[0; 4]].concat();
    for (key, value, said) in [
        ("topic/u", topic(i32::MAX), "has 2147483647 partitions, and there are 0 folders"),
        ("topic/u", topic(-1), "has -1 partitions"),
        ("topic/../u", topic(1), "Topic name is invalid"),
        ("topic/u", vec![0, 0], "'topic/u' cannot be read"),
        ("producer-ids", i64::MAX.to_be_bytes().to_vec(), "'producer-ids' is"),
        ("new", Vec::new(), "a newer one wrote it"),
    ] {
        let files = folder(&[], false);
        let mut bytes = wire::batch::build(&[(Some(key.as_bytes()), Some(&value))], -1);
        wire::batch::set_base_offset(&mut bytes, 100);
        files.change(METADATA, |log| log.extend_from_slice(&bytes));
        let why = refused(&files);
        assert!(why.contains(said), "{key}: {why}");
    }
}

#[test]
fn a_log_of_another_name_is_left_alone_and_said() {
    for name in ["09223372036854775807.log", "99999999999999999999.log", "foreign.log"] {
        let files = folder(&[b"a"], false);
        let path = format!("t-0/{name}");
        files.open(&path).unwrap().append(&[b"whose?"]).unwrap();
        let (engine, notices) = open(&files, Fsync::Interval);
        assert_eq!(notices, [format!("t-0: {name} is no segment of a log and is left as it is")]);
        assert_eq!(put(&engine, b"b"), (ErrorCode::None, 1));
        assert_eq!(values(&engine), [b"a", b"b"]);
        files.change(&path, |bytes| assert_eq!(*bytes, b"whose?"));
    }
}

/// An empty file of this name took the log back to its offset, and what came next was written over what was there.
#[test]
fn a_segment_within_another_is_refused() {
    let files = folder(&[b"a", b"b", b"c"], false);
    files.open("t-0/00000000000000000001.log").unwrap();
    let why = refused(&files);
    assert!(why.contains("t-0: 00000000000000000001.log begins before the segment before it ends"), "{why}");
    assert!(why.contains("Move it away"), "{why}");
}

/// The checksum of a batch does not cover its offset.
#[test]
fn an_offset_from_nowhere_ends_a_log() {
    let files = folder(&[b"a", b"b"], false);
    files.change("t-0/00000000000000000000.log", |bytes| {
        let second = bytes.len() / 2;
        bytes[second] = 0x7f;
    });
    let (engine, notices) = open(&files, Fsync::Interval);
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert_eq!(put(&engine, b"c"), (ErrorCode::None, 1));
    assert_eq!(values(&engine), [b"a", b"c"]);
}

#[test]
fn an_index_that_leads_astray_costs_no_records() {
    let sent: Vec<Vec<u8>> = (0..60u8).map(|i| vec![i; 50_000]).collect();
    let path = "t-0/00000000000000000000.index";
    // The last entry is right, or the start would notice. Into the middle of batches, and past one of them.
    let bends: [fn(&mut Vec<u8>); 2] = [
        |bytes| bytes.chunks_exact_mut(8).take(10).for_each(|entry| entry[7] ^= 1),
        |bytes| drop(bytes.drain(4 * 8 - 4..5 * 8 - 4)),
    ];
    for bend in bends {
        let files = folder(&sent.iter().map(Vec::as_slice).collect::<Vec<_>>(), true);
        files.change(path, bend);
        let (engine, notices) = open(&files, Fsync::Interval);
        assert_eq!(notices, Vec::<String>::new());
        assert!(values(&engine) == sent);
    }
}

/// A client that asked for fifty megabytes and did not take them made the broker hold them.
#[test]
fn a_large_answer_lies_in_its_file_until_it_is_sent() {
    let files = MemoryFiles::default();
    let (engine, _) = open(&files, Fsync::Interval);
    let topic = engine.create_topic("t", Some(1), TopicConfig { segment_bytes: 2 << 20, ..small() }).unwrap();
    let sent: Vec<Vec<u8>> = (0..60u8).map(|i| vec![i; 50_000]).collect();
    sent.iter().for_each(|value| assert_eq!(put(&engine, value).0, ErrorCode::None));
    let (mut from, mut found) = (0, Vec::new());
    while from < 60 {
        let part = FetchPartition {
            fetch_offset: from,
            partition_max_bytes: i32::MAX,
            current_leader_epoch: -1,
            ..Default::default()
        };
        let topics = vec![FetchTopic { topic: "t", partitions: vec![part], ..Default::default() }];
        let request = Request::Fetch(FetchRequest { session_epoch: -1, topics, ..Default::default() });
        let Outcome::Reply(pieces) = send(&engine, at(0), 1, 11, &request) else { panic!("there is something") };
        let held =
            pieces.iter().filter(|piece| matches!(piece, FramePart::Bytes(_))).map(FramePart::len).sum::<usize>();
        assert!(held < 2 << 20, "{held} bytes");
        if from == 0 {
            assert!(held < 2_000, "{held} bytes");
            // It is sent all the same.
            topic.partition(0).unwrap().delete_records(41).unwrap();
            topic.partition(0).unwrap().run_maintenance(&topic.config(), i64::MAX, at(0));
            assert!(!files.paths().contains(&"t-0/00000000000000000000.log".to_owned()));
        }
        let bytes = concat(&pieces).unwrap();
        let response = FetchResponse::decode(&mut Reader::new(&bytes[8..]), 11).unwrap();
        let Some(wire::message::Records::Whole(mut rest)) = response.responses[0].partitions[0].records else {
            panic!("records are read as they are")
        };
        while !rest.is_empty() {
            let (batch, after) = wire::batch::Batch::first(rest).unwrap();
            assert_eq!(batch.base_offset(), from);
            let record = wire::record::Records::new(batch.record_bytes(), 1).next().unwrap().unwrap();
            found.push(record.value.unwrap().to_vec());
            (from, rest) = (from + 1, after);
        }
    }
    assert!(found == sent);
}
