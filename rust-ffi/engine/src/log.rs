//! The log: partitions of record batches, exactly as the producers sent them.

mod arena;
mod compaction;
mod error;
mod lookup;
mod partition;
mod producers;
mod retention;
mod segment;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub(crate) use error::AppendError;
pub(crate) use lookup::Found;
pub(crate) use partition::{LEADER_EPOCH, Offsets, check_leader_epoch};
pub(crate) use producers::ProducerState;

pub use partition::Partition;
