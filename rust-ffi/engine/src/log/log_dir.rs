//! Where a partition's files are, in Kafka's layout: `<topic>-<partition>/00000000000000000000.log`, the indexes of
//! closed segments, and a snapshot of the producers beside each segment that was begun.

use std::{
    collections::BTreeSet,
    io,
    sync::{Arc, Mutex},
};

use super::{producers::Producers, segment::SegmentFile};
use crate::{
    store::{self, Files, Fsync, Store},
    waiters::lock,
};

#[derive(Clone, Debug)]
pub(crate) struct LogDir {
    store: Store,
    folder: String,
    /// A file was made whose name a power cut could take. The next sync sees to it: a topic of many partitions would
    /// wait long if each of its files did. Held while it does: who comes meanwhile has to wait for it.
    has_new_names: Arc<Mutex<bool>>,
    /// The offsets of the snapshots that there are; `None` until somebody has looked. There may be very many files
    /// beside them.
    snapshots: Arc<Mutex<Option<BTreeSet<i64>>>>,
}

/// The producers' state up to an offset. Kafka: `ProducerStateManager`'s snapshot files.
pub(super) fn snapshot_name(offset: i64) -> String {
    format!("{offset:020}.snapshot")
}

/// The offset.
pub(super) fn parse_snapshot_name(name: &str) -> Option<i64> {
    let offset = name.strip_suffix(".snapshot")?.parse().ok()?;
    (snapshot_name(offset) == name).then_some(offset)
}

impl LogDir {
    pub(crate) fn new(store: &Store, folder: String) -> LogDir {
        LogDir { store: store.clone(), folder, has_new_names: Arc::default(), snapshots: Arc::default() }
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

    /// Takes back what a failed [`LogDir::create_segment`] may have left: it would be found as the last segment.
    pub(super) fn forget_segment(&self, base_offset: i64) -> io::Result<()> {
        SegmentFile::open(&self.store.files, &self.folder, base_offset)?.remove()
    }

    /// Before a segment is closed.
    pub(super) fn sync_segment(&self, segment: Option<&Arc<SegmentFile>>) -> io::Result<()> {
        match segment {
            Some(segment) if self.store.fsync != Fsync::Never => segment.sync(),
            _ => Ok(()),
        }
    }

    /// Names that are new survive a power cut after this.
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

    /// Nothing more is appended to a segment, which is synced. Its index is what says so after a crash.
    pub(super) fn close_segment(
        &self,
        segment: Option<&Arc<SegmentFile>>,
        end: i64,
        producers: &Producers,
    ) -> io::Result<()> {
        let Some(segment) = segment else { return Ok(()) };
        self.write_snapshot(segment.base_offset, end, producers)?;
        segment.write_index()
    }

    /// Of the producers at the `end` of the segment that begins at `base`.
    fn write_snapshot(&self, base: i64, end: i64, producers: &Producers) -> io::Result<()> {
        let name = snapshot_name(end);
        // Retention and compaction take away what it was made from: a power cut must not have it then.
        let has_to_last = !producers.is_empty() && self.store.fsync != Fsync::Never;
        let write = if has_to_last { store::replace } else { store::put };
        write(&*self.store.files, &self.folder, &name, &producers.encode(end))?;
        let mut found = lock(&self.snapshots);
        // After an error somebody looks again.
        let mut there = match found.take() {
            Some(there) => there,
            None => self.store.files.list(&self.folder)?.iter().filter_map(|name| parse_snapshot_name(name)).collect(),
        };
        there.insert(end);
        // The one before it is of use until the next segment, or the stop, is whole.
        while let Some(older) = there.first().copied().filter(|offset| *offset < base) {
            store::remove(&*self.store.files, &store::join(&self.folder, &snapshot_name(older)))?;
            there.pop_first();
        }
        *found = Some(there);
        Ok(())
    }
}
