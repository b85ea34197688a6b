//! Dispatch of requests by key, the served versions, and which requests block.

use wire::{
    api::{Api, ApiRange},
    message::{
        Reader, list_offsets_request::ListOffsetsRequest, metadata_request::MetadataRequest,
        produce_request::ProduceRequest,
    },
};

use crate::{
    Engine, api,
    context::RequestContext,
    groups::OFFSETS_TOPIC,
    outcome::{Outcome, Parked, ParkedRequest},
};

macro_rules! serve {
    ($($key:literal $module:ident $file:ident $request:ident,)*) => {
        /// The served request keys.
        const SERVED: &[i16] = &[$($key),*];

        pub(crate) fn request(engine: &Engine, context: &RequestContext<'_>, body: &[u8]) -> Outcome {
            let reader = &mut reader(context.key, body);
            match context.key {
                $($key => match wire::message::$file::$request::decode(reader, context.version) {
                    Ok(request) => api::$module::handle(engine, context, &request),
                    Err(e) => {
                        let name = stringify!($request);
                        Outcome::Close(format!("{name} version {} is malformed: {e}", context.version))
                    }
                },)*
                key => Outcome::Close(format!("request key {key} is not served")),
            }
        }
    };
}

serve! {
    0 produce produce_request ProduceRequest,
    1 fetch fetch_request FetchRequest,
    2 list_offsets list_offsets_request ListOffsetsRequest,
    3 metadata metadata_request MetadataRequest,
    8 offset_commit offset_commit_request OffsetCommitRequest,
    9 offset_fetch offset_fetch_request OffsetFetchRequest,
    10 find_coordinator find_coordinator_request FindCoordinatorRequest,
    11 join_group join_group_request JoinGroupRequest,
    12 heartbeat heartbeat_request HeartbeatRequest,
    13 leave_group leave_group_request LeaveGroupRequest,
    14 sync_group sync_group_request SyncGroupRequest,
    15 describe_groups describe_groups_request DescribeGroupsRequest,
    16 list_groups list_groups_request ListGroupsRequest,
    19 create_topics create_topics_request CreateTopicsRequest,
    20 delete_topics delete_topics_request DeleteTopicsRequest,
    21 delete_records delete_records_request DeleteRecordsRequest,
    22 init_producer_id init_producer_id_request InitProducerIdRequest,
    23 offset_for_leader_epoch offset_for_leader_epoch_request OffsetForLeaderEpochRequest,
    29 describe_acls describe_acls_request DescribeAclsRequest,
    30 create_acls create_acls_request CreateAclsRequest,
    31 delete_acls delete_acls_request DeleteAclsRequest,
    32 describe_configs describe_configs_request DescribeConfigsRequest,
    33 alter_configs alter_configs_request AlterConfigsRequest,
    34 alter_replica_log_dirs alter_replica_log_dirs_request AlterReplicaLogDirsRequest,
    35 describe_log_dirs describe_log_dirs_request DescribeLogDirsRequest,
    37 create_partitions create_partitions_request CreatePartitionsRequest,
    42 delete_groups delete_groups_request DeleteGroupsRequest,
    43 elect_leaders elect_leaders_request ElectLeadersRequest,
    44 incremental_alter_configs incremental_alter_configs_request IncrementalAlterConfigsRequest,
    45 alter_partition_reassignments alter_partition_reassignments_request AlterPartitionReassignmentsRequest,
    46 list_partition_reassignments list_partition_reassignments_request ListPartitionReassignmentsRequest,
    47 offset_delete offset_delete_request OffsetDeleteRequest,
    55 describe_quorum describe_quorum_request DescribeQuorumRequest,
    57 update_features update_features_request UpdateFeaturesRequest,
    60 describe_cluster describe_cluster_request DescribeClusterRequest,
    61 describe_producers describe_producers_request DescribeProducersRequest,
    64 unregister_broker unregister_broker_request UnregisterBrokerRequest,
    71 get_telemetry_subscriptions get_telemetry_subscriptions_request GetTelemetrySubscriptionsRequest,
    72 push_telemetry push_telemetry_request PushTelemetryRequest,
    74 list_config_resources list_config_resources_request ListConfigResourcesRequest,
    75 describe_topic_partitions describe_topic_partitions_request DescribeTopicPartitionsRequest,
    80 add_raft_voter add_raft_voter_request AddRaftVoterRequest,
    81 remove_raft_voter remove_raft_voter_request RemoveRaftVoterRequest,
}

/// Memory budget for the decoded elements of a request. Ten thousand topics are well within it; responses are several
/// times as large as their requests.
const ELEMENTS_MAX: usize = 2 << 20;

/// Returns a reader with the element budget. Produce and Fetch are exempt: they name many partitions, and their
/// responses are as large as they are.
pub(crate) fn reader(key: i16, body: &[u8]) -> Reader<'_> {
    if key <= wire::api::FETCH { Reader::new(body) } else { Reader::within(body, ELEMENTS_MAX) }
}

