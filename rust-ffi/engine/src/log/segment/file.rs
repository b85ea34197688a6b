//! A segment file in Kafka's layout: `00000000000000000042.log`, with `.index` and `.timeindex` once it is closed. The
//! page cache of the operating system is the only cache.

use crate::sync::{Lock, lock, rank};
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use bytes::{Bytes, BytesMut};
use wire::{
    batch::{Batch, HEADER, LOG_OVERHEAD},
    codec::{FileRange, FramePart, Source},
};

use super::index::Index;
use crate::{
    log::read::ReadError,
    store::{self, File, Files},
};

/// Bytes read at once when the caller wants whole batches.
const CHUNK: usize = 256 << 10;
/// Bytes read at once when the caller wants headers.
const HEADERS: usize = 16 << 10;
/// Upper bound of a batch length, whatever a damaged file claims.
const BATCH_MAX: usize = i32::MAX as usize;

/// The only record format that is written; its byte has the same position in every format.
const MAGIC: u8 = 2;

/// Returns the names of `.log`, `.index` and `.timeindex`.
pub(in crate::log) fn names_of(base_offset: i64) -> [String; 3] {
    ["log", "index", "timeindex"].map(|extension| format!("{base_offset:020}.{extension}"))
}

/// Returns the name of the file with the aborted transactions of a segment. Kafka: `TransactionIndex`.
pub(in crate::log) fn aborted_name(base_offset: i64) -> String {
    format!("{base_offset:020}.txnindex")
}

/// Returns the file name of the output of compaction. Kafka: `UnifiedLog.CleanedFileSuffix`.
fn cleaned_name(base_offset: i64) -> String {
    let [log, ..] = names_of(base_offset);
    format!("{log}.cleaned")
}

/// Largest accepted base offset: far beyond any real log, and safe for additions.
const BASE_OFFSET_MAX: i64 = i64::MAX / 2;

/// Parses the base offset from the name of a `.log` file.
pub(crate) fn parse_name(name: &str) -> Option<i64> {
    let digits = name.strip_suffix(".log")?;
    let is_name = digits.len() == 20 && digits.bytes().all(|b| b.is_ascii_digit());
    digits.parse().ok().filter(|offset| is_name && *offset <= BASE_OFFSET_MAX)
}

#[derive(Debug)]
pub(in crate::log) struct SegmentFile {
    pub(in crate::log) base_offset: i64,
    folder: String,
    files: Arc<dyn Files>,
    file: Arc<dyn File>,
    /// `None` until first used, for a segment that an earlier run closed.
    index: Lock<{ rank::LOG_FILES }, Option<Index>>,
    /// Valid length, set if recovery found damage behind it.
    sound: AtomicU64,
    /// Records before this segment are missing, and no reader has had an error for them yet.
    follows_gap: AtomicBool,
    /// The damage was reported to the operator.
    is_told: AtomicBool,
}

impl SegmentFile {
    /// Creates an empty segment file.
    pub(in crate::log) fn create(files: &Arc<dyn Files>, folder: &str, base_offset: i64) -> io::Result<SegmentFile> {
        let [log, ..] = names_of(base_offset);
        SegmentFile::create_as(files, folder, base_offset, &log)
    }

    pub(in crate::log) fn open(files: &Arc<dyn Files>, folder: &str, base_offset: i64) -> io::Result<SegmentFile> {
        let [log, ..] = names_of(base_offset);
        SegmentFile::open_as(files, folder, base_offset, &log)
    }

    /// Creates an empty file that will replace the segment. See [`SegmentFile::replaces`].
    pub(in crate::log) fn create_beside(
        files: &Arc<dyn Files>,
        folder: &str,
        base_offset: i64,
    ) -> io::Result<SegmentFile> {
        SegmentFile::create_as(files, folder, base_offset, &cleaned_name(base_offset))
    }

