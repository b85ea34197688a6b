//! The append: every record batch of the broker, a client's or its own, goes to its partition here.

use std::sync::Arc;

use crate::{
    Engine,
    clock::Now,
    configs::TopicConfig,
    log::{AppendError, Appended, Partition},
};

/// Records that a power cut may still take, where nothing acknowledged may be lost (`fsync=always`).
#[derive(Clone, Debug)]
pub(crate) struct Unsynced {
    pub(crate) partition: Arc<Partition>,
    /// The offset after the last record.
    pub(crate) end: i64,
}

impl Unsynced {
    /// Whether the records are synced; an error if they never will be.
    pub(crate) fn is_synced(&self) -> Result<bool, AppendError> {
        self.partition.is_synced(self.end)
    }
}

/// Appends a batch, wakes the fetches that wait for it, and hands the partition to the flusher. Returns what an
/// acknowledgement has to wait for, if it has to wait.
pub(crate) fn append(
    engine: &Engine,
    partition: &Arc<Partition>,
    batch: &[u8],
    config: &TopicConfig,
    now: Now,
) -> Result<(Appended, Option<Unsynced>), AppendError> {
    let appended = partition.append(batch, config, now)?;
    let waits = engine.data_dir.as_ref().is_some_and(|data_dir| data_dir.appended(partition, config, now));
    let unsynced = waits.then(|| Unsynced { partition: partition.clone(), end: appended.end });
    Ok((appended, unsynced))
}
