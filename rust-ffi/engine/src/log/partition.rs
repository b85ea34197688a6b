//! One partition: its log, its fetch and sync waiters, append, read and sync.

use crate::sync::{Lock, Shutdown, lock, rank};
use std::{
    cmp::Ordering::{Equal, Greater, Less},
    collections::VecDeque,
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use wire::{
    ErrorCode,
    batch::{self, Batch, HEADER, Marker, RecordStats, VerifiedBatch},
};

use super::{
    AppendError, ProducerState,
    aborted::AbortedIndex,
    arena::{Arena, LargeBatch},
    log_dir::LogDir,
    producers::{AppendOrigin, EndedTransaction, Producers},
    record_validator::RecordValidator,
    segment::{BatchHead, MemoryBatch, Segment, SegmentData, SegmentFile},
};
use crate::{
    bugs::{self, Bug},
    clock::Now,
    configs::TopicConfig,
    settings::Prefault,
    store::Fsync,
    waiters::WaitList,
};

/// Most bytes that the records of one batch may inflate to. Kafka has no limit; this one is that of a request.
const INFLATED_MAX: usize = 100 << 20;
/// The segment size of internal topics in memory.
const INTERNAL_SEGMENT_BYTES: u64 = 1 << 20;
/// The leader epoch of every partition: one node leads all of them.
pub(crate) const LEADER_EPOCH: i32 = 0;
/// The epoch of a request that names none.
pub(crate) const NO_EPOCH: i32 = -1;

/// Checks the leader epoch of a request; -1 is not checked. Kafka: `Partition.checkCurrentLeaderEpoch`.
pub(crate) fn check_leader_epoch(epoch: i32) -> Result<(), ErrorCode> {
    match epoch {
        LEADER_EPOCH | NO_EPOCH => Ok(()),
        ..NO_EPOCH => Err(ErrorCode::FencedLeaderEpoch),
        _ => Err(ErrorCode::UnknownLeaderEpoch),
    }
}

#[derive(Debug)]
pub struct Partition {
    pub index: i32,
    /// Fetch requests parked on this partition.
    pub(crate) waiters: Arc<WaitList>,
    /// Produce requests parked until their batches are synced.
    pub(crate) sync_waiters: Arc<WaitList>,
    /// Held during a sync. After a failed sync the operating system reports the error only once: a second caller must
    /// not take the next success for the sync of its own data.
    syncing: Lock<{ rank::SYNC }, ()>,
    /// Held during compaction: two runs would write the same file.
    pub(super) compacting: Lock<{ rank::COMPACTION }, ()>,
    /// A running compaction gives up when the broker stops.
    pub(super) shutdown: Shutdown,
    /// Set if batches were appended since the last sync began.
    is_dirty: AtomicBool,
    /// How memory pages are prefaulted, for a log in memory.
    memory: Option<Prefault>,
    pub(super) log: Lock<{ rank::LOG }, Log>,
}

#[derive(Debug)]
pub(super) struct Log {
    /// Never empty; the last one is the active segment.
    pub(super) segments: VecDeque<Segment>,
    pub(super) log_start: i64,
    /// The offset of the next record. It is the high watermark too, as there are no followers, except with
    /// `fsync=always`: see [`Log::offsets`].
    pub(super) log_end_offset: i64,
    pub(super) arena: Arena,
    pub(super) producers: Producers,
    pub(super) aborted: AbortedIndex,
    /// Transactions whose markers were not below the high watermark yet: first offset and offset of the marker. Empty
    /// unless the log hides what is not synced.
    ended: Vec<(i64, i64)>,
    /// The topic is deleted: its directory may belong to a new topic of the same name.
    pub(super) closed: bool,
    /// The directory of the segment files; `None` for a log in memory.
    pub(super) dir: Option<LogDir>,
    /// A write failed half way and could not be rolled back: the log takes no more writes.
    pub(super) poisoned: bool,
    /// The offset up to which the log is synced.
    synced: i64,
    /// The synced position: base offset of a segment, and how many of its bytes.
    synced_at: (i64, u64),
    /// Batches were appended or recovered since the index and the producer snapshot were written.
    pub(super) has_changed: bool,
    /// The largest segment, whatever `segment.bytes` is.
    segment_bytes_cap: u64,
    /// Tells this log from others, for `segment.jitter.ms`.
    jitter_salt: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Offsets {
    pub log_start: i64,
    pub high_watermark: i64,
    pub last_stable: i64,
}

/// The end of a producer's transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EndTxnMarker {
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub coordinator_epoch: i32,
    pub committed: bool,
}

/// Result of an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Appended {
    pub base_offset: i64,
    /// -1 unless the topic has log append time.
    pub log_append_time_ms: i64,
    pub log_start: i64,
    /// The log end offset after the append.
    pub end: i64,
}

