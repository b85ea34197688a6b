// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! Any request that a client may send.

use super::{
    add_offsets_to_txn_request::AddOffsetsToTxnRequest, add_partitions_to_txn_request::AddPartitionsToTxnRequest,
    add_raft_voter_request::AddRaftVoterRequest, alter_client_quotas_request::AlterClientQuotasRequest,
    alter_configs_request::AlterConfigsRequest,
    alter_partition_reassignments_request::AlterPartitionReassignmentsRequest,
    alter_replica_log_dirs_request::AlterReplicaLogDirsRequest,
    alter_share_group_offsets_request::AlterShareGroupOffsetsRequest,
    alter_user_scram_credentials_request::AlterUserScramCredentialsRequest, api_versions_request::ApiVersionsRequest,
    consumer_group_describe_request::ConsumerGroupDescribeRequest,
    consumer_group_heartbeat_request::ConsumerGroupHeartbeatRequest, create_acls_request::CreateAclsRequest,
    create_delegation_token_request::CreateDelegationTokenRequest, create_partitions_request::CreatePartitionsRequest,
    create_topics_request::CreateTopicsRequest, delete_acls_request::DeleteAclsRequest,
    delete_groups_request::DeleteGroupsRequest, delete_records_request::DeleteRecordsRequest,
    delete_share_group_offsets_request::DeleteShareGroupOffsetsRequest,
    delete_share_group_state_request::DeleteShareGroupStateRequest, delete_topics_request::DeleteTopicsRequest,
    describe_acls_request::DescribeAclsRequest, describe_client_quotas_request::DescribeClientQuotasRequest,
    describe_cluster_request::DescribeClusterRequest, describe_configs_request::DescribeConfigsRequest,
    describe_delegation_token_request::DescribeDelegationTokenRequest, describe_groups_request::DescribeGroupsRequest,
    describe_log_dirs_request::DescribeLogDirsRequest, describe_producers_request::DescribeProducersRequest,
    describe_quorum_request::DescribeQuorumRequest,
    describe_share_group_offsets_request::DescribeShareGroupOffsetsRequest,
    describe_topic_partitions_request::DescribeTopicPartitionsRequest,
    describe_transactions_request::DescribeTransactionsRequest,
    describe_user_scram_credentials_request::DescribeUserScramCredentialsRequest,
    elect_leaders_request::ElectLeadersRequest, end_txn_request::EndTxnRequest,
    expire_delegation_token_request::ExpireDelegationTokenRequest, fetch_request::FetchRequest,
    find_coordinator_request::FindCoordinatorRequest,
    get_telemetry_subscriptions_request::GetTelemetrySubscriptionsRequest, heartbeat_request::HeartbeatRequest,
    incremental_alter_configs_request::IncrementalAlterConfigsRequest, init_producer_id_request::InitProducerIdRequest,
    initialize_share_group_state_request::InitializeShareGroupStateRequest, join_group_request::JoinGroupRequest,
    leave_group_request::LeaveGroupRequest, list_config_resources_request::ListConfigResourcesRequest,
    list_groups_request::ListGroupsRequest, list_offsets_request::ListOffsetsRequest,
    list_partition_reassignments_request::ListPartitionReassignmentsRequest,
    list_transactions_request::ListTransactionsRequest, metadata_request::MetadataRequest,
    offset_commit_request::OffsetCommitRequest, offset_delete_request::OffsetDeleteRequest,
    offset_fetch_request::OffsetFetchRequest, offset_for_leader_epoch_request::OffsetForLeaderEpochRequest,
    produce_request::ProduceRequest, push_telemetry_request::PushTelemetryRequest,
    read_share_group_state_request::ReadShareGroupStateRequest,
    read_share_group_state_summary_request::ReadShareGroupStateSummaryRequest,
    remove_raft_voter_request::RemoveRaftVoterRequest, renew_delegation_token_request::RenewDelegationTokenRequest,
    sasl_authenticate_request::SaslAuthenticateRequest, sasl_handshake_request::SaslHandshakeRequest,
    share_acknowledge_request::ShareAcknowledgeRequest, share_fetch_request::ShareFetchRequest,
    share_group_describe_request::ShareGroupDescribeRequest, share_group_heartbeat_request::ShareGroupHeartbeatRequest,
    streams_group_describe_request::StreamsGroupDescribeRequest,
    streams_group_heartbeat_request::StreamsGroupHeartbeatRequest, sync_group_request::SyncGroupRequest,
    txn_offset_commit_request::TxnOffsetCommitRequest, unregister_broker_request::UnregisterBrokerRequest,
    update_features_request::UpdateFeaturesRequest, write_share_group_state_request::WriteShareGroupStateRequest,
    write_txn_markers_request::WriteTxnMarkersRequest,
};
use crate::codec::{DecodeError, Reader};
#[cfg(any(test, feature = "client"))]
use crate::codec::{EncodeError, Writer};

