//! Compaction: of the records with one key only the latest stays. It leaves out the active segment and records younger
//! than `min.compaction.lag.ms`. Kafka: `LogCleaner`, `Cleaner`.
//!
//! It works on handles of the segments without the lock of the log and swaps the result in; producers and consumers do
//! not wait for it.

use std::{
    collections::{BTreeSet, HashMap},
    io,
    sync::Arc,
};

use bytes::Bytes;
use wire::{
    batch::{self, Batch},
    record::{Record, Records, write},
};

use super::{
    LogDir,
    aborted::AbortedIndex,
    arena::LARGE,
    partition::{Log, Partition},
    segment::{BatchHead, MemoryBatch, Segment, SegmentData, SegmentFile},
};
use crate::{clock::Now, configs::TopicConfig, sync::lock};

/// Batches were checked on append to inflate to no more than this.
const INFLATED_MAX: usize = 100 << 20;

/// A round reads no further segment once its key map is larger than this; a key takes KEY_OVERHEAD bytes besides
/// itself. Kafka: `log.cleaner.dedupe.buffer.size`, which may be full in the middle of a segment.
const KEYS_BYTES_MAX: usize = 128 << 20;
const KEY_OVERHEAD: usize = 64;

/// The latest offset of each key; never iterated.
#[derive(Default)]
struct Latest {
    of: HashMap<Vec<u8>, i64>,
    bytes: usize,
}

impl Latest {
    /// Records the offset of a key; offsets come in ascending order.
    fn put(&mut self, key: &[u8], offset: i64) {
        if let Some(latest) = self.of.get_mut(key) {
            *latest = offset;
            return;
        }
        self.bytes += key.len() + KEY_OVERHEAD;
        self.of.insert(key.to_vec(), offset);
    }

    fn is_later(&self, key: &[u8], offset: i64) -> bool {
        self.of.get(key).is_some_and(|latest| *latest > offset)
    }
}

/// A segment to be cleaned.
struct Work {
    base_offset: i64,
    data: WorkData,
    cleaned_ms: Option<i64>,
    is_left: bool,
    opened_ms: i64,
    appended_ms: i64,
}

/// Handle of the data of a segment.
enum WorkData {
    Memory(Vec<MemoryBatch>),
    File(Arc<SegmentFile>, u64),
}

impl Work {
    /// Returns the segment unchanged, if it is in memory.
    fn unchanged(self) -> Segment {
        let mut segment = Segment::new(self.base_offset, SegmentData::Memory(Vec::new()), self.opened_ms);
        if let WorkData::Memory(batches) = self.data {
            batches.into_iter().for_each(|stored| segment.push(stored, self.opened_ms));
        }
        Segment { appended_ms: self.appended_ms, is_left: true, ..segment }
    }

    /// Calls `see` with every batch, until it fails.
    fn for_each_batch(&self, mut see: impl FnMut(MemoryBatch) -> io::Result<()>) -> io::Result<()> {
        match &self.data {
            WorkData::Memory(batches) => batches.iter().cloned().try_for_each(see)?,
            WorkData::File(file, len) => {
                let mut batches = file.batches(0, *len);
                while let Some(bytes) = batches.next_checked()? {
                    let base_offset = Batch::stored(&bytes).base_offset();
                    see(MemoryBatch { base_offset, bytes })?;
                }
                // A damaged segment stays unchanged, or the batches behind the damage would be lost.
                if batches.position() != *len {
                    return Err(io::ErrorKind::InvalidData.into());
                }
            }
        }
        Ok(())
    }
}