impl Log {
    fn in_memory(prefault: Prefault) -> Log {
        let segments = VecDeque::from([Segment::new(0, SegmentData::Memory(Vec::new()), 0)]);
        Log { arena: Arena::new(prefault), ..Log::with_dir(None, segments, Producers::default(), 0, 0) }
    }

    pub(super) fn with_dir(
        dir: Option<LogDir>,
        segments: VecDeque<Segment>,
        producers: Producers,
        log_start: i64,
        end: i64,
    ) -> Log {
        let synced_at = segments.back().map_or((0, 0), |active| (active.base_offset, active.bytes));
        Log {
            segments,
            log_start,
            log_end_offset: end,
            arena: Arena::new(|_| ()),
            producers,
            aborted: AbortedIndex::default(),
            ended: Vec::new(),
            closed: false,
            dir,
            poisoned: false,
            synced: end,
            synced_at,
            segment_bytes_cap: u64::MAX,
            has_changed: false,
            jitter_salt: 0,
        }
    }

    /// Returns the offsets that clients see. With `fsync=always` the high watermark is the synced offset, as with
    /// Kafka's `flush.messages=1`: after a power cut another record may have an offset beyond it.
    pub(super) fn offsets(&self) -> Offsets {
        let high_watermark = if self.hides_unsynced() { self.synced.max(self.log_start) } else { self.log_end_offset };
        Offsets { log_start: self.log_start, high_watermark, last_stable: self.last_stable(high_watermark) }
    }

    /// The offset below which all transactions have ended. Kafka: `UnifiedLog.fetchLastStableOffsetMetadata`.
    fn last_stable(&self, high_watermark: i64) -> i64 {
        let ended = self.ended.iter().filter(|(_, marker)| *marker >= high_watermark).map(|(first, _)| *first);
        let unstable = self.producers.first_open().into_iter().chain(ended).min();
        unstable.map_or(high_watermark, |first| high_watermark.min(first.max(self.log_start)))
    }

    fn hides_unsynced(&self) -> bool {
        self.dir.as_ref().is_some_and(|dir| dir.fsync() == Fsync::Always) && !bugs::planted(Bug::AcknowledgedBeforeSync)
    }

    pub(super) fn active(&mut self) -> &mut Segment {
        self.segments.back_mut().expect("there is an active segment always")
    }

