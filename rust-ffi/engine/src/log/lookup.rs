//! Offsets by time. Kafka: `UnifiedLog.fetchOffsetByTimestamp`.

use wire::{
    ErrorCode,
    batch::{Batch, BatchError},
    inflate::InflateError,
    record::{Outline, RecordError},
};

use super::{
    partition::{Log, Partition, ReadError},
    segment::{MemoryBatch, Segment},
};
use crate::waiters::lock;

/// What the lookups of one request may inflate: more than a batch may have. They are done where other requests wait.
const INFLATED_MAX: usize = 256 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OffsetAndTimestamp {
    pub offset: i64,
    pub timestamp: i64,
}

/// What is left for the lookups of one request.
#[derive(Debug)]
pub(crate) struct InflateBudget {
    pub(super) inflated_left: usize,
}

impl Default for InflateBudget {
    fn default() -> InflateBudget {
        InflateBudget { inflated_left: INFLATED_MAX }
    }
}

impl InflateBudget {
    /// The first record of a batch that is wanted.
    fn find(&mut self, batch: &Batch<'_>, is_it: impl FnMut(&Outline) -> bool) -> Result<Option<Outline>, LookupError> {
        match batch.find(&mut self.inflated_left, is_it) {
            Err(BatchError::Records(RecordError::Inflate(InflateError::TooLarge { .. }))) => Err(LookupError::TooMuch),
            // Of another broker's making: what cannot be read is no match.
            found => Ok(found.unwrap_or_default()),
        }
    }
}

/// Why nothing is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LookupError {
    Storage,
    /// The budget is used up. The client asks again for what has failed, and by then for less.
    TooMuch,
}

impl From<LookupError> for ErrorCode {
    fn from(error: LookupError) -> ErrorCode {
        match error {
            LookupError::Storage => ErrorCode::from(ReadError::Storage),
            LookupError::TooMuch => ErrorCode::RequestTimedOut,
        }
    }
}

/// A batch may have the record that is looked for.
fn may_have(batch: &Batch<'_>, timestamp: i64, log_start: i64) -> bool {
    batch.max_timestamp() >= timestamp && batch.last_offset() >= log_start
}

impl Log {
    /// In memory. The first batch from `from` on that may have a record not older than `timestamp`.
    fn batch_since(&self, timestamp: i64, from: i64) -> Option<MemoryBatch> {
        let segments = self.segments.iter().filter(|segment| segment.max_timestamp >= timestamp);
        segments
            .flat_map(Segment::stored)
            .find(|stored| stored.base_offset >= from && may_have(&stored.batch(), timestamp, self.log_start))
            .cloned()
    }

    /// The largest timestamp of what is there, and a batch that has to be looked into for it: a part of it is deleted.
    fn latest(&self) -> (Option<i64>, Option<MemoryBatch>) {
        if self.dir.is_some() {
            let segments = self.segments.iter().filter(|segment| !segment.is_empty());
            return (segments.map(|segment| segment.max_timestamp).max(), None);
        }
        let stored = || self.segments.iter().flat_map(Segment::stored);
        let whole = stored().map(MemoryBatch::batch).filter(|batch| batch.base_offset() >= self.log_start);
        let mut cut = stored().take_while(|stored| stored.base_offset < self.log_start);
        let cut = cut.find(|stored| stored.batch().last_offset() >= self.log_start);
        (whole.map(|batch| batch.max_timestamp()).max(), cut.cloned())
    }
}

/// Goes no further than the record, so that of a batch that inflates to a hundred megabytes few are inflated as a rule.
fn first_in(
    batch: &Batch<'_>,
    timestamp: i64,
    from: i64,
    budget: &mut InflateBudget,
) -> Result<Option<OffsetAndTimestamp>, LookupError> {
    if batch.is_log_append_time() {
        return Ok(Some(OffsetAndTimestamp {
            offset: batch.base_offset().max(from),
            timestamp: batch.max_timestamp(),
        }));
    }
    let offset_of = |delta: i32| batch.base_offset() + i64::from(delta);
    let timestamp_of = |delta: i64| batch.base_timestamp().wrapping_add(delta);
    let found = budget.find(batch, |record| {
        timestamp_of(record.timestamp_delta) >= timestamp && offset_of(record.offset_delta) >= from
    })?;
    Ok(found.map(|record| OffsetAndTimestamp {
        offset: offset_of(record.offset_delta),
        timestamp: timestamp_of(record.timestamp_delta),
    }))
}