impl Log {
    /// Returns the cleanable segments, if enough of them is dirty.
    fn cleanable(&self, config: &TopicConfig, now: Now) -> Vec<Work> {
        let old_enough =
            |segment: &&Segment| now.wall_ms.saturating_sub(segment.newest_ms()) >= config.min_compaction_lag_ms;
        // Only below the last stable offset: whether an open transaction will be aborted is unknown, and positions in a
        // cleaned segment change, so that the visible length would be unknown. Kafka:
        // `LogCleanerManager.cleanableOffsets`.
        let shown = self.offsets().last_stable;
        let closed = self.segments.iter().skip(1).take_while(|next| next.base_offset <= shown).count();
        let segments: Vec<&Segment> = self.segments.iter().take(closed).take_while(old_enough).collect();
        let bytes = |dirty_only: bool| {
            let counted = segments.iter().filter(|segment| !dirty_only || segment.is_dirty());
            counted.map(|segment| segment.bytes).sum::<u64>()
        };
        let (dirty, all) = (bytes(true), bytes(false));
        let waited = segments.iter().any(|segment| {
            segment.is_dirty() && now.wall_ms.saturating_sub(segment.opened_ms) > config.max_compaction_lag_ms
        });
        // Tombstones are removed in a later round than the one that first saw them, even without new records; not those
        // behind a segment that may still hold what they delete.
        let tombstones = segments.iter().take_while(|segment| !segment.is_left).any(|segment| {
            let cleaned = segment.cleaned_ms.filter(|_| segment.has_tombstones);
            cleaned.is_some_and(|cleaned| now.wall_ms.saturating_sub(cleaned) > config.delete_retention_ms)
        });
        let enough = dirty > 0 && dirty as f64 >= all as f64 * config.min_cleanable_dirty_ratio;
        if !enough && !waited && !tombstones {
            return Vec::new();
        }
        let work = |segment: &&Segment| Work {
            base_offset: segment.base_offset,
            data: match &segment.data {
                SegmentData::Memory(batches) => WorkData::Memory(batches.clone()),
                SegmentData::File(file) => WorkData::File(file.clone(), segment.bytes),
            },
            cleaned_ms: segment.cleaned_ms,
            is_left: segment.is_left,
            opened_ms: segment.opened_ms,
            appended_ms: segment.appended_ms,
        };
        segments.iter().map(work).collect()
    }
}

impl Partition {
    pub(super) fn compact(&self, config: &TopicConfig, now: Now) {
        self.compact_within(KEYS_BYTES_MAX, config, now);
    }

    /// Runs one round. Once the keys take more than `keys_bytes_max`, the remaining segments wait for the next round.
    pub(super) fn compact_within(&self, keys_bytes_max: usize, config: &TopicConfig, now: Now) {
        let Some(_alone) = self.compacting.try_lock() else { return };
        let (mut work, dir, aborted) = {
            let log = lock(&self.log);
            (log.cleanable(config, now), log.dir.clone(), log.aborted.clone())
        };
        let (mut latest, mut covered) = (Latest::default(), 0);
        for work in &mut work {
            if work.cleaned_ms.is_some() || work.is_left {
                covered += 1;
                continue;
            }
            if latest.bytes > keys_bytes_max {
                break;
            }
            covered += 1;
            let looked = work.for_each_batch(|stored| {
                remember(&stored.batch(), &aborted, &mut latest);
                self.check_running()
            });
            match looked {
                Ok(()) => {}
                Err(e) if cannot(&e) => {
                    self.leave(work.base_offset);
                    work.is_left = true;
                }
                Err(_) => return,
            }
        }
        work.truncate(covered);
        match dir {
            None => self.compact_memory(work, Round::new(&latest, &aborted, config, now)),
            Some(dir) => {
                if work.is_empty() || dir.note_compaction(self.end_of(&work)).is_err() {
                    return;
                }
                let mut round = Round::new(&latest, &aborted, config, now);
                for work in work {
                    if work.is_left {
                        round.tombstones_stay = true;
                        continue;
                    }
                    match self.compact_file(&dir, &work, &mut round) {
                        Ok(()) => {}
                        Err(e) if cannot(&e) => {
                            self.leave(work.base_offset);
                            round.tombstones_stay = true;
                        }
                        // For example a full disk: the segment stays unchanged, and the next round tries again.
                        Err(_) => return,
                    }
                }
            }
        }
    }

