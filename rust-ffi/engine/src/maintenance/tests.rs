use std::collections::BTreeMap;

use wire::{
    batch::{self, Batch},
    codec::Reader,
    message::{
        Request,
        fetch_request::{FetchPartition, FetchRequest, FetchTopic},
        fetch_response::FetchResponse,
        list_offsets_request::{ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic},
        list_offsets_response::ListOffsetsResponse,
        offset_commit_request::{OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic},
        offset_commit_response::OffsetCommitResponse,
        offset_fetch_request::{OffsetFetchRequest, OffsetFetchRequestTopic},
        offset_fetch_response::OffsetFetchResponse,
        produce_request::{PartitionProduceData, ProduceRequest, TopicProduceData},
        produce_response::ProduceResponse,
    },
    record::Records,
};

use super::*;
use crate::{
    Engine, Settings,
    testing::{ask_at, produce},
};

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;

fn at(ms: u64) -> Now {
    Now { instant: Instant(ms * 1_000), wall_ms: 1_000_000_000_000 + ms as i64 }
}

fn engine(configs: &[(&str, &str)]) -> Engine {
    let broker_configs = configs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let engine = Engine::new(Settings { broker_configs, ..Settings::default() });
    engine.start_jobs(at(0));
    engine
}

fn run(engine: &Engine, now: Now) {
    engine.fire(now);
    engine.run_jobs(now);
}

/// An engine whose time a test moves. Its effects are seen through requests only.
struct World {
    engine: Engine,
    ms: u64,
}

impl World {
    fn with(configs: &[(&str, &str)]) -> World {
        World { engine: engine(configs), ms: 0 }
    }

    fn topic(&self, configs: &[(&str, &str)]) {
        let configs: BTreeMap<_, _> =
            configs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.engine.create("t", 1, configs).unwrap();
    }

    /// Fires each deadline at its own time, and runs what is due by then.
    fn advance(&mut self, ms: u64) {
        let end = self.ms + ms;
        while let Some(next) = self.engine.next_deadline().filter(|next| next.0 <= end * 1_000) {
            self.ms = self.ms.max(next.0 / 1_000);
            self.engine.fire(at(self.ms));
            if self.engine.poll_jobs(Waker::noop()) {
                self.engine.run_jobs(at(self.ms));
            }
        }
        self.ms = end;
    }

    fn ask(&self, key: i16, version: i16, request: Request<'_>) -> Vec<u8> {
        ask_at(&self.engine, at(self.ms), key, version, &request)
    }

    fn put(&self, key: &[u8], value: Option<&[u8]>) {
        let records = batch::build(&[(Some(key), value)], at(self.ms).wall_ms);
        let partition_data = vec![PartitionProduceData { index: 0, records: Some(&records) }];
        let topic_data = vec![TopicProduceData { name: "t", partition_data, ..Default::default() }];
        let request = ProduceRequest { acks: -1, timeout_ms: 1_000, topic_data, ..Default::default() };
        let bytes = self.ask(0, 8, Request::Produce(request));
        let response = ProduceResponse::decode(&mut Reader::new(&bytes), 8).unwrap();
        assert_eq!(response.responses[0].partition_responses[0].error_code, 0);
    }

    /// The log start offset, and the offset and the key of each record.
    fn records(&self) -> (i64, Vec<(i64, Vec<u8>)>) {
        let log_start = self.first_offset();
        let partition = FetchPartition { fetch_offset: log_start, partition_max_bytes: 1 << 20, ..Default::default() };
        let topics = vec![FetchTopic { topic: "t", partitions: vec![partition], ..Default::default() }];
        let request =
            FetchRequest { max_wait_ms: 0, max_bytes: 1 << 20, session_epoch: -1, topics, ..Default::default() };
        let bytes = self.ask(1, 11, Request::Fetch(request));
        let response = FetchResponse::decode(&mut Reader::new(&bytes), 11).unwrap();
        match response.responses[0].partitions[0].records {
            Some(wire::codec::Records::Whole(bytes)) => (log_start, parsed(bytes)),
            ref other => panic!("{other:?}"),
        }
    }

    fn first_offset(&self) -> i64 {
        const EARLIEST: i64 = -2;
        let partition = ListOffsetsPartition { timestamp: EARLIEST, ..Default::default() };
        let topics = vec![ListOffsetsTopic { name: "t", partitions: vec![partition] }];
        let request = ListOffsetsRequest { replica_id: -1, topics, ..Default::default() };
        let bytes = self.ask(2, 5, Request::ListOffsets(request));
        ListOffsetsResponse::decode(&mut Reader::new(&bytes), 5).unwrap().topics[0].partitions[0].offset
    }

