//! Transactions through the engine's front.

mod ends;
mod groups;
mod producers;
mod restart;

use std::collections::BTreeMap;

use wire::{
    ErrorCode,
    message::{
        Reader, Request,
        add_partitions_to_txn_request::{AddPartitionsToTxnRequest, AddPartitionsToTxnTopic},
        add_partitions_to_txn_response::AddPartitionsToTxnResponse,
        describe_transactions_request::DescribeTransactionsRequest,
        describe_transactions_response::DescribeTransactionsResponse,
        end_txn_request::EndTxnRequest,
        end_txn_response::EndTxnResponse,
        init_producer_id_request::InitProducerIdRequest,
        init_producer_id_response::InitProducerIdResponse,
        produce_request::{PartitionProduceData, ProduceRequest, TopicProduceData},
        produce_response::ProduceResponse,
    },
};

use crate::{
    Engine, Instant, Now, Settings,
    log::{Isolation, ReadLimits, testing},
    testing::ask_at,
};

const WALL: i64 = 1_790_000_000_000;
pub(super) const ID: &str = "tx";
pub(super) const TIMEOUT_MS: i32 = 60_000;

pub(super) struct World {
    pub(super) engine: Engine,
    pub(super) now: Now,
}

/// Producer id and epoch.
pub(super) type Given = (i64, i16);

impl World {
    pub(super) fn new() -> World {
        World::of(Engine::new(Settings::default()))
    }

    /// With a topic `t` of three partitions.
    pub(super) fn of(engine: Engine) -> World {
        if engine.topics.get("t").is_none() {
            engine.create("t", 3, BTreeMap::new()).unwrap();
        }
        World { engine, now: Now { instant: Instant(0), wall_ms: WALL } }
    }

    pub(super) fn advance(&mut self, ms: i64) {
        self.now = Now { instant: self.now.instant.after_ms(ms), wall_ms: self.now.wall_ms + ms };
        self.engine.fire(self.now);
        self.engine.run_jobs(self.now);
    }

    pub(super) fn init_as(&self, transactional_id: &str, expected: Option<Given>) -> Result<Given, ErrorCode> {
        let (producer_id, producer_epoch) = expected.unwrap_or((-1, -1));
        let request = InitProducerIdRequest {
            transactional_id: Some(transactional_id),
            transaction_timeout_ms: TIMEOUT_MS,
            producer_id,
            producer_epoch,
            ..InitProducerIdRequest::default()
        };
        let body = ask_at(&self.engine, self.now, 22, 5, &Request::InitProducerId(request));
        let response = InitProducerIdResponse::decode(&mut Reader::new(&body), 5).unwrap();
        result(response.error_code).map(|()| (response.producer_id, response.producer_epoch))
    }

    pub(super) fn init(&self) -> Given {
        self.init_as(ID, None).unwrap()
    }

    pub(super) fn add(&self, (id, epoch): Given, partition: i32) -> Result<(), ErrorCode> {
        let request = AddPartitionsToTxnRequest {
            v3_and_below_transactional_id: ID,
            v3_and_below_producer_id: id,
            v3_and_below_producer_epoch: epoch,
            v3_and_below_topics: vec![AddPartitionsToTxnTopic { name: "t", partitions: vec![partition] }],
            ..AddPartitionsToTxnRequest::default()
        };
        let body = ask_at(&self.engine, self.now, 24, 3, &Request::AddPartitionsToTxn(request));
        let response = AddPartitionsToTxnResponse::decode(&mut Reader::new(&body), 3).unwrap();
        result(response.results_by_topic_v3_and_below[0].results_by_partition[0].partition_error_code)
    }

    /// Versions from 12 on add the partition to the transaction. Returns the offset.
    pub(super) fn produce(
        &self,
        version: i16,
        (id, epoch): Given,
        partition: i32,
        sequence: i32,
    ) -> Result<i64, ErrorCode> {
        let records = transactional(id, epoch, sequence);
        let data = PartitionProduceData { index: partition, records: Some(&records) };
        let topic_id = self.engine.topics.get("t").unwrap().id;
        let topic = TopicProduceData { name: "t", topic_id, partition_data: vec![data] };
        let request =
            ProduceRequest { transactional_id: Some(ID), acks: -1, timeout_ms: 1_000, topic_data: vec![topic] };
        let body = ask_at(&self.engine, self.now, 0, version, &Request::Produce(request));
        let response = ProduceResponse::decode(&mut Reader::new(&body), version).unwrap();
        let found = &response.responses[0].partition_responses[0];
        result(found.error_code).map(|()| found.base_offset)
    }

    pub(super) fn end(&self, version: i16, (id, epoch): Given, committed: bool) -> Result<Given, ErrorCode> {
        let request = EndTxnRequest { transactional_id: ID, producer_id: id, producer_epoch: epoch, committed };
        let body = ask_at(&self.engine, self.now, 26, version, &Request::EndTxn(request));
        let response = EndTxnResponse::decode(&mut Reader::new(&body), version).unwrap();
        result(response.error_code).map(|()| (response.producer_id, response.producer_epoch))
    }

    /// State, producer and partitions as DescribeTransactions shows them.
    pub(super) fn described(&self) -> (String, Given, Vec<i32>) {
        let request = DescribeTransactionsRequest { transactional_ids: vec![ID] };
        let body = ask_at(&self.engine, self.now, 65, 0, &Request::DescribeTransactions(request));
        let response = DescribeTransactionsResponse::decode(&mut Reader::new(&body), 0).unwrap();
        let found = &response.transaction_states[0];
        let partitions = found.topics.iter().flat_map(|topic| topic.partitions.clone()).collect();
        (found.transaction_state.to_owned(), (found.producer_id, found.producer_epoch), partitions)
    }

    /// The last stable offset and the high watermark of a partition, and how many batches of it a reader of what is
    /// committed sees that were not aborted.
    pub(super) fn seen(&self, partition: i32) -> (i64, i64, usize) {
        let partition = self.engine.topics.get("t").unwrap().partition(partition).unwrap();
        let offsets = partition.offsets();
        let limits = ReadLimits { bytes_max: usize::MAX, at_least_one: true, held_max: usize::MAX };
        let mut pieces = Vec::new();
        let read = partition.read_as(Isolation::ReadCommitted, offsets.log_start, limits, &mut pieces).unwrap();
        let bytes = wire::codec::concat(&pieces).unwrap();
        let (mut rest, mut seen) = (&bytes[..], 0);
        while !rest.is_empty() {
            let (batch, after) = wire::batch::Batch::first(rest).unwrap();
            let is_aborted = read.aborted.iter().any(|aborted| {
                let range = aborted.first_offset..=aborted.last_offset;
                aborted.producer_id == batch.producer_id() && range.contains(&batch.base_offset())
            });
            seen += usize::from(!batch.is_control() && !is_aborted);
            rest = after;
        }
        (offsets.last_stable, offsets.high_watermark, seen)
    }
}

pub(super) fn result(code: i16) -> Result<(), ErrorCode> {
    match ErrorCode::from_code(code) {
        Some(ErrorCode::None) => Ok(()),
        Some(error) => Err(error),
        None => panic!("{code} is no code"),
    }
}

pub(super) fn transactional(producer_id: i64, epoch: i16, sequence: i32) -> Vec<u8> {
    testing::transactional((WALL, Some(b"k"), Some(b"v")), producer_id, epoch, sequence)
}
