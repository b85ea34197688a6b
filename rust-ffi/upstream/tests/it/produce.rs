//! Batches are checked before the storage sees them.

use std::future::Future as _;

use bytes::BytesMut;
use upstream::Reply;
use wire::{
    ErrorCode,
    message::{Request, Response, describe_groups_request::DescribeGroupsRequest},
};

use crate::client::{Client, batch, batch_with, produce};

#[tokio::test]
async fn a_good_partition_goes_on_beside_bad_ones() {
    let client = Client::open("tansu+memory://").await;
    client.tansu.create_topic("t", 4, &[]).await.unwrap();
    let good = batch(&["a", "b"]);
    let mut corrupt = BytesMut::from(&batch(&["c"])[..]);
    *corrupt.last_mut().unwrap() ^= 1;
    let two = [batch(&["d"]), batch(&["e"])].concat();
    let mut old = BytesMut::from(&batch(&["f"])[..]);
    old[16] = 1;
    let parts: &[(i32, &[u8])] = &[(0, &corrupt), (1, &good), (2, &two), (3, &old)];
    let reply = client.ask(0, 9, Request::Produce(produce("t", parts, -1))).await;
    let Response::Produce(body) = reply.body() else { unreachable!() };
    let mut codes: Vec<_> =
        body.responses[0].partition_responses.iter().map(|part| (part.index, part.error_code)).collect();
    codes.sort();
    assert_eq!(
        codes,
        [
            (0, ErrorCode::CorruptMessage.code()),
            (1, 0),
            (2, ErrorCode::InvalidRecord.code()),
            (3, ErrorCode::InvalidRecord.code()),
        ]
    );
    let found = client.fetch(12, crate::client::fetch("t", 1, 0, 0)).await.remove(0);
    assert_eq!(found.values, ["a", "b"]);
}

#[tokio::test]
async fn acks_zero_says_nothing_and_its_failure_closes() {
    let client = Client::open("tansu+memory://").await;
    client.topic("t").await;
    let good = batch(&["a"]);
    let answer = client.answer(0, 9, &Request::Produce(produce("t", &[(0, &good)], 0))).await;
    assert_eq!(answer, Reply::Silent);
    assert_eq!(client.fetch_one("t", 0, 0).await.values, ["a"]);
    let answer = client.answer(0, 9, &Request::Produce(produce("t", &[(0, b"nonsense")], 0))).await;
    assert!(matches!(answer, Reply::Close(_)), "{answer:?}");
    let answer = client.answer(0, 9, &Request::Produce(produce("unknown", &[(0, &good)], 0))).await;
    assert!(matches!(answer, Reply::Close(_)), "{answer:?}");
}

#[tokio::test]
async fn unknown_acks_topics_and_partitions_are_named_per_partition() {
    let client = Client::open("tansu+memory://").await;
    client.topic("t").await;
    let good = batch(&["a"]);
    for (topic, partition, acks, code) in [
        ("t", 0, 2, ErrorCode::InvalidRequiredAcks),
        ("t", 7, -1, ErrorCode::UnknownTopicOrPartition),
        ("u", 0, -1, ErrorCode::UnknownTopicOrPartition),
    ] {
        let reply = client.ask(0, 9, Request::Produce(produce(topic, &[(partition, &good)], acks))).await;
        let Response::Produce(body) = reply.body() else { unreachable!() };
        assert_eq!(body.responses[0].partition_responses[0].error_code, code.code());
    }
}

#[tokio::test]
async fn transactions_are_refused_before_the_storage() {
    let client = Client::open("tansu+memory://").await;
    client.topic("t").await;
    let batch = batch_with(&["a"], |batch| batch.attributes(0x10).producer_id(7).producer_epoch(0).base_sequence(0));
    assert_eq!(client.produce("t", 0, &batch).await.0, ErrorCode::InvalidTxnState.code());
}

#[tokio::test]
async fn versions_without_record_batches_are_advertised_and_close() {
    let client = Client::open("tansu+memory://").await;
    assert_eq!(client.tansu.advertised()[0].min, 0);
    let answer = client.tansu.call(bytes::Bytes::from_static(&[0; 32]), 0, 2, 1, 8).await;
    assert!(matches!(answer, Reply::Close(_)));
}

#[tokio::test]
async fn what_has_begun_is_finished_when_the_client_goes_away() {
    let client = Client::open("tansu+memory://").await;
    client.topic("t").await;
    let records = batch(&["a"]);
    let request = Request::Produce(produce("t", &[(0, &records)], -1));
    let (frame, id, body_at) = crate::client::frame(0, 9, &request);
    let mut call = Box::pin(client.tansu.call(frame, 0, 9, id, body_at));
    let polled = std::future::poll_fn(|cx| std::task::Poll::Ready(call.as_mut().poll(cx))).await;
    assert!(polled.is_pending());
    drop(call);
    assert_eq!(client.fetch_one("t", 0, 30_000).await.values, ["a"]);
}

#[tokio::test]
async fn honest_counts_beyond_what_anybody_needs_close_the_connection() {
    let client = Client::open("tansu+memory://").await;
    for (count, closes) in [(100_000, false), (200_000, true)] {
        let request = DescribeGroupsRequest { groups: vec![""; count], ..DescribeGroupsRequest::default() };
        let answer = client.answer(15, 5, &Request::DescribeGroups(request)).await;
        assert_eq!(matches!(answer, Reply::Close(_)), closes, "{count}");
    }
}
