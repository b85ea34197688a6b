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

/// Calls `apply` with each record of the coordinator in a partition, from the start of its log on, and the time in
/// milliseconds at which it was written. Records that cannot
/// be decoded, and those of other coordinators, are passed over.
pub(crate) fn for_each_record<C: Coordinator>(
    partition: &Partition,
    mut apply: impl FnMut(C::Record, i64),
) -> io::Result<()> {
    partition.for_each_batch(|batch| {
        for (key, value) in key_values(batch) {
            if let Ok(Some(record)) = C::decode(&key, value.as_deref()) {
                apply(record, batch.max_timestamp());
            }
        }
    })
}

/// Returns the state that a partition's log describes.
pub(crate) fn replay<C: Coordinator>(partition: &Partition) -> io::Result<C::State> {
    let mut state = C::State::default();
    for_each_record::<C>(partition, |record, _| C::replay(&mut state, record))?;
    Ok(state)
}

fn key_values(batch: &Batch<'_>) -> Vec<KeyValue> {
    let Ok(inflated) = batch.inflated(INFLATED_MAX) else { return Vec::new() };
    let pair = |record: Record<'_>| (record.key.unwrap_or_default().to_vec(), record.value.map(<[u8]>::to_vec));
    let records = Records::new(&inflated, batch.record_count());
    records.map(|record| record.map(pair)).collect::<Result<_, _>>().unwrap_or_default()
}