    fn commit(&self, group_id: &str) {
        let partition = OffsetCommitRequestPartition { committed_offset: 7, ..Default::default() };
        let topics = vec![OffsetCommitRequestTopic { name: "t", partitions: vec![partition], ..Default::default() }];
        let request = OffsetCommitRequest { group_id, generation_id_or_member_epoch: -1, topics, ..Default::default() };
        let bytes = self.ask(8, 7, Request::OffsetCommit(request));
        let response = OffsetCommitResponse::decode(&mut Reader::new(&bytes), 7).unwrap();
        assert_eq!(response.topics[0].partitions[0].error_code, 0);
    }

    /// The committed offset; -1 if there is none.
    fn committed(&self, group_id: &str) -> i64 {
        let topics = Some(vec![OffsetFetchRequestTopic { name: "t", partition_indexes: vec![0] }]);
        let request = OffsetFetchRequest { group_id, topics, ..Default::default() };
        let bytes = self.ask(9, 7, Request::OffsetFetch(request));
        let response = OffsetFetchResponse::decode(&mut Reader::new(&bytes), 7).unwrap();
        response.topics[0].partitions[0].committed_offset
    }
}

/// The offset and the key of each record.
fn parsed(mut bytes: &[u8]) -> Vec<(i64, Vec<u8>)> {
    let mut all = Vec::new();
    while !bytes.is_empty() {
        let (batch, rest) = Batch::first(bytes).unwrap();
        for record in Records::new(batch.record_bytes(), batch.record_count()) {
            let record = record.unwrap();
            all.push((batch.base_offset() + i64::from(record.offset_delta), record.key.unwrap_or_default().to_vec()));
        }
        bytes = rest;
    }
    all
}

#[test]
fn retention_follows_the_clock() {
    let mut world = World::with(&[]);
    world.topic(&[("retention.ms", "3600000")]);
    world.advance(10 * MINUTE);
    world.put(b"old", Some(b"v"));
    world.advance(HOUR);
    assert_eq!(world.records().0, 0, "an hour is not over");
    // The next checks are at half past a minute, every five minutes.
    world.advance(5 * MINUTE);
    world.put(b"new", Some(b"v"));
    assert_eq!(world.records(), (1, vec![(1, b"new".to_vec())]));
    world.advance(2 * HOUR);
    assert_eq!(world.records(), (2, Vec::new()));
}

#[test]
fn compaction_follows_the_clock() {
    let mut world = World::with(&[]);
    world.topic(&[("cleanup.policy", "compact"), ("segment.ms", "60000"), ("min.cleanable.dirty.ratio", "0")]);
    for key in [b"a", b"b", b"a"] {
        world.put(key, Some(b"v"));
        world.advance(1_000);
    }
    let keys = |world: &World| world.records().1.into_iter().map(|(offset, key)| (offset, key[0])).collect::<Vec<_>>();
    assert_eq!(keys(&world), [(0, b'a'), (1, b'b'), (2, b'a')]);
    // The segment is rolled by the next append after a minute; then the cleaner comes after 15 seconds at most.
    world.advance(2 * MINUTE);
    world.put(b"c", Some(b"v"));
    assert_eq!(keys(&world).len(), 4);
    world.advance(15_000);
    assert_eq!(keys(&world), [(1, b'b'), (2, b'a'), (3, b'c')]);
}

#[test]
fn offsets_expire_by_the_clock() {
    let mut world = World::with(&[("offsets.retention.minutes", "60")]);
    world.topic(&[("retention.ms", "-1")]);
    world.advance(MINUTE);
    world.commit("early");
    world.advance(40 * MINUTE);
    world.commit("late");
    world.advance(20 * MINUTE);
    assert_eq!((world.committed("early"), world.committed("late")), (7, 7), "checked every ten minutes");
    world.advance(9 * MINUTE);
    assert_eq!((world.committed("early"), world.committed("late")), (-1, 7));
    world.advance(40 * MINUTE);
    assert_eq!(world.committed("late"), -1);
}

#[test]
fn an_expiry_before_the_first_group_leaves_the_number_of_its_partitions_open() {
    let mut world = World::with(&[]);
    world.topic(&[]);
    world.advance(HOUR);
    world.engine.create("__consumer_offsets", 1, BTreeMap::new()).unwrap();
    world.commit("g");
    assert_eq!(world.committed("g"), 7);
}