    fn create_as(files: &Arc<dyn Files>, folder: &str, base_offset: i64, log: &str) -> io::Result<SegmentFile> {
        let segment = SegmentFile::open_as(files, folder, base_offset, log)?;
        segment.file.truncate(0)?;
        *lock(&segment.index) = Some(Index::new());
        Ok(segment)
    }

    fn open_as(files: &Arc<dyn Files>, folder: &str, base_offset: i64, log: &str) -> io::Result<SegmentFile> {
        Ok(SegmentFile {
            base_offset,
            folder: folder.to_owned(),
            files: files.clone(),
            file: files.open(&store::join(folder, log))?,
            index: Lock::new(None),
            sound: AtomicU64::new(u64::MAX),
            follows_gap: AtomicBool::new(false),
            is_told: AtomicBool::new(false),
        })
    }

    /// Returns the paths of the three files.
    fn paths(&self) -> [String; 3] {
        names_of(self.base_offset).map(|name| store::join(&self.folder, &name))
    }

    pub(in crate::log) fn len(&self) -> io::Result<u64> {
        self.file.size()
    }

    pub(in crate::log) fn sync(&self) -> io::Result<()> {
        self.file.sync()
    }

    pub(in crate::log) fn truncate(&self, len: u64) -> io::Result<()> {
        self.file.truncate(len)
    }

    /// Appends one batch, given in pieces, to the first `len` bytes.
    pub(in crate::log) fn append(&self, pieces: &[&[u8]], batch: &BatchHead, len: u64) -> io::Result<()> {
        // The index must be loaded before entries are added.
        self.with_index(len, |_| ())?;
        self.file.append(pieces)?;
        let bytes: usize = pieces.iter().map(|piece| piece.len()).sum();
        if let Some(index) = lock(&self.index).as_mut() {
            index.add(self.relative(batch.last_offset), len, bytes as u64, batch.max_timestamp);
        }
        Ok(())
    }

    fn relative(&self, offset: i64) -> u32 {
        u32::try_from(offset - self.base_offset).unwrap_or(u32::MAX)
    }

    /// Writes the index files of a segment that is full.
    pub(in crate::log) fn write_index(&self) -> io::Result<()> {
        let Some((offsets, times)) = lock(&self.index).as_mut().map(Index::encode) else { return Ok(()) };
        let [_, index, timeindex] = names_of(self.base_offset);
        store::put(&*self.files, &self.folder, &index, &offsets)?;
        store::put(&*self.files, &self.folder, &timeindex, &times)
    }

    /// Replaces the segment that it was created beside. Open handles of the old file stay readable.
    pub(in crate::log) fn replaces(&self) -> io::Result<()> {
        let [log, index, timeindex] = self.paths();
        let aborted = store::join(&self.folder, &aborted_name(self.base_offset));
        // The old index files do not match the new data after a crash.
        [index, timeindex, aborted].iter().try_for_each(|path| store::remove(&*self.files, path))?;
        self.files.rename(&self.cleaned_path(), &log)
    }

    /// Removes the file: the segment that it was to replace no longer exists.
    pub(in crate::log) fn is_not_wanted(&self) -> io::Result<()> {
        self.files.remove(&self.cleaned_path())
    }

    fn cleaned_path(&self) -> String {
        store::join(&self.folder, &cleaned_name(self.base_offset))
    }

    /// Removes the segment with its indexes.
    pub(in crate::log) fn remove(&self) -> io::Result<()> {
        let [log, index, timeindex] = self.paths();
        let aborted = store::join(&self.folder, &aborted_name(self.base_offset));
        // The data last: an index alone is harmless, data alone would be found again.
        [index, timeindex, aborted, log].iter().try_for_each(|path| store::remove(&*self.files, path))
    }

    /// Returns whether the segment was closed.
    pub(in crate::log) fn has_index(&self) -> io::Result<bool> {
        let [_, index, timeindex] = self.paths();
        Ok(self.files.exists(&index)? && self.files.exists(&timeindex)?)
    }