    fn append(
        &mut self,
        batch: &Batch<'_>,
        stats: RecordStats,
        copy: Option<LargeBatch>,
        config: &TopicConfig,
        now: Now,
        origin: AppendOrigin,
    ) -> Result<Appended, AppendError> {
        if self.closed {
            return Err(AppendError::Closed);
        }
        if self.poisoned {
            return Err(AppendError::Storage);
        }
        let log_append_time_ms = if config.log_append_time { now.wall_ms } else { -1 };
        let (log_start, end) = (self.log_start, self.log_end_offset);
        if let Some(known) = self.producers.check(batch, origin)? {
            // Kafka answers a retry with the timestamp of the known batch, whatever the timestamp type of the topic is.
            let log_append_time_ms = known.timestamp;
            return Ok(Appended { base_offset: known.base_offset, log_append_time_ms, log_start, end });
        }
        if self.is_full(batch, stats, config, now) {
            self.roll(now.wall_ms)?;
        }
        self.write(batch, stats, copy, config, now)?;
        self.log_end_offset = end + i64::from(batch.last_offset_delta()) + 1;
        if bugs::planted(Bug::OffsetLeftOut) && batch.last_offset_delta() > 0 {
            self.log_end_offset += 1;
        }
        self.has_changed = true;
        self.keep_within(config);
        Ok(Appended { base_offset: end, log_append_time_ms, log_start: self.log_start, end: self.log_end_offset })
    }

    fn write(
        &mut self,
        batch: &Batch<'_>,
        stats: RecordStats,
        copy: Option<LargeBatch>,
        config: &TopicConfig,
        now: Now,
    ) -> Result<(), AppendError> {
        let base_offset = self.log_end_offset;
        let times_change =
            config.log_append_time || batch.is_log_append_time() || batch.max_timestamp() != stats.max_timestamp;
        let patch = |bytes: &mut [u8]| {
            batch::set_base_offset(bytes, base_offset);
            batch::set_leader_epoch(bytes, LEADER_EPOCH);
            if config.log_append_time {
                batch::set_log_append_time(bytes, now.wall_ms);
            } else if times_change {
                batch::set_create_time(bytes, stats.max_timestamp);
            }
        };
        if self.dir.is_none() {
            let bytes = match copy {
                Some(copy) => copy.patched(patch),
                None => self.arena.store(batch.bytes(), patch),
            };
            let stored = MemoryBatch { base_offset, bytes };
            let ended = self.producers.appended(&stored.batch(), base_offset, now.wall_ms);
            self.active().push(stored, now.wall_ms);
            self.note_ended(ended);
            return Ok(());
        }
        if times_change {
            let mut patched = batch.bytes().to_vec();
            patch(&mut patched);
            return self.write_file(&[&patched], now);
        }
        // Base offset and leader epoch precede what the checksum covers: the records need no copy.
        let (head, records) = batch.bytes().split_at(HEADER);
        let mut patched = [0; HEADER];
        patched.copy_from_slice(head);
        batch::set_base_offset(&mut patched, base_offset);
        batch::set_leader_epoch(&mut patched, LEADER_EPOCH);
        self.write_file(&[&patched, records], now)
    }

    /// Appends one patched batch to the active segment file. The first of `pieces` holds the whole header.
    fn write_file(&mut self, pieces: &[&[u8]], now: Now) -> Result<(), AppendError> {
        let batch = Batch::stored(pieces[0]);
        let (base_offset, head) = (batch.base_offset(), BatchHead::of(&batch));
        // A marker is small, and all of it is looked at.
        let whole = batch.is_control().then(|| pieces.concat());
        let batch = whole.as_deref().map_or(batch, Batch::stored);
        let active = self.segments.back_mut().expect("there is an active segment always");
        let SegmentData::File(file) = &active.data else { unreachable!("a log with a directory has files") };
        let before = active.bytes;
        if file.append(pieces, &head, before).is_err() {
            // A full disk leaves half a batch: truncating restores the log.
            self.poisoned = file.truncate(before).is_err();
            return Err(AppendError::Storage);
        }
        active.appended(pieces.iter().map(|piece| piece.len()).sum(), head.max_timestamp, now.wall_ms);
        let ended = self.producers.appended(&batch, base_offset, now.wall_ms);
        self.note_ended(ended);
        Ok(())
    }

    /// Accounts for a transaction that a marker has ended.
    fn note_ended(&mut self, ended: Option<EndedTransaction>) {
        let Some(ended) = ended else { return };
        if let Some(aborted) = ended.aborted(self.producers.first_open()) {
            self.aborted.add(aborted);
        }
        if self.hides_unsynced() {
            self.ended.push((ended.first_offset, ended.last_offset));
        }
    }

