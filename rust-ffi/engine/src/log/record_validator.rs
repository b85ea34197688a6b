//! Checks of single records against the configs of a topic. Kafka: `LogValidator.validateRecord`.

use wire::{
    ErrorCode,
    batch::{Batch, BatchError, RecordStats},
};

use crate::{clock::Now, configs::TopicConfig};

/// Most invalid records listed in a response. Kafka lists all of them; a million would make a response of a hundred
/// megabytes.
const NAMED_MAX: usize = 100;

/// Reason why a record is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InvalidRecord {
    /// The topic is compacted and the record has no key.
    Keyless,
    Timestamp(i64),
    /// A producer set the timestamp type LogAppendTime, which only brokers may set.
    TimestampType,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InvalidRecords {
    /// The first invalid records: index in the batch, and reason.
    pub named: Vec<(i32, InvalidRecord)>,
    /// Range of valid timestamps.
    pub oldest: i64,
    pub newest: i64,
    count: usize,
    out_of_time: bool,
}

impl InvalidRecords {
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(crate) fn count(&self) -> usize {
        self.count
    }

    pub(crate) fn code(&self) -> ErrorCode {
        if self.out_of_time { ErrorCode::InvalidTimestamp } else { ErrorCode::InvalidRecord }
    }
}

pub(super) struct RecordValidator {
    keys: bool,
    oldest: i64,
    newest: i64,
    wrong_type: bool,
}

impl RecordValidator {
    pub(super) fn of(config: &TopicConfig, batch: &Batch<'_>, now: Now) -> RecordValidator {
        let (oldest, newest) = match config.log_append_time {
            // The timestamps of the client are overwritten.
            true => (i64::MIN, i64::MAX),
            false => (
                now.wall_ms.saturating_sub(config.timestamp_before_max_ms),
                now.wall_ms.saturating_add(config.timestamp_after_max_ms),
            ),
        };
        // Kafka checks the type only if it does not check the timestamp.
        let wrong_type = batch.is_log_append_time() && (config.log_append_time || batch.max_timestamp() == -1);
        RecordValidator { keys: config.compact, oldest, newest, wrong_type }
    }

    /// Returns whether all records are valid, from the statistics of the batch.
    pub(super) fn allows(&self, stats: &RecordStats) -> bool {
        !(self.wrong_type
            || self.keys && stats.keyless
            || self.is_out(stats.min_timestamp)
            || self.is_out(stats.max_timestamp))
    }

    fn is_out(&self, timestamp: i64) -> bool {
        // -1 is no timestamp, which is valid.
        timestamp != -1 && (timestamp < self.oldest || timestamp > self.newest)
    }

    /// Collects the invalid records. Inflates at most `inflated_max` bytes.
    pub(super) fn invalid_records(&self, batch: &Batch<'_>, inflated_max: usize) -> Result<InvalidRecords, BatchError> {
        let mut bad = InvalidRecords {
            named: Vec::new(),
            oldest: self.oldest,
            newest: self.newest,
            count: 0,
            out_of_time: false,
        };
        batch.walk(inflated_max, |record| {
            let timestamp = match batch.is_log_append_time() {
                true => batch.max_timestamp(),
                false => batch.base_timestamp().wrapping_add(record.timestamp_delta),
            };
            let why = match record.has_key {
                false if self.keys => InvalidRecord::Keyless,
                _ if self.wrong_type => InvalidRecord::TimestampType,
                _ if self.is_out(timestamp) => InvalidRecord::Timestamp(timestamp),
                _ => return Ok(()),
            };
            bad.count += 1;
            bad.out_of_time |= why != InvalidRecord::Keyless;
            if bad.named.len() < NAMED_MAX {
                bad.named.push((record.offset_delta, why));
            }
            Ok(())
        })?;
        Ok(bad)
    }
}
