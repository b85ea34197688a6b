//! Dispatch of requests by key, and the served versions.

mod blocking;
mod parked;
#[cfg(test)]
mod tests;

use wire::{
    api::{Api, ApiRange},
    message::Reader,
};

use crate::{
    Engine,
    api::{self, end_txn, init_producer_id, list_offsets, metadata, produce},
    context::RequestContext,
    outcome::Outcome,
    request_size::Size,
};
use blocking::{
    commits, first_of_coordinators, first_of_groups, large, large_body, many_topics, never, on_disk_or_large,
};

pub use parked::ParkedRequest;
pub(crate) use parked::{cancel, resume};

macro_rules! serve {
    ($($key:literal $module:ident $file:ident $request:ident $blocks:path,)*) => {
        /// The served request keys.
        const SERVED: &[i16] = &[$($key),*];

        /// Decodes and handles a request. With `blocking` as an error, one that may block is not handled: the error is
        /// returned. A malformed request does not block.
        pub(crate) fn request<E>(
            engine: &Engine,
            context: &RequestContext<'_>,
            body: &[u8],
            blocking: Result<(), E>,
        ) -> Result<Outcome<ParkedRequest>, E> {
            let size = Size { engine, context, bytes: body.len() };
            let reader = &mut reader(context.key, body);
            Ok(match context.key {
                $($key => match wire::message::$file::$request::decode(reader, context.version) {
                    Ok(request) => match blocking {
                        Err(refused) if $blocks(size, &request) => return Err(refused),
                        _ => api::$module::handle(engine, context, &request).map(ParkedRequest::from),
                    },
                    Err(e) => {
                        let name = stringify!($request);
                        Outcome::Close(format!("{name} version {} is malformed: {e}", context.version))
                    }
                },)*
                key => Outcome::Close(format!("request key {key} is not served")),
            })
        }
    };
}

// Key, file of the handler, message, and the rule that says whether the request may block.
serve! {
    0 produce produce_request ProduceRequest produce::blocks,
    1 fetch fetch_request FetchRequest never,
    2 list_offsets list_offsets_request ListOffsetsRequest list_offsets::blocks,
    3 metadata metadata_request MetadataRequest metadata::blocks,
    8 offset_commit offset_commit_request OffsetCommitRequest commits,
    9 offset_fetch offset_fetch_request OffsetFetchRequest large_body,
    10 find_coordinator find_coordinator_request FindCoordinatorRequest first_of_coordinators,
    11 join_group join_group_request JoinGroupRequest first_of_groups,
    12 heartbeat heartbeat_request HeartbeatRequest large_body,
    13 leave_group leave_group_request LeaveGroupRequest large_body,
    14 sync_group sync_group_request SyncGroupRequest large_body,
    15 describe_groups describe_groups_request DescribeGroupsRequest large_body,
    16 list_groups list_groups_request ListGroupsRequest large_body,
    19 create_topics create_topics_request CreateTopicsRequest on_disk_or_large,
    20 delete_topics delete_topics_request DeleteTopicsRequest on_disk_or_large,
    21 delete_records delete_records_request DeleteRecordsRequest on_disk_or_large,
    22 init_producer_id init_producer_id_request InitProducerIdRequest init_producer_id::blocks,
    23 offset_for_leader_epoch offset_for_leader_epoch_request OffsetForLeaderEpochRequest large_body,
    24 add_partitions_to_txn add_partitions_to_txn_request AddPartitionsToTxnRequest large,
    25 add_offsets_to_txn add_offsets_to_txn_request AddOffsetsToTxnRequest commits,
    26 end_txn end_txn_request EndTxnRequest end_txn::blocks,
    27 write_txn_markers write_txn_markers_request WriteTxnMarkersRequest large,
    28 txn_offset_commit txn_offset_commit_request TxnOffsetCommitRequest commits,
    29 describe_acls describe_acls_request DescribeAclsRequest large_body,
    30 create_acls create_acls_request CreateAclsRequest large_body,
    31 delete_acls delete_acls_request DeleteAclsRequest large_body,
    32 describe_configs describe_configs_request DescribeConfigsRequest large_body,
    33 alter_configs alter_configs_request AlterConfigsRequest on_disk_or_large,
    34 alter_replica_log_dirs alter_replica_log_dirs_request AlterReplicaLogDirsRequest large_body,
    35 describe_log_dirs describe_log_dirs_request DescribeLogDirsRequest many_topics,
    37 create_partitions create_partitions_request CreatePartitionsRequest on_disk_or_large,
    42 delete_groups delete_groups_request DeleteGroupsRequest large,
    43 elect_leaders elect_leaders_request ElectLeadersRequest large_body,
    44 incremental_alter_configs incremental_alter_configs_request IncrementalAlterConfigsRequest on_disk_or_large,
    45 alter_partition_reassignments alter_partition_reassignments_request AlterPartitionReassignmentsRequest
        large_body,
    46 list_partition_reassignments list_partition_reassignments_request ListPartitionReassignmentsRequest large_body,
    47 offset_delete offset_delete_request OffsetDeleteRequest large,
    55 describe_quorum describe_quorum_request DescribeQuorumRequest large_body,
    57 update_features update_features_request UpdateFeaturesRequest large_body,
    60 describe_cluster describe_cluster_request DescribeClusterRequest large_body,
    61 describe_producers describe_producers_request DescribeProducersRequest large_body,
    64 unregister_broker unregister_broker_request UnregisterBrokerRequest large_body,
    65 describe_transactions describe_transactions_request DescribeTransactionsRequest large_body,
    66 list_transactions list_transactions_request ListTransactionsRequest large_body,
    68 consumer_group_heartbeat consumer_group_heartbeat_request ConsumerGroupHeartbeatRequest first_of_groups,
    69 consumer_group_describe consumer_group_describe_request ConsumerGroupDescribeRequest large_body,
    71 get_telemetry_subscriptions get_telemetry_subscriptions_request GetTelemetrySubscriptionsRequest large_body,
    72 push_telemetry push_telemetry_request PushTelemetryRequest large_body,
    74 list_config_resources list_config_resources_request ListConfigResourcesRequest many_topics,
    75 describe_topic_partitions describe_topic_partitions_request DescribeTopicPartitionsRequest many_topics,
    80 add_raft_voter add_raft_voter_request AddRaftVoterRequest large_body,
    81 remove_raft_voter remove_raft_voter_request RemoveRaftVoterRequest large_body,
}

/// Memory budget for the decoded elements of a request. Ten thousand topics are well within it; responses are several
/// times as large as their requests.
const ELEMENTS_MAX: usize = 2 << 20;

/// Returns a reader with the element budget. Produce and Fetch are exempt: they name many partitions, and their
/// responses are as large as they are.
pub(crate) fn reader(key: i16, body: &[u8]) -> Reader<'_> {
    if key <= wire::api::FETCH { Reader::new(body) } else { Reader::within(body, ELEMENTS_MAX) }
}

/// Kafka serves these keys and advertises them only if a metrics reporter is configured.
const UNADVERTISED: &[i16] = &[71, 72];

/// ApiVersions is answered by the broker crate.
const API_VERSIONS: i16 = wire::api::API_VERSIONS;

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
