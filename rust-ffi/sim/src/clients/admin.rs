//! An administrator: creates, deletes and alters topics, and deletes records.

use wire::message::{
    Request,
    create_partitions_request::{CreatePartitionsRequest, CreatePartitionsTopic},
    create_topics_request::{CreatableTopic, CreatableTopicConfig, CreateTopicsRequest},
    delete_records_request::{DeleteRecordsPartition, DeleteRecordsRequest, DeleteRecordsTopic},
    delete_topics_request::{DeleteTopicState, DeleteTopicsRequest},
    incremental_alter_configs_request::{AlterConfigsResource, AlterableConfig, IncrementalAlterConfigsRequest},
};

use super::Client;
use crate::{
    net::{Answer, ClientId, Event, Net},
    rng::Rng,
};

/// A few names, so that topics are created again.
const NAMES: [&str; 6] = ["k0", "k1", "k2", "c0", "c1", "r0"];
const PARTITIONS_MAX: usize = 4;
const TOPIC: i8 = 2;

/// The configs of a topic, by its kind.
pub(crate) fn configs_of(name: &str, rng: &mut Rng) -> Vec<(&'static str, String)> {
    let segment_bytes = rng.pick(&[1_000, 5_000, 20_000]);
    let mut configs = vec![("internal.segment.bytes", format!("{segment_bytes}"))];
    if rng.one_in(3) {
        configs.push(("segment.ms", format!("{}", rng.pick(&[200, 5_000]))));
    }
    if rng.one_in(4) {
        configs.push(("message.timestamp.type", "LogAppendTime".to_owned()));
    }
    match name.as_bytes()[0] {
        b'c' => {
            configs.push(("cleanup.policy", "compact".to_owned()));
            configs.push(("min.cleanable.dirty.ratio", "0.01".to_owned()));
        }
        b'r' => configs.push(("retention.ms", "8000".to_owned())),
        _ => configs.push(("retention.ms", "-1".to_owned())),
    }
    configs
}

#[derive(Debug)]
pub(crate) struct Admin {
    busy: bool,
    pace_us: i64,
}

impl Admin {
    pub(crate) fn new(net: &mut Net) -> Admin {
        Admin { busy: false, pace_us: net.rng.pick(&[100_000, 500_000, 3_000_000]) }
    }

    fn act(&mut self, net: &mut Net, me: ClientId) {
        let name = net.rng.pick(&NAMES);
        let Some(book) = net.model.topics.get(name) else {
            if net.rng.one_in(2) {
                self.create(net, me, name);
            }
            return;
        };
        let (id, count) = (book.id, book.partitions.len());
        match net.rng.below(12) {
            0 => {
                let version = net.rng.between(1, 6) as i16;
                let by_name = DeleteTopicState { name: Some(name), ..DeleteTopicState::default() };
                let request = match version {
                    ..=5 => DeleteTopicsRequest { topic_names: vec![name], timeout_ms: 1_000, topics: Vec::new() },
                    _ => DeleteTopicsRequest { topic_names: Vec::new(), timeout_ms: 1_000, topics: vec![by_name] },
                };
                net.send(me, version, &Request::DeleteTopics(request));
            }
            1 if count < PARTITIONS_MAX => {
                let topics = vec![CreatePartitionsTopic { name, count: count as i32 + 1, assignments: None }];
                let request = CreatePartitionsRequest { topics, timeout_ms: 1_000, validate_only: false };
                net.send(me, 3, &Request::CreatePartitions(request));
            }
            2..5 => {
                let value = format!("{}", net.rng.pick(&[1_000, 5_000, 20_000]));
                let configs =
                    vec![AlterableConfig { name: "internal.segment.bytes", config_operation: 0, value: Some(&value) }];
                let resource = AlterConfigsResource { resource_type: TOPIC, resource_name: name, configs };
                let request = IncrementalAlterConfigsRequest { resources: vec![resource], validate_only: false };
                net.send(me, 1, &Request::IncrementalAlterConfigs(request));
            }
            _ => {
                let index = net.rng.below(count.max(1) as u64) as i32;
                let Some(book) = net.model.book(name, index) else { return };
                let (from, to) = (book.begins_at(), book.end.max(book.begins_at()));
                // Often only a little, now and then everything.
                let offset = if net.rng.one_in(5) { to } else { from + net.rng.between(0, (to - from).min(20)) };
                net.model.may_delete(name, id, index, offset);
                let topics = vec![DeleteRecordsTopic {
                    name,
                    partitions: vec![DeleteRecordsPartition { partition_index: index, offset }],
                }];
                let version = net.rng.between(0, 2) as i16;
                net.send(me, version, &Request::DeleteRecords(DeleteRecordsRequest { topics, timeout_ms: 1_000 }));
            }
        }
        self.busy = true;
    }

    fn create(&mut self, net: &mut Net, me: ClientId, name: &str) {
        let configs = configs_of(name, &mut net.rng);
        let configs = configs.iter().map(|(name, value)| CreatableTopicConfig { name, value: Some(value) }).collect();
        let topic = CreatableTopic {
            name,
            num_partitions: net.rng.between(1, 3) as i32,
            replication_factor: 1,
            configs,
            ..CreatableTopic::default()
        };
        let request = CreateTopicsRequest { topics: vec![topic], timeout_ms: 1_000, validate_only: false };
        net.send(me, 7, &Request::CreateTopics(request));
        self.busy = true;
    }
}

impl Client for Admin {
    fn wakes(&mut self, net: &mut Net, me: ClientId) {
        net.within(20_000, self.pace_us, Event::Wakes(me));
        if !self.busy && !net.is_quiet {
            self.act(net, me);
        }
    }

    fn answered(&mut self, _net: &mut Net, _me: ClientId, _answer: Answer<'_>) {
        self.busy = false;
    }

    fn closed(&mut self, _net: &mut Net, _me: ClientId) {
        self.busy = false;
    }
}
