// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! The answer to any request.

use super::{
    add_offsets_to_txn_response::AddOffsetsToTxnResponse, add_partitions_to_txn_response::AddPartitionsToTxnResponse,
    add_raft_voter_response::AddRaftVoterResponse, alter_client_quotas_response::AlterClientQuotasResponse,
    alter_configs_response::AlterConfigsResponse,
    alter_partition_reassignments_response::AlterPartitionReassignmentsResponse,
    alter_replica_log_dirs_response::AlterReplicaLogDirsResponse,
    alter_share_group_offsets_response::AlterShareGroupOffsetsResponse,
    alter_user_scram_credentials_response::AlterUserScramCredentialsResponse,
    api_versions_response::ApiVersionsResponse, consumer_group_describe_response::ConsumerGroupDescribeResponse,
    consumer_group_heartbeat_response::ConsumerGroupHeartbeatResponse, create_acls_response::CreateAclsResponse,
    create_delegation_token_response::CreateDelegationTokenResponse,
    create_partitions_response::CreatePartitionsResponse, create_topics_response::CreateTopicsResponse,
    delete_acls_response::DeleteAclsResponse, delete_groups_response::DeleteGroupsResponse,
    delete_records_response::DeleteRecordsResponse,
    delete_share_group_offsets_response::DeleteShareGroupOffsetsResponse,
    delete_share_group_state_response::DeleteShareGroupStateResponse, delete_topics_response::DeleteTopicsResponse,
    describe_acls_response::DescribeAclsResponse, describe_client_quotas_response::DescribeClientQuotasResponse,
    describe_cluster_response::DescribeClusterResponse, describe_configs_response::DescribeConfigsResponse,
    describe_delegation_token_response::DescribeDelegationTokenResponse,
    describe_groups_response::DescribeGroupsResponse, describe_log_dirs_response::DescribeLogDirsResponse,
    describe_producers_response::DescribeProducersResponse, describe_quorum_response::DescribeQuorumResponse,
    describe_share_group_offsets_response::DescribeShareGroupOffsetsResponse,
    describe_topic_partitions_response::DescribeTopicPartitionsResponse,
    describe_transactions_response::DescribeTransactionsResponse,
    describe_user_scram_credentials_response::DescribeUserScramCredentialsResponse,
    elect_leaders_response::ElectLeadersResponse, end_txn_response::EndTxnResponse,
    expire_delegation_token_response::ExpireDelegationTokenResponse, fetch_response::FetchResponse,
    find_coordinator_response::FindCoordinatorResponse,
    get_telemetry_subscriptions_response::GetTelemetrySubscriptionsResponse, heartbeat_response::HeartbeatResponse,
    incremental_alter_configs_response::IncrementalAlterConfigsResponse,
    init_producer_id_response::InitProducerIdResponse,
    initialize_share_group_state_response::InitializeShareGroupStateResponse, join_group_response::JoinGroupResponse,
    leave_group_response::LeaveGroupResponse, list_config_resources_response::ListConfigResourcesResponse,
    list_groups_response::ListGroupsResponse, list_offsets_response::ListOffsetsResponse,
    list_partition_reassignments_response::ListPartitionReassignmentsResponse,
    list_transactions_response::ListTransactionsResponse, metadata_response::MetadataResponse,
    offset_commit_response::OffsetCommitResponse, offset_delete_response::OffsetDeleteResponse,
    offset_fetch_response::OffsetFetchResponse, offset_for_leader_epoch_response::OffsetForLeaderEpochResponse,
    produce_response::ProduceResponse, push_telemetry_response::PushTelemetryResponse,
    read_share_group_state_response::ReadShareGroupStateResponse,
    read_share_group_state_summary_response::ReadShareGroupStateSummaryResponse,
    remove_raft_voter_response::RemoveRaftVoterResponse, renew_delegation_token_response::RenewDelegationTokenResponse,
    sasl_authenticate_response::SaslAuthenticateResponse, sasl_handshake_response::SaslHandshakeResponse,
    share_acknowledge_response::ShareAcknowledgeResponse, share_fetch_response::ShareFetchResponse,
    share_group_describe_response::ShareGroupDescribeResponse,
    share_group_heartbeat_response::ShareGroupHeartbeatResponse,
    streams_group_describe_response::StreamsGroupDescribeResponse,
    streams_group_heartbeat_response::StreamsGroupHeartbeatResponse, sync_group_response::SyncGroupResponse,
    txn_offset_commit_response::TxnOffsetCommitResponse, unregister_broker_response::UnregisterBrokerResponse,
    update_features_response::UpdateFeaturesResponse, write_share_group_state_response::WriteShareGroupStateResponse,
    write_txn_markers_response::WriteTxnMarkersResponse,
};
#[cfg(any(test, feature = "client"))]
use crate::codec::{DecodeError, Reader};
use crate::codec::{EncodeError, Writer};

