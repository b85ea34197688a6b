// Written by `cargo xtask codec` from Apache Kafka 4.3.1's schemas. Do not edit.
//! Keys and values of the records that coordinators write: a file for each schema. A key begins with its type (`KEY`),
//! a value with its version, both as `i16`.

pub mod consumer_group_current_member_assignment_key;
pub mod consumer_group_current_member_assignment_value;
pub mod consumer_group_member_metadata_key;
pub mod consumer_group_member_metadata_value;
pub mod consumer_group_metadata_key;
pub mod consumer_group_metadata_value;
pub mod consumer_group_regular_expression_key;
pub mod consumer_group_regular_expression_value;
pub mod consumer_group_target_assignment_member_key;
pub mod consumer_group_target_assignment_member_value;
pub mod consumer_group_target_assignment_metadata_key;
pub mod consumer_group_target_assignment_metadata_value;
pub mod group_metadata_key;
pub mod group_metadata_value;
pub mod offset_commit_key;
pub mod offset_commit_value;
pub mod transaction_log_key;
pub mod transaction_log_value;