    /// Returns whether a batch needs a new segment. Kafka: `LogSegment.shouldRoll`.
    fn is_full(&mut self, batch: &Batch<'_>, stats: RecordStats, config: &TopicConfig, now: Now) -> bool {
        let bytes_max = config.segment_bytes_max().min(self.segment_bytes_cap);
        let last_offset = self.log_end_offset + i64::from(batch.last_offset_delta());
        let max_timestamp = if config.log_append_time { now.wall_ms } else { stats.max_timestamp };
        let salt = self.jitter_salt;
        let active = self.active();
        let jitter = || mixed(salt ^ active.base_offset as u64 ^ (active.opened_ms as u64).rotate_left(32));
        let segment_ms_max = config.segment_ms_max(jitter);
        let open_for_ms = active.open_for_ms(max_timestamp, now.wall_ms);
        !active.is_empty()
            && (active.bytes + batch.bytes().len() as u64 > bytes_max
                || open_for_ms > segment_ms_max
                // The index stores offsets relative to the segment in 31 bits.
                || last_offset - active.base_offset > i64::from(i32::MAX))
    }

    /// Rolls: closes the active segment and creates a new one.
    pub(super) fn roll(&mut self, now_ms: i64) -> Result<(), AppendError> {
        if self.closed {
            // The directory may belong to a new topic of the same name.
            return Err(AppendError::Closed);
        }
        if self.poisoned {
            // The file may hold a batch behind the end of the log: a segment after it would not begin where it ends.
            return Err(AppendError::Storage);
        }
        let data = match &self.dir {
            None => SegmentData::Memory(Vec::new()),
            Some(dir) => {
                let closed = self.segments.back().and_then(Segment::file);
                if dir.sync_segment(closed).is_err() {
                    self.poisoned = true;
                    return Err(AppendError::Storage);
                }
                dir.close_segment(closed, self.log_end_offset, &self.producers, &self.aborted)
                    .map_err(|_| AppendError::Storage)?;
                let Ok(segment) = dir.create_segment(self.log_end_offset) else {
                    self.poisoned = dir.forget_segment(self.log_end_offset).is_err();
                    return Err(AppendError::Storage);
                };
                SegmentData::File(Arc::new(segment))
            }
        };
        self.segments.push_back(Segment::new(self.log_end_offset, data, now_ms));
        Ok(())
    }

    /// Returns the index of the segment that holds `offset`, or of the first one after it.
    pub(super) fn segment_of(&self, offset: i64) -> usize {
        self.segments.partition_point(|segment| segment.base_offset <= offset).saturating_sub(1)
    }

    /// Returns the file of a segment with the number of bytes below the high watermark; `None` in memory.
    pub(super) fn readable_file(&self, segment: &Segment) -> Option<(Arc<SegmentFile>, u64)> {
        let (base, synced) = if self.hides_unsynced() { self.synced_at } else { (i64::MAX, 0) };
        let bytes = match segment.base_offset.cmp(&base) {
            Less => segment.bytes,
            Equal => segment.bytes.min(synced),
            Greater => 0,
        };
        Some((segment.file()?.clone(), bytes))
    }

    /// Returns all files, as [`Log::readable_file`] does.
    fn readable_files(&self) -> Vec<(Arc<SegmentFile>, u64)> {
        self.segments.iter().filter_map(|segment| self.readable_file(segment)).collect()
    }
}

impl Partition {
    /// Creates an empty partition in memory.
    pub(crate) fn new(index: i32, prefault: Prefault) -> Partition {
        Partition { memory: Some(prefault), ..Partition::with_log(index, Log::in_memory(prefault)) }
    }

