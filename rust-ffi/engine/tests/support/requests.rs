//! Requests that a broker with the topic `t` answers from what it has: a client's everyday ones, all arrays filled.

use wire::{
    Uuid, batch,
    message::{
        Request, Writer, create_partitions_request as create_partitions, create_topics_request as create_topics,
        delete_records_request as delete_records, describe_configs_request as describe_configs,
        describe_topic_partitions_request as describe_topic_partitions, fetch_request as fetch,
        incremental_alter_configs_request as alter_configs, join_group_request as join_group,
        list_offsets_request as list_offsets, metadata_request as metadata, offset_commit_request as offset_commit,
        offset_delete_request as offset_delete, offset_fetch_request as offset_fetch, produce_request as produce,
        sync_group_request as sync_group,
    },
};

/// The bytes of each request in each version that can say it: key, version, body.
pub fn all(id: Uuid) -> Vec<(i16, i16, Vec<u8>)> {
    let records = batch::build(&[(Some(b"key"), Some(b"value")), (None, Some(b"other"))], 1_790_000_000_000);
    let named = [told(&records, "t", Uuid::ZERO), told(&records, "", id)];
    let mut all = Vec::new();
    for api in wire::api::TABLE {
        for version in api.min..=api.max {
            if !engine::serves(api.key, version) {
                continue;
            }
            for (_, request) in named.iter().flatten().filter(|(key, _)| *key == api.key) {
                let mut writer = Writer::new();
                if request.encode(&mut writer, version).is_ok() {
                    all.push((api.key, version, writer.into_parts().concat()));
                }
            }
        }
    }
    all
}

fn told<'a>(records: &'a [u8], name: &'a str, topic_id: Uuid) -> Vec<(i16, Request<'a>)> {
    vec![
        (0, Request::Produce(produced(records, name, topic_id))),
        (1, Request::Fetch(fetched(name, topic_id))),
        (2, Request::ListOffsets(offsets_of(name))),
        (3, Request::Metadata(described(name, topic_id))),
        (8, Request::OffsetCommit(committed(name, topic_id))),
        (9, Request::OffsetFetch(committed_of(name, topic_id))),
        (11, Request::JoinGroup(joined())),
        (14, Request::SyncGroup(synced())),
        (19, Request::CreateTopics(made())),
        (21, Request::DeleteRecords(deleted(name))),
        (32, Request::DescribeConfigs(configs_of(name))),
        (37, Request::CreatePartitions(grown(name))),
        (44, Request::IncrementalAlterConfigs(altered(name))),
        (47, Request::OffsetDelete(forgotten(name))),
        (75, Request::DescribeTopicPartitions(partitions_of(name))),
    ]
}

fn produced<'a>(records: &'a [u8], name: &'a str, topic_id: Uuid) -> produce::ProduceRequest<'a> {
    let partition_data = vec![
        produce::PartitionProduceData { index: 0, records: Some(records) },
        produce::PartitionProduceData { index: 1, records: Some(records) },
    ];
    produce::ProduceRequest {
        acks: -1,
        timeout_ms: 1_000,
        topic_data: vec![produce::TopicProduceData { name, topic_id, partition_data }],
        ..Default::default()
    }
}

fn fetched(topic: &str, topic_id: Uuid) -> fetch::FetchRequest<'_> {
    let part = |partition| fetch::FetchPartition {
        partition,
        partition_max_bytes: 1 << 20,
        current_leader_epoch: -1,
        ..Default::default()
    };
    fetch::FetchRequest {
        max_wait_ms: 100,
        min_bytes: 1,
        max_bytes: 1 << 20,
        topics: vec![fetch::FetchTopic { topic, topic_id, partitions: vec![part(0), part(1)] }],
        ..Default::default()
    }
}

fn offsets_of(name: &str) -> list_offsets::ListOffsetsRequest<'_> {
    let part = |partition_index, timestamp| list_offsets::ListOffsetsPartition {
        partition_index,
        timestamp,
        current_leader_epoch: -1,
    };
    let partitions = vec![part(0, 1), part(1, -1)];
    list_offsets::ListOffsetsRequest {
        topics: vec![list_offsets::ListOffsetsTopic { name, partitions }],
        ..Default::default()
    }
}

fn described(name: &str, topic_id: Uuid) -> metadata::MetadataRequest<'_> {
    let topics = vec![metadata::MetadataRequestTopic { topic_id, name: Some(name).filter(|name| !name.is_empty()) }];
    metadata::MetadataRequest { topics: Some(topics), ..Default::default() }
}

fn committed(name: &str, topic_id: Uuid) -> offset_commit::OffsetCommitRequest<'_> {
    let partitions = vec![offset_commit::OffsetCommitRequestPartition {
        committed_offset: 1,
        committed_metadata: Some("meta"),
        ..Default::default()
    }];
    offset_commit::OffsetCommitRequest {
        group_id: "g",
        generation_id_or_member_epoch: -1,
        topics: vec![offset_commit::OffsetCommitRequestTopic { name, topic_id, partitions }],
        ..Default::default()
    }
}