    /// The offset behind the last of these segments.
    fn end_of(&self, work: &[Work]) -> i64 {
        let log = lock(&self.log);
        let last = work.last().map_or(0, |work| work.base_offset);
        log.segments.iter().map(|segment| segment.base_offset).find(|base| *base > last).unwrap_or(log.log_end_offset)
    }

    /// Excludes a segment from compaction.
    fn leave(&self, base_offset: i64) {
        let mut log = lock(&self.log);
        if let Some(segment) = log.segments.iter_mut().find(|segment| segment.base_offset == base_offset) {
            segment.is_left = true;
        }
    }

    /// Returns an error once the broker stops.
    fn check_running(&self) -> io::Result<()> {
        if self.shutdown.stops_maintenance() { Err(io::ErrorKind::Interrupted.into()) } else { Ok(()) }
    }

    fn compact_memory(&self, work: Vec<Work>, mut round: Round<'_>) {
        let (Some(first), Some(last)) = (work.first(), work.last()) else { return };
        let (first, last) = (first.base_offset, last.base_offset);
        let mut cleaned = Vec::with_capacity(work.len());
        for work in work {
            if work.is_left {
                round.tombstones_stay = true;
                cleaned.push(work.unchanged());
                continue;
            }
            let mut segment = Segment::new(work.base_offset, SegmentData::Memory(Vec::new()), work.opened_ms);
            let done = round.clean(&work, &mut segment, |segment, stored| {
                // A small batch shares a chunk with batches that are removed: it is copied.
                let bytes = match stored.bytes.len() {
                    ..=LARGE => Bytes::copy_from_slice(&stored.bytes),
                    _ => stored.bytes,
                };
                segment.push(MemoryBatch { bytes, ..stored }, work.opened_ms);
                self.check_running()
            });
            cleaned.push(match done {
                Ok(()) => segment,
                Err(e) if !cannot(&e) => return,
                Err(_) => {
                    round.tombstones_stay = true;
                    work.unchanged()
                }
            });
        }
        let mut log = lock(&self.log);
        // Retention or DeleteRecords may have taken some of them meanwhile; what is left is cleaned next time.
        let unchanged = log.segments.front().is_some_and(|segment| segment.base_offset == first)
            && log.segments.get(cleaned.len() - 1).is_some_and(|segment| segment.base_offset == last);
        if unchanged {
            let rest = log.segments.split_off(cleaned.len());
            log.segments = merge(cleaned, round.config.segment_bytes_max()).into();
            log.segments.extend(rest);
            log.aborted.forget(&round.markers_gone);
        }
    }

    /// Writes the segment anew under another name, and then puts it in the old one's place at once.
    fn compact_file(&self, dir: &LogDir, work: &Work, round: &mut Round<'_>) -> io::Result<()> {
        self.check_running()?;
        if lock(&self.log).closed {
            return Ok(());
        }
        let file = SegmentFile::create_beside(dir.files(), dir.folder(), work.base_offset)?;
        let mut segment = Segment::new(work.base_offset, SegmentData::Memory(Vec::new()), work.opened_ms);
        let cleaned = round.clean(work, &mut segment, |segment, stored| {
            self.check_running()?;
            let head = BatchHead::of(&stored.batch());
            file.append(&[&stored.bytes], &head, segment.bytes)?;
            segment.appended(stored.bytes.len(), head.max_timestamp, work.opened_ms);
            Ok(())
        });
        let written = cleaned.and_then(|()| file.sync());
        let mut log = lock(&self.log);
        if log.closed {
            // The folder may be that of a new topic of the same name, which removes what it does not know.
            return Ok(());
        }
        if written.is_err() {
            // A disk that is full would stay so.
            file.is_not_wanted()?;
            return written;
        }
        let Some(place) = log.segments.iter().position(|segment| segment.base_offset == work.base_offset) else {
            // Retention was faster.
            return file.is_not_wanted();
        };
        if let Err(e) = file.replaces() {
            file.is_not_wanted()?;
            return Err(e);
        }
        let file = Arc::new(file);
        segment.data = SegmentData::File(file.clone());
        log.segments[place] = segment;
        let next = log.segments.get(place + 1).map_or(log.log_end_offset, |next| next.base_offset);
        log.aborted.forget(&std::mem::take(&mut round.markers_gone));
        dir.write_aborted(work.base_offset, log.aborted.encode(work.base_offset..next))?;
        if log.segments[place].is_empty() && place > 0 {
            // A log may have gaps, but begins where its first segment does.
            file.remove()?;
            log.segments.remove(place);
            return Ok(());
        }
        // Without it the next start goes through the data.
        file.write_index()
    }
}