    /// A partition of an internal topic in memory. Its segments are small whatever the topic's `segment.bytes` shows:
    /// compaction leaves the active segment alone, which would be 100 MiB of committed offsets.
    pub(crate) fn internal(index: i32, prefault: Prefault) -> Partition {
        let log = Log { segment_bytes_cap: INTERNAL_SEGMENT_BYTES, ..Log::in_memory(prefault) };
        Partition { memory: Some(prefault), ..Partition::with_log(index, log) }
    }

    /// The partition of a broker that stops by this token.
    pub(crate) fn stopped_by(self, shutdown: &Shutdown) -> Partition {
        Partition { shutdown: shutdown.clone(), ..self }
    }

    pub(super) fn with_log(index: i32, mut log: Log) -> Partition {
        log.jitter_salt = index as u64;
        if let Some(dir) = &log.dir {
            log.jitter_salt = dir.folder().bytes().fold(0, |salt, byte| mixed(salt ^ u64::from(byte)));
        }
        Partition {
            index,
            waiters: Arc::default(),
            sync_waiters: Arc::default(),
            syncing: Lock::default(),
            compacting: Lock::default(),
            shutdown: Shutdown::default(),
            is_dirty: AtomicBool::new(false),
            memory: None,
            log: Lock::new(log),
        }
    }

    /// Validates a produced batch, assigns its offsets, appends it and wakes parked fetches. A batch that was appended
    /// before is answered with its known offset. The caller has checked that the partition is in the transaction of a
    /// transactional batch.
    pub(crate) fn append(&self, records: &[u8], config: &TopicConfig, now: Now) -> Result<Appended, AppendError> {
        self.append_from(AppendOrigin::Client, records, config, now)
    }

    /// As [`Partition::append`], also for batches of coordinators.
    pub(crate) fn append_from(
        &self,
        origin: AppendOrigin,
        records: &[u8],
        config: &TopicConfig,
        now: Now,
    ) -> Result<Appended, AppendError> {
        let (bytes, max) = (records.len(), config.max_message_bytes);
        if bytes as i64 > max {
            // As in Kafka, before the checksum and the records are read.
            Batch::check_single_batch(records)?;
            return Err(AppendError::TooLarge { bytes, max });
        }
        let mut copy = self.memory.and_then(|prefault| LargeBatch::of(bytes, prefault));
        let verified = Batch::parse_chunks(records, |piece| copy.iter_mut().for_each(|copy| copy.push(piece)))?;
        let (batch, stats) = check(verified, config, now)?;
        let rewritten = recompressed(&batch, config)?;
        let batch = match &rewritten {
            None => batch,
            Some(rewritten) if rewritten.len() as i64 > max => {
                return Err(AppendError::TooLarge { bytes: rewritten.len(), max });
            }
            Some(rewritten) => {
                copy = None;
                Batch::stored(rewritten)
            }
        };
        let (appended, is_visible) = {
            let mut log = lock(&self.log);
            (log.append(&batch, stats, copy, config, now, origin), !log.hides_unsynced())
        };
        self.wake(appended, is_visible)
    }

    fn wake(&self, appended: Result<Appended, AppendError>, is_visible: bool) -> Result<Appended, AppendError> {
        if appended == Err(AppendError::Storage) {
            // Produce requests parked for a sync would wait for ever.
            self.sync_waiters.wake();
        }
        let appended = appended?;
        if is_visible {
            self.waiters.wake();
        }
        Ok(appended)
    }

    /// Ends the transaction of a producer with a marker. Without an open transaction the marker is written all the
    /// same, as Kafka does. Kafka: `UnifiedLog.appendAsLeader` with `AppendOrigin.COORDINATOR`.
    pub(crate) fn append_marker(
        &self,
        marker: &EndTxnMarker,
        config: &TopicConfig,
        now: Now,
    ) -> Result<Appended, AppendError> {
        let EndTxnMarker { producer_id, producer_epoch, coordinator_epoch, committed } = *marker;
        let bytes =
            batch::build_marker(producer_id, producer_epoch, Marker { committed, coordinator_epoch }, now.wall_ms);
        let batch = Batch::stored(&bytes);
        let stats = RecordStats::of_one(now.wall_ms);
        let (appended, is_visible) = {
            let mut log = lock(&self.log);
            log.producers.check_marker(producer_id, producer_epoch, coordinator_epoch)?;
            let appended = log.append(&batch, stats, None, config, now, AppendOrigin::Coordinator);
            (appended, !log.hides_unsynced())
        };
        self.wake(appended, is_visible)
    }

