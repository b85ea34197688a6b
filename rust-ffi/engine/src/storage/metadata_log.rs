//! The metadata log: topics with their ids and configs, configs of the broker, producer ids. Each is a record of a
//! compacted log; the latest value of a key counts. Keys are text; values use Kafka's types in a format of our own,
//! which begins with its version.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use crate::sync::{Lock, Shutdown, lock, rank};
use wire::{
    Uuid,
    batch::{self, Batch},
    codec::{DecodeError, EncodeError, Reader, Writer},
    record::Records,
};

use super::{
    deleted_dirs,
    strays::{self, parse_folder},
};
use crate::{
    clock::Now,
    configs::TopicConfig,
    log::{Damage, LogDir, Partition, RecoveryMode, survey},
    store::{Fsync, Store},
    topic_names,
};

pub(super) const FOLDER: &str = "__cluster_metadata-0";
const TOPIC: &str = "topic/";
const CONFIGS: &str = "configs/";
const PRODUCER_IDS: &str = "producer-ids";
const VERSION: i16 = 0;
/// Producer ids are allocated in blocks, as by Kafka: one write for this many.
const PRODUCER_ID_BLOCK: i64 = 1_000;

/// Partition directories that may be missing after a power cut: their names are synced after the topic is persisted.
const MISSING_MAX: usize = 20_000;

type Props = BTreeMap<String, String>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TopicRecord {
    pub id: Uuid,
    pub partitions: i32,
    pub configs: Props,
}

#[derive(Debug)]
pub(crate) struct MetadataLog {
    log: Partition,
    /// Held during a write: each writer has to know that its own record is synced.
    writing: Lock<{ rank::METADATA }, ()>,
    config: TopicConfig,
    fsync: Fsync,
}

pub(super) struct LoadedMetadata {
    pub metadata: MetadataLog,
    pub topics: BTreeMap<String, TopicRecord>,
    pub configs: BTreeMap<String, Props>,
    pub producer_id: i64,
    /// Directories of deleted topics.
    pub deleted_dirs: BTreeSet<String>,
    pub notices: Vec<String>,
}

impl MetadataLog {
    pub(super) fn open(store: &Store, shutdown: &Shutdown, clean: bool, now: Now) -> io::Result<LoadedMetadata> {
        let state = read(store, clean)?;
        let how = RecoveryMode { clean, log_start: 0, is_new: true, compacted_until: i64::MAX, now };
        let (log, notice) = Partition::open(0, LogDir::new(store, FOLDER.to_owned()), how)?;
        let config = TopicConfig {
            compact: true,
            delete: false,
            segment_bytes: 1 << 20,
            segment_ms: i64::MAX,
            max_message_bytes: i64::MAX,
            ..TopicConfig::default()
        };
        let metadata =
            MetadataLog { log: log.stopped_by(shutdown), writing: Lock::new(()), config, fsync: store.fsync };
        let MetadataImage { topics, configs, producer_id, strays, folders, deleted } = state;
        let deleted_dirs = deleted_dirs::find(store, &folders, |topic| deleted.get(topic).copied().flatten())?;
        let aside = strays::set_aside(store, &strays, folders)?;
        let notices = notice.into_iter().chain(aside).collect();
        Ok(LoadedMetadata { metadata, topics, configs, producer_id, deleted_dirs, notices })
    }

    /// Writes a record; a failed sync is an error too. See [`MetadataLog::write`].
    fn put(&self, key: &str, value: Option<&[u8]>) -> io::Result<()> {
        self.write(key, value)?
    }

    /// Writes a record. An error means that nothing is written; an inner error that a power cut may take it.
    fn write(&self, key: &str, value: Option<&[u8]>) -> io::Result<io::Result<()>> {
        let _one_at_a_time = lock(&self.writing);
        let bytes = batch::build(&[(Some(key.as_bytes()), value)], -1);
        let appended = self.log.append(&bytes, &self.config, Now::default());
        let end = appended.map_err(|e| io::Error::other(e.to_string()))?.end;
        if self.fsync == Fsync::Never {
            return Ok(Ok(()));
        }
        // An acknowledged topic survives a power cut. Writes are few, so each syncs by itself.
        self.log.sync();
        Ok(match self.log.is_synced(end) {
            Ok(true) => Ok(()),
            _ => Err(io::Error::other("the metadata log cannot be synced")),
        })
    }

    pub(crate) fn put_topic(&self, name: &str, record: &TopicRecord) -> io::Result<()> {
        self.put(&format!("{TOPIC}{name}"), Some(&encode_topic(record)?))
    }