#[test]
fn a_job_that_is_due_wakes_its_thread_and_is_due_again_later() {
    let engine = engine(&[]);
    assert_eq!((engine.fire(at(9_999)), engine.poll_jobs(Waker::noop())), (0, false));
    let next = engine.next_deadline();
    assert_eq!(next, Some(at(10_000).instant));
    engine.fire(at(10_000));
    assert!(engine.poll_jobs(Waker::noop()));
    engine.run_jobs(at(10_000));
    assert!(!engine.poll_jobs(Waker::noop()));
    engine.fire(at(20_000));
    assert!(engine.poll_jobs(Waker::noop()));
}

/// The records are of 1970: they have expired when they are written, as fixtures often have.
fn log_start(engine: &Engine) -> i64 {
    engine.topics.get("t").unwrap().partition(0).unwrap().range().0
}

#[test]
fn old_records_live_until_the_first_check_of_retention() {
    let engine = engine(&[]);
    let topic = engine.create("t", 1, Default::default()).unwrap();
    run(&engine, at(0));
    produce(&topic, 0, 3);
    for ms in [10_000, 20_000, 29_999] {
        run(&engine, at(ms));
        assert_eq!(log_start(&engine), 0, "{ms}");
    }
    run(&engine, at(30_000));
    assert_eq!(log_start(&engine), 3);
    produce(&topic, 0, 2);
    run(&engine, at(329_999));
    assert_eq!(log_start(&engine), 3, "five minutes are not over");
    run(&engine, at(330_000));
    assert_eq!(log_start(&engine), 5);
}

#[test]
fn delay_and_interval_of_retention_are_the_configs() {
    let engine = engine(&[("log.initial.task.delay.ms", "0"), ("log.retention.check.interval.ms", "500")]);
    let topic = engine.create("t", 1, Default::default()).unwrap();
    produce(&topic, 0, 1);
    run(&engine, at(0));
    assert_eq!(log_start(&engine), 1);
    produce(&topic, 0, 1);
    run(&engine, at(499));
    assert_eq!(log_start(&engine), 1);
    run(&engine, at(500));
    assert_eq!(log_start(&engine), 2);
}

#[test]
fn compaction_is_tried_again_after_its_backoff() {
    let engine = engine(&[("log.cleaner.backoff.ms", "200"), ("log.initial.task.delay.ms", "1000000")]);
    let configs = [("cleanup.policy".to_owned(), "compact,delete".to_owned())].into();
    let topic = engine.create("t", 1, configs).unwrap();
    run(&engine, at(0));
    let batch = crate::log::testing::plain(1, 10, 0);
    topic.partition(0).unwrap().append(&batch, &topic.config(), at(0)).unwrap();
    run(&engine, at(199));
    assert_eq!(log_start(&engine), 0);
    run(&engine, at(200));
    assert_eq!(log_start(&engine), 1, "the cleaner deletes what has expired in compacted topics");
}

/// They grew until the next round, which was up to 15 seconds away.
#[test]
fn overwritten_commits_in_memory_are_compacted_before_their_time() {
    let mut world = World::with(&[]);
    world.topic(&[]);
    let metadata = "m".repeat(4_000);
    let size = |world: &World| {
        let partitions = world.engine.topics.get("__consumer_offsets").unwrap().partitions();
        partitions.iter().map(|partition| partition.size()).max().unwrap()
    };
    let mut largest = 0;
    for offset in 0..5_000 {
        let partition = OffsetCommitRequestPartition {
            partition_index: 0,
            committed_offset: offset,
            committed_leader_epoch: -1,
            committed_metadata: Some(&metadata),
        };
        let topic = OffsetCommitRequestTopic { name: "t", partitions: vec![partition], ..Default::default() };
        let request = OffsetCommitRequest {
            group_id: "g",
            generation_id_or_member_epoch: -1,
            topics: vec![topic],
            ..OffsetCommitRequest::default()
        };
        ask_at(&world.engine, at(world.ms), 8, 9, &Request::OffsetCommit(request));
        largest = largest.max(size(&world));
        world.engine.run_jobs(at(world.ms));
    }
    assert!(largest < 8 << 20, "{largest} bytes; 20 MB were written");
    world.ms += 1;
    assert_eq!(world.engine.check_replay(), Ok(()));
}
