//! Producers: plain ones, which send a batch once, and idempotent ones, which retry like Kafka's client: in order, with
//! up to five requests in flight.

use std::collections::BTreeMap;

use wire::{
    ErrorCode, Uuid,
    message::{
        Reader, Request,
        init_producer_id_request::InitProducerIdRequest,
        init_producer_id_response::InitProducerIdResponse,
        produce_request::{PartitionProduceData, ProduceRequest, TopicProduceData},
        produce_response::{PartitionProduceResponse, ProduceResponse},
    },
};

use super::Client;
use crate::{
    model::{Checker, Kind},
    net::{Answer, ClientId, Event, Net},
    records::{self, Sent},
};

const PRODUCE: i16 = 0;
/// Attempts after which a batch is given up.
const TRIES_MAX: u32 = 12;

#[derive(Debug)]
pub(crate) struct Producer {
    idempotent: bool,
    acks: i16,
    version: i16,
    flying_max: usize,
    pace_us: i64,
    /// It uses one partition only, so that several batches are in flight there.
    sticks: bool,
    /// Id, epoch, and the start of the broker that assigned them.
    id: Option<(i64, i16, u64)>,
    asking: bool,
    sequences: BTreeMap<(String, i32), i32>,
    line: u64,
    flying: Vec<Flying>,
    /// After a failure: no new batches are sent until all of them are settled.
    settling: bool,
}

#[derive(Debug)]
struct Flying {
    number: usize,
    topic: String,
    id: Uuid,
    partition: i32,
    bytes: Vec<u8>,
    /// `None` needs a retry.
    correlation: Option<i32>,
    tries: u32,
}

impl Producer {
    pub(crate) fn new(net: &mut Net, me: ClientId) -> Producer {
        let idempotent = !net.rng.one_in(3);
        let acks = if idempotent { -1 } else { net.rng.pick(&[0, 1, 1, -1]) };
        let sticks = net.rng.one_in(3);
        let pace_us = if sticks { 15_000 } else { net.rng.pick(&[30_000, 100_000, 600_000]) };
        Producer {
            idempotent,
            acks,
            version: net.rng.between(3, 13) as i16,
            flying_max: net.rng.between(1, 5) as usize,
            pace_us,
            sticks,
            id: None,
            asking: false,
            sequences: BTreeMap::new(),
            line: (me as u64) << 32,
            flying: Vec::new(),
            settling: false,
        }
    }

    /// A batch for some partition, unless the one that the dice say has one already among the last ones.
    fn batch(&mut self, net: &mut Net, from: usize) -> Option<Flying> {
        let topics: Vec<&String> = net.model.topics.keys().collect();
        if topics.is_empty() {
            return None;
        }
        let place = if self.sticks { (self.line >> 32) as usize % topics.len() } else { net.rng.index(topics.len()) };
        let topic = topics[place].clone();
        let book = &net.model.topics[&topic];
        let (id, kind, count) = (book.id, book.kind, book.partitions.len());
        let partition = if self.sticks { 0 } else { net.rng.below(count.max(1) as u64) as i32 };
        if self.flying[from..].iter().any(|other| other.topic == topic && other.partition == partition) {
            return None;
        }
        let records = net.rng.pick(&[1, 1, 2, 5]);
        let keyed = kind == Kind::Compacted || net.rng.one_in(2);
        let keys = (0..records).map(|_| keyed.then(|| net.rng.below(8) as u8)).collect();
        let sent = Sent { topic: topic.clone(), partition, keys, line: self.line, once: true, acked: None };
        let filling = net.rng.pick(&[0, 10, 100, 100, 700]);
        let timestamp = net.wall_ms() - net.rng.between(0, 500);
        let producer = self.id.map(|(id, epoch, _)| {
            let sequence = self.sequences.entry((topic.clone(), partition)).or_insert(0);
            let first = *sequence;
            *sequence += records;
            records::Producer { id, epoch, sequence: first }
        });
        let number = net.model.new_batch(sent);
        let bytes = records::build(number, &net.model.batches[number], filling, timestamp, producer);
        Some(Flying { number, topic, id, partition, bytes, correlation: None, tries: 0 })
    }

    /// One request with these batches, which are of different partitions.
    fn send(&mut self, net: &mut Net, me: ClientId, places: &[usize]) {
        let topic_data = places
            .iter()
            .map(|place| {
                let flying = &self.flying[*place];
                let partition_data =
                    vec![PartitionProduceData { index: flying.partition, records: Some(&flying.bytes) }];
                match self.version {
                    ..=12 => TopicProduceData { name: &flying.topic, partition_data, ..Default::default() },
                    _ => TopicProduceData { topic_id: flying.id, partition_data, ..Default::default() },
                }
            })
            .collect();
        let request = ProduceRequest { transactional_id: None, acks: self.acks, timeout_ms: 1_000, topic_data };
        let correlation = net.send(me, self.version, &Request::Produce(request));
        for place in places {
            self.flying[*place].correlation = Some(correlation);
            self.flying[*place].tries += 1;
        }
    }