fn committed_of(name: &str, topic_id: Uuid) -> offset_fetch::OffsetFetchRequest<'_> {
    // One form up to version 7, the other from 8 on.
    if topic_id == Uuid::ZERO {
        let topics = Some(vec![offset_fetch::OffsetFetchRequestTopic { name, partition_indexes: vec![0, 1] }]);
        return offset_fetch::OffsetFetchRequest { group_id: "g", topics, ..Default::default() };
    }
    let topics = Some(vec![offset_fetch::OffsetFetchRequestTopics { name: "t", topic_id, partition_indexes: vec![0] }]);
    let groups = vec![offset_fetch::OffsetFetchRequestGroup { group_id: "g", topics, ..Default::default() }];
    offset_fetch::OffsetFetchRequest { groups, ..Default::default() }
}

fn joined<'a>() -> join_group::JoinGroupRequest<'a> {
    join_group::JoinGroupRequest {
        group_id: "g",
        session_timeout_ms: 10_000,
        rebalance_timeout_ms: 10_000,
        protocol_type: "consumer",
        protocols: vec![join_group::JoinGroupRequestProtocol { name: "range", metadata: &[0, 1, 0, 0, 0, 0] }],
        ..Default::default()
    }
}

fn synced<'a>() -> sync_group::SyncGroupRequest<'a> {
    sync_group::SyncGroupRequest {
        group_id: "g",
        generation_id: 1,
        member_id: "m",
        assignments: vec![sync_group::SyncGroupRequestAssignment { member_id: "m", assignment: &[0, 1] }],
        ..Default::default()
    }
}

fn made<'a>() -> create_topics::CreateTopicsRequest<'a> {
    let assigned = create_topics::CreatableReplicaAssignment { partition_index: 0, broker_ids: vec![1] };
    let configs = vec![create_topics::CreatableTopicConfig { name: "retention.ms", value: Some("1000") }];
    let topic =
        create_topics::CreatableTopic { num_partitions: 2, replication_factor: 1, configs, ..Default::default() };
    let topics = vec![
        create_topics::CreatableTopic { name: "new", ..topic.clone() },
        create_topics::CreatableTopic {
            name: "placed",
            num_partitions: -1,
            replication_factor: -1,
            assignments: vec![assigned],
            ..topic
        },
    ];
    create_topics::CreateTopicsRequest { topics, timeout_ms: 1_000, ..Default::default() }
}

fn deleted(name: &str) -> delete_records::DeleteRecordsRequest<'_> {
    let partitions = vec![delete_records::DeleteRecordsPartition { partition_index: 0, offset: 0 }];
    let topics = vec![delete_records::DeleteRecordsTopic { name, partitions }];
    delete_records::DeleteRecordsRequest { topics, timeout_ms: 1_000 }
}

fn configs_of(resource_name: &str) -> describe_configs::DescribeConfigsRequest<'_> {
    let resources = vec![describe_configs::DescribeConfigsResource {
        resource_type: 2,
        resource_name,
        configuration_keys: Some(vec!["retention.ms", "cleanup.policy"]),
    }];
    describe_configs::DescribeConfigsRequest { resources, ..Default::default() }
}

fn grown(name: &str) -> create_partitions::CreatePartitionsRequest<'_> {
    let assignments = Some(vec![create_partitions::CreatePartitionsAssignment { broker_ids: vec![1] }]);
    let topics = vec![create_partitions::CreatePartitionsTopic { name, count: 3, assignments }];
    create_partitions::CreatePartitionsRequest { topics, timeout_ms: 1_000, ..Default::default() }
}

fn altered(resource_name: &str) -> alter_configs::IncrementalAlterConfigsRequest<'_> {
    let configs = vec![alter_configs::AlterableConfig { name: "retention.ms", config_operation: 0, value: Some("5") }];
    let resources = vec![alter_configs::AlterConfigsResource { resource_type: 2, resource_name, configs }];
    alter_configs::IncrementalAlterConfigsRequest { resources, ..Default::default() }
}

fn forgotten(name: &str) -> offset_delete::OffsetDeleteRequest<'_> {
    let partitions = vec![offset_delete::OffsetDeleteRequestPartition { partition_index: 0 }];
    let topics = vec![offset_delete::OffsetDeleteRequestTopic { name, partitions }];
    offset_delete::OffsetDeleteRequest { group_id: "g", topics }
}

fn partitions_of(name: &str) -> describe_topic_partitions::DescribeTopicPartitionsRequest<'_> {
    describe_topic_partitions::DescribeTopicPartitionsRequest {
        topics: vec![describe_topic_partitions::TopicRequest { name }],
        response_partition_limit: 2_000,
        cursor: Some(describe_topic_partitions::Cursor { topic_name: "t", partition_index: 0 }),
    }
}