    /// Begins a new segment.
    #[cfg(test)]
    pub(crate) fn roll(&self, now_ms: i64) -> Result<(), AppendError> {
        lock(&self.log).roll(now_ms)
    }

    /// The open transactions by first offset: producer id, its epoch, first offset.
    pub(crate) fn open_transactions(&self) -> Vec<(i64, i16, i64)> {
        lock(&self.log).producers.open_transactions()
    }

    pub(crate) fn offsets(&self) -> Offsets {
        lock(&self.log).offsets()
    }

    /// Returns the log start offset and the high watermark.
    pub fn range(&self) -> (i64, i64) {
        let offsets = self.offsets();
        (offsets.log_start, offsets.high_watermark)
    }

    /// Returns the size of all segments in bytes.
    pub(crate) fn size(&self) -> u64 {
        lock(&self.log).segments.iter().map(|segment| segment.bytes).sum()
    }

    /// Returns the active producers with their ids.
    pub(crate) fn producers(&self) -> Vec<(i64, ProducerState)> {
        lock(&self.log).producers.list()
    }

    pub(crate) fn is_closed(&self) -> bool {
        lock(&self.log).closed
    }

    /// Closes the log of a deleted topic: appends fail, and all parked requests are woken.
    pub(crate) fn close(&self) {
        lock(&self.log).closed = true;
        self.waiters.wake();
        self.sync_waiters.wake();
    }

    /// Runs retention and compaction, and drops expired producers.
    pub(crate) fn run_maintenance(&self, config: &TopicConfig, producers_kept_ms: i64, now: Now) {
        self.expire_producers(producers_kept_ms, now);
        self.clean(config, now);
    }

    /// Forgets producers that are silent for so long.
    pub(crate) fn expire_producers(&self, kept_ms: i64, now: Now) {
        let mut log = lock(&self.log);
        if !log.closed {
            log.producers.expire(now.wall_ms.saturating_sub(kept_ms));
        }
    }

    /// Whether a log in memory has so much that was not compacted yet that compaction should not wait for its time.
    pub(crate) fn wants_compaction(&self) -> bool {
        /// Segments; those of an internal topic in memory have a megabyte each.
        const DIRTY_MIN: usize = 4;
        let log = lock(&self.log);
        let dirty = log.segments.iter().rev().take_while(|segment| segment.is_dirty()).count();
        log.dir.is_none() && dirty > DIRTY_MIN && 2 * dirty >= log.segments.len()
    }

    /// How many producers are known.
    pub(crate) fn producer_count(&self) -> usize {
        lock(&self.log).producers.len()
    }

    /// Retention and compaction.
    pub(crate) fn clean(&self, config: &TopicConfig, now: Now) {
        {
            let mut log = lock(&self.log);
            if log.closed {
                return;
            }
            log.expire(config, now);
        }
        if config.compact {
            self.compact(config, now);
        }
    }

