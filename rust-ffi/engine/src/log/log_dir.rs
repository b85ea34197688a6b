//! The directory of one partition, in Kafka's layout: `<topic>-<partition>/00000000000000000000.log`, the indexes of
//! closed segments, and a snapshot of the producers beside each segment.

use crate::sync::{Lock, lock, rank};
use std::{collections::BTreeSet, io, sync::Arc};

use super::{
    aborted::{AbortedIndex, AbortedTransaction},
    cleaner_checkpoint::CleanerCheckpoint,
    producers::Producers,
    segment::{SegmentFile, aborted_name},
};
use crate::store::{self, Files, Fsync, Store};

#[derive(Clone, Debug)]
pub(crate) struct LogDir {
    store: Store,
    folder: String,
    /// Files were created whose names a power cut could take. The next sync also syncs the directory: syncing at each
    /// creation would make a topic with many partitions slow to create. Held during that sync, so that a concurrent one
    /// waits for it.
    has_new_names: Arc<Lock<{ rank::LOG_FILES }, bool>>,
    /// The offsets of the producer snapshots; `None` until the directory was listed. It may hold very many other files.
    snapshots: Arc<Lock<{ rank::LOG_FILES }, Option<BTreeSet<i64>>>>,
    /// `None` if gaps of this log do not matter.
    cleaner_checkpoint: Option<Arc<CleanerCheckpoint>>,
}

/// Returns the file name of the producer snapshot at an offset. Kafka: `ProducerStateManager`.
pub(super) fn snapshot_name(offset: i64) -> String {
    format!("{offset:020}.snapshot")
}

/// Returns the offset in the file name of a snapshot.
pub(super) fn parse_snapshot_name(name: &str) -> Option<i64> {
    let offset = name.strip_suffix(".snapshot")?.parse().ok()?;
    (snapshot_name(offset) == name).then_some(offset)
}

impl LogDir {
    pub(crate) fn new(store: &Store, folder: String) -> LogDir {
        LogDir {
            store: store.clone(),
            folder,
            has_new_names: Arc::default(),
            snapshots: Arc::default(),
            cleaner_checkpoint: None,
        }
    }

    pub(crate) fn with_cleaner_checkpoint(self, checkpoint: Arc<CleanerCheckpoint>) -> LogDir {
        LogDir { cleaner_checkpoint: Some(checkpoint), ..self }
    }

    /// To be called before compaction replaces or removes segments up to `offset`.
    pub(super) fn note_compaction(&self, offset: i64) -> io::Result<()> {
        match &self.cleaner_checkpoint {
            Some(checkpoint) => checkpoint.advance(&self.folder, offset),
            None => Ok(()),
        }
    }

    pub(super) fn files(&self) -> &Arc<dyn Files> {
        &self.store.files
    }

    pub(super) fn folder(&self) -> &str {
        &self.folder
    }

    pub(super) fn fsync(&self) -> Fsync {
        self.store.fsync
    }

    pub(super) fn create_segment(&self, base_offset: i64) -> io::Result<SegmentFile> {
        let segment = SegmentFile::create(&self.store.files, &self.folder, base_offset)?;
        self.note_new_names();
        Ok(segment)
    }

    pub(super) fn note_new_names(&self) {
        *lock(&self.has_new_names) = true;
    }

    /// Removes what a failed [`LogDir::create_segment`] may have left: a start would take it for the last segment.
    pub(super) fn forget_segment(&self, base_offset: i64) -> io::Result<()> {
        SegmentFile::open(&self.store.files, &self.folder, base_offset)?.remove()
    }

    /// Syncs a segment that is about to be closed.
    pub(super) fn sync_segment(&self, segment: Option<&Arc<SegmentFile>>) -> io::Result<()> {
        match segment {
            Some(segment) if self.store.fsync != Fsync::Never => segment.sync(),
            _ => Ok(()),
        }
    }

    /// Syncs the names of created files.
    pub(super) fn sync_names(&self) -> io::Result<()> {
        let mut has_new_names = lock(&self.has_new_names);
        if *has_new_names {
            self.store.files.sync_folder(&self.folder)?;
            self.store.files.sync_folder("")?;
            *has_new_names = false;
        }
        Ok(())
    }

    pub(super) fn open_segment(&self, base_offset: i64) -> io::Result<SegmentFile> {
        SegmentFile::open(&self.store.files, &self.folder, base_offset)
    }

    /// Writes snapshot and index of a segment that is full and synced. After a crash, the index tells that it was
    /// closed.
    pub(super) fn close_segment(
        &self,
        segment: Option<&Arc<SegmentFile>>,
        end: i64,
        producers: &Producers,
        aborted: &AbortedIndex,
    ) -> io::Result<()> {
        let Some(segment) = segment else { return Ok(()) };
        self.write_snapshot(segment.base_offset, end, producers)?;
        // Before the index, which tells that the segment was closed.
        self.write_aborted(segment.base_offset, aborted.encode(segment.base_offset..end))?;
        segment.write_index()
    }

    /// Writes the index of aborted transactions of a segment, or removes an earlier one.
    pub(super) fn write_aborted(&self, base_offset: i64, index: Option<Vec<u8>>) -> io::Result<()> {
        let name = aborted_name(base_offset);
        match index {
            Some(bytes) => {
                let write = if self.store.fsync == Fsync::Never { store::put } else { store::replace };
                write(&*self.store.files, &self.folder, &name, &bytes)
            }
            None => store::remove(&*self.store.files, &store::join(&self.folder, &name)),
        }
    }

    /// Reads the index of aborted transactions of a segment. An empty one if there is no file, `None` if it is damaged.
    pub(super) fn read_aborted(&self, segment: std::ops::Range<i64>) -> io::Result<Option<Vec<AbortedTransaction>>> {
        let found = store::read(&*self.store.files, &self.folder, &aborted_name(segment.start))?;
        Ok(found.map_or(Some(Vec::new()), |bytes| AbortedIndex::decode(&bytes, segment)))
    }

    /// Writes the snapshot of the producers at the `end` of the segment that begins at `base`.
    fn write_snapshot(&self, base: i64, end: i64, producers: &Producers) -> io::Result<()> {
        let name = snapshot_name(end);
        // Retention and compaction remove the batches that it was made from, so it has to survive a power cut.
        let has_to_last = !producers.is_empty() && self.store.fsync != Fsync::Never;
        let write = if has_to_last { store::replace } else { store::put };
        write(&*self.store.files, &self.folder, &name, &producers.encode(end))?;
        let mut found = lock(&self.snapshots);
        // After an error the directory is listed again.
        let mut there = match found.take() {
            Some(there) => there,
            None => self.store.files.list(&self.folder)?.iter().filter_map(|name| parse_snapshot_name(name)).collect(),
        };
        there.insert(end);
        // The previous snapshot is needed until the next segment, or the stop, is complete.
        while let Some(older) = there.first().copied().filter(|offset| *offset < base) {
            store::remove(&*self.store.files, &store::join(&self.folder, &snapshot_name(older)))?;
            there.pop_first();
        }
        *found = Some(there);
        Ok(())
    }
}
