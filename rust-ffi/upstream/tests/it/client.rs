//! A client without a socket: it writes frames and reads frames.

use std::{
    sync::atomic::{AtomicI32, Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use tansu_sans_io::record::{Record, deflated, inflated};
use tokio_util::sync::CancellationToken;
use upstream::{Options, Reply, Tansu};
use wire::{
    Uuid,
    api::Api,
    frame::PREFIX,
    message::{
        Reader, Records, Request, Response, Writer,
        fetch_request::{FetchPartition, FetchRequest, FetchTopic},
        fetch_response::PartitionData,
        metadata_request::{MetadataRequest, MetadataRequestTopic},
        produce_request::{PartitionProduceData, ProduceRequest, TopicProduceData},
        produce_response::PartitionProduceResponse,
    },
    record::Records as RecordIter,
};

pub fn options(url: &str) -> Options {
    Options {
        url: url.to_owned(),
        cluster_id: "tansu".to_owned(),
        node_id: 111,
        advertised: "localhost".to_owned(),
        advertised_port: 9092,
        group_initial_rebalance_delay: Duration::ZERO,
        num_partitions: 1,
        auto_create_topics: true,
    }
}

#[derive(Clone)]
pub struct Client {
    pub tansu: Tansu,
    pub stop: CancellationToken,
}

static CORRELATION: AtomicI32 = AtomicI32::new(1);

/// A response frame and where its body starts.
pub struct ResponseFrame {
    frame: Bytes,
    key: i16,
    version: i16,
    body_at: usize,
}

impl ResponseFrame {
    pub fn body(&self) -> Response<'_> {
        let mut reader = Reader::new(&self.frame[self.body_at..]);
        let body = Response::decode(&mut reader, self.key, self.version).expect("a readable response");
        assert!(reader.rest().is_empty(), "bytes after the last field");
        body
    }
}

pub fn frame(key: i16, version: i16, request: &Request<'_>) -> (Bytes, i32, usize) {
    let mut writer = Writer::new();
    request.encode(&mut writer, version).expect("a request");
    let id = CORRELATION.fetch_add(1, Ordering::Relaxed);
    let mut frame = Vec::new();
    frame.extend(key.to_be_bytes());
    frame.extend(version.to_be_bytes());
    frame.extend(id.to_be_bytes());
    frame.extend(4_i16.to_be_bytes());
    frame.extend(b"test");
    if Api::from_key(key).unwrap().is_flexible(version) {
        frame.push(0);
    }
    let body_at = frame.len();
    frame.extend(writer.into_parts().concat());
    (frame.into(), id, body_at)
}

impl Client {
    pub async fn open(url: &str) -> Client {
        Client::with(options(url)).await
    }

    pub async fn with(options: Options) -> Client {
        let stop = CancellationToken::new();
        let tansu = Tansu::open(options, stop.clone()).await.expect("it opens");
        Client { tansu, stop }
    }

    pub async fn answer(&self, key: i16, version: i16, request: &Request<'_>) -> Reply {
        let (frame, id, body_at) = frame(key, version, request);
        self.tansu.call(frame, key, version, id, body_at).await
    }

    pub async fn ask(&self, key: i16, version: i16, request: Request<'_>) -> ResponseFrame {
        match self.answer(key, version, &request).await {
            Reply::Frame(frame) => {
                let claimed = i32::from_be_bytes(frame[..PREFIX].try_into().unwrap());
                assert_eq!(claimed as usize, frame.len() - PREFIX);
                let header = Api::from_key(key).unwrap().response_header_version(version);
                ResponseFrame { body_at: PREFIX + 4 + header as usize, frame, key, version }
            }
            other => panic!("request key {key} version {version}: {other:?}"),
        }
    }

    /// Creates the topic as clients do: by asking for it.
    pub async fn topic(&self, name: &str) {
        let topics = vec![MetadataRequestTopic { topic_id: Uuid::ZERO, name: Some(name) }];
        let request = MetadataRequest { topics: Some(topics), ..MetadataRequest::default() };
        let reply = self.ask(3, 12, Request::Metadata(request)).await;
        let Response::Metadata(body) = reply.body() else { unreachable!() };
        assert_eq!(body.topics[0].error_code, 0);
    }

    pub async fn topic_id(&self, name: &str) -> Uuid {
        let topics = vec![MetadataRequestTopic { topic_id: Uuid::ZERO, name: Some(name) }];
        let request = MetadataRequest { topics: Some(topics), ..MetadataRequest::default() };
        let reply = self.ask(3, 12, Request::Metadata(request)).await;
        let Response::Metadata(body) = reply.body() else { unreachable!() };
        body.topics[0].topic_id
    }

    /// Error code and base offset.
    pub async fn produce(&self, topic: &str, partition: i32, records: &[u8]) -> (i16, i64) {
        let reply = self.ask(0, 9, Request::Produce(produce(topic, &[(partition, records)], -1))).await;
        let Response::Produce(body) = reply.body() else { unreachable!() };
        let PartitionProduceResponse { error_code, base_offset, .. } = body.responses[0].partition_responses[0];
        (error_code, base_offset)
    }

    pub async fn send(&self, topic: &str, values: &[&str]) -> i64 {
        let (error, offset) = self.produce(topic, 0, &batch(values)).await;
        assert_eq!(error, 0);
        offset
    }

    pub async fn fetch(&self, version: i16, request: FetchRequest<'_>) -> Vec<Found> {
        let reply = self.ask(1, version, Request::Fetch(request)).await;
        let Response::Fetch(body) = reply.body() else { unreachable!() };
        assert_eq!(body.error_code, 0);
        body.responses.iter().flat_map(|topic| topic.partitions.iter().map(Found::new)).collect()
    }

    pub async fn fetch_one(&self, topic: &str, offset: i64, max_wait_ms: i32) -> Found {
        self.fetch(12, fetch(topic, 0, offset, max_wait_ms)).await.remove(0)
    }
}

/// One partition of a Fetch response.
#[derive(Debug)]
pub struct Found {
    pub error: i16,
    pub high_watermark: i64,
    pub log_start: i64,
    pub values: Vec<String>,
    pub offsets: Vec<i64>,
}

impl Found {
    fn new(part: &PartitionData<'_>) -> Found {
        let Some(Records::Whole(mut rest)) = part.records else { panic!("null records") };
        let (mut values, mut offsets) = (Vec::new(), Vec::new());
        while !rest.is_empty() {
            let (batch, more) = wire::batch::Batch::first(rest).expect("a whole batch");
            rest = more;
            let inflated = batch.inflated(usize::MAX).unwrap();
            for record in RecordIter::new(&inflated, batch.record_count()) {
                let record = record.unwrap();
                offsets.push(batch.base_offset() + i64::from(record.offset_delta));
                values.push(String::from_utf8(record.value.unwrap_or_default().to_vec()).unwrap());
            }
        }
        Found {
            error: part.error_code,
            high_watermark: part.high_watermark,
            log_start: part.log_start_offset,
            values,
            offsets,
        }
    }
}

pub fn fetch(topic: &str, partition: i32, offset: i64, max_wait_ms: i32) -> FetchRequest<'_> {
    let part =
        FetchPartition { partition, fetch_offset: offset, partition_max_bytes: 1 << 20, ..FetchPartition::default() };
    FetchRequest {
        max_wait_ms,
        min_bytes: 1,
        max_bytes: 10 << 20,
        topics: vec![FetchTopic { topic, topic_id: Uuid::ZERO, partitions: vec![part] }],
        ..FetchRequest::default()
    }
}

