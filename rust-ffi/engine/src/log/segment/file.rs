//! A segment in a file of Kafka's layout: `00000000000000000042.log`, with `.index` and `.timeindex` beside it once it
//! is closed. The page cache is the only cache.

use std::{
    io,
    sync::{Arc, Mutex},
};

use bytes::{Bytes, BytesMut};
use wire::batch::{Batch, HEADER, LOG_OVERHEAD};

use super::index::Index;
use crate::{
    store::{self, File, Files},
    waiters::lock,
};

/// Read at once when nothing says how much is wanted.
const CHUNK: usize = 256 << 10;
/// More than a batch may be, whatever a broken file says.
const BATCH_MAX: usize = i32::MAX as usize;

/// `.log`, `.index` and `.timeindex` of a segment.
pub(in crate::log) fn names_of(base_offset: i64) -> [String; 3] {
    ["log", "index", "timeindex"].map(|extension| format!("{base_offset:020}.{extension}"))
}

/// The first offset of a segment, from the name of its `.log`.
pub(in crate::log) fn parse_name(name: &str) -> Option<i64> {
    let digits = name.strip_suffix(".log")?;
    if digits.len() != 20 || !digits.bytes().all(|b| b.is_ascii_digit()) { None } else { digits.parse().ok() }
}

#[derive(Debug)]
pub(in crate::log) struct SegmentFile {
    pub(in crate::log) base_offset: i64,
    folder: String,
    files: Arc<dyn Files>,
    file: Arc<dyn File>,
    /// `None` until somebody asks, for a segment that was closed by an earlier run.
    index: Mutex<Option<Index>>,
}

impl SegmentFile {
    /// A new and empty one.
    pub(in crate::log) fn create(files: &Arc<dyn Files>, folder: &str, base_offset: i64) -> io::Result<SegmentFile> {
        let segment = SegmentFile::open(files, folder, base_offset)?;
        segment.file.truncate(0)?;
        *lock(&segment.index) = Some(Index::new());
        Ok(segment)
    }

