//! An open data folder: its partitions, its metadata log, its unsynced partitions and its deleted directories.

use crate::sync::{Lock, Shutdown, lock, rank};
use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::Waker,
};

use wire::Uuid;

use super::{MetadataLog, TopicRecord, checkpoint, deleted_dirs, metadata_log};
use crate::{
    bugs::{self, Bug},
    clock::{Instant, Now},
    configs::TopicConfig,
    log::{CleanerCheckpoint, LogDir, Partition, RecoveryMode},
    maintenance::Job,
    settings::Settings,
    store::{self, Fsync, Store},
    timer_event::TimerEvent,
    timers::{CancelTimer, TimerKey, Timers},
};

const CLEANER_CHECKPOINT: &str = "cleaner-offset-checkpoint";
/// Time from an append to its sync with `fsync=interval`, and so the loss of a power cut.
const FSYNC_INTERVAL_MS: i64 = 1_000;

#[derive(Debug)]
pub(crate) struct DataDir {
    pub(crate) store: Store,
    pub(crate) metadata: MetadataLog,
    /// The file system does not distinguish upper and lower case.
    pub(crate) ignores_case: bool,
    unsynced: Lock<{ rank::LISTS }, UnsyncedPartitions>,
    timers: Arc<Timers<TimerEvent>>,
    /// Log start offsets by directory, as in the checkpoint file.
    log_starts: Lock<{ rank::CHECKPOINT }, BTreeMap<String, i64>>,
    cleaner_checkpoint: Arc<CleanerCheckpoint>,
    /// A directory was removed and the removal is not synced: a power cut could bring it back under the name of a new
    /// topic.
    has_removed: AtomicBool,
    deleted_dirs: Lock<{ rank::LISTS }, DeletedDirs>,
    pub(crate) shutdown: Shutdown,
}

/// Directories of deleted topics that are not removed yet.
#[derive(Debug, Default)]
struct DeletedDirs {
    folders: BTreeSet<String>,
    waker: Option<Waker>,
}

/// Partitions with batches that are not synced yet.
#[derive(Debug, Default)]
struct UnsyncedPartitions {
    partitions: Vec<Arc<Partition>>,
    flusher: Option<Waker>,
    /// [`DataDir::flush`] has to run.
    is_flush_due: bool,
    /// The deadline of the next flush.
    flush_timer: Option<(Instant, TimerKey)>,
}

/// The contents of an opened data folder.
pub(crate) struct OpenedDataDir {
    pub(crate) data_dir: DataDir,
    pub(crate) topics: BTreeMap<String, TopicRecord>,
    pub(crate) configs: BTreeMap<String, BTreeMap<String, String>>,
    /// The next unused producer id.
    pub(crate) producer_id: i64,
    pub(crate) how: RecoveryState,
    /// Notices for the operator: what recovery discarded.
    pub(crate) notices: Vec<String>,
}

/// How the partitions are opened.
pub(crate) struct RecoveryState {
    pub(crate) clean: bool,
    log_starts: BTreeMap<String, i64>,
    /// There is a checkpoint of the cleaner.
    knows_gaps: bool,
    now: Now,
}

/// Returns the directory name of a partition.
fn folder_of(topic: &str, index: i32) -> String {
    format!("{topic}-{index}")
}

/// Adds the directory and a remedy to an error.
pub(crate) fn in_folder(folder: &str, error: io::Error) -> io::Error {
    let remedy = match error.kind() {
        io::ErrorKind::PermissionDenied => "Check its owner and rights.",
        io::ErrorKind::StorageFull => "Make room on its disk.",
        // The message has its own remedy.
        io::ErrorKind::InvalidInput => return io::Error::new(error.kind(), format!("{folder}: {error}")),
        _ => "Restore it from a backup, or use another folder.",
    };
    io::Error::new(error.kind(), format!("{folder}: {error}. {remedy}"))
}