/// The answer to any request.
#[derive(Clone, Debug, PartialEq)]
pub enum Response<'a> {
    Produce(ProduceResponse<'a>),
    Fetch(FetchResponse<'a>),
    ListOffsets(ListOffsetsResponse<'a>),
    Metadata(MetadataResponse<'a>),
    OffsetCommit(OffsetCommitResponse<'a>),
    OffsetFetch(OffsetFetchResponse<'a>),
    FindCoordinator(FindCoordinatorResponse<'a>),
    JoinGroup(JoinGroupResponse<'a>),
    Heartbeat(HeartbeatResponse),
    LeaveGroup(LeaveGroupResponse<'a>),
    SyncGroup(SyncGroupResponse<'a>),
    DescribeGroups(DescribeGroupsResponse<'a>),
    ListGroups(ListGroupsResponse<'a>),
    SaslHandshake(SaslHandshakeResponse<'a>),
    ApiVersions(ApiVersionsResponse<'a>),
    CreateTopics(CreateTopicsResponse<'a>),
    DeleteTopics(DeleteTopicsResponse<'a>),
    DeleteRecords(DeleteRecordsResponse<'a>),
    InitProducerId(InitProducerIdResponse),
    OffsetForLeaderEpoch(OffsetForLeaderEpochResponse<'a>),
    AddPartitionsToTxn(AddPartitionsToTxnResponse<'a>),
    AddOffsetsToTxn(AddOffsetsToTxnResponse),
    EndTxn(EndTxnResponse),
    WriteTxnMarkers(WriteTxnMarkersResponse<'a>),
    TxnOffsetCommit(TxnOffsetCommitResponse<'a>),
    DescribeAcls(DescribeAclsResponse<'a>),
    CreateAcls(CreateAclsResponse<'a>),
    DeleteAcls(DeleteAclsResponse<'a>),
    DescribeConfigs(DescribeConfigsResponse<'a>),
    AlterConfigs(AlterConfigsResponse<'a>),
    AlterReplicaLogDirs(AlterReplicaLogDirsResponse<'a>),
    DescribeLogDirs(DescribeLogDirsResponse<'a>),
    SaslAuthenticate(SaslAuthenticateResponse<'a>),
    CreatePartitions(CreatePartitionsResponse<'a>),
    CreateDelegationToken(CreateDelegationTokenResponse<'a>),
    RenewDelegationToken(RenewDelegationTokenResponse),
    ExpireDelegationToken(ExpireDelegationTokenResponse),
    DescribeDelegationToken(DescribeDelegationTokenResponse<'a>),
    DeleteGroups(DeleteGroupsResponse<'a>),
    ElectLeaders(ElectLeadersResponse<'a>),
    IncrementalAlterConfigs(IncrementalAlterConfigsResponse<'a>),
    AlterPartitionReassignments(AlterPartitionReassignmentsResponse<'a>),
    ListPartitionReassignments(ListPartitionReassignmentsResponse<'a>),
    OffsetDelete(OffsetDeleteResponse<'a>),
    DescribeClientQuotas(DescribeClientQuotasResponse<'a>),
    AlterClientQuotas(AlterClientQuotasResponse<'a>),
    DescribeUserScramCredentials(DescribeUserScramCredentialsResponse<'a>),
    AlterUserScramCredentials(AlterUserScramCredentialsResponse<'a>),
    DescribeQuorum(DescribeQuorumResponse<'a>),
    UpdateFeatures(UpdateFeaturesResponse<'a>),
    DescribeCluster(DescribeClusterResponse<'a>),
    DescribeProducers(DescribeProducersResponse<'a>),
    UnregisterBroker(UnregisterBrokerResponse<'a>),
    DescribeTransactions(DescribeTransactionsResponse<'a>),
    ListTransactions(ListTransactionsResponse<'a>),
    ConsumerGroupHeartbeat(ConsumerGroupHeartbeatResponse<'a>),
    ConsumerGroupDescribe(ConsumerGroupDescribeResponse<'a>),
    GetTelemetrySubscriptions(GetTelemetrySubscriptionsResponse<'a>),
    PushTelemetry(PushTelemetryResponse),
    ListConfigResources(ListConfigResourcesResponse<'a>),
    DescribeTopicPartitions(DescribeTopicPartitionsResponse<'a>),
    ShareGroupHeartbeat(ShareGroupHeartbeatResponse<'a>),
    ShareGroupDescribe(ShareGroupDescribeResponse<'a>),
    ShareFetch(ShareFetchResponse<'a>),
    ShareAcknowledge(ShareAcknowledgeResponse<'a>),
    AddRaftVoter(AddRaftVoterResponse<'a>),
    RemoveRaftVoter(RemoveRaftVoterResponse<'a>),
    InitializeShareGroupState(InitializeShareGroupStateResponse<'a>),
    ReadShareGroupState(ReadShareGroupStateResponse<'a>),
    WriteShareGroupState(WriteShareGroupStateResponse<'a>),
    DeleteShareGroupState(DeleteShareGroupStateResponse<'a>),
    ReadShareGroupStateSummary(ReadShareGroupStateSummaryResponse<'a>),
    StreamsGroupHeartbeat(StreamsGroupHeartbeatResponse<'a>),
    StreamsGroupDescribe(StreamsGroupDescribeResponse<'a>),
    DescribeShareGroupOffsets(DescribeShareGroupOffsetsResponse<'a>),
    AlterShareGroupOffsets(AlterShareGroupOffsetsResponse<'a>),
    DeleteShareGroupOffsets(DeleteShareGroupOffsetsResponse<'a>),
}

#[cfg(any(test, feature = "client"))]
impl<'a> Response<'a> {
    /// Reads a body. Bytes after its last field are left in the reader: Kafka ignores them.
    pub fn decode(r: &mut Reader<'a>, key: i16, version: i16) -> Result<Self, DecodeError> {
        Ok(match (key, version) {
            (0, 3..=13) => Self::Produce(ProduceResponse::decode(r, version)?),
            (1, 4..=18) => Self::Fetch(FetchResponse::decode(r, version)?),
            (2, 1..=11) => Self::ListOffsets(ListOffsetsResponse::decode(r, version)?),
            (3, 0..=13) => Self::Metadata(MetadataResponse::decode(r, version)?),
            (8, 2..=10) => Self::OffsetCommit(OffsetCommitResponse::decode(r, version)?),
            (9, 1..=10) => Self::OffsetFetch(OffsetFetchResponse::decode(r, version)?),
            (10, 0..=6) => Self::FindCoordinator(FindCoordinatorResponse::decode(r, version)?),
            (11, 0..=9) => Self::JoinGroup(JoinGroupResponse::decode(r, version)?),
            (12, 0..=4) => Self::Heartbeat(HeartbeatResponse::decode(r, version)?),
            (13, 0..=5) => Self::LeaveGroup(LeaveGroupResponse::decode(r, version)?),
            (14, 0..=5) => Self::SyncGroup(SyncGroupResponse::decode(r, version)?),
            (15, 0..=6) => Self::DescribeGroups(DescribeGroupsResponse::decode(r, version)?),
            (16, 0..=5) => Self::ListGroups(ListGroupsResponse::decode(r, version)?),
            (17, 0..=1) => Self::SaslHandshake(SaslHandshakeResponse::decode(r, version)?),
            (18, 0..=4) => Self::ApiVersions(ApiVersionsResponse::decode(r, version)?),
            (19, 2..=7) => Self::CreateTopics(CreateTopicsResponse::decode(r, version)?),
            (20, 1..=6) => Self::DeleteTopics(DeleteTopicsResponse::decode(r, version)?),
            (21, 0..=2) => Self::DeleteRecords(DeleteRecordsResponse::decode(r, version)?),
            (22, 0..=6) => Self::InitProducerId(InitProducerIdResponse::decode(r, version)?),
            (23, 2..=4) => Self::OffsetForLeaderEpoch(OffsetForLeaderEpochResponse::decode(r, version)?),
            (24, 0..=5) => Self::AddPartitionsToTxn(AddPartitionsToTxnResponse::decode(r, version)?),
            (25, 0..=4) => Self::AddOffsetsToTxn(AddOffsetsToTxnResponse::decode(r, version)?),
            (26, 0..=5) => Self::EndTxn(EndTxnResponse::decode(r, version)?),
            (27, 1..=2) => Self::WriteTxnMarkers(WriteTxnMarkersResponse::decode(r, version)?),
            (28, 0..=5) => Self::TxnOffsetCommit(TxnOffsetCommitResponse::decode(r, version)?),
            (29, 1..=3) => Self::DescribeAcls(DescribeAclsResponse::decode(r, version)?),
            (30, 1..=3) => Self::CreateAcls(CreateAclsResponse::decode(r, version)?),
            (31, 1..=3) => Self::DeleteAcls(DeleteAclsResponse::decode(r, version)?),
            (32, 1..=4) => Self::DescribeConfigs(DescribeConfigsResponse::decode(r, version)?),
            (33, 0..=2) => Self::AlterConfigs(AlterConfigsResponse::decode(r, version)?),
            (34, 1..=2) => Self::AlterReplicaLogDirs(AlterReplicaLogDirsResponse::decode(r, version)?),
            (35, 1..=5) => Self::DescribeLogDirs(DescribeLogDirsResponse::decode(r, version)?),
            (36, 0..=2) => Self::SaslAuthenticate(SaslAuthenticateResponse::decode(r, version)?),
            (37, 0..=3) => Self::CreatePartitions(CreatePartitionsResponse::decode(r, version)?),
            (38, 1..=3) => Self::CreateDelegationToken(CreateDelegationTokenResponse::decode(r, version)?),
            (39, 1..=2) => Self::RenewDelegationToken(RenewDelegationTokenResponse::decode(r, version)?),
            (40, 1..=2) => Self::ExpireDelegationToken(ExpireDelegationTokenResponse::decode(r, version)?),
            (41, 1..=3) => Self::DescribeDelegationToken(DescribeDelegationTokenResponse::decode(r, version)?),
            (42, 0..=2) => Self::DeleteGroups(DeleteGroupsResponse::decode(r, version)?),
            (43, 0..=2) => Self::ElectLeaders(ElectLeadersResponse::decode(r, version)?),
            (44, 0..=1) => Self::IncrementalAlterConfigs(IncrementalAlterConfigsResponse::decode(r, version)?),
            (45, 0..=1) => Self::AlterPartitionReassignments(AlterPartitionReassignmentsResponse::decode(r, version)?),
            (46, 0) => Self::ListPartitionReassignments(ListPartitionReassignmentsResponse::decode(r, version)?),
            (47, 0) => Self::OffsetDelete(OffsetDeleteResponse::decode(r, version)?),
            (48, 0..=1) => Self::DescribeClientQuotas(DescribeClientQuotasResponse::decode(r, version)?),
            (49, 0..=1) => Self::AlterClientQuotas(AlterClientQuotasResponse::decode(r, version)?),
            (50, 0) => Self::DescribeUserScramCredentials(DescribeUserScramCredentialsResponse::decode(r, version)?),
            (51, 0) => Self::AlterUserScramCredentials(AlterUserScramCredentialsResponse::decode(r, version)?),
            (55, 0..=2) => Self::DescribeQuorum(DescribeQuorumResponse::decode(r, version)?),
            (57, 0..=2) => Self::UpdateFeatures(UpdateFeaturesResponse::decode(r, version)?),
            (60, 0..=2) => Self::DescribeCluster(DescribeClusterResponse::decode(r, version)?),
            (61, 0) => Self::DescribeProducers(DescribeProducersResponse::decode(r, version)?),
            (64, 0) => Self::UnregisterBroker(UnregisterBrokerResponse::decode(r, version)?),
            (65, 0) => Self::DescribeTransactions(DescribeTransactionsResponse::decode(r, version)?),
            (66, 0..=2) => Self::ListTransactions(ListTransactionsResponse::decode(r, version)?),
            (68, 0..=1) => Self::ConsumerGroupHeartbeat(ConsumerGroupHeartbeatResponse::decode(r, version)?),
            (69, 0..=1) => Self::ConsumerGroupDescribe(ConsumerGroupDescribeResponse::decode(r, version)?),
            (71, 0) => Self::GetTelemetrySubscriptions(GetTelemetrySubscriptionsResponse::decode(r, version)?),
            (72, 0) => Self::PushTelemetry(PushTelemetryResponse::decode(r, version)?),
            (74, 0..=1) => Self::ListConfigResources(ListConfigResourcesResponse::decode(r, version)?),
            (75, 0) => Self::DescribeTopicPartitions(DescribeTopicPartitionsResponse::decode(r, version)?),
            (76, 1) => Self::ShareGroupHeartbeat(ShareGroupHeartbeatResponse::decode(r, version)?),
            (77, 1) => Self::ShareGroupDescribe(ShareGroupDescribeResponse::decode(r, version)?),
            (78, 1..=2) => Self::ShareFetch(ShareFetchResponse::decode(r, version)?),
            (79, 1..=2) => Self::ShareAcknowledge(ShareAcknowledgeResponse::decode(r, version)?),
            (80, 0..=1) => Self::AddRaftVoter(AddRaftVoterResponse::decode(r, version)?),
            (81, 0) => Self::RemoveRaftVoter(RemoveRaftVoterResponse::decode(r, version)?),
            (83, 0) => Self::InitializeShareGroupState(InitializeShareGroupStateResponse::decode(r, version)?),
            (84, 0) => Self::ReadShareGroupState(ReadShareGroupStateResponse::decode(r, version)?),
            (85, 0..=1) => Self::WriteShareGroupState(WriteShareGroupStateResponse::decode(r, version)?),
            (86, 0) => Self::DeleteShareGroupState(DeleteShareGroupStateResponse::decode(r, version)?),
            (87, 0..=1) => Self::ReadShareGroupStateSummary(ReadShareGroupStateSummaryResponse::decode(r, version)?),
            (88, 0) => Self::StreamsGroupHeartbeat(StreamsGroupHeartbeatResponse::decode(r, version)?),
            (89, 0) => Self::StreamsGroupDescribe(StreamsGroupDescribeResponse::decode(r, version)?),
            (90, 0..=1) => Self::DescribeShareGroupOffsets(DescribeShareGroupOffsetsResponse::decode(r, version)?),
            (91, 0) => Self::AlterShareGroupOffsets(AlterShareGroupOffsetsResponse::decode(r, version)?),
            (92, 0) => Self::DeleteShareGroupOffsets(DeleteShareGroupOffsetsResponse::decode(r, version)?),
            _ => return Err(DecodeError::Version),
        })
    }
}

impl Response<'_> {
    pub fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        match self {
            Self::Produce(m) if ProduceResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::Fetch(m) if FetchResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::ListOffsets(m) if ListOffsetsResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::Metadata(m) if MetadataResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::OffsetCommit(m) if OffsetCommitResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::OffsetFetch(m) if OffsetFetchResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::FindCoordinator(m) if FindCoordinatorResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::JoinGroup(m) if JoinGroupResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::Heartbeat(m) if HeartbeatResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::LeaveGroup(m) if LeaveGroupResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::SyncGroup(m) if SyncGroupResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::DescribeGroups(m) if DescribeGroupsResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::ListGroups(m) if ListGroupsResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::SaslHandshake(m) if SaslHandshakeResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::ApiVersions(m) if ApiVersionsResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::CreateTopics(m) if CreateTopicsResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::DeleteTopics(m) if DeleteTopicsResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::DeleteRecords(m) if DeleteRecordsResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::InitProducerId(m) if InitProducerIdResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::OffsetForLeaderEpoch(m) if OffsetForLeaderEpochResponse::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::AddPartitionsToTxn(m) if AddPartitionsToTxnResponse::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::AddOffsetsToTxn(m) if AddOffsetsToTxnResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::EndTxn(m) if EndTxnResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::WriteTxnMarkers(m) if WriteTxnMarkersResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::TxnOffsetCommit(m) if TxnOffsetCommitResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::DescribeAcls(m) if DescribeAclsResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::CreateAcls(m) if CreateAclsResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::DeleteAcls(m) if DeleteAclsResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::DescribeConfigs(m) if DescribeConfigsResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::AlterConfigs(m) if AlterConfigsResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::AlterReplicaLogDirs(m) if AlterReplicaLogDirsResponse::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::DescribeLogDirs(m) if DescribeLogDirsResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::SaslAuthenticate(m) if SaslAuthenticateResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::CreatePartitions(m) if CreatePartitionsResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::CreateDelegationToken(m) if CreateDelegationTokenResponse::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::RenewDelegationToken(m) if RenewDelegationTokenResponse::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::ExpireDelegationToken(m) if ExpireDelegationTokenResponse::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::DescribeDelegationToken(m) if DescribeDelegationTokenResponse::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::DeleteGroups(m) if DeleteGroupsResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::ElectLeaders(m) if ElectLeadersResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::IncrementalAlterConfigs(m) if IncrementalAlterConfigsResponse::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::AlterPartitionReassignments(m)
                if AlterPartitionReassignmentsResponse::VERSIONS.contains(&version) =>
            {
                m.encode(w, version)
            }
            Self::ListPartitionReassignments(m) if ListPartitionReassignmentsResponse::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::OffsetDelete(m) if OffsetDeleteResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::DescribeClientQuotas(m) if DescribeClientQuotasResponse::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::AlterClientQuotas(m) if AlterClientQuotasResponse::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::DescribeUserScramCredentials(m)
                if DescribeUserScramCredentialsResponse::VERSIONS.contains(&version) =>
            {
                m.encode(w, version)
            }
            Self::AlterUserScramCredentials(m) if AlterUserScramCredentialsResponse::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::DescribeQuorum(m) if DescribeQuorumResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::UpdateFeatures(m) if UpdateFeaturesResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::DescribeCluster(m) if DescribeClusterResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::DescribeProducers(m) if DescribeProducersResponse::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::UnregisterBroker(m) if UnregisterBrokerResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::DescribeTransactions(m) if DescribeTransactionsResponse::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::ListTransactions(m) if ListTransactionsResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::ConsumerGroupHeartbeat(m) if ConsumerGroupHeartbeatResponse::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::ConsumerGroupDescribe(m) if ConsumerGroupDescribeResponse::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::GetTelemetrySubscriptions(m) if GetTelemetrySubscriptionsResponse::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::PushTelemetry(m) if PushTelemetryResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::ListConfigResources(m) if ListConfigResourcesResponse::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::DescribeTopicPartitions(m) if DescribeTopicPartitionsResponse::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::ShareGroupHeartbeat(m) if ShareGroupHeartbeatResponse::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::ShareGroupDescribe(m) if ShareGroupDescribeResponse::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::ShareFetch(m) if ShareFetchResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::ShareAcknowledge(m) if ShareAcknowledgeResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::AddRaftVoter(m) if AddRaftVoterResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::RemoveRaftVoter(m) if RemoveRaftVoterResponse::VERSIONS.contains(&version) => m.encode(w, version),
            Self::InitializeShareGroupState(m) if InitializeShareGroupStateResponse::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::ReadShareGroupState(m) if ReadShareGroupStateResponse::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::WriteShareGroupState(m) if WriteShareGroupStateResponse::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::DeleteShareGroupState(m) if DeleteShareGroupStateResponse::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::ReadShareGroupStateSummary(m) if ReadShareGroupStateSummaryResponse::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::StreamsGroupHeartbeat(m) if StreamsGroupHeartbeatResponse::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::StreamsGroupDescribe(m) if StreamsGroupDescribeResponse::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::DescribeShareGroupOffsets(m) if DescribeShareGroupOffsetsResponse::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::AlterShareGroupOffsets(m) if AlterShareGroupOffsetsResponse::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            Self::DeleteShareGroupOffsets(m) if DeleteShareGroupOffsetsResponse::VERSIONS.contains(&version) => {
                m.encode(w, version)
            }
            _ => Err(EncodeError::Version),
        }
    }
}
