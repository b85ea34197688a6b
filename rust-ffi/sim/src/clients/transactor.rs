//! Transactional producers. Two of them share a transactional id, so that they fence each other; a transaction writes
//! to several partitions and is committed, aborted or left.

use std::collections::BTreeSet;

use wire::{
    ErrorCode,
    message::{
        Reader, Request,
        add_partitions_to_txn_request::{AddPartitionsToTxnRequest, AddPartitionsToTxnTopic},
        add_partitions_to_txn_response::AddPartitionsToTxnResponse,
        end_txn_request::EndTxnRequest,
        end_txn_response::EndTxnResponse,
        init_producer_id_request::InitProducerIdRequest,
        init_producer_id_response::InitProducerIdResponse,
        produce_request::{PartitionProduceData, ProduceRequest, TopicProduceData},
        produce_response::ProduceResponse,
    },
};

use super::Client;
use crate::{
    model::TRANSACTIONS,
    net::{Answer, ClientId, Event, Net},
    records,
};

const PRODUCE: i16 = 0;
const INIT: i16 = 22;
const ADD: i16 = 24;
const TIMEOUT_MS: i32 = 1_000;

/// What it waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// It needs a producer id and an epoch.
    New,
    /// No transaction is open.
    Ready,
    Writing,
    /// An answer is on its way.
    Asked,
}

#[derive(Debug)]
pub(crate) struct Transactor {
    transactional_id: String,
    /// Its epoch changes with each end (KIP-890).
    bumps: bool,
    partitions: i32,
    step: Step,
    producer: (i64, i16),
    sequences: Vec<i32>,
    /// The number of the open transaction.
    number: u64,
    added: BTreeSet<i32>,
    /// Batches that are still to be written in this transaction.
    left: i64,
    /// The partition that was asked for.
    asked: i32,
    commits: bool,
}

impl Transactor {
    pub(crate) fn new(net: &mut Net, transactional_id: &str, partitions: i32) -> Transactor {
        Transactor {
            transactional_id: transactional_id.to_owned(),
            bumps: net.rng.one_in(2),
            partitions,
            step: Step::New,
            producer: (-1, -1),
            sequences: vec![0; partitions as usize],
            number: 0,
            added: BTreeSet::new(),
            left: 0,
            asked: 0,
            commits: false,
        }
    }

    fn init(&mut self, net: &mut Net, me: ClientId) {
        let request = InitProducerIdRequest {
            transactional_id: Some(&self.transactional_id),
            transaction_timeout_ms: TIMEOUT_MS,
            producer_id: -1,
            producer_epoch: -1,
            ..Default::default()
        };
        net.send(me, 4, &Request::InitProducerId(request));
        self.step = Step::Asked;
    }

    fn begin(&mut self, net: &mut Net) {
        self.number = net.model.transactions.begin();
        self.added.clear();
        self.left = net.rng.between(1, 5);
        self.commits = !net.rng.one_in(3);
        self.step = Step::Writing;
    }

    fn add(&mut self, net: &mut Net, me: ClientId, partition: i32) {
        let request = AddPartitionsToTxnRequest {
            v3_and_below_transactional_id: &self.transactional_id,
            v3_and_below_producer_id: self.producer.0,
            v3_and_below_producer_epoch: self.producer.1,
            v3_and_below_topics: vec![AddPartitionsToTxnTopic { name: TRANSACTIONS, partitions: vec![partition] }],
            ..Default::default()
        };
        net.send(me, 3, &Request::AddPartitionsToTxn(request));
        (self.asked, self.step) = (partition, Step::Asked);
    }

    fn write(&mut self, net: &mut Net, me: ClientId) {
        let partition = net.rng.below(self.partitions as u64) as i32;
        if !self.bumps && !self.added.contains(&partition) {
            return self.add(net, me, partition);
        }
        let sequence = self.sequences[partition as usize];
        let producer = records::Producer { id: self.producer.0, epoch: self.producer.1, sequence };
        let bytes = records::build_transactional(self.number, net.wall_ms(), producer);
        let data = vec![PartitionProduceData { index: partition, records: Some(&bytes) }];
        let topic = TopicProduceData { name: TRANSACTIONS, partition_data: data, ..Default::default() };
        let request = ProduceRequest {
            transactional_id: Some(&self.transactional_id),
            acks: -1,
            timeout_ms: 1_000,
            topic_data: vec![topic],
        };
        net.send(me, if self.bumps { 12 } else { 9 }, &Request::Produce(request));
        (self.asked, self.step) = (partition, Step::Asked);
    }

    fn end(&mut self, net: &mut Net, me: ClientId) {
        net.model.transactions.ending(self.number, self.commits);
        let request = EndTxnRequest {
            transactional_id: &self.transactional_id,
            producer_id: self.producer.0,
            producer_epoch: self.producer.1,
            committed: self.commits,
        };
        net.send(me, if self.bumps { 5 } else { 3 }, &Request::EndTxn(request));
        self.step = Step::Asked;
    }

    fn produced(&mut self, net: &mut Net, code: i16) {
        if code != ErrorCode::None.code() {
            return self.fail();
        }
        net.model.transactions.written(self.number, self.asked);
        self.sequences[self.asked as usize] += 1;
        self.left -= 1;
        self.step = Step::Writing;
    }

    /// After any error it begins again, which aborts what is open.
    fn fail(&mut self) {
        self.step = Step::New;
    }
}

impl Client for Transactor {
    fn wakes(&mut self, net: &mut Net, me: ClientId) {
        match self.step {
            Step::Ready | Step::New if net.is_quiet => return,
            Step::New => self.init(net, me),
            Step::Ready => self.begin(net),
            Step::Writing if self.left == 0 => self.end(net, me),
            // It is gone in the middle, and its time runs out.
            Step::Writing if net.rng.one_in(30) => {
                self.fail();
                net.within(500_000, 2_000_000, Event::Wakes(me));
                return;
            }
            Step::Writing => self.write(net, me),
            Step::Asked => {}
        }
        net.within(1_000, 60_000, Event::Wakes(me));
    }

    fn answered(&mut self, net: &mut Net, _me: ClientId, answer: Answer<'_>) {
        let (reader, version) = (&mut Reader::new(answer.body), answer.version);
        match answer.key {
            INIT => {
                let response = InitProducerIdResponse::decode(reader, version).expect("it is an answer");
                if response.error_code != ErrorCode::None.code() {
                    return self.fail();
                }
                self.producer = (response.producer_id, response.producer_epoch);
                self.sequences.fill(0);
                self.step = Step::Ready;
            }
            ADD => {
                let response = AddPartitionsToTxnResponse::decode(reader, version).expect("it is an answer");
                let part = &response.results_by_topic_v3_and_below[0].results_by_partition[0];
                if part.partition_error_code != ErrorCode::None.code() {
                    return self.fail();
                }
                self.added.insert(self.asked);
                self.step = Step::Writing;
            }
            PRODUCE => {
                let response = ProduceResponse::decode(reader, version).expect("it is an answer");
                self.produced(net, response.responses[0].partition_responses[0].error_code);
            }
            _ => {
                let response = EndTxnResponse::decode(reader, version).expect("it is an answer");
                if response.error_code != ErrorCode::None.code() {
                    return self.fail();
                }
                net.model.transactions.ended(self.number, self.commits);
                if self.bumps {
                    self.producer = (response.producer_id, response.producer_epoch);
                    self.sequences.fill(0);
                }
                self.step = Step::Ready;
            }
        }
    }

    fn closed(&mut self, _net: &mut Net, _me: ClientId) {
        self.fail();
    }
}
