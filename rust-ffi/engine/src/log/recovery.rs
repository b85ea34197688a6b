//! Opens the directory of a partition: without reading data after a clean shutdown, and after a crash by checking the
//! segments that may be torn and truncating them.

use std::{
    collections::{BTreeSet, VecDeque},
    io,
};

use super::{
    LogDir, Partition,
    aborted::AbortedIndex,
    log_dir::{parse_snapshot_name, snapshot_name},
    partition::Log,
    producers::Producers,
    segment::{Segment, SegmentData, SegmentFile, names_of, parse_name},
};
use crate::{
    bugs::{self, Bug},
    clock::Now,
    store::{self, Fsync},
    sync::lock,
};

/// How a partition is opened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RecoveryMode {
    /// The last run ended with a clean shutdown.
    pub clean: bool,
    /// The log start offset of the last run; it may lie in the middle of a segment.
    pub log_start: i64,
    /// The partition is new.
    pub is_new: bool,
    /// Gaps before this offset are the work of compaction.
    pub compacted_until: i64,
    pub now: Now,
}

impl Partition {
    /// Opens the existing log, or creates an empty one. The returned notice tells the operator what was truncated or
    /// damaged.
    pub(crate) fn open(index: i32, dir: LogDir, how: RecoveryMode) -> io::Result<(Partition, Option<String>)> {
        dir.files().create_folder(dir.folder())?;
        let Tidy { bases, snapshots, strange } = tidy(&dir)?;
        if bases.is_empty() {
            let segment = dir.create_segment(how.log_start)?;
            let segments = VecDeque::from([Segment::new(how.log_start, file(segment), how.now.wall_ms)]);
            let lost = (!how.is_new).then(|| {
                let folder = dir.folder();
                format!("{folder}: its records are gone, and it begins anew at offset {}", how.log_start)
            });
            lost.iter().for_each(|lost| dir.files().damaged(lost));
            let log = Log::with_dir(Some(dir), segments, Producers::default(), how.log_start, how.log_start);
            let said: Vec<String> = lost.into_iter().chain(strange).collect();
            return Ok((Partition::with_log(index, log), (!said.is_empty()).then(|| said.join("; "))));
        }
        let mut opened = Opened::new(dir.folder(), &bases, snapshots, how);
        for (place, base) in bases.iter().enumerate() {
            opened.segment(&dir, *base, bases.get(place + 1).copied())?;
            if opened.broken {
                // Segments after a torn one cannot be valid.
                for base in &bases[place + 1..] {
                    opened.cut += dir.open_segment(*base)?.len()?;
                    dir.open_segment(*base)?.remove()?;
                }
                dir.files().sync_folder(dir.folder())?;
                break;
            }
        }
        if how.clean {
            opened.check_gap(how.log_start, bases[0]);
            // A stop in order leaves a snapshot at the end.
            let end = opened.snapshots.last().copied().unwrap_or(0);
            opened.check_gap(opened.log_end_offset, end);
        }
        // These snapshots describe batches that a power cut has taken.
        for offset in opened.snapshots.iter().filter(|offset| **offset > opened.log_end_offset) {
            dir.files().remove(&store::join(dir.folder(), &snapshot_name(*offset)))?;
        }
        if !how.clean && dir.fsync() != Fsync::Never {
            // Batches that a killed broker had not synced are readable now, and a retry of them is acknowledged.
            if let Some(active) = opened.segments.back().and_then(Segment::file) {
                active.sync()?;
            }
            dir.files().sync_folder(dir.folder())?;
        }
        let cut = (opened.cut > 0).then(|| {
            format!(
                "{}: {} bytes behind offset {} were not whole and have been cut off",
                dir.folder(),
                opened.cut,
                opened.log_end_offset
            )
        });
        if let Some(active) = opened.segments.back_mut()
            && let Some(file) = active.file()
        {
            active.first_timestamp = file.first_timestamp(active.bytes)?;
        }
        let damaged = opened.damaged.iter().map(|(name, at)| {
            format!(
                "{}: {name}, which was whole once, is damaged at byte {at}: what it holds from there on cannot be \
                 read. Restore it from a backup, or let consumers seek past it",
                opened.folder
            )
        });
        let damaged: Vec<String> = damaged.chain(std::mem::take(&mut opened.gaps)).collect();
        damaged.iter().for_each(|damage| dir.files().damaged(damage));
        let said: Vec<String> = strange.into_iter().chain(damaged).chain(cut).collect();
        let notice = (!said.is_empty()).then(|| said.join("; "));
        let log_start = how.log_start.clamp(bases[0], opened.log_end_offset);
        if opened.segments.back().is_some_and(Segment::is_empty) {
            // The segment is new: the stop did not sync its name.
            dir.note_new_names();
        }
        let mut log = Log::with_dir(Some(dir), opened.segments, opened.producers, log_start, opened.log_end_offset);
        log.aborted = opened.aborted;
        log.has_changed = !how.clean || opened.cut > 0;
        Ok((Partition::with_log(index, log), notice))
    }

