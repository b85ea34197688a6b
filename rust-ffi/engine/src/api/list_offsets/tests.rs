use std::sync::Arc;

use wire::message::{Reader, Request};

use super::*;
use crate::{
    Instant, Now, Settings,
    configs::TopicConfig,
    log::{
        EndTxnMarker,
        testing::{batch, transactional},
    },
    store::{Fsync, Store, memory::MemoryFiles},
    testing::ask,
};

const WALL: i64 = 1_790_000_000_000;
const READ_COMMITTED: i8 = 1;

fn now() -> Now {
    Now { instant: Instant(0), wall_ms: WALL }
}

/// Offset and timestamp of topic `t`.
fn asked(engine: &Engine, isolation_level: i8, timestamp: i64) -> (i64, i64) {
    let partition = ListOffsetsPartition { partition_index: 0, current_leader_epoch: -1, timestamp };
    let topics = vec![ListOffsetsTopic { name: "t", partitions: vec![partition] }];
    let request = ListOffsetsRequest { replica_id: -1, isolation_level, topics, ..Default::default() };
    let body = ask(engine, 2, 10, &Request::ListOffsets(request));
    let response = ListOffsetsResponse::decode(&mut Reader::new(&body), 10).unwrap();
    let found = &response.topics[0].partitions[0];
    assert_eq!(found.error_code, 0);
    (found.offset, found.timestamp)
}

/// A lookup by time found a record that no Fetch returned, and a power cut could still take it.
#[test]
fn with_fsync_always_a_lookup_by_time_finds_only_what_is_synced() {
    let store = Store { files: Arc::new(MemoryFiles::default()), fsync: Fsync::Always };
    let (engine, _) = Engine::open(Settings::default(), store, now()).unwrap();
    let topic = engine.create_topic("t", Some(1), TopicConfig::default()).unwrap();
    let partition = topic.partition(0).unwrap();
    partition.append(&batch(&[(WALL, None, Some(b"v"))]), &topic.config(), now()).unwrap();
    let found = |timestamp| asked(&engine, 0, timestamp);
    assert_eq!((found(WALL), found(MAX_TIMESTAMP), found(LATEST)), ((-1, -1), (-1, -1), (0, -1)));
    partition.sync();
    assert_eq!((found(WALL), found(MAX_TIMESTAMP), found(LATEST)), ((0, WALL), (0, WALL), (1, -1)));
}

#[test]
fn a_read_committed_lookup_stops_at_the_last_stable_offset() {
    let engine = Engine::new(Settings::default());
    let topic = engine.create_topic("t", Some(1), TopicConfig::default()).unwrap();
    let partition = topic.partition(0).unwrap();
    partition.append(&batch(&[(WALL - 5, None, Some(b"v"))]), &topic.config(), now()).unwrap();
    let open = transactional((WALL, None, Some(b"v")), 7, 0, 0);
    partition.append(&open, &topic.config(), now()).unwrap();
    let found = |timestamp| asked(&engine, READ_COMMITTED, timestamp);
    assert_eq!((found(WALL), found(MAX_TIMESTAMP), found(LATEST)), ((-1, -1), (-1, -1), (1, -1)));
    assert_eq!((found(WALL - 5), asked(&engine, 0, WALL)), ((0, WALL - 5), (1, WALL)));
    let marker = EndTxnMarker { producer_id: 7, producer_epoch: 0, coordinator_epoch: 0, committed: true };
    partition.append_marker(&marker, &topic.config(), now()).unwrap();
    assert_eq!((found(WALL), found(MAX_TIMESTAMP), found(LATEST)), ((1, WALL), (1, WALL), (3, -1)));
}
