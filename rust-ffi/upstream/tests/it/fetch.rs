//! Waiting, waking, limits, and what lies outside the log.

use std::time::{Duration, Instant};

use tokio::time::timeout;
use wire::{
    ErrorCode, Uuid,
    message::{
        Request, Response,
        delete_records_request::{DeleteRecordsPartition, DeleteRecordsRequest, DeleteRecordsTopic},
        delete_topics_request::DeleteTopicsRequest,
    },
};

use crate::client::{Client, batch, fetch};

/// Far beyond what anything here takes; a test that waits for it has failed.
const LONG_MS: i32 = 60_000;
const PATIENCE: Duration = Duration::from_secs(20);

async fn in_time<T>(future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.expect("answered in time")
}

#[tokio::test]
async fn a_produce_wakes_a_waiting_fetch() {
    let client = Client::open("tansu+memory://").await;
    client.topic("t").await;
    let waiting = client.clone();
    let fetched = tokio::spawn(async move { waiting.fetch_one("t", 0, LONG_MS).await });
    tokio::task::yield_now().await;
    client.send("t", &["a"]).await;
    assert_eq!(in_time(fetched).await.unwrap().values, ["a"]);
}

#[tokio::test]
async fn without_a_wait_the_answer_still_has_topics_and_partitions() {
    let client = Client::open("tansu+memory://").await;
    client.topic("t").await;
    let found = client.fetch_one("t", 0, 0).await;
    assert_eq!((found.error, found.high_watermark, found.log_start), (0, 0, 0));
    assert!(found.values.is_empty());
    client.send("t", &["a", "b", "c"]).await;
    let found = client.fetch_one("t", 1, 0).await;
    // The batch is whole, although the offset lies in its middle.
    assert_eq!((found.offsets.as_slice(), found.high_watermark), ([0, 1, 2].as_slice(), 3));
    assert_eq!(client.fetch_one("t", 3, 0).await.error, 0);
}

#[tokio::test]
async fn a_fetch_waits_out_its_time_and_no_longer() {
    let client = Client::open("tansu+memory://").await;
    client.topic("t").await;
    let began = Instant::now();
    let found = client.fetch_one("t", 0, 300).await;
    assert_eq!((found.error, found.values.len()), (0, 0));
    assert!(began.elapsed() >= Duration::from_millis(290), "{:?}", began.elapsed());
}

#[tokio::test]
async fn offsets_outside_the_log_are_named() {
    let client = Client::open("tansu+memory://").await;
    client.topic("t").await;
    client.send("t", &["a"]).await;
    client.send("t", &["b"]).await;
    let out = ErrorCode::OffsetOutOfRange.code();
    assert_eq!(in_time(client.fetch_one("t", 3, LONG_MS)).await.error, out);
    assert_eq!(in_time(client.fetch_one("t", -1, LONG_MS)).await.error, out);
    let part = DeleteRecordsPartition { partition_index: 0, offset: 1 };
    let topic = DeleteRecordsTopic { name: "t", partitions: vec![part] };
    let request = DeleteRecordsRequest { topics: vec![topic], timeout_ms: 1_000 };
    client.ask(21, 2, Request::DeleteRecords(request)).await;
    assert_eq!(in_time(client.fetch_one("t", 0, LONG_MS)).await.error, out);
    assert_eq!(client.fetch_one("t", 1, 0).await.values, ["b"]);
}

#[tokio::test]
async fn topics_by_id() {
    let client = Client::open("tansu+memory://").await;
    client.topic("t").await;
    client.send("t", &["a"]).await;
    let id = client.topic_id("t").await;
    assert!(!id.is_zero());
    for version in 13..=18 {
        let mut request = fetch("", 0, 0, 0);
        request.topics[0].topic_id = id;
        assert_eq!(client.fetch(version, request.clone()).await[0].values, ["a"]);
        request.topics[0].topic_id = Uuid([7; 16]);
        assert_eq!(client.fetch(version, request).await[0].error, ErrorCode::UnknownTopicId.code());
    }
    for version in 4..=12 {
        assert_eq!(client.fetch(version, fetch("t", 0, 0, 0)).await[0].values, ["a"]);
        let unknown = in_time(client.fetch(version, fetch("u", 0, 0, LONG_MS))).await;
        assert_eq!(unknown[0].error, ErrorCode::UnknownTopicOrPartition.code());
        let unknown = in_time(client.fetch(version, fetch("t", 9, 0, LONG_MS))).await;
        assert_eq!(unknown[0].error, ErrorCode::UnknownTopicOrPartition.code());
    }
}

