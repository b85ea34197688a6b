//! What upstream gets wrong and a front cannot put right, each named in `docs/storages.md`. A test here fails when
//! upstream mends its flaw: then the line in the document goes too.

use wire::{
    ErrorCode,
    message::{
        Request, Response,
        create_topics_request::{
            CreatableReplicaAssignment, CreatableTopic, CreatableTopicConfig, CreateTopicsRequest,
        },
        delete_groups_request::DeleteGroupsRequest,
        delete_records_request::{DeleteRecordsPartition, DeleteRecordsRequest, DeleteRecordsTopic},
        describe_configs_request::{DescribeConfigsRequest, DescribeConfigsResource},
        describe_groups_request::DescribeGroupsRequest,
        incremental_alter_configs_request::{AlterConfigsResource, AlterableConfig, IncrementalAlterConfigsRequest},
        init_producer_id_request::InitProducerIdRequest,
        offset_commit_request::{OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic},
        offset_fetch_request::{OffsetFetchRequest, OffsetFetchRequestTopic},
        offset_fetch_response::OffsetFetchResponseTopic,
    },
};

use crate::{
    client::{Client, batch, batch_with, now_ms, produce},
    groups::joined,
};

/// A client of each engine that needs no server; the folder holds the file of one of them.
async fn engines() -> (tempfile::TempDir, Vec<Client>) {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = format!("sqlite://{}/flaws.db", folder.path().display());
    let clients = vec![Client::open("tansu+memory://").await, Client::open(&sqlite).await];
    (folder, clients)
}

async fn create(client: &Client, topic: CreatableTopic<'_>) -> i16 {
    let request = CreateTopicsRequest { topics: vec![topic], timeout_ms: 1_000, validate_only: false };
    let reply = client.ask(19, 7, Request::CreateTopics(request)).await;
    let Response::CreateTopics(body) = reply.body() else { unreachable!() };
    body.topics[0].error_code
}

fn topic(name: &str) -> CreatableTopic<'_> {
    CreatableTopic { name, num_partitions: 1, replication_factor: 1, ..CreatableTopic::default() }
}

fn config<'a>(name: &'a str, value: &'a str) -> Vec<CreatableTopicConfig<'a>> {
    vec![CreatableTopicConfig { name, value: Some(value) }]
}

/// Names and values that DescribeConfigs shows for a resource, and its error code.
async fn configs(client: &Client, resource_type: i8, resource_name: &str) -> (i16, Vec<String>) {
    let resource = DescribeConfigsResource { resource_type, resource_name, configuration_keys: None };
    let request = DescribeConfigsRequest { resources: vec![resource], ..DescribeConfigsRequest::default() };
    let reply = client.ask(32, 4, Request::DescribeConfigs(request)).await;
    let Response::DescribeConfigs(body) = reply.body() else { unreachable!() };
    let result = &body.results[0];
    (result.error_code, result.configs.iter().map(|c| format!("{}={}", c.name, c.value.unwrap_or("null"))).collect())
}

#[tokio::test]
async fn transactions_are_refused() {
    let (_folder, clients) = engines().await;
    for client in clients {
        let request =
            InitProducerIdRequest { transactional_id: Some("x"), transaction_timeout_ms: 60_000, ..Default::default() };
        let reply = client.ask(22, 4, Request::InitProducerId(request)).await;
        let Response::InitProducerId(body) = reply.body() else { unreachable!() };
        assert_eq!(body.error_code, ErrorCode::TransactionalIdAuthorizationFailed.code());
    }
}

#[tokio::test]
async fn the_memory_engine_has_no_retention() {
    let (_folder, clients) = engines().await;
    let mut kept = Vec::new();
    for client in clients {
        assert_eq!(create(&client, CreatableTopic { configs: config("retention.ms", "1000"), ..topic("t") }).await, 0);
        let old = now_ms() - 60_000;
        let records = batch_with(&["old"], |batch| batch.base_timestamp(old).max_timestamp(old));
        assert_eq!(client.produce("t", 0, &records).await, (0, 0));
        client.tansu.maintain().await.unwrap();
        kept.push(client.fetch(12, crate::client::fetch("t", 0, 0, 0)).await.remove(0).values.len());
    }
    // Memory, and SQLite as it should be.
    assert_eq!(kept, [1, 0]);
}

