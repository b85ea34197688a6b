//! Our settings about topics, and the commands.

use wire::{
    ErrorCode, Uuid,
    message::{
        Request, Response,
        create_topics_request::{CreatableTopic, CreateTopicsRequest},
        metadata_request::{MetadataRequest, MetadataRequestTopic},
    },
};

use crate::client::{Client, options};

fn asked<'a>(name: &'a str, allow: bool) -> Request<'a> {
    Request::Metadata(MetadataRequest {
        topics: Some(vec![MetadataRequestTopic { topic_id: Uuid::ZERO, name: Some(name) }]),
        allow_auto_topic_creation: allow,
        ..MetadataRequest::default()
    })
}

/// Error code and number of partitions.
async fn metadata(client: &Client, version: i16, request: Request<'_>) -> Vec<(i16, usize)> {
    let reply = client.ask(3, version, request).await;
    let Response::Metadata(body) = reply.body() else { unreachable!() };
    assert_eq!((body.brokers[0].host, body.brokers[0].port, body.brokers[0].node_id), ("localhost", 9092, 111));
    body.topics.iter().map(|topic| (topic.error_code, topic.partitions.len())).collect()
}

#[tokio::test]
async fn a_topic_that_is_asked_for_has_our_number_of_partitions() {
    let mut settings = options("tansu+memory://");
    settings.num_partitions = 3;
    let client = Client::with(settings).await;
    let unknown = ErrorCode::UnknownTopicOrPartition.code();
    assert_eq!(metadata(&client, 12, asked("t", false)).await, [(unknown, 0)]);
    assert_eq!(metadata(&client, 12, asked("t", true)).await, [(0, 3)]);
    // Version 3 has no flag.
    assert_eq!(metadata(&client, 3, asked("u", true)).await, [(0, 3)]);
    assert_eq!(metadata(&client, 12, asked("a/b", true)).await[0].0, ErrorCode::InvalidTopicException.code());
    let none = MetadataRequest { topics: Some(Vec::new()), ..MetadataRequest::default() };
    assert_eq!(metadata(&client, 12, Request::Metadata(none)).await, []);
    let all = MetadataRequest { topics: None, ..MetadataRequest::default() };
    assert_eq!(metadata(&client, 12, Request::Metadata(all)).await, [(0, 3), (0, 3)]);
}

#[tokio::test]
async fn nothing_is_created_where_the_setting_forbids_it() {
    let mut settings = options("tansu+memory://");
    settings.auto_create_topics = false;
    let client = Client::with(settings).await;
    assert_eq!(metadata(&client, 12, asked("t", true)).await, [(ErrorCode::UnknownTopicOrPartition.code(), 0)]);
    assert_eq!(client.tansu.topics().await.unwrap(), []);
}

#[tokio::test]
async fn create_topics_without_a_count_takes_the_setting() {
    let client = Client::open("tansu+memory://").await;
    let topic = CreatableTopic { name: "t", num_partitions: -1, replication_factor: -1, ..CreatableTopic::default() };
    let request = CreateTopicsRequest { topics: vec![topic], timeout_ms: 1_000, validate_only: false };
    let reply = client.ask(19, 7, Request::CreateTopics(request)).await;
    let Response::CreateTopics(body) = reply.body() else { unreachable!() };
    assert_eq!((body.topics[0].error_code, body.topics[0].num_partitions), (0, 1));
}

#[tokio::test]
async fn the_commands_create_and_list() {
    let client = Client::open("tansu+memory://").await;
    let made = client.tansu.create_topic("t", 2, &[("retention.ms".into(), "60000".into())]).await.unwrap();
    assert_eq!((made.name.as_str(), made.partitions.len(), made.id.len()), ("t", 2, 22));
    client.send("t", &["a", "b"]).await;
    let listed = client.tansu.topics().await.unwrap();
    assert_eq!((listed[0].id.as_str(), listed[0].partitions[0].high_watermark), (made.id.as_str(), 2));
    assert_eq!(client.tansu.create_topic("t", 1, &[]).await.unwrap_err().code, ErrorCode::TopicAlreadyExists);
    assert_eq!(client.tansu.create_topic("", 1, &[]).await.unwrap_err().code, ErrorCode::InvalidTopicException);
    assert_eq!(client.tansu.create_topic("u", 0, &[]).await.unwrap_err().code, ErrorCode::InvalidPartitions);
}
