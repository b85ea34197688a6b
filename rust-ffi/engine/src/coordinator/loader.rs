//! The loader: brings shards to the state that their logs describe. Kafka: `CoordinatorLoaderImpl`.

use std::io;

use wire::{
    batch::Batch,
    record::{Record, Records},
};

use super::{Coordinator, KeyValue};
use crate::log::Partition;

/// What the records of one batch may inflate to.
const INFLATED_MAX: usize = 64 << 20;

/// What the log of a coordinator says next.
#[derive(Debug)]
pub(crate) enum Entry<R> {
    /// With the producer whose transaction it is a part of.
    Record(Option<i64>, R),
    /// The end of a producer's transaction.
    Marker { producer_id: i64, committed: bool },
}

impl<R> Entry<R> {
    pub(crate) fn replay<C: Coordinator<Record = R>>(self, state: &mut C::State) {
        match self {
            Entry::Record(producer_id, record) => C::replay(state, producer_id, record),
            Entry::Marker { producer_id, committed } => C::replay_marker(state, producer_id, committed),
        }
    }
}

/// Calls `apply` with each entry of the coordinator in a partition, from the start of its log on, and the time in
/// milliseconds at which it was written. Records that cannot be decoded, and those of other coordinators, are passed
/// over.
pub(crate) fn for_each_entry<C: Coordinator>(
    partition: &Partition,
    mut apply: impl FnMut(Entry<C::Record>, i64),
) -> io::Result<()> {
    partition.for_each_batch(|batch| {
        let written_ms = batch.max_timestamp();
        if batch.is_control() {
            if let Some(marker) = batch.marker() {
                let (producer_id, committed) = (batch.producer_id(), marker.committed);
                apply(Entry::Marker { producer_id, committed }, written_ms);
            }
            return;
        }
        let producer_id = batch.is_transactional().then(|| batch.producer_id());
        for (key, value) in key_values(batch) {
            if let Ok(Some(record)) = C::decode(&key, value.as_deref()) {
                apply(Entry::Record(producer_id, record), written_ms);
            }
        }
    })
}

/// Returns the state that a partition's log describes.
pub(crate) fn replay<C: Coordinator>(partition: &Partition) -> io::Result<C::State> {
    let mut state = C::State::default();
    for_each_entry::<C>(partition, |entry, _| entry.replay::<C>(&mut state))?;
    Ok(state)
}

fn key_values(batch: &Batch<'_>) -> Vec<KeyValue> {
    let Ok(inflated) = batch.inflated(INFLATED_MAX) else { return Vec::new() };
    let pair = |record: Record<'_>| (record.key.unwrap_or_default().to_vec(), record.value.map(<[u8]>::to_vec));
    let records = Records::new(&inflated, batch.record_count());
    records.map(|record| record.map(pair)).collect::<Result<_, _>>().unwrap_or_default()
}
