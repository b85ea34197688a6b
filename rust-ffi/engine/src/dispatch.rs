//! One match over the requests that are served.

use wire::{
    api::{Api, ApiRange},
    message::{Reader, metadata_request::MetadataRequest, produce_request::ProduceRequest},
};

use crate::{
    Engine, api,
    context::RequestContext,
    groups::OFFSETS_TOPIC,
    outcome::{Outcome, Parked, ParkedRequest},
};

macro_rules! serve {
    ($($key:literal $module:ident $file:ident $request:ident,)*) => {
        /// The keys that are served.
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

/// What the elements of a request may cost in memory. Ten thousand topics are well within it; answers are several times
/// as large as what was asked.
const ELEMENTS_MAX: usize = 2 << 20;

/// Produce and Fetch name many partitions honestly, and their answers are as large as they are.
fn reader(key: i16, body: &[u8]) -> Reader<'_> {
    if key <= wire::api::FETCH { Reader::new(body) } else { Reader::within(body, ELEMENTS_MAX) }
}

/// Whether a request makes, removes, writes down or inflates much: others would wait for it. A malformed one does not.
pub(crate) fn is_blocking(engine: &Engine, key: i16, version: i16, body: &[u8]) -> bool {
    let is_on_disk = engine.data_dir.is_some();
    match key {
        PRODUCE if body.len() > LARGE_PRODUCE => ProduceRequest::decode(&mut reader(key, body), version)
            .is_ok_and(|request| api::produce::inflates_much(&request)),
        CREATE_TOPICS
        | DELETE_TOPICS
        | DELETE_RECORDS
        | ALTER_CONFIGS
        | CREATE_PARTITIONS
        | INCREMENTAL_ALTER_CONFIGS => is_on_disk || body.len() > LARGE,
        // A thousand names may make a thousand topics.
        METADATA if is_on_disk => MetadataRequest::decode(&mut reader(key, body), version)
            .is_ok_and(|request| api::metadata::makes_topics(engine, &request)),
        METADATA => body.len() > LARGE,
        // The first one makes `__consumer_offsets`.
        OFFSET_COMMIT | FIND_COORDINATOR | JOIN_GROUP => is_on_disk && engine.topics.get(OFFSETS_TOPIC).is_none(),
        _ => false,
    }
}

/// More than an ordinary client's request that makes topics in memory.
const LARGE: usize = 4 << 10;
/// Fewer bytes do not inflate to so much that others notice.
const LARGE_PRODUCE: usize = 16 << 10;

const PRODUCE: i16 = wire::api::PRODUCE;
const METADATA: i16 = wire::api::METADATA;
const OFFSET_COMMIT: i16 = 8;
const FIND_COORDINATOR: i16 = 10;
const JOIN_GROUP: i16 = 11;
const CREATE_TOPICS: i16 = 19;
const DELETE_TOPICS: i16 = 20;
const DELETE_RECORDS: i16 = 21;
const ALTER_CONFIGS: i16 = 33;
const CREATE_PARTITIONS: i16 = 37;
const INCREMENTAL_ALTER_CONFIGS: i16 = 44;

/// Kafka serves these if they are sent, but does not say so unless a metrics reporter is configured.
const UNADVERTISED: &[i16] = &[71, 72];

/// ApiVersions is the shell's.
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
        // As if its time were over: it is answered with what is there.
        ParkedRequest::Fetch(delayed) => api::fetch::cancel(engine, context, delayed, ticket),
        // Not acknowledged: the client sends it again, and the log knows it then.
        ParkedRequest::Produce(_) => Outcome::Close("the broker stops".to_owned()),
        ParkedRequest::Group(_) | ParkedRequest::Reply(_) => Outcome::Close("the broker stops".to_owned()),
    }
}

/// Whether requests of this key are answered at all.
pub(crate) fn has(key: i16) -> bool {
    SERVED.contains(&key)
}

/// Produce is said to begin at version 0, for the sake of clients that look for it; none before this one is answered.
const PRODUCE_BEGINS: i16 = 3;

/// Whether a request of this key and version may be handed to the engine.
pub fn serves(key: i16, version: i16) -> bool {
    let is_there = key != 0 || version >= PRODUCE_BEGINS;
    SERVED.contains(&key) && is_there && Api::from_key(key).is_some_and(|api| (api.min..=api.max).contains(&version))
}

/// What ApiVersions says, sorted by key.
pub fn advertised() -> Vec<ApiRange> {
    let said = |key: i16| (SERVED.contains(&key) && !UNADVERTISED.contains(&key)) || key == API_VERSIONS;
    let range = |api: &Api| ApiRange { key: api.key, min: api.min, max: api.max };
    wire::api::TABLE.iter().filter(|api| said(api.key)).map(range).collect()
}
