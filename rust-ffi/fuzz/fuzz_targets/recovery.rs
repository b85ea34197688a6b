//! What a data folder may have become: files of one that was in order are bent, cut, exchanged and added to. Opening it
//! never panics; if it is refused, nothing is lost; and if it is opened, what lies before the damage can be read, and
//! opening the result once more finds the same and has nothing to say.
#![no_main]

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use engine::{
    RequestContext, Engine, Fsync, Instant, Now, Outcome, Settings, Store,
    store::{Files, memory::MemoryFiles},
};
use libfuzzer_sys::fuzz_target;
use wire::{
    batch::{self, Batch},
    codec::concat,
    message::{
        Reader, Request, Writer,
        fetch_request::{FetchPartition, FetchRequest, FetchTopic},
        fetch_response::FetchResponse,
        offset_commit_request::{OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic},
        produce_request::{PartitionProduceData, ProduceRequest, TopicProduceData},
    },
};

const NOW: Now = Now { instant: Instant(0), wall_ms: 1_790_000_000_000 };
const DAMAGES_MAX: usize = 6;
/// Files that are not there before, by the names that may make trouble.
const STRANGERS: &[&str] = &[
    "t-0/09223372036854775807.log",
    "t-0/09223372036854775806.log",
    "t-0/99999999999999999999.log",
    "t-0/00000000000000000007.log",
    "t-0/foreign.log",
    "t-0/00000000000000000007.snapshot",
    "t-0/00000000000000000000.index",
    "t-0/00000000000000000000.timeindex",
    "t-1/x.tmp",
    "__cluster_metadata-0/00000000000000000000.index",
    "__cluster_metadata-0/00000000000000001000.log",
    "log-start-offset-checkpoint",
    ".kafka_cleanshutdown",
];

type Contents = BTreeMap<String, Vec<u8>>;

fn ask(engine: &Engine, key: i16, version: i16, request: &Request<'_>) -> Vec<u8> {
    let mut writer = Writer::new();
    request.encode(&mut writer, version).expect("it is in order");
    let (now, client_host) = (NOW, "/127.0.0.1");
    let (correlation_id, client_id, first_error) = (1, None, None);
    let context = RequestContext { now, key, version, correlation_id, client_id, client_host, first_error };
    match engine.request(&context, &writer.into_parts().concat()) {
        Outcome::Reply(pieces) => concat(&pieces).expect("memory"),
        other => panic!("{other:?}"),
    }
}

fn open(files: &MemoryFiles) -> Result<(Engine, Vec<String>), String> {
    let store = Store { files: Arc::new(files.clone()), fsync: Fsync::Interval };
    Engine::open(Settings::default(), store, NOW)
}

fn contents(files: &MemoryFiles) -> Contents {
    let read = |path: String| {
        let file = files.open(&path).expect("it is there");
        let mut bytes = vec![0; file.size().expect("memory") as usize];
        file.read(0, &mut bytes).expect("memory");
        (path, bytes)
    };
    files.paths().into_iter().map(read).collect()
}

fn folder(contents: &Contents) -> MemoryFiles {
    let files = MemoryFiles::default();
    for (path, bytes) in contents {
        if let Some((folder, _)) = path.rsplit_once('/') {
            files.create_folder(folder).expect("memory");
        }
        files.open(path).expect("memory").append(&[bytes]).expect("memory");
    }
    files
}

/// A folder in order: one topic, several segments, offsets of a group.
fn sound() -> Contents {
    let files = MemoryFiles::default();
    let (engine, _) = open(&files).expect("a new folder");
    let configs = BTreeMap::from([("segment.bytes".to_owned(), "1048576".to_owned())]);
    engine.create("t", 2, configs).expect("a new topic");
    let value = vec![7; 300_000];
    for i in 0..9usize {
        let records = batch::build(&[(Some(b"key"), Some(&value[..if i < 5 { value.len() } else { 20 }]))], -1);
        let partition_data =
            vec![PartitionProduceData { index: i as i32 % 2 * i32::from(i > 5), records: Some(&records) }];
        let topic_data = vec![TopicProduceData { name: "t", partition_data, ..Default::default() }];
        ask(&engine, 0, 8, &Request::Produce(ProduceRequest { acks: -1, topic_data, ..Default::default() }));
    }
    let partitions = vec![OffsetCommitRequestPartition { committed_offset: 3, ..Default::default() }];
    let topics = vec![OffsetCommitRequestTopic { name: "t", partitions, ..Default::default() }];
    let commit = OffsetCommitRequest { group_id: "g", generation_id_or_member_epoch: -1, topics, ..Default::default() };
    ask(&engine, 8, 7, &Request::OffsetCommit(commit));
    engine.close().expect("memory");
    contents(&files)
}

