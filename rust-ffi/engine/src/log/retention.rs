//! Retention by size and by time, and DeleteRecords. Both remove whole segments; the log start offset may lie in the
//! middle of one. Kafka: `UnifiedLog.deleteOldSegments`.

use super::{
    partition::{Log, Offsets, Partition},
    read::ReadError,
    segment::Segment,
};
use crate::{clock::Now, configs::TopicConfig, sync::lock};

/// With `retention.bytes`, a segment is at most this fraction of it, but no smaller than SEGMENT_MIN: retention removes
/// only whole segments, and memory has to stay close to the limit.
const SEGMENTS_KEPT: i64 = 8;
const SEGMENT_MIN: i64 = 1 << 20;

impl TopicConfig {
    /// Returns the size at which a segment is rolled. `segment.bytes` is 1 GiB by default; with a `retention.bytes` of
    /// 8 MB Kafka would keep a gigabyte.
    pub(crate) fn segment_bytes_max(&self) -> u64 {
        let bytes = match self.retention_bytes {
            kept if self.delete && kept >= 0 => self.segment_bytes.min((kept / SEGMENTS_KEPT).max(SEGMENT_MIN)),
            _ => self.segment_bytes,
        };
        u64::try_from(bytes).unwrap_or_default()
    }
}

impl Log {
    /// Applies `retention.bytes`. Runs after each append, as memory cannot wait for the next maintenance.
    pub(super) fn keep_within(&mut self, config: &TopicConfig) {
        let Ok(kept) = u64::try_from(config.retention_bytes) else { return };
        if !config.delete || self.segments.len() < 2 {
            return;
        }
        let mut bytes: u64 = self.segments.iter().map(|segment| segment.bytes).sum();
        while self.segments.len() > 1 && bytes - self.segments[0].bytes >= kept {
            bytes -= self.segments[0].bytes;
            if !self.drop_first() {
                return;
            }
        }
    }

    /// Applies `retention.ms`. The active segment goes too once all of it has expired. A segment emptied by compaction
    /// has no age.
    pub(super) fn expire(&mut self, config: &TopicConfig, now: Now) {
        self.keep_within(config);
        if !config.delete || config.retention_ms < 0 {
            return;
        }
        while let Some(first) = self.segments.front() {
            let is_active = self.segments.len() == 1;
            if first.is_empty() && is_active {
                return;
            }
            if !first.is_empty() && now.wall_ms.saturating_sub(first.newest_ms()) <= config.retention_ms {
                return;
            }
            // If the new segment cannot be created, the old one stays.
            if is_active && self.roll(now.wall_ms).is_err() || !self.drop_first() {
                return;
            }
        }
    }

    /// Removes the first segment. Returns whether it is gone: one that cannot be removed stays, and so do those after
    /// it, or a later start would find it with a gap behind it.
    fn drop_first(&mut self) -> bool {
        if self.segments.front().and_then(Segment::file).is_some_and(|file| file.remove().is_err()) {
            return false;
        }
        self.segments.pop_front();
        let first = self.segments.front().map_or(self.log_end_offset, |segment| segment.base_offset);
        self.log_start = self.log_start.max(first);
        self.aborted.forget_before(self.log_start);
        true
    }

    fn drop_before_start(&mut self) {
        if self.log_start == self.log_end_offset && !self.active().is_empty() {
            let now_ms = self.active().appended_ms;
            // If the new segment cannot be created, the old one stays.
            let _ = self.roll(now_ms);
        }
        while self.segments.len() > 1 && self.segments[1].base_offset <= self.log_start && self.drop_first() {}
    }
}

impl Partition {
    /// Deletes the records before `before`; -1 is the high watermark. Returns the new log start offset.
    pub(crate) fn delete_records(&self, before: i64) -> Result<i64, ReadError> {
        let mut log = lock(&self.log);
        if log.closed {
            return Err(ReadError::Closed);
        }
        let offsets: Offsets = log.offsets();
        let before = if before == -1 { offsets.high_watermark } else { before };
        if before < 0 || before > offsets.high_watermark {
            return Err(ReadError::OutOfRange);
        }
        log.log_start = log.log_start.max(before);
        log.drop_before_start();
        Ok(log.log_start)
    }
}