    /// Writes index and snapshot, so that the next start reads no data. The log takes no appends after it.
    pub(crate) fn close_clean(&self) -> io::Result<()> {
        let _compacting = lock(&self.compacting);
        let log = lock(&self.log);
        let Some(dir) = &log.dir else { return Ok(()) };
        if log.poisoned {
            return Err(io::Error::other("an earlier write failed"));
        }
        if !log.has_changed {
            return Ok(());
        }
        if dir.fsync() != Fsync::Never {
            // The next start could not tell which names are new.
            dir.sync_names()?;
        }
        let active = log.segments.back().and_then(Segment::file);
        dir.sync_segment(active)?;
        dir.close_segment(active, log.log_end_offset, &log.producers, &log.aborted)
    }
}

fn file(segment: SegmentFile) -> SegmentData {
    SegmentData::File(segment.into())
}

struct Tidy {
    /// Base offsets of the segments.
    bases: Vec<i64>,
    /// Offsets of the producer snapshots.
    snapshots: BTreeSet<i64>,
    /// A notice about a file that looks like a segment and cannot be one.
    strange: Option<String>,
}

/// Removes leftovers of interrupted steps. Returns the files of the directory.
fn tidy(dir: &LogDir) -> io::Result<Tidy> {
    let names = dir.files().list(dir.folder())?;
    for name in names.iter().filter(|name| name.ends_with(".tmp") || name.ends_with(".cleaned")) {
        dir.files().remove(&store::join(dir.folder(), name))?;
    }
    let strange = names.iter().find(|name| name.ends_with(".log") && parse_name(name).is_none());
    let strange = strange.map(|name| format!("{}: {name} is no segment of a log and is left as it is", dir.folder()));
    let snapshots = names.iter().filter_map(|name| parse_snapshot_name(name)).collect();
    Ok(Tidy { bases: names.iter().filter_map(|name| parse_name(name)).collect(), snapshots, strange })
}

/// Position at which a log is damaged.
#[derive(Clone, Debug)]
pub(crate) struct Damage {
    /// Path relative to the data folder.
    pub file: String,
    pub at: u64,
    /// No valid batch follows, as after an interrupted write.
    pub is_tail: bool,
}