/// The largest timestamp of what is kept of a batch.
fn newest_in(batch: &Batch<'_>, from: i64, budget: &mut InflateBudget) -> Result<Option<i64>, LookupError> {
    if batch.last_offset() < from {
        return Ok(None);
    }
    if batch.base_offset() >= from || batch.is_log_append_time() {
        return Ok(Some(batch.max_timestamp()));
    }
    let mut newest = None;
    budget.find(batch, |record| {
        if batch.base_offset() + i64::from(record.offset_delta) >= from {
            newest = newest.max(Some(batch.base_timestamp().wrapping_add(record.timestamp_delta)));
        }
        false
    })?;
    Ok(newest)
}

impl Partition {
    /// The first record that is not older than `timestamp`.
    pub(crate) fn first_since(
        &self,
        timestamp: i64,
        budget: &mut InflateBudget,
    ) -> Result<Option<OffsetAndTimestamp>, LookupError> {
        let (segments, log_start) = {
            let log = lock(&self.log);
            let young = log.segments.iter().filter(|segment| segment.max_timestamp >= timestamp);
            let files = young.filter_map(|segment| Some((segment.file()?.clone(), segment.bytes)));
            (log.dir.is_some().then(|| files.collect::<Vec<_>>()), log.log_start)
        };
        let Some(segments) = segments else { return self.first_in_memory(timestamp, log_start, budget) };
        for (file, len) in segments {
            let mut batches = file.batches_since(timestamp, len).map_err(|_| LookupError::Storage)?;
            while let Some(bytes) = batches.next().map_err(|_| LookupError::Storage)? {
                let batch = Batch::stored(&bytes);
                if may_have(&batch, timestamp, log_start)
                    && let Some(found) = first_in(&batch, timestamp, log_start, budget)?
                {
                    return Ok(Some(found));
                }
            }
        }
        Ok(None)
    }

    /// Looks into batches without the lock that appends wait for.
    fn first_in_memory(
        &self,
        timestamp: i64,
        log_start: i64,
        budget: &mut InflateBudget,
    ) -> Result<Option<OffsetAndTimestamp>, LookupError> {
        // Of a batch only its tail may be left, so the next one may be the one.
        let mut from = 0;
        loop {
            let Some(stored) = lock(&self.log).batch_since(timestamp, from) else { return Ok(None) };
            let batch = stored.batch();
            if let Some(found) = first_in(&batch, timestamp, log_start, budget)? {
                return Ok(Some(found));
            }
            from = batch.last_offset() + 1;
        }
    }

    /// The first record with the largest timestamp.
    pub(crate) fn latest(&self, budget: &mut InflateBudget) -> Result<Option<OffsetAndTimestamp>, LookupError> {
        let (log_start, (mut latest, cut)) = {
            let log = lock(&self.log);
            (log.log_start, log.latest())
        };
        if let Some(cut) = cut {
            latest = latest.max(newest_in(&cut.batch(), log_start, budget)?);
        }
        let Some(timestamp) = latest else { return Ok(None) };
        match self.first_since(timestamp, budget)? {
            // DeleteRecords has taken it, though its file is still there.
            None => self.latest_kept(budget),
            found => Ok(found),
        }
    }

    /// Goes through all that is kept.
    fn latest_kept(&self, budget: &mut InflateBudget) -> Result<Option<OffsetAndTimestamp>, LookupError> {
        let (from, mut latest) = (self.offsets().log_start, Ok(None));
        let read = self.for_each_batch(|batch| {
            if let Ok(so_far) = latest {
                latest = newest_in(batch, from, budget).map(|newest| so_far.max(newest));
            }
        });
        read.map_err(|_| LookupError::Storage)?;
        latest?.map_or(Ok(None), |latest| self.first_since(latest, budget))
    }
}