    fn send_new(&mut self, net: &mut Net, me: ClientId) {
        let from = self.flying.len();
        for _ in 0..net.rng.pick(&[1, 1, 1, 3]) {
            let Some(flying) = self.batch(net, from) else { break };
            self.flying.push(flying);
        }
        if self.flying.len() == from {
            return;
        }
        let places: Vec<usize> = (from..self.flying.len()).collect();
        self.send(net, me, &places);
        if self.acks == 0 {
            self.flying.clear();
        }
    }

    /// Gives up the batches in flight and starts with a new id.
    fn give_up(&mut self) {
        self.flying.clear();
        self.sequences.clear();
        self.id = None;
        self.line += 1;
        self.settling = false;
    }

    fn settle(&mut self, net: &mut Net, me: ClientId) {
        if self.flying.iter().any(|flying| flying.correlation.is_some()) {
            return;
        }
        if self.flying.iter().any(|flying| flying.tries >= TRIES_MAX) {
            return self.give_up();
        }
        self.settling = false;
        for place in 0..self.flying.len() {
            self.send(net, me, &[place]);
        }
    }

    fn produced(&mut self, net: &mut Net, place: usize, answer: &PartitionProduceResponse<'_>) {
        let code = ErrorCode::from_code(answer.error_code);
        let flying = &self.flying[place];
        match code {
            Some(ErrorCode::None) => drop(self.flying.remove(place)),
            _ if !self.idempotent => drop(self.flying.remove(place)),
            Some(ErrorCode::KafkaStorageError) => {
                self.flying[place].correlation = None;
                self.settling = true;
            }
            Some(ErrorCode::OutOfOrderSequenceNumber) => {
                let same = |other: &Flying| other.topic == flying.topic && other.partition == flying.partition;
                let is_first = !self.flying[..place].iter().any(same);
                let starts = self.id.map(|(_, _, life)| life);
                let still_there = net.model.topic_id(&flying.topic) == Some(flying.id);
                // As in Kafka: if the first batch of all fails, the next one is accepted with any sequence number.
                let was_first = flying.tries > 1 && net.model.faulty;
                if is_first && starts == Some(net.model.starts) && still_there && !was_first {
                    let what = format!(
                        "{}-{}: batch {} is the next one, and refused: {:?}",
                        flying.topic, flying.partition, flying.number, answer.error_message
                    );
                    net.model.fail(Checker::Idempotence, what);
                }
                if is_first {
                    // After a crash the broker knows the last batch only.
                    return self.give_up();
                }
                self.flying[place].correlation = None;
                self.settling = true;
            }
            _ => {
                check_refusal(net, &flying.topic, answer.error_code);
                self.give_up();
            }
        }
    }
}

/// Records a violation unless the code says that the topic has been deleted, or deleted and created again (103, for a
/// fetch that knew it by its id). Nothing else is wrong with what the simulated clients ask.
pub(super) fn check_refusal(net: &mut Net, topic: &str, code: i16) {
    let deleted = [ErrorCode::UnknownTopicOrPartition, ErrorCode::UnknownTopicId, ErrorCode::InconsistentTopicId];
    if !deleted.map(ErrorCode::code).contains(&code) {
        net.model.fail(Checker::Topics, format!("{topic}: error {code} was not to be expected"));
    }
}

impl Client for Producer {
    fn wakes(&mut self, net: &mut Net, me: ClientId) {
        if net.is_quiet && self.flying.is_empty() {
            return;
        }
        if self.settling || self.flying.iter().any(|flying| flying.correlation.is_none()) {
            self.settling = true;
            self.settle(net, me);
        } else if self.idempotent && self.id.is_none() {
            if !self.asking {
                self.asking = true;
                let request = InitProducerIdRequest {
                    transactional_id: None,
                    transaction_timeout_ms: 1_000,
                    producer_id: -1,
                    producer_epoch: -1,
                    ..Default::default()
                };
                let version = net.rng.between(0, 5) as i16;
                net.send(me, version, &Request::InitProducerId(request));
            }
        } else if self.flying.len() < self.flying_max && !net.is_quiet {
            self.send_new(net, me);
        }
        net.within(1_000, self.pace_us, Event::Wakes(me));
    }

    fn answered(&mut self, net: &mut Net, _me: ClientId, answer: Answer<'_>) {
        let reader = &mut Reader::new(answer.body);
        if answer.key != PRODUCE {
            let response = InitProducerIdResponse::decode(reader, answer.version).expect("checked by the model");
            self.asking = false;
            if response.error_code == ErrorCode::None.code() {
                self.id = Some((response.producer_id, response.producer_epoch, net.model.starts));
            }
            return;
        }
        let response = ProduceResponse::decode(reader, answer.version).expect("checked by the model");
        for topic in &response.responses {
            for part in &topic.partition_responses {
                let place = self.flying.iter().position(|flying| {
                    let same =
                        if topic.name.is_empty() { flying.id == topic.topic_id } else { flying.topic == topic.name };
                    flying.correlation == Some(answer.correlation) && same && flying.partition == part.index
                });
                if let Some(place) = place {
                    self.produced(net, place, part);
                }
            }
        }
    }

    fn closed(&mut self, _net: &mut Net, _me: ClientId) {
        self.asking = false;
        if self.idempotent {
            self.flying.iter_mut().for_each(|flying| flying.correlation = None);
        } else {
            self.flying.clear();
        }
    }
}
