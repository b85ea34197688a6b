//! Offsets by time. Kafka: `UnifiedLog.fetchOffsetByTimestamp`.

use wire::{batch::Batch, record::Records};

use super::{
    partition::{Log, Partition, ReadError},
    segment::{Segment, Stored},
};
use crate::waiters::lock;

/// What was checked to inflate to no more than this when it came in.
const INFLATED_MAX: usize = 100 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub offset: i64,
    pub timestamp: i64,
}

impl Log {
    /// In memory. The first record that is not older than `timestamp`.
    fn first_since(&self, timestamp: i64) -> Option<Found> {
        let segments = self.segments.iter().filter(|segment| segment.max_timestamp >= timestamp);
        let batches = segments.flat_map(Segment::stored);
        let mut batches = batches.filter(|stored| {
            let batch = stored.batch();
            batch.max_timestamp() >= timestamp && batch.last_offset() >= self.log_start
        });
        // Of a batch only its tail may be left, so the next one may be the one.
        batches.find_map(|stored| first_in(&stored.batch(), timestamp, self.log_start))
    }

    /// The first record with the largest timestamp.
    fn latest(&self) -> Option<Found> {
        let kept = |stored: &&Stored| stored.batch().last_offset() >= self.log_start;
        let batches = self.segments.iter().flat_map(Segment::stored).filter(kept);
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
    /// The first record that is not older than `timestamp`.
    pub(crate) fn first_since(&self, timestamp: i64) -> Result<Option<Found>, ReadError> {
        let (segments, log_start) = {
            let log = lock(&self.log);
            if log.home.is_none() {
                return Ok(log.first_since(timestamp));
            }
            let young = log.segments.iter().filter(|segment| segment.max_timestamp >= timestamp);
            let files = young.filter_map(|segment| Some((segment.file()?.clone(), segment.bytes)));
            (files.collect::<Vec<_>>(), log.log_start)
        };
        for (file, len) in segments {
            let mut batches = file.batches_since(timestamp, len).map_err(|_| ReadError::Storage)?;
            while let Some(bytes) = batches.next().map_err(|_| ReadError::Storage)? {
                let batch = Batch::stored(&bytes);
                if batch.max_timestamp() >= timestamp
                    && batch.last_offset() >= log_start
                    && let Some(found) = first_in(&batch, timestamp, log_start)
                {
                    return Ok(Some(found));
                }
            }
        }
        Ok(None)
    }

    /// The first record with the largest timestamp.
    pub(crate) fn latest(&self) -> Result<Option<Found>, ReadError> {
        let latest = {
            let log = lock(&self.log);
            if log.home.is_none() {
                return Ok(log.latest());
            }
            log.segments.iter().filter(|segment| !segment.is_empty()).map(|segment| segment.max_timestamp).max()
        };
        latest.map_or(Ok(None), |latest| self.first_since(latest))
    }
}