/// Returns whether a request may create, delete, persist, read or inflate so much that other requests would wait, by
/// sizes that are known before. A malformed request does not.
pub(crate) fn is_blocking(engine: &Engine, key: i16, version: i16, body: &[u8]) -> bool {
    let (is_on_disk, has_many_topics) = (engine.data_dir.is_some(), engine.topics.count() > MANY_TOPICS);
    let creates_offsets = || is_on_disk && engine.topics.get(OFFSETS_TOPIC).is_none();
    match key {
        PRODUCE if body.len() > LARGE_PRODUCE => ProduceRequest::decode(&mut reader(key, body), version)
            .is_ok_and(|request| api::produce::inflates_much(engine, version, &request)),
        CREATE_TOPICS
        | DELETE_TOPICS
        | DELETE_RECORDS
        | ALTER_CONFIGS
        | CREATE_PARTITIONS
        | INCREMENTAL_ALTER_CONFIGS => is_on_disk || body.len() > LARGE,
        // A thousand names may make a thousand topics.
        METADATA if !is_on_disk && body.len() > LARGE => true,
        METADATA if is_on_disk || has_many_topics => MetadataRequest::decode(&mut reader(key, body), version)
            .is_ok_and(|request| {
                let asks_all = request.topics.iter().flatten().next().is_none();
                is_on_disk && api::metadata::makes_topics(engine, &request) || has_many_topics && asks_all
            }),
        LIST_OFFSETS => ListOffsetsRequest::decode(&mut reader(key, body), version)
            .is_ok_and(|request| api::list_offsets::reads_much(engine, &request)),
        // An offset costs more than its bytes.
        OFFSET_COMMIT if creates_offsets() => true,
        OFFSET_COMMIT | OFFSET_DELETE | DELETE_GROUPS => body.len() > LARGE,
        DESCRIBE_LOG_DIRS | DESCRIBE_TOPIC_PARTITIONS | LIST_CONFIG_RESOURCES => has_many_topics,
        // The first one makes `__consumer_offsets`.
        JOIN_GROUP | FIND_COORDINATOR if creates_offsets() => true,
        PRODUCE | FETCH => false,
        _ => body.len() > LARGE_BODY,
    }
}

/// An answer about all of them takes others' time.
const MANY_TOPICS: usize = 1_000;
/// Larger than any request of an ordinary client that carries no records.
const LARGE_BODY: usize = 64 << 10;
/// More than an ordinary client's request that makes topics in memory.
const LARGE: usize = 4 << 10;
/// Smaller Produce requests inflate too little for other requests to notice.
const LARGE_PRODUCE: usize = 16 << 10;

const PRODUCE: i16 = wire::api::PRODUCE;
const FETCH: i16 = wire::api::FETCH;
const LIST_OFFSETS: i16 = 2;
const METADATA: i16 = wire::api::METADATA;
const OFFSET_COMMIT: i16 = 8;
const FIND_COORDINATOR: i16 = 10;
const JOIN_GROUP: i16 = 11;
const CREATE_TOPICS: i16 = 19;
const DELETE_TOPICS: i16 = 20;
const DELETE_RECORDS: i16 = 21;
const ALTER_CONFIGS: i16 = 33;
const DESCRIBE_LOG_DIRS: i16 = 35;
const CREATE_PARTITIONS: i16 = 37;
const DELETE_GROUPS: i16 = 42;
const INCREMENTAL_ALTER_CONFIGS: i16 = 44;
const OFFSET_DELETE: i16 = 47;
const LIST_CONFIG_RESOURCES: i16 = 74;
const DESCRIBE_TOPIC_PARTITIONS: i16 = 75;

/// Kafka serves these keys and advertises them only if a metrics reporter is configured.
const UNADVERTISED: &[i16] = &[71, 72];

/// ApiVersions is answered by the broker crate.
const API_VERSIONS: i16 = wire::api::API_VERSIONS;

pub(crate) fn resume(engine: &Engine, context: &RequestContext<'_>, body: &[u8], parked: Parked) -> Outcome {
    let Parked { ticket, request } = parked;
    match request {
        ParkedRequest::Fetch(delayed) => api::fetch::resume(engine, context, delayed, ticket),
        ParkedRequest::Produce(delayed) => api::produce::resume(context, body, delayed, ticket),
        ParkedRequest::Group(delayed) => crate::groups::resume(context, delayed, ticket),
        ParkedRequest::Reply(delayed) => delayed.resume(ticket),
    }
}

pub(crate) fn cancel(engine: &Engine, context: &RequestContext<'_>, parked: Parked) -> Outcome {
    let Parked { ticket, request } = parked;
    match request {
        // Answers as after the deadline, with the records read so far.
        ParkedRequest::Fetch(delayed) => api::fetch::cancel(engine, context, delayed, ticket),
        // Not acknowledged: the client retries, and the log recognises the retry.
        ParkedRequest::Produce(_) => Outcome::Close("the broker stops".to_owned()),
        ParkedRequest::Group(_) | ParkedRequest::Reply(_) => Outcome::Close("the broker stops".to_owned()),
    }
}

/// Returns whether requests with this key are served.
pub(crate) fn has(key: i16) -> bool {
    SERVED.contains(&key)
}

/// Produce is advertised from version 0 on, for clients that expect it; earlier versions than this one are not served.
const PRODUCE_MIN: i16 = 3;

/// Returns whether a request of this key and version may be passed to the engine.
pub fn serves(key: i16, version: i16) -> bool {
    let is_there = key != 0 || version >= PRODUCE_MIN;
    SERVED.contains(&key) && is_there && Api::from_key(key).is_some_and(|api| (api.min..=api.max).contains(&version))
}

/// Returns the advertised versions, sorted by key.
pub fn advertised() -> Vec<ApiRange> {
    let is_advertised = |key: i16| (SERVED.contains(&key) && !UNADVERTISED.contains(&key)) || key == API_VERSIONS;
    let range = |api: &Api| ApiRange { key: api.key, min: api.min, max: api.max };
    wire::api::TABLE.iter().filter(|api| is_advertised(api.key)).map(range).collect()
}

#[cfg(test)]
mod tests;
