//! Allocation of producer ids: each is assigned once, also across restarts.

use crate::sync::{Lock, lock, rank};
use std::io;

use crate::storage::DataDir;

/// Clients may write with any id: ids from here on were never assigned, and must not exhaust the range.
pub(crate) const GIVEN_MAX: i64 = i64::MAX / 4;

#[derive(Debug, Default)]
pub(crate) struct ProducerIds(Lock<{ rank::PRODUCER_IDS }, Block>);

/// Allocated ids that are not assigned yet. The metadata log holds the end of the block, so that a crash loses the rest
/// of one block at most.
#[derive(Debug, Default)]
struct Block {
    next: i64,
    end: i64,
}

impl ProducerIds {
    pub(crate) fn from(next: i64) -> ProducerIds {
        ProducerIds(Lock::new(Block { next, end: next }))
    }

    pub(crate) fn next(&self, disk: Option<&DataDir>) -> io::Result<i64> {
        let mut block = lock(&self.0);
        if let Some(disk) = disk
            && block.next == block.end
        {
            block.end = disk.metadata.take_producer_ids(block.next)?;
        }
        block.next += 1;
        Ok(block.next - 1)
    }
}