/// The base offsets of the whole batches in the undamaged beginning of a partition.
fn kept(before: &Contents, after: &Contents, partition: usize) -> Vec<i64> {
    let prefix = format!("t-{partition}/");
    let mut offsets = Vec::new();
    for (path, old) in before.iter().filter(|(path, _)| path.starts_with(&prefix) && path.ends_with(".log")) {
        let new = after.get(path).map_or(&[][..], Vec::as_slice);
        let same = old.iter().zip(new).take_while(|(old, new)| old == new).count();
        let mut rest = &old[..same];
        while let Ok((batch, tail)) = Batch::first(rest) {
            offsets.push(batch.base_offset());
            rest = tail;
        }
        if same < old.len() || new.len() > old.len() {
            break;
        }
    }
    offsets
}

/// Reads whole batches from the start of a partition on, for as long as it goes well.
fn readable(engine: &Engine, partition: i32, until: i64) -> Vec<i64> {
    let mut found = Vec::new();
    let mut from = 0;
    while from <= until {
        let part = FetchPartition {
            partition,
            fetch_offset: from,
            partition_max_bytes: 1 << 20,
            current_leader_epoch: -1,
            ..Default::default()
        };
        let request = FetchRequest {
            session_epoch: -1,
            topics: vec![FetchTopic { topic: "t", partitions: vec![part], ..Default::default() }],
            ..Default::default()
        };
        let answer = ask(engine, 1, 11, &Request::Fetch(request));
        let answer = FetchResponse::decode(&mut Reader::new(&answer[8..]), 11).expect("it is ours");
        let Some(wire::message::Records::Whole(mut rest)) = answer.responses[0].partitions[0].records else { break };
        let before = from;
        while let Ok((batch, tail)) = Batch::first(rest) {
            found.push(batch.base_offset());
            (from, rest) = (batch.last_offset() + 1, tail);
        }
        if from == before {
            break;
        }
    }
    found
}

fn ranges(engine: &Engine) -> Vec<(String, Vec<(i64, i64)>)> {
    let of = |topic: Arc<engine::Topic>| {
        (topic.name.clone(), topic.partitions().iter().map(|partition| partition.range()).collect())
    };
    engine.topics().into_iter().map(of).collect()
}

/// Bends one file as the next bytes say; returns what is left of them.
fn damage<'a>(folder: &mut Contents, data: &'a [u8]) -> Option<&'a [u8]> {
    let [which, how, high, low, len, rest @ ..] = data else { return None };
    let (bytes, rest) = rest.split_at((*len as usize).min(rest.len()));
    let which = *which as usize % (folder.len() + STRANGERS.len());
    let path = match folder.keys().nth(which) {
        Some(path) => path.clone(),
        None => STRANGERS[which - folder.len()].to_owned(),
    };
    let file = folder.entry(path).or_default();
    // From the front, or from the end: both are where the interesting places are.
    let place = usize::from(*high & 0x7f) << 8 | usize::from(*low);
    let at = if high & 0x80 == 0 { place.min(file.len()) } else { file.len().saturating_sub(place) };
    match how % 6 {
        0 => file.iter_mut().skip(at).zip(bytes).for_each(|(old, new)| *old = *new),
        1 => file.truncate(at),
        2 => drop(file.splice(at..at, bytes.iter().copied())),
        3 => *file = bytes.to_vec(),
        4 => file.extend(bytes),
        // Anything at all under a right checksum.
        _ => {
            let (key, value) = bytes.split_at(at.min(bytes.len()));
            file.truncate(0);
            file.extend(batch::build(&[(Some(key), Some(value))], -1));
        }
    }
    Some(rest)
}

fuzz_target!(|data: &[u8]| {
    static SOUND: OnceLock<Contents> = OnceLock::new();
    let before = SOUND.get_or_init(sound);
    let mut bent = before.clone();
    let Some((clean, mut rest)) = data.split_first() else { return };
    if clean & 1 == 0 {
        bent.remove(".kafka_cleanshutdown");
    }
    for _ in 0..DAMAGES_MAX {
        let Some(after) = damage(&mut bent, rest) else { break };
        rest = after;
    }
    let files = folder(&bent);
    let Ok((engine, _)) = open(&files) else {
        let after = contents(&files);
        for (path, bytes) in bent.iter().filter(|(path, _)| path.ends_with(".log")) {
            // The torn end of one log may be cut off before another is seen to be foreign.
            assert!(
                after.get(path).is_some_and(|now| bytes.starts_with(now)),
                "{path} was refused, and has been changed"
            );
        }
        return;
    };
    let same = |path: &str| before.get(path) == bent.get(path);
    let metadata_is_same = before.keys().chain(bent.keys()).all(|path| !path.starts_with("__cluster") || same(path));
    if metadata_is_same && same("log-start-offset-checkpoint") {
        for partition in 0..2 {
            let offsets = kept(before, &bent, partition);
            let found = readable(&engine, partition as i32, offsets.last().copied().unwrap_or(-1));
            assert!(found.starts_with(&offsets), "partition {partition}: {offsets:?} were sound, there are {found:?}");
        }
    }
    let opened = ranges(&engine);
    engine.close().expect("memory");
    drop(engine);
    let (engine, notices) = open(&files).expect("it was opened before");
    assert_eq!(ranges(&engine), opened);
    // What is left as it is, or cannot be read, is said again.
    assert!(!notices.iter().any(|notice| notice.contains("cut off")), "{notices:?}");
});