    /// See [`MetadataLog::write`].
    pub(crate) fn delete_topic(&self, name: &str) -> io::Result<io::Result<()>> {
        self.write(&format!("{TOPIC}{name}"), None)
    }

    /// Writes the configs of a resource other than a topic, by type and name.
    pub(crate) fn put_configs(&self, resource: &str, configs: &Props) -> io::Result<()> {
        let mut writer = Writer::new();
        writer.i16(VERSION);
        write_props(&mut writer, configs).map_err(io::Error::other)?;
        let bytes = writer.into_parts().concat();
        self.put(&format!("{CONFIGS}{resource}"), Some(&bytes).filter(|_| !configs.is_empty()).map(Vec::as_slice))
    }

    /// Allocates a block of producer ids and returns its end.
    pub(crate) fn take_producer_ids(&self, from: i64) -> io::Result<i64> {
        let until = from + PRODUCER_ID_BLOCK;
        self.put(PRODUCER_IDS, Some(&until.to_be_bytes()))?;
        Ok(until)
    }

    /// Returns an error after a failed sync: the next start may find the records since the last sync or not, and the
    /// log takes no more writes.
    pub(crate) fn is_writable(&self) -> io::Result<()> {
        match self.log.is_synced(i64::MAX) {
            Ok(_) => Ok(()),
            Err(_) => Err(io::Error::other("the metadata log cannot be synced")),
        }
    }

    /// Returns the number of records ever written: 0 in a new folder.
    pub(crate) fn end(&self) -> i64 {
        self.log.range().1
    }

    pub(crate) fn run_maintenance(&self, now: Now) {
        self.log.run_maintenance(&self.config, i64::MAX, now);
    }

    pub(super) fn close(&self) -> io::Result<()> {
        self.log.close_clean()
    }
}

/// The state that the metadata log describes.
#[derive(Debug, Default)]
struct MetadataImage {
    topics: BTreeMap<String, TopicRecord>,
    configs: BTreeMap<String, Props>,
    producer_id: i64,
    /// Deleted topics with their last ids, as far as known: files of their partitions may be left.
    deleted: BTreeMap<String, Option<Uuid>>,
    /// Entries of the data folder.
    folders: Vec<String>,
    /// Partitions among them that have records and no topic.
    strays: Vec<String>,
}