/// Checks a log without changing it; for small logs.
pub(crate) fn survey(dir: &LogDir, mut see: impl FnMut(&wire::batch::Batch<'_>)) -> io::Result<Option<Damage>> {
    let names = dir.files().list(dir.folder())?;
    let bases: Vec<i64> = names.iter().filter_map(|name| parse_name(name)).collect();
    for (place, base) in bases.iter().enumerate() {
        let segment = dir.open_segment(*base)?;
        let (sound, end) = segment.survey(&mut see)?;
        let next = bases.get(place + 1);
        let overlaps = next.is_some_and(|next| *next < end);
        if sound < segment.len()? || overlaps {
            let [name, ..] = names_of(*base);
            let is_tail = next.is_none() && !segment.has_batch_after(sound)?;
            return Ok(Some(Damage { file: store::join(dir.folder(), &name), at: sound, is_tail }));
        }
    }
    Ok(None)
}

/// Returns the valid length of a damaged segment and the largest timestamp in it; `None` if it is intact.
fn damage(segment: &SegmentFile, len: u64) -> io::Result<Option<(u64, i64)>> {
    let mut max_timestamp = -1;
    let (sound, _) = segment.survey(|batch| max_timestamp = max_timestamp.max(batch.max_timestamp()))?;
    Ok(Some((sound, max_timestamp)).filter(|_| sound < len))
}

struct Opened {
    how: RecoveryMode,
    /// Offsets of the producer snapshots.
    snapshots: BTreeSet<i64>,
    segments: VecDeque<Segment>,
    producers: Producers,
    aborted: AbortedIndex,
    /// Offset up to which `producers` is complete.
    known: i64,
    log_end_offset: i64,
    cut: u64,
    broken: bool,
    /// Segments that were closed and are damaged, with the valid length. They are not truncated, or acknowledged
    /// batches behind the damage would be lost.
    damaged: Vec<(String, u64)>,
    /// Sentences about records that are missing.
    gaps: Vec<String>,
    folder: String,
}

impl Opened {
    fn new(folder: &str, bases: &[i64], snapshots: BTreeSet<i64>, how: RecoveryMode) -> Opened {
        Opened {
            how,
            snapshots,
            segments: VecDeque::with_capacity(bases.len()),
            producers: Producers::default(),
            aborted: AbortedIndex::default(),
            known: -1,
            log_end_offset: bases[0],
            cut: 0,
            broken: false,
            damaged: Vec::new(),
            gaps: Vec::new(),
            folder: folder.to_owned(),
        }
    }

    /// Opens one segment. `next` is the base offset of the following one.
    fn segment(&mut self, dir: &LogDir, base: i64, next: Option<i64>) -> io::Result<()> {
        let is_last = next.is_none();
        let now_ms = self.how.now.wall_ms;
        if base < self.log_end_offset {
            let [name, ..] = names_of(base);
            let why = format!(
                "{name} begins before the segment before it ends, at offset {}: it is no part of this log. Move it \
                 away.",
                self.log_end_offset
            );
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        let segment = dir.open_segment(base)?;
        let len = segment.len()?;
        if self.check_gap(self.log_end_offset, base) {
            segment.mark_gap();
        }
        // A closed segment has its index; without fsync the index proves nothing after a power cut.
        let closed = !is_last && dir.fsync() != Fsync::Never && segment.has_index()?;
        let known_end = if self.how.clean || closed { segment.log_end_offset(len)? } else { None };
        if let Some((end, max_timestamp)) = known_end {
            self.log_end_offset = end.max(base);
            self.push(segment, base, len, max_timestamp);
            self.read_aborted(dir, base)?;
        } else if let Some(next) = next.filter(|_| self.how.clean || closed)
            && let Some((sound, max_timestamp)) = damage(&segment, len)?
        {
            let [name, ..] = names_of(base);
            segment.mark_damaged(sound);
            self.damaged.push((name, sound));
            self.log_end_offset = next.max(base);
            self.push(segment, base, len, max_timestamp);
            self.read_aborted(dir, base)?;
        } else {
            self.known_until(dir, base)?;
            let (mut end, mut max_timestamp) = (base, -1);
            let (known, producers, aborted) = (self.known, &mut self.producers, &mut self.aborted);
            let sound = segment.recover(|batch| {
                end = batch.last_offset() + 1;
                max_timestamp = max_timestamp.max(batch.max_timestamp());
                if batch.base_offset() >= known
                    && let Some(ended) = producers.appended(batch, batch.base_offset(), now_ms)
                {
                    ended.aborted(producers.first_open()).into_iter().for_each(|one| aborted.add(one));
                }
            })?;
            self.known = self.known.max(end);
            self.log_end_offset = end;
            self.cut += len - sound;
            self.broken = sound < len;
            if self.broken && bugs::planted(Bug::TornBatchRefused) {
                return Err(io::ErrorKind::InvalidData.into());
            }
            self.push(segment, base, sound, max_timestamp);
            if !is_last {
                // The active segment gets its file when it is closed.
                dir.write_aborted(base, self.aborted.encode(base..end))?;
            }
        }
        // Also after an empty segment, whose records retention or DeleteRecords have removed.
        if is_last && self.log_end_offset > 0 {
            self.known_until(dir, self.log_end_offset)?;
        }
        Ok(())
    }

    /// Reads the aborted transactions of the segment at `base`, which ends at the log end offset so far. Without a
    /// valid file they are looked for in the batches, from the start of the log on.
    fn read_aborted(&mut self, dir: &LogDir, base: i64) -> io::Result<()> {
        let segment = base..self.log_end_offset;
        if let Some(found) = dir.read_aborted(segment.clone())? {
            found.into_iter().for_each(|one| self.aborted.add(one));
            return Ok(());
        }
        let mut producers = Producers::default();
        for file in self.segments.iter().filter_map(|segment| Some((segment.file()?, segment.bytes))) {
            let mut batches = file.0.batches(0, file.1);
            while let Some(bytes) = batches.next()? {
                let batch = wire::batch::Batch::stored(&bytes);
                let ended = producers.appended(&batch, batch.base_offset(), self.how.now.wall_ms);
                let aborted = ended.and_then(|ended| ended.aborted(producers.first_open()));
                aborted
                    .filter(|one| segment.contains(&one.last_offset))
                    .into_iter()
                    .for_each(|one| self.aborted.add(one));
            }
        }
        Ok(())
    }

    /// Whether records between `end` and `next` are missing, as when a segment is gone or empty.
    fn check_gap(&mut self, end: i64, next: i64) -> bool {
        let is_gap = end < next && next > self.how.compacted_until;
        if is_gap {
            let last = next - 1;
            self.gaps.push(format!(
                "{}: the records from offset {end} to {last} are missing. Restore them from a backup, or let consumers \
                 go on behind them",
                self.folder
            ));
        }
        is_gap
    }

    fn push(&mut self, segment: SegmentFile, base: i64, bytes: u64, max_timestamp: i64) {
        let mut found = Segment::new(base, file(segment), self.how.now.wall_ms);
        if bytes > 0 {
            found.appended(bytes as usize, max_timestamp, self.how.now.wall_ms);
        }
        self.segments.push_back(found);
    }

    /// Brings `producers` up to `offset`, from a snapshot or from the segments before it.
    fn known_until(&mut self, dir: &LogDir, offset: i64) -> io::Result<()> {
        let now_ms = self.how.now.wall_ms;
        if self.snapshots.contains(&offset)
            && let Some(bytes) = store::read(&**dir.files(), dir.folder(), &snapshot_name(offset))?
            && let Some(producers) = Producers::decode(&bytes, now_ms)
        {
            match self.known < offset {
                true => (self.producers, self.known) = (producers, offset),
                // The batches tell more of a producer, but compaction may have removed all batches of another one.
                false => self.producers.add(producers),
            }
            return Ok(());
        }
        if self.known >= offset {
            return Ok(());
        }
        for segment in self.segments.iter().filter(|segment| segment.base_offset < offset) {
            let Some(file) = segment.file() else { continue };
            let mut batches = file.batches(0, segment.bytes);
            while let Some(bytes) = batches.next()? {
                let batch = wire::batch::Batch::stored(&bytes);
                if batch.base_offset() >= self.known && batch.base_offset() < offset {
                    self.producers.appended(&batch, batch.base_offset(), now_ms);
                }
            }
        }
        self.known = offset;
        Ok(())
    }
}
