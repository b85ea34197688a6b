//! One partition: its log and whoever waits for it.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use wire::{
    ErrorCode,
    batch::{self, Batch, Seen},
};

use super::{
    AppendError, ProducerState,
    arena::Arena,
    producers::Producers,
    segment::{Segment, Stored},
};
use crate::{
    clock::Now,
    configs::TopicConfig,
    waiters::{WaitList, lock},
};

/// What the records of one batch may inflate to. Kafka has no limit; ours is that of a request.
const INFLATED_MAX: usize = 100 << 20;
/// There is one node, and it leads every partition for ever.
pub(crate) const LEADER_EPOCH: i32 = 0;

/// Kafka: `Partition.checkCurrentLeaderEpoch`. -1 is from a client that does not say.
pub(crate) fn check_leader_epoch(epoch: i32) -> Result<(), ErrorCode> {
    match epoch {
        LEADER_EPOCH => Ok(()),
        ..=-1 => Ok(()),
        _ => Err(ErrorCode::UnknownLeaderEpoch),
    }
}

#[derive(Debug)]
pub struct Partition {
    pub index: i32,
    pub(crate) waiters: Arc<WaitList>,
    pub(super) log: Mutex<Log>,
}

#[derive(Debug)]
pub(super) struct Log {
    /// At least one, the active one, which is the last.
    pub(super) segments: VecDeque<Segment>,
    pub(super) log_start: i64,
    /// The next offset to be given, and the high watermark: there is nobody to replicate to.
    pub(super) end: i64,
    pub(super) arena: Arena,
    pub(super) producers: Producers,
    /// The topic is deleted.
    closed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Offsets {
    pub log_start: i64,
    pub high_watermark: i64,
    pub last_stable: i64,
}

/// Where a batch went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Appended {
    pub base_offset: i64,
    /// -1 unless the topic has log append time.
    pub log_append_time_ms: i64,
    pub log_start: i64,
}

/// An offset before the start of the log or beyond its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OutOfRange(pub Offsets);

impl Log {
    pub(super) fn offsets(&self) -> Offsets {
        Offsets { log_start: self.log_start, high_watermark: self.end, last_stable: self.end }
    }

    pub(super) fn active(&mut self) -> &mut Segment {
        self.segments.back_mut().expect("there is an active segment always")
    }

    fn append(&mut self, batch: &Batch<'_>, seen: Seen, config: &TopicConfig, now: Now) -> Appended {
        let base_offset = self.end;
        let stored = self.arena.store(batch.bytes(), |bytes| {
            batch::set_base_offset(bytes, base_offset);
            batch::set_leader_epoch(bytes, LEADER_EPOCH);
            if config.log_append_time {
                batch::set_log_append_time(bytes, now.wall_ms);
            } else if batch.is_log_append_time() || batch.max_timestamp() != seen.max_timestamp {
                batch::set_create_time(bytes, seen.max_timestamp);
            }
        });
        let stored = Stored { base_offset, bytes: stored };
        if self.is_full(stored.bytes.len() as u64, config, now) {
            self.segments.push_back(Segment::new(base_offset, now.wall_ms));
        }
        self.producers.appended(&stored.batch(), base_offset, now.wall_ms);
        self.active().push(stored, now.wall_ms);
        self.end = base_offset + i64::from(batch.last_offset_delta()) + 1;
        Appended {
            base_offset,
            log_append_time_ms: if config.log_append_time { now.wall_ms } else { -1 },
            log_start: self.log_start,
        }
    }

    /// Whether a segment must be begun for a batch of this size. Kafka: `LogSegment.shouldRoll`.
    fn is_full(&mut self, bytes: u64, config: &TopicConfig, now: Now) -> bool {
        let bytes_max = config.segment_bytes_max();
        let active = self.active();
        !active.batches.is_empty()
            && (active.bytes + bytes > bytes_max || now.wall_ms - active.opened_ms > config.segment_ms)
    }

    /// The segment that holds `offset`, or the first one after it.
    pub(super) fn segment_of(&self, offset: i64) -> usize {
        self.segments.partition_point(|segment| segment.base_offset <= offset).saturating_sub(1)
    }
}

impl Partition {
    pub(crate) fn new(index: i32) -> Partition {
        let log = Log {
            segments: VecDeque::from([Segment::new(0, 0)]),
            log_start: 0,
            end: 0,
            arena: Arena::default(),
            producers: Producers::default(),
            closed: false,
        };
        Partition { index, waiters: Arc::default(), log: Mutex::new(log) }
    }

