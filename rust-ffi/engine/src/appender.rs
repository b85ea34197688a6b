//! The append: every record batch of the broker, a client's or its own, goes to its partition here.

use std::sync::Arc;

use wire::ErrorCode;

use crate::{
    Engine,
    clock::Now,
    configs::TopicConfig,
    log::{AppendError, AppendOrigin, Appended, EndTxnMarker, Partition},
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

    /// Syncs the records, and returns whether they are. Blocks until the disk is done.
    pub(crate) fn sync(&self) -> bool {
        self.partition.sync();
        self.is_synced() == Ok(true)
    }
}

/// Appends a batch, wakes the fetches that wait for it, and hands the partition to the flusher. Returns what an
/// acknowledgement has to wait for, if it has to wait.
pub(crate) fn append(
    engine: &Engine,
    partition: &Arc<Partition>,
    origin: AppendOrigin,
    batch: &[u8],
    config: &TopicConfig,
    now: Now,
) -> Result<(Appended, Option<Unsynced>), AppendError> {
    let appended = partition.append_from(origin, batch, config, now)?;
    Ok((appended, to_be_synced(engine, partition, appended, config, now)))
}

/// Appends the end of a producer's transaction to a partition, as [`append`] does.
pub(crate) fn append_marker(
    engine: &Engine,
    topic: &str,
    partition: i32,
    marker: &EndTxnMarker,
    now: Now,
) -> Result<Option<Unsynced>, ErrorCode> {
    let topic = engine.topics.get(topic).ok_or(ErrorCode::UnknownTopicOrPartition)?;
    let partition = topic.partition(partition).ok_or(ErrorCode::UnknownTopicOrPartition)?;
    let config = topic.config();
    let appended = partition.append_marker(marker, &config, now).map_err(|error| ErrorCode::from(&error))?;
    Ok(to_be_synced(engine, &partition, appended, &config, now))
}

fn to_be_synced(
    engine: &Engine,
    partition: &Arc<Partition>,
    appended: Appended,
    config: &TopicConfig,
    now: Now,
) -> Option<Unsynced> {
    let waits = engine.data_dir.as_ref().is_some_and(|data_dir| data_dir.appended(partition, config, now));
    waits.then(|| Unsynced { partition: partition.clone(), end: appended.end })
}