    /// Passes the index to `use_it`: loaded from the file, or built from the data if the file is missing or invalid.
    fn with_index<T>(&self, len: u64, use_it: impl FnOnce(&Index) -> T) -> io::Result<T> {
        if let Some(index) = &*lock(&self.index) {
            return Ok(use_it(index));
        }
        let index = match self.read_index(len)? {
            Some(index) => index,
            None => self.build_index(Index::new(), len)?.0,
        };
        let used = use_it(&index);
        *lock(&self.index) = Some(index);
        Ok(used)
    }

    fn read_index(&self, len: u64) -> io::Result<Option<Index>> {
        let [_, index, timeindex] = names_of(self.base_offset);
        let offsets = store::read(&*self.files, &self.folder, &index)?;
        let times = store::read(&*self.files, &self.folder, &timeindex)?;
        Ok(offsets.zip(times).and_then(|(offsets, times)| Index::decode(&offsets, &times, len)))
    }

    /// Builds the index from the data. Also returns the valid length: a crash may have left half a batch.
    fn build_index(&self, mut index: Index, len: u64) -> io::Result<(Index, u64)> {
        let mut batches = self.batches(0, len);
        while let Some(batch) = batches.next_checked()? {
            let head = BatchHead::of(&Batch::stored(&batch));
            let end = batches.position();
            let bytes = batch.len() as u64;
            index.add(self.relative(head.last_offset), end - bytes, bytes, head.max_timestamp);
        }
        Ok((index, batches.position()))
    }

    /// Returns whether a batch can follow one that ends before the offset `next`. The checksum does not cover the base
    /// offset.
    fn takes(&self, batch: &Batch<'_>, next: i64) -> bool {
        let (first, last) = (batch.base_offset(), batch.last_offset());
        next <= first && first <= last && last - self.base_offset <= i64::from(i32::MAX)
    }

