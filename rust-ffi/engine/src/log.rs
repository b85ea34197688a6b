//! Partition logs: record batches as the producers sent them, in segments in memory or in files.

mod aborted;
mod arena;
mod cleaner_checkpoint;
mod compaction;
mod error;
mod log_dir;
mod lookup;
mod partition;
mod producers;
mod read;
mod record_validator;
mod recovery;
mod retention;
mod segment;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub(crate) use aborted::AbortedTransaction;
pub(crate) use cleaner_checkpoint::CleanerCheckpoint;
pub(crate) use error::AppendError;
pub(crate) use log_dir::LogDir;
pub(crate) use lookup::{InflateBudget, OffsetAndTimestamp};
pub(crate) use partition::{Appended, EndTxnMarker, LEADER_EPOCH, NO_EPOCH, Offsets, check_leader_epoch};
pub(crate) use producers::{AppendOrigin, ProducerState};
pub(crate) use read::{Isolation, ReadLimits};
pub(crate) use record_validator::{InvalidRecord, InvalidRecords};
pub(crate) use recovery::{Damage, RecoveryMode, survey};
pub(crate) use segment::parse_name;

#[cfg(test)]
pub(crate) use read::ReadError;

pub use partition::Partition;