#[tokio::test]
async fn produce_answers_with_a_log_start_of_zero() {
    let (_folder, clients) = engines().await;
    for client in clients {
        client.topic("t").await;
        client.send("t", &["a"]).await;
        client.send("t", &["b"]).await;
        let part = DeleteRecordsPartition { partition_index: 0, offset: 1 };
        let topic = DeleteRecordsTopic { name: "t", partitions: vec![part] };
        let request = DeleteRecordsRequest { topics: vec![topic], timeout_ms: 1_000 };
        client.ask(21, 2, Request::DeleteRecords(request)).await;
        let records = batch(&["c"]);
        let reply = client.ask(0, 9, Request::Produce(produce("t", &[(0, &records)], -1))).await;
        let Response::Produce(body) = reply.body() else { unreachable!() };
        assert_eq!(body.responses[0].partition_responses[0].log_start_offset, 0);
        assert_eq!(client.fetch_one("t", 1, 0).await.log_start, 1);
    }
}

/// A group that has committed offset 1 of a topic, with metadata and a leader epoch.
async fn committed(client: &Client) {
    client.topic("t").await;
    let part = OffsetCommitRequestPartition {
        partition_index: 0,
        committed_offset: 1,
        committed_leader_epoch: 0,
        committed_metadata: Some("words"),
    };
    let topic = OffsetCommitRequestTopic { name: "t", partitions: vec![part], ..OffsetCommitRequestTopic::default() };
    let request = OffsetCommitRequest { group_id: "simple", topics: vec![topic], ..OffsetCommitRequest::default() };
    let reply = client.ask(8, 7, Request::OffsetCommit(request)).await;
    let Response::OffsetCommit(body) = reply.body() else { unreachable!() };
    assert_eq!(body.topics[0].partitions[0].error_code, 0);
}