    /// Calls `see` for each batch up to the high watermark.
    pub(crate) fn for_each_batch(&self, mut see: impl FnMut(&Batch<'_>)) -> io::Result<()> {
        let files = {
            let log = lock(&self.log);
            for stored in log.segments.iter().flat_map(Segment::stored) {
                see(&stored.batch());
            }
            log.readable_files()
        };
        for (file, len) in files {
            let mut batches = file.batches(0, len);
            while let Some(bytes) = batches.next()? {
                see(&Batch::stored(&bytes));
            }
        }
        Ok(())
    }

    /// How many records a power cut may take.
    pub(crate) fn unsynced(&self) -> i64 {
        let log = lock(&self.log);
        log.log_end_offset - log.synced
    }

    /// Marks the partition unsynced. Returns whether it was synced before.
    pub(crate) fn becomes_dirty(&self) -> bool {
        !self.is_dirty.swap(true, Ordering::SeqCst)
    }

    /// Syncs everything appended until now. A failure poisons the log: the operating system may have dropped data that
    /// it could not write, and reports that only once.
    pub(crate) fn sync(&self) {
        let _one_at_a_time = lock(&self.syncing);
        self.is_dirty.store(false, Ordering::SeqCst);
        let (file, dir, end, place) = {
            let mut log = lock(&self.log);
            if log.poisoned {
                drop(log);
                return self.sync_waiters.wake();
            }
            let place = (log.active().base_offset, log.active().bytes);
            (log.segments.back().and_then(Segment::file).cloned(), log.dir.clone(), log.log_end_offset, place)
        };
        let (Some(file), Some(dir)) = (file, dir) else { return };
        let synced = file.sync().and_then(|()| dir.sync_names());
        let is_visible = {
            let mut log = lock(&self.log);
            match synced {
                // A concurrent roll may have poisoned the log.
                Ok(()) if log.poisoned => {}
                Ok(()) => {
                    (log.synced, log.synced_at) = (end, place);
                    log.ended.retain(|(_, marker)| *marker >= end);
                }
                Err(_) => log.poisoned = true,
            }
            log.hides_unsynced()
        };
        self.sync_waiters.wake();
        if is_visible {
            self.waiters.wake();
        }
    }

    /// Returns whether the log is synced up to `end`; an error if it never will be.
    pub(crate) fn is_synced(&self, end: i64) -> Result<bool, AppendError> {
        let log = lock(&self.log);
        match log.synced >= end {
            true => Ok(true),
            false if log.poisoned => Err(AppendError::Storage),
            false if log.closed => Err(AppendError::Closed),
            false => Ok(false),
        }
    }
}

/// The batch in the codec of its topic, if it has another one. Kafka: `LogValidator`, which compresses at a level that
/// can be set.
fn recompressed(batch: &Batch<'_>, config: &TopicConfig) -> Result<Option<Vec<u8>>, AppendError> {
    let Some(compression) = config.compression.filter(|target| batch.compression() != Some(*target)) else {
        return Ok(None);
    };
    let records = batch.inflated(INFLATED_MAX)?;
    let rewritten = batch::with_compression(batch, &records, compression);
    // Nothing but this has read what the compressor has written; the producer's bytes are good in any case.
    let is_sound = Batch::stored(&rewritten).inflated(INFLATED_MAX).is_ok_and(|again| again == records);
    Ok(is_sound.then_some(rewritten))
}

/// A number that looks like chance: the last step of SplitMix64.
fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Validates a batch as far as that needs no log. Kafka: `UnifiedLog.analyzeAndValidateRecords`, `LogValidator`.
fn check<'a>(
    verified: VerifiedBatch<'a>,
    config: &TopicConfig,
    now: Now,
) -> Result<(Batch<'a>, RecordStats), AppendError> {
    let batch = verified.batch;
    let mut stats = verified.record_stats(INFLATED_MAX)?;
    if batch.is_log_append_time() {
        // As in Kafka, each record of such a batch has the timestamp of the batch.
        (stats.min_timestamp, stats.max_timestamp) = (batch.max_timestamp(), batch.max_timestamp());
    }
    let validator = RecordValidator::of(config, &batch, now);
    if !validator.allows(&stats) {
        let bad = validator.invalid_records(&batch, INFLATED_MAX)?;
        if !bad.is_empty() {
            return Err(AppendError::Records(bad));
        }
    }
    Ok((batch, stats))
}