/// Reads the whole log before anything is changed. Refuses a log with unknown or lost records.
fn read(store: &Store, clean: bool) -> io::Result<MetadataImage> {
    let broken = |why: String| io::Error::new(io::ErrorKind::InvalidData, why);
    let (mut state, mut problem) = (MetadataImage::default(), None);
    let damage = survey(&LogDir::new(store, FOLDER.to_owned()), |batch| {
        let applied = pairs(batch).and_then(|pairs| pairs.iter().try_for_each(|(k, v)| state.apply(k, v.as_deref())));
        problem = problem.take().or(applied.err());
    })?;
    if let Some(why) = problem {
        return Err(broken(why));
    }
    let folders = store.files.list("")?;
    let known = |topic: &str, index: i32| state.knows(topic, index);
    state.strays = strays::find(store, &folders, known, damage.is_some())?;
    if let Some(damage) = damage
        && let Some(why) = state.loses(&damage, store.fsync, clean)
    {
        return Err(broken(format!("{} is damaged at byte {}, and {why}", damage.file, damage.at)));
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (topic, _) in folders.iter().filter_map(|folder| parse_folder(folder)) {
        *counts.entry(topic).or_default() += 1;
    }
    for (name, topic) in &state.topics {
        let there = counts.get(name.as_str()).copied().unwrap_or_default();
        if topic.partitions as usize > there + MISSING_MAX {
            let partitions = topic.partitions;
            return Err(broken(format!("topic '{name}' has {partitions} partitions, and there are {there} folders")));
        }
    }
    state.folders = folders;
    Ok(state)
}

/// A key and its value; `None` is a tombstone.
type Pair = (Vec<u8>, Option<Vec<u8>>);

/// Returns the records of a batch that a broker wrote.
pub(super) fn pairs(batch: &Batch<'_>) -> Result<Vec<Pair>, String> {
    let inflated = batch.inflated(64 << 20).map_err(|e| e.to_string())?;
    let records = Records::new(&inflated, batch.record_count());
    let pair =
        |record: wire::record::Record<'_>| (record.key.unwrap_or_default().to_vec(), record.value.map(<[u8]>::to_vec));
    records.map(|record| record.map(pair)).collect::<Result<_, _>>().map_err(|e| e.to_string())
}

impl MetadataImage {
    /// Returns why damage cannot come from a crash alone; `None` if it can.
    fn loses(&self, damage: &Damage, fsync: Fsync, clean: bool) -> Option<String> {
        if !damage.is_tail {
            return Some("what follows is whole".to_owned());
        }
        if clean && fsync != Fsync::Never {
            return Some("the broker was stopped in order".to_owned());
        }
        // Without fsync a power cut may have taken topics: their partitions are set aside.
        let is_lost =
            |folder: &&String| parse_folder(folder).is_some_and(|(topic, _)| !self.topics.contains_key(topic));
        let lost = self.strays.iter().find(is_lost).filter(|_| fsync != Fsync::Never);
        lost.map(|folder| format!("the topic of {folder}, which has records, would be lost"))
    }

    /// Returns whether this partition exists, or a topic of this name was deleted. The metadata log has a directory
    /// like a partition.
    fn knows(&self, topic: &str, index: i32) -> bool {
        FOLDER.strip_suffix("-0") == Some(topic)
            || self.topics.get(topic).is_some_and(|record| index < record.partitions)
            || self.deleted.contains_key(topic)
    }

    fn apply(&mut self, key: &[u8], value: Option<&[u8]>) -> Result<(), String> {
        let key = std::str::from_utf8(key).map_err(|_| "a key is not text".to_owned())?;
        let bad = |e: DecodeError| format!("'{key}' cannot be read: {e}");
        if let Some(name) = key.strip_prefix(TOPIC) {
            let record = value.map(decode_topic).transpose().map_err(bad)?;
            return self.apply_topic(name, record);
        }
        if let Some(resource) = key.strip_prefix(CONFIGS) {
            match value {
                None => drop(self.configs.remove(resource)),
                Some(value) => {
                    let mut reader = Reader::new(value);
                    version(&mut reader).map_err(bad)?;
                    self.configs.insert(resource.to_owned(), read_props(&mut reader).map_err(bad)?);
                }
            }
        } else if key == PRODUCER_IDS {
            let id = Reader::new(value.unwrap_or_default()).i64().map_err(bad)?;
            if !(0..=i64::MAX / 2).contains(&id) {
                return Err(format!("'{key}' is {id}"));
            }
            self.producer_id = id;
        } else {
            return Err(format!("there is a '{key}', which this build does not know: a newer one wrote it"));
        }
        Ok(())
    }

    fn apply_topic(&mut self, name: &str, record: Option<TopicRecord>) -> Result<(), String> {
        let Some(record) = record else {
            let id = self.topics.remove(name).map(|topic| topic.id);
            self.deleted.insert(name.to_owned(), id);
            return Ok(());
        };
        topic_names::check(name)?;
        if record.partitions <= 0 {
            return Err(format!("topic '{name}' has {} partitions", record.partitions));
        }
        self.topics.insert(name.to_owned(), record);
        Ok(())
    }
}

fn version(reader: &mut Reader<'_>) -> Result<(), DecodeError> {
    if reader.i16()? == VERSION { Ok(()) } else { Err(DecodeError::Version) }
}

fn encode_topic(record: &TopicRecord) -> io::Result<Vec<u8>> {
    let mut writer = Writer::new();
    writer.i16(VERSION);
    writer.uuid(record.id);
    writer.i32(record.partitions);
    write_props(&mut writer, &record.configs).map_err(io::Error::other)?;
    Ok(writer.into_parts().concat())
}

fn decode_topic(value: &[u8]) -> Result<TopicRecord, DecodeError> {
    let mut reader = Reader::new(value);
    version(&mut reader)?;
    let (id, partitions) = (reader.uuid()?, reader.i32()?);
    Ok(TopicRecord { id, partitions, configs: read_props(&mut reader)? })
}

fn write_props(writer: &mut Writer, configs: &Props) -> Result<(), EncodeError> {
    let pairs: Vec<_> = configs.iter().collect();
    writer.array(&pairs, false, |writer, (key, value)| {
        writer.string(key, false)?;
        writer.string(value, false)
    })
}

fn read_props(reader: &mut Reader<'_>) -> Result<Props, DecodeError> {
    let pairs = reader.array(false, 4, |reader| Ok((reader.string(false)?, reader.string(false)?)))?;
    Ok(pairs.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect())
}
