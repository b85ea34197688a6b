// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! Kafka's messages: a file for each schema. Requests borrow the frame they were read from; responses borrow what the
//! broker has, and hand record slices on uncopied.
//!
//! Every count and length is checked before it is believed, and no request costs more memory than its frame and 16 MiB.
//! Stricter than Kafka in three places: strings have to be UTF-8 (Kafka replaces what is not), a known tagged field has
//! to be as long as it says (Kafka does not look), and a number has no bits beyond its 32nd (Kafka drops them). As in
//! Kafka, bytes after the last field are ignored, and any negative length is null.

pub mod add_offsets_to_txn_request;
pub mod add_offsets_to_txn_response;
pub mod add_partitions_to_txn_request;
pub mod add_partitions_to_txn_response;
pub mod add_raft_voter_request;
pub mod add_raft_voter_response;
#[cfg(any(test, feature = "all-apis"))]
pub mod alter_client_quotas_request;
#[cfg(any(test, feature = "all-apis"))]
pub mod alter_client_quotas_response;
pub mod alter_configs_request;
pub mod alter_configs_response;
pub mod alter_partition_reassignments_request;
pub mod alter_partition_reassignments_response;
pub mod alter_replica_log_dirs_request;
pub mod alter_replica_log_dirs_response;
#[cfg(any(test, feature = "all-apis"))]
pub mod alter_share_group_offsets_request;
#[cfg(any(test, feature = "all-apis"))]
pub mod alter_share_group_offsets_response;
#[cfg(any(test, feature = "all-apis"))]
pub mod alter_user_scram_credentials_request;
#[cfg(any(test, feature = "all-apis"))]
pub mod alter_user_scram_credentials_response;
pub mod api_versions_request;
pub mod api_versions_response;
#[cfg(any(test, feature = "all-apis"))]
mod check;
pub mod consumer_group_describe_request;
pub mod consumer_group_describe_response;
pub mod consumer_group_heartbeat_request;
pub mod consumer_group_heartbeat_response;
pub mod create_acls_request;
pub mod create_acls_response;
#[cfg(any(test, feature = "all-apis"))]
pub mod create_delegation_token_request;
#[cfg(any(test, feature = "all-apis"))]
pub mod create_delegation_token_response;
pub mod create_partitions_request;
pub mod create_partitions_response;
pub mod create_topics_request;
pub mod create_topics_response;
pub mod delete_acls_request;
pub mod delete_acls_response;
pub mod delete_groups_request;
pub mod delete_groups_response;
pub mod delete_records_request;
pub mod delete_records_response;
#[cfg(any(test, feature = "all-apis"))]
pub mod delete_share_group_offsets_request;
#[cfg(any(test, feature = "all-apis"))]
pub mod delete_share_group_offsets_response;
#[cfg(any(test, feature = "all-apis"))]
pub mod delete_share_group_state_request;
#[cfg(any(test, feature = "all-apis"))]
pub mod delete_share_group_state_response;
pub mod delete_topics_request;
pub mod delete_topics_response;
pub mod describe_acls_request;
pub mod describe_acls_response;
#[cfg(any(test, feature = "all-apis"))]
pub mod describe_client_quotas_request;
#[cfg(any(test, feature = "all-apis"))]
pub mod describe_client_quotas_response;
pub mod describe_cluster_request;
pub mod describe_cluster_response;
pub mod describe_configs_request;
pub mod describe_configs_response;
#[cfg(any(test, feature = "all-apis"))]
pub mod describe_delegation_token_request;
#[cfg(any(test, feature = "all-apis"))]
pub mod describe_delegation_token_response;
pub mod describe_groups_request;
pub mod describe_groups_response;
pub mod describe_log_dirs_request;
pub mod describe_log_dirs_response;
pub mod describe_producers_request;
pub mod describe_producers_response;
pub mod describe_quorum_request;
pub mod describe_quorum_response;
#[cfg(any(test, feature = "all-apis"))]
pub mod describe_share_group_offsets_request;
#[cfg(any(test, feature = "all-apis"))]
pub mod describe_share_group_offsets_response;
pub mod describe_topic_partitions_request;
pub mod describe_topic_partitions_response;
pub mod describe_transactions_request;
pub mod describe_transactions_response;
#[cfg(any(test, feature = "all-apis"))]
pub mod describe_user_scram_credentials_request;
#[cfg(any(test, feature = "all-apis"))]
pub mod describe_user_scram_credentials_response;
pub mod elect_leaders_request;
pub mod elect_leaders_response;
pub mod end_txn_request;
pub mod end_txn_response;
#[cfg(any(test, feature = "all-apis"))]
pub mod expire_delegation_token_request;
#[cfg(any(test, feature = "all-apis"))]
pub mod expire_delegation_token_response;
pub mod fetch_request;
pub mod fetch_response;
pub mod find_coordinator_request;
pub mod find_coordinator_response;
pub mod get_telemetry_subscriptions_request;
pub mod get_telemetry_subscriptions_response;
pub mod heartbeat_request;
pub mod heartbeat_response;
pub mod incremental_alter_configs_request;
pub mod incremental_alter_configs_response;
pub mod init_producer_id_request;
pub mod init_producer_id_response;
#[cfg(any(test, feature = "all-apis"))]
pub mod initialize_share_group_state_request;
#[cfg(any(test, feature = "all-apis"))]
pub mod initialize_share_group_state_response;
pub mod join_group_request;
pub mod join_group_response;
pub mod leave_group_request;
pub mod leave_group_response;
pub mod list_config_resources_request;
pub mod list_config_resources_response;
pub mod list_groups_request;
pub mod list_groups_response;
pub mod list_offsets_request;
pub mod list_offsets_response;
pub mod list_partition_reassignments_request;
pub mod list_partition_reassignments_response;
pub mod list_transactions_request;
pub mod list_transactions_response;
pub mod metadata_request;
pub mod metadata_response;
pub mod offset_commit_request;
pub mod offset_commit_response;
pub mod offset_delete_request;
pub mod offset_delete_response;
pub mod offset_fetch_request;
pub mod offset_fetch_response;
pub mod offset_for_leader_epoch_request;
pub mod offset_for_leader_epoch_response;
pub mod produce_request;
pub mod produce_response;
pub mod push_telemetry_request;
pub mod push_telemetry_response;
#[cfg(any(test, feature = "all-apis"))]
pub mod read_share_group_state_request;
#[cfg(any(test, feature = "all-apis"))]
pub mod read_share_group_state_response;
#[cfg(any(test, feature = "all-apis"))]
pub mod read_share_group_state_summary_request;
#[cfg(any(test, feature = "all-apis"))]
pub mod read_share_group_state_summary_response;
pub mod remove_raft_voter_request;
pub mod remove_raft_voter_response;
#[cfg(any(test, feature = "all-apis"))]
pub mod renew_delegation_token_request;
#[cfg(any(test, feature = "all-apis"))]
pub mod renew_delegation_token_response;
#[cfg(any(test, feature = "all-apis"))]
pub mod request;
#[cfg(any(test, feature = "all-apis"))]
pub mod response;
#[cfg(any(test, feature = "all-apis"))]
pub mod sasl_authenticate_request;
#[cfg(any(test, feature = "all-apis"))]
pub mod sasl_authenticate_response;
#[cfg(any(test, feature = "all-apis"))]
pub mod sasl_handshake_request;
#[cfg(any(test, feature = "all-apis"))]
pub mod sasl_handshake_response;
#[cfg(any(test, feature = "all-apis"))]
pub mod share_acknowledge_request;
#[cfg(any(test, feature = "all-apis"))]
pub mod share_acknowledge_response;
#[cfg(any(test, feature = "all-apis"))]
pub mod share_fetch_request;
#[cfg(any(test, feature = "all-apis"))]
pub mod share_fetch_response;
#[cfg(any(test, feature = "all-apis"))]
pub mod share_group_describe_request;
#[cfg(any(test, feature = "all-apis"))]
pub mod share_group_describe_response;
#[cfg(any(test, feature = "all-apis"))]
pub mod share_group_heartbeat_request;
#[cfg(any(test, feature = "all-apis"))]
pub mod share_group_heartbeat_response;
#[cfg(any(test, feature = "all-apis"))]
pub mod streams_group_describe_request;
#[cfg(any(test, feature = "all-apis"))]
pub mod streams_group_describe_response;
#[cfg(any(test, feature = "all-apis"))]
pub mod streams_group_heartbeat_request;
#[cfg(any(test, feature = "all-apis"))]
pub mod streams_group_heartbeat_response;
pub mod sync_group_request;
pub mod sync_group_response;
#[cfg(test)]
mod tests;
pub mod txn_offset_commit_request;
pub mod txn_offset_commit_response;
pub mod unregister_broker_request;
pub mod unregister_broker_response;
pub mod update_features_request;
pub mod update_features_response;
#[cfg(any(test, feature = "all-apis"))]
pub mod write_share_group_state_request;
#[cfg(any(test, feature = "all-apis"))]
pub mod write_share_group_state_response;
pub mod write_txn_markers_request;
pub mod write_txn_markers_response;

pub use crate::codec::{DecodeError, EncodeError, Reader, Records, Uuid, Writer};
#[cfg(any(test, feature = "all-apis"))]
pub use check::check_request;
#[cfg(any(test, feature = "all-apis"))]
pub use request::Request;
#[cfg(any(test, feature = "all-apis"))]
pub use response::Response;
