//! Lookup of offsets by timestamp. Kafka: `UnifiedLog.fetchOffsetByTimestamp`.

use wire::{
    ErrorCode,
    batch::{Batch, BatchError},
    inflate::InflateError,
    record::{Outline, RecordError},
};

use super::{
    partition::{Log, Partition},
    read::ReadError,
    segment::{MemoryBatch, Segment},
};
use crate::sync::lock;

/// Most bytes that the lookups of one request may inflate: more than one batch may have. They run on the thread that
/// serves other requests.
const INFLATED_MAX: usize = 256 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OffsetAndTimestamp {
    pub offset: i64,
    pub timestamp: i64,
}

/// Bytes that the lookups of one request may still inflate.
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
    /// Returns the first matching record of a batch.
    fn find(&mut self, batch: &Batch<'_>, is_it: impl FnMut(&Outline) -> bool) -> Result<Option<Outline>, LookupError> {
        match batch.find(&mut self.inflated_left, is_it) {
            Err(BatchError::Records(RecordError::Inflate(InflateError::TooLarge { .. }))) => Err(LookupError::TooMuch),
            // Batches copied from another broker may be unreadable: they match nothing.
            found => Ok(found.unwrap_or_default()),
        }
    }
}

/// Reason why a lookup failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LookupError {
    Storage,
    /// The inflate budget is used up. The client retries the failed partitions, which are fewer then.
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

/// Returns whether a batch may hold a record with at least this timestamp.
fn may_have(batch: &Batch<'_>, timestamp: i64, log_start: i64) -> bool {
    batch.max_timestamp() >= timestamp && batch.last_offset() >= log_start
}

/// Batches that are looked at while the lock is held which appends wait for.
const BATCHES_AT_ONCE: usize = 1_000;

impl Log {
    /// In memory. Some batches from the one that holds `from` on, of segments that may have a record not older than
    /// `timestamp`; none at the end.
    fn batches_since(&self, timestamp: i64, from: i64) -> Vec<MemoryBatch> {
        let segments = self.segments.iter().skip(self.segment_of(from));
        let young = segments.filter(|segment| segment.max_timestamp >= timestamp);
        let batches = young.flat_map(|segment| &segment.stored()[segment.position(from)..]);
        batches.take(BATCHES_AT_ONCE).cloned().collect()
    }

    /// The largest timestamp of the segments of which nothing is deleted; of all in files.
    fn latest(&self) -> Option<i64> {
        let is_whole = |segment: &&Segment| self.dir.is_some() || segment.base_offset >= self.log_start;
        let segments = self.segments.iter().filter(|segment| !segment.is_empty());
        segments.filter(is_whole).map(|segment| segment.max_timestamp).max()
    }

    /// In memory. The offset behind the segment of which a part is deleted, if there is one.
    fn end_of_cut(&self) -> Option<i64> {
        let cut = self.segment_of(self.log_start);
        let is_cut = self.dir.is_none() && self.segments[cut].base_offset < self.log_start;
        is_cut.then(|| self.segments.get(cut + 1).map_or(self.log_end_offset, |next| next.base_offset))
    }
}

/// Returns the first record of a batch with at least this timestamp. Stops inflating there.
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

/// Returns the largest timestamp among the records of a batch from offset `from` on.
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
    /// Returns the first record with at least this timestamp.
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

    /// Reads batches without holding the lock of the log.
    fn first_in_memory(
        &self,
        timestamp: i64,
        log_start: i64,
        budget: &mut InflateBudget,
    ) -> Result<Option<OffsetAndTimestamp>, LookupError> {
        let mut from = log_start;
        loop {
            let some = lock(&self.log).batches_since(timestamp, from);
            let Some(last) = some.last() else { return Ok(None) };
            from = last.batch().last_offset() + 1;
            // The log start offset may cut the batch: then the next batch may have the record.
            let young = some.iter().map(MemoryBatch::batch).filter(|batch| may_have(batch, timestamp, log_start));
            for batch in young {
                if let Some(found) = first_in(&batch, timestamp, log_start, budget)? {
                    return Ok(Some(found));
                }
            }
        }
    }

    /// The largest timestamp of what is kept of a segment in memory that is cut at `from` and ends at `end`.
    fn newest_of_cut(&self, mut from: i64, end: i64, budget: &mut InflateBudget) -> Result<Option<i64>, LookupError> {
        let (log_start, mut newest) = (from, None);
        loop {
            let some = lock(&self.log).batches_since(i64::MIN, from);
            for batch in some.iter().map(MemoryBatch::batch).take_while(|batch| batch.base_offset() < end) {
                newest = newest.max(newest_in(&batch, log_start, budget)?);
            }
            match some.last() {
                Some(last) if last.base_offset < end => from = last.batch().last_offset() + 1,
                _ => return Ok(newest),
            }
        }
    }

    /// Bytes that a lookup by time may go through: those of segments with a record that is not older. `None` is the
    /// largest timestamp, which may be anywhere.
    pub(crate) fn lookup_bytes(&self, timestamp: Option<i64>) -> u64 {
        let log = lock(&self.log);
        let young = log.segments.iter().filter(|segment| timestamp.is_none_or(|time| segment.max_timestamp >= time));
        young.map(|segment| segment.bytes).sum()
    }

    /// Returns the first record with the largest timestamp.
    pub(crate) fn latest(&self, budget: &mut InflateBudget) -> Result<Option<OffsetAndTimestamp>, LookupError> {
        let (log_start, mut latest, cut) = {
            let log = lock(&self.log);
            (log.log_start, log.latest(), log.end_of_cut())
        };
        if let Some(end) = cut {
            latest = latest.max(self.newest_of_cut(log_start, end, budget)?);
        }
        let Some(timestamp) = latest else { return Ok(None) };
        match self.first_since(timestamp, budget)? {
            // DeleteRecords has removed the record; its segment still exists.
            None => self.latest_kept(budget),
            found => Ok(found),
        }
    }

    /// Searches all batches of the log.
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