    /// Checks all batches without changing the file. Returns the valid length and the offset after it.
    pub(in crate::log) fn survey(&self, mut see: impl FnMut(&Batch<'_>)) -> io::Result<(u64, i64)> {
        let mut batches = self.batches(0, self.len()?);
        let (mut sound, mut next) = (0, self.base_offset);
        while let Some(bytes) = batches.next_checked()? {
            let batch = Batch::stored(&bytes);
            if !self.takes(&batch, next) {
                break;
            }
            (sound, next) = (batches.position(), batch.last_offset() + 1);
            see(&batch);
        }
        Ok((sound, next))
    }

    /// Returns whether a valid batch begins anywhere after position `at`; for small segments.
    pub(in crate::log) fn has_batch_after(&self, at: u64) -> io::Result<bool> {
        let len = usize::try_from(self.len()?.saturating_sub(at)).map_err(io::Error::other)?;
        let mut bytes = vec![0; len];
        self.file.read(at, &mut bytes)?;
        Ok((1..bytes.len()).any(|start| Batch::first(&bytes[start..]).is_ok()))
    }

    /// Checks all batches, calls `see` with each, and truncates the file behind the last valid one. Returns its length.
    pub(in crate::log) fn recover(&self, mut see: impl FnMut(&Batch<'_>)) -> io::Result<u64> {
        let len = self.len()?;
        let mut index = Index::new();
        let mut batches = self.batches(0, len);
        let mut next = self.base_offset;
        let mut sound = 0;
        while let Some(bytes) = batches.next_checked()? {
            let batch = Batch::stored(&bytes);
            if !self.takes(&batch, next) {
                break;
            }
            next = batch.last_offset() + 1;
            let head = BatchHead::of(&batch);
            index.add(self.relative(head.last_offset), sound, bytes.len() as u64, head.max_timestamp);
            sound = batches.position();
            see(&batch);
        }
        if sound < len {
            // Synced, so that the rest of the old data can never follow new batches.
            self.file.truncate(sound)?;
            self.file.sync()?;
        }
        *lock(&self.index) = Some(index);
        Ok(sound)
    }

    /// Returns the offset after the last record and the largest timestamp of a closed segment, starting at the last
    /// index entry; `None` if index and data do not match or the data does not end with a batch.
    pub(in crate::log) fn log_end_offset(&self, len: u64) -> io::Result<Option<(i64, i64)>> {
        let (last, mut max_timestamp) = self.with_index(len, |index| (index.last(), index.max_timestamp()))?;
        let (indexed, from) = last.map_or((None, 0), |(offset, position)| (Some(offset), position));
        let (mut end, mut batches) = (self.base_offset, self.batches(from, len));
        while let Some(bytes) = batches.next_checked()? {
            let batch = Batch::stored(&bytes);
            let first = end == self.base_offset;
            if first && indexed.is_some_and(|indexed| indexed != self.relative(batch.last_offset())) {
                return Ok(None);
            }
            if !self.takes(&batch, end) {
                return Ok(None);
            }
            end = batch.last_offset() + 1;
            max_timestamp = max_timestamp.max(batch.max_timestamp());
        }
        Ok(Some((end, max_timestamp)).filter(|_| batches.position() == len))
    }

    /// Returns the position of the first batch that does not end before `offset`.
    pub(in crate::log) fn position_of(&self, offset: i64, len: u64) -> io::Result<u64> {
        let at = self.with_index(len, |index| index.position(self.relative(offset.max(self.base_offset))))?;
        let mut batches = self.batches(at, len);
        batches.chunk = HEADERS;
        while let Some(head) = batches.peek()? {
            if head.last_offset >= offset {
                break;
            }
            batches.skip(head.bytes);
        }
        Ok(batches.position())
    }

    /// Returns the timestamp of the first batch; -1 if there is none.
    pub(in crate::log) fn first_timestamp(&self, len: u64) -> io::Result<i64> {
        let mut batches = self.batches(0, len);
        batches.chunk = HEADER;
        Ok(batches.peek()?.map_or(-1, |head| head.max_timestamp))
    }

    /// Iterates over the batches between two positions; `from` is the start of one.
    pub(in crate::log) fn batches(&self, from: u64, to: u64) -> Batches {
        Batches { file: self.file.clone(), at: from, to, buffer: BytesMut::new(), buffered: from, chunk: CHUNK }
    }

    /// Iterates over the batches from the one that holds the first record with at least this timestamp, or from a
    /// little before.
    pub(in crate::log) fn batches_since(&self, timestamp: i64, len: u64) -> io::Result<Batches> {
        let from = self.with_index(len, |index| index.position_since(timestamp))?;
        Ok(self.batches(from, len))
    }

    /// Refuses reads from byte `at` on. The operator is informed already.
    pub(in crate::log) fn mark_damaged(&self, at: u64) {
        self.sound.store(at, Ordering::Relaxed);
        self.is_told.store(true, Ordering::Relaxed);
    }

    /// The next reader that comes from before this segment has an error.
    pub(in crate::log) fn mark_gap(&self) {
        self.follows_gap.store(true, Ordering::Relaxed);
    }

    /// Whether a reader at `from` is the first one that misses records before this segment.
    pub(in crate::log) fn tells_of_gap(&self, from: i64) -> bool {
        from < self.base_offset && self.follows_gap.swap(false, Ordering::Relaxed)
    }

    /// Reports a failed read to the operator, once.
    pub(in crate::log) fn read_failed(&self, offset: i64, error: &io::Error) -> ReadError {
        let is_damaged = error.kind() == io::ErrorKind::InvalidData;
        if !self.is_told.swap(true, Ordering::Relaxed) {
            let [log, ..] = self.paths();
            let why = if is_damaged { "it is damaged".to_owned() } else { error.to_string() };
            self.files.damaged(&format!(
                "{log} cannot be read at offset {offset}: {why}. Restore it from a backup, or let consumers seek past \
                 it"
            ));
        }
        if is_damaged { ReadError::Corrupt } else { ReadError::Storage }
    }

    /// Returns whole batches from the one that holds `offset` as one part; it is read at once if it has at most
    /// `held_max` bytes. With `at_least_one` the first batch is returned whatever its size. Returns an empty part if
    /// the first batch does not fit, and `None` if the segment holds nothing from `offset` on.
    pub(in crate::log) fn read(
        &self,
        offset: i64,
        bytes_max: usize,
        at_least_one: bool,
        held_max: usize,
        len: u64,
    ) -> io::Result<Option<FramePart>> {
        let sound = self.sound.load(Ordering::Relaxed);
        let (is_damaged, len) = (sound < len, len.min(sound));
        let read = || match self.read_by_index(offset, bytes_max, at_least_one, held_max, len) {
            Ok(None) if is_damaged => Err(io::ErrorKind::InvalidData.into()),
            done => done,
        };
        match read() {
            // A wrong index file of an earlier run, or changed data: builds the index from the data.
            Err(e) if e.kind() == io::ErrorKind::InvalidData && self.with_index(len, Index::is_from_file)? => {
                let (index, _) = self.build_index(Index::new(), len)?;
                *lock(&self.index) = Some(index);
                read()
            }
            done => done,
        }
    }

    fn read_by_index(
        &self,
        offset: i64,
        bytes_max: usize,
        at_least_one: bool,
        held_max: usize,
        len: u64,
    ) -> io::Result<Option<FramePart>> {
        let mut at = self.with_index(len, |index| index.position(self.relative(offset.max(self.base_offset))))?;
        let mut from_index = at > 0;
        // From the last entry of the index to the batch: a few kilobytes of headers. What follows is wanted too, unless
        // it is more than may be held.
        let most = bytes_max.min(usize::try_from(len.saturating_sub(at)).unwrap_or(usize::MAX));
        let wanted = if most > held_max { HEADERS } else { most.max(HEADERS) };
        let mut batches = self.batches(at, len);
        batches.chunk = wanted.saturating_add(2 * super::index::INTERVAL as usize);
        let first = loop {
            let Some(head) = batches.peek()? else {
                // Not the end, but no batch: the index leads astray, or the data was changed.
                let broken = batches.position() < len;
                return if broken { Err(io::ErrorKind::InvalidData.into()) } else { Ok(None) };
            };
            if from_index && head.last_offset > offset {
                return Err(io::ErrorKind::InvalidData.into());
            }
            from_index = false;
            if head.last_offset >= offset {
                break head.bytes;
            }
            batches.skip(head.bytes);
            at = batches.position();
        };
        if first > bytes_max && !at_least_one {
            return Ok(Some(FramePart::Bytes(Bytes::new())));
        }
        batches.skip(first);
        let limit = at.saturating_add(bytes_max as u64);
        if most > held_max {
            // Most of it need not be looked through: the index knows where batches begin.
            let known = self.with_index(len, |index| index.last_before(limit.min(len)))?;
            batches.skip(known.saturating_sub(batches.position()) as usize);
        }
        while let Some(head) = batches.peek()? {
            if batches.position() + head.bytes as u64 > limit {
                break;
            }
            batches.skip(head.bytes);
        }
        let bytes = (batches.position() - at) as usize;
        if bytes <= held_max {
            return batches.piece(at, bytes).map(|bytes| Some(bytes.into()));
        }
        Ok(Some(FramePart::FileRange(FileRange::new(Arc::new(Opened(self.file.clone())), at, bytes))))
    }
}

/// Keeps the file open until its records are sent, also if it is removed meanwhile.
#[derive(Debug)]
struct Opened(Arc<dyn File>);

impl Source for Opened {
    fn read(&self, at: u64, buf: &mut [u8]) -> io::Result<()> {
        self.0.read(at, buf)
    }
}

/// What the index wants to know of a batch.
#[derive(Clone, Copy, Debug)]
pub(in crate::log) struct BatchHead {
    pub(in crate::log) last_offset: i64,
    pub(in crate::log) max_timestamp: i64,
    bytes: usize,
}

impl BatchHead {
    pub(in crate::log) fn of(batch: &Batch<'_>) -> BatchHead {
        BatchHead { last_offset: batch.last_offset(), max_timestamp: batch.max_timestamp(), bytes: batch.bytes().len() }
    }
}

/// Reads batch after batch, a chunk at a time.
#[derive(Debug)]
pub(in crate::log) struct Batches {
    file: Arc<dyn File>,
    at: u64,
    to: u64,
    buffer: BytesMut,
    /// Where in the file the buffer begins.
    buffered: u64,
    chunk: usize,
}

impl Batches {
    pub(in crate::log) fn position(&self) -> u64 {
        self.at
    }

    /// Makes `wanted` bytes from the current place on available; `false` if there are not as many.
    fn fill(&mut self, wanted: usize) -> io::Result<bool> {
        if self.to - self.at < wanted as u64 {
            return Ok(false);
        }
        let skipped = (self.at - self.buffered) as usize;
        if self.buffer.len() >= skipped + wanted {
            return Ok(true);
        }
        let left = usize::try_from(self.to - self.at).unwrap_or(usize::MAX);
        let mut buffer = BytesMut::zeroed(wanted.max(self.chunk).min(left));
        self.file.read(self.at, &mut buffer)?;
        (self.buffer, self.buffered) = (buffer, self.at);
        Ok(true)
    }

    fn current(&self) -> &[u8] {
        &self.buffer[(self.at - self.buffered) as usize..]
    }

    /// The header of the next batch, if the whole batch is there.
    fn peek(&mut self) -> io::Result<Option<BatchHead>> {
        if !self.fill(HEADER)? {
            return Ok(None);
        }
        let length = i32::from_be_bytes(self.current()[8..12].try_into().expect("four bytes"));
        let Some(bytes) = usize::try_from(length).ok().map(|length| length + LOG_OVERHEAD) else { return Ok(None) };
        let is_ours = self.current()[16] == MAGIC;
        if !is_ours || !(HEADER..BATCH_MAX).contains(&bytes) || self.to - self.at < bytes as u64 {
            return Ok(None);
        }
        let head = BatchHead::of(&Batch::stored(&self.current()[..HEADER]));
        Ok(Some(BatchHead { bytes, ..head }))
    }

    fn skip(&mut self, bytes: usize) {
        self.at += bytes as u64;
    }

    /// A part of the file that was passed: out of the buffer, or read again if it is not in there any more.
    fn piece(&mut self, from: u64, bytes: usize) -> io::Result<Bytes> {
        if let Some(start) = from.checked_sub(self.buffered).map(|start| start as usize)
            && start + bytes <= self.buffer.len()
        {
            let piece = start..start + bytes;
            // What holds a piece holds the whole buffer.
            return Ok(match bytes < self.buffer.len() / 2 {
                true => Bytes::copy_from_slice(&self.buffer[piece]),
                false => std::mem::take(&mut self.buffer).freeze().slice(piece),
            });
        }
        let mut buffer = BytesMut::zeroed(bytes);
        self.file.read(from, &mut buffer)?;
        Ok(buffer.freeze())
    }

    /// Returns the next batch, unchecked.
    pub(in crate::log) fn next(&mut self) -> io::Result<Option<Bytes>> {
        let Some(head) = self.peek()? else { return Ok(None) };
        self.fill(head.bytes)?;
        let bytes = Bytes::copy_from_slice(&self.current()[..head.bytes]);
        self.skip(head.bytes);
        Ok(Some(bytes))
    }

    /// Returns the next batch if its checksum is right.
    pub(in crate::log) fn next_checked(&mut self) -> io::Result<Option<Bytes>> {
        let before = self.at;
        let bytes = self.next()?;
        let sound = bytes.filter(|bytes| Batch::first(bytes).is_ok());
        if sound.is_none() {
            self.at = before;
        }
        Ok(sound)
    }
}
