//! Offsets by time. Kafka: `UnifiedLog.fetchOffsetByTimestamp`.

use wire::{batch::Batch, record::Records};

use super::partition::{Log, Partition};
use crate::waiters::lock;

/// What was checked to inflate to no more than this when it came in.
const INFLATED_MAX: usize = 100 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub offset: i64,
    pub timestamp: i64,
}

impl Log {
    /// The first record that is not older than `timestamp`.
    fn first_since(&self, timestamp: i64) -> Option<Found> {
        let segments = self.segments.iter().filter(|segment| segment.max_timestamp >= timestamp);
        let batches = segments.flat_map(|segment| &segment.batches);
        let mut batches = batches.filter(|stored| {
            let batch = stored.batch();
            batch.max_timestamp() >= timestamp && batch.last_offset() >= self.log_start
        });
        // Of a batch only its tail may be left, so the next one may be the one.
        batches.find_map(|stored| first_in(&stored.batch(), timestamp, self.log_start))
    }

    /// The first record with the largest timestamp.
    fn latest(&self) -> Option<Found> {
        let kept = |stored: &&super::segment::Stored| stored.batch().last_offset() >= self.log_start;
        let batches = self.segments.iter().flat_map(|segment| &segment.batches).filter(kept);
        let latest = batches.map(|stored| stored.batch().max_timestamp()).max()?;
        self.first_since(latest)
    }
}

fn first_in(batch: &Batch<'_>, timestamp: i64, from: i64) -> Option<Found> {
    if batch.is_log_append_time() {
        return Some(Found { offset: batch.base_offset().max(from), timestamp: batch.max_timestamp() });
    }
    let inflated = batch.inflated(INFLATED_MAX).ok()?;
    let records = Records::new(&inflated, batch.record_count()).flatten();
    let found = records.map(|record| Found {
        offset: batch.base_offset() + i64::from(record.offset_delta),
        timestamp: batch.base_timestamp().wrapping_add(record.timestamp_delta),
    });
    found.into_iter().find(|found| found.timestamp >= timestamp && found.offset >= from)
}

impl Partition {
    pub(crate) fn first_since(&self, timestamp: i64) -> Option<Found> {
        lock(&self.log).first_since(timestamp)
    }

    pub(crate) fn latest(&self) -> Option<Found> {
        lock(&self.log).latest()
    }
}