#[tokio::test]
async fn min_bytes_is_waited_for() {
    let client = Client::open("tansu+memory://").await;
    client.topic("t").await;
    let size = batch(&["a"]).len() as i32;
    let waiting = client.clone();
    let fetched = tokio::spawn(async move {
        let mut request = fetch("t", 0, 0, LONG_MS);
        request.min_bytes = size * 2;
        waiting.fetch(12, request).await.remove(0)
    });
    client.send("t", &["a"]).await;
    client.send("t", &["b"]).await;
    assert_eq!(in_time(fetched).await.unwrap().values, ["a", "b"]);
}

#[tokio::test]
async fn limits_hold_but_the_first_batch_is_whole() {
    let client = Client::open("tansu+memory://").await;
    client.topic("t").await;
    let large = "x".repeat(10_000);
    for _ in 0..5 {
        client.send("t", &[&large]).await;
    }
    let mut request = fetch("t", 0, 0, 0);
    request.topics[0].partitions[0].partition_max_bytes = 1;
    assert_eq!(client.fetch(12, request.clone()).await[0].offsets, [0]);
    request.topics[0].partitions[0].partition_max_bytes = 25_000;
    assert_eq!(client.fetch(12, request.clone()).await[0].offsets, [0, 1]);
    request.topics[0].partitions[0].partition_max_bytes = 1 << 20;
    request.max_bytes = 25_000;
    assert_eq!(client.fetch(12, request).await[0].offsets, [0, 1]);
}

#[tokio::test]
async fn a_deleted_topic_wakes_who_waits_for_it() {
    let client = Client::open("tansu+memory://").await;
    client.topic("t").await;
    let waiting = client.clone();
    let fetched = tokio::spawn(async move { waiting.fetch_one("t", 0, LONG_MS).await });
    tokio::task::yield_now().await;
    let request = DeleteTopicsRequest { topic_names: vec!["t"], timeout_ms: 1_000, ..DeleteTopicsRequest::default() };
    client.ask(20, 5, Request::DeleteTopics(request)).await;
    assert_eq!(in_time(fetched).await.unwrap().error, ErrorCode::UnknownTopicOrPartition.code());
}

#[tokio::test]
async fn a_session_that_was_never_begun_is_unknown() {
    let client = Client::open("tansu+memory://").await;
    let mut request = fetch("t", 0, 0, 0);
    (request.session_id, request.session_epoch) = (5, 1);
    let reply = client.ask(1, 12, Request::Fetch(request)).await;
    let Response::Fetch(body) = reply.body() else { unreachable!() };
    assert_eq!(body.error_code, ErrorCode::FetchSessionIdNotFound.code());
}

/// Upstream raises the high watermark before it stores the batch: with four producers a reader that follows the
/// watermark loses records in most runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn four_producers_and_a_reader_that_skips_nothing() {
    const EACH: usize = 2_000;
    let client = Client::open("tansu+memory://").await;
    client.topic("t").await;
    let producers: Vec<_> = (0..4)
        .map(|producer| {
            let client = client.clone();
            tokio::spawn(async move {
                for n in 0..EACH {
                    client.send("t", &[&format!("{producer}-{n}")]).await;
                }
            })
        })
        .collect();
    let mut seen = Vec::new();
    while seen.len() < 4 * EACH {
        let found = in_time(client.fetch_one("t", seen.len() as i64, LONG_MS)).await;
        assert_eq!(found.error, 0);
        for offset in found.offsets {
            assert_eq!(offset, seen.len() as i64, "a record was passed over");
            seen.push(offset);
        }
    }
    for producer in producers {
        producer.await.unwrap();
    }
}