impl DataDir {
    /// Opens a data folder. On an error, which is a sentence for the operator, nothing was changed.
    pub(crate) fn open(
        store: Store,
        settings: &Settings,
        timers: Arc<Timers<TimerEvent>>,
        shutdown: Shutdown,
        now: Now,
    ) -> Result<OpenedDataDir, String> {
        let files = store.files.clone();
        checkpoint::check(&*files, settings)?;
        let failed = |e: io::Error| format!("the data folder cannot be opened: {e}");
        let clean = checkpoint::was_clean(&*files).map_err(failed)?;
        let log_starts = checkpoint::log_starts(&*files).map_err(failed)?;
        let cleaned = checkpoint::read_offsets(&*files, CLEANER_CHECKPOINT).map_err(failed)?;
        let how = RecoveryState { clean, log_starts, knows_gaps: cleaned.is_some(), now };
        let persisted = files.clone();
        let persist = move |offsets: &_| checkpoint::write_offsets(&*persisted, CLEANER_CHECKPOINT, offsets);
        let cleaner_checkpoint = CleanerCheckpoint::new(cleaned.unwrap_or_default(), Box::new(persist));
        checkpoint::claim(&*files, settings).map_err(failed)?;
        let found =
            MetadataLog::open(&store, &shutdown, clean, now).map_err(|e| failed(in_folder(metadata_log::FOLDER, e)))?;
        checkpoint::mark_in_use(&*files).map_err(failed)?;
        if !clean && store.fsync != Fsync::Never {
            // Syncs directory names that a killed broker had not synced.
            files.sync_folder("").map_err(failed)?;
        }
        let ignores_case = checkpoint::ignores_case(&*files).map_err(failed)?;
        let log_starts = Lock::new(how.log_starts.clone());
        let data_dir = DataDir {
            store,
            metadata: found.metadata,
            ignores_case,
            unsynced: Lock::default(),
            timers,
            log_starts,
            cleaner_checkpoint: Arc::new(cleaner_checkpoint),
            has_removed: AtomicBool::new(false),
            deleted_dirs: Lock::new(DeletedDirs { folders: found.deleted_dirs, waker: None }),
            shutdown,
        };
        Ok(OpenedDataDir {
            data_dir,
            topics: found.topics,
            configs: found.configs,
            producer_id: found.producer_id,
            how,
            notices: found.notices,
        })
    }

    /// Opens a partition of an earlier run.
    pub(crate) fn reopen(
        &self,
        topic: &str,
        index: i32,
        how: &RecoveryState,
    ) -> io::Result<(Partition, Option<String>)> {
        let folder = folder_of(topic, index);
        let log_start = how.log_starts.get(&folder).copied().unwrap_or(0);
        let compacted_until = if how.knows_gaps { self.cleaner_checkpoint.compacted_until(&folder) } else { i64::MAX };
        let how = RecoveryMode { clean: how.clean, log_start, is_new: false, compacted_until, now: how.now };
        let (partition, notice) =
            Partition::open(index, self.log_dir(folder.clone()), how).map_err(|e| in_folder(&folder, e))?;
        Ok((partition.stopped_by(&self.shutdown), notice))
    }

    fn log_dir(&self, folder: String) -> LogDir {
        LogDir::new(&self.store, folder).with_cleaner_checkpoint(self.cleaner_checkpoint.clone())
    }

    /// Begins the checkpoint in a folder of an earlier version, whose logs may have gaps of compaction anywhere up to
    /// their ends.
    pub(crate) fn begin_cleaner_checkpoint(
        &self,
        how: &RecoveryState,
        partitions: &[(String, Arc<Partition>)],
    ) -> io::Result<()> {
        if how.knows_gaps {
            return Ok(());
        }
        let end =
            |(topic, partition): &(String, Arc<Partition>)| (folder_of(topic, partition.index), partition.range().1);
        self.cleaner_checkpoint.replace(partitions.iter().map(end).collect())
    }

