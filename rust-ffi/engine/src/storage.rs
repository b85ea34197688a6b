//! The data folder of an engine: who may open it, what is in it, and the metadata log. Partitions' own files belong to
//! `log/`.
//!
//! ```text
//! meta.properties                  cluster id, node id and format version of the folder
//! .kafka_cleanshutdown             present if the last run has stopped in order
//! cleaner-offset-checkpoint        how far logs were compacted: gaps before that are no damage
//! log-start-offset-checkpoint      log start offsets that are not the start of a segment
//! __cluster_metadata-0/            topics, configs and producer ids: see `metadata_log`
//! <topic>-<partition>/             logs
//! <topic>-<partition>.<n>-stray/   logs without a topic in the metadata: see `strays`
//! <topic>-<partition>.<id>-delete/ logs of deleted topics, removed in the background: see `deleted_dirs`
//! ```

mod checkpoint;
mod data_dir;
mod deleted_dirs;
mod metadata_log;
mod strays;
#[cfg(test)]
mod tests;

pub(crate) use data_dir::{DataDir, RecoveryState, in_folder};
pub(crate) use metadata_log::{MetadataLog, TopicRecord};
