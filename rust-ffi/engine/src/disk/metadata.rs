//! What a broker has to remember besides records: topics with their ids and configs, configs of the broker, producer
//! ids. Each is a record of a compacted log, the latest of a key counts. Keys are text, values are of Kafka's types in
//! a form of our own; the first number is its version.

use std::{collections::BTreeMap, io, sync::Mutex};

use wire::{
    Uuid,
    batch::{self, Batch},
    codec::{DecodeError, EncodeError, Reader, Writer},
    record::Records,
};

use crate::{
    clock::Now,
    configs::TopicConfig,
    log::{Home, Partition, Reopening},
    store::{Fsync, Store},
    waiters::lock,
};

pub(super) const FOLDER: &str = "__cluster_metadata-0";
const TOPIC: &str = "topic/";
const CONFIGS: &str = "configs/";
const PRODUCER_IDS: &str = "producer-ids";
const VERSION: i16 = 0;
/// Producer ids are given out in blocks, as by Kafka: one write for this many.
const PRODUCER_ID_BLOCK: i64 = 1_000;

type Props = BTreeMap<String, String>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TopicRecord {
    pub id: Uuid,
    pub partitions: i32,
    pub configs: Props,
}

#[derive(Debug)]
pub(crate) struct Metadata {
    log: Partition,
    /// One at a time: each has to know that what it has written is synced.
    writing: Mutex<()>,
    config: TopicConfig,
    fsync: Fsync,
}

pub(super) struct Found {
    pub metadata: Metadata,
    pub topics: BTreeMap<String, TopicRecord>,
    pub configs: BTreeMap<String, Props>,
    pub producer_id: i64,
    pub notices: Vec<String>,
}

impl Metadata {
    pub(super) fn open(store: &Store, clean: bool, now: Now) -> io::Result<Found> {
        let how = Reopening { clean, log_start: 0, now };
        let (log, notice) = Partition::open(0, Home::new(store, FOLDER.to_owned()), how)?;
        let config = TopicConfig {
            compact: true,
            delete: false,
            segment_bytes: 1 << 20,
            segment_ms: i64::MAX,
            max_message_bytes: i64::MAX,
            ..TopicConfig::default()
        };
        let metadata = Metadata { log, writing: Mutex::new(()), config, fsync: store.fsync };
        let mut found = Found {
            metadata,
            topics: BTreeMap::new(),
            configs: BTreeMap::new(),
            producer_id: 0,
            notices: notice.into_iter().collect(),
        };
        let mut problem = None;
        found.metadata.log.each(|batch| {
            for (key, value) in pairs(batch) {
                let read = apply(&mut found.topics, &mut found.configs, &mut found.producer_id, &key, value.as_deref());
                problem = problem.take().or(read.err());
            }
        })?;
        match problem {
            None => Ok(found),
            Some(why) => Err(io::Error::new(io::ErrorKind::InvalidData, why)),
        }
    }

    fn put(&self, key: &str, value: Option<&[u8]>) -> io::Result<()> {
        let _one_at_a_time = lock(&self.writing);
        let bytes = batch::build(&[(Some(key.as_bytes()), value)], -1);
        let appended = self.log.append(&bytes, &self.config, Now::default());
        let end = appended.map_err(|e| io::Error::other(e.to_string()))?.end;
        if self.fsync == Fsync::Never {
            return Ok(());
        }
        // A topic that was acknowledged is there after a power cut too: there are few, so they need no flusher.
        self.log.sync();
        match self.log.is_synced(end) {
            Ok(true) => Ok(()),
            _ => Err(io::Error::other("the metadata log cannot be synced")),
        }
    }

    pub(crate) fn put_topic(&self, name: &str, record: &TopicRecord) -> io::Result<()> {
        self.put(&format!("{TOPIC}{name}"), Some(&encode_topic(record)?))
    }

    pub(crate) fn delete_topic(&self, name: &str) -> io::Result<()> {
        self.put(&format!("{TOPIC}{name}"), None)
    }

    /// Of a resource other than a topic, by type and name.
    pub(crate) fn put_configs(&self, resource: &str, configs: &Props) -> io::Result<()> {
        let mut writer = Writer::new();
        writer.i16(VERSION);
        write_props(&mut writer, configs).map_err(io::Error::other)?;
        let bytes = writer.into_pieces().concat();
        self.put(&format!("{CONFIGS}{resource}"), Some(&bytes).filter(|_| !configs.is_empty()).map(Vec::as_slice))
    }

    /// Ids up to here, not included, may be given out once this returns.
    pub(crate) fn take_producer_ids(&self, from: i64) -> io::Result<i64> {
        let until = from + PRODUCER_ID_BLOCK;
        self.put(PRODUCER_IDS, Some(&until.to_be_bytes()))?;
        Ok(until)
    }

    /// How many records were ever written: 0 in a new folder.
    pub(crate) fn end(&self) -> i64 {
        self.log.range().1
    }

    pub(crate) fn maintain(&self, now: Now) {
        self.log.maintain(&self.config, i64::MAX, now);
    }

    pub(super) fn shut(&self) -> io::Result<()> {
        self.log.shut()
    }
}

/// The records of a batch that this broker wrote itself.
pub(super) fn pairs(batch: &Batch<'_>) -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
    let inflated = batch.inflated(64 << 20).unwrap_or_default();
    let records = Records::new(&inflated, batch.record_count()).flatten();
    records.map(|record| (record.key.unwrap_or_default().to_vec(), record.value.map(<[u8]>::to_vec))).collect()
}

fn apply(
    topics: &mut BTreeMap<String, TopicRecord>,
    configs: &mut BTreeMap<String, Props>,
    producer_id: &mut i64,
    key: &[u8],
    value: Option<&[u8]>,
) -> Result<(), String> {
    let key = std::str::from_utf8(key).map_err(|_| "a key in the metadata log is not text".to_owned())?;
    let bad = |e: DecodeError| format!("'{key}' in the metadata log cannot be read: {e}");
    if let Some(name) = key.strip_prefix(TOPIC) {
        match value {
            None => drop(topics.remove(name)),
            Some(value) => drop(topics.insert(name.to_owned(), decode_topic(value).map_err(bad)?)),
        }
    } else if let Some(resource) = key.strip_prefix(CONFIGS) {
        match value {
            None => drop(configs.remove(resource)),
            Some(value) => {
                let mut reader = Reader::new(value);
                version(&mut reader).map_err(bad)?;
                configs.insert(resource.to_owned(), read_props(&mut reader).map_err(bad)?);
            }
        }
    } else if key == PRODUCER_IDS {
        *producer_id = Reader::new(value.unwrap_or_default()).i64().map_err(bad)?;
    } else {
        return Err(format!("the metadata log has a '{key}', which this build does not know: a newer one wrote it"));
    }
    Ok(())
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
    Ok(writer.into_pieces().concat())
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