/// Whether the records of a batch were aborted.
fn is_aborted(batch: &Batch<'_>, aborted: &AbortedIndex) -> bool {
    !aborted.is_empty() && batch.is_transactional() && aborted.contains(batch.producer_id(), batch.base_offset())
}

fn remember(batch: &Batch<'_>, aborted: &AbortedIndex, latest: &mut Latest) {
    if batch.is_control() || is_aborted(batch, aborted) {
        return;
    }
    let inflated = batch.inflated(INFLATED_MAX).unwrap_or_default();
    for (offset, record) in records(batch, &inflated).unwrap_or_default() {
        if let Some(key) = record.key {
            latest.put(key, offset);
        }
    }
}

/// With their offsets; `None` if one of them cannot be read.
fn records<'a>(batch: &Batch<'_>, inflated: &'a [u8]) -> Option<Vec<(i64, Record<'a>)>> {
    let base_offset = batch.base_offset();
    let records = Records::new(inflated, batch.record_count());
    let place = |record: Record<'a>| (base_offset + i64::from(record.offset_delta), record);
    records.map(|record| record.map(place)).collect::<Result<_, _>>().ok()
}

/// Whether compaction cannot clean a segment: it is damaged, or would grow. Everything else may pass.
fn cannot(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::FileTooLarge)
}

/// What goes through all segments of a round.
struct Round<'a> {
    latest: &'a Latest,
    aborted: &'a AbortedIndex,
    config: &'a TopicConfig,
    now: Now,
    /// A segment before this one still has all of its records: what deletes them has to stay.
    tombstones_stay: bool,
    /// Producers of which records of the current transaction stay: its marker has to stay, too.
    in_transaction: BTreeSet<i64>,
    /// The offsets of the markers that were removed.
    markers_gone: Vec<i64>,
}

