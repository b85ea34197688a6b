//! Reads of a partition. Kafka: `UnifiedLog.read`, `LocalLog.read`.

use wire::{ErrorCode, codec::FramePart};

use super::{
    aborted::AbortedTransaction,
    partition::{Log, Offsets, Partition},
};
use crate::{
    bugs::{self, Bug},
    sync::lock,
};

/// Reason why a read failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReadError {
    /// An offset before the start of the log or beyond its end.
    OutOfRange,
    /// A file cannot be read.
    Storage,
    /// A file holds no valid batch at this offset, or the batch is missing.
    Corrupt,
    /// The topic has been deleted.
    Closed,
}

impl From<ReadError> for ErrorCode {
    fn from(error: ReadError) -> ErrorCode {
        match error {
            ReadError::OutOfRange => ErrorCode::OffsetOutOfRange,
            ReadError::Storage => ErrorCode::KafkaStorageError,
            ReadError::Corrupt => ErrorCode::CorruptMessage,
            ReadError::Closed => ErrorCode::UnknownTopicOrPartition,
        }
    }
}

/// Kafka: `IsolationLevel`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Isolation {
    ReadUncommitted,
    ReadCommitted,
}

/// How much a read may return.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReadLimits {
    pub bytes_max: usize,
    /// The first batch is returned whatever its size, or a consumer could never pass it.
    pub at_least_one: bool,
    /// Data of a file beyond so many bytes is returned as a file range and read while it is sent.
    pub held_max: usize,
}

/// Result of a read.
#[derive(Debug)]
pub(crate) struct ReadRecords {
    pub bytes: usize,
    pub offsets: Offsets,
    /// Those of which the records that were read may be a part; empty unless only what is committed is read.
    pub aborted: Vec<AbortedTransaction>,
}

impl Partition {
    /// As [`Partition::read_as`], also what is not committed.
    #[cfg(test)]
    pub(crate) fn read(
        &self,
        from: i64,
        bytes_max: usize,
        at_least_one: bool,
        held_max: usize,
        out: &mut Vec<FramePart>,
    ) -> Result<(usize, Offsets), ReadError> {
        let limits = ReadLimits { bytes_max, at_least_one, held_max };
        self.read_as(Isolation::ReadUncommitted, from, limits, out).map(|read| (read.bytes, read.offsets))
    }

    /// Adds whole batches to `out`, from the one that holds `from`, within the limits. A reader of what is committed is
    /// shown nothing beyond the last stable offset, and is told the aborted transactions. Kafka: `UnifiedLog.read`,
    /// `FetchIsolation`.
    pub(crate) fn read_as(
        &self,
        isolation: Isolation,
        from: i64,
        limits: ReadLimits,
        out: &mut Vec<FramePart>,
    ) -> Result<ReadRecords, ReadError> {
        let mut at = from;
        loop {
            let (file, len, offsets, end, next, aborted) = {
                let log = lock(&self.log);
                let offsets = log.offsets();
                if from < offsets.log_start || from > offsets.high_watermark {
                    return Err(ReadError::OutOfRange);
                }
                let end = match isolation {
                    Isolation::ReadUncommitted => offsets.high_watermark,
                    Isolation::ReadCommitted => offsets.last_stable,
                };
                if at >= end {
                    return Ok(ReadRecords { bytes: 0, offsets, aborted: Vec::new() });
                }
                let skipped = if bugs::planted(Bug::LastOfSegmentSkipped) { 1 } else { 0 };
                let first = log.segment_of(at + skipped);
                let Some((file, len)) = log.readable_file(&log.segments[first]) else {
                    let (bytes, until) = log.read_memory(first, from, end, limits, out);
                    let aborted = log.aborted_for(isolation, from, until);
                    return Ok(ReadRecords { bytes, offsets, aborted });
                };
                let next = log.segments.get(first + 1).map_or(end, |next| next.base_offset.min(end));
                (file, len, offsets, end, next, log.aborted_for(isolation, at, next))
            };
            if file.tells_of_gap(from) {
                return Err(ReadError::Corrupt);
            }
            let len = match end < offsets.high_watermark {
                true => file.position_of(end, len).map_err(|e| file.read_failed(from, &e))?,
                false => len,
            };
            let ReadLimits { bytes_max, at_least_one, held_max } = limits;
            let read = file.read(from, bytes_max, at_least_one, held_max, len);
            if let Some(piece) = read.map_err(|e| file.read_failed(from, &e))? {
                let bytes = piece.len();
                if bytes > 0 {
                    out.push(piece);
                }
                return Ok(ReadRecords { bytes, offsets, aborted });
            }
            // As in Kafka, from one segment only; from the next one if compaction has left nothing here. Its aborted
            // transactions are others.
            at = next;
        }
    }
}

impl Log {
    /// Also returns the offset behind what was read.
    fn read_memory(
        &self,
        first: usize,
        from: i64,
        end: i64,
        limits: ReadLimits,
        out: &mut Vec<FramePart>,
    ) -> (usize, i64) {
        let (mut bytes, mut until) = (0, from);
        for segment in self.segments.iter().skip(first) {
            for stored in &segment.stored()[segment.position(from)..] {
                let len = stored.bytes.len();
                let fits = bytes + len <= limits.bytes_max || (limits.at_least_one && bytes == 0);
                if stored.base_offset >= end || !fits {
                    return (bytes, until);
                }
                bytes += len;
                until = stored.batch().last_offset() + 1;
                out.push(stored.bytes.clone().into());
            }
        }
        (bytes, until)
    }

    fn aborted_for(&self, isolation: Isolation, from: i64, until: i64) -> Vec<AbortedTransaction> {
        match isolation {
            Isolation::ReadCommitted if !self.aborted.is_empty() && !bugs::planted(Bug::AbortedNotTold) => {
                self.aborted.overlapping(from, until)
            }
            _ => Vec::new(),
        }
    }
}