/// Any request that a client may send.
#[derive(Clone, Debug, PartialEq)]
pub enum Request<'a> {
    Produce(ProduceRequest<'a>),
    Fetch(FetchRequest<'a>),
    ListOffsets(ListOffsetsRequest<'a>),
    Metadata(MetadataRequest<'a>),
    OffsetCommit(OffsetCommitRequest<'a>),
    OffsetFetch(OffsetFetchRequest<'a>),
    FindCoordinator(FindCoordinatorRequest<'a>),
    JoinGroup(JoinGroupRequest<'a>),
    Heartbeat(HeartbeatRequest<'a>),
    LeaveGroup(LeaveGroupRequest<'a>),
    SyncGroup(SyncGroupRequest<'a>),
    DescribeGroups(DescribeGroupsRequest<'a>),
    ListGroups(ListGroupsRequest<'a>),
    SaslHandshake(SaslHandshakeRequest<'a>),
    ApiVersions(ApiVersionsRequest<'a>),
    CreateTopics(CreateTopicsRequest<'a>),
    DeleteTopics(DeleteTopicsRequest<'a>),
    DeleteRecords(DeleteRecordsRequest<'a>),
    InitProducerId(InitProducerIdRequest<'a>),
    OffsetForLeaderEpoch(OffsetForLeaderEpochRequest<'a>),
    AddPartitionsToTxn(AddPartitionsToTxnRequest<'a>),
    AddOffsetsToTxn(AddOffsetsToTxnRequest<'a>),
    EndTxn(EndTxnRequest<'a>),
    WriteTxnMarkers(WriteTxnMarkersRequest<'a>),
    TxnOffsetCommit(TxnOffsetCommitRequest<'a>),
    DescribeAcls(DescribeAclsRequest<'a>),
    CreateAcls(CreateAclsRequest<'a>),
    DeleteAcls(DeleteAclsRequest<'a>),
    DescribeConfigs(DescribeConfigsRequest<'a>),
    AlterConfigs(AlterConfigsRequest<'a>),
    AlterReplicaLogDirs(AlterReplicaLogDirsRequest<'a>),
    DescribeLogDirs(DescribeLogDirsRequest<'a>),
    SaslAuthenticate(SaslAuthenticateRequest<'a>),
    CreatePartitions(CreatePartitionsRequest<'a>),
    CreateDelegationToken(CreateDelegationTokenRequest<'a>),
    RenewDelegationToken(RenewDelegationTokenRequest<'a>),
    ExpireDelegationToken(ExpireDelegationTokenRequest<'a>),
    DescribeDelegationToken(DescribeDelegationTokenRequest<'a>),
    DeleteGroups(DeleteGroupsRequest<'a>),
    ElectLeaders(ElectLeadersRequest<'a>),
    IncrementalAlterConfigs(IncrementalAlterConfigsRequest<'a>),
    AlterPartitionReassignments(AlterPartitionReassignmentsRequest<'a>),
    ListPartitionReassignments(ListPartitionReassignmentsRequest<'a>),
    OffsetDelete(OffsetDeleteRequest<'a>),
    DescribeClientQuotas(DescribeClientQuotasRequest<'a>),
    AlterClientQuotas(AlterClientQuotasRequest<'a>),
    DescribeUserScramCredentials(DescribeUserScramCredentialsRequest<'a>),
    AlterUserScramCredentials(AlterUserScramCredentialsRequest<'a>),
    DescribeQuorum(DescribeQuorumRequest<'a>),
    UpdateFeatures(UpdateFeaturesRequest<'a>),
    DescribeCluster(DescribeClusterRequest),
    DescribeProducers(DescribeProducersRequest<'a>),
    UnregisterBroker(UnregisterBrokerRequest),
    DescribeTransactions(DescribeTransactionsRequest<'a>),
    ListTransactions(ListTransactionsRequest<'a>),
    ConsumerGroupHeartbeat(ConsumerGroupHeartbeatRequest<'a>),
    ConsumerGroupDescribe(ConsumerGroupDescribeRequest<'a>),
    GetTelemetrySubscriptions(GetTelemetrySubscriptionsRequest),
    PushTelemetry(PushTelemetryRequest<'a>),
    ListConfigResources(ListConfigResourcesRequest),
    DescribeTopicPartitions(DescribeTopicPartitionsRequest<'a>),
    ShareGroupHeartbeat(ShareGroupHeartbeatRequest<'a>),
    ShareGroupDescribe(ShareGroupDescribeRequest<'a>),
    ShareFetch(ShareFetchRequest<'a>),
    ShareAcknowledge(ShareAcknowledgeRequest<'a>),
    AddRaftVoter(AddRaftVoterRequest<'a>),
    RemoveRaftVoter(RemoveRaftVoterRequest<'a>),
    InitializeShareGroupState(InitializeShareGroupStateRequest<'a>),
    ReadShareGroupState(ReadShareGroupStateRequest<'a>),
    WriteShareGroupState(WriteShareGroupStateRequest<'a>),
    DeleteShareGroupState(DeleteShareGroupStateRequest<'a>),
    ReadShareGroupStateSummary(ReadShareGroupStateSummaryRequest<'a>),
    StreamsGroupHeartbeat(StreamsGroupHeartbeatRequest<'a>),
    StreamsGroupDescribe(StreamsGroupDescribeRequest<'a>),
    DescribeShareGroupOffsets(DescribeShareGroupOffsetsRequest<'a>),
    AlterShareGroupOffsets(AlterShareGroupOffsetsRequest<'a>),
    DeleteShareGroupOffsets(DeleteShareGroupOffsetsRequest<'a>),
}

impl<'a> Request<'a> {
    /// Reads a body. Bytes after its last field are left in the reader: Kafka ignores them.
    pub fn decode(r: &mut Reader<'a>, key: i16, version: i16) -> Result<Self, DecodeError> {
        Ok(match (key, version) {
            (0, 3..=13) => Self::Produce(ProduceRequest::decode(r, version)?),
            (1, 4..=18) => Self::Fetch(FetchRequest::decode(r, version)?),
            (2, 1..=11) => Self::ListOffsets(ListOffsetsRequest::decode(r, version)?),
            (3, 0..=13) => Self::Metadata(MetadataRequest::decode(r, version)?),
            (8, 2..=10) => Self::OffsetCommit(OffsetCommitRequest::decode(r, version)?),
            (9, 1..=10) => Self::OffsetFetch(OffsetFetchRequest::decode(r, version)?),
            (10, 0..=6) => Self::FindCoordinator(FindCoordinatorRequest::decode(r, version)?),
            (11, 0..=9) => Self::JoinGroup(JoinGroupRequest::decode(r, version)?),
            (12, 0..=4) => Self::Heartbeat(HeartbeatRequest::decode(r, version)?),
            (13, 0..=5) => Self::LeaveGroup(LeaveGroupRequest::decode(r, version)?),
            (14, 0..=5) => Self::SyncGroup(SyncGroupRequest::decode(r, version)?),
            (15, 0..=6) => Self::DescribeGroups(DescribeGroupsRequest::decode(r, version)?),
            (16, 0..=5) => Self::ListGroups(ListGroupsRequest::decode(r, version)?),
            (17, 0..=1) => Self::SaslHandshake(SaslHandshakeRequest::decode(r, version)?),
            (18, 0..=4) => Self::ApiVersions(ApiVersionsRequest::decode(r, version)?),
            (19, 2..=7) => Self::CreateTopics(CreateTopicsRequest::decode(r, version)?),
            (20, 1..=6) => Self::DeleteTopics(DeleteTopicsRequest::decode(r, version)?),
            (21, 0..=2) => Self::DeleteRecords(DeleteRecordsRequest::decode(r, version)?),
            (22, 0..=6) => Self::InitProducerId(InitProducerIdRequest::decode(r, version)?),
            (23, 2..=4) => Self::OffsetForLeaderEpoch(OffsetForLeaderEpochRequest::decode(r, version)?),
            (24, 0..=5) => Self::AddPartitionsToTxn(AddPartitionsToTxnRequest::decode(r, version)?),
            (25, 0..=4) => Self::AddOffsetsToTxn(AddOffsetsToTxnRequest::decode(r, version)?),
            (26, 0..=5) => Self::EndTxn(EndTxnRequest::decode(r, version)?),
            (27, 1..=2) => Self::WriteTxnMarkers(WriteTxnMarkersRequest::decode(r, version)?),
            (28, 0..=5) => Self::TxnOffsetCommit(TxnOffsetCommitRequest::decode(r, version)?),
            (29, 1..=3) => Self::DescribeAcls(DescribeAclsRequest::decode(r, version)?),
            (30, 1..=3) => Self::CreateAcls(CreateAclsRequest::decode(r, version)?),
            (31, 1..=3) => Self::DeleteAcls(DeleteAclsRequest::decode(r, version)?),
            (32, 1..=4) => Self::DescribeConfigs(DescribeConfigsRequest::decode(r, version)?),
            (33, 0..=2) => Self::AlterConfigs(AlterConfigsRequest::decode(r, version)?),
            (34, 1..=2) => Self::AlterReplicaLogDirs(AlterReplicaLogDirsRequest::decode(r, version)?),
            (35, 1..=5) => Self::DescribeLogDirs(DescribeLogDirsRequest::decode(r, version)?),
            (36, 0..=2) => Self::SaslAuthenticate(SaslAuthenticateRequest::decode(r, version)?),
            (37, 0..=3) => Self::CreatePartitions(CreatePartitionsRequest::decode(r, version)?),
            (38, 1..=3) => Self::CreateDelegationToken(CreateDelegationTokenRequest::decode(r, version)?),
            (39, 1..=2) => Self::RenewDelegationToken(RenewDelegationTokenRequest::decode(r, version)?),
            (40, 1..=2) => Self::ExpireDelegationToken(ExpireDelegationTokenRequest::decode(r, version)?),
            (41, 1..=3) => Self::DescribeDelegationToken(DescribeDelegationTokenRequest::decode(r, version)?),
            (42, 0..=2) => Self::DeleteGroups(DeleteGroupsRequest::decode(r, version)?),
            (43, 0..=2) => Self::ElectLeaders(ElectLeadersRequest::decode(r, version)?),
            (44, 0..=1) => Self::IncrementalAlterConfigs(IncrementalAlterConfigsRequest::decode(r, version)?),
            (45, 0..=1) => Self::AlterPartitionReassignments(AlterPartitionReassignmentsRequest::decode(r, version)?),
            (46, 0) => Self::ListPartitionReassignments(ListPartitionReassignmentsRequest::decode(r, version)?),
            (47, 0) => Self::OffsetDelete(OffsetDeleteRequest::decode(r, version)?),
            (48, 0..=1) => Self::DescribeClientQuotas(DescribeClientQuotasRequest::decode(r, version)?),
            (49, 0..=1) => Self::AlterClientQuotas(AlterClientQuotasRequest::decode(r, version)?),
            (50, 0) => Self::DescribeUserScramCredentials(DescribeUserScramCredentialsRequest::decode(r, version)?),
            (51, 0) => Self::AlterUserScramCredentials(AlterUserScramCredentialsRequest::decode(r, version)?),
            (55, 0..=2) => Self::DescribeQuorum(DescribeQuorumRequest::decode(r, version)?),
            (57, 0..=2) => Self::UpdateFeatures(UpdateFeaturesRequest::decode(r, version)?),
            (60, 0..=2) => Self::DescribeCluster(DescribeClusterRequest::decode(r, version)?),
            (61, 0) => Self::DescribeProducers(DescribeProducersRequest::decode(r, version)?),
            (64, 0) => Self::UnregisterBroker(UnregisterBrokerRequest::decode(r, version)?),
            (65, 0) => Self::DescribeTransactions(DescribeTransactionsRequest::decode(r, version)?),
            (66, 0..=2) => Self::ListTransactions(ListTransactionsRequest::decode(r, version)?),
            (68, 0..=1) => Self::ConsumerGroupHeartbeat(ConsumerGroupHeartbeatRequest::decode(r, version)?),
            (69, 0..=1) => Self::ConsumerGroupDescribe(ConsumerGroupDescribeRequest::decode(r, version)?),
            (71, 0) => Self::GetTelemetrySubscriptions(GetTelemetrySubscriptionsRequest::decode(r, version)?),
            (72, 0) => Self::PushTelemetry(PushTelemetryRequest::decode(r, version)?),
            (74, 0..=1) => Self::ListConfigResources(ListConfigResourcesRequest::decode(r, version)?),
            (75, 0) => Self::DescribeTopicPartitions(DescribeTopicPartitionsRequest::decode(r, version)?),
            (76, 1) => Self::ShareGroupHeartbeat(ShareGroupHeartbeatRequest::decode(r, version)?),
            (77, 1) => Self::ShareGroupDescribe(ShareGroupDescribeRequest::decode(r, version)?),
            (78, 1..=2) => Self::ShareFetch(ShareFetchRequest::decode(r, version)?),
            (79, 1..=2) => Self::ShareAcknowledge(ShareAcknowledgeRequest::decode(r, version)?),
            (80, 0..=1) => Self::AddRaftVoter(AddRaftVoterRequest::decode(r, version)?),
            (81, 0) => Self::RemoveRaftVoter(RemoveRaftVoterRequest::decode(r, version)?),
            (83, 0) => Self::InitializeShareGroupState(InitializeShareGroupStateRequest::decode(r, version)?),
            (84, 0) => Self::ReadShareGroupState(ReadShareGroupStateRequest::decode(r, version)?),
            (85, 0..=1) => Self::WriteShareGroupState(WriteShareGroupStateRequest::decode(r, version)?),
            (86, 0) => Self::DeleteShareGroupState(DeleteShareGroupStateRequest::decode(r, version)?),
            (87, 0..=1) => Self::ReadShareGroupStateSummary(ReadShareGroupStateSummaryRequest::decode(r, version)?),
            (88, 0) => Self::StreamsGroupHeartbeat(StreamsGroupHeartbeatRequest::decode(r, version)?),
            (89, 0) => Self::StreamsGroupDescribe(StreamsGroupDescribeRequest::decode(r, version)?),
            (90, 0..=1) => Self::DescribeShareGroupOffsets(DescribeShareGroupOffsetsRequest::decode(r, version)?),
            (91, 0) => Self::AlterShareGroupOffsets(AlterShareGroupOffsetsRequest::decode(r, version)?),
            (92, 0) => Self::DeleteShareGroupOffsets(DeleteShareGroupOffsetsRequest::decode(r, version)?),
            _ => return Err(DecodeError::Version),
        })
    }
}

#[cfg(any(test, feature = "client"))]
impl Request<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        match self {
            Self::Produce(m) if ProduceRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::Fetch(m) if FetchRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::ListOffsets(m) if ListOffsetsRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::Metadata(m) if MetadataRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::OffsetCommit(m) if OffsetCommitRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::OffsetFetch(m) if OffsetFetchRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::FindCoordinator(m) if FindCoordinatorRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::JoinGroup(m) if JoinGroupRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::Heartbeat(m) if HeartbeatRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::LeaveGroup(m) if LeaveGroupRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::SyncGroup(m) if SyncGroupRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::DescribeGroups(m) if DescribeGroupsRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::ListGroups(m) if ListGroupsRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::SaslHandshake(m) if SaslHandshakeRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::ApiVersions(m) if ApiVersionsRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::CreateTopics(m) if CreateTopicsRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::DeleteTopics(m) if DeleteTopicsRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::DeleteRecords(m) if DeleteRecordsRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::InitProducerId(m) if InitProducerIdRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::OffsetForLeaderEpoch(m) if OffsetForLeaderEpochRequest::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::AddPartitionsToTxn(m) if AddPartitionsToTxnRequest::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::AddOffsetsToTxn(m) if AddOffsetsToTxnRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::EndTxn(m) if EndTxnRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::WriteTxnMarkers(m) if WriteTxnMarkersRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::TxnOffsetCommit(m) if TxnOffsetCommitRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::DescribeAcls(m) if DescribeAclsRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::CreateAcls(m) if CreateAclsRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::DeleteAcls(m) if DeleteAclsRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::DescribeConfigs(m) if DescribeConfigsRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::AlterConfigs(m) if AlterConfigsRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::AlterReplicaLogDirs(m) if AlterReplicaLogDirsRequest::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::DescribeLogDirs(m) if DescribeLogDirsRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::SaslAuthenticate(m) if SaslAuthenticateRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::CreatePartitions(m) if CreatePartitionsRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::CreateDelegationToken(m) if CreateDelegationTokenRequest::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::RenewDelegationToken(m) if RenewDelegationTokenRequest::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::ExpireDelegationToken(m) if ExpireDelegationTokenRequest::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::DescribeDelegationToken(m) if DescribeDelegationTokenRequest::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::DeleteGroups(m) if DeleteGroupsRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::ElectLeaders(m) if ElectLeadersRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::IncrementalAlterConfigs(m) if IncrementalAlterConfigsRequest::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::AlterPartitionReassignments(m) if AlterPartitionReassignmentsRequest::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::ListPartitionReassignments(m) if ListPartitionReassignmentsRequest::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::OffsetDelete(m) if OffsetDeleteRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::DescribeClientQuotas(m) if DescribeClientQuotasRequest::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::AlterClientQuotas(m) if AlterClientQuotasRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::DescribeUserScramCredentials(m)
                if DescribeUserScramCredentialsRequest::VERSIONS.contains(&version) =>
            {
                m.encode(w, version)
            }
            Self::AlterUserScramCredentials(m) if AlterUserScramCredentialsRequest::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::DescribeQuorum(m) if DescribeQuorumRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::UpdateFeatures(m) if UpdateFeaturesRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::DescribeCluster(m) if DescribeClusterRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::DescribeProducers(m) if DescribeProducersRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::UnregisterBroker(m) if UnregisterBrokerRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::DescribeTransactions(m) if DescribeTransactionsRequest::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::ListTransactions(m) if ListTransactionsRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::ConsumerGroupHeartbeat(m) if ConsumerGroupHeartbeatRequest::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::ConsumerGroupDescribe(m) if ConsumerGroupDescribeRequest::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::GetTelemetrySubscriptions(m) if GetTelemetrySubscriptionsRequest::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::PushTelemetry(m) if PushTelemetryRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::ListConfigResources(m) if ListConfigResourcesRequest::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::DescribeTopicPartitions(m) if DescribeTopicPartitionsRequest::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::ShareGroupHeartbeat(m) if ShareGroupHeartbeatRequest::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::ShareGroupDescribe(m) if ShareGroupDescribeRequest::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::ShareFetch(m) if ShareFetchRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::ShareAcknowledge(m) if ShareAcknowledgeRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::AddRaftVoter(m) if AddRaftVoterRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::RemoveRaftVoter(m) if RemoveRaftVoterRequest::VERSIONS.contains(&version) => m.encode(w, version),
            Self::InitializeShareGroupState(m) if InitializeShareGroupStateRequest::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::ReadShareGroupState(m) if ReadShareGroupStateRequest::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::WriteShareGroupState(m) if WriteShareGroupStateRequest::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::DeleteShareGroupState(m) if DeleteShareGroupStateRequest::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::ReadShareGroupStateSummary(m) if ReadShareGroupStateSummaryRequest::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::StreamsGroupHeartbeat(m) if StreamsGroupHeartbeatRequest::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::StreamsGroupDescribe(m) if StreamsGroupDescribeRequest::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::DescribeShareGroupOffsets(m) if DescribeShareGroupOffsetsRequest::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::AlterShareGroupOffsets(m) if AlterShareGroupOffsetsRequest::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::DeleteShareGroupOffsets(m) if DeleteShareGroupOffsetsRequest::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            _ => Err(EncodeError::Version),
        }
    }
}