async fn offsets<T>(
    client: &Client,
    topics: Option<Vec<OffsetFetchRequestTopic<'_>>>,
    look: impl Fn(&[OffsetFetchResponseTopic<'_>]) -> T,
) -> T {
    let request = OffsetFetchRequest { group_id: "simple", topics, ..OffsetFetchRequest::default() };
    let reply = client.ask(9, 5, Request::OffsetFetch(request)).await;
    let Response::OffsetFetch(body) = reply.body() else { unreachable!() };
    look(&body.topics)
}

#[tokio::test]
async fn a_committed_offset_loses_its_metadata_and_leader_epoch() {
    let (_folder, clients) = engines().await;
    for client in clients {
        committed(&client).await;
        let asked = OffsetFetchRequestTopic { name: "t", partition_indexes: vec![0] };
        let seen = offsets(&client, Some(vec![asked]), |topics| {
            let part = &topics[0].partitions[0];
            (part.committed_offset, part.committed_leader_epoch, part.metadata.unwrap_or_default().to_owned())
        });
        assert_eq!(seen.await, (1, -1, String::new()));
    }
}

#[tokio::test]
async fn offset_fetch_for_all_topics_is_empty_before_version_8() {
    let (_folder, clients) = engines().await;
    for client in clients {
        committed(&client).await;
        assert_eq!(offsets(&client, None, |topics| topics.len()).await, 0);
    }
}

#[tokio::test]
async fn described_groups_show_neither_protocol_nor_clients_nor_assignments() {
    let (_folder, clients) = engines().await;
    for client in clients {
        let (_, _, member) = joined(&client, 9, "").await;
        assert_eq!(joined(&client, 9, &member).await.0, 0);
        let request = DescribeGroupsRequest { groups: vec!["g"], ..DescribeGroupsRequest::default() };
        let reply = client.ask(15, 5, Request::DescribeGroups(request)).await;
        let Response::DescribeGroups(body) = reply.body() else { unreachable!() };
        let group = &body.groups[0];
        let seen = &group.members[0];
        assert_eq!((group.protocol_data, seen.client_id, seen.client_host), ("", "", ""));
        assert!(seen.member_metadata.is_empty() && seen.member_assignment.is_empty());
    }
}

#[tokio::test]
async fn the_memory_engine_deletes_unknown_groups() {
    let (_folder, clients) = engines().await;
    let mut codes = Vec::new();
    for client in clients {
        let request = DeleteGroupsRequest { groups_names: vec!["nobody"] };
        let reply = client.ask(42, 2, Request::DeleteGroups(request)).await;
        let Response::DeleteGroups(body) = reply.body() else { unreachable!() };
        codes.push(body.results[0].error_code);
    }
    assert_eq!(codes, [0, ErrorCode::GroupIdNotFound.code()]);
}

#[tokio::test]
async fn described_configs_are_those_that_were_set() {
    let (_folder, clients) = engines().await;
    for client in clients {
        assert_eq!(create(&client, CreatableTopic { configs: config("retention.ms", "5"), ..topic("t") }).await, 0);
        assert_eq!(configs(&client, 2, "t").await, (0, vec!["retention.ms=5".to_owned()]));
        assert_eq!(configs(&client, 4, "111").await, (0, Vec::new()));
    }
}

#[tokio::test]
async fn the_memory_engine_describes_unknown_topics() {
    let (_folder, clients) = engines().await;
    let mut codes = Vec::new();
    for client in clients {
        codes.push(configs(&client, 2, "nobody").await.0);
    }
    assert_eq!(codes, [0, ErrorCode::UnknownTopicOrPartition.code()]);
}

#[tokio::test]
async fn configs_that_kafka_does_not_know_are_taken() {
    let (_folder, clients) = engines().await;
    for client in clients {
        assert_eq!(create(&client, CreatableTopic { configs: config("colour", "red"), ..topic("t") }).await, 0);
        assert_eq!(
            create(&client, CreatableTopic { configs: config("cleanup.policy", "shred"), ..topic("u") }).await,
            0
        );
        let change = AlterableConfig { name: "shape", config_operation: 0, value: Some("round") };
        let resource = AlterConfigsResource { resource_type: 2, resource_name: "t", configs: vec![change] };
        let request = IncrementalAlterConfigsRequest { resources: vec![resource], validate_only: false };
        let reply = client.ask(44, 1, Request::IncrementalAlterConfigs(request)).await;
        let Response::IncrementalAlterConfigs(body) = reply.body() else { unreachable!() };
        assert_eq!(body.responses[0].error_code, 0);
    }
}

#[tokio::test]
async fn topics_that_kafka_refuses_are_created() {
    let (_folder, clients) = engines().await;
    for client in clients {
        // Kafka has names in metrics where a dot and an underscore are the same.
        assert_eq!(create(&client, topic("a.b")).await, 0);
        assert_eq!(create(&client, topic("a_b")).await, 0);
        assert_eq!(create(&client, CreatableTopic { replication_factor: 3, ..topic("three") }).await, 0);
        let elsewhere = CreatableReplicaAssignment { partition_index: 0, broker_ids: vec![5] };
        let manual = CreatableTopic {
            num_partitions: -1,
            replication_factor: -1,
            assignments: vec![elsewhere],
            ..topic("elsewhere")
        };
        assert_eq!(create(&client, manual).await, 0);
    }
}

#[tokio::test]
async fn committed_offsets_do_not_expire() {
    let (_folder, clients) = engines().await;
    for client in clients {
        committed(&client).await;
        let part = OffsetCommitRequestPartition { partition_index: 0, committed_offset: 7, ..Default::default() };
        let topic = OffsetCommitRequestTopic { name: "t", partitions: vec![part], ..Default::default() };
        // Until version 4 a commit may say how long it is to be kept.
        let request =
            OffsetCommitRequest { group_id: "simple", retention_time_ms: 1, topics: vec![topic], ..Default::default() };
        client.ask(8, 4, Request::OffsetCommit(request)).await;
        let sent = now_ms();
        while now_ms() < sent + 5 {
            tokio::task::yield_now().await;
        }
        client.tansu.maintain().await.unwrap();
        let asked = OffsetFetchRequestTopic { name: "t", partition_indexes: vec![0] };
        let seen = offsets(&client, Some(vec![asked]), |topics| topics[0].partitions[0].committed_offset);
        assert_eq!(seen.await, 7);
    }
}