impl<'a> Round<'a> {
    fn new(latest: &'a Latest, aborted: &'a AbortedIndex, config: &'a TopicConfig, now: Now) -> Round<'a> {
        let (in_transaction, markers_gone) = (BTreeSet::new(), Vec::new());
        Round { latest, aborted, config, now, tombstones_stay: false, in_transaction, markers_gone }
    }

    /// Calls `keep_it` with what stays of each batch, and notes in `segment` what was found.
    fn clean(
        &mut self,
        work: &Work,
        segment: &mut Segment,
        mut keep_it: impl FnMut(&mut Segment, MemoryBatch) -> io::Result<()>,
    ) -> io::Result<()> {
        let now_ms = self.now.wall_ms;
        let cleaned_ms = work.cleaned_ms.unwrap_or(now_ms);
        let tombstones_go =
            !self.tombstones_stay && now_ms.saturating_sub(cleaned_ms) > self.config.delete_retention_ms;
        work.for_each_batch(|stored| {
            let kept = self.keep(&stored, tombstones_go)?;
            segment.has_tombstones |= kept.tombstones;
            match kept.bytes {
                Some(bytes) => keep_it(segment, MemoryBatch { base_offset: stored.base_offset, bytes }),
                None => Ok(()),
            }
        })?;
        segment.appended_ms = work.appended_ms;
        segment.cleaned_ms = Some(cleaned_ms);
        Ok(())
    }

    fn keep(&mut self, stored: &MemoryBatch, tombstones_go: bool) -> io::Result<Survivors> {
        let batch = stored.batch();
        if batch.marker().is_some() {
            return Ok(self.keep_marker(stored, tombstones_go));
        }
        if is_aborted(&batch, self.aborted) {
            return Ok(Survivors { bytes: None, tombstones: false });
        }
        let kept = keep(stored, self.latest, tombstones_go)?;
        if batch.is_transactional() && kept.bytes.is_some() {
            self.in_transaction.insert(batch.producer_id());
        }
        Ok(kept)
    }

    /// A marker goes once nothing of its transaction is left and readers had the time to pass it. Kafka:
    /// `CleanedTransactionMetadata`.
    fn keep_marker(&mut self, stored: &MemoryBatch, tombstones_go: bool) -> Survivors {
        let is_needed = self.in_transaction.remove(&stored.batch().producer_id()) || self.tombstones_stay;
        if is_needed || !tombstones_go {
            // A later round removes it.
            return Survivors { bytes: Some(stored.bytes.clone()), tombstones: !is_needed };
        }
        self.markers_gone.push(stored.base_offset);
        Survivors { bytes: None, tombstones: false }
    }
}

struct Survivors {
    /// `None` if nothing of the batch stays.
    bytes: Option<Bytes>,
    tombstones: bool,
}

/// A batch that is written anew may grow to so much, since compressors differ. One whose compression was much better
/// could become larger than any client takes.
fn grown_max(len: usize) -> usize {
    2 * len + 4_096
}

fn keep(stored: &MemoryBatch, latest: &Latest, tombstones_go: bool) -> io::Result<Survivors> {
    let batch = stored.batch();
    let inflated = batch.inflated(INFLATED_MAX);
    // Unreadable batches and transaction markers are kept unchanged.
    let inflated = inflated.ok().filter(|_| !batch.is_control());
    let Some(found) = inflated.as_ref().and_then(|inflated| records(&batch, inflated)) else {
        return Ok(Survivors { bytes: Some(stored.bytes.clone()), tombstones: false });
    };
    let (mut out, mut count, mut tombstones, mut max_timestamp) = (Vec::new(), 0, false, -1);
    for (offset, record) in found {
        let overwritten = record.key.is_some_and(|key| latest.is_later(key, offset));
        // A record without a key is from before the topic was compacted.
        let goes = record.key.is_none() || overwritten || (record.value.is_none() && tombstones_go);
        if goes {
            continue;
        }
        tombstones |= record.value.is_none();
        max_timestamp = max_timestamp.max(batch.base_timestamp().wrapping_add(record.timestamp_delta));
        count += 1;
        write(&mut out, &record);
    }
    let bytes = match count {
        0 => None,
        all if all == batch.record_count() => Some(stored.bytes.clone()),
        count => {
            let max_timestamp = if batch.is_log_append_time() { batch.max_timestamp() } else { max_timestamp };
            let written = batch::with_records(&batch, &out, count, max_timestamp);
            let again = Batch::stored(&written);
            // The output of the compressor has not been checked yet.
            if written.len() > grown_max(stored.bytes.len())
                || again.inflated(INFLATED_MAX).ok().as_deref() != Some(&out)
            {
                return Err(io::ErrorKind::FileTooLarge.into());
            }
            Some(written.into())
        }
    };
    Ok(Survivors { bytes, tombstones })
}

/// Merges small cleaned neighbours into one segment.
fn merge(cleaned: Vec<Segment>, bytes_max: u64) -> Vec<Segment> {
    let mut merged: Vec<Segment> = Vec::new();
    for segment in cleaned {
        match merged.last_mut() {
            Some(last) if last.bytes + segment.bytes <= bytes_max && !last.is_left && !segment.is_left => {
                last.cleaned_ms = last.cleaned_ms.max(segment.cleaned_ms);
                last.has_tombstones |= segment.has_tombstones;
                last.bytes += segment.bytes;
                last.max_timestamp = last.max_timestamp.max(segment.max_timestamp);
                last.appended_ms = segment.appended_ms;
                if let (SegmentData::Memory(batches), SegmentData::Memory(more)) = (&mut last.data, segment.data) {
                    batches.extend(more);
                }
            }
            _ => merged.push(segment),
        }
    }
    merged
}