    /// Creates an empty partition.
    pub(crate) fn create(&self, topic: &str, id: Uuid, index: i32) -> io::Result<Partition> {
        let folder = folder_of(topic, index);
        assert!(folder != metadata_log::FOLDER, "no topic has the name of the metadata log");
        // After a failed sync of the metadata log, a deleted topic may be found again by the next start.
        self.metadata.is_writable()?;
        self.shutdown.check_work()?;
        self.forget_log_start(&folder)?;
        self.cleaner_checkpoint.forget(&folder)?;
        if !self.store.files.list(&folder)?.is_empty() {
            // Left by an interrupted deletion.
            self.store.files.remove(&folder)?;
            self.note_removal();
        }
        self.sync_removed()?;
        let dir = self.log_dir(folder.clone());
        let how =
            RecoveryMode { clean: true, log_start: 0, is_new: true, compacted_until: i64::MAX, now: Now::default() };
        let partition = Partition::open(index, dir, how)?.0;
        checkpoint::write_partition_metadata(&*self.store.files, &folder, id)?;
        Ok(partition.stopped_by(&self.shutdown))
    }

    /// Renames the directory of a deleted partition, so that a new topic may use the name, and leaves the removal to
    /// [`DataDir::remove_deleted_dirs`].
    pub(crate) fn delete_partition(&self, topic: &str, id: Uuid, index: i32) {
        let (folder, new) = (folder_of(topic, index), deleted_dirs::name(topic, index, id));
        match self.store.files.rename(&folder, &new) {
            Ok(()) => {
                let mut deleted_dirs = lock(&self.deleted_dirs);
                deleted_dirs.folders.insert(new);
                let waker = deleted_dirs.waker.take();
                drop(deleted_dirs);
                waker.into_iter().for_each(Waker::wake);
            }
            // A directory that cannot be removed is removed when a topic of that name is created.
            Err(_) => drop(self.store.files.remove(&folder)),
        }
        self.note_removal();
    }

    /// Returns whether [`DataDir::remove_deleted_dirs`] has anything to remove; otherwise `waker` is woken once it has.
    pub(crate) fn poll_deleted_dirs(&self, waker: &Waker) -> bool {
        let mut deleted_dirs = lock(&self.deleted_dirs);
        deleted_dirs.waker = Some(waker.clone());
        !deleted_dirs.folders.is_empty()
    }

    /// Removes the directories of deleted partitions, of this run and earlier ones, until the broker stops.
    pub(crate) fn remove_deleted_dirs(&self) {
        let all = lock(&self.deleted_dirs).folders.clone();
        for folder in all.iter().take_while(|_| !self.shutdown.stops_work()) {
            // Tried again later.
            if store::remove(&*self.store.files, folder).is_ok() {
                lock(&self.deleted_dirs).folders.remove(folder);
            }
        }
    }

    /// Notes that a directory was removed or renamed.
    fn note_removal(&self) {
        self.has_removed.store(true, Ordering::SeqCst);
    }

    fn sync_removed(&self) -> io::Result<()> {
        if self.store.fsync == Fsync::Never || !self.has_removed.swap(false, Ordering::SeqCst) {
            return Ok(());
        }
        self.store.files.sync_folder("").inspect_err(|_| self.note_removal())
    }

    /// Removes the log start offset of a deleted topic of that name: a start would apply it to the new one.
    fn forget_log_start(&self, folder: &str) -> io::Result<()> {
        let mut written = lock(&self.log_starts);
        if !written.contains_key(folder) {
            return Ok(());
        }
        let mut left = written.clone();
        left.remove(folder);
        checkpoint::write_log_starts(&*self.store.files, &left)?;
        *written = left;
        Ok(())
    }