    pub(in crate::log) fn open(files: &Arc<dyn Files>, folder: &str, base_offset: i64) -> io::Result<SegmentFile> {
        let [log, ..] = names_of(base_offset);
        Ok(SegmentFile {
            base_offset,
            folder: folder.to_owned(),
            files: files.clone(),
            file: files.open(&store::join(folder, &log))?,
            index: Mutex::new(None),
        })
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

    /// Writes one batch, given in pieces, behind the `len` bytes that are there.
    pub(in crate::log) fn append(&self, pieces: &[&[u8]], batch: &BatchHead, len: u64) -> io::Result<()> {
        // An index that was not read yet could not be added to.
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

    /// Writes the index files. To be called when nothing more is appended.
    pub(in crate::log) fn write_index(&self) -> io::Result<()> {
        let Some((offsets, times)) = lock(&self.index).as_mut().map(Index::encode) else { return Ok(()) };
        let [_, index, timeindex] = names_of(self.base_offset);
        store::put(&*self.files, &self.folder, &index, &offsets)?;
        store::put(&*self.files, &self.folder, &timeindex, &times)
    }

    /// The data is about to be another: an index of the old one would lead astray after a crash.
    pub(in crate::log) fn remove_index(&self) -> io::Result<()> {
        let [_, index, timeindex] = names_of(self.base_offset);
        let there = self.files.list(&self.folder)?;
        for name in [index, timeindex].iter().filter(|name| there.contains(name)) {
            self.files.remove(&store::join(&self.folder, name))?;
        }
        Ok(())
    }

    /// All three files go.
    pub(in crate::log) fn remove(&self) -> io::Result<()> {
        let [log, index, timeindex] = names_of(self.base_offset);
        let there = self.files.list(&self.folder)?;
        // The data last: a lone index is harmless, lone data would come back.
        for name in [index, timeindex, log] {
            if there.contains(&name) {
                self.files.remove(&store::join(&self.folder, &name))?;
            }
        }
        Ok(())
    }

    /// Whether it was closed in order.
    pub(in crate::log) fn has_index(&self) -> io::Result<bool> {
        let [_, index, timeindex] = names_of(self.base_offset);
        let there = self.files.list(&self.folder)?;
        Ok(there.contains(&index) && there.contains(&timeindex))
    }

    /// The index of a closed segment: read, or made from the data if it is not there or not sound.
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

    /// Goes through the data. Also gives the end of what is sound: a crash may have left half a batch.
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

    /// Goes through all of it, checks every batch, calls `see` with each, and cuts off what is not sound. Returns how
    /// much is left.
    pub(in crate::log) fn recover(&self, mut see: impl FnMut(&Batch<'_>)) -> io::Result<u64> {
        let len = self.len()?;
        let mut index = Index::new();
        let mut batches = self.batches(0, len);
        let mut next = self.base_offset;
        let mut sound = 0;
        while let Some(bytes) = batches.next_checked()? {
            let batch = Batch::stored(&bytes);
            if batch.base_offset() < next || batch.last_offset() < batch.base_offset() {
                break;
            }
            next = batch.last_offset() + 1;
            let head = BatchHead::of(&batch);
            index.add(self.relative(head.last_offset), sound, bytes.len() as u64, head.max_timestamp);
            sound = batches.position();
            see(&batch);
        }
        if sound < len {
            // For good: what is written from here on must not be followed by the rest of the old data one day.
            self.file.truncate(sound)?;
            self.file.sync()?;
        }
        *lock(&self.index) = Some(index);
        Ok(sound)
    }

    /// For a segment that was closed in order: the end is found from the last entry of the index on. Returns the offset
    /// after its last record, and the largest timestamp; `None` if index and data do not belong together, or the data
    /// does not end with a batch.
    pub(in crate::log) fn end(&self, len: u64) -> io::Result<Option<(i64, i64)>> {
        let (last, mut max_timestamp) = self.with_index(len, |index| (index.last(), index.max_timestamp()))?;
        let (indexed, from) = last.map_or((None, 0), |(offset, position)| (Some(offset), position));
        let (mut end, mut batches) = (self.base_offset, self.batches(from, len));
        while let Some(bytes) = batches.next_checked()? {
            let batch = Batch::stored(&bytes);
            let first = end == self.base_offset;
            if first && indexed.is_some_and(|indexed| indexed != self.relative(batch.last_offset())) {
                return Ok(None);
            }
            if batch.base_offset() < end || batch.last_offset() < batch.base_offset() {
                return Ok(None);
            }
            end = batch.last_offset() + 1;
            max_timestamp = max_timestamp.max(batch.max_timestamp());
        }
        Ok(Some((end, max_timestamp)).filter(|_| batches.position() == len))
    }

    /// Of the first batch; -1 if there is none, or it has none.
    pub(in crate::log) fn first_timestamp(&self, len: u64) -> io::Result<i64> {
        let mut batches = self.batches(0, len);
        batches.chunk = HEADER;
        Ok(batches.peek()?.map_or(-1, |head| head.max_timestamp))
    }

    /// The batches between two places in the file; `from` is where one begins.
    pub(in crate::log) fn batches(&self, from: u64, to: u64) -> Batches {
        Batches { file: self.file.clone(), at: from, to, buffer: BytesMut::new(), buffered: from, chunk: CHUNK }
    }

    /// The batches from the one that holds the first record not older than `timestamp` on, or from a little before.
    pub(in crate::log) fn batches_since(&self, timestamp: i64, len: u64) -> io::Result<Batches> {
        let from = self.with_index(len, |index| index.position_since(timestamp))?;
        Ok(self.batches(from, len))
    }

    /// Whole batches from the one that holds `offset` on, as one piece. The first whatever its size if `at_least_one`;
    /// an empty piece if it does not fit, and `None` if nothing from `offset` on is here.
    pub(in crate::log) fn read(
        &self,
        offset: i64,
        bytes_max: usize,
        at_least_one: bool,
        len: u64,
    ) -> io::Result<Option<Bytes>> {
        let mut at = self.with_index(len, |index| index.position(self.relative(offset.max(self.base_offset))))?;
        // From the last entry of the index to the batch: a few kilobytes of headers.
        let mut batches = self.batches(at, len);
        batches.chunk = bytes_max.clamp(16 << 10, 1 << 20) + 2 * super::index::INTERVAL as usize;
        loop {
            let Some(head) = batches.peek()? else {
                // Not the end, but no batch: the index leads astray, or the data was changed.
                let broken = batches.position() < len;
                return if broken { Err(io::ErrorKind::InvalidData.into()) } else { Ok(None) };
            };
            if head.last_offset >= offset {
                break;
            }
            batches.skip(head.bytes);
            at = batches.position();
        }
        let mut bytes = 0;
        while let Some(head) = batches.peek()? {
            if bytes + head.bytes > bytes_max && !(at_least_one && bytes == 0) {
                break;
            }
            bytes += head.bytes;
            batches.skip(head.bytes);
        }
        if bytes == 0 {
            return Ok(Some(Bytes::new()));
        }
        batches.piece(at, bytes).map(Some)
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
        if !(HEADER..BATCH_MAX).contains(&bytes) || self.to - self.at < bytes as u64 {
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
            let mut buffer = std::mem::take(&mut self.buffer).freeze();
            buffer = buffer.slice(start..start + bytes);
            return Ok(buffer);
        }
        let mut buffer = BytesMut::zeroed(bytes);
        self.file.read(from, &mut buffer)?;
        Ok(buffer.freeze())
    }

    /// The next batch as it is, unchecked.
    pub(in crate::log) fn next(&mut self) -> io::Result<Option<Bytes>> {
        let Some(head) = self.peek()? else { return Ok(None) };
        self.fill(head.bytes)?;
        let bytes = Bytes::copy_from_slice(&self.current()[..head.bytes]);
        self.skip(head.bytes);
        Ok(Some(bytes))
    }

    /// The next batch, if its checksum is right.
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