    /// Checks what a producer sent, gives it its offset, and wakes who waits for it. A batch that was appended before
    /// is answered with where it is.
    pub(crate) fn append(&self, records: &[u8], config: &TopicConfig, now: Now) -> Result<Appended, AppendError> {
        let (batch, seen) = check(records, config, now)?;
        let appended = {
            let mut log = lock(&self.log);
            if log.closed {
                return Err(AppendError::Closed);
            }
            if let Some(kept) = log.producers.check(&batch)? {
                let log_append_time_ms = if config.log_append_time { kept.timestamp } else { -1 };
                return Ok(Appended { base_offset: kept.base_offset, log_append_time_ms, log_start: log.log_start });
            }
            let appended = log.append(&batch, seen, config, now);
            log.keep_within(config);
            Appended { log_start: log.log_start, ..appended }
        };
        self.waiters.wake();
        Ok(appended)
    }

    /// Whole batches from the one that holds `from`, up to `bytes_max`; the first one whatever its size if
    /// `at_least_one`, or a consumer could be stuck for ever. Returns how many bytes were added to `out`.
    pub(crate) fn read(
        &self,
        from: i64,
        bytes_max: usize,
        at_least_one: bool,
        out: &mut Vec<Bytes>,
    ) -> Result<(usize, Offsets), OutOfRange> {
        let log = lock(&self.log);
        let offsets = log.offsets();
        if from < offsets.log_start || from > offsets.high_watermark {
            return Err(OutOfRange(offsets));
        }
        let mut bytes = 0;
        let first = log.segment_of(from);
        for segment in log.segments.iter().skip(first) {
            for stored in &segment.batches[segment.position(from)..] {
                let len = stored.bytes.len();
                if bytes + len > bytes_max && !(at_least_one && bytes == 0) {
                    return Ok((bytes, offsets));
                }
                bytes += len;
                out.push(stored.bytes.clone());
            }
        }
        Ok((bytes, offsets))
    }

    pub(crate) fn offsets(&self) -> Offsets {
        lock(&self.log).offsets()
    }

    /// The first offset that is kept, and the next to come.
    pub fn range(&self) -> (i64, i64) {
        let offsets = self.offsets();
        (offsets.log_start, offsets.high_watermark)
    }

    /// Bytes that are kept.
    pub(crate) fn size(&self) -> u64 {
        lock(&self.log).segments.iter().map(|segment| segment.bytes).sum()
    }

    /// Those that have written here lately, by producer id.
    pub(crate) fn producers(&self) -> Vec<(i64, ProducerState)> {
        lock(&self.log).producers.list()
    }

    /// The topic is deleted: nothing more is written, and who waits looks again.
    pub(crate) fn close(&self) {
        lock(&self.log).closed = true;
        self.waiters.wake();
    }

    /// Retention, compaction and producers that have expired.
    pub(crate) fn maintain(&self, config: &TopicConfig, producers_kept_ms: i64, now: Now) {
        {
            let mut log = lock(&self.log);
            log.producers.expire(now.wall_ms.saturating_sub(producers_kept_ms));
            log.expire(config, now);
        }
        if config.compact {
            self.compact(config, now);
        }
    }
}

/// All that can be said of a batch without the log. Kafka: `UnifiedLog.analyzeAndValidateRecords`, `LogValidator`.
fn check<'a>(records: &'a [u8], config: &TopicConfig, now: Now) -> Result<(Batch<'a>, Seen), AppendError> {
    let batch = Batch::parse(records)?;
    if records.len() as i64 > config.max_message_bytes {
        return Err(AppendError::TooLarge { bytes: records.len(), max: config.max_message_bytes });
    }
    let seen = batch.check_records(INFLATED_MAX)?;
    if config.compact && seen.keyless {
        return Err(AppendError::Keyless);
    }
    if !config.log_append_time {
        let oldest = now.wall_ms.saturating_sub(config.timestamp_before_max_ms);
        let newest = now.wall_ms.saturating_add(config.timestamp_after_max_ms);
        // -1 is no timestamp, which is fine.
        let out = |timestamp: &i64| *timestamp != -1 && (*timestamp < oldest || *timestamp > newest);
        if let Some(timestamp) = [seen.min_timestamp, seen.max_timestamp].into_iter().find(out) {
            return Err(AppendError::Timestamp { timestamp, oldest, newest });
        }
    }
    Ok((batch, seen))
}