    /// Notes an append. Returns whether it has to be synced before it is acknowledged.
    pub(crate) fn appended(&self, partition: &Arc<Partition>, config: &TopicConfig, now: Now) -> bool {
        if self.store.fsync == Fsync::Never {
            return false;
        }
        if partition.becomes_dirty() {
            lock(&self.unsynced).partitions.push(partition.clone());
            match self.store.fsync {
                Fsync::Always => self.make_flush_due(),
                _ => self.flush_until(now.instant.after_ms(FSYNC_INTERVAL_MS)),
            }
        }
        match self.store.fsync {
            Fsync::Always => !bugs::planted(Bug::AcknowledgedBeforeSync),
            _ => self.flush_by_config(partition, config, now),
        }
    }

    /// `flush.messages` and `flush.ms`. As in Kafka, the record that completes the number waits for the sync.
    /// Kafka: `UnifiedLog.append`, `LogManager.flushDirtyLogs`.
    fn flush_by_config(&self, partition: &Partition, config: &TopicConfig, now: Now) -> bool {
        let is_full = config.flush_messages != i64::MAX && partition.unsynced() >= config.flush_messages;
        if is_full {
            self.make_flush_due();
        } else if config.flush_ms != i64::MAX {
            self.flush_until(now.instant.after_ms(config.flush_ms));
        }
        is_full
    }

    /// Sets the deadline of the flush, unless it is earlier already.
    fn flush_until(&self, at: Instant) {
        let mut unsynced = lock(&self.unsynced);
        match unsynced.flush_timer {
            Some((earlier, _)) if earlier <= at => return,
            Some((_, key)) => self.timers.cancel(key),
            None => {}
        }
        unsynced.flush_timer = Some((at, self.timers.set(at, Job::IntervalFsync.into())));
    }

    /// Wakes the flusher.
    pub(crate) fn make_flush_due(&self) {
        let mut unsynced = lock(&self.unsynced);
        unsynced.is_flush_due = true;
        let flusher = unsynced.flusher.take();
        drop(unsynced);
        flusher.into_iter().for_each(Waker::wake);
    }

    /// Returns whether [`DataDir::flush`] has to run; otherwise `waker` is woken when it has.
    pub(crate) fn poll_flush(&self, waker: &Waker) -> bool {
        let mut unsynced = lock(&self.unsynced);
        unsynced.flusher = Some(waker.clone());
        unsynced.is_flush_due
    }

    /// Syncs the unsynced partitions; one sync serves all appends before it.
    pub(crate) fn flush(&self) {
        let partitions = {
            let mut unsynced = lock(&self.unsynced);
            unsynced.is_flush_due = false;
            if let Some((_, key)) = unsynced.flush_timer.take() {
                self.timers.cancel(key);
            }
            std::mem::take(&mut unsynced.partitions)
        };
        partitions.iter().for_each(|partition| partition.sync());
    }

    /// Writes the log start offsets.
    pub(crate) fn checkpoint(&self, partitions: &[(String, Arc<Partition>)]) -> io::Result<()> {
        let start =
            |(topic, partition): &(String, Arc<Partition>)| (folder_of(topic, partition.index), partition.range().0);
        // Held from here on: creating a topic removes the old entry of its name.
        let mut written = lock(&self.log_starts);
        let there = partitions.iter().filter(|(_, partition)| !partition.is_closed());
        let mut starts: BTreeMap<String, i64> = there.map(start).filter(|(_, offset)| *offset > 0).collect();
        if self.metadata.is_writable().is_err() {
            // The next start may find a topic again whose deletion could not be synced.
            let before = written.iter().map(|(folder, offset)| (folder.clone(), *offset));
            starts = before.chain(starts).collect();
        }
        checkpoint::write_log_starts(&*self.store.files, &starts)?;
        *written = starts;
        Ok(())
    }

    /// Closes all logs and marks the folder clean: the next start reads no data.
    pub(crate) fn close(&self, partitions: &[(String, Arc<Partition>)]) -> io::Result<()> {
        partitions.iter().try_for_each(|(_, partition)| partition.close_clean())?;
        self.metadata.close()?;
        self.checkpoint(partitions)?;
        checkpoint::mark_clean(&*self.store.files)
    }
}