pub fn produce<'a>(topic: &'a str, partitions: &[(i32, &'a [u8])], acks: i16) -> ProduceRequest<'a> {
    let data = partitions.iter().map(|(index, records)| PartitionProduceData { index: *index, records: Some(records) });
    let topic = TopicProduceData { name: topic, topic_id: Uuid::ZERO, partition_data: data.collect() };
    ProduceRequest { transactional_id: None, acks, timeout_ms: 30_000, topic_data: vec![topic] }
}

pub fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64
}

pub fn batch(values: &[&str]) -> Bytes {
    batch_with(values, |batch| batch)
}

pub fn batch_with(values: &[&str], change: impl FnOnce(inflated::Builder) -> inflated::Builder) -> Bytes {
    let mut builder = inflated::Batch::builder()
        .base_timestamp(now_ms())
        .max_timestamp(now_ms())
        .producer_id(-1)
        .producer_epoch(-1)
        .base_sequence(-1)
        .last_offset_delta(values.len() as i32 - 1);
    for (delta, value) in values.iter().enumerate() {
        let value = Bytes::copy_from_slice(value.as_bytes());
        builder = builder.record(Record::builder().value(Some(value)).offset_delta(delta as i32));
    }
    let batch = change(builder).build().unwrap();
    Bytes::from(deflated::Batch::try_from(batch).unwrap())
}
